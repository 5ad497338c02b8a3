"""A face field by field, expected picture against found one: a shift, a colour, or another text.

Both pictures are of one size and lie on one another; the found one is in the reference's light.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cardemu.compare.findings import UNJUDGED, Row
from cardemu.compare.light import EVEN
from cardemu.compare.likeness import FLAT, Colour, Grey, best_place, blurred, grey, lab, same_place
from cardemu.compare.portraits import apart, reach_px
from cardemu.compare.reading import CLEAR, SURE, UNKNOWN, UNSURE, Optics, Seen, read
from cardemu.compare.regions import TEXT, Rect, Region, pixels

SEARCH_MM = 1.6
"""How far a field is looked for around its place."""
THIN_MM = 0.5
"""A line thinner than this nearly drowns in a scan's noise: half the likeness is enough."""
ANOTHER_COLOUR = 14.0
"""Delta E of a softened place that is another colour."""
REPAINTED, REPAINTED_UNEVEN = 0.015, 0.06
"""Part of a picture that may be of another colour, in even and in uneven light."""
STRANGE, STRANGE_LIGHT = 1.2, 2.0
"""How far a portrait's worst tiles may be from the reference's, in parts of what is usual (`portraits.Apart`); and how
much farther in uneven light, for every 100 % beyond what is even.  Right ones: at most 0.8 in even light."""
HUE, HUE_LIGHT = 9.0, 25.0
"""Delta E, without lightness, of its worst tiles, and more in uneven light.  Right ones: at most 5 in even light."""
ELSEWHERE = 28.0
"""Brightness steps by which the softened background may differ in a scan."""
MARK_RED = 14.0
"""How much redder than its surroundings the faint mark is, at least."""
SOFT_MM = 0.4
EDGE_MM = 1.2
"""What lies so near the card's edge is not looked at outside of fields."""
BESIDE_MM = 5.0
"""What stands so near before or behind a text is said to stand beside it."""
HELD = 0.98
"""Part of a field that the picture must hold."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What still counts as the same.

    `shift_mm`: how far a field may lie beside its place; `colour`: delta E of its ink; `alike`: correlation of a
    picture, and of a text that is looked for beside its place.
    """

    shift_mm: float
    colour: float
    alike: float


EXACT = Tolerance(shift_mm=0.06, colour=3.0, alike=0.97)
"""Between two renderings: another version of the renderer moves edges by less than a pixel of 300 dpi."""
SCANNED = Tolerance(shift_mm=0.35, colour=20.0, alike=0.62)
"""Between a rendering and a print or scan; SPEC-1 allows +-0.25 mm in print, the rest is the scan's."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Two pictures of one face, the first as it must be.

    `there`: pixels that the found one really holds, where it does not hold all; `unreadable`: why no text of it is
    judged, if so; `unevenness`: of its light, as `light.Light` has it.
    """

    expected: Colour
    found: Colour
    optics: Optics
    there: npt.NDArray[np.bool_] | None = None
    unreadable: str = ""
    unevenness: float = 0.0
    greys: tuple[Grey, Grey] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "greys", (grey(self.expected), grey(self.found)))

    @property
    def px_mm(self) -> float:
        """Pixels a millimetre."""
        return self.optics.px_mm

    @property
    def even(self) -> bool:
        """Whether its light was, so that how dark its colours are can be judged."""
        return self.unevenness <= EVEN

    def cut(self, picture: Any, rect: Rect) -> Any:
        """A piece of a picture, grey or in colour."""
        high, wide = picture.shape[:2]
        left, top = max(0, round(rect.left * self.px_mm)), max(0, round(rect.top * self.px_mm))
        right, bottom = min(wide, round(rect.right * self.px_mm)), min(high, round(rect.bottom * self.px_mm))
        return picture[top : max(bottom, top + 1), left : max(right, left + 1)]

    def holds(self, rect: Rect) -> bool:
        """Whether the found picture shows a place."""
        return self.there is None or float(self.cut(self.there, rect).mean()) >= HELD


def judge_all(sheet: Sheet, fields: list[Region], side: str, tolerance: Tolerance) -> list[Row]:
    """A row for every field."""
    return [_judge(sheet, region, side, tolerance) for region in fields]


def _judge(sheet: Sheet, region: Region, side: str, tolerance: Tolerance) -> Row:
    where = f"{side}, {region.rect.left:.1f} mm from left, {region.rect.top:.1f} mm from top"
    wanted = region.text or "as drawn"
    if not sheet.holds(region.rect):
        return Row("face", region.name, wanted, "outside of the picture", where, UNJUDGED)
    alike, dx, dy = _shift(sheet, region.rect)
    if sheet.unreadable and (region.text or _thin(region.rect)):  # a turned text is a drawing, but no less fine
        return Row("face", region.name, wanted, sheet.unreadable, where, UNJUDGED)
    if region.kind == TEXT:
        shift = (dx, dy) if alike >= tolerance.alike else (0.0, 0.0)
        kind, shown = _text(region, read(*sheet.greys, region, shift, sheet.optics))
        if kind:
            return Row("face", region.name, wanted, shown, where, kind)
    elif shown := _picture(sheet, region, alike, (dx, dy), tolerance):
        return Row("face", region.name, wanted, shown, where, "picture")
    elif region.personal and sheet.unreadable:
        return Row("face", region.name, wanted, f"as a whole alike; {sheet.unreadable}", where, UNJUDGED)
    if np.hypot(dx, dy) > tolerance.shift_mm:
        place = f"{region.rect.left:.2f} mm, {region.rect.top:.2f} mm"
        moved = f"{region.rect.left + dx:.2f} mm, {region.rect.top + dy:.2f} mm (moved by {dx:+.2f}, {dy:+.2f})"
        return Row("face", region.name, place, moved, where, "layout")
    distance, ink, seen = _ink(sheet, region.rect, (dx, dy))
    if distance > tolerance.colour:
        return Row("face", region.name, ink, f"{seen} (delta E {distance:.0f})", where, "colour")
    return Row("face", region.name, region.text, region.text, where)


def _text(region: Region, seen: list[Seen]) -> tuple[str, str]:
    """What is wrong with a text, if anything, and what stands there, as far as it can be told.

    What tells whose card it is must be clear; small words printed in advance need only have nothing surely wrong.
    """
    pairs = [(cell.character, one) for cell, one in zip(region.cells, seen, strict=True)]
    another = any(one.character != wanted and one.margin >= SURE for wanted, one in pairs)
    clear = [one.margin >= (CLEAR if one.character == wanted else SURE) for wanted, one in pairs]
    if not another and (all(clear) or not region.personal):
        return "", ""
    shown = [one.character if known else UNSURE for known, (_, one) in zip(clear, pairs, strict=True)]
    text = _with_blanks(region, shown)
    if another:
        legible = text.count(UNKNOWN) * 3 < len(text)
        return "text", text if legible else "nothing that can be read"
    return UNJUDGED, f"{text}: {UNSURE} cannot be told from others"


def _with_blanks(region: Region, characters: list[str]) -> str:
    """The characters of a text's cells, with the blanks of the text that have no cell (at line ends)."""
    parts, place = [], 0
    for character in region.text:
        if place < len(characters) and region.cells[place].character == character:
            parts.append(characters[place])
            place += 1
        elif character.isspace():
            parts.append(character)
    return "".join(parts).strip()


def _picture(sheet: Sheet, region: Region, alike: float, shift_mm: tuple[float, float], tolerance: Tolerance) -> str:
    """What is wrong with a drawing, if anything."""
    rect = region.rect
    if alike < (tolerance.alike / 2 if _thin(rect) else tolerance.alike):
        return f"likeness {alike:.2f}, needs {tolerance.alike:g}"
    most = REPAINTED if sheet.even else REPAINTED_UNEVEN
    if (repainted := _repainted(sheet, rect)) > most and not any(shift_mm):
        return f"other colours on {100 * repainted:.0f} % of its area"
    return _somebody_else(sheet, rect, shift_mm) if region.personal and not sheet.unreadable else ""


def _somebody_else(sheet: Sheet, rect: Rect, shift_mm: tuple[float, float]) -> str:
    """What is wrong with a portrait that is alike as a whole, if anything."""
    left, top, right, bottom = pixels(rect, sheet.px_mm, sheet.found.shape[:2])
    reach = reach_px(sheet.px_mm)
    dx, dy = (round(part * sheet.px_mm) for part in shift_mm)
    rows = np.arange(top + dy - reach, bottom + dy + reach).clip(0, sheet.found.shape[0] - 1)
    columns = np.arange(left + dx - reach, right + dx + reach).clip(0, sheet.found.shape[1] - 1)
    found = apart(sheet.expected[top:bottom, left:right], sheet.found[np.ix_(rows, columns)], sheet.px_mm)
    beyond = max(0.0, sheet.unevenness - EVEN)
    drawing, hue = STRANGE + STRANGE_LIGHT * beyond, HUE + HUE_LIGHT * beyond
    if found.drawing > drawing:
        return f"somebody else's face: drawn otherwise, {found.drawing:.1f} times what is usual, may be {drawing:.1f}"
    if found.hue > hue:
        return f"somebody else's face: of other hues (delta E {found.hue:.0f}, may be {hue:.0f})"
    return ""


def _thin(rect: Rect) -> bool:
    return min(rect.right - rect.left, rect.bottom - rect.top) <= THIN_MM


def _repainted(sheet: Sheet, rect: Rect) -> float:
    """The part of a field whose colour, seen softly, is clearly another one."""
    pair = [sheet.cut(picture, rect) for picture in (sheet.expected, sheet.found)]
    soft = [lab(blurred(np.ascontiguousarray(piece), SOFT_MM * sheet.px_mm)) for piece in pair]
    return float((np.linalg.norm(soft[0] - soft[1], axis=2) > ANOTHER_COLOUR).mean())


def _moved(rect: Rect, shift: tuple[float, float]) -> Rect:
    return Rect(rect.left + shift[0], rect.top + shift[1], rect.right + shift[0], rect.bottom + shift[1])


def _shift(sheet: Sheet, rect: Rect) -> tuple[float, float, float]:
    """Likeness at the best place, and how far that is from the right one, in mm."""
    expected, found = sheet.greys
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


# ---- outside of the fields


def elsewhere(sheet: Sheet, fields: list[Region], side: str) -> Row:
    """The row of everything outside of the fields: nothing must stand there."""
    expected, found = sheet.greys
    apart = np.abs(expected - found)
    if sheet.there is not None:
        apart[~sheet.there] = 0
    soft = blurred(np.clip(apart, 0, 255).astype(np.uint8), SOFT_MM * sheet.px_mm).astype(np.float64)
    high, wide = soft.shape
    edge = round(EDGE_MM * sheet.px_mm)
    soft[:edge], soft[high - edge :], soft[:, :edge], soft[:, wide - edge :] = 0, 0, 0, 0
    for region in fields:
        sheet.cut(soft, region.rect.grown(0.6))[:] = 0
    y, x = np.unravel_index(int(np.argmax(soft)), soft.shape)
    most = float(soft[y, x])
    if most <= ELSEWHERE:
        return Row("face", "background", "nothing else", f"nothing else ({most:.0f} of 255)", side)
    left, top = x / sheet.px_mm, y / sheet.px_mm
    beside = [one.name for one in fields if one.kind == TEXT and _beside(one.rect, left, top)]
    where = f"{side}, {left:.1f} mm from left, {top:.1f} mm from top" + "".join(f", beside {one}" for one in beside[:1])
    return Row("face", "background", "nothing else", f"{most:.0f} of 255 darker or lighter", where, "picture")


def _beside(rect: Rect, left: float, top: float) -> bool:
    """Whether a place lies on a text's line, not far before or behind it."""
    return rect.top <= top <= rect.bottom and rect.left - BESIDE_MM <= left <= rect.right + BESIDE_MM


def mark(sheet: Sheet, fields: list[Region], side: str) -> Row:
    """The row of the large specimen mark: as red as it must be, where it lies outside of the fields."""
    redness = [picture[..., 0].astype(np.float64) - picture[..., 1] for picture in (sheet.expected, sheet.found)]
    there = redness[0] > MARK_RED
    for region in fields:
        sheet.cut(there, region.rect.grown(0.3))[:] = False
    around = ~there & (np.abs(redness[0] - float(np.median(redness[0]))) < MARK_RED / 2)
    if sheet.there is not None:
        there &= sheet.there
        around &= sheet.there
    if there.sum() < 100 or not around.any():
        return Row("face", "specimen.diagonal", "", "", side)
    wanted, seen = (float(one[there].mean() - one[around].mean()) for one in redness)
    kind = "same" if seen > wanted / 2 else "missing"
    return Row("face", "specimen.diagonal", "样卡 SPECIMEN", f"{100 * seen / wanted:.0f} % of its colour", side, kind)


# ---- colour


def _ink(sheet: Sheet, rect: Rect, shift: tuple[float, float]) -> tuple[float, str, str]:
    """How far the colour of what stands out in a field is from what it should be, and both colours.

    Seen softly, because colours are less sharp than brightness in photographs: how much darker each channel becomes
    where the ink is, in parts of how much darker it should.
    """
    pair = [sheet.cut(sheet.expected, rect), sheet.cut(sheet.found, _moved(rect, shift))]
    rows, columns = (min(one.shape[axis] for one in pair) for axis in range(2))
    expected, found = (np.ascontiguousarray(one[:rows, :columns]) for one in pair)
    brightness = grey(expected)
    paper = float(np.median(brightness))
    ink = brightness <= paper - 0.5 * (paper - brightness.min())
    if not ink.any() or brightness.std() < FLAT:
        return 0.0, "", ""
    wanted, ground = np.median(expected[ink], axis=0), np.median(expected, axis=(0, 1))
    soft = [blurred(one, SOFT_MM * sheet.px_mm).reshape(-1, 3).astype(np.float64) for one in (expected, found)]
    mine, theirs = (one - one.mean(axis=0) for one in soft)
    common = mine @ (wanted - ground)
    strength = (common @ theirs) / np.where(np.abs(common @ mine) < 1, 1, common @ mine)
    seen = np.clip(ground + strength * (wanted - ground), 0, 255)
    apart = lab(wanted) - lab(seen)
    distance = float(np.linalg.norm(apart if sheet.even else apart[1:]))  # a reflection makes ink paler
    return distance, _hexadecimal(wanted), _hexadecimal(seen)


def _hexadecimal(colour: Grey) -> str:
    return "#" + "".join(f"{round(float(part)):02X}" for part in colour)
