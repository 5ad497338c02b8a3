"""Cases on their way through the procedures: funnels, and how many are at each step on each day.

A case is at its latest step until a row moves it to another or it is over.  It enters a step when it comes from
another one, or comes again after the office has decided; coming back after giving up in the queue is the same entry.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from sim.engines.compiled_tables import pairs_of
from sim.engines.counting_columns import Span
from sim.metrics.counting import Ints, areas, block_lengths
from sim.metrics.names import DAY_MS, Names


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
    """The counts of a window of time while compiled code counts them."""

    def __init__(self, names: Names, from_ms: int, until_ms: int) -> None:
        self._from, self._until = from_ms, until_ms
        size = len(names.steps) + 1
        self._counts = np.zeros((size, len(fields(ProgressResult)) - 2), dtype=np.int64)
        self._levels = np.zeros((names.days, size, 2), dtype=np.int64)
        head = np.array([from_ms, until_ms, size, names.days], dtype=np.int64)
        self._tables = Span(head, self._counts, self._levels)
        self._pairs = pairs_of(self._tables)

    @property
    def address(self) -> int:
        """Where compiled code finds it."""
        return int(self._pairs.ctypes.data)

    def result(self, end_ms: int) -> ProgressResult:
        """The counts as of a run that ended at end_ms."""
        entered, done, refused, left = self._counts[:-1].T.copy()
        until = min(end_ms, self._until)
        at_step = areas(self._levels.transpose(1, 0, 2), DAY_MS, until)[:-1]
        return ProgressResult(
            entered, done, refused, left, at_step, block_lengths(len(self._levels), DAY_MS, self._from, until)
        )
