"""Pages of studies: two alternatives compared, and what an answer owes to each assumption."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reports.drawing.swings import Arm, SpanRow, SwingRow, draw_spans, draw_tornado
from reports.picture import Picture, drawn
from reports.terms import amount, apart, known, named, reason, written
from reports.text import Text
from sim.metrics.catalogue import Unit
from sim.replications.compare import Finding, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.words import Words
    from sim.metrics.intervals import Interval
    from sim.replications.compare import Difference
    from sim.replications.sensitivity import Effect, Tornado

MOST_ROWS = 20
_MAIN = re.compile(r'\b(mean|value|means|mode|values|low|workdays) = "?([^",}]+)')
_HOUR_MS, _MINUTE_MS, _SECOND_MS = 3_600_000.0, 60_000.0, 1000.0


@dataclass(frozen=True, slots=True)
class StudyTable:
    """A table: its title, its columns, its rows of texts; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Study:
    """Everything the template shows."""

    title: str
    description: str
    sentences: tuple[str, ...]
    picture: Picture | None
    tables: tuple[StudyTable, ...]
    command: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """What two alternatives are called, and the places of the scenarios."""

    a: str
    b: str
    places: dict[str, str] = field(default_factory=dict)

    def metric(self, difference: Difference, words: Words) -> str:
        """What was compared."""
        return named(difference.asked, words, self.places)


_TORNADO = Text("What the answer owes to each assumption", "结果受各项假设影响的程度")
_TORNADO_READ = Text(
    "Each row is a number nobody has measured. The bars show where {metric} goes when it alone is {change} lower or "
    "higher, its new value beside the bar; the line is the scenario as it is. All runs meet the same people.",
    "每行是一个没有实测的数值。只把它调低或调高 {change} 时，{metric}变到横条的末端，旁边是调整后的值；竖线是原方案。"
    "所有运行都是同样的人。",
)
_LOWER, _HIGHER = Text("input lower", "调低"), Text("input higher", "调高")
_CHANCE = Text("pale: may be chance", "淡色：可能是偶然")
_MOST = Text(
    "{metric} is {base}. Assumptions that change it by more than chance: {n}; {key} matters most: {low} to {high}.",
    "{metric}为 {base}。在影响超出偶然的 {n} 项假设中，影响最大的是 {key}：{low} 到 {high}。",
)
_ONCE = Text(
    "{metric} is {base}. Of {n} assumptions varied, {key} changes it most: {low} to {high}. One replication cannot "
    "tell a change from chance.",
    "{metric}为 {base}。在 {n} 项假设中，{key} 引起的变化最大：{low} 到 {high}。只运行一次，无法区分变化与偶然。",
)
_ONCE_NONE = Text(
    "{metric} is {base}. Assumptions varied: {n}; none changed it. One replication cannot tell a change from chance.",
    "{metric}为 {base}。调整了 {n} 项假设，结果都没有变化。只运行一次，无法区分变化与偶然。",
)
_NONE = Text(
    "{metric} is {base}. Assumptions varied: {n}; none changes it by more than chance.",
    "{metric}为 {base}。{n} 项假设中没有一项的影响超出偶然。",
)


_STILL = Text(
    "Not in it: whoever still waited or was inside when a run ended. All runs together: {base} as it is; the most is "
    "{n} with {what}.",
    "运行结束时还没有等完或办完的人未计入：原方案各次运行共 {base} 人，最多的是 {what}，{n} 人。",
)
_STILL_BASE = Text(
    "Not in it: whoever still waited or was inside when a run ended. All runs together: {base}, no more with any other "
    "value.",
    "运行结束时还没有等完或办完的人未计入：各次运行共 {base} 人，其他取值下都不更多。",
)


def tornado_still(tornado: Tornado, words: Words) -> tuple[str, ...]:
    """A sentence on those whose wait is in no number, if there are any."""
    many, what = tornado.most_still
    if not many:
        return ()
    said = _STILL if what else _STILL_BASE
    return (words.of(said).format(base=words.count(tornado.still), n=words.count(many), what=what),)


def tornado_picture(tornado: Tornado, words: Words, places: dict[str, str] | None = None) -> Picture | None:
    """The tornado; None if no assumption changes anything.  `places`: what places of the scenario are called."""
    swings = [swing for swing in tornado.swings if swing.largest > 0.0][:MOST_ROWS]
    finding = tornado_finding(tornado, words, places)
    if not swings:
        return None
    divisor, unit = _axis(tornado.asked.unit, [s.largest for s in swings] + [abs(tornado.base)])

    def arm(effect: Effect) -> Arm | None:
        return None if effect.note else Arm(effect.metric / divisor, short(effect.value, words))

    rows = [SwingRow(s.key, arm(s.low), arm(s.high), s.matters) for s in swings]
    change = words.share(float(tornado.change))
    metric = named(tornado.asked, words, places)
    how = words.of(_TORNADO_READ).format(metric=metric, change=change)
    axis = metric + (f", {known(f'axis.{unit}', unit, words)}" if unit else "")
    keys = (words.of(_LOWER), words.of(_HIGHER), words.of(_CHANCE))
    return drawn(
        "tornado", words.of(_TORNADO), finding, how,
        lambda figure: draw_tornado(figure, rows, tornado.base / divisor, axis, keys),
    )  # fmt: skip


def short(value: str, words: Words) -> str:
    """A distribution by its mean (or its lowest value), anything else as it is written."""
    found = _MAIN.search(value) if value.startswith("{") else None
    if found is None:
        return written(value.replace('"', ""), words)
    return f"{known(f'input.{found[1]}', found[1], words)} {written(found[2], words)}"


def tornado_finding(tornado: Tornado, words: Words, places: dict[str, str] | None = None) -> str:
    """What the study says, in a sentence."""
    unit, metric = tornado.asked.unit, named(tornado.asked, words, places)
    base = amount(tornado.base, unit, words)
    sure = [swing for swing in tornado.swings if swing.matters]
    most = sure if tornado.tells_chance else [swing for swing in tornado.swings if swing.largest > 0.0]
    values = {"metric": metric, "base": base}
    if not most:
        said = _NONE if tornado.tells_chance else _ONCE_NONE
        return words.of(said).format(n=len(tornado.swings), **values)
    ends = [effect.metric for effect in (most[0].low, most[0].high) if not effect.note]
    low, high = (amount(value, unit, words) for value in (min(*ends, tornado.base), max(*ends, tornado.base)))
    values |= {"key": most[0].key, "low": low, "high": high}
    if not tornado.tells_chance:
        return words.of(_ONCE).format(n=len(tornado.swings), **values)
    return words.of(_MOST).format(n=len(sure), **values)


_COMPARED = Text("Differences", "差异")
_COMPARED_READ = Text(
    "A dot is how much {b} differs from {a}, as a share of {a}; the line is its interval, wide enough for all rows to "
    "hold together in 95 of 100 such studies. An interval that crosses the line at 0 decides nothing.",
    "圆点是 {b} 与 {a} 相差的比例（以 {a} 为 100%），横线是置信区间，其宽度使所有行在 100 次研究中有 95 次同时成立。"
    "跨过 0 线的区间不能下结论。",
)
_RELATIVE = Text("{b} minus {a}, % of {a}", "{b} 减 {a}，占 {a} 的百分比")
_KNOWN_OF = Text("known: {n} / {total}", "可以确定：{n} / {total}")
_KNOWN, _NOT_KNOWN = Text("known", "可以确定"), Text("not known yet", "尚不能确定")


def difference_picture(differences: Sequence[Difference], sides: Sides, words: Words) -> Picture | None:
    """Relative differences; None if there is nothing to draw."""
    a, b = sides.a, sides.b
    rows = []
    for one in differences:
        size = abs(one.a)
        if one.interval.note or not size or one.finding is Finding.EQUAL:
            continue
        middle, low, high = (100 * v / size for v in (one.difference, one.interval.low, one.interval.high))
        label, text, sure = sides.metric(one, words), f"{middle:+.3g} %", one.finding is not Finding.UNKNOWN
        rows.append(SpanRow(label, middle, low, high, text, sure))
    if not rows:
        return None
    title, how = words.of(_COMPARED), words.of(_COMPARED_READ).format(a=a, b=b)
    known = sum(row.sure for row in rows)
    finding = words.of(_KNOWN_OF).format(n=known, total=len(rows))
    keys = (words.of(_KNOWN), words.of(_NOT_KNOWN))
    return drawn(
        "differences", title, finding, how, lambda f: draw_spans(f, rows, words.of(_RELATIVE).format(a=a, b=b), keys)
    )


def _axis(unit: Unit, values: Sequence[float]) -> tuple[float, str]:
    """By what to divide values for an axis, and its unit."""
    if unit is not Unit.TIME:
        return {Unit.SHARE: (0.01, "%"), Unit.RATE: (1 / _HOUR_MS, "1/h")}.get(unit, (1.0, ""))
    largest = max(values)
    for divisor, name in ((24 * _HOUR_MS, "d"), (_HOUR_MS, "h"), (_MINUTE_MS, "min"), (_SECOND_MS, "s")):
        if largest >= 2 * divisor:
            return divisor, name
    return 1.0, "ms"


_METRIC, _DIFFERENCE = Text("metric", "指标"), Text("difference", "差")
_INTERVAL = Text("95 % interval, all rows together", "95% 置信区间（各行同时成立）")
_PAIRS = Text("pairs of runs", "成对运行次数")
_FIGURES, _INPUTS, _SKIPPED = (
    Text("All figures", "全部数字"),
    Text("Every assumption", "各项假设"),
    Text("Assumptions that were not varied", "未作调整的假设"),
)
_INPUT, _VALUE, _WHY = Text("input", "输入"), Text("value", "取值"), Text("why", "原因")
_AT = Text("{value}: {metric} (change {change}; {certain})", "{value}：{metric}（变化 {change}；{certain}）")
_AT_NONE = Text("{value}: {why}", "{value}：{why}")
_CERTAIN = Text("95 %: {span}", "95%：{span}")
_EVERY_PAIR = Text("the same in every pair", "每一对都相同")
_AT_LOW, _AT_HIGH = Text("at the lower value", "调低后"), Text("at the higher value", "调高后")


def comparison_table(differences: Sequence[Difference], sides: Sides, words: Words) -> StudyTable:
    """Every metric of both, with the difference and its interval."""
    rows = []
    for one in differences:
        unit, i = one.asked.unit, one.interval
        span = reason(i.note, words) or _between(i, unit, words)
        values = (amount(one.a, unit, words), amount(one.b, unit, words), apart(one.difference, unit, words))
        rows.append((sides.metric(one, words), *values, span, str(one.pairs)))
    columns = (words.of(_METRIC), sides.a, sides.b, words.of(_DIFFERENCE), words.of(_INTERVAL), words.of(_PAIRS))
    return StudyTable(words.of(_FIGURES), columns, tuple(rows))


def _between(interval: Interval, unit: Unit, words: Words) -> str:
    """From where to where a difference may be."""
    if interval.error == 0.0:
        return words.of(_EVERY_PAIR)
    return f"{apart(interval.low, unit, words)} … {apart(interval.high, unit, words)}"


def tornado_tables(tornado: Tornado, words: Words) -> tuple[StudyTable, ...]:
    """Every assumption with the metric at both its values; and those that could not be varied."""
    unit = tornado.asked.unit

    def cell(effect: Effect) -> str:
        if effect.note:
            why = reason(effect.note, words)
            return words.of(_AT_NONE).format(value=short(effect.value, words), why=why) if effect.value else why
        interval = effect.interval
        return words.of(_AT).format(
            value=short(effect.value, words),
            metric=amount(effect.metric, unit, words),
            change=apart(effect.change, unit, words),
            certain=reason(interval.note, words) or words.of(_CERTAIN).format(span=_between(interval, unit, words)),
        )

    rows = tuple((s.key, s.value, cell(s.low), cell(s.high)) for s in tornado.swings)
    columns = (words.of(_INPUT), words.of(_VALUE), words.of(_AT_LOW), words.of(_AT_HIGH))
    tables = [StudyTable(words.of(_INPUTS), columns, rows)] if rows else []
    if tornado.skipped:
        skipped = tuple((key, reason(why, words)) for key, why in tornado.skipped)
        tables.append(StudyTable(words.of(_SKIPPED), (words.of(_INPUT), words.of(_WHY)), skipped))
    return tuple(tables)


def sentences(differences: Sequence[Difference], sides: Sides, words: Words) -> tuple[str, ...]:
    """One for each metric, in the language of the page."""
    if words.language == "zh":
        return tuple(_in_chinese(one, sides, words) for one in differences)
    return tuple(sentence(one, sides.a, sides.b) for one in differences)


def _in_chinese(one: Difference, sides: Sides, words: Words) -> str:
    """The same sentence as `sim.replications.compare.sentence`: amounts without signs, shares apart by points."""
    x, y = one.still
    there = f"；结束时还没有等完或办完的人未计入：{sides.a} {x:,} 人，{sides.b} {y:,} 人" if x or y else ""
    return _known_in_chinese(one, sides, words) + there


def _known_in_chinese(one: Difference, sides: Sides, words: Words) -> str:
    what, unit, interval = sides.metric(one, words), one.asked.unit, one.interval
    a, b = sides.a, sides.b
    if one.finding is Finding.EQUAL:
        return f"{what}：每次运行都相同（{amount(one.a, unit, words)}）"
    if interval.note:
        return f"{what}：无法确定，{reason(interval.note, words)}"
    more = "多" if one.difference > 0 else "少"
    told = f"{b} 比 {a} {more} {apart(abs(one.difference), unit, words)}"
    if one.undecided_by_still:
        return f"{what}：不能确定哪个更好；{told}，但算上结束时还在等候或还没有办完的人就不是这样"
    if one.finding is Finding.UNKNOWN:
        less, most = apart(-interval.low, unit, words), apart(interval.high, unit, words)
        rest = "再增加运行次数也难以确定" if one.more is None else f"再运行约 {one.more:,} 次可能得出结论"
        return f"{what}：尚不能确定哪个更好；{told}，但从少 {less} 到多 {most} 都有可能；{rest}"
    low, high = sorted((abs(interval.low), abs(interval.high)))
    span = f"{apart(low, unit, words)} 到 {apart(high, unit, words)}"
    ways = {Finding.A_BETTER: f"{a} 更好", Finding.B_BETTER: f"{b} 更好", Finding.DIFFERENT: "两者不同"}
    return f"{what}：{ways[one.finding]}；{told}（{span if interval.error else words.of(_EVERY_PAIR)}）"
