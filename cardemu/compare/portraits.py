"""Whether a portrait shows whom it must: tile by tile, as two people with one haircut and one coat are alike as wholes.

In every tile the found picture is explained as far as light, focus and place can explain it: some gain, a brightness
that slopes (the edge of a reflection), a shift of a fraction of a millimetre, a part of the reference's own edges.
What is left is another drawing.  Where nothing else was drawn, skin, hair and clothes may still be of another colour:
their hue is compared, not how light they are, because a lamp's reflection makes everything paler.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardemu.compare.likeness import Colour, Grey, blurred, grey, lab, window_sums

TILE_MM = 2.4
"""About an eye with its brow, or a mouth."""
REACH_MM = 0.17
"""How far a tile may lie beside its place: lens and warped cards."""
SOFT_MM = 0.13
"""Both are softened by this first, against noise."""
GAIN = (0.4, 1.3)
"""Contrast that light may leave of the reference's: reflections take more than half."""
NOISE, FOCUS = 3.0, 0.1
"""What is left of a right tile: so many of 255 anywhere, and this part of its own contrast where blur is another."""
WORST, WORST_HUES = 3, 8
"""Tiles that must tell the same, so that one scratch or speck of dust is nobody else's face."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a portrait is from the one that must be there.

    `drawing`: of its worst tiles what is left unexplained, in parts of what is usual; `hue`: delta E without lightness.
    """

    drawing: float
    hue: float


def reach_px(px_mm: float) -> int:
    """The margin the found picture must have on every side of the expected one."""
    return max(1, round(REACH_MM * px_mm))


def apart(expected: Colour, found: Colour, px_mm: float) -> Apart:
    """The portrait as it must be against the found one, which is larger by `reach_px` on every side."""
    mine, theirs = (blurred(np.ascontiguousarray(one), SOFT_MM * px_mm) for one in (expected, found))
    high, wide = mine.shape[:2]
    side, reach = min(round(TILE_MM * px_mm), high, wide), reach_px(px_mm)
    small = max(1, side // 2)
    hues = lab(_means(mine, small)) - lab(_means(theirs[reach : reach + high, reach : reach + wide], small))
    strange = _unexplained(grey(mine), grey(theirs), side, reach)
    return Apart(_worst(strange, WORST), _worst(np.linalg.norm(hues[..., 1:], axis=-1), WORST_HUES))


def _unexplained(expected: Grey, found: Grey, side: int, reach: int) -> Grey:
    """For each tile the deviation that neither light nor place nor focus explains, in parts of what is usual."""
    high, wide = expected.shape
    own = _Tiles.of(expected, side)
    power = own.with_(own)
    contrast = _tiles(expected * expected, side) - own.level**2
    least = np.full(power.shape, np.inf)
    for top in range(2 * reach + 1):
        for left in range(2 * reach + 1):
            there = _Tiles.of(found[top : top + high, left : left + wide], side)
            common = there.with_(own)
            gain = np.clip((common + NOISE**2) / (power + NOISE**2), *GAIN)
            least = np.minimum(least, there.with_(there) - 2 * gain * common + gain * gain * power)
    strange: Grey = np.sqrt(np.maximum(least, 0) / (NOISE**2 + FOCUS**2 * np.maximum(contrast, 0)))
    return strange


@dataclass(frozen=True, slots=True)
class _Tiles:
    """A picture in tiles.  `level`: their means; `slopes`: their moments along x and y, of two rows of tiles."""

    values: Grey
    side: int
    level: Grey
    slopes: Grey

    @classmethod
    def of(cls, values: Grey, side: int) -> _Tiles:
        """The tiles of a picture."""
        level = _tiles(values, side)
        along = (np.arange(size, dtype=np.float64) for size in values.shape[::-1])
        slopes = [_tiles(values * one, side) - level * _tiles(one, side) for one in np.meshgrid(*along)]
        return cls(values, side, level, np.stack(slopes))

    def with_(self, other: _Tiles) -> Grey:
        """The covariance of two pictures in every tile, without what light that falls off evenly has in common."""
        spread = (self.side**2 - 1) / 12
        plain = _tiles(self.values * other.values, self.side) - self.level * other.level
        common: Grey = plain - (self.slopes * other.slopes).sum(axis=0) / spread
        return common


def _tiles(values: Grey, side: int) -> Grey:
    """Means of squares that overlap by half."""
    step = max(1, side // 2)
    means: Grey = window_sums(values, side, side)[::step, ::step] / side**2
    return means


def _means(picture: Colour, side: int) -> npt.NDArray[np.float64]:
    """The mean colours of squares."""
    return np.stack([_tiles(picture[..., channel].astype(np.float64), side) for channel in range(3)], axis=-1)


def _worst(values: Grey, count: int) -> float:
    return float(np.sort(values, axis=None)[-count:].mean())
