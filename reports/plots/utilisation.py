"""How busy the staff is, by place and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.heat import MOST_ROWS, HeatTable, draw_heat, hours_with_data
from reports.drawing.labels import station_labels
from reports.drawing.model import Plot
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_FINDING = Text(
    "Busiest hour: {place} between {start} and {end}, with {share} of the working time in use.",
    "最忙的时段：{place}，{start} 到 {end}，工作时间有 {share} 在办理业务。",
)
_PICKED = Text(
    " Shown are the {n} busiest of {total} places.",
    "图中是 {total} 个地点里最忙的 {n} 个。",
)


def _busy(tables: Tables) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Busy share of each station over the day, weighted by the staff on duty; NaN without staff."""
    table = tables.utilisation_heat
    known = np.isfinite(table.utilisation) & (table.servers_mean > 0)
    staff = np.where(known, table.servers_mean, 0.0)
    work = (np.where(known, table.utilisation, 0.0) * staff).sum(axis=1)
    hours = staff.sum(axis=1)
    return np.where(hours > 0, work / np.where(hours > 0, hours, 1.0), np.nan)


def _rows(tables: Tables) -> list[int]:
    busy = _busy(tables)
    rows = np.flatnonzero(busy > 0)
    if rows.size > MOST_ROWS:
        rows = rows[np.argsort(-busy[rows], kind="stable")][:MOST_ROWS]
    return [int(row) for row in rows]


def _applies(tables: Tables) -> bool:
    return bool(_rows(tables))


def _finding(tables: Tables, words: Words) -> str:
    table, rows = tables.utilisation_heat, _rows(tables)
    values = np.where(np.isfinite(table.utilisation[rows]), table.utilisation[rows], -1.0)
    row, hour = np.unravel_index(int(np.argmax(values)), values.shape)
    text = words.of(_FINDING).format(
        place=station_labels(tables, words)[table.station[rows[int(row)]]],
        start=f"{hour:02d}:00",
        end=f"{hour + 1:02d}:00",
        share=words.share(float(values[row, hour])),
    )
    total = int((_busy(tables) > 0).sum())
    if total > len(rows):
        text += words.of(_PICKED).format(n=len(rows), total=words.count(total))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table, rows = tables.utilisation_heat, _rows(tables)
    labels = station_labels(tables, words)
    values = table.utilisation[rows] * 100
    draw_heat(
        figure,
        HeatTable(
            rows=[labels[table.station[row]] for row in rows],
            hours=hours_with_data(values),
            values=values,
            unit="%",
            write=lambda value: words.decimal(value, 0),
        ),
        words,
    )


PLOT = Plot(
    name="utilisation",
    place=70,
    title=Text("How busy the staff and machines are", "人员和机器有多忙"),
    how_to_read=Text(
        "Each row is a place, each column an hour; the number is the share of the time on duty that was spent "
        "working, in per cent, so 100 leaves no room for a rush and more than 100 means work finished after hours.",
        "每行是一个地点，每列是一个小时；数字是值守时间中用于办理业务的百分比，"
        "100 表示没有余力应付高峰，超过 100 表示下班后还在办理。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
