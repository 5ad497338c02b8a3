"""Sums per station and day for one selection of cases and one window of time.

Every mean and share is a ratio of two columns, summed over the stations and days asked for; the scatter of the same
sums between stations and days (clusters) gives the interval.  All sums are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, unique

import numpy as np

from sim.log import LEADS, Event
from sim.metrics.counting import COARSE_BITS, Areas, Bools, Distribution, Ints, total_by
from sim.metrics.names import DAY_MS, Names
from sim.metrics.visits import JOINED_A_QUEUE, Ending, Facts, Visits

FOREVER = 1 << 61
MAX_CLUSTERS = 4096
"""Stations times blocks of days are kept apart up to about this number; longer runs take blocks of several days."""
DEFAULT_THRESHOLDS_MS = (20_000, 600_000, 1_800_000)


@dataclass(frozen=True, slots=True, order=True)
class Selection:
    """Which cases and which time; empty or None: all.  `from_ms` None: after the warm-up."""

    business: str = ""
    demand: str = ""
    priority: int | None = None
    procedure: str = ""
    rule: str = ""
    from_ms: int | None = None
    until_ms: int | None = None


@unique
class Column(IntEnum):
    """What is summed per cluster; thresholds and lead times follow after these."""

    JOINED = 0  # attempts that went through a queue (their wait is known)
    WAIT = 1
    WAIT_SERVED = 2
    WAITED = 3  # with a wait above 0
    STAYED = 4
    STAY = 5
    SERVED_ATTEMPTS = 6  # one column for each Ending
    ABANDONED = 7
    SENT_HOME = 8
    TURNED_AWAY = 9
    BALKED = 10
    BLOCKED = 11
    SELF_SERVICE = 12
    OFFERED = 13
    SERVED = 14  # services that ended
    SERVICE = 15
    DECIDED = 16  # steps the office did or refused
    REFUSED = 17
    BEGUN = 18
    JOCKEYED = 19  # changes to another line
    QUEUE_AREA = 20
    INSIDE_AREA = 21
    BUSY_AREA = 22
    CAPACITY_AREA = 23
    TIME = 24


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
    waits_by_cluster: Distribution  # group: station * blocks + block; coarse buckets
    served_waits_by_cluster: Distribution
    leads_by_cluster: Distribution  # group: (lead * stations + station) * blocks + block
    longest_queue: Ints  # per station
    runs: int = 1

    def within(self, threshold_ms: int) -> int:
        """Number of the column that counts those served with a wait up to a threshold."""
        if threshold_ms not in self.thresholds_ms:
            known = ", ".join(map(str, self.thresholds_ms)) or "nothing"
            raise UnknownNameError(f"waits up to {threshold_ms} ms were not counted, only up to {known} ms")
        return len(Column) + self.thresholds_ms.index(threshold_ms)

    def lead_columns(self, lead: int) -> tuple[int, int]:
        """Numbers of the columns with count and sum of a lead time."""
        first = len(Column) + len(self.thresholds_ms) + 2 * lead
        return first, first + 1

    @property
    def stations(self) -> int:
        return int(self.sums.shape[1])

    @property
    def blocks(self) -> int:
        return int(self.sums.shape[2])

    def pooled(self, other: CubeResult) -> CubeResult:
        """Two replications together: their clusters stay apart."""
        if (self.selection, self.thresholds_ms) != (other.selection, other.thresholds_ms):
            raise ValueError("only results of the same selection can be pooled")
        return replace(
            self,
            until_ms=max(self.until_ms, other.until_ms),
            sums=np.concatenate((self.sums, other.sums), axis=2),
            waits=self.waits.with_other(other.waits),
            served_waits=self.served_waits.with_other(other.served_waits),
            leads=self.leads.with_other(other.leads),
            waits_by_cluster=_side_by_side(self, other, "waits_by_cluster"),
            served_waits_by_cluster=_side_by_side(self, other, "served_waits_by_cluster"),
            leads_by_cluster=_side_by_side(self, other, "leads_by_cluster"),
            longest_queue=np.maximum(self.longest_queue, other.longest_queue),
            runs=self.runs + other.runs,
        )


def _side_by_side(one: CubeResult, other: CubeResult, which: str) -> Distribution:
    """Both distributions by cluster, the blocks of the second after those of the first."""
    blocks = one.blocks + other.blocks
    both = Distribution(COARSE_BITS, exact=False)
    for part, first in ((one, 0), (other, one.blocks)):
        group, bucket, count = getattr(part, which).table()
        entity, block = np.divmod(group, part.blocks)
        both.add_counted(entity * blocks + first + block, bucket, count)
    both.table()
    return both


class LongestQueue:
    """Longest queue of each station that lasted any time at all: what comes and goes in the same ms is no queue."""

    def __init__(self, stations: int, from_ms: int, until_ms: int) -> None:
        self.from_ms, self.until_ms = from_ms, until_ms
        self._level = np.zeros(stations, dtype=np.int64)
        self._since = np.zeros(stations, dtype=np.int64)
        self._longest = np.zeros(stations, dtype=np.int64)

    def add(self, station: Ints, t_ms: Ints, step: Ints) -> None:
        """Steps in log order."""
        if len(t_ms) == 0:
            return
        order = np.argsort(station.astype(np.int32), kind="stable")
        station, t, step = station[order], t_ms[order], step[order]
        first = np.concatenate(([True], station[1:] != station[:-1]))
        here = station[first]
        self._hold(here, self._level[here], self._since[here], t[first])
        total = np.cumsum(step)
        start = total[first] - step[first]
        level = total - np.repeat(start - self._level[here], np.diff(np.append(np.flatnonzero(first), len(t))))
        last = np.concatenate((first[1:], [True]))
        inner = ~last
        self._hold(station[inner], level[inner], t[inner], t[1:][inner[:-1]])
        self._level[here], self._since[here] = level[last], t[last]

    def _hold(self, station: Ints, level: Ints, since: Ints, till: Ints) -> None:
        """These levels lasted from since to till."""
        lasted = (till > since) & (till > self.from_ms) & (since < self.until_ms)
        np.maximum.at(self._longest, station[lasted], level[lasted])

    def result(self, end_ms: int) -> Ints:
        """Longest queue per station of a run that ended at end_ms."""
        stations = np.arange(len(self._level))
        longest = self._longest.copy()
        self._hold(stations, self._level, self._since, np.full(len(stations), end_ms, dtype=np.int64))
        longest, self._longest = self._longest, longest
        return longest


class Cube:
    """Collects the sums of one selection, chunk by chunk."""

    def __init__(self, names: Names, selection: Selection, thresholds_ms: tuple[int, ...]) -> None:
        self.selection, self.thresholds_ms = selection, thresholds_ms
        self.from_ms = names.warm_up_ms if selection.from_ms is None else selection.from_ms
        self.until_ms = FOREVER if selection.until_ms is None else selection.until_ms
        self.stations = len(names.stations) + 1
        self.block_days = max(1, -(-self.stations * names.days // MAX_CLUSTERS))
        self.blocks = -(-names.days // self.block_days)
        self._steps = _steps_allowed(names, selection)
        self._source = _number(names.sources, selection.demand, "demand")
        self._rule = _number(tuple(r.rule for r in names.rules), selection.rule, "rule")
        columns = len(Column) + len(thresholds_ms) + 2 * len(LEADS)
        self._sums = np.zeros((columns, self.stations * self.blocks), dtype=np.int64)
        self._areas = [self._new_areas() for _ in range(4)]
        self._longest = LongestQueue(self.stations, self.from_ms, self.until_ms)
        self._waits, self._served_waits, self._leads = Distribution(), Distribution(), Distribution()
        self._by_cluster = [Distribution(COARSE_BITS, exact=False) for _ in range(3)]

    def _new_areas(self) -> Areas:
        return Areas(self.stations, self.blocks, self.block_days * DAY_MS, self.from_ms, self.until_ms)

    def _chosen(self, facts: Facts, *, in_window: bool = True) -> Facts:
        """Facts of this selection."""
        mask: Bools | None = None
        for wanted in (
            self._steps[facts.step] if self._steps is not None else None,
            facts.source == self._source if self._source is not None else None,
            facts.priority == self.selection.priority if self.selection.priority is not None else None,
            (facts.t_ms >= self.from_ms) & (facts.t_ms < self.until_ms) if in_window else None,
        ):
            if wanted is not None:
                mask = wanted if mask is None else mask & wanted
        return facts if mask is None or mask.all() else facts.where(mask)

    def _cell(self, facts: Facts) -> Ints:
        """Cluster of each fact."""
        block = np.minimum(facts.t_ms // (self.block_days * DAY_MS), self.blocks - 1)
        cell: Ints = facts.station % self.stations * self.blocks + block
        return cell

    def _add(self, column: int, cell: Ints, weights: Ints | None = None) -> None:
        self._sums[column] += total_by(cell, weights, self._sums.shape[1])

    def add(self, visits: Visits, leads: Facts, capacity: Facts, wrap_up: Facts) -> None:
        """Count a chunk."""
        self._add_attempts(self._chosen(visits.attempts))
        stays = self._chosen(visits.stays)
        cell = self._cell(stays)
        self._add(Column.STAYED, cell)
        self._add(Column.STAY, cell, stays.value)
        served = self._chosen(visits.served)
        cell = self._cell(served)
        self._add(Column.SERVED, cell)
        self._add(Column.SERVICE, cell, served.value)
        for column, facts in (
            (Column.OFFERED, visits.offers), (Column.BEGUN, visits.begun), (Column.JOCKEYED, visits.jockeys),
        ):  # fmt: skip
            self._add(column, self._cell(self._chosen(facts)))
        self._add_decisions(self._chosen(visits.decisions))
        waiting = self._chosen(visits.waiting, in_window=False)
        inside = self._chosen(visits.inside, in_window=False)
        self._longest.add(waiting.station, waiting.t_ms, waiting.what)
        self._areas[0].add(waiting.station, waiting.t_ms, waiting.what)
        self._areas[1].add(inside.station, inside.t_ms, inside.what)
        wrap_up = self._chosen(wrap_up, in_window=False)
        self._areas[2].add(wrap_up.station, wrap_up.t_ms, wrap_up.what)
        self._areas[3].add(capacity.station, capacity.t_ms, capacity.what)
        self._add_leads(self._chosen(leads))

    def _add_attempts(self, attempts: Facts) -> None:
        cell = self._cell(attempts)
        size = self._sums.shape[1]
        endings = total_by(attempts.what * size + cell, None, len(Ending) * size).reshape(len(Ending), size)
        self._sums[Column.SERVED_ATTEMPTS : Column.SELF_SERVICE + 1] += endings
        queued = attempts.what <= max(JOINED_A_QUEUE)
        cell, wait, station = cell[queued], attempts.value[queued], attempts.station[queued] % self.stations
        served = attempts.what[queued] == Ending.SERVED
        self._add(Column.JOINED, cell)
        self._add(Column.WAIT, cell, wait)
        self._add(Column.WAIT_SERVED, cell[served], wait[served])
        self._add(Column.WAITED, cell[wait > 0])
        for number, threshold in enumerate(self.thresholds_ms):
            self._add(len(Column) + number, cell[served & (wait <= threshold)])
        self._waits.add(station, wait)
        self._served_waits.add(station[served], wait[served])
        self._by_cluster[0].add(cell, wait)
        self._by_cluster[1].add(cell[served], wait[served])

    def _add_decisions(self, decisions: Facts) -> None:
        cell = self._cell(decisions)
        refused = decisions.what == Event.REFUSED
        self._add(Column.DECIDED, cell)
        if self._rule is not None:
            refused = refused & (decisions.value == self._rule)
        self._add(Column.REFUSED, cell[refused])

    def _add_leads(self, leads: Facts) -> None:
        cell = self._cell(leads)
        first = len(Column) + len(self.thresholds_ms)
        for lead in np.unique(leads.what).tolist():
            mine = leads.what == lead
            self._add(first + 2 * lead, cell[mine])
            self._add(first + 2 * lead + 1, cell[mine], leads.value[mine])
        self._leads.add(leads.what * self.stations + leads.station % self.stations, leads.value)
        self._by_cluster[2].add(leads.what * (self.stations * self.blocks) + cell, leads.value)

    def result(self, end_ms: int) -> CubeResult:
        """The sums as of a run that ended at end_ms; adding may go on afterwards."""
        sums = self._sums.copy()
        queue, inside, wrap_up, capacity = (area.result(end_ms).ravel() for area in self._areas)
        sums[Column.QUEUE_AREA], sums[Column.INSIDE_AREA] = queue, inside
        sums[Column.BUSY_AREA], sums[Column.CAPACITY_AREA] = inside + wrap_up, capacity
        sums[Column.TIME] = np.tile(self._areas[0].length_ms(end_ms), self.stations)
        return CubeResult(
            selection=self.selection,
            from_ms=self.from_ms,
            until_ms=min(self.until_ms, end_ms),
            thresholds_ms=self.thresholds_ms,
            sums=sums.reshape(-1, self.stations, self.blocks),
            waits=_snapshot(self._waits),
            served_waits=_snapshot(self._served_waits),
            leads=_snapshot(self._leads),
            waits_by_cluster=_snapshot(self._by_cluster[0]),
            served_waits_by_cluster=_snapshot(self._by_cluster[1]),
            leads_by_cluster=_snapshot(self._by_cluster[2]),
            longest_queue=self._longest.result(end_ms),
        )


def _snapshot(live: Distribution) -> Distribution:
    """A copy that later rows do not change."""
    return Distribution(live.bits, live.limit, exact=live.exact).with_other(live)


def _steps_allowed(names: Names, selection: Selection) -> Bools | None:
    """Which steps belong to the selection (one entry more, for rows without a step); None: all."""
    if not selection.business and not selection.procedure:
        return None
    _check("business", selection.business, {s.counter_business for s in names.steps})
    _check("procedure", selection.procedure, {s.procedure for s in names.steps})
    allowed = [
        selection.business in ("", step.counter_business) and selection.procedure in ("", step.procedure)
        for step in names.steps
    ]
    return np.array([*allowed, False])


def _number(known: tuple[str, ...], wanted: str, what: str) -> int | None:
    """Number of a name; None if none is asked for."""
    _check(what, wanted, set(known))
    return known.index(wanted) if wanted else None


def _check(what: str, wanted: str, known: set[str]) -> None:
    if wanted and wanted not in known:
        raise UnknownNameError(f'no {what} "{wanted}" in this run; known: {", ".join(sorted(known)) or "none"}')


class UnknownNameError(LookupError):
    """A metric was asked for something that the run does not contain."""
