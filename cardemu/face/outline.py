"""The outlines of characters at their place on the card, for the vector formats."""

from __future__ import annotations

from functools import lru_cache

from cardemu.face.typefaces import Typeface


@lru_cache(maxsize=8192)
def glyph_path(face: Typeface, character: str, size_um: int, x_um: int, baseline_um: int) -> str:
    """A character as a path (M, L, C, Z, absolute whole micrometres, y downwards); empty for a blank."""
    scale = size_um / face.units
    words = []
    for letter, points in face.outline(character):
        placed = (f"{round(x_um + x * scale)} {round(baseline_um - y * scale)}" for x, y in points)
        words.append(letter + " ".join(placed))
    return " ".join(words)
