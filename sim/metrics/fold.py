"""The fold: event log in, chunk by chunk; metrics out.

`fold = Fold(names, selections)`, `fold.add(chunk)`, `fold.result()`.  Chunks of any size give exactly the same result
as one.  Memory: the open cases, and tables whose size depends on stations, days and different waits, not on events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from operator import add
from typing import TypeVar
from zlib import crc32

import numpy as np

from sim.engines.counting_columns import Column
from sim.metrics.counter import Counter
from sim.metrics.counting import Bools, Ints
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS, Cube, CubeResult, Selection, Window, window_of
from sim.metrics.daytime import Daytime, DaytimeResult
from sim.metrics.flows import Flows, FlowsResult
from sim.metrics.names import Names
from sim.metrics.progress import Progress, ProgressResult

T = TypeVar("T")
EVERYTHING = Selection()
_AT_A_TIME = 32
"""Replications that are put together before they go to the rest: each by itself would copy the rest each time."""


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

    @cached_property
    def fingerprint(self) -> int:
        """The same for replications that are the same to the millisecond, else another; 0 if nobody came.

        Several that are the same are so because nothing in them was random, but where nobody came.
        """
        begun = self.cube.sums[Column.BEGUN].any()
        return 1 + crc32(self.cube.sums.tobytes()) if begun else 0

    def progress_of(self, selection: Selection) -> ProgressResult:
        """Funnels and work in progress in the window of a selection."""
        return self.progress[window_of(self.names, selection)]


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
        self._daytime, self._flows = Daytime(names, thresholds), Flows(names)
        self._counter = Counter(names, self._cubes.values(), self._progress.values(), self._daytime, self._flows)

    @property
    def open_cases(self) -> int:
        """Cases that have begun and are not over yet."""
        return self._counter.open_cases

    @property
    def room_for_cases(self) -> int:
        """Open cases there is room for before more memory is taken, and as many again."""
        return self._counter.room_for_cases

    def add(self, chunk: Ints) -> None:
        """Count the next rows of the log."""
        self._counter.add(chunk)

    def result(self, end_ms: int | None = None) -> Result:
        """What was measured up to end_ms; None: the planned end, or the last row if the run went on for longer."""
        end = max(self.names.duration_ms, self._counter.latest_ms) if end_ms is None else end_ms
        if end < self._counter.latest_ms:
            raise ValueError(
                f"the log goes on until {self._counter.latest_ms} ms, the run cannot have ended at {end} ms"
            )
        unfinished = self._counter.unfinished()
        return Result(
            names=self.names,
            end_ms=end,
            rows=self._counter.rows,
            cubes={selection: cube.result(end, unfinished) for selection, cube in self._cubes.items()},
            daytime=self._daytime.result(end),
            progress={window: progress.result(end) for window, progress in self._progress.items()},
            flows=self._flows.result(end),
            unlimited=self._flows.unlimited,
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
    """Replications of the same program as one Result, of everything: all is added up.  Two are in memory at a time.

    What is asked of a part of it, of one demand say, is answered from each replication's own sums (`replicated`).
    """
    rest = iter(results)
    pooled = next(rest)
    while some := reduce(_both, islice(rest, _AT_A_TIME), None):
        pooled = _together([pooled, some])
    return pooled


def _both(before: Result | None, more: Result) -> Result:
    return more if before is None else _together([before, more])


def _together(results: Sequence[Result]) -> Result:
    first = results[0]
    return Result(
        names=first.names,
        end_ms=max(r.end_ms for r in results),
        rows=sum(r.rows for r in results),
        cubes={EVERYTHING: CubeResult.pooled([r.cube for r in results])},
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
