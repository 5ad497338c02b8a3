"""How alike two pieces of pictures are, and how far one is shifted: normalised cross-correlation; colours in Lab."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Grey = npt.NDArray[np.float64]
"""Brightness from 0 to 255, shape (rows, columns)."""
Colour = npt.NDArray[np.uint8]
"""RGB, shape (rows, columns, 3)."""
FLAT = 2.0
"""Standard deviation below which a piece has nothing to be recognised by."""


def grey(picture: Colour) -> Grey:
    """Brightness of a colour picture."""
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    weighted: Grey = (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float64)
    return weighted


def blurred(picture: Colour, sigma_px: float) -> Colour:
    """The picture through a soft lens."""
    if sigma_px <= 0:
        return picture
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(sigma_px)))


def same_place(left: Grey, right: Grey) -> float:
    """Correlation of two pieces of one size, from -1 to 1; flat pieces are alike when both are flat."""
    a, b = left - left.mean(), right - right.mean()
    flat = (a.std() < FLAT, b.std() < FLAT)
    if any(flat):
        return 1.0 if all(flat) else 0.0
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def best_place(piece: Grey, window: Grey) -> tuple[float, float, float]:
    """The best correlation of a piece anywhere in a larger window, and its place there: x and y, to part of a pixel."""
    rows, columns = piece.shape
    high, wide = window.shape
    zero = piece - piece.mean()
    energy = float((zero * zero).sum())
    if piece.std() < FLAT or high < rows or wide < columns:
        return 0.0, (wide - columns) / 2, (high - rows) / 2
    size = _smooth(high), _smooth(wide)
    spectrum = np.fft.rfft2(window, size) * np.conj(np.fft.rfft2(zero, size))
    product = np.fft.irfft2(spectrum, size)[: high - rows + 1, : wide - columns + 1]
    sums, squares = window_sums(window, rows, columns), window_sums(window * window, rows, columns)
    spread = np.maximum(squares - sums * sums / piece.size, FLAT * FLAT * piece.size)
    return top_of(product / np.sqrt(spread * energy))


def top_of(score: npt.NDArray[Any]) -> tuple[float, float, float]:
    """The greatest of the correlations at places side by side, and where it is: x and y, to part of a pixel."""
    y, x = (int(place) for place in np.unravel_index(int(np.argmax(score)), score.shape))
    return float(score[y, x]), _peak(score[y, :], x), _peak(score[:, x], y)


@lru_cache(maxsize=1024)
def _smooth(size: int) -> int:
    """The next length that has no prime factor above 5, at which a Fourier transform is fast."""
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1


def window_sums(values: Grey, rows: int, columns: int) -> Grey:
    """The sums of all windows of this size, by their upper left corners."""
    total = np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums: Grey = total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
    return sums


def _peak(line: npt.NDArray[Any], place: int) -> float:
    """The top of the parabola around a greatest value."""
    if not 0 < place < len(line) - 1:
        return float(place)
    before, here, after = line[place - 1 : place + 2]
    bend = before - 2 * here + after
    return float(place + (0.5 * (before - after) / bend if bend < 0 else 0.0))


# ---- colour


def lab(colour: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """CIE Lab (D65) of sRGB colours, shape (..., 3)."""
    share = np.asarray(colour, dtype=np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ matrix.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=-1)


def colour_distance(left: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Delta E (CIE 1976) of two colours."""
    return float(np.linalg.norm(lab(left) - lab(right)))
