"""How long things take from one end to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.histogram import draw_histograms
from reports.drawing.model import Plot
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables, TimeHistogram

_CASES = Text("cases", "件数")
_FINDING = Text(
    "{what}: half take {half} at most, 90 of 100 {ninety} at most; the longest took {longest}.",
    "{what}：一半不超过 {half}，每 100 件中 90 件不超过 {ninety}，最长 {longest}。",
)


def _known(tables: Tables) -> list[TimeHistogram]:
    return [histogram for histogram in tables.lead_times if histogram.count > 0 and histogram.max_ms > 0]


def _applies(tables: Tables) -> bool:
    return bool(_known(tables))


def _finding(tables: Tables, words: Words) -> str:
    main = max(_known(tables), key=lambda histogram: histogram.count)
    return words.of(_FINDING).format(
        what=words(f"lead.{main.name}"),
        half=words.duration(main.p50_ms),
        ninety=words.duration(main.p90_ms),
        longest=words.duration(main.max_ms),
    )


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    draw_histograms(figure, _known(tables), words, words.of(_CASES))


PLOT = Plot(
    name="lead-times",
    place=50,
    title=Text("From beginning to end", "从开始到办结"),
    how_to_read=Text(
        "Each bar counts the cases that took that long; half of the cases lie to the left of the dashed line, and 90 "
        "of 100 to the left of the solid line.",
        "每根柱是用时在这一范围内的件数；一半的件在虚线左边，每 100 件中有 90 件在实线左边。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
