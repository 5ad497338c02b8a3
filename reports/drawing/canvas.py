"""Axes, legends and labels with room measured in points, for both languages.

A picture is `WIDTH` points wide and as high as its plot asks for.  Text width is estimated from the characters
(Chinese ones are an em wide), because the reader's font is not known when the picture is drawn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from reports.drawing.palette import INK, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 720.0
_POINTS = 72.0
_SIZE = 11.0
_WIDE_EM, _NARROW_EM = 1.0, 0.6
LONGEST_LABEL_PT = 210.0
_BESIDE_PT = 8.0
"""Room between an axis and its numbers, and beyond them."""


def printable(text: str) -> str:
    """Return the text without control characters, which an SVG may not contain."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs", "Cn", "Co"})


def text_width(text: str, size: float = _SIZE) -> float:
    """Estimate how wide a text is, in points."""
    ems = (_WIDE_EM if unicodedata.east_asian_width(letter) in {"W", "F"} else _NARROW_EM for letter in text)
    return size * sum(ems)


def shorten(text: str, width: float = LONGEST_LABEL_PT, size: float = _SIZE) -> str:
    """Cut a label that is too wide, with an ellipsis at its end."""
    text = printable(text)
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Box:
    """Room around the axes, in points."""

    height: float = 300.0
    left: float = 56.0
    right: float = 16.0
    top: float = 44.0
    bottom: float = 44.0


def size_figure(figure: Figure, height: float) -> None:
    """Give the figure its width and this height, in points."""
    figure.set_size_inches(WIDTH / _POINTS, height / _POINTS)


def place(figure: Figure, box: Box, rows: int = 1, columns: int = 1, index: int = 0, gap: float = 40.0) -> Axes:
    """Add axes: one of rows x columns equal ones inside the box (index counts row by row)."""
    size_figure(figure, box.height)
    row, column = divmod(index, columns)
    width = (WIDTH - box.left - box.right - gap * (columns - 1)) / columns
    height = (box.height - box.top - box.bottom - gap * (rows - 1)) / rows
    left = box.left + column * (width + gap)
    bottom = box.bottom + (rows - 1 - row) * (height + gap)
    return figure.add_axes((left / WIDTH, bottom / box.height, width / WIDTH, height / box.height))


def name_axes(axes: Axes, x: str = "", y: str = "") -> None:
    """Name the axes with their units: y above its numbers, reading left to right; x below, at the right end."""
    if y:
        axes.annotate(
            printable(y), (0, 1), (-6, 10), xycoords="axes fraction", textcoords="offset points", color=MUTED,
            ha="left", va="bottom", fontsize=10.5, annotation_clip=False,
        )  # fmt: skip
    if x:
        axes.annotate(
            printable(x), (1, 0), (0, -22), xycoords="axes fraction", textcoords="offset points", color=MUTED,
            ha="right", va="top", fontsize=10.5, annotation_clip=False,
        )  # fmt: skip


def _with_separators(value: float, _: int | None) -> str:
    return f"{value:,.10g}"


def grid(axes: Axes, axis: Literal["x", "y"] = "y", ticks: int = 5, *, whole: bool = False) -> None:
    """Draw light lines across one axis, which starts at zero, at a few round values."""
    locator = MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], integer=whole)
    if axis == "y":
        axes.yaxis.set_major_locator(locator)
        axes.yaxis.set_major_formatter(FuncFormatter(_with_separators))
        axes.set_ylim(bottom=0)
        axes.spines["left"].set_visible(False)
        _make_room_for_numbers(axes, locator)
    else:
        axes.xaxis.set_major_locator(locator)
        axes.set_xlim(left=0)
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", length=0)
    axes.grid(axis=axis)


def _make_room_for_numbers(axes: Axes, locator: MaxNLocator) -> None:
    """Begin the axes further to the right where the numbers beside them would reach over what is to their left."""
    low, high = axes.get_ylim()
    widest = max(text_width(_with_separators(float(tick), None), 10.5) for tick in locator.tick_values(low, high))
    box, figure = axes.get_position(), axes.get_figure()
    others = [] if figure is None else [other.get_position() for other in figure.axes if other is not axes]
    beside = [other.x1 for other in others if other.x1 <= box.x0 and other.y0 < box.y1 and box.y0 < other.y1]
    needed = max(beside, default=0.0) + (widest + _BESIDE_PT) / WIDTH
    if needed > box.x0:
        axes.set_position((needed, box.y0, box.x1 - needed, box.height))


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a line (dash given) or a filled box, perhaps hatched."""

    label: str
    colour: str
    dash: object = None
    hatch: str = ""
    marker: str = ""


def legend(figure: Figure, keys: Sequence[Key], left: float, top: float = 12.0) -> None:
    """Write a legend in one line, wrapping when it gets too long; `left` and `top` in points from the corner."""
    height = figure.get_size_inches()[1] * _POINTS
    x, y = left, top
    for key in keys:
        label = shorten(key.label)
        needed = 28 + text_width(label) + 16
        if x > left and x + needed > WIDTH:
            x, y = left, y + 18
        middle = 1 - y / height
        if key.dash is None and not key.marker:
            patch = Rectangle(
                (x / WIDTH, middle - 5 / height), 22 / WIDTH, 10 / height, transform=figure.transFigure,
                facecolor=key.colour, hatch=key.hatch or None, edgecolor=PAPER if key.hatch else "none",
            )  # fmt: skip
            figure.add_artist(patch)
        else:
            line = Line2D(
                [x / WIDTH, (x + 11) / WIDTH, (x + 22) / WIDTH], [middle] * 3, transform=figure.transFigure,
                color=key.colour, linestyle=key.dash if key.dash is not None else "none", linewidth=2.0,  # type: ignore[arg-type]
                marker=key.marker or None, markersize=5, markevery=[1],
            )  # fmt: skip
            figure.add_artist(line)
        figure.text((x + 28) / WIDTH, middle, label, va="center_baseline", ha="left", color=INK, fontsize=10.5)
        x += needed


def legend_rows(labels: Sequence[str], left: float) -> int:
    """Count the lines `legend` will need."""
    x, rows = left, 1
    for label in labels:
        needed = 28 + text_width(shorten(label)) + 16
        if x > left and x + needed > WIDTH:
            x, rows = left, rows + 1
        x += needed
    return rows
