"""The nation's run in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.text import Text
from sim.nation.measures import WAIT_OUTLETS, pooled_quantile

if TYPE_CHECKING:
    from reports.words import Words
    from sim.nation.run import NationResult

_PLAYED = Text(
    "{cities} cities, {holders} holders: {events} events.",
    "{cities} 个城市，{holders} 名持卡人：{events} 个事件。",
)
_OUTLETS = Text(
    "At the outlets nine of ten visits wait {p90} at most, 99 of 100 at most {p99}; the longest mean wait of a city "
    "is {worst} ({city}).",
    "网点：每10次到访有9次等待不超过 {p90}，每100次有99次不超过 {p99}；平均等待最长的城市为 {worst}（{city}）。",
)
_HOTLINE = Text(
    "Of the calls for an agent {abandoned} give up; in the worst city {worst} ({city}).",
    "要求人工服务的来电中 {abandoned} 放弃；最差的城市为 {worst}（{city}）。",
)
_MOVED = Text(
    "{left} people moved with {money}: {received} were received, {waiting} are still on their way when the run ends; "
    "nobody and no fen is missing.",
    "{left} 人在城市之间转移，共 {money}：{received} 人已办结，{waiting} 人在运行结束时尚在途中；人和钱分毫不差。",
)


def summary(result: NationResult, words: Words) -> list[str]:
    """The most important sentences, in the order of importance."""
    rows = list(result.rows)
    lines = [
        words.of(_PLAYED).format(
            cities=words.count(len(rows)),
            holders=words.count(sum(row.holders for row in rows)),
            events=words.count(result.events),
        )
    ]
    waiting = [row for row in rows if "outlets.wait_mean" in row.measures]
    if waiting:
        worst = max(waiting, key=lambda row: row.measures["outlets.wait_mean"])
        lines.append(
            words.of(_OUTLETS).format(
                p90=words.duration(pooled_quantile(rows, WAIT_OUTLETS, 0.9)),
                p99=words.duration(pooled_quantile(rows, WAIT_OUTLETS, 0.99)),
                worst=words.duration(worst.measures["outlets.wait_mean"]),
                city=words.name(worst.name, worst.name_zh),
            )
        )
    lines += _hotline(result, words)
    sums = [row.settlement for row in rows]
    lines.append(
        words.of(_MOVED).format(
            left=words.count(sum(row.left for row in rows)),
            money=words.money(sum(row.left_fen for row in rows)),
            received=words.count(sum(one.received for one in sums)),
            waiting=words.count(sum(one.at_desk + one.on_road for one in sums)),
        )
    )
    return lines


def _hotline(result: NationResult, words: Words) -> list[str]:
    rows = [row for row in result.rows if row.measures.get("hotline.calls")]
    if not rows:
        return []
    calls = sum(row.measures["hotline.calls"] for row in rows)
    abandoned = sum(row.measures["hotline.calls"] * row.measures["hotline.abandoned"] for row in rows)
    worst = max(rows, key=lambda row: row.measures["hotline.abandoned"])
    return [
        words.of(_HOTLINE).format(
            abandoned=words.share(abandoned / calls),
            worst=words.share(worst.measures["hotline.abandoned"]),
            city=words.name(worst.name, worst.name_zh),
        )
    ]
