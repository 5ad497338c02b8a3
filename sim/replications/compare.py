"""Two alternatives compared on the same people: paired differences with intervals.

Random numbers are looked up by person and step, so both alternatives meet the same people with the same needs (common
random numbers): replication by replication the difference is that of the alternatives.  With several metrics each
interval is wide enough that all of them hold together at the stated confidence (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.metrics.catalogue import Unit
from sim.metrics.counting import Floats
from sim.metrics.fold import Result
from sim.metrics.intervals import LEVEL, Interval, of_means, t_quantile
from sim.metrics.names import Names
from sim.metrics.units import in_words
from sim.replications.asked import Asked, read_asked

OPTION = "--metric"
REPLICATIONS = 20
MOST_MORE = 100_000
HEADLINE = ("wait.mean", "wait.p90", "abandoned.share", "turned_away.count", "utilisation")
"""Compared at every kind of place that people come to, besides what is asked for."""
LEAD = "lead.application_to_hand.mean"

_LESS_IS_BETTER = (
    "wait.", "stay.", "visit.", "queue.", "present.", "abandoned.", "blocked.", "balked.", "turned_away.", "refused.",
    "lead.", "wip.",
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
            asked = read_asked(text, a, OPTION)
            read_asked(text, b, OPTION)
        except ScenarioError as error:
            problems += error.problems
            continue
        if asked.share is not None:
            why = "quantiles between replications cannot be compared in pairs"
            problems.append(Problem(OPTION, text, None, why, "the metric itself"))
        found.append(asked)
    if problems:
        raise ScenarioError(tuple(dict.fromkeys(problems)))
    return found


def compare(a: Sequence[Result], b: Sequence[Result], asked: Sequence[Asked], level: float = LEVEL) -> list[Difference]:
    """The differences, replication by replication; metrics with nothing to measure on either side are left out."""
    values = [(one, np.array(one.of(a)), np.array(one.of(b))) for one in asked]
    told = [
        (one, x, y) for one, x, y in values if not (np.isnan(x).all() or np.isnan(y).all()) and (x.any() or y.any())
    ]
    each = 1.0 - (1.0 - level) / max(1, len(told))
    return [_difference(one, x, y, each) for one, x, y in told]


def _difference(asked: Asked, a: Floats, b: Floats, level: float) -> Difference:
    known = ~(np.isnan(a) | np.isnan(b))
    x, y = a[known], b[known]
    change = y - x
    interval = of_means(change, level)
    mean_a, mean_b = (float(v.mean()) if len(v) else math.nan for v in (x, y))
    finding = _finding(asked, change, interval)
    more = more_needed(change, level) if finding is Finding.UNKNOWN else None
    return Difference(asked, mean_a, mean_b, interval, finding, len(change), more)


def _finding(asked: Asked, change: Floats, interval: Interval) -> Finding:
    if len(change) and not change.any():
        return Finding.EQUAL
    if interval.note or interval.low <= 0.0 <= interval.high:
        return Finding.UNKNOWN
    better = direction(asked.question.metric) * (1 if interval.low > 0 else -1)
    return (Finding.A_BETTER, Finding.DIFFERENT, Finding.B_BETTER)[better + 1]


def more_needed(change: Floats, level: float) -> int | None:
    """Further pairs after which the interval would leave out 0, if mean and scatter stay as they are.

    None if that is beyond a hundred thousand.  A forecast from a difference that may itself be chance: no promise.
    """
    if len(change) < 2 or float(change.mean()) == 0.0:
        return None
    ratio = float(change.std(ddof=1)) / abs(float(change.mean()))
    low, high = len(change), MOST_MORE
    while low < high:
        middle = (low + high) // 2
        if t_quantile(0.5 + level / 2, middle - 1) * ratio / math.sqrt(middle) < 1.0:
            high = middle
        else:
            low = middle + 1
    return None if low >= MOST_MORE else max(1, low - len(change))


def sentence(difference: Difference, a: str, b: str) -> str:
    """What is known, in one sentence."""
    what, unit, interval = difference.asked.text, difference.asked.unit, difference.interval
    if difference.finding is Finding.EQUAL:
        return f"{what}: the same in every replication ({in_words(difference.a, unit)})"
    if interval.note:
        return f"{what}: not known, {interval.note}"
    more_or_less = "more" if difference.difference > 0 else "less"
    told = f"{amount(abs(difference.difference), unit)} {more_or_less} in {b} than in {a}"
    if difference.finding is Finding.UNKNOWN:
        return f"{what}: not known yet which is better; {told}, but {_unsure(difference)}"
    low, high = sorted((abs(interval.low), abs(interval.high)))
    ways = {Finding.A_BETTER: f"{a} is better", Finding.B_BETTER: f"{b} is better", Finding.DIFFERENT: "they differ"}
    return f"{what}: {ways[difference.finding]}; {told} ({amount(low, unit)} to {amount(high, unit)})"


def amount(value: float, unit: Unit) -> str:
    """A difference in words: shares differ by percentage points."""
    return f"{100 * value:.4g} percentage points" if unit is Unit.SHARE else in_words(value, unit)


def _unsure(difference: Difference) -> str:
    unit, interval = difference.asked.unit, difference.interval
    span = f"anything from {amount(-interval.low, unit)} less to {amount(interval.high, unit)} more is possible"
    if difference.more is None:
        return f"{span}; more replications will hardly decide it"
    return f"{span}; about {difference.more:,} more replications would probably decide it"
