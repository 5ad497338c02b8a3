"""The fold: event log in, chunk by chunk; metrics out.

`fold = Fold(names, selections)`, `fold.add(chunk)`, `fold.result()`.  Chunks of any size give exactly the same result
as one.  Memory: the open cases, and tables whose size depends on stations, days and different waits, not on events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import add
from typing import TypeVar

import numpy as np

from sim.log import COLUMNS
from sim.metrics.cases import CaseBook
from sim.metrics.counting import Bools, Ints
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS, FOREVER, Cube, CubeResult, Selection
from sim.metrics.daytime import Daytime, DaytimeResult
from sim.metrics.flows import Capacity, Flows, FlowsResult, wrap_up_of
from sim.metrics.names import Names
from sim.metrics.progress import Progress, ProgressResult
from sim.metrics.visits import Facts, self_service_of, visits_of

T = TypeVar("T")
Window = tuple[int, int]
EVERYTHING = Selection()
_PORTION = 1 << 16
"""Rows handled at a time: what stays in the processor's cache is twice as fast."""


@dataclass(frozen=True)
class Result:
    """Everything measured in one run, or in several replications pooled (`runs`)."""

    names: Names
    end_ms: int
    rows: int
    cubes: dict[Selection, CubeResult]
    daytime: DaytimeResult
    progress: dict[Window, ProgressResult]
    flows: FlowsResult
    unlimited: Bools  # per station: some of its servers are without number
    runs: int = 1

    @property
    def cube(self) -> CubeResult:
        """All cases, after the warm-up."""
        return self.cubes[EVERYTHING]

    def progress_of(self, selection: Selection) -> ProgressResult:
        """Funnels and work in progress in the window of a selection."""
        return self.progress[window_of(self.names, selection)]


def window_of(names: Names, selection: Selection) -> Window:
    """The time a selection covers."""
    return (
        names.warm_up_ms if selection.from_ms is None else selection.from_ms,
        FOREVER if selection.until_ms is None else selection.until_ms,
    )


class Fold:
    """Turns log rows into a Result as they come."""

    def __init__(
        self,
        names: Names,
        selections: Iterable[Selection] = (),
        thresholds_ms: Sequence[int] = (),
    ) -> None:
        self.names = names
        wanted = dict.fromkeys((EVERYTHING, *selections))
        thresholds = tuple(sorted({*DEFAULT_THRESHOLDS_MS, *thresholds_ms}))
        self._cubes = {selection: Cube(names, selection, thresholds) for selection in wanted}
        windows = dict.fromkeys(window_of(names, selection) for selection in wanted)
        self._progress = {window: Progress(names, *window) for window in windows}
        self._self_service = self_service_of(names)
        self._book, self._capacity = CaseBook(), Capacity(names, self._self_service)
        self._daytime, self._flows = Daytime(names), Flows(names)
        self._rows, self._latest_ms = 0, 0

    @property
    def open_cases(self) -> int:
        """Cases that have begun and are not over yet."""
        return len(self._book)

    def add(self, chunk: Ints) -> None:
        """Count the next rows of the log."""
        if chunk.ndim != 2 or chunk.shape[1] != len(COLUMNS):
            raise ValueError(f"a chunk has shape (rows, {len(COLUMNS)}), not {chunk.shape}")
        if len(chunk) == 0:
            return
        t = chunk[:, 0]
        if int(t[0]) < self._latest_ms or bool((t[1:] < t[:-1]).any()):
            raise ValueError("the rows of the log are not in order of time")
        self._rows, self._latest_ms = self._rows + len(chunk), int(t[-1])
        for first in range(0, len(chunk), _PORTION):
            self._add(chunk[first : first + _PORTION])

    def _add(self, chunk: Ints) -> None:
        rows, lead_rows, lead_source = self._book.follow(chunk)
        visits = visits_of(rows, self._self_service)
        capacity, wrap_up = self._capacity.changes(chunk), wrap_up_of(chunk, self._self_service)
        leads = Facts(
            lead_rows[:, 0],
            lead_rows[:, 4],
            lead_rows[:, 3],
            lead_source,
            np.full(len(lead_rows), -1, dtype=np.int64),
            lead_rows[:, 6],
            lead_rows[:, 7],
        )
        for cube in self._cubes.values():
            cube.add(visits, leads, capacity, wrap_up)
        for progress in self._progress.values():
            progress.add(rows)
        self._daytime.add(visits, capacity, wrap_up)
        self._flows.add(chunk, rows, visits, capacity, wrap_up)

    def result(self, end_ms: int | None = None) -> Result:
        """What was measured up to end_ms; None: the planned end, or the last row if the run went on for longer."""
        end = max(self.names.duration_ms, self._latest_ms) if end_ms is None else end_ms
        if end < self._latest_ms:
            raise ValueError(f"the log goes on until {self._latest_ms} ms, the run cannot have ended at {end} ms")
        stations = max(1, len(self.names.stations))
        return Result(
            names=self.names,
            end_ms=end,
            rows=self._rows,
            cubes={selection: cube.result(end) for selection, cube in self._cubes.items()},
            daytime=self._daytime.result(end),
            progress={window: progress.result(end) for window, progress in self._progress.items()},
            flows=self._flows.result(end),
            unlimited=np.asarray(self._capacity.unlimited.reshape(stations, -1).any(axis=1)),
        )


def fold(
    names: Names, chunks: Iterable[Ints], selections: Iterable[Selection] = (), end_ms: int | None = None
) -> Result:
    """Measure a whole log."""
    running = Fold(names, selections)
    for chunk in chunks:
        running.add(chunk)
    return running.result(end_ms)


def pool(results: Sequence[Result]) -> Result:
    """Replications of the same program as one Result: sums add up, clusters stay apart."""
    first = results[0]
    return Result(
        names=first.names,
        end_ms=max(r.end_ms for r in results),
        rows=sum(r.rows for r in results),
        cubes={s: _in_pairs(CubeResult.pooled, [r.cubes[s] for r in results]) for s in first.cubes},
        daytime=_in_pairs(add, [r.daytime for r in results]),
        progress={w: _in_pairs(add, [r.progress[w] for r in results]) for w in first.progress},
        flows=_in_pairs(add, [r.flows for r in results]),
        unlimited=np.asarray(np.array([r.unlimited for r in results]).any(axis=0)),
        runs=sum(r.runs for r in results),
    )


def _in_pairs(both: Callable[[T, T], T], parts: list[T]) -> T:
    """All parts as one: neighbours in pairs, then the pairs in pairs.

    One after the other, each would copy all that came before it.
    """
    while len(parts) > 1:
        pairs = [both(one, other) for one, other in zip(parts[::2], parts[1::2], strict=False)]
        parts = [*pairs, *parts[2 * len(pairs) :]]
    return parts[0]
