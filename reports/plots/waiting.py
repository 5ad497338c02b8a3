"""How long people wait, by place, kind of day and half hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.daytime import columns, place_and_time, share, summed
from reports.drawing.heat import MOST_ROWS, Heat, blocks_by_kind, draw_heat
from reports.drawing.model import Plot
from reports.drawing.scale import time_unit
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import Tables

_FINDING = Text(
    "People wait longest at {place} {kind}, when they come between {start} and {end}: {wait} on average.",
    "等待最久的是{kind} {start} 到 {end} 之间到达{place}的人：平均 {wait}。",
)
_PICKED = Text(
    " Shown are the {n} of {total} places with the longest average wait.",
    "图中是 {total} 处里平均等待最长的 {n} 处。",
)


def _known(tables: Tables) -> list[int]:
    """Places where people queue in person, in their order."""
    day = tables.through_day
    joined = day.joined.sum(axis=(0, 2))
    return [row for row, serves in enumerate(day.serves) if serves == "people" and joined[row] > 0]


def _groups(tables: Tables) -> list[int]:
    """All of them, or those with the longest waits if too many."""
    day = tables.through_day
    joined, wait = day.joined.sum(axis=(0, 2)), day.wait_ms.sum(axis=(0, 2))
    return sorted(sorted(_known(tables), key=lambda row: -float(wait[row] / joined[row]))[:MOST_ROWS])


def _applies(tables: Tables) -> bool:
    return bool(tables.through_day.wait_ms[:, _groups(tables)].sum() > 0)


def _means(tables: Tables) -> tuple[list[slice], NDArray[np.float64]]:
    """The columns, and the mean waits: [kind, shown group, column]."""
    day, groups = tables.through_day, _groups(tables)
    slots = columns(day.joined[:, groups].sum(axis=(0, 1)) > 0)
    return slots, share(summed(day.wait_ms[:, groups], slots), summed(day.joined[:, groups], slots))


def _finding(tables: Tables, words: Words) -> str:
    day, groups = tables.through_day, _groups(tables)
    slots, means = _means(tables)
    at = tuple(map(int, np.unravel_index(int(np.nanargmax(means)), means.shape)))
    where = place_and_time(day, groups, slots, at, words)
    text = words.of(_FINDING).format(wait=words.duration(float(means[at])), **where)
    if len(_known(tables)) > len(groups):
        text += words.of(_PICKED).format(n=len(groups), total=words.count(len(_known(tables))))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    day, groups = tables.through_day, _groups(tables)
    slots, means = _means(tables)
    unit = time_unit(float(np.nanmax(means)))
    means = means / unit.ms
    few = bool(np.nanmax(means) < 10)  # below ten, one decimal tells cells apart
    blocks = blocks_by_kind(day, groups, means, words)
    heat = Heat(blocks, slots, words(unit.name), lambda value: f"{value:.{1 if few else 0}f}")
    draw_heat(figure, heat, words)


PLOT = Plot(
    name="waiting",
    place=10,
    title=Text("Waiting, by place and time of arrival", "各地点各时段的等待时间"),
    how_to_read=Text(
        "Each row is a place, each column a time of the day; the number is the average wait of the people who arrived "
        "then on days of the kind above, and a stronger colour means a longer wait. An empty cell: nobody came.",
        "每行是一个地点，每列是一天中的一个时段；数字是该类日子里这一时段到达的人的平均等待时间，颜色越醒目等得越久，空格表示没有人来。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
