"""A face field by field, expected picture against found one: a shift, a colour, or another text.

Both pictures are of one size and lie on one another.  A text is looked at character by character; where one is not as
it should be, the glyphs of the bundled fonts are tried in its place, so the verdict can say what stands there instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cardemu.compare.findings import Row
from cardemu.compare.likeness import FLAT, Colour, Grey, best_place, blurred, colour_distance, grey, lab, same_place
from cardemu.compare.regions import TEXT, Cell, Rect, Region
from cardemu.face.typefaces import Typecase

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEARCH_MM = 1.6
"""How far a field is looked for around its place."""
CELL_SEARCH_MM = 0.12
THIN_MM = 0.5
"""A line thinner than this nearly drowns in a scan's noise: half the likeness is enough."""
ANOTHER_COLOUR = 14.0
"""Delta E of a softened place that is another colour."""
REPAINTED = 0.015
"""Part of a picture that may be of another colour."""
ELSEWHERE = 28.0
"""Brightness steps by which the softened background may differ in a scan."""
MARK_RED = 14.0
"""How much redder than its surroundings the faint mark is, at least."""
SOFT_MM = 0.4
EDGE_MM = 1.2
"""What lies so near the card's edge is not looked at outside of fields."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What still counts as the same.  `blur_px`: how soft the found picture is.

    `shift_mm`: how far a field may lie beside its place; `colour`: delta E of its ink; `alike`: correlation of a
    character, and of a picture; `margin`: how much better another glyph must fit before it is believed.
    """

    shift_mm: float
    colour: float
    alike: float
    margin: float
    blur_px: float = 0.0


EXACT = Tolerance(shift_mm=0.06, colour=3.0, alike=0.97, margin=0.02)
"""Between two renderings: another version of the renderer moves edges by less than a pixel of 300 dpi."""
SCANNED = Tolerance(shift_mm=0.35, colour=20.0, alike=0.62, margin=0.06)
"""Between a rendering and a print or scan; SPEC-1 allows +-0.25 mm in print, the rest is the scan's."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Two pictures of one face, the first as it must be; `px_mm` pixels a millimetre."""

    expected: Colour
    found: Colour
    px_mm: float

    def cut(self, picture: Any, rect: Rect) -> Any:
        """A piece of a picture, grey or in colour."""
        high, wide = picture.shape[:2]
        left, top = max(0, round(rect.left * self.px_mm)), max(0, round(rect.top * self.px_mm))
        right, bottom = min(wide, round(rect.right * self.px_mm)), min(high, round(rect.bottom * self.px_mm))
        return picture[top : max(bottom, top + 1), left : max(right, left + 1)]


def judge_all(sheet: Sheet, fields: list[Region], side: str, tolerance: Tolerance) -> list[Row]:
    """A row for every field."""
    expected, found = grey(sheet.expected), grey(sheet.found)
    return [_judge(sheet, (expected, found), region, side, tolerance) for region in fields]


def elsewhere(sheet: Sheet, fields: list[Region], side: str) -> Row:
    """The row of everything outside of the fields: nothing must stand there."""
    apart = np.abs(grey(sheet.expected) - grey(sheet.found))
    soft = blurred(np.clip(apart, 0, 255).astype(np.uint8), SOFT_MM * sheet.px_mm).astype(np.float64)
    high, wide = soft.shape
    edge = round(EDGE_MM * sheet.px_mm)
    soft[:edge], soft[high - edge :], soft[:, :edge], soft[:, wide - edge :] = 0, 0, 0, 0
    for region in fields:
        sheet.cut(soft, region.rect.grown(0.6))[:] = 0
    y, x = np.unravel_index(int(np.argmax(soft)), soft.shape)
    most = float(soft[y, x])
    if most <= ELSEWHERE:
        return Row("face", "background", "nothing else", "nothing else", side)
    where = f"{side}, {x / sheet.px_mm:.1f} mm from left, {y / sheet.px_mm:.1f} mm from top"
    return Row("face", "background", "nothing else", f"{most:.0f} of 255 darker or lighter", where, "picture")


def mark(sheet: Sheet, fields: list[Region], side: str) -> Row:
    """The row of the large specimen mark: as red as it must be, where it lies outside of the fields."""
    redness = [picture[..., 0].astype(np.float64) - picture[..., 1] for picture in (sheet.expected, sheet.found)]
    there = redness[0] > MARK_RED
    for region in fields:
        sheet.cut(there, region.rect.grown(0.3))[:] = False
    around = ~there & (np.abs(redness[0] - float(np.median(redness[0]))) < MARK_RED / 2)
    if there.sum() < 100 or not around.any():
        return Row("face", "specimen.diagonal", "", "", side)
    wanted, seen = (float(one[there].mean() - one[around].mean()) for one in redness)
    kind = "same" if seen > wanted / 2 else "missing"
    return Row("face", "specimen.diagonal", "样卡 SPECIMEN", f"{100 * seen / wanted:.0f} % of its colour", side, kind)


def _size(rect: Rect) -> tuple[float, float]:
    return rect.right - rect.left, rect.bottom - rect.top


def _judge(sheet: Sheet, greys: tuple[Grey, Grey], region: Region, side: str, tolerance: Tolerance) -> Row:
    where = f"{side}, {region.rect.left:.1f} mm from left, {region.rect.top:.1f} mm from top"
    name = region.name
    alike, dx, dy = _shift(sheet, greys, region.rect)
    if region.kind == TEXT:
        if alike < tolerance.alike:  # too much is different for its place to be found by it
            dx = dy = 0.0
        read = _read(sheet, greys, region, (dx, dy), tolerance)
        if read != region.text:
            legible = read.count(UNKNOWN) * 3 < len(read)
            shown = read if legible else f"nothing that can be read (likeness {alike:.2f})"
            return Row("face", name, region.text, shown, where, "text")
    elif alike < (tolerance.alike if min(_size(region.rect)) > THIN_MM else tolerance.alike / 2):
        return Row("face", name, "as drawn", f"likeness {alike:.2f}, needs {tolerance.alike:g}", where, "picture")
    elif (repainted := _repainted(sheet, region.rect)) > REPAINTED and not (dx or dy):
        shown = f"other colours on {100 * repainted:.0f} % of its area"
        return Row("face", name, "as drawn", shown, where, "picture")
    if np.hypot(dx, dy) > tolerance.shift_mm:
        place = f"{region.rect.left:.2f} mm, {region.rect.top:.2f} mm"
        moved = f"{region.rect.left + dx:.2f} mm, {region.rect.top + dy:.2f} mm (moved by {dx:+.2f}, {dy:+.2f})"
        return Row("face", name, place, moved, where, "layout")
    distance, wanted, seen = _ink(sheet, region.rect, (dx, dy))
    if distance > tolerance.colour:
        return Row("face", name, wanted, f"{seen} (delta E {distance:.0f})", where, "colour")
    return Row("face", name, region.text, region.text, where)


def _shift(sheet: Sheet, greys: tuple[Grey, Grey], rect: Rect) -> tuple[float, float, float]:
    """Likeness at the best place, and how far that is from the right one, in mm."""
    expected, found = greys
    piece = sheet.cut(expected, rect.grown(0.15))
    around = rect.grown(0.15 + SEARCH_MM)
    window = sheet.cut(found, around)
    left = round(max(0.0, around.left) * sheet.px_mm)
    top = round(max(0.0, around.top) * sheet.px_mm)
    home = rect.grown(0.15)
    home_x, home_y = round(max(0.0, home.left) * sheet.px_mm), round(max(0.0, home.top) * sheet.px_mm)
    here = same_place(piece, sheet.cut(found, home))
    alike, x, y = best_place(piece, window)
    if alike - here < 0.02 or piece.std() < FLAT:
        return here, 0.0, 0.0
    return alike, (x + left - home_x) / sheet.px_mm, (y + top - home_y) / sheet.px_mm


# ---- characters


def _repainted(sheet: Sheet, rect: Rect) -> float:
    """The part of a field whose colour, seen softly, is clearly another one."""
    pair = [sheet.cut(picture, rect) for picture in (sheet.expected, sheet.found)]
    soft = [lab(blurred(np.ascontiguousarray(piece), SOFT_MM * sheet.px_mm)) for piece in pair]
    return float((np.linalg.norm(soft[0] - soft[1], axis=2) > ANOTHER_COLOUR).mean())


def _moved(rect: Rect, shift: tuple[float, float]) -> Rect:
    return Rect(rect.left + shift[0], rect.top + shift[1], rect.right + shift[0], rect.bottom + shift[1])


def _read(
    sheet: Sheet, greys: tuple[Grey, Grey], region: Region, shift: tuple[float, float], tolerance: Tolerance
) -> str:
    """The text as it stands there, as far as the fonts know it; a character nobody knows is U+FFFD."""
    found = []
    for cell in region.cells:
        if cell.character.isspace():
            found.append(cell.character)
            continue
        piece = sheet.cut(greys[0], cell.rect)
        window = sheet.cut(greys[1], _moved(cell.rect, shift).grown(CELL_SEARCH_MM))
        right, _, _ = best_place(piece, window)
        found.append(cell.character if right >= 0.97 else _best_glyph(sheet, cell, window, right, tolerance))
    spaces = _spaces(region)
    return "".join(spaces.get(place, "") + character for place, character in enumerate(found)).strip() or "nothing"


def _spaces(region: Region) -> dict[int, str]:
    """Blanks of the text that have no cell (at line ends)."""
    cells = "".join(cell.character for cell in region.cells)
    found, place = {}, 0
    for character in region.text:
        if place < len(cells) and cells[place] == character:
            place += 1
        elif character.isspace():
            found[place] = character
    return found


def _best_glyph(sheet: Sheet, cell: Cell, window: Grey, right: float, tolerance: Tolerance) -> str:
    """The character that fits the window best, the expected one unless another fits clearly better."""
    own = max(right, _fit(sheet, cell, cell.character, window, tolerance))
    likely = LETTERS if cell.character.isascii() else ""
    scores = {one: _fit(sheet, cell, one, window, tolerance) for one in likely if one != cell.character}
    best = max(scores, key=lambda one: scores[one], default="")
    if best and scores[best] > own + tolerance.margin:
        return best
    if own >= tolerance.alike:
        return cell.character
    if not likely:
        best, score = _best_ideograph(sheet, cell, window, tolerance)
        if score >= max(0.5, own + tolerance.margin):
            return best
    return cell.character if own >= tolerance.alike else UNKNOWN


def _fit(sheet: Sheet, cell: Cell, character: str, window: Grey, tolerance: Tolerance) -> float:
    glyph = _glyph(character, cell.font, round(cell.size_mm * sheet.px_mm, 2), tolerance.blur_px)
    if glyph is None or glyph.shape[0] > window.shape[0] or glyph.shape[1] > window.shape[1]:
        return 0.0
    return best_place(glyph, window)[0]


@lru_cache(maxsize=4096)
def _glyph(character: str, font: int, size_px: float, blur_px: float) -> Grey | None:
    """A dark character on white, in its cell; None when the font lacks it."""
    typecase = Typecase()
    face = typecase.faces[font]
    if character not in face:
        face = typecase.faces[0]
    if character not in face:
        return None
    width = max(1, round(face.width(character) * size_px / face.units))
    image = Image.new("L", (width, round(size_px * 1.06)), 255)
    ImageDraw.Draw(image).text((0, round(size_px * 0.90)), character, 0, face.sized(size_px), anchor="ls")
    if blur_px > 0:
        image = image.filter(ImageFilter.GaussianBlur(blur_px))
    return np.asarray(image, dtype=np.float64)


TILE = 16
"""Ideographs are looked for as pictures of so many pixels a side first."""
_BEST = 60


@lru_cache(maxsize=2)
def _ideographs() -> tuple[str, Grey]:
    """Every Chinese character of the text font, and their small pictures, shape (characters, TILE * TILE)."""
    face = Typecase().faces[0]
    names = "".join(chr(code) for code in range(0x4E00, 0xA000) if chr(code) in face)
    sized = face.sized(TILE * 3)
    tiles = np.empty((len(names), TILE * TILE))
    for place, character in enumerate(names):
        image = Image.new("L", (TILE * 3, round(TILE * 3 * 1.06)), 255)
        ImageDraw.Draw(image).text((0, round(TILE * 3 * 0.90)), character, 0, sized, anchor="ls")
        tiles[place] = _tile(image)
    return names, tiles


def _tile(image: Image.Image) -> Grey:
    small = np.asarray(image.resize((TILE, TILE), Image.Resampling.BOX), dtype=np.float64).ravel()
    zero = small - small.mean()
    tile: Grey = zero / max(float(np.linalg.norm(zero)), 1e-9)
    return tile


def _best_ideograph(sheet: Sheet, cell: Cell, window: Grey, tolerance: Tolerance) -> tuple[str, float]:
    """The Chinese character that fits best, among all the text font has."""
    names, tiles = _ideographs()
    inset = round(CELL_SEARCH_MM * sheet.px_mm)
    middle = window[inset : window.shape[0] - inset, inset : window.shape[1] - inset]
    seen = _tile(Image.fromarray(np.clip(middle, 0, 255).astype(np.uint8)))
    likely = np.argsort(tiles @ seen)[-_BEST:]
    scores: Mapping[str, float] = {names[one]: _fit(sheet, cell, names[one], window, tolerance) for one in likely}
    best = max(scores, key=lambda one: scores[one])
    return best, scores[best]


# ---- colour


def _ink(sheet: Sheet, rect: Rect, shift: tuple[float, float]) -> tuple[float, str, str]:
    """How far the colour of what stands out in a field is from what it should be, and both colours."""
    expected = sheet.cut(sheet.expected, rect)
    found = sheet.cut(sheet.found, _moved(rect, shift))
    rows, columns = min(expected.shape[0], found.shape[0]), min(expected.shape[1], found.shape[1])
    expected, found = expected[:rows, :columns].astype(np.float64), found[:rows, :columns].astype(np.float64)
    brightness = grey(expected.astype(np.uint8))
    threshold = np.median(brightness) - 0.5 * (np.median(brightness) - brightness.min())
    ink = brightness <= threshold
    if not ink.any() or brightness.std() < FLAT:
        return 0.0, "", ""
    wanted, seen = np.median(expected[ink], axis=0), np.median(found[ink], axis=0)
    return colour_distance(wanted, seen), _hexadecimal(wanted), _hexadecimal(seen)


def _hexadecimal(colour: Grey) -> str:
    return "#" + "".join(f"{round(float(part)):02X}" for part in colour)
