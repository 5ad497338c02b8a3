"""Sums per station and day for one selection of cases and one window of time.

Every mean and share is a ratio of two columns, summed over the stations and days asked for; the scatter of the same
sums between stations and days (clusters) gives the interval.  All sums are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.compiled_tables import pairs_of
from sim.engines.counting_columns import FOREVER, JOINED_A_QUEUE, Column
from sim.log import LEADS
from sim.metrics.counting import COARSE_BITS, Distribution, Ints, Tally, areas, block_lengths, to_bucket
from sim.metrics.names import DAY_MS, Names
from sim.metrics.unfinished import Facts, Unfinished

Window = tuple[int, int]
MAX_CLUSTERS = 4096
"""Stations times blocks of days are kept apart up to about this number; longer runs take blocks of several days."""
DEFAULT_THRESHOLDS_MS = (20_000, 600_000, 1_800_000)

_NO_CLUSTERS = Distribution(COARSE_BITS, exact=False)
_LEVELS = 4
_BY_STATION = 4


@dataclass(frozen=True, slots=True, order=True)
class Selection:
    """Which cases and which time; empty or None: all.  `from_ms` None: after the warm-up."""

    business: str = ""
    demand: str = ""
    priority: int | None = None
    procedure: str = ""
    step: str = ""  # "procedure.step"
    rule: str = ""
    from_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True)
class CubeResult:
    """The sums of a selection: columns x stations x blocks (one station more, for what has none)."""

    selection: Selection
    from_ms: int
    until_ms: int
    thresholds_ms: tuple[int, ...]
    sums: Ints
    waits: Distribution  # group: station
    served_waits: Distribution
    leads: Distribution  # group: lead * stations + station
    visits: Distribution  # to the house, by the station where they began
    waits_by_cluster: Distribution  # group: station * blocks + block; coarse buckets
    served_waits_by_cluster: Distribution
    leads_by_cluster: Distribution  # group: (lead * stations + station) * blocks + block
    visits_by_cluster: Distribution
    still_waits: Distribution  # so far, of those who wait at the end of the run; group: station
    still_visits: Distribution  # so far, of those who are in the house at the end
    longest_queue: Ints  # per station
    runs: int = 1

    def within(self, threshold_ms: int) -> int:
        """Number of the column that counts those served with a wait up to a threshold."""
        if threshold_ms not in self.thresholds_ms:
            known = ", ".join(map(str, self.thresholds_ms)) or "nothing"
            raise UnknownNameError(f"waits up to {threshold_ms} ms were not counted, only up to {known} ms")
        return len(Column) + self.thresholds_ms.index(threshold_ms)

    def gave_up_within(self, threshold_ms: int) -> int:
        """Number of the column that counts those who gave up after a wait up to a threshold."""
        return self.within(threshold_ms) + len(self.thresholds_ms)

    def lead_columns(self, lead: int) -> tuple[int, int]:
        """Numbers of the columns with count and sum of a lead time."""
        first = len(Column) + 2 * len(self.thresholds_ms) + 2 * lead
        return first, first + 1

    @property
    def stations(self) -> int:
        return int(self.sums.shape[1])

    @property
    def blocks(self) -> int:
        return int(self.sums.shape[2])

    @classmethod
    def pooled(cls, parts: Sequence[CubeResult]) -> CubeResult:
        """Replications together.  Their stations stay apart, not their days: an interval is that of replications."""
        first = parts[0]
        if any((part.selection, part.thresholds_ms) != (first.selection, first.thresholds_ms) for part in parts):
            raise ValueError("only results of the same selection can be pooled")
        return replace(
            first,
            until_ms=max(part.until_ms for part in parts),
            sums=sum(part.sums.sum(axis=2, keepdims=True) for part in parts),
            waits=Distribution.together([part.waits for part in parts]),
            served_waits=Distribution.together([part.served_waits for part in parts]),
            leads=Distribution.together([part.leads for part in parts]),
            visits=Distribution.together([part.visits for part in parts]),
            waits_by_cluster=_NO_CLUSTERS,
            served_waits_by_cluster=_NO_CLUSTERS,
            leads_by_cluster=_NO_CLUSTERS,
            visits_by_cluster=_NO_CLUSTERS,
            still_waits=Distribution.together([part.still_waits for part in parts]),
            still_visits=Distribution.together([part.still_visits for part in parts]),
            longest_queue=np.max([part.longest_queue for part in parts], axis=0),
            runs=sum(part.runs for part in parts),
        )


class Cube:
    """The sums of one selection while compiled code counts them.

    `block_ms`: length of a block of time instead of whole days; `together`: all stations as one place.
    """

    def __init__(
        self,
        names: Names,
        selection: Selection,
        thresholds_ms: tuple[int, ...],
        *,
        block_ms: int | None = None,
        together: bool = False,
    ) -> None:
        self.selection, self.thresholds_ms = selection, thresholds_ms
        self.from_ms, self.until_ms = window_of(names, selection)
        self.stations = 1 if together else len(names.stations) + 1
        days = max(1, -(-self.stations * names.days // MAX_CLUSTERS))
        self.block_ms = block_ms or days * DAY_MS
        self.blocks = max(1, -(-(names.duration_ms if block_ms else names.days * DAY_MS) // self.block_ms))
        self._columns = len(Column) + 2 * len(thresholds_ms) + 2 * len(LEADS)
        self._cells = np.zeros((self.stations, self.blocks, self._columns + 2 * _LEVELS), dtype=np.int64)
        self._queues = np.zeros((self.stations, col.QUEUE_WIDTH), dtype=np.int64)
        self._tallies = [
            *(Tally() for _ in range(_BY_STATION)),
            *(Tally(COARSE_BITS, exact=False) for _ in range(_BY_STATION)),
        ]
        lines = len(names.stations) + 1
        self._allowed = _steps_allowed(names, selection)
        self._tables = col.Cube(
            head=self._head(names),
            limits=np.array(thresholds_ms, dtype=np.int64),
            allowed=self._allowed,
            place=np.zeros(lines, dtype=np.int64) if together else np.arange(lines, dtype=np.int64),
            cells=self._cells,
            queues=self._queues,
            tallies=np.array([tally.address for tally in self._tallies], dtype=np.int64),
        )
        self._pairs = pairs_of(self._tables)

    def _head(self, names: Names) -> Ints:
        wanted = self.selection
        priority = col.ANY if wanted.priority is None else wanted.priority
        head = np.zeros(col.CUBE_HEAD, dtype=np.int64)
        head[[col.FROM, col.UNTIL, col.OF_PRIORITY]] = self.from_ms, self.until_ms, priority
        head[col.OF_SOURCE] = _number(names.sources, wanted.demand, "demand")
        head[col.OF_RULE] = _number(tuple(r.rule for r in names.rules), wanted.rule, "rule")
        head[col.EVERYTHING] = replace(wanted, rule="", from_ms=None, until_ms=None) == Selection()
        head[[col.CELL, col.BLOCKS, col.BLOCK_MS]] = self._cells.shape[2], self.blocks, self.block_ms
        head[[col.THRESHOLDS, col.AREAS_AT]] = len(self.thresholds_ms), self._columns
        head[col.LEADS_AT] = len(Column) + 2 * len(self.thresholds_ms)
        head[[col.BLOCK_ENDS, col.PLACES]] = self.block_ms if self.blocks > 1 else FOREVER, self.stations
        return head

    @property
    def address(self) -> int:
        """Where compiled code finds it."""
        return int(self._pairs.ctypes.data)

    def make_room(self) -> None:
        """Let what is full grow."""
        for tally in self._tallies:
            tally.make_room()

    def areas(self, end_ms: int) -> Ints:
        """Integral of each step function, [what, station, block], of a run that ended at end_ms.

        Of a run that ended before anything is counted: 0, since all levels begin at that moment.
        """
        until_ms = max(self.from_ms, min(end_ms, self.until_ms))
        levels = self._cells[:, :, self._columns :].reshape(self.stations, self.blocks, _LEVELS, 2)
        return areas(levels.transpose(2, 0, 1, 3), self.block_ms, until_ms)

    def _longest(self, end_ms: int) -> Ints:
        """Longest queue per station: what comes and goes in the same ms is no queue."""
        held, since, longest = self._queues.T
        lasts = (end_ms > np.maximum(since, self.from_ms)) & (since < self.until_ms)
        return np.maximum(longest, np.where(lasts, held, 0))

    def _chosen(self, facts: Facts) -> Facts:
        """What belongs to the selection and began in its window."""
        head = self._tables.head
        mine = (facts.since_ms >= self.from_ms) & (facts.since_ms < self.until_ms) & (self._allowed[facts.step] != 0)
        for wanted, is_ in ((head[col.OF_SOURCE], facts.source), (head[col.OF_PRIORITY], facts.priority)):
            if wanted != col.ANY:
                mine &= is_ == wanted
        return facts.where(mine)

    def _add_facts(self, sums: Ints, column: Column, facts: Facts) -> tuple[Distribution, Distribution]:
        """Count facts in a column and their lengths in the next; gives the lengths by station, and by cluster."""
        block = np.minimum(facts.since_ms // self.block_ms, self.blocks - 1)
        np.add.at(sums[column], (facts.station, block), 1)
        np.add.at(sums[column + 1], (facts.station, block), facts.length_ms)
        ones = np.ones_like(block)
        lengths, by_cluster = Distribution(), Distribution(COARSE_BITS, exact=False)
        lengths.add_counted(facts.station, facts.length_ms, ones)
        by_cluster.add_counted(facts.station * self.blocks + block, to_bucket(facts.length_ms, COARSE_BITS), ones)
        return lengths, by_cluster

    def result(self, end_ms: int, unfinished: Unfinished) -> CubeResult:
        """The sums as of a run that ended at end_ms; adding may go on afterwards."""
        sums = np.ascontiguousarray(self._cells[:, :, : self._columns].transpose(2, 0, 1))
        sums[Column.JOINED] = sum(sums[Column.SERVED_ATTEMPTS + ending] for ending in JOINED_A_QUEUE)
        queue, served, wrap_up, capacity = self.areas(end_ms)
        sums[Column.QUEUE_AREA], sums[Column.INSIDE_AREA] = queue, served
        sums[Column.BUSY_AREA], sums[Column.CAPACITY_AREA] = served + wrap_up, capacity
        sums[Column.TIME] = block_lengths(self.blocks, self.block_ms, self.from_ms, min(end_ms, self.until_ms))
        over, over_by_cluster = self._add_facts(sums, Column.VISITS, self._chosen(unfinished.visits_over()))
        waiting, _ = self._add_facts(sums, Column.STILL_WAITING, self._chosen(unfinished.waiting(end_ms)))
        inside, _ = self._add_facts(sums, Column.STILL_INSIDE, self._chosen(unfinished.inside(end_ms)))
        (
            served, others, leads, visits, served_by_cluster, others_by_cluster, leads_by_cluster, visits_by_cluster,
        ) = (tally.distribution() for tally in self._tallies)  # fmt: skip
        return CubeResult(
            selection=self.selection,
            from_ms=self.from_ms,
            until_ms=min(self.until_ms, end_ms),
            thresholds_ms=self.thresholds_ms,
            sums=sums,
            waits=Distribution.together((served, others)),
            served_waits=served,
            leads=leads,
            visits=Distribution.together((visits, over)),
            waits_by_cluster=Distribution.together((served_by_cluster, others_by_cluster)),
            served_waits_by_cluster=served_by_cluster,
            leads_by_cluster=leads_by_cluster,
            visits_by_cluster=Distribution.together((visits_by_cluster, over_by_cluster)),
            still_waits=waiting,
            still_visits=inside,
            longest_queue=self._longest(end_ms),
        )


def window_of(names: Names, selection: Selection) -> Window:
    """The time a selection covers."""
    return (
        names.warm_up_ms if selection.from_ms is None else selection.from_ms,
        FOREVER if selection.until_ms is None else selection.until_ms,
    )


def _steps_allowed(names: Names, selection: Selection) -> Ints:
    """Which steps belong to the selection (one entry more, for rows without a step)."""
    if not (selection.business or selection.procedure or selection.step):
        return np.ones(len(names.steps) + 1, dtype=np.int64)
    _check("business", selection.business, {s.counter_business for s in names.steps})
    _check("procedure", selection.procedure, {s.procedure for s in names.steps})
    _check("step", selection.step, {f"{s.procedure}.{s.step}" for s in names.steps})
    allowed = [
        selection.business in ("", step.counter_business)
        and selection.procedure in ("", step.procedure)
        and selection.step in ("", f"{step.procedure}.{step.step}")
        for step in names.steps
    ]
    return np.array([*allowed, False], dtype=np.int64)


def _number(known: tuple[str, ...], wanted: str, what: str) -> int:
    """Number of a name; ANY if none is asked for."""
    _check(what, wanted, set(known))
    return known.index(wanted) if wanted else col.ANY


def _check(what: str, wanted: str, known: set[str]) -> None:
    if wanted and wanted not in known:
        raise UnknownNameError(f'no {what} "{wanted}" in this run; known: {", ".join(sorted(known)) or "none"}')


class UnknownNameError(LookupError):
    """A metric was asked for something that the run does not contain."""
