"""Fitting a text into its box: widths, line breaks, sizes, alignment; all in whole micrometres."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cardemu.face.items import Box, Line, Text
from cardemu.face.typefaces import Typecase

OVERFLOWS = ("error", "shrink", "wrap")
ALIGNMENTS = ("left", "centre", "right")
STEP_UM = 10
"""Texts shrink in steps of a hundredth of a millimetre."""
LEADING_PERMILLE = 1120
ASCENT_PERMILLE = 880
"""Where the baseline lies in the square of a Chinese character."""
BREAK_AFTER = "·•‧・ -"


class FitError(ValueError):
    """A text that cannot be written into its box; the message does not name the field."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is written.  `minimum_um`: the smallest size it may shrink to."""

    font: str
    size_um: int
    colour: str
    minimum_um: int = 0
    align: str = "left"
    overflow: str = "error"
    tracking_um: int = 0


def fit(name: str, text: str, box: Box, style: Style, typecase: Typecase) -> Text:
    """A text in its box; FitError when a character is in no font or the text too long for the overflow rule."""
    missing = typecase.missing(text, style.font)
    if missing:
        names = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in missing)
        raise FitError(f"no font has the character {names}; lend one with --font-file")
    joined = [character for character in text if needs_shaping(character)]
    if joined:
        raise FitError(
            f"{joined[0]!r} (U+{ord(joined[0]):04X}) belongs to a script whose letters are joined; none is drawn"
        )
    smallest = style.size_um if style.overflow == "error" or not style.minimum_um else style.minimum_um
    for size in range(style.size_um, smallest - 1, -STEP_UM):
        lines = _broken(text, box, style, size, typecase)
        if lines is not None:
            return _placed(name, text, box, style, size, lines, typecase)
    width = (sum(_widths(text, style, smallest, typecase)) - style.tracking_um) / 1000
    at = "" if smallest == style.size_um else f" even at its smallest size of {smallest / 1000:g} mm"
    rule = {"error": "", "shrink": ", on one line", "wrap": ", on as many lines as fit"}[style.overflow]
    raise FitError(
        f"{text!r} is {width:.1f} mm long{at}, too long for its box of "
        f"{box.width / 1000:g} x {box.height / 1000:g} mm{rule}"
    )


def needs_shaping(character: str) -> bool:
    """Whether a character cannot simply be set beside the one before: written from the right, or a mark on another."""
    return unicodedata.bidirectional(character) in {"R", "AL", "AN"} or unicodedata.category(character)[0] == "M"


def _widths(text: str, style: Style, size_um: int, typecase: Typecase) -> list[int]:
    """The advance of each character, with the space between letters."""
    widths = []
    for character in text:
        face = typecase.faces[typecase.find(character, style.font) or 0]
        widths.append((face.width(character) * size_um + face.units // 2) // face.units + style.tracking_um)
    return widths


def _broken(text: str, box: Box, style: Style, size_um: int, typecase: Typecase) -> list[str] | None:
    """The lines of a text at a size, or None when they do not fit."""
    widths = _widths(text, style, size_um, typecase)
    if sum(widths) - style.tracking_um <= box.width:
        return [text] if size_um <= box.height else None
    if style.overflow != "wrap":
        return None
    for breaking in (_break, lambda _text, _start, end: end):
        lines = _filled(text, widths, box.width + style.tracking_um, breaking)
        if lines is not None and _height(len(lines), size_um) <= box.height:
            return lines
    return None


def _filled(text: str, widths: list[int], width_um: int, breaking: Callable[[str, int, int], int]) -> list[str] | None:
    """Lines as full as they get; None when a line cannot hold a single character."""
    lines, start = [], 0
    while start < len(text):
        end, room = start, width_um
        while end < len(text) and widths[end] <= room:
            room -= widths[end]
            end += 1
        if end == start:
            return None
        if end < len(text):
            end = breaking(text, start, end)
        lines.append(text[start:end].strip(" "))
        start = end
    return lines


def _break(text: str, start: int, end: int) -> int:
    """Where a line that could hold text[start:end] ends: behind a dot or blank if there is one, never in a word."""
    for place in range(end, start + 1, -1):
        if text[place - 1] in BREAK_AFTER:
            return place
    for place in range(end, start, -1):
        if not (_latin(text[place - 1]) and _latin(text[place])):
            return place
    return end


def _latin(character: str) -> bool:
    return character < "\u0250" and character.isalnum()


def _height(count: int, size_um: int) -> int:
    return size_um + (count - 1) * size_um * LEADING_PERMILLE // 1000


def _placed(name: str, text: str, box: Box, style: Style, size_um: int, lines: list[str], typecase: Typecase) -> Text:
    """Lines in the middle of the box's height, aligned in its width."""
    top = box.y + (box.height - _height(len(lines), size_um)) // 2
    placed = []
    for number, line in enumerate(lines):
        widths = _widths(line, style, size_um, typecase)
        room = box.width - (sum(widths) - style.tracking_um)
        x = box.x + {"left": 0, "centre": room // 2, "right": room}[style.align]
        starts = []
        for width in widths:
            starts.append(x)
            x += width
        baseline = top + size_um * ASCENT_PERMILLE // 1000 + number * size_um * LEADING_PERMILLE // 1000
        fonts = tuple(typecase.find(character, style.font) or 0 for character in line)
        placed.append(Line(line, baseline, tuple(starts), fonts))
    return Text(name, box, text, style.font, size_um, style.colour, tuple(placed))
