"""Cases on their way through the procedures: funnels, and how many are at each step on each day.

A case is at its latest step until a row moves it to another or it is over.  It enters a step when it comes from
another one, or comes again after the office has decided; coming back after giving up in the queue is the same entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from sim.log import Event
from sim.metrics.counting import Areas, Ints, total_by
from sim.metrics.names import DAY_MS, Names

if TYPE_CHECKING:
    from sim.metrics.cases import Followed


@dataclass(frozen=True)
class ProgressResult:
    """Counts per step, and the time cases spent at each step by day (ms * cases)."""

    entered: Ints
    done: Ints
    refused: Ints
    left: Ints
    at_step: Ints  # [step, day]
    day_time: Ints  # [day] measured time

    def __add__(self, other: Self) -> Self:
        days = max(len(self.day_time), len(other.day_time))
        longer, shorter = (self, other) if len(self.day_time) == days else (other, self)
        missing = days - len(shorter.day_time)
        return replace(
            self,
            entered=self.entered + other.entered,
            done=self.done + other.done,
            refused=self.refused + other.refused,
            left=self.left + other.left,
            at_step=longer.at_step + np.pad(shorter.at_step, ((0, 0), (0, missing))),
            day_time=longer.day_time + np.pad(shorter.day_time, (0, missing)),
        )


class Progress:
    """Collects the counts, chunk by chunk, for a window of time."""

    def __init__(self, names: Names, from_ms: int, until_ms: int) -> None:
        self._from, self._until = from_ms, until_ms
        self._size = len(names.steps) + 1
        self._counts = np.zeros((4, self._size), dtype=np.int64)
        self._areas = Areas(self._size, names.days, DAY_MS, from_ms, until_ms)

    def add(self, rows: Followed) -> None:
        """Count a chunk."""
        kind, step, before = rows.kind, rows.step, rows.step_before
        decided = (rows.kind_before == Event.DONE) | (rows.kind_before == Event.REFUSED)
        comes = (kind != Event.LEAVE) & (kind != Event.ARRIVE)
        changed = step != before
        entered = comes & (step >= 0) & (changed | decided)
        left = (kind == Event.LEAVE) & (rows.code != Event.DONE) & (before >= 0)
        counted = (rows.t_ms >= self._from) & (rows.t_ms < self._until)
        for number, (mask, at) in enumerate(
            ((entered, step), (kind == Event.DONE, step), (kind == Event.REFUSED, step), (left, before))
        ):
            self._counts[number] += total_by(at[mask & counted], None, self._size)
        into = comes & changed & (step >= 0)
        out = (changed | (kind == Event.LEAVE)) & (before >= 0)
        self._areas.add(step[into], rows.t_ms[into], np.ones(int(into.sum()), dtype=np.int64))
        self._areas.add(before[out], rows.t_ms[out], np.full(int(out.sum()), -1, dtype=np.int64))

    def result(self, end_ms: int) -> ProgressResult:
        """The counts as of a run that ended at end_ms."""
        entered, done, refused, left = self._counts[:, :-1].copy()
        return ProgressResult(
            entered, done, refused, left, self._areas.result(end_ms)[:-1], self._areas.length_ms(end_ms)
        )
