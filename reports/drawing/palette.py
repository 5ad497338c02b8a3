"""Colours by role.

Pictures name a role; the page's style sheet gives the colour, so that a dark page and a printed page need no
second drawing.  The hexadecimal values are the light ones.  Series colours keep apart for the common kinds of
colour blindness, and every series also has its own dash pattern, mark or direct label.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#1b2733"  # text
MUTED: Final = "#52606d"  # axis numbers, less important text
GRID: Final = "#d9dfe5"
AXIS: Final = "#8895a1"
PAPER: Final = "#ffffff"  # behind the picture
BLUE: Final = "#1f5fa6"
ORANGE: Final = "#c85a00"
TEAL: Final = "#0b7d72"
PURPLE: Final = "#85459b"
OLIVE: Final = "#8a7400"
GREY: Final = "#6e7a86"
LIGHT_BLUE: Final = "#a9c8e8"
LIGHT_ORANGE: Final = "#f2c39b"
LIGHT_GREY: Final = "#c4ccd4"
HEAT: Final = ("#f1f6fb", "#d8e7f4", "#b3d0ea", "#85b4dc", "#3f7ab0", "#235d97", "#123f6d")
HEAT_DARK_FROM: Final = 4
"""First heat class on which text must be light."""
HEAT_TEXT_LOW: Final = "#1b2734"
HEAT_TEXT_HIGH: Final = "#fefefe"

SERIES: Final = (BLUE, ORANGE, TEAL, PURPLE, OLIVE, GREY)
DASHES: Final = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 3)))

ROLES: Final[dict[str, str]] = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    AXIS: "axis",
    PAPER: "paper",
    BLUE: "blue",
    ORANGE: "orange",
    TEAL: "teal",
    PURPLE: "purple",
    OLIVE: "olive",
    GREY: "grey",
    LIGHT_BLUE: "light-blue",
    LIGHT_ORANGE: "light-orange",
    LIGHT_GREY: "light-grey",
    **{colour: f"heat-{number}" for number, colour in enumerate(HEAT)},
    HEAT_TEXT_LOW: "heat-text-low",
    HEAT_TEXT_HIGH: "heat-text-high",
}
"""Light colour to the name of its CSS variable."""
