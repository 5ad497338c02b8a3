"""What those who still wait when the run ends, or are still inside, say of a metric already.

Their waits are not over, so no metric of waits counts them; but each will have waited at least as long as he has waited
so far.  An expectation must hold with them at that, as if all were called the moment the run ended: a queue that was
given up at the end of the day would otherwise not count at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.engines.counting_columns import Column
from sim.metrics.catalogue import QUANTILES, RATIOS, WITHIN
from sim.metrics.counting import Bools, Distribution, Floats, Ints, quantile
from sim.metrics.cube import CubeResult
from sim.metrics.fold import Result
from sim.metrics.measures import Question, everybody_within, lengths_of, stations_named

C = Column
_MEANS = {
    "wait.mean": (C.STILL_WAITING, C.STILL_WAIT),
    "wait.served.mean": (C.STILL_WAITING, C.STILL_WAIT),
    "stay.mean": (C.STILL_WAITING, C.STILL_WAIT),
    "visit.mean": (C.STILL_INSIDE, C.STILL_INSIDE_TIME),
}
"""Means with the columns that count those who are still there and sum their time so far."""
_POSITIVE = "wait.positive"


@dataclass(frozen=True, slots=True)
class Still:
    """People whose wait, or visit, is not over; the longest so far, in ms; and the metric with them as they are."""

    people: int
    longest_ms: float
    with_them: float
    more_is_better: bool
    inside: bool  # visits to the house, not waits

    def worst(self, value: float) -> float:
        """What the metric must be judged by: as measured, or with them where that is worse."""
        if np.isnan(self.with_them):
            return value
        return min(value, self.with_them) if self.more_is_better else max(value, self.with_them)


def still_of(results: Sequence[Result], question: Question) -> Still | None:
    """Who is still there, all replications together; None for a metric that is not about waits or visits.

    With them the metric is that of all replications' people together, a maximum the mean of the replications'.
    """
    metric = question.metric
    find = _way_of(metric)
    if find is None:
        return None
    chosen = stations_named(results[0].names, question.station)
    cubes = [result.cubes[question.selection] for result in results]
    inside = metric.startswith("visit.")
    there = [_still_lengths(cube, inside=inside).of(chosen) for cube in cubes]
    people = sum(int(counts.sum()) for _, counts in there)
    longest = max((float(values[-1]) for values, _ in there if len(values)), default=0.0)
    bound = find(cubes, chosen, question) if people else float("nan")
    return Still(people, longest, bound, metric in WITHIN, inside)


_Way = Callable[[Sequence[CubeResult], Bools, Question], float]


def _way_of(metric: str) -> _Way | None:
    if metric in _MEANS or metric == _POSITIVE:
        return _of_ratio
    if metric in WITHIN:
        return _of_within
    family, _, part = metric.rpartition(".")
    if family not in ("wait", "wait.served", "visit"):
        return None
    return _of_maximum if part == "max" else _of_quantile


def _still_lengths(cube: CubeResult, *, inside: bool) -> Distribution:
    return cube.still_visits if inside else cube.still_waits


def _sum(cubes: Sequence[CubeResult], chosen: Bools, columns: Sequence[int]) -> int:
    return sum(int(cube.sums[column][chosen].sum()) for cube in cubes for column in columns)


def _share(above: int, below: int) -> float:
    return above / below if below else float("nan")


def _of_ratio(cubes: Sequence[CubeResult], chosen: Bools, question: Question) -> float:
    ratio = RATIOS[question.metric]
    above, below = _sum(cubes, chosen, ratio.above), _sum(cubes, chosen, ratio.below)
    if question.metric != _POSITIVE:
        people, time = _MEANS[question.metric]
        return _share(above + _sum(cubes, chosen, (time,)), below + _sum(cubes, chosen, (people,)))
    there = [cube.still_waits.of(chosen) for cube in cubes]
    waited = sum(int(counts[values > 0].sum()) for values, counts in there)
    return _share(above + waited, below + sum(int(counts.sum()) for _, counts in there))


def _of_within(cubes: Sequence[CubeResult], chosen: Bools, question: Question) -> float:
    limit = question.threshold_ms or 0
    there = [cube.still_waits.of(chosen) for cube in cubes]
    in_time = sum(int(counts[values <= limit].sum()) for values, counts in there)
    within = sum(_sum([cube], chosen, (cube.within(limit),)) for cube in cubes)
    below = sum(int(everybody_within(cube, chosen, question.metric, limit).sum()) for cube in cubes)
    return _share(within + in_time, below + sum(int(counts.sum()) for _, counts in there))


def _both(cube: CubeResult, chosen: Bools, metric: str) -> tuple[Floats, Ints]:
    """Lengths in rising order with their counts, those that are over and those that are not."""
    family = metric.rpartition(".")[0]
    over = lengths_of(cube, family)[0].of(chosen)
    still = _still_lengths(cube, inside=family == "visit").of(chosen)
    values, counts = (np.concatenate(both) for both in zip(over, still, strict=True))
    order = np.argsort(values, kind="stable")
    return values[order], counts[order]


def _of_quantile(cubes: Sequence[CubeResult], chosen: Bools, question: Question) -> float:
    parts = [_both(cube, chosen, question.metric) for cube in cubes]
    values, counts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(values, kind="stable")
    return quantile(values[order], counts[order], QUANTILES[question.metric.rpartition(".")[2]])


def _of_maximum(cubes: Sequence[CubeResult], chosen: Bools, question: Question) -> float:
    longest = [values[-1] for values, _ in (_both(cube, chosen, question.metric) for cube in cubes) if len(values)]
    return float(np.mean(longest)) if longest else float("nan")
