"""How many cases stand at each stage, day by day: those the office goes on with, those for which somebody has to come.

A case is at its latest step until the next: who has to take the next one is in the table of the procedure.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.canvas import Box, Key, grid, legend, legend_rows, name_axes, place
from reports.drawing.palette import DASHES, SERIES
from reports.steps import step_title
from reports.text import Text
from reports.words import DAY_MS
from sim.procedures.catalogue import catalogue
from sim.procedures.model import END, Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables
    from sim.procedures.model import Step

_MOST_STAGES = 6
_MOST_DATES = 8
_SEEN = 0.05
"""Cases on average from which a stage is drawn: fewer are written as 0."""
_CASES = Text("cases at this stage", "处于该环节的件数")
_FINDING = Text(
    "The fullest stage is “{stage}”: {most} cases at an average moment of the fullest day, {last} on the last day.",
    "积压最多的环节是“{stage}”：最多的一天平均有 {most} 件，最后一天平均有 {last} 件。",
)
_PICKED = Text(" Shown are the {n} fullest of {total} stages.", "图中是 {total} 个环节里件数最多的 {n} 个。")


def is_holders_turn(procedure: str, step: str) -> bool:
    """Whether a case that is done with a step waits for holder, employer or heirs to come, not for the office."""
    known = catalogue().get(procedure)
    if known is None:
        return False
    moves = [move for move in known.moves if move.step == step and move.outcome is Outcome.DONE and move.wait]
    return any(bool(_step(procedure, move.to).who) for move in moves if move.to != END and not move.fork)


def _step(procedure: str, name: str) -> Step:
    """The step a move leads to: of the procedure itself, of another one, or the first of another one."""
    own = {step.name: step for step in catalogue()[procedure].steps}
    if name in own:
        return own[name]
    other, _, step = name.partition(".")
    steps = catalogue()[other].steps
    return next((one for one in steps if one.name == step), steps[0])


def stages(tables: Tables, *, holders: bool) -> list[int]:
    """Steps of procedures at which cases stay, fullest first: of the holder's turn or of the office's."""
    table = tables.pipeline_by_day
    if not table.step or np.isfinite(table.cases_mean).any(axis=0).sum() < 2:  # a line needs two
        return []
    most = np.nan_to_num(table.cases_mean).max(axis=1)
    order = np.argsort(-most, kind="stable")
    return [
        int(row)
        for row in order
        if most[row] >= _SEEN
        and table.procedure[row]
        and is_holders_turn(table.procedure[row], table.step[row]) is holders
    ]


def _label(tables: Tables, row: int, words: Words) -> str:
    table = tables.pipeline_by_day
    return step_title(table.procedure[row], table.step[row], table.title[row], words)


def _cases(number: float, words: Words) -> str:
    return words.decimal(number, 0 if number >= 10 else 1)


def finding(tables: Tables, words: Words, rows: list[int]) -> str:
    """The fullest of the stages, and how many there are."""
    cases = tables.pipeline_by_day.cases_mean[rows[0]]
    known = cases[np.isfinite(cases)]
    text = words.of(_FINDING).format(
        stage=_label(tables, rows[0], words),
        most=_cases(float(known.max()), words),
        last=_cases(float(known[-1]), words),
    )
    if len(rows) > _MOST_STAGES:
        text += words.of(_PICKED).format(n=_MOST_STAGES, total=words.count(len(rows)))
    return text


def draw_stages(tables: Tables, figure: Figure, words: Words, rows: list[int]) -> None:
    """A line for each of the fullest stages."""
    table, rows = tables.pipeline_by_day, rows[:_MOST_STAGES]
    keys = [
        Key(_label(tables, row, words), SERIES[number], DASHES[number], marker="" if number else "o")
        for number, row in enumerate(rows)
    ]
    top = 52.0 + 18 * (legend_rows([key.label for key in keys], 50) - 1)
    axes = place(figure, Box(height=top + 236 + 30, right=24, top=top, bottom=30))
    days = table.day_start_ms / DAY_MS
    few = days.size <= 40  # marks on more days than this would merge
    for row, key in zip(rows, keys, strict=True):
        axes.plot(days, table.cases_mean[row], color=key.colour, linestyle=key.dash,
                  marker=key.marker if few else "", markersize=4.5)  # fmt: skip
    grid(axes, "y", 5)
    shown = np.flatnonzero(np.isfinite(table.cases_mean[rows]).any(axis=0))
    axes.set_xlim(float(days[shown[0]]), float(days[shown[-1]]))
    every = max(1, -(-int(shown.size) // _MOST_DATES))
    marks = [float(days[slot]) for slot in shown[::every]]
    start = date.fromisoformat(tables.start)
    axes.set_xticks(marks, [words.month_day(start + timedelta(days=int(mark))) for mark in marks])
    name_axes(axes, y=words.of(_CASES))
    legend(figure, keys, 50)
