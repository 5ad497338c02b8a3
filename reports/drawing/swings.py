"""Two pictures of studies: a tornado of assumptions, and differences with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.drawing.canvas import WIDTH, Box, Key, legend, name_axes, place, shorten, text_width
from reports.drawing.palette import AXIS, BLUE, GREY, INK, LIGHT_BLUE, LIGHT_ORANGE, MUTED, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_PT = 26.0
_LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One end of a swing: where it ends, and what stands there."""

    end: float
    text: str


@dataclass(frozen=True, slots=True)
class SwingRow:
    """A row of a tornado; an arm is None where there is none."""

    label: str
    low: Arm | None
    high: Arm | None
    sure: bool = True  # more than chance


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A difference with its interval."""

    label: str
    middle: float
    low: float
    high: float
    text: str
    sure: bool


def draw_tornado(figure: Figure, rows: Sequence[SwingRow], base: float, axis: str, keys: tuple[str, str, str]) -> None:
    """Bars from the base value to what the lower and the higher input give; pale ones may be chance."""
    axes, left = _rows(figure, [row.label for row in rows], axis)
    legend(figure, [Key(keys[0], BLUE), Key(keys[1], ORANGE), Key(keys[2], LIGHT_BLUE)], 24.0)
    ends = [base]
    for number, row in enumerate(rows):
        colours = (BLUE, ORANGE) if row.sure else (LIGHT_BLUE, LIGHT_ORANGE)
        for arm, colour, up in ((row.low, colours[0], -0.19), (row.high, colours[1], 0.19)):
            if arm is None:
                continue
            axes.barh(number + up, arm.end - base, left=base, height=0.34, color=colour)
            ends.append(arm.end)
            leftwards = arm.end < base
            axes.annotate(
                shorten(arm.text, 110), (arm.end, number + up), (-5 if leftwards else 5, 0), color=INK, fontsize=9,
                textcoords="offset points", va="center_baseline", ha="right" if leftwards else "left",
                annotation_clip=False,
            )  # fmt: skip
    axes.axvline(base, color=INK, linewidth=1.0)
    _room(axes, ends, WIDTH - left - 24, 115)


def draw_spans(figure: Figure, rows: Sequence[SpanRow], axis: str, keys: tuple[str, str]) -> None:
    """Differences as dots with their intervals, and a line where there is none."""
    axes, left = _rows(figure, [row.label for row in rows], axis)
    legend(figure, [Key(keys[0], BLUE, "-", marker="o"), Key(keys[1], GREY, (0, (5, 2)), marker="o")], left)
    for number, row in enumerate(rows):
        colour = BLUE if row.sure else GREY
        dash = "-" if row.sure else (0, (5, 2))
        axes.plot([row.low, row.high], [number, number], color=colour, linestyle=dash, solid_capstyle="butt")
        axes.plot([row.middle], [number], color=colour, marker="o", markersize=7, linestyle="none")
        axes.annotate(
            row.text, (max(row.high, row.low), number), (8, 0), textcoords="offset points", color=INK, fontsize=10,
            va="center_baseline", ha="left", annotation_clip=False,
        )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1.0)
    longest = max((text_width(row.text, 10) for row in rows), default=0.0) + 14
    ends = [0.0, *(row.low for row in rows), *(row.high for row in rows)]
    _room(axes, ends, WIDTH - left - 24, longest, 10)


def _rows(figure: Figure, labels: Sequence[str], axis: str) -> tuple[Axes, float]:
    shown = [shorten(label, _LONGEST) for label in labels]
    left = max(60.0, max(text_width(label) for label in shown) + 14)
    axes = place(figure, Box(height=44 + ROW_PT * len(labels) + 48, left=left, right=24, top=44, bottom=48))
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.set_yticks(range(len(labels)), shown)
    axes.tick_params(axis="y", length=0, labelcolor=INK, pad=6)
    axes.tick_params(axis="x", labelcolor=MUTED)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(AXIS)
    axes.grid(axis="x")
    axes.locator_params(axis="x", nbins=5)
    name_axes(axes, x=axis)
    return axes, left


def _room(axes: Axes, ends: Sequence[float], width_pt: float, right_pt: float, left_pt: float | None = None) -> None:
    """Limits that leave room for the texts beside the ends."""
    left_pt = right_pt if left_pt is None else left_pt
    low, high = min(ends), max(ends)
    span = (high - low) or abs(high) or 1.0
    inner = max(width_pt - left_pt - right_pt, width_pt / 4)
    axes.set_xlim(low - span * left_pt / inner, high + span * right_pt / inner)
