"""A printed text, character by character: what must stand there, another one, or not to be told.

Each character is weighed against those that look most like it.  All of them are drawn into the reference's own ground,
as soft as the picture is, and laid on the picture; how much better one fits than another, measured in the picture's
own noise, is the logarithm of how much likelier it is (normal noise of unknown strength, brightness and contrast free:
-n/2 ln(1 - r^2) for a correlation r over n independent pixels).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from cardemu.compare.likeness import FLAT, Grey
from cardemu.compare.regions import Cell, Region, pixels
from cardemu.face.typefaces import Typecase

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""What stands there is no character the fonts have."""
UNSURE = "\N{WHITE SQUARE}"
"""What stands there cannot be told."""
CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SMALL = "abcdefghijklmnopqrstuvwxyz"
MARGIN_MM, REACH_MM = 0.12, 0.12
"""Ground around a character that is looked at, and how far it may lie beside its place."""
CLEAR, SURE = 3.0, 8.0
"""How much likelier (logarithm) the right character must be than any other to be believed, and how much likelier
another one than the right one to be said.  In between, nobody can tell."""
LEGIBLE = 0.65
"""Correlation below which the best of all characters is none."""
MODEL = 0.05
"""assumed: part of a character's picture that printer, ink and rendering may have different from ours."""
OTHER_WIDTH = 0.25
NEAREST, SEEN = 24, 8
"""Ideographs weighed: so many most like the right one, and so many most like what is seen."""
TILE = 16
FINER = 2
"""Ideographs are told apart by pictures of TILE pixels a side first, drawn FINER times as large."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One character as it was seen.

    `margin`: how much likelier it is than its rivals or, if it is another one, than the right one.
    """

    character: str
    margin: float
    alike: float


@dataclass(frozen=True, slots=True)
class Optics:
    """How a picture sees the reference.  `blur_px`: its blur; `spacing_px`: distance of pixels that tell new things."""

    px_mm: float
    blur_px: float = 0.0
    spacing_px: float = 1.0


def read(expected: Grey, found: Grey, region: Region, shift_mm: tuple[float, float], optics: Optics) -> list[Seen]:
    """What stands in the cells of a text, in order; blanks are themselves."""
    places = [_place(expected, found, cell, shift_mm, optics) for cell in region.cells if not cell.character.isspace()]
    foreign = [place for place in places if not place.cell.character.isascii()]
    alike = dict(zip(map(id, foreign), _looking_like(foreign), strict=True))
    seen = (_weigh(place, alike.get(id(place), ()), optics) for place in places)
    return [Seen(cell.character, np.inf, 1.0) if cell.character.isspace() else next(seen) for cell in region.cells]


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell in both pictures.

    `corner`: its pixel in the reference; `windows`: the found picture there and around, a row a place; `own`: how like
    the reference each of them is.
    """

    cell: Cell
    corner: tuple[int, int]
    piece: Grey
    windows: Grey
    own: Grey

    @property
    def nearest(self) -> Grey:
        """The piece of the found picture most like the reference."""
        window: Grey = self.windows[int(self.own.argmax())].reshape(self.piece.shape)
        return window


def _place(expected: Grey, found: Grey, cell: Cell, shift_mm: tuple[float, float], optics: Optics) -> _Place:
    left, top, right, bottom = pixels(cell.rect.grown(MARGIN_MM), optics.px_mm, expected.shape)
    piece = expected[top:bottom, left:right]
    windows = _windows(found, (left, top, right, bottom), shift_mm, optics)
    return _Place(cell, (left, top), piece, windows, (_normed(piece.reshape(1, -1)) @ windows.T)[0])


def _weigh(place: _Place, looking_like: Sequence[str], optics: Optics) -> Seen:
    """The likeliest character of a cell.  `looking_like`: characters weighed besides its rivals."""
    cell, piece, windows, own = place.cell, place.piece, place.windows, place.own
    names = tuple(dict.fromkeys((*rivals(cell.character, cell.font), *looking_like)))
    drawn = _drawn((cell.character, *names), cell, place.corner, piece.shape, optics)
    if drawn is None:  # a character only a font of the user's own has: nothing to weigh it against
        return Seen(cell.character if own.max() >= LEGIBLE else UNKNOWN, np.inf, float(own.max()))
    ink = drawn[0].ravel() - drawn[0].mean()
    strength = -float((ink * (piece.ravel() - piece.mean())).sum() / max(float((ink * ink).sum()), 1e-9))
    candidates = piece.reshape(1, -1) - strength * (drawn - drawn[0]).reshape(len(drawn), -1)
    alike = (_normed(candidates) @ windows.T).max(axis=1)
    independent = piece.size / optics.spacing_px**2
    likely = -independent / 2 * np.log(1 - np.clip(alike, 0, 1) ** 2 + MODEL)
    best = int(np.argmax(likely))
    if alike[best] < LEGIBLE:
        return Seen(UNKNOWN, np.inf, float(alike[best]))
    against = likely[0] if best else likely[1:].max(initial=-np.inf)  # its rivals; of another one, the right one
    return Seen((cell.character, *names)[best], float(likely[best] - against), float(alike[best]))


def _looking_like(places: Sequence[_Place]) -> list[tuple[str, ...]]:
    """For each place the ideographs most like what is seen there; for all at once, as the tiles are many."""
    if not places:
        return []
    names, tiles, _ = ideographs()
    alike = np.stack([_tile(place.nearest) for place in places]) @ tiles.T
    nearest = np.argpartition(alike, -SEEN, axis=1)[:, -SEEN:]
    characters = [place.cell.character for place in places]
    return [tuple(names[one] for one in row if names[one] != own) for row, own in zip(nearest, characters, strict=True)]


def _tile(window: Grey) -> npt.NDArray[np.float32]:
    """A piece of a picture as small as the ideographs' tiles, of mean 0."""
    high, wide = window.shape
    inset = round(window.size**0.5 * 0.06)
    middle = -window[inset : high - inset, inset : wide - inset].astype(np.float32)
    small = np.asarray(Image.fromarray(middle).resize((TILE, TILE), Image.Resampling.BOX)).ravel()
    level: npt.NDArray[np.float32] = small - small.mean()
    return level


def _windows(found: Grey, box: tuple[int, int, int, int], shift_mm: tuple[float, float], optics: Optics) -> Grey:
    """The picture at the cell's place and around it, one row a place, of mean 0 and length 1."""
    left, top, right, bottom = box
    reach = max(1, round(REACH_MM * optics.px_mm))
    dx, dy = (round(part * optics.px_mm) for part in shift_mm)
    x = min(max(left + dx, 0), found.shape[1] - (right - left))
    y = min(max(top + dy, 0), found.shape[0] - (bottom - top))
    rows = np.arange(y - reach, y + bottom - top + reach).clip(0, found.shape[0] - 1)
    columns = np.arange(x - reach, x + right - left + reach).clip(0, found.shape[1] - 1)
    around = found[np.ix_(rows, columns)]  # beyond its edge the picture goes on as it ends
    places = np.lib.stride_tricks.sliding_window_view(around, (bottom - top, right - left))
    return _normed(places.reshape(-1, (bottom - top) * (right - left)))


def _normed(rows: Grey) -> Grey:
    """Rows of mean 0 and length 1; a flat row stays near 0, so that it is like nothing."""
    zero = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(zero, axis=1, keepdims=True)
    normed: Grey = zero / np.maximum(length, FLAT * np.sqrt(rows.shape[1]))
    return normed


def _drawn(
    characters: Sequence[str], cell: Cell, corner: tuple[int, int], shape: tuple[int, ...], optics: Optics
) -> Grey | None:
    """How much ink each character puts where, 0 to 255, softened; None when the fonts lack the first of them."""
    faces = Typecase().faces
    size = round(cell.size_mm * optics.px_mm, 2)
    place = (cell.x_mm * optics.px_mm - corner[0], round(cell.baseline_mm * optics.px_mm) - corner[1])
    high, wide = shape
    gap = int(np.ceil(3 * optics.blur_px))
    sheet = Image.new("L", (wide + 2 * gap, (high + gap) * len(characters) + gap), 0)
    draw = ImageDraw.Draw(sheet)
    for number, character in enumerate(characters):
        font = next((one for one in (faces[cell.font], faces[0]) if character in one), None)
        if font is None:
            return None
        y = place[1] + gap + number * (high + gap)
        draw.text((place[0] + gap, y), character, 255, font.sized(size), anchor="ls")
    if optics.blur_px > 0:
        sheet = sheet.filter(ImageFilter.GaussianBlur(optics.blur_px))
    rows = np.asarray(sheet, dtype=np.float64)[gap:, gap : gap + wide]
    return rows.reshape(len(characters), high + gap, wide)[:, :high]


# ---- characters that look alike


@lru_cache(maxsize=4096)
def rivals(character: str, font: int) -> tuple[str, ...]:
    """The characters one might be taken for, without itself.

    Letters of clearly another width are none: they would move all that follows them.
    """
    if character.isascii():
        face = Typecase().faces[font]
        pool = SMALL if character.islower() else CAPITALS
        room = OTHER_WIDTH * face.width(character)
        same = (one for one in pool if abs(face.width(one) - face.width(character)) <= room)
        return tuple(one for one in same if one != character)
    names, tiles, places = ideographs()
    if character not in places:
        return ()
    nearest = np.argsort(tiles @ tiles[places[character]])[::-1][: NEAREST + 1]
    return tuple(names[one] for one in nearest if names[one] != character)


@lru_cache(maxsize=1)
def ideographs() -> tuple[str, npt.NDArray[np.float32], dict[str, int]]:
    """Every ideograph of the text font; their small pictures, of mean 0 and length 1; and their numbers."""
    face = Typecase().faces[0]
    names = "".join(chr(code) for code in range(0x3400, 0x30000) if chr(code) in face)
    side, row = TILE * FINER, 128
    sized = face.sized(side)
    tiles = []
    for first in range(0, len(names), row):
        line = names[first : first + row]
        sheet = Image.new("L", (side * row, side), 0)
        ImageDraw.Draw(sheet).text((0, round(side * 0.88)), line, 255, sized, anchor="ls")  # each a square wide
        small = np.asarray(sheet.reduce(FINER), dtype=np.float32).reshape(TILE, row, TILE)
        tiles.append(small.transpose(1, 0, 2).reshape(row, TILE * TILE)[: len(line)])
    flat = np.concatenate(tiles)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return names, flat, {name: number for number, name in enumerate(names)}
