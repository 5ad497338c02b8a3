"""Expectations of a scenario compared with what was measured.

With one replication the measured value is that run's, with an interval from its station days where there is one.  With
several it is that of all people together (`replicated.py`); counts are per replication.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.metrics.catalogue import Unit
from sim.metrics.cube import Selection, UnknownNameError
from sim.metrics.fold import Fold, Result
from sim.metrics.intervals import NOTHING, REPLICATIONS, Interval
from sim.metrics.measures import Estimate, Question, UnknownMetricError, measure, measure_all
from sim.metrics.names import Names
from sim.metrics.still import Still, still_of
from sim.metrics.units import difference_in_words, in_words

NOT_JUDGED = "not judged, the run was interrupted"
_EXACT_REL = 1e-12
"""Two ways of computing the same number may differ in the last digit; `equals` without tolerance means this."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One `[[expect]]` of the scenario, in natural units (times in ms, rates per ms, shares 0..1)."""

    metric: str
    station: str = ""
    business: str = ""
    demand: str = ""
    procedure: str = ""
    step: str = ""
    rule: str = ""
    threshold_ms: int | None = None
    equals: float | None = None
    within: float | None = None
    within_rel: float | None = None
    z: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    from_ms: int | None = None
    until_ms: int | None = None
    title: str = ""

    @property
    def question(self) -> Question:
        """What must be measured for it."""
        selection = Selection(
            business=self.business,
            demand=self.demand,
            procedure=self.procedure,
            step=self.step,
            rule=self.rule,
            from_ms=self.from_ms,
            until_ms=self.until_ms,
        )
        return Question(self.metric, self.station, selection, self.threshold_ms)

    @property
    def where(self) -> str:
        """What it is about, in words."""
        parts = (
            self.station,
            self.business and f"business {self.business}",
            self.demand and f"demand {self.demand}",
            self.procedure and f"procedure {self.procedure}",
            self.step and f"step {self.step}",
            self.rule and f"rule {self.rule}",
            "" if self.from_ms is None else f"from {in_words(self.from_ms, Unit.TIME)}",
            "" if self.until_ms is None else f"until {in_words(self.until_ms, Unit.TIME)}",
            "" if self.threshold_ms is None else f"within {in_words(self.threshold_ms, Unit.TIME)}",
        )
        return ", ".join(part for part in parts if part) or "everywhere"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one expectation."""

    expectation: Expectation
    ok: bool
    judged: bool  # not of a run that was interrupted: the rest of it may change everything
    measured: float
    unit: Unit
    interval: Interval
    n: int  # observations behind the value, all replications together
    expected_text: str
    measured_text: str
    text: str
    still: Still | None  # who still waited, or was inside, when the run ended; None: the metric is of other things
    judged_by: float  # the value with them where that is worse, else as measured

    @property
    def ci(self) -> tuple[float, float] | None:
        """95 % confidence limits, if there are any."""
        return None if self.interval.note else (self.interval.low, self.interval.high)


def needs(expectations: Iterable[Expectation]) -> tuple[tuple[Selection, ...], tuple[int, ...]]:
    """Selections and thresholds a Fold must carry for these expectations."""
    asked = list(expectations)
    selections = tuple(dict.fromkeys(e.question.selection for e in asked))
    return selections, tuple(sorted({e.threshold_ms for e in asked if e.threshold_ms is not None}))


def evaluate(
    expectations: Iterable[Expectation], results: Sequence[Result], *, interrupted: bool = False
) -> list[Verdict]:
    """A verdict for each expectation, from the results of one or more replications; none of a run that was interrupted.

    What was measured until then is told all the same.
    """
    asked = list(expectations)
    questions = [expectation.question for expectation in asked]
    answers, still = measure_all(results, questions), still_of(results, questions)
    judged = None if interrupted else len(results)
    return [_verdict(*one, judged) for one in zip(asked, answers, still, strict=True)]


def check(expectations: Iterable[Expectation], names: Names) -> list[str]:
    """What is wrong with expectations before anything is run: names and metrics that do not exist."""
    problems = []
    for expectation in expectations:
        try:
            selections, thresholds = needs([expectation])
            measure(Fold(names, selections, thresholds).result(), expectation.question)
        except (UnknownMetricError, UnknownNameError) as error:
            problems.append(f"{expectation.metric}: {error.args[0]}")
    return problems


def _verdict(expectation: Expectation, estimate: Estimate, still: Still | None, replications: int | None) -> Verdict:
    """`replications`: None if the run was interrupted."""
    by = replace(estimate, value=estimate.value if still is None else still.worst(estimate.value))
    failures = [NOT_JUDGED] if replications is None else list(_failures(expectation, by, replications))
    measured = _with_interval(estimate)
    expected = _expected(expectation, estimate.unit)
    what = expectation.title or f"{expectation.metric} ({expectation.where})"
    text = f"{what}: {measured}, expected {expected}{_and_still(still, estimate, by.value)}"
    return Verdict(
        expectation=expectation,
        ok=not failures,
        judged=replications is not None,
        measured=estimate.value,
        unit=estimate.unit,
        interval=estimate.interval,
        n=estimate.count,
        expected_text=expected,
        measured_text=measured,
        text=text if not failures else f"{text}: {'; '.join(failures)}",
        still=still,
        judged_by=by.value,
    )


def _and_still(still: Still | None, estimate: Estimate, judged_by: float) -> str:
    """Who is not in the number because his wait is not over; and what it is with them, if that is worse."""
    if still is None or still.people == 0:
        return ""
    doing, longest = "inside" if still.inside else "waiting", in_words(still.longest_ms, Unit.TIME)
    many = f"{still.people:,}" if still.runs == 1 else f"{still.people / still.runs:,.4g}"
    average = "" if still.runs == 1 else f" (average of {still.runs} replications)"
    told = f"; {many} still {doing} at the end{average}, for up to {longest}"
    if np.isnan(judged_by) or judged_by == estimate.value:
        return told
    return f"{told}, with them {'at most' if still.more_is_better else 'at least'} {in_words(judged_by, estimate.unit)}"


def _with_interval(estimate: Estimate) -> str:
    """Measured value, with its interval; or why there can be none, where all observations are the same."""
    interval, unit = estimate.interval, estimate.unit
    value = in_words(estimate.value, unit)
    if interval.note:
        return f"{value} ({interval.note})" if interval.error == 0.0 else value
    return f"{value} (95 %: {in_words(interval.low, unit)} to {in_words(interval.high, unit)})"


def _expected(e: Expectation, unit: Unit) -> str:
    """What is expected, in words."""
    parts = []
    if e.equals is not None:
        parts.append(in_words(e.equals, unit))
    if e.within is not None:
        parts.append(f"within {difference_in_words(e.within, unit)}")
    if e.within_rel is not None:
        parts.append(f"within {100 * e.within_rel:.4g} % of it")
    if e.z is not None:
        parts.append(f"within {e.z:g} standard errors")
    if e.at_most is not None:
        parts.append(f"at most {in_words(e.at_most, unit)}")
    if e.at_least is not None:
        parts.append(f"at least {in_words(e.at_least, unit)}")
    return ", ".join(parts) or "nothing in particular"


def _failures(e: Expectation, estimate: Estimate, replications: int) -> Iterable[str]:
    """Everything that is not as expected."""
    value, unit = estimate.value, estimate.unit
    if np.isnan(value):
        yield estimate.interval.note or NOTHING
        return
    if e.at_most is not None and value > e.at_most:
        yield f"{difference_in_words(value - e.at_most, unit)} too much"
    if e.at_least is not None and value < e.at_least:
        yield f"{difference_in_words(e.at_least - value, unit)} too little"
    if e.equals is None:
        return
    difference = abs(value - e.equals)
    if e.within is not None and difference > e.within:
        yield f"differs by {difference_in_words(difference, unit)}"
    if e.within_rel is not None and difference > e.within_rel * abs(e.equals):
        yield f"differs by {_relative(difference, e.equals)}{difference_in_words(difference, unit)}"
    if e.z is not None:
        yield from _too_many_errors(e.z, e.equals, estimate, replications)
    if e.within is None and e.within_rel is None and e.z is None and difference > _EXACT_REL * abs(e.equals):
        yield f"differs by {difference_in_words(difference, unit)}"


def _relative(difference: float, equals: float) -> str:
    return f"{100 * difference / abs(equals):.4g} % of it: " if equals else ""


def _too_many_errors(z: float, equals: float, estimate: Estimate, replications: int) -> Iterable[str]:
    """Whether the difference is more than z standard errors of the mean over replications."""
    interval, difference = estimate.interval, abs(estimate.value - equals)
    if np.isnan(interval.error) and interval.note and replications >= REPLICATIONS.least:
        yield f"z needs a standard error: {interval.note}"
        return
    if replications < REPLICATIONS.least or interval.observations < REPLICATIONS.least:
        yield f"z needs at least 2 replications with a value, there are {min(replications, interval.observations)}"
        return
    error = error_to_judge_by(equals, estimate)
    if difference <= z * error:
        return
    size = f"{difference / error:.3g} standard errors" if error else difference_in_words(difference, estimate.unit)
    yield f"differs by {size}" + (f", {interval.note}" if interval.note else "")


def error_to_judge_by(equals: float, of: Estimate | Verdict) -> float:
    """Standard error of the mean over replications, for a comparison with what is expected.

    Where a share is 0, or 1, in all replications these tell nothing of their scatter: then it is that of as many
    independent people with the share that is expected (the score test), the least it can be.
    """
    value, people = (of.value, of.count) if isinstance(of, Estimate) else (of.measured, of.n)
    if of.unit is Unit.SHARE and value in (0.0, 1.0) and 0.0 < equals < 1.0 and people:
        return math.sqrt(equals * (1.0 - equals) / people)
    return of.interval.error
