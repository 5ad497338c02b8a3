"""Which share is served within the target, by place, kind of day and half hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.daytime import columns, group_title, place_and_time, share, summed
from reports.drawing.heat import MOST_ROWS, Heat, blocks_by_kind, draw_heat
from reports.drawing.model import Plot
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import Tables, ThroughDay

_LABEL = Text("{place} ({target})", "{place}（{target}）")
_FINDING = Text(
    "Fewest are served in time at {place} {kind}, between {start} and {end}: {share} within {target}.",
    "按时得到服务的比例最低的是{place}，{kind} {start} 到 {end}：{target}以内 {share}。",
)
_PICKED = Text(
    " At the other places, {rest} of them, all are served in time or more of them than here.",
    "其余 {rest} 处全部按时或比例更高。",
)


def _known(tables: Tables) -> list[int]:
    """Places where people or calls queue, in their order."""
    day = tables.through_day
    joined = day.joined.sum(axis=(0, 2))
    return [row for row, serves in enumerate(day.serves) if serves != "cards" and joined[row] > 0]


def _groups(tables: Tables) -> list[int]:
    """Those where anybody was not served in time, those with the lowest share if too many."""
    day = tables.through_day
    joined, within = day.joined.sum(axis=(0, 2)), day.within.sum(axis=(0, 2))
    rows = [row for row in _known(tables) if within[row] < joined[row]]
    return sorted(sorted(rows, key=lambda row: float(within[row] / joined[row]))[:MOST_ROWS])


def _applies(tables: Tables) -> bool:
    return bool(_groups(tables))


def _shares(tables: Tables) -> tuple[list[slice], NDArray[np.float64]]:
    """The columns, and the shares: [kind, shown group, column]."""
    day, groups = tables.through_day, _groups(tables)
    slots = columns(day.joined[:, groups].sum(axis=(0, 1)) > 0)
    return slots, share(summed(day.within[:, groups], slots), summed(day.joined[:, groups], slots))


def _finding(tables: Tables, words: Words) -> str:
    day, groups = tables.through_day, _groups(tables)
    slots, shares = _shares(tables)
    at = tuple(map(int, np.unravel_index(int(np.nanargmin(shares)), shares.shape)))
    where = place_and_time(day, groups, slots, at, words)
    target = words.duration(float(day.threshold_ms[groups[at[1]]]))
    text = words.of(_FINDING).format(share=words.share(float(shares[at])), target=target, **where)
    if len(_known(tables)) > len(groups):
        text += words.of(_PICKED).format(rest=words.count(len(_known(tables)) - len(groups)))
    return text


def _label(day: ThroughDay, row: int, words: Words) -> str:
    """A place with its target."""
    target = words.duration(float(day.threshold_ms[row]))
    return words.of(_LABEL).format(place=group_title(day, row, words), target=target)


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    day, groups = tables.through_day, _groups(tables)
    slots, shares = _shares(tables)
    missed = 100 * (1 - shares)
    blocks = blocks_by_kind(day, groups, missed, words, _label)
    draw_heat(figure, Heat(blocks, slots, "%", lambda value: words.decimal(value, 0)), words)


PLOT = Plot(
    name="within",
    place=15,
    title=Text("Not served within the target", "未在目标时间内得到服务的比例"),
    how_to_read=Text(
        "Each row is a place with its target in brackets, each column a time of the day; the number is how many of 100 "
        "who joined the queue then, on days of the kind above, were not served within the target, those who gave up "
        "among them. A stronger colour means more.",
        "每行是一个地点，括号内是目标时间，每列是一天中的一个时段；数字是该类日子里这一时段排队的每 100 人（或来电）中"
        "未在目标时间内得到服务的人数，中途放弃的也计入，颜色越醒目比例越高。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
