"""How many cases stand at each stage, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import Box, Key, grid, legend, legend_rows, name_axes, place
from reports.drawing.labels import where
from reports.drawing.model import Plot
from reports.drawing.palette import DASHES, SERIES
from reports.steps import step_title
from reports.text import Text
from reports.words import DAY_MS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_MOST_STAGES = 6
_MOST_DATES = 8
_CASES = Text("cases at this stage", "处于该环节的件数")
_FINDING = Text(
    "The fullest stage is “{stage}”: {most} cases at an average moment of the fullest day, {last} on the last day.",
    "积压最多的环节是“{stage}”：最多的一天平均有 {most} 件，最后一天平均有 {last} 件。",
)
_PICKED = Text(" Shown are the {n} fullest of {total} stages.", "图中是 {total} 个环节里件数最多的 {n} 个。")


def _stages(tables: Tables) -> list[int]:
    """Steps at which cases stay, fullest first."""
    table = tables.pipeline_by_day
    if not table.step or np.isfinite(table.cases_mean).any(axis=0).sum() < 2:  # a line needs two
        return []
    most = np.nan_to_num(table.cases_mean).max(axis=1)
    order = np.argsort(-most, kind="stable")
    return [int(row) for row in order if most[row] > 0]


def _applies(tables: Tables) -> bool:
    return bool(_stages(tables))


def _label(tables: Tables, row: int, words: Words) -> str:
    table = tables.pipeline_by_day
    if not table.procedure[row]:
        return where(tables, words, table.step[row])  # a plain station, no office behind it
    return step_title(table.procedure[row], table.step[row], table.title[row], words)


def _cases(number: float, words: Words) -> str:
    return words.decimal(number, 0 if number >= 10 else 1)


def _finding(tables: Tables, words: Words) -> str:
    stages = _stages(tables)
    cases = tables.pipeline_by_day.cases_mean[stages[0]]
    known = cases[np.isfinite(cases)]
    text = words.of(_FINDING).format(
        stage=_label(tables, stages[0], words),
        most=_cases(float(known.max()), words),
        last=_cases(float(known[-1]), words),
    )
    if len(stages) > _MOST_STAGES:
        text += words.of(_PICKED).format(n=_MOST_STAGES, total=words.count(len(stages)))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table, stages = tables.pipeline_by_day, _stages(tables)[:_MOST_STAGES]
    keys = [
        Key(_label(tables, row, words), SERIES[number], DASHES[number], marker="" if number else "o")
        for number, row in enumerate(stages)
    ]
    top = 52.0 + 18 * (legend_rows([key.label for key in keys], 50) - 1)
    axes = place(figure, Box(height=top + 236 + 30, right=24, top=top, bottom=30))
    days = table.day_start_ms / DAY_MS
    few = days.size <= 40  # marks on more days than this would merge
    for row, key in zip(stages, keys, strict=True):
        axes.plot(days, table.cases_mean[row], color=key.colour, linestyle=key.dash,
                  marker=key.marker if few else "", markersize=4.5)  # fmt: skip
    grid(axes, "y", 5)
    shown = np.flatnonzero(np.isfinite(table.cases_mean[stages]).any(axis=0))
    axes.set_xlim(float(days[shown[0]]), float(days[shown[-1]]))
    every = max(1, -(-int(shown.size) // _MOST_DATES))
    marks = [float(days[slot]) for slot in shown[::every]]
    start = date.fromisoformat(tables.start)
    axes.set_xticks(marks, [words.month_day(start + timedelta(days=int(mark))) for mark in marks])
    name_axes(axes, y=words.of(_CASES))
    legend(figure, keys, 50)


PLOT = Plot(
    name="pipeline",
    place=40,
    title=Text("Cases under way, by stage", "各环节正在办理的件数"),
    how_to_read=Text(
        "Each line is one stage of the work and shows how many cases were there at an average moment of the day; who "
        "gave up and will try again counts until then. A line that keeps rising is a stage that cannot keep up.",
        "每条线是一个环节，表示当天平均有多少件停在那里；放弃后还会再来的，在再来之前也计入。"
        "一直上升的线说明这个环节来不及处理。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
