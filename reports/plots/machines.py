"""How long machines stood still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.bars import Bar, draw_bars
from reports.drawing.labels import station_labels
from reports.drawing.model import Plot
from reports.drawing.palette import OLIVE
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_MOST = 10
_AXIS = Text("time out of work, all machines of the place together", "停机时间（该地点全部机器合计）")
_VALUE = Text(
    "{down}, breakdowns: {breakdowns}, refills: {refills}",
    "{down}，故障 {breakdowns} 次，补料 {refills} 次",
)
_FINDING = Text(
    "Machines stood still {down} in all (breakdowns: {breakdowns}, refills: {refills}).",
    "机器共停机 {down}：故障 {breakdowns} 次，补料 {refills} 次。",
)
_PICKED = Text(
    " Shown are the {n} of {total} places with the longest standstill.", "图中是 {total} 个地点里停机最久的 {n} 个。"
)


def _order(tables: Tables) -> list[int]:
    down = tables.machine_downtime.down_ms
    return [int(row) for row in np.argsort(-down, kind="stable") if down[row] > 0]


def _applies(tables: Tables) -> bool:
    return bool(tables.machine_downtime.station) and bool(_order(tables))


def _finding(tables: Tables, words: Words) -> str:
    table, order = tables.machine_downtime, _order(tables)
    text = words.of(_FINDING).format(
        down=words.duration(float(table.down_ms.sum())),
        breakdowns=words.average(float(table.breakdowns.sum())),
        refills=words.average(float(table.refills.sum())),
    )
    if len(order) > _MOST:
        text += words.of(_PICKED).format(n=_MOST, total=words.count(len(order)))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table = tables.machine_downtime
    labels = station_labels(tables, words)
    bars = [
        Bar(
            labels.get(table.station[row], table.station[row]),
            float(table.down_ms[row]),
            words.of(_VALUE).format(
                down=words.duration(float(table.down_ms[row])),
                breakdowns=words.average(float(table.breakdowns[row])),
                refills=words.average(float(table.refills[row])),
            ),
        )
        for row in _order(tables)[:_MOST]
    ]
    draw_bars(figure, bars, words.of(_AXIS), colour=OLIVE, longest_label=210.0)


PLOT = Plot(
    name="machines",
    place=120,
    title=Text("Machines out of work", "机器停机"),
    how_to_read=Text(
        "Each bar is the time in which machines of a place could not work because they were broken or being refilled, "
        "that of all its machines added up.",
        "每根横条是该地点各台机器因故障或补料而不能工作的时间之和。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
