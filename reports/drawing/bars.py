"""Horizontal bars with their labels on the left and their numbers at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.drawing.canvas import WIDTH, Box, name_axes, place, shorten, text_width
from reports.drawing.palette import BLUE, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_PT = 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: label, length, and what to write at its end."""

    label: str
    length: float
    text: str


def draw_bars(
    figure: Figure, bars: Sequence[Bar], axis_name: str, *, colour: str = BLUE, longest_label: float = 330.0
) -> Axes:
    """Draw bars from the top down in the order given; returns the axes for further marks."""
    labels = [shorten(bar.label, longest_label) for bar in bars]
    left = max(60.0, max(text_width(label) for label in labels) + 14)
    box = Box(height=30 + ROW_PT * len(bars) + 12, left=left, right=24, top=30, bottom=12)
    axes = place(figure, box)
    bars_on(axes, bars, labels, colour, WIDTH - left - 24)
    name_axes(axes, y=axis_name)
    return axes


def bars_on(axes: Axes, bars: Sequence[Bar], labels: Sequence[str], colour: str, width_pt: float) -> None:
    """Draw the bars on given axes `width_pt` wide, leaving room for the numbers behind the longest."""
    axes.barh(range(len(bars)), [bar.length for bar in bars], height=0.62, color=colour)
    end = max(text_width(bar.text) for bar in bars) + 14
    longest = max((bar.length for bar in bars), default=0.0) or 1.0
    axes.set_xlim(0, longest * width_pt / max(width_pt - end, width_pt / 4))
    axes.set_ylim(len(bars) - 0.45, -0.55)
    for row, bar in enumerate(bars):
        axes.annotate(
            bar.text, (bar.length, row), (6, 0), textcoords="offset points", va="center_baseline", ha="left",
            color=INK, fontsize=10.5, annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(bars)), labels)
    axes.tick_params(axis="y", length=0, labelcolor=INK, pad=6)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
