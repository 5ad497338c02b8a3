"""The light in a picture of a card, told apart from the card: lamp, shadow, tint and reflection taken out.

A photograph is the card times the light that falls on it, plus what is reflected.  Light changes slowly, print does
not: where the card is nearly white, picture over reference is the light; from there it is carried under the print.
What lifts dark print (a reflection, the black of a sensor) is estimated the same way from the dark places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardemu.compare.likeness import Colour, colour_distance

STEP = 8
"""The light is estimated for every so many pixels."""
LIGHT_MM, FIRST_MM, CONTRAST_MM = 2.6, 8.0, 8.0
"""How far the light is averaged: for the light itself, for its first guess, and for the contrast of dark print."""
PALE = 0.68
"""A place of the reference paler than this shows the light."""
DARK = 0.25
"""One darker than pale white by this shows the contrast."""
OFF = 0.2
"""A pale place that is farther off than this from its surroundings is something printed, and shows no light."""
THERE = 0.3
"""A dark place with less of its darkness is no reflection: nothing is printed there."""
EVEN = 0.12
"""Light whose brightest and darkest place differ by less is a scanner's."""

Field = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a picture.

    `unevenness`: how much darker its darkest place is, or how much paler black is under its strongest reflection, the
    greater of them; `tint`: delta E of the whole.
    """

    unevenness: float
    tint: float

    @property
    def even(self) -> bool:
        """Whether colours may be judged as they are."""
        return self.unevenness <= EVEN


def evened(found: Colour, expected: Colour, there: npt.NDArray[np.bool_], px_mm: float) -> tuple[Colour, Light]:
    """The picture in the light of the reference, and what its own light was.  `there`: pixels the picture holds."""
    seen, wanted = _coarse(found, there), _coarse(expected, there)
    known = _coarse(there[..., None].astype(np.uint8) * 255, there)[..., 0] > 0.99
    pale = known & (wanted.min(axis=2) > PALE)
    light = _light(seen, wanted, pale, px_mm / STEP)
    contrast = _contrast(seen / light, wanted, known, px_mm / STEP)
    full = _enlarged(light, found.shape)
    gain = 1 / _enlarged(contrast, found.shape)[..., None]
    even = found * (gain / full)  # 255 times (1 - (1 - lit) / contrast), where lit is the picture over 255 times light
    even += 255 * (1 - gain)
    apart = max(_range(light.mean(axis=2)[known]), _range(contrast[known]))
    tint = colour_distance(*(255 * one[known].mean(axis=0) for one in (seen, wanted)))
    return np.clip(np.rint(even, out=even), 0, 255, out=even).astype(np.uint8), Light(apart, tint)


def _range(values: Field) -> float:
    """How much less the least of the values is than the greatest, without the most extreme ones."""
    low, high = np.percentile(values, (3, 97))
    return float(1 - low / high)


def _coarse(picture: Colour, there: npt.NDArray[np.bool_]) -> Field:
    """The means of small squares, 0 to 1."""
    high, wide = (size // STEP * STEP for size in there.shape)
    squares = picture[:high, :wide].reshape(high // STEP, STEP, wide // STEP, STEP, -1)
    means: Field = squares.mean(axis=(1, 3)) / 255
    return means


def _light(seen: Field, wanted: Field, pale: npt.NDArray[np.bool_], px_mm: float) -> Field:
    """How bright white would be everywhere, for each channel."""
    ratio = seen / np.maximum(wanted, 1e-3)
    first = _spread(ratio, pale.astype(float), FIRST_MM * px_mm)
    off = np.abs(ratio / first - 1).max(axis=2) > OFF
    return np.maximum(_spread(ratio, (pale & ~off).astype(float), LIGHT_MM * px_mm), 0.02)


def _contrast(lit: Field, wanted: Field, known: npt.NDArray[np.bool_], px_mm: float) -> Field:
    """How dark black is everywhere, against the white: 1 as it must be, less under a reflection."""
    dark = 1 - wanted.mean(axis=2)
    seen = 1 - lit.mean(axis=2)
    weight = (known & (dark > DARK) & (seen > THERE * dark)).astype(float)
    usual = float(np.median((seen / np.maximum(dark, DARK))[weight > 0])) if weight.any() else 1.0
    prior = 0.02
    top = _gathered(weight * dark * seen, CONTRAST_MM * px_mm) + prior * usual
    below = _gathered(weight * dark * dark, CONTRAST_MM * px_mm) + prior
    return np.clip(top / below, 0.3, 1.6)


def _spread(values: Field, weight: Field, sigma: float) -> Field:
    """The weighted mean around every place; far from anything that has weight, the mean of all that has."""
    everywhere = float(weight.mean()) * 1e-4 + 1e-9
    total = np.average(values.reshape(-1, values.shape[2]), axis=0, weights=weight.ravel() + 1e-12)
    below = _gathered(weight, sigma)[..., None] + everywhere
    above = _gathered(weight[..., None] * values, sigma)
    spread: Field = (above + everywhere * total) / below
    return spread


def _gathered(values: Field, sigma: float) -> Field:
    """Every place's surroundings, weighted by their nearness; of one channel or several."""
    down, across = (_nearness(size, sigma) for size in values.shape[:2])
    half = (down @ values.reshape(len(down), -1)).reshape(values.shape)
    gathered: Field = np.moveaxis(np.tensordot(across, half, axes=(1, 1)), 0, 1)
    return gathered


def _nearness(size: int, sigma: float) -> Field:
    places = np.arange(size)
    near = np.exp(-((places[:, None] - places) ** 2) / (2 * sigma**2))
    weights: Field = near / near.sum(axis=1, keepdims=True)
    return weights


def _enlarged(field: Field, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """A coarse field, of one channel or several, for every pixel, by straight lines between the squares' middles."""
    full = field.astype(np.float32)
    for axis in range(2):
        where = (np.arange(shape[axis]) + 0.5) / STEP - 0.5
        low = np.clip(np.floor(where).astype(int), 0, full.shape[axis] - 2)
        part = np.clip(where - low, 0, 1).astype(np.float32)
        part = part.reshape([-1 if one == axis else 1 for one in range(full.ndim)])
        full = np.take(full, low, axis) * (1 - part) + np.take(full, low + 1, axis) * part
    return full
