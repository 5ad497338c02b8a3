"""How busy the staff is, by place, kind of day and half hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.daytime import columns, place_and_time, share
from reports.drawing.heat import MOST_ROWS, Heat, blocks_by_kind, draw_heat
from reports.drawing.model import Plot
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import Tables

_HARDLY_ON_DUTY = 0.25
"""Times with less than this part of the fullest time's duty are left out: overtime would show as thousands of %."""
_FINDING = Text(
    "Busiest: {place} {kind} between {start} and {end}, with {share} of the working time in use.",
    "最忙的是{place}，{kind} {start} 到 {end}：工作时间有 {share} 在办理业务。",
)
_PICKED = Text(" Shown are the {n} busiest of {total} places.", "图中是 {total} 处里最忙的 {n} 处。")


def _by_half_hour(quarters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Averages over half hours of what is known by quarter of an hour; 0 where nothing is."""
    known = np.nan_to_num(quarters)
    mean: NDArray[np.float64] = (known[..., ::2] + known[..., 1::2]) / 2
    return mean


def _servers(tables: Tables) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Servers at work and on duty: [kind, group, half hour]; none where they are without number."""
    day = tables.through_day
    return _by_half_hour(np.where(np.isnan(day.servers_mean), np.nan, day.busy_mean)), _by_half_hour(day.servers_mean)


def _totals(tables: Tables) -> NDArray[np.float64]:
    """Share of the working time in use of each group, all days together; NaN without staff."""
    days = tables.through_day.days[:, :, None]
    work, duty = ((part * days).sum(axis=(0, 2)) for part in _servers(tables))
    return share(work, duty)


def _groups(tables: Tables) -> list[int]:
    """Places with staff at work: all in their order, or the busiest if there are too many."""
    totals = _totals(tables)
    rows = [int(row) for row in np.flatnonzero(totals > 0)]
    return sorted(sorted(rows, key=lambda row: -float(totals[row]))[:MOST_ROWS])


def _applies(tables: Tables) -> bool:
    return bool(_groups(tables))


def _shares(tables: Tables) -> tuple[list[slice], NDArray[np.float64]]:
    """The columns, and the shares: [kind, shown group, column]."""
    groups = _groups(tables)
    work, duty = (part[:, groups] for part in _servers(tables))
    enough = (duty > 0) & (duty >= _HARDLY_ON_DUTY * duty.max(axis=2, keepdims=True, initial=0))
    slots = columns(enough.any(axis=(0, 1)))
    work, duty = (np.stack([np.where(enough, p, 0)[..., s].sum(axis=-1) for s in slots], axis=-1) for p in (work, duty))
    return slots, share(work, duty)


def _finding(tables: Tables, words: Words) -> str:
    groups = _groups(tables)
    slots, shares = _shares(tables)
    at = tuple(map(int, np.unravel_index(int(np.nanargmax(shares)), shares.shape)))
    where = place_and_time(tables.through_day, groups, slots, at, words)
    text = words.of(_FINDING).format(share=words.share(float(shares[at])), **where)
    total = int((_totals(tables) > 0).sum())
    if total > len(groups):
        text += words.of(_PICKED).format(n=len(groups), total=words.count(total))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    day, groups = tables.through_day, _groups(tables)
    slots, shares = _shares(tables)
    blocks = blocks_by_kind(day, groups, 100 * shares, words)
    draw_heat(figure, Heat(blocks, slots, "%", lambda value: words.decimal(value, 0)), words)


PLOT = Plot(
    name="utilisation",
    place=70,
    title=Text("How busy the staff and machines are", "人员和机器有多忙"),
    how_to_read=Text(
        "Each row is a place, each column a time of the day; the number is the share of the time on duty spent "
        "working on days of the kind above, in per cent, so 100 leaves no room for a rush and more than 100 means work "
        "finished after hours. An empty cell: nobody on duty.",
        "每行是一个地点，每列是一天中的一个时段；数字是该类日子里值守时间中用于办理业务的百分比，"
        "100 表示没有余力应付高峰，超过 100 表示下班后还在办理，空格表示无人值守。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
