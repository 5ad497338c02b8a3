"""How long people wait, by place and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.heat import MOST_ROWS, HeatTable, draw_heat, hours_with_data
from reports.drawing.labels import BACK_OFFICE, TELEPHONE, kind_of, station_labels
from reports.drawing.model import Plot
from reports.drawing.scale import time_unit
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_FINDING = Text(
    "People wait longest at {place} when they come between {start} and {end}: {wait} on average.",
    "等待最久的是 {start} 到 {end} 之间到达{place}的人：平均 {wait}。",
)
_PICKED = Text(
    " Shown are the {n} of {total} places with the longest average wait.",
    "图中是 {total} 个地点里平均等待最长的 {n} 个。",
)


def _means(tables: Tables) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mean wait of each station over all hours; NaN where nobody waits in person."""
    table, kinds = tables.waiting_by_station_hour, kind_of(tables)
    people = table.count.sum(axis=1)
    total = np.nansum(np.where(table.count > 0, table.mean_ms, 0.0) * table.count, axis=1)
    in_person = np.array([kinds.get(name) not in BACK_OFFICE | TELEPHONE for name in table.station], dtype=bool)
    shown = (people > 0) & in_person
    return np.where(shown, total / np.maximum(people, 1), np.nan)


def _rows(tables: Tables) -> list[int]:
    """Stations to show: all in their order, or the ones with the longest waits if there are too many."""
    means = _means(tables)
    rows = np.flatnonzero(np.isfinite(means))
    if rows.size > MOST_ROWS:
        rows = rows[np.argsort(-means[rows], kind="stable")][:MOST_ROWS]
    return [int(row) for row in rows]


def _applies(tables: Tables) -> bool:
    return bool(np.nanmax(_means(tables), initial=0.0) > 0)


def _finding(tables: Tables, words: Words) -> str:
    table, rows = tables.waiting_by_station_hour, _rows(tables)
    values = np.where(table.count[rows] > 0, table.mean_ms[rows], -1.0)
    row, hour = np.unravel_index(int(np.argmax(values)), values.shape)
    name = station_labels(tables, words)[table.station[rows[int(row)]]]
    text = words.of(_FINDING).format(
        place=name, start=f"{hour:02d}:00", end=f"{hour + 1:02d}:00", wait=words.duration(float(values[row, hour]))
    )
    total = int(np.isfinite(_means(tables)).sum())
    if total > len(rows):
        text += words.of(_PICKED).format(n=len(rows), total=words.count(total))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table, rows = tables.waiting_by_station_hour, _rows(tables)
    labels = station_labels(tables, words)
    values = np.where(table.count[rows] > 0, table.mean_ms[rows], np.nan)
    unit = time_unit(float(np.nanmax(values)))
    values = values / unit.ms
    few = bool(np.nanmax(values) < 10)  # below ten, one decimal tells cells apart
    draw_heat(
        figure,
        HeatTable(
            rows=[labels[table.station[row]] for row in rows],
            hours=hours_with_data(values),
            values=values,
            unit=words(unit.name),
            write=lambda value: f"{value:.{1 if few else 0}f}",
        ),
        words,
    )


PLOT = Plot(
    name="waiting",
    place=10,
    title=Text("Waiting, by place and hour of arrival", "各地点各时段的等待时间"),
    how_to_read=Text(
        "Each row is a place, each column an hour of the day; the number is the average wait of the people who "
        "arrived in that hour, and a darker cell means a longer wait. An empty cell: nobody came.",
        "每行是一个地点，每列是一天中的一个小时；数字是这一小时到达的人的平均等待时间，颜色越深等得越久，空格表示没有人来。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
