"""Two alternatives compared on the same people: paired differences with intervals.

Random numbers are looked up by person and step, so both alternatives meet the same people with the same needs (common
random numbers).  What is compared is of all people together, as everywhere; how certain the difference is follows from
what each pair of replications moves it by.  With several metrics each
interval is wide enough that all of them hold together at the stated confidence (Bonferroni).  Which is better is known
only if it is with those who still wait at the end as well, taken as if they were called then: a plan that leaves people
waiting has shorter waits of those it calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from sim.errors import Problem, ScenarioError
from sim.metrics.catalogue import Unit
from sim.metrics.fold import Result
from sim.metrics.intervals import LEVEL, Interval, t_quantile
from sim.metrics.names import Names
from sim.metrics.replicated import Replicated, paired_difference
from sim.metrics.still import WithThem
from sim.metrics.units import difference_in_words, in_words
from sim.replications.asked import Asked, read_asked, read_paired

OPTION = "--metric"
_FEW = 0.01
"""Of those in a metric: fewer who are still there at the end are not worth a word unless they leave it undecided."""
REPLICATIONS = 20
MOST_MORE = 100_000
HEADLINE = ("wait.mean", "wait.p90", "abandoned.share", "turned_away.count", "still_waiting.count", "utilisation")
"""Compared at every kind of place that people come to, besides what is asked for."""
LEAD = "lead.application_to_hand.mean"

_LESS_IS_BETTER = (
    "wait.", "stay.", "visit.", "queue.", "present.", "abandoned.", "blocked.", "balked.", "turned_away.", "refused.",
    "still_waiting.", "lead.", "wip.",
)  # fmt: skip
_MORE_IS_BETTER = ("wait.within", "service_level.", "answered.share", "served.count", "throughput", "funnel.")


@unique
class Finding(Enum):
    """What a comparison says."""

    A_BETTER = "a"
    B_BETTER = "b"
    DIFFERENT = "different"  # of a metric that is neither good nor bad
    EQUAL = "equal"  # in every replication
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of both alternatives."""

    asked: Asked
    a: float
    b: float
    interval: Interval  # for b - a, wide enough for all metrics together
    finding: Finding
    pairs: int
    more: int | None  # further replications that would probably decide; None: decided, or not foreseeable
    still: tuple[int, int] = (0, 0)  # people of A and B not in it, wait or visit not over at the end; if worth a word
    undecided_by_still: bool = False  # without them it would be known

    @property
    def difference(self) -> float:
        """How much larger B is than A."""
        return self.b - self.a


def direction(metric: str) -> int:
    """1: more is better, -1: less is better, 0: neither."""
    if metric.startswith(_MORE_IS_BETTER):
        return 1
    return -1 if metric.startswith(_LESS_IS_BETTER) else 0


def headline(a: Names, b: Names) -> list[Asked]:
    """What is compared without being asked for: the usual figures at each kind of place both alternatives have."""
    found = []
    for kind in dict.fromkeys(s.kind.value for s in a.stations if not s.is_annex):
        if any(s.kind.value == kind and not s.is_annex for s in b.stations):
            found += [read_asked(f"{metric} at {kind}", a, OPTION) for metric in HEADLINE]
    return [*found, read_asked(LEAD, a, OPTION)]


def asked_of_both(texts: Sequence[str], a: Names, b: Names) -> list[Asked]:
    """What `--metric` asks for; it must exist in both.  Raises ScenarioError with every mistake."""
    problems: list[Problem] = []
    found: list[Asked] = []
    for text in texts:
        try:
            found.append(read_paired(text, a, OPTION))
            read_paired(text, b, OPTION)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(tuple(dict.fromkeys(problems)))
    return found


def compare(
    a: Sequence[Result],
    b: Sequence[Result],
    usual: Sequence[Asked],
    wanted: Sequence[Asked] = (),
    level: float = LEVEL,
) -> list[Difference]:
    """The differences, in pairs of replications.

    Of the `usual` metrics those with nothing to measure on either side are left out; what is `wanted` has its answer.
    """
    asked = list(dict.fromkeys((*usual, *wanted)))
    told = [
        (one, x, y)
        for one, x, y in zip(asked, _together(a, asked), _together(b, asked), strict=True)
        if one in wanted or _worth_a_word(x, y)
    ]
    each = 1.0 - (1.0 - level) / max(1, len(told))
    return [_difference(one, x, y, each) for one, x, y in told]


@dataclass(frozen=True, slots=True)
class _Both:
    """A number over replications, and the same with those who are still there at the end."""

    plain: Replicated
    with_them: Replicated


def _worth_a_word(x: _Both, y: _Both) -> bool:
    """Whether there is a number on both sides, and not 0 on both."""
    if math.isnan(x.plain.value) or math.isnan(y.plain.value):
        return False
    return any(side.value != 0.0 for side in (x.plain, y.plain, x.with_them, y.with_them))


def _together(results: Iterable[Result], asked: Sequence[Asked]) -> list[_Both]:
    """Each number that is asked for, over replications that are looked at once."""
    found = [_Both(one.together(()), one.together(())) for one in asked]
    for result in results:
        as_if = WithThem(result)
        for mine, one in zip(found, asked, strict=True):
            part = one.part(result)
            mine.plain.add(part)
            mine.with_them.add(one.part_with_them(as_if) if part.still else part)
    return found


def _difference(asked: Asked, a: _Both, b: _Both, level: float) -> Difference:
    interval = paired_difference(a.plain, b.plain, level)
    finding = _finding(asked, interval)
    still = (a.plain.still, b.plain.still)
    known = finding is not Finding.UNKNOWN and not interval.note
    undecided = known and any(still) and _finding(asked, paired_difference(a.with_them, b.with_them, level)) != finding
    value = b.plain.value - a.plain.value
    more = more_needed(value, interval, level) if finding is Finding.UNKNOWN else None
    if not undecided and not any(side.plain.still > _FEW * side.plain.count for side in (a, b)):
        still = (0, 0)
    finding = Finding.UNKNOWN if undecided else finding
    return Difference(
        asked, a.plain.value, b.plain.value, interval, finding, interval.observations, more, still, undecided
    )


def _finding(asked: Asked, interval: Interval) -> Finding:
    if interval.note:
        return Finding.UNKNOWN
    if interval.low == interval.high == 0.0:
        return Finding.EQUAL
    if interval.low <= 0.0 <= interval.high:
        return Finding.UNKNOWN
    better = direction(asked.question.metric) * (1 if interval.low > 0 else -1)
    return (Finding.A_BETTER, Finding.DIFFERENT, Finding.B_BETTER)[better + 1]


def more_needed(value: float, interval: Interval, level: float) -> int | None:
    """Further pairs after which the interval would leave out 0, if difference and scatter stay as they are.

    None if that is beyond a hundred thousand.  A forecast from a difference that may itself be chance: no promise.
    """
    pairs = interval.observations
    if interval.note or value == 0.0:
        return None
    ratio = interval.error * math.sqrt(pairs) / abs(value)
    low, high = pairs, MOST_MORE
    while low < high:
        middle = (low + high) // 2
        if t_quantile(0.5 + level / 2, middle - 1) * ratio / math.sqrt(middle) < 1.0:
            high = middle
        else:
            low = middle + 1
    return None if low >= MOST_MORE else max(1, low - pairs)


def sentence(difference: Difference, a: str, b: str) -> str:
    """What is known, in one sentence."""
    x, y = difference.still
    there = f"; not in it: who was still there at the end, {x:,} with {a} and {y:,} with {b}" if x or y else ""
    return _known(difference, a, b) + there


def _known(difference: Difference, a: str, b: str) -> str:
    what, unit, interval = difference.asked.text, difference.asked.unit, difference.interval
    if difference.finding is Finding.EQUAL:
        return f"{what}: the same in every replication ({in_words(difference.a, unit)})"
    if interval.note:
        return f"{what}: not known, {interval.note}"
    more_or_less = "more" if difference.difference > 0 else "less"
    told = f"{difference_in_words(abs(difference.difference), unit)} {more_or_less} with {b} than with {a}"
    if difference.undecided_by_still:
        return f"{what}: not known which is better; {told}, but not so with those who still waited or were inside"
    if difference.finding is Finding.UNKNOWN:
        return f"{what}: not known yet which is better; {told}, but {_unsure(difference)}"
    better = {Finding.A_BETTER: f"better with {a}", Finding.B_BETTER: f"better with {b}"}
    known = better.get(difference.finding, "they differ")
    return f"{what}: {known}; {told} ({_span(interval, unit)})"


def _span(interval: Interval, unit: Unit) -> str:
    """From where to where a difference goes that is known to be one."""
    if interval.error == 0.0:
        return "in every pair of replications"
    low, high = sorted((abs(interval.low), abs(interval.high)))
    return f"{difference_in_words(low, unit)} to {difference_in_words(high, unit)}"


def _unsure(difference: Difference) -> str:
    unit, interval = difference.asked.unit, difference.interval
    less, more = difference_in_words(-interval.low, unit), difference_in_words(interval.high, unit)
    span = f"anything from {less} less to {more} more is possible"
    if difference.more is None:
        return f"{span}; more replications will hardly decide it"
    return f"{span}; about {difference.more:,} more replications would probably decide it"
