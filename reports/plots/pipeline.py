"""How many cases stand at each stage of the office, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.model import Plot
from reports.drawing.stages import draw_stages, finding, stages
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables


def _rows(tables: Tables) -> list[int]:
    return stages(tables, holders=False)


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    draw_stages(tables, figure, words, _rows(tables))


PLOT = Plot(
    name="pipeline",
    place=40,
    title=Text("Cases the office has to go on with, by stage", "等待机构办理的件数（按环节）"),
    how_to_read=Text(
        "Each line is a stage where the next step is the office's and shows how many cases were there at an average "
        "moment of the day, with those in the queue and those who gave up and will come again. "
        "A line that keeps rising is a stage that cannot keep up.",
        "每条线是一个接下来由机构办理的环节，表示当天平均有多少件停在那里，排队的和放弃后还会再来的也计入。一直上升的线说明这个环节来不及处理。",
    ),
    applies=lambda tables: bool(_rows(tables)),
    finding=lambda tables, words: finding(tables, words, _rows(tables)),
    draw=_draw,
)
