"""The mark 样卡 SPECIMEN: one large diagonal over the whole face, and solid lines along both short edges.

Every face has it, by construction: `Face.items` ends with these items, and nothing takes them as an argument.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from cardemu.face.items import Box, Shape, Text
from cardemu.face.paths import rectangle
from cardemu.face.typefaces import Typecase
from cardemu.face.typeset import Style, fit

WORDS = "样卡 SPECIMEN"
COLOUR = "#B4232A"
CARD = Box(0, 0, 85_600, 53_980)
"""ID-1 (ISO/IEC 7810): 85.60 x 53.98 mm."""
RADIUS_UM = 3180

DIAGONAL = Style("mark", 11_400, COLOUR, align="centre")
DIAGONAL_MILLIDEGREES = 32_000
DIAGONAL_PERMILLE = 190
EDGE = Style("mark", 1300, COLOUR, align="centre", tracking_um=120)
EDGE_FROM_UM = 1350
"""Distance of the middle of the lines from the card's edge."""
STRIP_UM = 1900
"""Width of the white strip under a line, so that no ground of any colour hides it."""
PLACEHOLDER = "占位版式 PLACEHOLDER LAYOUT"


@lru_cache(maxsize=4)
def marks(basis: str) -> tuple[Shape | Text, ...]:
    """The mark's items; a layout without published geometry says so too."""
    typecase = Typecase()
    middle = Box(-5000, CARD.height // 2 - 8000, CARD.width + 10_000, 16_000)
    large = replace(
        fit("specimen.diagonal", WORDS, middle, DIAGONAL, typecase),
        angle_millidegrees=DIAGONAL_MILLIDEGREES,
        opacity_permille=DIAGONAL_PERMILLE,
    )
    line = " · ".join([WORDS, PLACEHOLDER if basis == "placeholder" else WORDS])
    edges: list[Shape | Text] = []
    for name, x, angle in (("left", EDGE_FROM_UM, 90_000), ("right", CARD.width - EDGE_FROM_UM, -90_000)):
        half = CARD.height // 2 - RADIUS_UM
        along = Box(x - half, CARD.height // 2 - 900, 2 * half, 1800)
        text = replace(fit(f"specimen.{name}", line, along, EDGE, typecase), angle_millidegrees=angle)
        reach = along.x + along.width // 2 - text.lines[0].x_um[0] + STRIP_UM // 2
        strip = Box(x - STRIP_UM // 2, CARD.height // 2 - reach, STRIP_UM, 2 * reach)
        edges += [Shape(f"{text.id}.strip", rectangle(strip, STRIP_UM // 2), "#FFFFFF", opacity_permille=850), text]
    return (large, *edges)


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart: 1 to 21 (WCAG 2.2, contrast ratio)."""
    lights = sorted(_luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
