"""The lean fold: the headline sums of a run, in compiled code, for thousands of runs at a time.

`LeanFold` keeps, of what `Fold` keeps, the sums per station over the whole run after the warm-up, waits by group and
lead times as log buckets, steps, money, machines: equal to the last digit (tests/metrics/test_lean.py).  It keeps no
sums by day, by hour or by selection, so it can give no intervals and no `Selection` but all cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from sim.engines import counting_lean as kernels
from sim.engines.compiled_tables import pairs_of
from sim.engines.counting_columns import LEDGERS, Lean
from sim.log import LEADS
from sim.metrics.counter import annexes_of, menus_of
from sim.metrics.counting import Bools, Ints, bucket_middle, quantile
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS
from sim.metrics.names import Names

_CASES = 1 << 16
"""Cases there is room for to begin with."""


@dataclass(frozen=True)
class LeanResult:
    """The sums, of the time after the warm-up (balances: at the end).  Times in ms, areas in ms * people or servers."""

    groups: tuple[str, ...]  # the scenario's tables
    group: Ints  # [station] number of its group
    rows: int
    measured_ms: int
    station: Ints  # [station, column of `counting_lean`]
    queue: Ints  # [station] area
    inside: Ints  # [station] area
    busy: Ints  # [station] area, wrap-up included
    capacity: Ints  # [station] area
    down: Ints  # [station] ms its machines were out of work
    longest: Ints  # [station] longest queue
    unlimited: Bools  # [station] some of its servers are without number
    stops: Ints  # [station, 0 breakdown or 1 refill]
    waits: Ints  # [group, bucket] of all who joined a queue
    lead: Ints  # [lead, 0 number or 1 ms]
    leads: Ints  # [lead, bucket]
    step: Ints  # [step, 0 entered, 1 done, 2 refused, 3 left]
    source: Ints  # [source] cases begun
    refusals: Ints  # [rule]
    movements: Ints  # [from ledger, to ledger]
    fen: Ints  # [from ledger, to ledger]
    balances: Ints  # [ledger]

    def wait_quantile(self, groups: Bools, level: float) -> float:
        """Quantile of the wait (ms) of all who joined a queue in the chosen groups; NaN of nobody."""
        return bucket_quantile(self.waits[groups].sum(axis=0), level)

    def lead_quantile(self, name: str, level: float) -> float:
        """Quantile of a lead time (ms); NaN if there was none."""
        return bucket_quantile(self.leads[LEADS.index(name)], level)


def bucket_quantile(counts: Ints, level: float) -> float:
    """Quantile of a distribution in log buckets: the middle of its bucket, off by less than 0.05 %."""
    there = np.flatnonzero(counts)
    return quantile(bucket_middle(there, kernels.BITS), counts[there], level)


class LeanFold:
    """Turns log rows into a LeanResult as they come."""

    def __init__(self, names: Names, thresholds_ms: tuple[int, ...] = DEFAULT_THRESHOLDS_MS) -> None:
        self.names = names
        self._stations = len(names.stations)
        lines = self._stations + 1
        self._groups = tuple(dict.fromkeys(s.group for s in names.stations))
        width = max((len(s.servers) for s in names.stations), default=1)
        columns = kernels.WITHIN + len(thresholds_ms)
        self._shapes: dict[str, tuple[int, ...]] = {
            "limit": (len(thresholds_ms),), "group": (lines,), "station": (lines, columns),
            **dict.fromkeys(("menu", "annex"), (lines,)),
            **dict.fromkeys(("queue", "inside", "wrap_up", "capacity", "down", "stops"), (lines, 2)),
            "line": (lines, 3), "duty": (lines, width), "endless": (lines,),
            "waits": (len(self._groups) + 1, kernels.BUCKETS),
            "lead": (len(LEADS), 2), "leads": (len(LEADS), kernels.BUCKETS),
            "step": (len(names.steps) + 1, 4), "source": (len(names.sources) + 1,),
            "refusals": (len(names.rules) + 1,),
            **dict.fromkeys(("money", "fen"), (LEDGERS, LEDGERS)), "balance": (LEDGERS,),
        }  # fmt: skip
        self._sums = self._laid_out()
        head = (names.warm_up_ms, len(thresholds_ms), columns, width, len(names.rules) + 1)
        self._sums[: kernels.HEAD] = head
        self._table("limit")[:] = thresholds_ms
        self._table("menu")[:] = menus_of(names)
        self._table("annex")[:] = annexes_of(names)
        self._table("group")[:] = [*(self._groups.index(s.group) for s in names.stations), len(self._groups)]
        self._case: Ints = np.zeros((_CASES, kernels.CASE_WIDTH), dtype=np.int64)
        self._rows, self._latest_ms = 0, 0

    def _laid_out(self) -> Ints:
        """The list of all sums, with where each table begins in its head."""
        at = kernels.HEAD + len(kernels.TABLES)
        starts = []
        for name in kernels.TABLES:
            starts.append(at)
            at += prod(self._shapes[name])
        sums = np.zeros(at, dtype=np.int64)
        sums[kernels.HEAD : kernels.HEAD + len(starts)] = starts
        return sums

    def _table(self, name: str) -> Ints:
        """One table of the sums, not copied."""
        shape = self._shapes[name]
        first = int(self._sums[kernels.HEAD + kernels.TABLES.index(name)])
        return self._sums[first : first + prod(shape)].reshape(shape)

    def add(self, chunk: Ints) -> None:
        """Count the next rows of the log."""
        if len(chunk) == 0:
            return
        if int(chunk[0, 0]) < self._latest_ms:
            raise ValueError("the rows of the log are not in order of time")
        self._make_room(int(chunk[:, 1].max()) + 1)
        tables = Lean(self._sums, self._case, np.ascontiguousarray(chunk))
        pairs = pairs_of(tables)  # kept alive while compiled code reads it
        kernels.count(pairs.ctypes.data, self._stations)
        self._rows, self._latest_ms = self._rows + len(chunk), int(chunk[-1, 0])

    def _make_room(self, cases: int) -> None:
        """A line for every case number so far."""
        old = self._case
        if cases > len(old):
            self._case = np.zeros((max(cases, 2 * len(old), _CASES), kernels.CASE_WIDTH), dtype=np.int64)
            self._case[: len(old)] = old

    def _area(self, name: str, end_ms: int) -> Ints:
        """Integral of a step function up to the end, by station."""
        if end_ms <= self.names.warm_up_ms:
            return np.zeros(self._stations + 1, dtype=np.int64)
        table = self._table(name)
        return table[:, kernels.LEVEL] * end_ms - table[:, kernels.MOMENT]

    def result(self, end_ms: int | None = None) -> LeanResult:
        """What was counted up to end_ms; None: the planned end, or the last row if the run went on for longer."""
        end = max(self.names.duration_ms, self._latest_ms) if end_ms is None else end_ms
        if end < self._latest_ms:
            raise ValueError(f"the log goes on until {self._latest_ms} ms, the run cannot have ended at {end} ms")
        start, table = self.names.warm_up_ms, self._table
        line = table("line")
        last = (end > line[:, kernels.HELD_SINCE]) & (end > start)
        inside = self._area("inside", end)
        return LeanResult(
            groups=self._groups,
            group=table("group")[:-1].copy(),
            rows=self._rows,
            measured_ms=max(0, end - start),
            station=table("station").copy(),
            queue=self._area("queue", end),
            inside=inside,
            busy=inside + self._area("wrap_up", end),
            capacity=self._area("capacity", end),
            down=self._area("down", end),
            longest=np.maximum(line[:, kernels.LONGEST], np.where(last, line[:, kernels.HELD], 0)),
            unlimited=table("endless")[:-1] > 0,
            stops=table("stops").copy(),
            waits=table("waits").copy(),
            lead=table("lead").copy(),
            leads=table("leads").copy(),
            step=table("step")[:-1].copy(),
            source=table("source")[:-1].copy(),
            refusals=table("refusals").copy(),
            movements=table("money").copy(),
            fen=table("fen").copy(),
            balances=table("balance").copy(),
        )
