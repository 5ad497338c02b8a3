"""Tables of coloured cells: places down, time across, the number written in each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from reports.drawing.canvas import WIDTH, Box, Key, legend, legend_rows, place, printable, shorten, text_width
from reports.drawing.daytime import clock_of, group_title, kind_title
from reports.drawing.palette import HEAT, HEAT_DARK_FROM, HEAT_TEXT_HIGH, HEAT_TEXT_LOW, INK, PAPER
from reports.drawing.scale import round_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import ThroughDay

ROW_PT = 23.0
MOST_ROWS = 10
"""More rows than this nobody reads; the caller picks the ones that matter."""
_TITLE_PT, _FOOT_PT, _CLOCK_PT = 26.0, 30.0, 34.0


@dataclass(frozen=True, slots=True)
class HeatTable:
    """One block of cells: its title, a label per row, NaN where there is nothing."""

    title: str
    rows: Sequence[str]
    values: NDArray[np.float64]  # [row, column]


@dataclass(frozen=True, slots=True)
class Heat:
    """What to draw: blocks under each other with the same columns (half hours of the day) and the same colours."""

    blocks: Sequence[HeatTable]
    columns: Sequence[slice]
    unit: str
    write: Callable[[float], str]


def blocks_by_kind(
    day: ThroughDay,
    groups: Sequence[int],
    values: NDArray[np.float64],
    words: Words,
    label: Callable[[ThroughDay, int, Words], str] = group_title,
) -> list[HeatTable]:
    """A block for each kind of day of values [kind, shown group, column], without rows that have none."""
    blocks = []
    for kind, of_kind in enumerate(values):
        there = np.flatnonzero(np.isfinite(of_kind).any(axis=1)).tolist()
        if there:
            rows = [label(day, groups[row], words) for row in there]
            blocks.append(HeatTable(kind_title(day, kind, words), rows, of_kind[there]))
    return blocks


def class_step(values: NDArray[np.float64]) -> float:
    """Return the width of one colour class, a round number, so that all values fall into the classes."""
    return round_step(float(np.nanmax(values)) / len(HEAT))


def draw_heat(figure: Figure, heat: Heat, words: Words) -> None:
    """Draw the cells, the numbers in them, and a legend of the classes."""
    everything = np.concatenate([block.values.ravel() for block in heat.blocks])
    step = class_step(everything)
    labels = [[shorten(label) for label in block.rows] for block in heat.blocks]
    left = max(70.0, max(text_width(label) for group in labels for label in group) + 14)
    keys = _class_keys(everything, step, heat, words)
    top = 26.0 + 18 * (legend_rows([key.label for key in keys], left) - 1)
    heights = [ROW_PT * len(block.rows) for block in heat.blocks]
    total = top + sum(heights) + (_TITLE_PT + _FOOT_PT) * len(heights) + 14
    for block, group, height in zip(heat.blocks, labels, heights, strict=True):
        top += _TITLE_PT
        axes = place(figure, Box(height=total, left=left, right=24, top=top, bottom=total - top - height))
        axes.annotate(
            printable(block.title), (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", color=INK,
            ha="left", va="bottom", fontsize=11, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
        _cells(axes, block.values, step, heat.write)
        _frame(axes, heat.columns, group)
        top += height + _FOOT_PT
    axes.annotate(
        words("pictures.hour_axis"), (1, 0), (0, -22), xycoords="axes fraction", textcoords="offset points",
        ha="right", va="top", fontsize=10.5, color=axes.xaxis.label.get_color(), annotation_clip=False,
    )  # fmt: skip
    legend(figure, keys, left)


def _class_keys(values: NDArray[np.float64], step: float, heat: Heat, words: Words) -> list[Key]:
    used = np.unique(_classes(values[np.isfinite(values)], step))
    keys: list[Key] = []
    for number in range(int(used.min()), int(used.max()) + 1):
        low, high = words.decimal(number * step, 2), words.decimal((number + 1) * step, 2)
        unit = f" {heat.unit}" if not keys else ""
        keys.append(Key(f"{low}–{high}{unit}", HEAT[number]))
    return keys


def _classes(values: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    return np.clip(np.floor(values / step), 0, len(HEAT) - 1).astype(np.int64)


def _cells(axes: Axes, values: NDArray[np.float64], step: float, write: Callable[[float], str]) -> None:
    patches: list[Rectangle] = []
    colours: list[str] = []
    for row, column in np.argwhere(np.isfinite(values)).tolist():
        value = float(values[row, column])
        heat = int(_classes(np.array([value]), step)[0])
        patches.append(Rectangle((column, row), 1, 1))
        colours.append(HEAT[heat])
        ink = HEAT_TEXT_HIGH if heat >= HEAT_DARK_FROM else HEAT_TEXT_LOW
        axes.text(column + 0.5, row + 0.5, write(value), ha="center", va="center", color=ink, fontsize=10)
    axes.add_collection(PatchCollection(patches, facecolors=colours, edgecolors=PAPER, linewidths=1.2))


def _frame(axes: Axes, columns: Sequence[slice], labels: Sequence[str]) -> None:
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(labels), 0)
    edges = [*(slot.start for slot in columns), columns[-1].stop]
    half_hour_pt = float(axes.get_position().width) * WIDTH / (edges[-1] - edges[0])
    every = next(halves for halves in (1, 2, 4, 8, 48) if halves * half_hour_pt >= _CLOCK_PT)
    marks = [mark for mark, edge in enumerate(edges) if edge % every == 0]
    axes.set_xticks(marks, [clock_of(edges[mark]) for mark in marks])
    axes.set_yticks([row + 0.5 for row in range(len(labels))], labels)
    axes.tick_params(axis="both", length=0, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)
