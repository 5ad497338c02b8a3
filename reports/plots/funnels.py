"""How far cases get in each procedure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.canvas import WIDTH, Box, Key, legend, place, printable, shorten, text_width
from reports.drawing.model import Plot
from reports.drawing.palette import BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, PAPER
from reports.steps import step_title
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Funnel, Tables

_MOST_FUNNELS = 6
_ROW_PT, _HEAD_PT = 24.0, 44.0
_REACHED = Text("reached the step", "到达该步骤")
_DONE = Text("of these, completed it", "其中完成")
_LEFT = Text("ended here, not completed", "在此结束而未完成")
_NUMBERS = Text("{done} of {entered}", "{entered} 件中完成 {done} 件")
_ENDED = Text(", {left} ended here", "，{left} 件在此结束")
_FINDING = Text(
    "“{procedure}” loses most at the step “{step}”: {left} of {entered} cases ended there.",
    "“{procedure}”在“{step}”这一步流失最多：{entered} 件中有 {left} 件在此结束。",
)
_FINDING_GOOD = Text("No case ended before it was complete.", "没有一件在办结前结束。")
_PICKED = Text(" Shown are the {n} most frequent of {total} procedures.", "图中是 {total} 种业务里最常办的 {n} 种。")


def _funnels(tables: Tables) -> list[Funnel]:
    """Procedures somebody began, most frequent first."""
    begun = [funnel for funnel in tables.funnels if funnel.step and float(funnel.entered.max()) > 0]
    return sorted(begun, key=lambda funnel: -float(funnel.entered.max()))


def _applies(tables: Tables) -> bool:
    return bool(_funnels(tables))


def _step(funnel: Funnel, row: int, words: Words) -> str:
    return step_title(funnel.procedure, funnel.step[row], funnel.step_title[row], words)


def _title(funnel: Funnel, words: Words) -> str:
    return words.name(funnel.title, funnel.title_zh, funnel.procedure.replace("_", " "))


def _finding(tables: Tables, words: Words) -> str:
    funnels = _funnels(tables)
    worst = max(funnels, key=lambda funnel: float(funnel.left.max()))
    row = int(worst.left.argmax())
    if worst.left[row] == 0:
        text = words.of(_FINDING_GOOD)
    else:
        text = words.of(_FINDING).format(
            procedure=_title(worst, words),
            step=_step(worst, row, words),
            left=words.average(float(worst.left[row])),
            entered=words.average(float(worst.entered[row])),
        )
    if len(funnels) > _MOST_FUNNELS:
        text += words.of(_PICKED).format(n=_MOST_FUNNELS, total=words.count(len(funnels)))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    funnels = _funnels(tables)[:_MOST_FUNNELS]
    rows = [[row for row in range(len(funnel.step)) if funnel.entered[row]] for funnel in funnels]
    heights = [_HEAD_PT + _ROW_PT * len(shown) for shown in rows]
    labels = [
        [shorten(_step(funnel, row, words)) for row in shown] for funnel, shown in zip(funnels, rows, strict=True)
    ]
    left = max(text_width(label) for group in labels for label in group) + 16
    total = 26 + sum(heights) + 8
    top = 26.0
    for funnel, shown, group, height in zip(funnels, rows, labels, heights, strict=True):
        axes = place(
            figure, Box(height=total, left=left, right=20, top=top + _HEAD_PT - 6, bottom=total - top - height + 6)
        )
        _panel(axes, funnel, shown, words, WIDTH - left - 20)
        axes.set_yticks(range(len(shown)), group)
        figure.text(6 / WIDTH, 1 - (top + 26) / total, shorten(_title(funnel, words), 500), fontsize=11.5,
                    fontweight="bold", va="center_baseline", color=INK)  # fmt: skip
        top += height
    legend(
        figure,
        [Key(words.of(_REACHED), LIGHT_BLUE), Key(words.of(_DONE), BLUE), Key(words.of(_LEFT), ORANGE, hatch="////")],
        6,
    )


def _panel(axes: Axes, funnel: Funnel, shown: list[int], words: Words, width_pt: float) -> None:
    """Draw the bars of one procedure: reached behind, completed in front, ended here at the end."""
    entered, done, left = funnel.entered[shown], funnel.done[shown], funnel.left[shown]
    axes.barh(range(len(shown)), entered, 0.66, color=LIGHT_BLUE)
    axes.barh(range(len(shown)), done.clip(max=entered), 0.66, color=BLUE)
    axes.barh(range(len(shown)), left, 0.66, left=(entered - left).clip(min=0), color=ORANGE, edgecolor=PAPER,
              hatch="////")  # fmt: skip
    texts = [_numbers(float(done[row]), float(entered[row]), float(left[row]), words) for row in range(len(shown))]
    end = max(text_width(text) for text in texts) + 14
    axes.set_xlim(0, float(entered.max()) * width_pt / max(width_pt - end, width_pt / 4))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    for row, text in enumerate(texts):
        axes.annotate(
            printable(text), (float(entered[row]), row), (6, 0), textcoords="offset points", va="center_baseline",
            ha="left", color=MUTED, fontsize=10.5, annotation_clip=False,
        )  # fmt: skip
    axes.tick_params(axis="y", length=0, labelcolor=INK, pad=6)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _numbers(done: float, entered: float, left: float, words: Words) -> str:
    text = words.of(_NUMBERS).format(done=words.average(done), entered=words.average(entered))
    return text + words.of(_ENDED).format(left=words.average(left)) if left else text


PLOT = Plot(
    name="funnels",
    place=60,
    title=Text("How far cases get", "各项业务办到哪一步"),
    how_to_read=Text(
        "The bars of a procedure follow its steps from top to bottom; the length is the number of cases that reached "
        "the step, the plain part in front those that completed it, the striped part those that ended there.",
        "每种业务从上到下是它的各个步骤；长度是到达该步骤的件数，前面的实色部分是完成的，斜线部分是在此结束而未完成的。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
