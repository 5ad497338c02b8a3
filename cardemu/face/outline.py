"""The outlines of characters at their place on the card, for the vector formats."""

from __future__ import annotations

from functools import lru_cache

from cardemu.face.typefaces import Typeface

_LETTERS = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "qCurveTo": "Q", "closePath": "Z", "endPath": ""}


@lru_cache(maxsize=8192)
def glyph_path(face: Typeface, character: str, size_um: int, x_um: int, baseline_um: int) -> str:
    """A character as a path (M, L, C, Z, absolute whole micrometres, y downwards); empty for a blank."""
    scale = size_um / face.units
    words: list[str] = []
    here = (0.0, 0.0)
    for command, points in face.outline(character):
        for letter, numbers in _cubic(_LETTERS[command], here, points):
            placed = (f"{round(x_um + x * scale)} {round(baseline_um - y * scale)}" for x, y in numbers)
            words.append(letter + " ".join(placed))
        here = points[-1] if points else here
    return " ".join(word for word in words if word)


Point = tuple[float, float]


def _cubic(letter: str, here: Point, points: tuple[Point, ...]) -> list[tuple[str, tuple[Point, ...]]]:
    """A pen command as lines and cubic curves.  TrueType's quadratic ones leave the middle points out."""
    if letter != "Q":
        return [(letter, points)]
    found: list[tuple[str, tuple[Point, ...]]] = []
    *handles, end = points
    for number, handle in enumerate(handles):
        last = number == len(handles) - 1
        after = handles[min(number + 1, len(handles) - 1)]
        to = end if last else ((handle[0] + after[0]) / 2, (handle[1] + after[1]) / 2)
        first = (here[0] + 2 / 3 * (handle[0] - here[0]), here[1] + 2 / 3 * (handle[1] - here[1]))
        second = (to[0] + 2 / 3 * (handle[0] - to[0]), to[1] + 2 / 3 * (handle[1] - to[1]))
        found.append(("C", (first, second, to)))
        here = to
    return found
