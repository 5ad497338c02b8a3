"""How long a lost card can still be used at terminals that work offline (rule L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.histogram import draw_histograms
from reports.drawing.model import Plot
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_CARDS = Text("lost cards", "丢失的卡数")
_FINDING = Text(
    "After the loss report, half of the lost cards are refused everywhere within {half}, 90 of 100 within {ninety}; "
    "the longest gap was {longest}.",
    "挂失之后，一半的丢失卡在 {half}内被所有终端拒绝，每 100 张中 90 张在 {ninety}内；最长的空档是 {longest}。",
)


def _applies(tables: Tables) -> bool:
    return tables.exposure is not None and tables.exposure.count > 0 and tables.exposure.max_ms > 0


def _finding(tables: Tables, words: Words) -> str:
    gap = tables.exposure
    return "" if gap is None else words.of(_FINDING).format(
        half=words.duration(gap.p50_ms), ninety=words.duration(gap.p90_ms), longest=words.duration(gap.max_ms)
    )  # fmt: skip


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    if tables.exposure is not None:
        draw_histograms(figure, [tables.exposure], words, words.of(_CARDS))


PLOT = Plot(
    name="exposure",
    place=110,
    title=Text("How long a lost card stays usable", "丢失的卡还能用多久"),
    how_to_read=Text(
        "Each bar counts lost cards by the time from the loss report until the last offline terminal knew of it; "
        "until then, somebody else could have used the card there.",
        "每根柱是从挂失到最后一台离线终端收到挂失名单用时在这一范围内的卡数；在此之前，别人仍可能在那里用卡。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
