"""What does not belong to a visit: money, machines out of work, servers on duty, refusals by rule."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np

from sim.log import Event
from sim.metrics.counting import Areas, Bools, Ints, total_by
from sim.metrics.names import DAY_MS, Names
from sim.metrics.visits import Facts, Visits

if TYPE_CHECKING:
    from sim.metrics.cases import Followed

LEDGERS = 16
UNLIMITED_SERVERS = 1 << 30
"""A CAPACITY row with so many servers, or with a negative number, means that nobody ever waits for one."""


def facts_of_rows(rows: Ints, t_ms: Ints, what: Ints) -> Facts:
    """Facts made of log rows that are not followed case by case (demand and priority unknown)."""
    unknown = np.full(len(rows), -1, dtype=np.int64)
    return Facts(t_ms, rows[:, 4], rows[:, 3], unknown, unknown, what, rows[:, 6])


def wrap_up_of(chunk: Ints, self_service: Bools) -> Facts:
    """Time servers were kept after END: a step up when it began, a step down at FREE."""
    rows = chunk[(chunk[:, 5] == Event.FREE) & ~self_service[chunk[:, 4]]]
    ones = np.ones(len(rows), dtype=np.int64)
    t = np.concatenate((rows[:, 0] - rows[:, 7], rows[:, 0]))
    return facts_of_rows(np.concatenate((rows, rows)), t, np.concatenate((ones, -ones)))


class Capacity:
    """Servers on duty by station and group, as changes."""

    def __init__(self, names: Names, self_service: Bools) -> None:
        self.width = max((len(s.servers) for s in names.stations), default=1)
        self._now = np.zeros(max(1, len(names.stations)) * self.width, dtype=np.int64)
        self._self_service = self_service
        self.unlimited: Bools = np.zeros(len(self._now), dtype=bool)

    def changes(self, chunk: Ints) -> Facts:
        """Servers coming on duty or leaving it; unlimited servers are none (they have no utilisation)."""
        rows = chunk[(chunk[:, 5] == Event.CAPACITY) & ~self._self_service[chunk[:, 4]]]
        group = rows[:, 4] * self.width + rows[:, 6]
        rows, group = (column[np.argsort(group, kind="stable")] for column in (rows, group))
        endless = (rows[:, 7] < 0) | (rows[:, 7] >= UNLIMITED_SERVERS)
        self.unlimited[group[endless]] = True
        level = np.where(endless, 0, rows[:, 7])
        if len(rows) == 0:
            return facts_of_rows(rows, rows[:, 0], level)
        first = np.concatenate(([True], group[1:] != group[:-1]))
        before = np.where(first, self._now[group], np.concatenate(([0], level[:-1])))
        last = np.concatenate((first[1:], [True]))
        self._now[group[last]] = level[last]
        return facts_of_rows(rows, rows[:, 0], level - before)


@dataclass(frozen=True)
class FlowsResult:
    """Totals after the warm-up (balances: at the end of the run)."""

    movements: Ints  # [from ledger, to ledger]
    fen: Ints  # [from ledger, to ledger]
    balances: Ints  # [ledger]
    stops: Ints  # [station, 0 breakdown or 1 refill]
    down: Ints  # [station] ms, all its machines together
    group_busy: Ints  # [station, server group] ms * servers
    group_capacity: Ints  # [station, server group] ms * servers
    refusals: Ints  # [rule, step]; one more of each for unknown ones
    time: Ints  # [1] measured time

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Flows:
    """Collects the totals, chunk by chunk."""

    def __init__(self, names: Names) -> None:
        self._from, self._stations = names.warm_up_ms, max(1, len(names.stations))
        self._width = max((len(s.servers) for s in names.stations), default=1)
        self._rules, self._step_count = len(names.rules) + 1, len(names.steps) + 1
        self._money = np.zeros((2, LEDGERS * LEDGERS), dtype=np.int64)
        self._balances = np.zeros(LEDGERS, dtype=np.int64)
        self._stops = np.zeros(self._stations * 2, dtype=np.int64)
        self._refusals = np.zeros(self._rules * self._step_count, dtype=np.int64)
        self._down = self._areas(self._stations)
        self._busy, self._capacity = (self._areas(self._stations * self._width) for _ in range(2))

    def _areas(self, entities: int) -> Areas:
        return Areas(entities, 1, DAY_MS, self._from, 1 << 61)

    def add(self, chunk: Ints, rows: Followed, visits: Visits, capacity: Facts, wrap_up: Facts) -> None:
        """Count a chunk."""
        kind = chunk[:, 5]
        counted = chunk[:, 0] >= self._from
        money = chunk[(kind == Event.MONEY) & counted]
        self._money[0] += total_by(money[:, 6], None, LEDGERS * LEDGERS)
        self._money[1] += total_by(money[:, 6], money[:, 7], LEDGERS * LEDGERS)
        balance = chunk[kind == Event.BALANCE]
        self._balances += total_by(balance[:, 6], balance[:, 7], LEDGERS)
        stop = chunk[(kind == Event.DOWN) & counted]
        self._stops += total_by(stop[:, 4] * 2 + stop[:, 6], None, len(self._stops))
        machine = chunk[(kind == Event.DOWN) | (kind == Event.UP)]
        self._down.add(machine[:, 4], machine[:, 0], np.where(machine[:, 5] == Event.DOWN, 1, -1))
        refused = (rows.kind == Event.REFUSED) & (rows.t_ms >= self._from)
        cell = rows.code[refused] % self._rules * self._step_count + rows.step[refused] % self._step_count
        self._refusals += total_by(cell, None, len(self._refusals))
        for areas, facts in ((self._busy, visits.inside), (self._busy, wrap_up), (self._capacity, capacity)):
            group = np.clip(facts.value, 0, self._width - 1)
            areas.add(facts.station * self._width + group, facts.t_ms, facts.what)

    def result(self, end_ms: int) -> FlowsResult:
        """The totals as of a run that ended at end_ms."""
        return FlowsResult(
            movements=self._money[0].reshape(LEDGERS, LEDGERS).copy(),
            fen=self._money[1].reshape(LEDGERS, LEDGERS).copy(),
            balances=self._balances.copy(),
            stops=self._stops.reshape(-1, 2).copy(),
            down=self._down.result(end_ms)[:, 0],
            group_busy=self._busy.result(end_ms).reshape(-1, self._width),
            group_capacity=self._capacity.result(end_ms).reshape(-1, self._width),
            refusals=self._refusals.reshape(self._rules, self._step_count).copy(),
            time=self._down.length_ms(end_ms),
        )
