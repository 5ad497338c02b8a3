"""How the places differ: the distribution of their average waits, and the worst ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.bars import ROW_PT, Bar, bars_on
from reports.drawing.canvas import WIDTH, Box, grid, name_axes, place, shorten, text_width
from reports.drawing.labels import station_labels
from reports.drawing.model import Plot
from reports.drawing.palette import BLUE, LIGHT_BLUE, PAPER
from reports.drawing.scale import round_step, time_unit
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_WORST = 10
_DISTRIBUTION_FROM = 12
_BINS = 24
_PLACES = Text("number of places", "地点数")
_WAIT_AXIS = Text("average wait, {unit}", "平均等待（{unit}）")
_TOP = Text("longest average waits", "平均等待最长的地点")
_VALUE = Text("{wait}, visits: {people}", "{wait}，{people} 人次")
_FINDING = Text(
    "The average wait is longest at {worst} ({longest}) and shortest at {best} ({shortest}).",
    "平均等待最长的是{worst}（{longest}），最短的是{best}（{shortest}）。",
)
_FINDING_MANY = Text(
    "At half of the {n} places people wait {half} at most on average; the longest average wait is {longest}, at "
    "{worst}.",
    "{n} 个地点中，一半的平均等待不超过 {half}；最长的是{worst}，平均 {longest}。",
)


def _order(tables: Tables) -> list[int]:
    """Places where people queue in person, longest average wait first."""
    table = tables.stations
    rows = [
        row for row, serves in enumerate(table.serves) if serves == "people" and np.isfinite(table.wait_mean_ms[row])
    ]
    return sorted(rows, key=lambda row: -float(table.wait_mean_ms[row]))


def _applies(tables: Tables) -> bool:
    rows = _order(tables)
    return len(rows) > 1 and float(tables.stations.wait_mean_ms[rows[0]]) > 0


def _finding(tables: Tables, words: Words) -> str:
    table, rows = tables.stations, _order(tables)
    labels = station_labels(tables, words)
    waits = table.wait_mean_ms[rows]
    return words.of(_FINDING_MANY if len(rows) >= _DISTRIBUTION_FROM else _FINDING).format(
        n=words.count(len(rows)),
        half=words.duration(float(np.median(waits))),
        longest=words.duration(float(waits[0])),
        shortest=words.duration(float(waits[-1])),
        worst=labels[table.station[rows[0]]],
        best=labels[table.station[rows[-1]]],
    )


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table, rows = tables.stations, _order(tables)
    names = station_labels(tables, words)
    bars = [
        Bar(
            names[table.station[row]],
            float(table.wait_mean_ms[row]),
            words.of(_VALUE).format(
                wait=words.duration(float(table.wait_mean_ms[row])), people=words.average(float(table.arrivals[row]))
            ),
        )
        for row in rows[:_WORST]
    ]
    labels = [shorten(bar.label) for bar in bars]
    left = max(60.0, max(text_width(label) for label in labels) + 14)
    upper = 238.0 if len(rows) >= _DISTRIBUTION_FROM else 0.0
    height = upper + 30 + ROW_PT * len(bars) + 10
    if upper:
        _distribution(figure, tables.stations.wait_mean_ms[rows], height, words)
    axes = place(figure, Box(height=height, left=left, right=24, top=upper + 30, bottom=10))
    bars_on(axes, bars, labels, BLUE, WIDTH - left - 24)
    name_axes(axes, y=words.of(_TOP))


def _distribution(
    figure: Figure, waits: np.ndarray[tuple[int, ...], np.dtype[np.float64]], height: float, words: Words
) -> None:
    unit = time_unit(float(waits[0]))
    values = waits / unit.ms
    step = round_step(float(values.max()) / _BINS)
    edges = np.arange(0, float(values.max()) + 2 * step, step)
    axes = place(figure, Box(height=height, top=30, bottom=height - 180))
    axes.hist(values, edges.tolist(), color=LIGHT_BLUE, edgecolor=PAPER, linewidth=0.6)
    axes.set_xlim(0, float(edges[-1]))
    grid(axes, "y", 4, whole=True)
    name_axes(axes, y=words.of(_PLACES), x=words.of(_WAIT_AXIS).format(unit=words(unit.name)))


PLOT = Plot(
    name="stations",
    place=90,
    title=Text("How the places compare", "各地点的比较"),
    how_to_read=Text(
        "The bars with names are the places where people wait longest on average, with the number of visits; "
        "with many places, the upper picture counts all of them by their average wait.",
        "有名称的横条是平均等待最长的地点及其到访人次；地点很多时，上面的图按平均等待时间统计全部地点。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
