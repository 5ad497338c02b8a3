"""A number somebody asks for on the command line: `wait.p90 at haishu`, `wait.within 20 s at hotline`.

Over replications it is of all people together (`sim/metrics/replicated.py`).  `mean of wait.mean` is the mean of the
replications' own means, that of a typical replication; `p90 of wait.mean` a quantile between the replications, with the
distribution-free interval of its order statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.metrics.catalogue import QUANTILES, WITHIN, Unit
from sim.metrics.counting import Floats
from sim.metrics.cube import UnknownNameError
from sim.metrics.fold import Fold, Result
from sim.metrics.intervals import LEVEL, NO_NUMBER, Interval, none_because, quantile_ranks
from sim.metrics.measures import Question, UnknownMetricError, measure
from sim.metrics.names import Names
from sim.metrics.replicated import Part, Replicated
from sim.metrics.still import WithThem, of_those_who_wait, still_there
from sim.scenario.units import WrongValueError, duration_ms

METRIC = (
    "METRIC, METRIC at PLACE, wait.within DURATION, service_level.offered DURATION, or mean|p50|p90|p95|p99 of one of "
    "these; metrics: docs/scenario-format.md, [[expect]]"
)  # fmt: skip
_TYPICAL = "mean"
_FORM = re.compile(
    r"\s*(?:(?P<between>mean|p\d\d)\s+of\s+)?(?P<metric>[^\s@]+)(?:\s+(?P<threshold>\d.*?))?(?:\s+at\s+(?P<place>\S+))?\s*"
)


class Over(Protocol):
    """A number over replications, told of them one after the other."""

    still: int  # people who are not in it, because their wait or visit was not over at the end

    def add(self, part: Part) -> None:
        """The next replication."""

    @property
    def value(self) -> float:
        """The number, NaN if there was nothing to measure."""

    def interval(self, level: float = LEVEL) -> Interval:
        """The interval for it."""


class Between:
    """A quantile between replications: of the numbers that each has by itself."""

    def __init__(self, share: float) -> None:
        self._share, self._values = share, list[float]()
        self.still = 0

    def add(self, part: Part) -> None:
        """The next replication."""
        self._values.append(part.value)
        self.still += part.still

    @property
    def _known(self) -> Floats:
        values = np.array(self._values, dtype=np.float64)
        return np.sort(values[~np.isnan(values)])

    @property
    def value(self) -> float:
        """The smallest number that the share of all do not exceed."""
        known = self._known
        return float(known[max(1, int(np.ceil(self._share * len(known) - 1e-9))) - 1]) if len(known) else NO_NUMBER

    def interval(self, level: float = LEVEL) -> Interval:
        """Between two of the numbers."""
        return of_quantiles(self._known, self._share, level)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, in the user's words and in ours."""

    text: str
    question: Question
    unit: Unit
    share: float | None = None  # a quantile between replications
    typical: bool = False  # the mean of the replications' own numbers; neither: of all people together

    def part(self, result: Result) -> Part:
        """What a replication adds to it."""
        part = measure(result, self.question).part
        if of_those_who_wait(self.question.metric):
            part = replace(part, still=int(still_there(result, self.question).counted()[1].sum()))
        return part.alone() if self.typical else part

    def part_with_them(self, as_if: WithThem) -> Part:
        """The same with those who still wait, or are inside, at the end."""
        part = as_if.answer(self.question).part
        return part.alone() if self.typical else part

    def over(self, parts: Iterable[Part] = ()) -> Over:
        """The number over these replications."""
        found: Over = self.together(()) if self.share is None else Between(self.share)
        for part in parts:
            found.add(part)
        return found

    def together(self, parts: Iterable[Part]) -> Replicated:
        """The same of what can be compared in pairs: no quantile between replications."""
        return Replicated(self.unit, parts)


def of_quantiles(values: Floats, share: float, level: float = LEVEL) -> Interval:
    """Interval of a quantile of independent values between two of them: right whatever their distribution."""
    ranks = quantile_ranks(len(values), share, level) if len(values) else None
    if ranks is None:
        return none_because(f"{len(values)} replications are too few for this quantile", len(values))
    ordered = np.sort(values)
    low, high = float(ordered[ranks.low - 1]), float(ordered[ranks.high - 1])
    return Interval(low, high, float("nan"), len(values))


def read_asked(text: str, names: Names, option: str, place: str = "") -> Asked:
    """Read what was asked for; raises ScenarioError that says what is wrong and what is allowed."""

    def wrong(why: str, allowed: str = METRIC) -> ScenarioError:
        return ScenarioError((Problem(option, text, None, why, allowed),))

    form = _FORM.fullmatch(text)
    if form is None:
        raise wrong("is no metric")
    between = form["between"] or ""
    if between not in ("", _TYPICAL, *QUANTILES):
        raise wrong(f"there is no quantile {between}", ", ".join(QUANTILES))
    try:
        threshold = duration_ms(form["threshold"]) if form["threshold"] else None
    except WrongValueError as error:
        raise wrong(error.parts[0].why, error.parts[0].allowed or METRIC) from error
    if (form["metric"] in WITHIN) != (threshold is not None):
        why = "needs a duration" if threshold is None else "takes no duration"
        raise wrong(f"{form['metric']} {why}", ", ".join(f"{metric} 20 s" for metric in WITHIN))
    question = Question(form["metric"], form["place"] or place, threshold_ms=threshold)
    try:
        unit = measure(Fold(names, (), () if threshold is None else (threshold,)).result(), question).unit
    except (UnknownMetricError, UnknownNameError) as error:
        raise wrong(str(error.args[0])) from error
    return Asked(text.strip(), question, unit, QUANTILES.get(between), typical=between == _TYPICAL)


def read_paired(text: str, names: Names, option: str, place: str = "") -> Asked:
    """The same of what can be compared in pairs of replications."""
    asked = read_asked(text, names, option, place)
    if asked.share is not None:
        why = "quantiles between replications cannot be compared in pairs"
        raise ScenarioError((Problem(option, text, None, why, "the metric itself"),))
    return asked
