"""What those who still wait when the run ends, or are still inside, say of a metric already.

Their waits are not over, so no metric of waits counts them; but each will have waited at least as long as he has waited
so far.  An expectation must hold with them at that, as if all were called the moment the run ended: a queue that was
given up at the end of the day would otherwise not count at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.engines.counting_columns import Column
from sim.metrics.catalogue import WITHIN
from sim.metrics.counting import Bools, Distribution, total_by
from sim.metrics.cube import CubeResult
from sim.metrics.fold import Result
from sim.metrics.measures import Question, measure_at_all, stations_named

C = Column
_OF_WAITS, _OF_VISITS = ("wait.", "stay.", "service_level.", "abandoned.share", "answered.share"), "visit."
"""Families of metrics whose people may still be there."""
_MORE_IS_BETTER = (*WITHIN, "answered.share")
_ADDED = {
    C.STILL_WAITING: (C.JOINED, C.SERVED_ATTEMPTS, C.STAYED),
    C.STILL_WAIT: (C.WAIT, C.WAIT_SERVED, C.STAY),
    C.STILL_INSIDE: (C.VISITS,),
    C.STILL_INSIDE_TIME: (C.VISIT_TIME,),
}
"""Where those who are still there count if their wait, or visit, is over."""


@dataclass(slots=True)
class Still:
    """People whose wait, or visit, is not over; the longest so far, in ms; and the metric with them as they are."""

    inside: bool  # visits to the house, not waits
    more_is_better: bool
    people: int = 0
    longest_ms: float = 0.0
    with_them: float = field(default=float("nan"))

    def add(self, lengths: Distribution) -> None:
        """Those of one more replication."""
        values, counts = lengths.counted()
        if len(values):
            self.people += int(counts.sum())
            self.longest_ms = max(self.longest_ms, float(values[-1]))

    def worst(self, value: float) -> float:
        """What the metric must be judged by: as measured, or with them where that is worse."""
        if np.isnan(self.with_them) or not self.people:
            return value
        return min(value, self.with_them) if self.more_is_better else max(value, self.with_them)


def still_of(results: Sequence[Result], questions: Sequence[Question]) -> list[Still | None]:
    """Who is still there, all replications together, for each question; None where it is about other things."""
    told: list[Still | None] = []
    asked: list[tuple[Still, Question, Bools]] = []
    for question in questions:
        still = None
        if question.metric.startswith((*_OF_WAITS, _OF_VISITS)):
            still = Still(question.metric.startswith(_OF_VISITS), question.metric in _MORE_IS_BETTER)
            asked.append((still, question, stations_named(results[0].names, question.station)))
        told.append(still)

    def as_if_over() -> Iterator[Result]:
        for result in results:
            for still, question, chosen in asked:
                cube = result.cubes[question.selection]
                still.add((cube.still_visits if still.inside else cube.still_waits).chosen(chosen))
            yield with_them(result)

    if asked:
        answers = measure_at_all(as_if_over(), [(question, chosen) for _, question, chosen in asked])
        for (still, _, _), answer in zip(asked, answers, strict=True):
            still.with_them = answer.value
    return told


def with_them(result: Result) -> Result:
    """The result as if everybody who waits were called, and everybody inside left, the moment the run ended."""
    return replace(result, cubes={selection: _as_if_over(cube) for selection, cube in result.cubes.items()})


def _as_if_over(cube: CubeResult) -> CubeResult:
    sums = cube.sums.copy()
    for still, columns in _ADDED.items():
        for column in columns:
            sums[column] += cube.sums[still]
    station, _, count = cube.still_waits.table()
    waits = cube.still_waits.values()
    among = {int(C.WAITED): waits > 0} | {cube.within(limit): waits <= limit for limit in cube.thresholds_ms}
    for number, these in among.items():
        sums[number, :, 0] += total_by(station[these], count[these], cube.stations)
    return replace(
        cube,
        sums=sums,
        waits=Distribution.together((cube.waits, cube.still_waits)),
        served_waits=Distribution.together((cube.served_waits, cube.still_waits)),
        visits=Distribution.together((cube.visits, cube.still_visits)),
    )
