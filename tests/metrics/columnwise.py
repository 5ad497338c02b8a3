"""Everything the fold counts, counted a second time: a whole log at once, column by column, in NumPy.

It shares nothing with the compiled loop but the names of columns: what happened at stations is read off each case's
story (`columnwise_visits`), and the time integral of a step function up to a moment x is the sum of
step * (x - its moment).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from sim.calendar import DayKind
from sim.engines.counting_columns import (
    FOREVER,
    HALF_HOURS,
    JOINED_A_QUEUE,
    LEDGERS,
    QUARTERS,
    UNLIMITED_SERVERS,
    Column,
    Ending,
)
from sim.log import LEADS, Event
from sim.metrics.counting import COARSE_BITS, Distribution, Ints, to_bucket
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS, MAX_CLUSTERS, CubeResult, Selection, window_of
from sim.metrics.daytime import DaytimeResult
from sim.metrics.flows import FlowsResult
from sim.metrics.fold import EVERYTHING, Result
from sim.metrics.names import DAY_MS, Names, Role
from sim.metrics.progress import ProgressResult
from sim.procedures.model import Place
from tests.metrics.columnwise_visits import Bools, Facts, follow, pick, visits_of


def _sums(cell: Ints, weights: Ints | int, size: int) -> Ints:
    """Whole-number sums by cell."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, cell, weights)
    return total


def _integrals(facts: Facts, entity: Ints, size: int, edges: Ints, window: tuple[int, int]) -> Ints:
    """Integral of the step functions of entities between consecutive edges, inside the window."""
    t = np.clip(facts.t_ms, *window)
    until = [np.clip(x, *window) for x in edges.tolist()]
    return np.diff([_sums(entity, facts.what * np.maximum(0, x - t), size) for x in until], axis=0).T


def _edges(blocks: int, block_ms: int, end_ms: int) -> Ints:
    return np.append(np.minimum(np.arange(blocks, dtype=np.int64) * block_ms, end_ms), end_ms)


def _distribution(group: Ints, value: Ints, *, exact: bool = True) -> Distribution:
    """How often each value occurred, by group."""
    kept = value if exact else to_bucket(value, COARSE_BITS)
    found = Distribution(exact=True) if exact else Distribution(COARSE_BITS, exact=False)
    found.add_counted(group, kept, np.ones(len(value), dtype=np.int64))
    found.table()
    return found


class Columnwise:
    """A log, taken apart."""

    def __init__(self, names: Names, log: Ints) -> None:
        self.names, self.end_ms = names, max(names.duration_ms, int(log[-1, 0]) if len(log) else 0)
        self.menus = np.array([all(g.role is Role.SELF_SERVICE for g in s.servers) for s in names.stations] + [False])
        self.log = log
        self.rows, sources = follow(log)
        house = np.array([s.kind is not Place.FACTORY for s in names.stations] + [False])
        self.visits = visits_of(self.rows, self.menus, house, self.end_ms)
        self.leads = self._of_log(log[:, 5] == Event.LEAD, log[:, 6], log[:, 7], sources)
        free = (log[:, 5] == Event.FREE) & ~self.menus[log[:, 4]]
        began, over = (self._of_log(free, np.full(len(log), by), log[:, 6]) for by in (1, -1))
        began = replace(began, t_ms=began.t_ms - log[free, 7])
        self.wrap_up = Facts(
            *(np.concatenate(pair) for pair in zip(vars(began).values(), vars(over).values(), strict=True))
        )
        self.capacity, self.unlimited = self._capacity()

    def _of_log(self, mask: Bools, what: Ints, value: Ints, source: Ints | None = None) -> Facts:
        nobody = np.full(len(self.log), -1, dtype=np.int64)
        source = nobody if source is None else source
        return Facts(*(c[mask] for c in (*self.log[:, [0, 4, 3]].T, source, nobody, what, value)))

    def _capacity(self) -> tuple[Facts, Bools]:
        """Changes of the servers on duty."""
        now: dict[tuple[int, int], int] = {}
        change = np.zeros(len(self.log), dtype=np.int64)
        unlimited = np.zeros(len(self.names.stations), dtype=bool)
        mask = (self.log[:, 5] == Event.CAPACITY) & ~self.menus[self.log[:, 4]]
        for number in np.flatnonzero(mask).tolist():
            station, group, servers = self.log[number, [4, 6, 7]].tolist()
            endless = not 0 <= servers < UNLIMITED_SERVERS
            unlimited[station] |= endless
            change[number] = (0 if endless else servers) - now.get((station, group), 0)
            now[station, group] = 0 if endless else servers
        return self._of_log(mask, change, self.log[:, 6]), unlimited

    def result(self, selections: Iterable[Selection]) -> Result:
        """Everything."""
        wanted = tuple(dict.fromkeys((EVERYTHING, *selections)))
        windows = dict.fromkeys(window_of(self.names, selection) for selection in wanted)
        return Result(
            self.names, self.end_ms, len(self.log), {s: self.cube(s) for s in wanted}, self.daytime(),
            {window: self.progress(*window) for window in windows}, self.flows(), self.unlimited,
        )  # fmt: skip

    def cube(self, selection: Selection) -> CubeResult:
        """The sums of a selection."""
        return _Cube(self, selection).result()

    def progress(self, from_ms: int, until_ms: int) -> ProgressResult:
        """Funnels and cases at each step in a window of time."""
        rows, names = self.rows, self.names
        kind, step, before = rows.kind, rows.step, rows.step_before
        size, days = len(names.steps) + 1, names.days
        counted = (rows.t_ms >= from_ms) & (rows.t_ms < until_ms)
        comes = ~np.isin(kind, (Event.LEAVE, Event.ARRIVE)) & (step >= 0)
        decided = np.isin(rows.kind_before, (Event.DONE, Event.REFUSED))
        left = (kind == Event.LEAVE) & (rows.code != Event.DONE) & (before >= 0)
        counts = [
            _sums(at[mask & counted], 1, size)[:-1]
            for mask, at in (
                (comes & ((step != before) | decided), step), (kind == Event.DONE, step), (kind == Event.REFUSED, step),
                (left, before),
            )
        ]  # fmt: skip
        into, out = comes & (step != before), ((step != before) | (kind == Event.LEAVE)) & (before >= 0)
        moves = replace(pick(rows, into | out), what=into[into | out].astype(np.int64))
        gone = replace(moves, what=-out[into | out].astype(np.int64))
        edges, window = _edges(days, DAY_MS, min(until_ms, self.end_ms)), (from_ms, until_ms)
        here, there = step[into | out] % size, before[into | out] % size
        at_step = _integrals(moves, here, size, edges, window) + _integrals(gone, there, size, edges, window)
        entered, done, refused, gone_away = counts
        time = np.diff(np.maximum(edges, from_ms))
        return ProgressResult(entered, done, refused, gone_away, at_step[:-1], time)

    def _kind(self, t_ms: Ints) -> Ints:
        """Kind of the day of each moment; after the planned end, of the last day."""
        return np.asarray(self.names.kinds_of_days()[np.minimum(t_ms // DAY_MS, self.names.days - 1)])

    def _by_slot(self, facts: Facts, entity: Ints, size: int, slots: int) -> Ints:
        """Integral of step functions by slot of the day, all days of a kind together."""
        days = -(-self.end_ms // DAY_MS)
        edges = np.minimum(np.arange(days * slots + 1, dtype=np.int64) * (DAY_MS // slots), self.end_ms)
        window = (self.names.warm_up_ms, FOREVER)
        by_day = _integrals(facts, entity, size, edges, window).reshape(size, days, slots)
        kinds = self._kind(np.arange(days, dtype=np.int64) * DAY_MS)
        return np.array([by_day[:, kinds == kind].sum(axis=1) for kind in DayKind])

    def daytime(self) -> DaytimeResult:
        """Sums by kind of day and time of day."""
        names, begins = self.names, self.names.warm_up_ms
        groups = list(dict.fromkeys(s.group for s in names.stations))
        group = np.array([groups.index(s.group) for s in names.stations])
        attempts = self.visits.attempts
        attempts = attempts.where((attempts.t_ms >= begins) & (attempts.station >= 0))
        queued = attempts.where(np.isin(attempts.what, JOINED_A_QUEUE))
        called = queued.where(queued.what == Ending.SERVED)
        offers = self.visits.offers
        offers = offers.where((offers.t_ms >= begins) & (offers.station >= 0))

        def slots(facts: Facts, weights: Ints | int = 1) -> Ints:
            cell = self._kind(facts.t_ms) * len(groups) + group[facts.station]
            cell = cell * HALF_HOURS + facts.t_ms % DAY_MS // (DAY_MS // HALF_HOURS)
            size = len(DayKind), len(groups), HALF_HOURS
            return _sums(cell, weights, size[0] * size[1] * size[2]).reshape(size)

        sets = (self.visits.waiting, self.visits.inside, self.wrap_up, self.capacity)
        waiting, inside, wrap_up, duty = (self._by_slot(f, group[f.station], len(groups), QUARTERS) for f in sets)
        return DaytimeResult(
            np.array([slots(attempts.where(attempts.what == ending)) for ending in Ending]),
            slots(queued, queued.value),
            np.array([slots(called.where(called.value <= limit)) for limit in DEFAULT_THRESHOLDS_MS]),
            self._active_days(offers, group, len(groups)), waiting, inside + wrap_up, duty,
        )  # fmt: skip

    def _active_days(self, offers: Facts, group: Ints, groups: int) -> Ints:
        """Days on which somebody came or came on duty; of those on duty from the beginning without a change, all."""
        names, on_duty = self.names, self.capacity
        begins, kinds, active = names.warm_up_ms, names.kinds_of_days(), np.zeros((groups, names.days), dtype=bool)
        for number in range(groups):
            mine = on_duty.where(group[on_duty.station] == number)
            came = offers.t_ms[group[offers.station] == number]
            on = mine.t_ms[(mine.what > 0) & (mine.t_ms > 0) & (mine.t_ms >= begins)]
            active[number, np.minimum(np.concatenate((came, on)) // DAY_MS, names.days - 1)] = True
            if (mine.what > 0).any() and not (mine.t_ms > 0).any():
                active[number] = np.arange(names.days) >= min(begins // DAY_MS, names.days - 1)
        return np.array([active[:, kinds == kind].sum(axis=1) for kind in DayKind])

    def flows(self) -> FlowsResult:
        """Totals after the warm-up."""
        log, names, begins = self.log, self.names, self.names.warm_up_ms
        stations, width = len(names.stations), max(len(s.servers) for s in names.stations)
        counted = log[:, 0] >= begins
        money, stop = (log[(log[:, 5] == kind) & counted] for kind in (Event.MONEY, Event.DOWN))
        balance = log[log[:, 5] == Event.BALANCE]
        machines = np.isin(log[:, 5], (Event.DOWN, Event.UP))
        down = self._of_log(machines, np.where(log[:, 5] == Event.DOWN, 1, -1), log[:, 6])
        rows, rules, steps = self.rows, len(names.rules) + 1, len(names.steps) + 1
        refused = (rows.kind == Event.REFUSED) & (rows.t_ms >= begins)
        cell = rows.code[refused] % rules * steps + rows.step[refused] % steps
        edges, window = np.array([0, self.end_ms]), (begins, FOREVER)

        def by_group(facts: Facts) -> Ints:
            entity = facts.station * width + np.clip(facts.value, 0, width - 1)
            return _integrals(facts, entity, stations * width, edges, window).reshape(stations, width)

        return FlowsResult(
            _sums(money[:, 6], 1, LEDGERS**2).reshape(LEDGERS, LEDGERS),
            _sums(money[:, 6], money[:, 7], LEDGERS**2).reshape(LEDGERS, LEDGERS),
            _sums(balance[:, 6], balance[:, 7], LEDGERS),
            _sums(stop[:, 4] * 2 + stop[:, 6], 1, stations * 2).reshape(stations, 2),
            _integrals(down, down.station, stations, edges, window)[:, 0],
            by_group(self.visits.inside) + by_group(self.wrap_up), by_group(self.capacity),
            _sums(cell, 1, rules * steps).reshape(rules, steps),
            np.array([max(0, self.end_ms - begins)]),
        )  # fmt: skip


class _Cube:
    """The sums of a selection, by station and block of days."""

    def __init__(self, parts: Columnwise, selection: Selection) -> None:
        self.parts, self.selection, names = parts, selection, parts.names
        self.window = window_of(names, selection)
        self.until = min(self.window[1], parts.end_ms)
        self.stations = len(names.stations) + 1
        self.days = max(1, -(-self.stations * names.days // MAX_CLUSTERS))
        self.blocks = -(-names.days // self.days)
        steps = [
            selection.business in ("", s.counter_business)
            and selection.procedure in ("", s.procedure)
            and selection.step in ("", f"{s.procedure}.{s.step}")
            for s in names.steps
        ]
        self.allowed = np.array([*steps, not (selection.business or selection.procedure or selection.step)])
        columns = len(Column) + 2 * (len(DEFAULT_THRESHOLDS_MS) + len(LEADS))
        self.sums = np.zeros((columns, self.stations * self.blocks), dtype=np.int64)

    def chosen(self, facts: Facts) -> Facts:
        """Facts of the selection at any time."""
        mask, selection = self.allowed[facts.step], self.selection
        if selection.demand:
            mask = mask & (facts.source == self.parts.names.sources.index(selection.demand))
        if selection.priority is not None:
            mask = mask & (facts.priority == selection.priority)
        return facts.where(mask)

    def counted(self, facts: Facts) -> Facts:
        """Facts of the selection in its window."""
        return self.chosen(facts.where((facts.t_ms >= self.window[0]) & (facts.t_ms < self.window[1])))

    def cell(self, facts: Facts) -> Ints:
        """Station and block of each fact."""
        block = np.minimum(facts.t_ms // (self.days * DAY_MS), self.blocks - 1)
        return facts.station % self.stations * self.blocks + block

    def add(self, column: int, facts: Facts, weights: Ints | int = 1) -> None:
        """Sum up facts in a column."""
        self.sums[column] = _sums(self.cell(facts), weights, self.sums.shape[1])

    def result(self) -> CubeResult:
        """Everything."""
        stations, visits = self.stations, self.parts.visits
        attempts, leads = self.counted(visits.attempts), self.counted(self.parts.leads)
        in_house, inside = self.counted(visits.in_house), self.counted(visits.still_inside)
        still = self.counted(visits.still_waiting)
        queued = attempts.where(np.isin(attempts.what, JOINED_A_QUEUE))
        called = queued.where(queued.what == Ending.SERVED)
        for ending in Ending:
            self.add(Column.SERVED_ATTEMPTS + ending, attempts.where(attempts.what == ending))
        self._add_visits(queued, called)
        for column, facts in ((Column.VISITS, in_house), (Column.STILL_WAITING, still), (Column.STILL_INSIDE, inside)):
            self.add(column, facts)
            self.add(column + 1, facts, facts.value)
        gave_up = queued.where(queued.what == Ending.ABANDONED)
        for number, threshold in enumerate(DEFAULT_THRESHOLDS_MS):
            within = len(Column) + len(DEFAULT_THRESHOLDS_MS) + number
            self.add(within, gave_up.where(gave_up.value <= threshold))
        self._add_leads(leads)
        self._add_areas()
        return CubeResult(
            self.selection, self.window[0], self.until, DEFAULT_THRESHOLDS_MS,
            self.sums.reshape(-1, stations, self.blocks),
            waits=_distribution(queued.station % stations, queued.value),
            served_waits=_distribution(called.station % stations, called.value),
            leads=_distribution(leads.what * stations + leads.station % stations, leads.value),
            visits=_distribution(in_house.station, in_house.value),
            still_waits=_distribution(still.station, still.value),
            still_visits=_distribution(inside.station, inside.value),
            visits_by_cluster=_distribution(self.cell(in_house), in_house.value, exact=False),
            waits_by_cluster=_distribution(self.cell(queued), queued.value, exact=False),
            served_waits_by_cluster=_distribution(self.cell(called), called.value, exact=False),
            leads_by_cluster=_distribution(
                leads.what * stations * self.blocks + self.cell(leads), leads.value, exact=False
            ),
            longest_queue=self._longest(self.chosen(visits.waiting)),
        )  # fmt: skip

    def _add_visits(self, queued: Facts, called: Facts) -> None:
        visits = self.parts.visits
        stays, served, decisions = (self.counted(f) for f in (visits.stays, visits.served, visits.decisions))
        refused = decisions.where(decisions.what == Event.REFUSED)
        if self.selection.rule:
            rules = [rule.rule for rule in self.parts.names.rules]
            refused = refused.where(refused.value == rules.index(self.selection.rule))
        for column, facts in (
            (Column.JOINED, queued), (Column.WAITED, queued.where(queued.value > 0)), (Column.STAYED, stays),
            (Column.OFFERED, self.counted(visits.offers)), (Column.SERVED, served), (Column.DECIDED, decisions),
            (Column.REFUSED, refused), (Column.BEGUN, self.counted(visits.begun)),
            (Column.JOCKEYED, self.counted(visits.jockeys)),
        ):  # fmt: skip
            self.add(column, facts)
        for column, facts in (
            (Column.WAIT, queued), (Column.WAIT_SERVED, called), (Column.STAY, stays), (Column.SERVICE, served),
        ):  # fmt: skip
            self.add(column, facts, facts.value)
        for number, threshold in enumerate(DEFAULT_THRESHOLDS_MS):
            self.add(len(Column) + number, called.where(called.value <= threshold))

    def _add_leads(self, leads: Facts) -> None:
        for lead in range(len(LEADS)):
            mine, column = leads.where(leads.what == lead), len(Column) + 2 * (len(DEFAULT_THRESHOLDS_MS) + lead)
            self.add(column, mine)
            self.add(column + 1, mine, mine.value)

    def _add_areas(self) -> None:
        edges = _edges(self.blocks, self.days * DAY_MS, self.until)
        queue, inside, wrap_up, capacity = (
            _integrals(facts, facts.station, self.stations, edges, self.window).ravel()
            for facts in (
                self.chosen(self.parts.visits.waiting), self.chosen(self.parts.visits.inside),
                self.chosen(self.parts.wrap_up), self.parts.capacity,
            )
        )  # fmt: skip
        self.sums[Column.QUEUE_AREA], self.sums[Column.INSIDE_AREA] = queue, inside
        self.sums[Column.BUSY_AREA], self.sums[Column.CAPACITY_AREA] = inside + wrap_up, capacity
        self.sums[Column.TIME] = np.tile(np.diff(np.maximum(edges, self.window[0])), self.stations)

    def _longest(self, waiting: Facts) -> Ints:
        """Longest queue that lasted any time, by station."""
        longest = np.zeros(self.stations, dtype=np.int64)
        for station in range(self.stations):
            mine = waiting.where(waiting.station == station)
            level = np.cumsum(mine.what)
            till = np.append(mine.t_ms, self.parts.end_ms)[1:]
            lasts = (till > mine.t_ms) & (till > self.window[0]) & (mine.t_ms < self.window[1])
            longest[station] = max(level[lasts].tolist(), default=0)
        return longest
