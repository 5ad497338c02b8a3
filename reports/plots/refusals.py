"""What people are refused for, by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.bars import Bar, draw_bars
from reports.drawing.model import Plot
from reports.drawing.palette import PURPLE
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_MOST_RULES = 12
_REFUSALS = Text("refusals", "不予受理的次数")
_LABEL = Text("{rule}: {why}", "{rule}：{why}")
_VALUE = Text("{n} ({share})", "{n}（{share}）")
_FINDING = Text(
    "{total} refusals in all; the most frequent ground is rule {rule} with {share}.",
    "共 {total} 次不予受理；最常见的依据是规则 {rule}，占 {share}。",
)
_PICKED = Text(" Shown are the {n} most frequent of {total} rules.", "图中是 {total} 条规则里最常用到的 {n} 条。")


def _applies(tables: Tables) -> bool:
    return bool(tables.refusals_by_rule.rule) and float(tables.refusals_by_rule.count.sum()) > 0


def _finding(tables: Tables, words: Words) -> str:
    table = tables.refusals_by_rule
    text = words.of(_FINDING).format(
        total=words.average(float(table.count.sum())), rule=table.rule[0], share=words.share(float(table.share[0]))
    )
    if len(table.rule) > _MOST_RULES:
        text += words.of(_PICKED).format(n=_MOST_RULES, total=words.count(len(table.rule)))
    return text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table = tables.refusals_by_rule
    bars = []
    for row in range(min(len(table.rule), _MOST_RULES)):
        why = words.name(table.why[row], table.why_zh[row])
        label = words.of(_LABEL).format(rule=table.rule[row], why=why) if why else table.rule[row]
        value = words.of(_VALUE).format(
            n=words.average(float(table.count[row])), share=words.share(float(table.share[row]))
        )
        bars.append(Bar(label, float(table.count[row]), value))
    draw_bars(figure, bars, words.of(_REFUSALS), colour=PURPLE, longest_label=390.0)


PLOT = Plot(
    name="refusals",
    place=80,
    title=Text("Why things are refused", "不予受理的原因"),
    how_to_read=Text(
        "Each bar is a rule of the card and counts how often something was refused because of it, with the share of "
        "all refusals.",
        "每根柱是一条规则，表示因它而不予受理的次数及其占全部的比例。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
