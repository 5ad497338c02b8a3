"""Colours: text can be read on what is behind it, in light and in dark; every role has a colour in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reports
from reports.drawing.palette import HEAT, HEAT_DARK_FROM, ROLES

CSS = (Path(reports.__path__[0]) / "templates" / "report.css").read_text(encoding="utf-8")
READABLE, VISIBLE = 4.5, 3.0
"""Contrast that WCAG 2.1 asks of text (1.4.3) and of graphics (1.4.11)."""


def variables(css: str) -> dict[str, str]:
    """Return the colour variables of one block of the style sheet."""
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", css))


LIGHT, DARK, PRINT = (variables(part) for part in re.split(r"@media \(prefers-color-scheme: dark\)|@media print", CSS))
MODES = pytest.mark.parametrize("mode", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_guideline() -> None:
    """Black on white is 21; grey 767676 on white just passes."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@MODES
def test_text_can_be_read(mode: dict[str, str]) -> None:
    """Body text, lesser text, verdicts, notes and the numbers in the cells."""
    pairs = [
        ("ink", "paper"),
        ("ink", "page"),
        ("muted", "paper"),
        ("muted", "page"),
        ("accent", "paper"),
        ("good-ink", "good-back"),
        ("bad-ink", "bad-back"),
        ("ink", "bad-back"),
        ("note-ink", "note-back"),
    ]
    pairs += [
        ("heat-text-high" if number >= HEAT_DARK_FROM else "heat-text-low", f"heat-{number}")
        for number in range(len(HEAT))
    ]
    unreadable = {pair: contrast(mode[pair[0]], mode[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in unreadable.items() if ratio < READABLE} == {}


@MODES
def test_lines_can_be_seen(mode: dict[str, str]) -> None:
    """Every series stands out from the paper."""
    faint = {
        name: contrast(mode[name], mode["paper"]) for name in ("blue", "orange", "teal", "purple", "olive", "grey")
    }
    assert {name: ratio for name, ratio in faint.items() if ratio < VISIBLE} == {}


@MODES
def test_every_role_has_a_colour(mode: dict[str, str]) -> None:
    """A picture never refers to a variable that does not exist."""
    assert set(ROLES.values()) - set(mode) == set()


def test_light_colours_are_those_of_the_drawing() -> None:
    """What Matplotlib draws and what the light page shows are the same, but for two twins kept apart by role."""
    different = {role for colour, role in ROLES.items() if LIGHT[role] != colour}
    assert different == {"heat-text-low", "heat-text-high"}
