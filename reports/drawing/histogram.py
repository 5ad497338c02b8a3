"""Distributions of times, with the half and the nine-tenths marked and written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import WIDTH, Box, grid, name_axes, place, printable, text_width
from reports.drawing.palette import INK, LIGHT_BLUE, MUTED, ORANGE, PAPER
from reports.drawing.scale import time_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import TimeHistogram

PANEL_PT = 226.0
_LEFT_PT = 56.0
_HALF_PT, _NINETY_PT, _TITLE_PT = 28.0, 43.0, 60.0
"""Heights above a panel at which its two marks and its title are written."""


def draw_histograms(figure: Figure, histograms: Sequence[TimeHistogram], words: Words, count_name: str) -> None:
    """Draw one panel per distribution, two side by side if there are several."""
    columns = 1 if len(histograms) == 1 else 2
    rows = -(-len(histograms) // columns)
    top = _TITLE_PT + 16 if columns > 1 else _NINETY_PT + 16
    box = Box(height=rows * PANEL_PT + top - 40, left=_LEFT_PT, top=top, bottom=40)
    for index, histogram in enumerate(histograms):
        axes = place(figure, box, rows, columns, index, gap=_gap(rows, columns))
        _panel(axes, histogram, words, count_name, box.height)
        if columns > 1:
            _panel_title(axes, words(f"lead.{histogram.name}"))


def _gap(rows: int, columns: int) -> float:
    return _TITLE_PT + 56 if rows > 1 else 52.0 if columns > 1 else 0.0


def _panel_title(axes: Axes, title: str) -> None:
    axes.annotate(
        printable(title), (0, 1), (-6, _TITLE_PT), xycoords="axes fraction", textcoords="offset points", color=INK,
        ha="left", va="bottom", fontsize=10.5, fontweight="bold", annotation_clip=False,
    )  # fmt: skip


def _panel(axes: Axes, histogram: TimeHistogram, words: Words, count_name: str, figure_pt: float) -> None:
    last = int(np.flatnonzero(histogram.counts)[-1]) + 1
    unit = time_unit(float(histogram.edges_ms[last]))
    edges = np.asarray(histogram.edges_ms[: last + 1], dtype=np.float64) / unit.ms
    axes.bar(
        edges[:-1], histogram.counts[:last], np.diff(edges), align="edge", color=LIGHT_BLUE, edgecolor=PAPER,
        linewidth=0.6,
    )  # fmt: skip
    axes.set_xlim(0, edges[-1])
    grid(axes, "y", 4, whole=True)
    name_axes(axes, x=words(unit.name))
    half = _Mark(
        histogram.p50_ms / unit.ms, words("pictures.half", value=words.duration(histogram.p50_ms)), MUTED, "--"
    )
    ninety = _Mark(
        histogram.p90_ms / unit.ms, words("pictures.ninety", value=words.duration(histogram.p90_ms)), ORANGE, "-"
    )
    panel_pt = axes.get_position().height * figure_pt
    scale = axes.get_position().width * WIDTH / float(edges[-1])
    _name_counts(axes, count_name, half.x * scale)
    beside = (float(edges[-1]) - ninety.x) * scale > text_width(ninety.label)
    fits_between = (ninety.x - half.x) * scale > text_width(half.label) + 8
    fits_before = half.x * scale + _LEFT_PT > text_width(half.label)
    # a label that fits on neither side of its line passes above the other line, which is the shorter one then
    low, high = (_NINETY_PT, _HALF_PT) if beside and not (fits_between or fits_before) else (_HALF_PT, _NINETY_PT)
    _mark(axes, ninety, high, panel_pt, left=beside)
    _mark(axes, half, low, panel_pt, left=fits_between or not fits_before)


def _name_counts(axes: Axes, name: str, first_pt: float) -> None:
    """Name the counts above their numbers; beside them where the first mark, so far from the axis, would cross it."""
    crossed = first_pt < text_width(name) <= _LEFT_PT
    axes.annotate(
        printable(name), (0, 1), (-6, 10), xycoords="axes fraction", textcoords="offset points", color=MUTED,
        ha="right" if crossed else "left", va="bottom", fontsize=10.5, annotation_clip=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mark:
    """A time to point out, in the unit of the axis."""

    x: float
    label: str
    colour: str
    dash: str


def _mark(axes: Axes, mark: _Mark, height_pt: float, panel_pt: float, *, left: bool) -> None:
    """Draw a line at the mark up to its label, which begins (left) or ends there; each mark has its own height."""
    axes.plot([mark.x, mark.x], [0, 1 + (height_pt + 5) / panel_pt], transform=axes.get_xaxis_transform(),
              color=mark.colour, linestyle=mark.dash, linewidth=1.6, clip_on=False)  # fmt: skip
    axes.annotate(
        mark.label, (mark.x, 1), (5 if left else -5, height_pt), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="left" if left else "right", va="center", fontsize=10.5, color=INK,
        annotation_clip=False,
    )  # fmt: skip
