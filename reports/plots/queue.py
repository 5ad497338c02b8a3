"""How many wait through the day, and how many servers are there for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import WIDTH, Box, Key, grid, legend, name_axes, place, shorten
from reports.drawing.daytime import group_title, hour_axis, kind_name, kind_title
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
_PANEL_PT, _ONLY_PANEL_PT, _BETWEEN_PT = 150.0, 232.0, 82.0
_QUARTER_H = 15 * MINUTE_MS / HOUR_MS
_SEEN = 0.05
"""People on average from which a queue is drawn: fewer are written as 0, and an empty panel shows nothing."""
_WAITING = Text("waiting", "等待")
_ON_DUTY = Text("on duty", "值守")
_AT_WORK = Text("of these, at work", "其中正在办理")
_AXES = {"people": Text("people", "人数"), "calls": Text("calls", "来电数"), "cards": Text("cards", "卡数")}
_FINDING = {
    "people": Text(
        "The longest queue is at {place} {kind}: about {n} people waiting at {time}, with {servers} on duty.",
        "队伍最长的是{place}，{kind} {time} 约有 {n} 人等待，值守 {servers} 个。",
    ),
    "calls": Text(
        "The longest queue is at {place} {kind}: about {n} calls waiting at {time}, with {servers} on duty.",
        "排队最多的是{place}，{kind} {time} 约有 {n} 个来电等待，值守 {servers} 个。",
    ),
    "cards": Text(
        "The longest queue is at {place} {kind}: about {n} cards waiting at {time}, with {servers} on duty.",
        "排队最多的是{place}，{kind} {time} 约有 {n} 张卡等待制作，值守 {servers} 个。",
    ),
}
_TOGETHER = Text("{place} ({n} places together)", "{place}（{n} 处合计）")
_PICKED = Text(
    " Shown are the {n} of {total} places with the longest queues.", "图中是 {total} 处里队伍最长的 {n} 处。"
)


def _place(tables: Tables, row: int, words: Words) -> str:
    """A group of stations; that it is several is said, since their people and servers are added up."""
    title = group_title(tables.through_day, row, words)
    places = tables.stations.group.count(tables.through_day.group[row])
    return words.of(_TOGETHER).format(place=title, n=words.count(places)) if places > 1 else title


def _groups(tables: Tables) -> list[int]:
    """Places where somebody waits, longest queue first; those of cards after those of people and calls."""
    day = tables.through_day
    peak = np.nan_to_num(day.queue_mean).max(axis=(0, 2), initial=0.0)
    rows = [row for row in range(len(day.group)) if peak[row] >= _SEEN]
    return sorted(rows, key=lambda row: (day.serves[row] == "cards", -float(peak[row])))


def _applies(tables: Tables) -> bool:
    return bool(_groups(tables))


def _finding(tables: Tables, words: Words) -> str:
    day, groups = tables.through_day, _groups(tables)
    row = groups[0]
    queue = day.queue_mean[:, row]
    kind, slot = map(int, np.unravel_index(int(np.nanargmax(queue)), queue.shape))
    waiting, servers = float(queue[kind, slot]), float(day.servers_mean[kind, row, slot])
    text = words.of(_FINDING[day.serves[row]]).format(
        place=_place(tables, row, words),
        kind=kind_name(kind, words),
        n=words.decimal(waiting, 0 if waiting >= 10 else 1),
        time=words.clock(float(day.quarter_ms[slot])),
        servers=words.decimal(servers) if np.isfinite(servers) else words("unit.none"),
    )
    if len(groups) > _MOST_GROUPS:
        text += words.of(_PICKED).format(n=_MOST_GROUPS, total=words.count(len(groups)))
    return text


def _panels(tables: Tables, groups: list[int]) -> tuple[int, list[tuple[int, int, int]]]:
    """Number of columns; and cell, group and kind of day of each panel.

    A row of panels for each group, or two groups in a row where all days are of one kind.
    """
    day = tables.through_day
    kinds = [kind for kind in range(len(day.days)) if day.days[kind, groups].any()]
    if len(kinds) == 1:
        return min(2, len(groups)), [(cell, row, kinds[0]) for cell, row in enumerate(groups)]
    return len(kinds), [
        (line * len(kinds) + column, row, kind)
        for line, row in enumerate(groups)
        for column, kind in enumerate(kinds)
        if day.days[kind, row]
    ]


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    day, groups = tables.through_day, _groups(tables)[:_MOST_GROUPS]
    columns, panels = _panels(tables, groups)
    rows = panels[-1][0] // columns + 1
    room = _ONLY_PANEL_PT if len(panels) == 1 else _PANEL_PT
    box = Box(height=room * rows + _BETWEEN_PT * (rows - 1) + 126, top=84, bottom=42)
    first, last = _used_slots(tables, groups)
    width = (WIDTH - box.left - box.right) / columns
    for cell, row, kind in panels:
        axes = place(figure, box, rows, columns, cell, gap=_BETWEEN_PT if rows > 1 else 56.0)
        _panel(axes, tables, row, kind, first, last)
        hour_axis(axes, first * _QUARTER_H, (last + 1) * _QUARTER_H, int(width // 60))
        last_row = cell >= (rows - 1) * columns
        name_axes(axes, y=words.of(_AXES[day.serves[row]]), x=words("pictures.hour_axis") if last_row else "")
        for text, height, size, weight in (
            (_place(tables, row, words), 40, 11.5, "bold"), (kind_title(day, kind, words), 26, 10.5, "normal"),
        ):  # fmt: skip
            axes.annotate(
                shorten(text, width - 56, size), (0, 1), (-6, height), xycoords="axes fraction",
                textcoords="offset points", ha="left", va="bottom", fontsize=size, fontweight=weight, color=INK,
                annotation_clip=False,
            )  # fmt: skip
    keys = [
        Key(words.of(_WAITING), LIGHT_BLUE),
        Key(words.of(_ON_DUTY), ORANGE, DASHES[0]),
        Key(words.of(_AT_WORK), TEAL, DASHES[1]),
    ]
    legend(figure, keys, box.left - 6)


def _used_slots(tables: Tables, groups: list[int]) -> tuple[int, int]:
    """Return the first and last slot in which anything happens at any of the groups."""
    day = tables.through_day
    active = np.nan_to_num(day.queue_mean[:, groups]) + np.nan_to_num(day.servers_mean[:, groups])
    used = np.flatnonzero(active.sum(axis=(0, 1)) > 0)
    return int(used[0]), int(used[-1])


def _panel(axes: Axes, tables: Tables, row: int, kind: int, first: int, last: int) -> None:
    day, slots = tables.through_day, slice(first, last + 1)
    edges = np.arange(first, last + 2) * _QUARTER_H
    queue, busy, servers = (part[kind, row, slots] for part in (day.queue_mean, day.busy_mean, day.servers_mean))
    axes.stairs(queue, edges, fill=True, color=LIGHT_BLUE)
    axes.stairs(queue, edges, color=BLUE, linewidth=1.4, baseline=None)
    if np.isfinite(servers).all():
        axes.stairs(servers, edges, color=ORANGE, linewidth=1.8, baseline=None)
        axes.stairs(busy, edges, color=TEAL, linewidth=1.6, linestyle=DASHES[1], baseline=None)
    grid(axes, "y", 4)


PLOT = Plot(
    name="queue",
    place=20,
    title=Text("Queues through the day", "一天中的排队情况"),
    how_to_read=Text(
        "Averages over the days of the kind named above each panel on which the place was open or somebody came. The "
        "area is who waits; where the dashed line (at work) touches the solid line (on duty), everybody is busy and "
        "the queue grows.",
        "各图是标题所写那类日子（有人值守或有人来的日子）的平均值。面积表示等待的数量；"
        "虚线（正在办理）碰到实线（值守）时，所有窗口都在忙，队伍就会变长。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
