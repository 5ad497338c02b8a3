"""A number somebody asks for on the command line: `wait.p90 at haishu`, `wait.within 20 s at hotline`.

Over replications it is a mean with Student's interval, or (`p90 of wait.mean`) a quantile between the replications
with the distribution-free interval of its order statistics.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.metrics.catalogue import QUANTILES, WITHIN, Unit
from sim.metrics.cube import UnknownNameError
from sim.metrics.fold import Fold, Result
from sim.metrics.intervals import Interval, none_because, of_means, quantile_ranks
from sim.metrics.measures import Question, UnknownMetricError, measure
from sim.metrics.names import Names
from sim.scenario.units import WrongValueError, duration_ms

METRIC = (
    "METRIC, METRIC at PLACE, wait.within DURATION, service_level.offered DURATION, or p50|p90|p95|p99 of one of "
    "these; metrics: docs/scenario-format.md, [[expect]]"
)  # fmt: skip
_FORM = re.compile(
    r"\s*(?:(?P<share>p\d\d)\s+of\s+)?(?P<metric>[^\s@]+)(?:\s+(?P<threshold>\d.*?))?(?:\s+at\s+(?P<place>\S+))?\s*"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, in the user's words and in ours."""

    text: str
    question: Question
    unit: Unit
    share: float | None = None  # a quantile between replications; None: their mean

    def of(self, results: Sequence[Result]) -> list[float]:
        """The value of each replication."""
        return [measure(result, self.question).value for result in results]

    def interval(self, values: Sequence[float]) -> Interval:
        """The interval for the mean, or the quantile, over replications."""
        known = np.array(values, dtype=np.float64)
        known = known[~np.isnan(known)]
        return of_means(known) if self.share is None else of_quantiles(known, self.share)

    def value(self, values: Sequence[float]) -> float:
        """The mean, or the quantile, over replications."""
        known = np.array(values, dtype=np.float64)
        known = known[~np.isnan(known)]
        if not len(known):
            return float("nan")
        if self.share is None:
            return float(known.mean())
        return float(np.sort(known)[max(1, int(np.ceil(self.share * len(known) - 1e-9))) - 1])


def of_quantiles(values: np.ndarray, share: float) -> Interval:
    """Interval of a quantile of independent values between two of them: right whatever their distribution."""
    ranks = quantile_ranks(len(values), share) if len(values) else None
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
    if form["share"] and form["share"] not in QUANTILES:
        raise wrong(f"there is no quantile {form['share']}", ", ".join(QUANTILES))
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
    return Asked(text.strip(), question, unit, QUANTILES[form["share"]] if form["share"] else None)
