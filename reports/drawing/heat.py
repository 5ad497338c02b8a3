"""A table of coloured cells: places down, hours across, the number written in each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from reports.drawing.canvas import Box, Key, legend, legend_rows, place, shorten, text_width
from reports.drawing.palette import HEAT, HEAT_DARK_FROM, HEAT_TEXT_HIGH, HEAT_TEXT_LOW, PAPER
from reports.drawing.scale import round_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words

ROW_PT = 23.0
MOST_ROWS = 20
"""More rows than this nobody reads; the caller picks the ones that matter."""


@dataclass(frozen=True, slots=True)
class HeatTable:
    """What to draw: a label per row, an hour per column, NaN where there is nothing."""

    rows: Sequence[str]
    hours: Sequence[int]
    values: NDArray[np.float64]
    unit: str
    write: Callable[[float], str]


def class_step(values: NDArray[np.float64]) -> float:
    """Return the width of one colour class, a round number, so that all values fall into the classes."""
    return round_step(float(np.nanmax(values)) / len(HEAT))


def hours_with_data(values: NDArray[np.float64]) -> list[int]:
    """Return the hours from the first to the last that has a number in any row."""
    used = np.flatnonzero(np.isfinite(values).any(axis=0))
    return list(range(int(used[0]), int(used[-1]) + 1)) if used.size else []


def draw_heat(figure: Figure, table: HeatTable, words: Words) -> None:
    """Draw the cells, the numbers in them, and a legend of the classes."""
    step = class_step(table.values)
    labels = [shorten(label) for label in table.rows]
    left = max(70.0, max(text_width(label) for label in labels) + 14)
    keys = _class_keys(step, table, words)
    top = 44.0 + 18 * (legend_rows([key.label for key in keys], left) - 1)
    box = Box(height=top + ROW_PT * len(labels) + 40, left=left, top=top, bottom=40)
    axes = place(figure, box)
    _cells(axes, table, step)
    _frame(axes, table.hours, labels, words)
    legend(figure, keys, left)


def _class_keys(step: float, table: HeatTable, words: Words) -> list[Key]:
    used = np.unique(_classes(table.values[np.isfinite(table.values)], step))
    keys: list[Key] = []
    for number in range(int(used.min()), int(used.max()) + 1):
        low, high = words.decimal(number * step, 2), words.decimal((number + 1) * step, 2)
        unit = f" {table.unit}" if not keys else ""
        keys.append(Key(f"{low}–{high}{unit}", HEAT[number]))
    return keys


def _classes(values: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    return np.clip(np.floor(values / step), 0, len(HEAT) - 1).astype(np.int64)


def _cells(axes: Axes, table: HeatTable, step: float) -> None:
    patches: list[Rectangle] = []
    colours: list[str] = []
    for row in range(len(table.rows)):
        for column, hour in enumerate(table.hours):
            value = float(table.values[row, hour])
            if np.isnan(value):
                continue
            heat = int(_classes(np.array([value]), step)[0])
            patches.append(Rectangle((column, row), 1, 1))
            colours.append(HEAT[heat])
            ink = HEAT_TEXT_HIGH if heat >= HEAT_DARK_FROM else HEAT_TEXT_LOW
            axes.text(column + 0.5, row + 0.5, table.write(value), ha="center", va="center", color=ink, fontsize=10)
    axes.add_collection(PatchCollection(patches, facecolors=colours, edgecolors=PAPER, linewidths=1.2))


def _frame(axes: Axes, hours: Sequence[int], labels: Sequence[str], words: Words) -> None:
    axes.set_xlim(0, len(hours))
    axes.set_ylim(len(labels), 0)
    every = 1 if len(hours) <= 16 else 2  # as many as fit side by side
    marks = list(range(0, len(hours) + 1, every))
    axes.set_xticks(marks, [f"{hours[0] + mark:02d}:00" for mark in marks])
    axes.set_yticks([row + 0.5 for row in range(len(labels))], labels)
    axes.tick_params(axis="both", length=0, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.annotate(
        words("pictures.hour_axis"), (1, 0), (0, -22), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", fontsize=10.5, color=axes.xaxis.label.get_color(), annotation_clip=False,
    )  # fmt: skip
