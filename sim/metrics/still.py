"""What those who still wait when the run ends, or are still inside, say of a metric already.

Their waits are not over, so no metric of waits counts them; but each will have waited at least as long as he has waited
so far.  An expectation must hold with them at that, as if all were called the moment the run ended: a queue that was
given up at the end of the day would otherwise not count at all.  For the share answered they are not answered yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.engines.counting_columns import Column
from sim.metrics.catalogue import WITHIN
from sim.metrics.counting import Distribution, Ints, total_by
from sim.metrics.cube import CubeResult
from sim.metrics.fold import Result
from sim.metrics.measures import Estimate, Question, measure, stations_named
from sim.metrics.replicated import Replicated

C = Column
_OF_WAITS, _OF_VISITS = ("wait.", "stay.", "service_level.", "abandoned.share", "answered.share"), "visit."
"""Families of metrics whose people may still be there."""
_NOT_YET = "answered.share"
_MORE_IS_BETTER = (*WITHIN, _NOT_YET)
_ADDED = {
    C.STILL_WAITING: (C.JOINED, C.SERVED_ATTEMPTS, C.STAYED),
    C.STILL_WAIT: (C.WAIT, C.WAIT_SERVED, C.STAY),
    C.STILL_INSIDE: (C.VISITS,),
    C.STILL_INSIDE_TIME: (C.VISIT_TIME,),
}
"""Where those who are still there count if their wait, or visit, is over."""
_ADDED_NOT_YET = {C.STILL_WAITING: (C.ABANDONED,)}
"""The same of those who were not answered: any ending of an attempt but that of the served."""


@dataclass(slots=True)
class Still:
    """People whose wait, or visit, is not over; the longest so far, in ms; and the metric with them as they are."""

    inside: bool  # visits to the house, not waits
    more_is_better: bool
    people: int = 0  # all replications together
    runs: int = 0
    longest_ms: float = 0.0
    with_them: float = field(default=float("nan"))

    def add(self, lengths: Distribution) -> None:
        """Those of one more replication."""
        self.runs += 1
        values, counts = lengths.counted()
        if len(values):
            self.people += int(counts.sum())
            self.longest_ms = max(self.longest_ms, float(values[-1]))

    def worst(self, value: float) -> float:
        """What the metric must be judged by: as measured, or with them where that is worse."""
        if np.isnan(self.with_them) or not self.people:
            return value
        return min(value, self.with_them) if self.more_is_better else max(value, self.with_them)


def of_those_who_wait(metric: str) -> bool:
    """Whether somebody who still waits, or is inside, at the end is not in a metric."""
    return metric.startswith((*_OF_WAITS, _OF_VISITS))


def still_there(result: Result, question: Question) -> Distribution:
    """How long those who are still there, and are not in the answer to a question, have waited or been inside."""
    cube = result.cubes[question.selection]
    lengths = cube.still_visits if question.metric.startswith(_OF_VISITS) else cube.still_waits
    return lengths.chosen(stations_named(result.names, question.station))


def still_of(results: Sequence[Result], questions: Sequence[Question]) -> list[Still | None]:
    """Who is still there, all replications together, for each question; None where it is about other things."""
    told = [
        Still(question.metric.startswith(_OF_VISITS), question.metric in _MORE_IS_BETTER)
        if of_those_who_wait(question.metric)
        else None
        for question in questions
    ]
    asked = [(still, question) for still, question in zip(told, questions, strict=True) if still is not None]
    together: list[Replicated] = []
    for result in results if asked else ():
        as_if = WithThem(result)
        answers = [as_if.answer(question) for _, question in asked]
        together = together or [Replicated(answer.unit) for answer in answers]
        for (still, question), one, answer in zip(asked, together, answers, strict=True):
            still.add(still_there(result, question))
            one.add(answer.part)
    for (still, _), one in zip(asked, together, strict=True):
        still.with_them = one.value
    return told


class WithThem:
    """A result with those who are still there."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._made: dict[bool, Result] = {}

    def answer(self, question: Question) -> Estimate:
        """The answer as if everybody who waits were called, and everybody inside left, the moment the run ended."""
        not_yet = question.metric == _NOT_YET
        if not_yet not in self._made:
            change = _not_answered if not_yet else _as_if_over
            cubes = {selection: change(cube) for selection, cube in self._result.cubes.items()}
            self._made[not_yet] = replace(self._result, cubes=cubes)
        return measure(self._made[not_yet], question)


def _added(cube: CubeResult, where: Mapping[Column, tuple[Column, ...]]) -> Ints:
    sums: Ints = cube.sums.copy()
    for still, columns in where.items():
        for column in columns:
            sums[column] += cube.sums[still]
    return sums


def _not_answered(cube: CubeResult) -> CubeResult:
    return replace(cube, sums=_added(cube, _ADDED_NOT_YET))


def _as_if_over(cube: CubeResult) -> CubeResult:
    sums = _added(cube, _ADDED)
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
