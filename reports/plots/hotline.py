"""What becomes of the calls to the hotline through the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import Box, Key, grid, legend, legend_rows, name_axes, place, printable
from reports.drawing.daytime import hour_axis, kind_name, kind_title, share
from reports.drawing.model import Plot
from reports.drawing.palette import BLUE, GREY, INK, LIGHT_BLUE, ORANGE, PAPER, PURPLE
from reports.drawing.scale import time_unit
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import Ints, Tables

_LEFT = 50.0
_CALLS_PT, _WAITS_PT, _ABOVE_WAITS_PT, _ABOVE_CALLS_PT, _MOST_CLOCKS = 170.0, 76.0, 54.0, 84.0, 13
_ANSWERED = Text("answered by an agent", "人工接听")
_SELF = Text("finished by the voice menu", "语音菜单办结")
_GAVE_UP = Text("caller gave up waiting", "等待中放弃")
_NO_LINE = Text("no line free, or closed", "没有空线路或已下班")
_CALLS = Text("calls per half hour and day", "每天每半小时来电数")
_WAIT = Text("average wait for an agent, {unit}", "等待人工的平均时间（{unit}）")
_FINDING = Text("Of {calls} calls, {parts}.", "{calls} 个来电中，{parts}。")
_PARTS = (
    Text("{share} were answered by an agent", "{share} 由人工接听"),
    Text("{share} were finished by the voice menu", "{share} 由语音菜单办结"),
    Text("{share} were lost", "{share} 流失"),
)
_NONE_LOST = Text(" No call was lost.", "没有来电流失。")
_WORST = Text(
    " Most are lost {kind} in the half hour from {time}: {share} of its calls.",
    "流失最多的是{kind} {time} 开始的半小时：其来电的 {share}。",
)


def _hotlines(tables: Tables) -> list[int]:
    return [row for row, serves in enumerate(tables.through_day.serves) if serves == "calls"]


def _sum(tables: Tables, column: Ints) -> Ints:
    """All hotlines together: [kind, half hour]."""
    total: Ints = column[:, _hotlines(tables)].sum(axis=1)
    return total


def _lost(tables: Tables) -> Ints:
    """Calls that were neither answered nor finished by the menu."""
    day = tables.through_day
    return _sum(tables, day.offered - day.answered - day.self_service)


def _applies(tables: Tables) -> bool:
    return bool(_sum(tables, tables.through_day.offered).any())


def _finding(tables: Tables, words: Words) -> str:
    day, lost = tables.through_day, _lost(tables)
    offered = _sum(tables, day.offered)
    calls = int(offered.sum())
    sums = (int(_sum(tables, day.answered).sum()), int(_sum(tables, day.self_service).sum()), int(lost.sum()))
    parts = [words.of(part).format(share=words.share(n / calls)) for part, n in zip(_PARTS, sums, strict=True) if n]
    text = words.of(_FINDING).format(
        calls=words.average(calls / tables.replications), parts=words("unit.comma").join(parts)
    )
    if not lost.any():
        return text + words.of(_NONE_LOST)
    a_day = lost / np.maximum(_days(tables), 1)[:, None]
    kind, slot = map(int, np.unravel_index(int(np.argmax(a_day)), a_day.shape))
    return text + words.of(_WORST).format(
        kind=kind_name(kind, words),
        time=words.clock(float(day.half_hour_ms[slot])),
        share=words.share(float(lost[kind, slot] / offered[kind, slot])),
    )


def _days(tables: Tables) -> Ints:
    """Days of each kind, all replications together."""
    return tables.through_day.calendar_days * tables.replications


def _outcomes(tables: Tables, words: Words) -> list[tuple[Ints, Key]]:
    day = tables.through_day
    answered, menu, gave_up = (_sum(tables, part) for part in (day.answered, day.self_service, day.abandoned))
    everything = [
        (answered, Key(words.of(_ANSWERED), BLUE)),
        (menu, Key(words.of(_SELF), LIGHT_BLUE)),
        (gave_up, Key(words.of(_GAVE_UP), ORANGE, hatch="////")),
        (_lost(tables) - gave_up, Key(words.of(_NO_LINE), PURPLE, hatch="xxxx")),
    ]
    return [(column, key) for column, key in everything if column.any()]


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    day = tables.through_day
    offered, joined = _sum(tables, day.offered), _sum(tables, day.joined)
    waits = share(_sum(tables, day.wait_ms), joined)
    used = np.flatnonzero(offered.any(axis=0))
    first, last = int(used[0]), int(used[-1]) + 1
    kinds = np.flatnonzero(offered.any(axis=1)).tolist()
    outcomes = _outcomes(tables, words)
    top = 60.0 + 18 * legend_rows([key.label for _, key in outcomes], _LEFT)
    heard = bool(joined.any())
    block = _ABOVE_CALLS_PT + _CALLS_PT + (_ABOVE_WAITS_PT + _WAITS_PT if heard else 0)
    height = top + block * len(kinds) - _ABOVE_CALLS_PT + 46
    most = max(float((offered[kind] / _days(tables)[kind]).max()) for kind in kinds)
    for number, kind in enumerate(kinds):
        above = top + block * number
        calls = place(figure, Box(height=height, top=above, bottom=height - above - _CALLS_PT))
        calls.annotate(
            printable(kind_title(day, kind, words)), (0, 1), (-6, 26), xycoords="axes fraction",
            textcoords="offset points", ha="left", va="bottom", fontsize=11.5, fontweight="bold", color=INK,
            annotation_clip=False,
        )  # fmt: skip
        calls.set_ylim(0, 1.05 * most)
        _bars(calls, outcomes, kind, slice(first, last), int(_days(tables)[kind]))
        name_axes(calls, y=words.of(_CALLS))
        axes = calls
        if heard:
            above += _CALLS_PT + _ABOVE_WAITS_PT
            axes = place(figure, Box(height=height, top=above, bottom=height - above - _WAITS_PT))
            _waits(axes, waits, kind, slice(first, last), words)
        for one in (calls, axes):
            hour_axis(one, first / 2, last / 2, _MOST_CLOCKS)
    name_axes(axes, x=words("pictures.hour_axis"))
    legend(figure, [key for _, key in outcomes], _LEFT)


def _bars(axes: Axes, outcomes: list[tuple[Ints, Key]], kind: int, slots: slice, days: int) -> None:
    bottom = np.zeros(slots.stop - slots.start)
    starts = np.arange(slots.start, slots.stop) / 2
    for column, key in outcomes:
        number = column[kind, slots] / days
        axes.bar(starts, number, 0.5, bottom, align="edge", color=key.colour, edgecolor=PAPER, linewidth=0.7,
                 hatch=key.hatch or None)  # fmt: skip
        bottom += number
    grid(axes, "y", 4)


def _waits(axes: Axes, waits: NDArray[np.float64], kind: int, slots: slice, words: Words) -> None:
    """The waits of a kind of day, on the scale of the longest of all days."""
    longest = float(np.nanmax(waits, initial=0.0))
    unit = time_unit(longest)
    middles = np.arange(slots.start, slots.stop) / 2 + 0.25
    axes.plot(middles, waits[kind, slots] / unit.ms, color=GREY, marker="o", markersize=4, linewidth=1.6)
    axes.set_ylim(0, 1.1 * longest / unit.ms or 1.0)
    grid(axes, "y", 3)
    name_axes(axes, y=words.of(_WAIT).format(unit=words(unit.name)))


PLOT = Plot(
    name="hotline",
    place=30,
    title=Text("Calls to the hotline", "服务热线的来电"),
    how_to_read=Text(
        "Each bar is half an hour of an average day of the kind above, divided by what became of the calls made in it; "
        "the line below shows how long those waited who wanted an agent, those who gave up included.",
        "每根柱是该类日子平均一天中的半小时，按来电的结果分段；下面的线是要求人工服务的来电的等待时间，放弃的也计入。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
