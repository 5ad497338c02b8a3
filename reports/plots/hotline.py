"""What becomes of the calls to the hotline through the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import Box, Key, grid, legend, legend_rows, name_axes, place
from reports.drawing.model import Plot
from reports.drawing.palette import BLUE, GREY, LIGHT_BLUE, ORANGE, PAPER, PURPLE
from reports.drawing.scale import time_unit
from reports.text import Text
from reports.words import HOUR_MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Ints, Tables

_LEFT = 50.0
_ANSWERED = Text("answered by an agent", "人工接听")
_SELF = Text("finished by the voice menu", "语音菜单办结")
_GAVE_UP = Text("caller gave up waiting", "等待中放弃")
_NO_LINE = Text("no line free, or closed", "没有空线路或已下班")
_CALLS = Text("calls per half hour, average day", "每半小时来电数（平均一天）")
_WAIT = Text("average wait for an agent, {unit}", "等待人工的平均时间（{unit}）")
_FINDING = Text("Of {calls} calls, {parts}.", "{calls} 个来电中，{parts}。")
_PARTS = (
    Text("{share} were answered by an agent", "{share} 由人工接听"),
    Text("{share} were finished by the voice menu", "{share} 由语音菜单办结"),
    Text("{share} were lost", "{share} 流失"),
)
_NONE_LOST = Text(" No call was lost.", "没有来电流失。")
_WORST = Text(" The worst half hour begins at {time}.", "流失最多的半小时从 {time} 开始。")


def _applies(tables: Tables) -> bool:
    table = tables.hotline_by_interval
    return bool(table.group) and int(table.offered.sum()) > 0


def _turned_off(tables: Tables) -> Ints:
    """Calls that never got into the queue: no line free, after hours, or put off by the length of the queue."""
    table = tables.hotline_by_interval
    return table.offered - table.answered - table.self_service - table.abandoned


def _per_day(tables: Tables, column: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Add the hotlines up and divide by their days."""
    days = np.maximum(tables.hotline_by_interval.days, 1)
    result: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (column / days[:, None]).sum(axis=0)
    return result


def _finding(tables: Tables, words: Words) -> str:
    table = tables.hotline_by_interval
    calls = int(table.offered.sum())
    lost = (table.abandoned + _turned_off(tables)).sum(axis=0)
    sums = (int(table.answered.sum()), int(table.self_service.sum()), int(lost.sum()))
    parts = [words.of(part).format(share=words.share(n / calls)) for part, n in zip(_PARTS, sums, strict=True) if n]
    text = words.of(_FINDING).format(calls=words.count(calls), parts=words("unit.comma").join(parts))
    if not lost.any():
        return text + words.of(_NONE_LOST)
    return text + words.of(_WORST).format(time=words.clock(float(table.slot_start_ms[int(np.argmax(lost))])))


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table = tables.hotline_by_interval
    kinds = [
        (table.answered, Key(words.of(_ANSWERED), BLUE)),
        (table.self_service, Key(words.of(_SELF), LIGHT_BLUE)),
        (table.abandoned, Key(words.of(_GAVE_UP), ORANGE, hatch="////")),
        (_turned_off(tables), Key(words.of(_NO_LINE), PURPLE, hatch="xxxx")),
    ]
    kinds = [(column, key) for column, key in kinds if int(column.sum())]
    used = np.flatnonzero(table.offered.sum(axis=0))
    slots = slice(int(used[0]), int(used[-1]) + 1)
    top = 32.0 + 18 * legend_rows([key.label for _, key in kinds], _LEFT)
    heard = bool((table.answered + table.abandoned).sum())
    below = 130.0 if heard else 0.0
    height = top + 198 + below + 46
    calls = place(figure, Box(height=height, top=top, bottom=46 + below))
    bottom = np.zeros(slots.stop - slots.start)
    starts = table.slot_start_ms[slots] / HOUR_MS
    for column, key in kinds:
        number = _per_day(tables, column)[slots]
        calls.bar(starts, number, 0.5, bottom, align="edge", color=key.colour, edgecolor=PAPER, linewidth=0.7,
                  hatch=key.hatch or None)  # fmt: skip
        bottom += number
    grid(calls, "y", 4)
    _hours(calls, starts)
    name_axes(calls, y=words.of(_CALLS), x="" if heard else words("pictures.hour_axis"))
    if heard:
        waits = place(figure, Box(height=height, top=top + 198 + 54, bottom=46))
        _waits(waits, tables, slots, words)
        _hours(waits, starts)
        name_axes(waits, x=words("pictures.hour_axis"))
    legend(figure, [key for _, key in kinds], _LEFT)


def _waits(axes: Axes, tables: Tables, slots: slice, words: Words) -> None:
    table = tables.hotline_by_interval
    wanted = table.answered + table.abandoned
    known = np.isfinite(table.wait_mean_ms) & (wanted > 0)
    total = np.where(known, table.wait_mean_ms * wanted, 0.0).sum(axis=0)
    people = np.where(known, wanted, 0).sum(axis=0)
    wait = np.where(people > 0, total / np.maximum(people, 1), np.nan)[slots]
    unit = time_unit(float(np.nanmax(wait, initial=0.0)))
    middles = table.slot_start_ms[slots] / HOUR_MS + 0.25
    axes.plot(middles, wait / unit.ms, color=GREY, marker="o", markersize=4, linewidth=1.6)
    grid(axes, "y", 3)
    name_axes(axes, y=words.of(_WAIT).format(unit=words(unit.name)))


def _hours(axes: Axes, starts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    first, last = float(starts[0]), float(starts[-1]) + 0.5
    axes.set_xlim(first, last)
    every = 1 if last - first <= 12 else 2
    marks = [hour for hour in range(25) if first <= hour <= last and hour % every == 0]
    axes.set_xticks(marks, [f"{hour:02d}:00" for hour in marks])


PLOT = Plot(
    name="hotline",
    place=30,
    title=Text("Calls to the hotline", "服务热线的来电"),
    how_to_read=Text(
        "Each bar is half an hour of an average day, divided by what became of the calls made in it; the line below "
        "shows how long callers waited for an agent.",
        "每根柱是平均一天中的半小时，按来电的结果分段；下面的线是等待人工接听的时间。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
