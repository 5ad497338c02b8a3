"""How many cases wait for somebody to come (holder, employer, heirs) at each stage, day by day."""

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
    return stages(tables, holders=True)


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    draw_stages(tables, figure, words, _rows(tables))


PLOT = Plot(
    name="holders-turn",
    place=45,
    title=Text("Cases that wait for somebody to come, by stage", "等待来人办理的件数（按环节）"),
    how_to_read=Text(
        "Each line is a stage where the next step is the holder's (to collect, to correct, to come again), or his "
        "employer's or heirs', and shows how many cases were there at an average moment of the day. A rising line is "
        "no backlog of the office: "
        "more people get here than have gone on.",
        "每条线是一个接下来要由本人（领卡、补正、再来）、用人单位或继承人办理的环节，表示当天平均有多少件停在那里。"
        "线上升不说明机构积压，只说明到这一步的人多于已经继续办理的人。",
    ),
    applies=lambda tables: bool(_rows(tables)),
    finding=lambda tables, words: finding(tables, words, _rows(tables)),
    draw=_draw,
)
