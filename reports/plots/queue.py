"""How many people wait through the day, and how many people serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import Box, Key, grid, legend, name_axes, place, shorten
from reports.drawing.model import Plot
from reports.drawing.palette import BLUE, DASHES, INK, LIGHT_BLUE, ORANGE, TEAL
from reports.text import Text
from reports.words import HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_MOST_GROUPS = 6
_WAITING = Text("people waiting", "等待的人")
_ON_DUTY = Text("counters or agents on duty", "值守的窗口或坐席")
_AT_WORK = Text("of these, at work", "其中正在办理")
_FINDING = Text(
    "The longest queue is at {place}: about {people} waiting at {time}, with {servers} on duty.",
    "队伍最长的是{place}：{time} 约有 {people} 人等待，值守 {servers} 个。",
)
_PICKED = Text(
    " Shown are the {n} of {total} groups with the longest queues.", "图中是 {total} 组里队伍最长的 {n} 组。"
)


def _groups(tables: Tables) -> list[int]:
    """Groups where somebody waits, longest queue first."""
    table = tables.queue_through_day
    if not table.group:
        return []
    peak = np.nan_to_num(table.queue_mean).max(axis=1)
    order = np.argsort(-peak, kind="stable")
    return [int(row) for row in order if peak[row] > 0 and table.days[row] > 0]


def _applies(tables: Tables) -> bool:
    return bool(_groups(tables))


def _finding(tables: Tables, words: Words) -> str:
    table, groups = tables.queue_through_day, _groups(tables)
    row = groups[0]
    slot = int(np.nanargmax(table.queue_mean[row]))
    people, servers = float(table.queue_mean[row, slot]), float(np.nan_to_num(table.servers_mean[row, slot]))
    text = words.of(_FINDING).format(
        place=words.name(table.title[row], table.title_zh[row], table.group[row]),
        people=words.decimal(people, 0 if people >= 10 else 1),
        time=words.clock(float(table.slot_start_ms[slot])),
        servers=words.decimal(servers),
    )
    if len(groups) > _MOST_GROUPS:
        text += words.of(_PICKED).format(n=_MOST_GROUPS, total=words.count(len(groups)))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table, groups = tables.queue_through_day, _groups(tables)[:_MOST_GROUPS]
    columns = 1 if len(groups) == 1 else 2
    rows = -(-len(groups) // columns)
    gap = 82.0 if rows > 1 else 56.0
    room = 232.0 if columns == 1 else 150.0
    box = Box(height=room * rows + 82 * (rows - 1) + 126, top=84, bottom=42)
    first, last = _open_slots(tables, groups)
    for index, row in enumerate(groups):
        axes = place(figure, box, rows, columns, index, gap=gap)
        _panel(axes, tables, row, first, last)
        last_row = index >= len(groups) - columns
        name_axes(axes, y=words("pictures.people_axis"), x=words("pictures.hour_axis") if last_row else "")
        axes.annotate(
            shorten(words.name(table.title[row], table.title_zh[row], table.group[row]), 300), (0, 1), (-6, 26),
            xycoords="axes fraction", textcoords="offset points", ha="left", va="bottom", fontsize=11.5,
            fontweight="bold", color=INK, annotation_clip=False,
        )  # fmt: skip
    legend(
        figure,
        [
            Key(words.of(_WAITING), LIGHT_BLUE),
            Key(words.of(_ON_DUTY), ORANGE, DASHES[0]),
            Key(words.of(_AT_WORK), TEAL, DASHES[1]),
        ],
        box.left - 6,
    )


def _open_slots(tables: Tables, groups: list[int]) -> tuple[int, int]:
    """Return the first and last slot in which anything happens at any of the groups."""
    table = tables.queue_through_day
    active = np.nan_to_num(table.queue_mean[groups]) + np.nan_to_num(table.servers_mean[groups])
    used = np.flatnonzero(active.sum(axis=0) > 0)
    return int(used[0]), int(used[-1])


def _panel(axes: Axes, tables: Tables, row: int, first: int, last: int) -> None:
    table = tables.queue_through_day
    width = 15 * MINUTE_MS / HOUR_MS
    edges = np.append(table.slot_start_ms[first : last + 1] / HOUR_MS, table.slot_start_ms[last] / HOUR_MS + width)
    queue = np.nan_to_num(table.queue_mean[row, first : last + 1])
    axes.stairs(queue, edges, fill=True, color=LIGHT_BLUE)
    axes.stairs(queue, edges, color=BLUE, linewidth=1.4, baseline=None)
    axes.stairs(np.nan_to_num(table.servers_mean[row, first : last + 1]), edges, color=ORANGE, linewidth=1.8,
                baseline=None)  # fmt: skip
    axes.stairs(np.nan_to_num(table.busy_mean[row, first : last + 1]), edges, color=TEAL, linewidth=1.6,
                linestyle=DASHES[1], baseline=None)  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])
    hours = edges[-1] - edges[0]
    every = 1 if hours <= 5 else 2 if hours <= 12 else 4
    marks = [hour for hour in range(25) if edges[0] <= hour <= edges[-1] and hour % every == 0]
    axes.set_xticks(marks, [f"{hour:02d}:00" for hour in marks])
    grid(axes, "y", 4)


PLOT = Plot(
    name="queue",
    place=20,
    title=Text("Queues through the day", "一天中的排队人数"),
    how_to_read=Text(
        "The blue area is the number of people waiting on an average day; where the dashed line (at work) touches "
        "the solid line (on duty), everybody is busy and the queue grows.",
        "蓝色面积是平均一天里等待的人数；虚线（正在办理）碰到实线（值守）时，所有窗口都在忙，队伍就会变长。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
