"""What happens at which time of the day: waits by hour, people and servers by quarter of an hour, calls by half hour.

All days of the run are laid over one another, so the size does not depend on the length of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from sim.metrics.counting import Bools, DayAreas, Ints, total_by
from sim.metrics.names import DAY_MS, Names
from sim.metrics.visits import JOINED_A_QUEUE, Ending, Facts, Visits

HOURS, HALF_HOURS, QUARTERS = 24, 48, 96


@dataclass(frozen=True)
class DaytimeResult:
    """Sums by time of the day.  Areas are ms * people or servers."""

    joined: Ints  # [station, hour]
    wait: Ints  # [station, hour]
    endings: Ints  # [Ending, group, half hour] of attempts, by when they began
    group_joined: Ints  # [group, half hour]
    group_wait: Ints  # [group, half hour]
    days: Ints  # [group] days on which somebody came
    queue: Ints  # [group, quarter]
    busy: Ints  # [group, quarter]
    capacity: Ints  # [group, quarter]
    station_busy: Ints  # [station, hour]
    station_capacity: Ints  # [station, hour]
    hour_time: Ints  # [hour] measured time

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Daytime:
    """Collects the sums, chunk by chunk, for the time after the warm-up."""

    def __init__(self, names: Names) -> None:
        self.groups = list(dict.fromkeys(s.group for s in names.stations))
        self._group = np.array([self.groups.index(s.group) for s in names.stations] or [0], dtype=np.int64)
        self._stations, self._from = len(self._group), names.warm_up_ms
        groups = max(1, len(self.groups))
        self._joined, self._wait = self._zeros(self._stations, HOURS), self._zeros(self._stations, HOURS)
        self._endings = self._zeros(len(Ending) * groups, HALF_HOURS)
        self._group_joined, self._group_wait = self._zeros(groups, HALF_HOURS), self._zeros(groups, HALF_HOURS)
        self._active: Bools = np.zeros((groups, names.days), dtype=bool)
        self._steady: Bools = np.ones(groups, dtype=bool)  # never a change of servers: on duty every day
        self._staffed: Bools = np.zeros(groups, dtype=bool)
        self._by_quarter = [DayAreas(groups, QUARTERS, self._from) for _ in range(3)]
        self._by_hour = [DayAreas(self._stations, HOURS, self._from) for _ in range(2)]

    @staticmethod
    def _zeros(entities: int, slots: int) -> Ints:
        return np.zeros(entities * slots, dtype=np.int64)

    def add(self, visits: Visits, capacity: Facts, wrap_up: Facts) -> None:
        """Count a chunk."""
        mine = (visits.attempts.t_ms >= self._from) & (visits.attempts.station >= 0)
        self._add_attempts(visits.attempts.where(mine))
        for number, facts in ((0, visits.waiting), (1, visits.inside), (1, wrap_up), (2, capacity)):
            self._by_quarter[number].add(self._group[facts.station], facts.t_ms, facts.what)
            if number:
                self._by_hour[number - 1].add(facts.station, facts.t_ms, facts.what)
        self._staffed[self._group[capacity.station[capacity.what > 0]]] = True
        later = capacity.where(capacity.t_ms > 0)
        self._steady[self._group[later.station]] = False
        on = later.where((later.what > 0) & (later.t_ms >= self._from))
        self._active[self._group[on.station], np.minimum(on.t_ms // DAY_MS, self._active.shape[1] - 1)] = True

    def _add_attempts(self, attempts: Facts) -> None:
        in_day = attempts.t_ms % DAY_MS
        group = self._group[attempts.station]
        slot = group * HALF_HOURS + in_day // (DAY_MS // HALF_HOURS)
        self._endings += total_by(attempts.what * len(self._group_wait) + slot, None, len(self._endings))
        day = np.minimum(attempts.t_ms // DAY_MS, self._active.shape[1] - 1)
        self._active[group, day] = True
        queued = attempts.what <= max(JOINED_A_QUEUE)
        hour = (attempts.station * HOURS + in_day // (DAY_MS // HOURS))[queued]
        wait, slot = attempts.value[queued], slot[queued]
        self._joined += total_by(hour, None, len(self._joined))
        self._wait += total_by(hour, wait, len(self._wait))
        self._group_joined += total_by(slot, None, len(self._group_joined))
        self._group_wait += total_by(slot, wait, len(self._group_wait))

    def _measured_days(self) -> int:
        """Days after the warm-up."""
        return max(1, int(self._active.shape[1]) - self._from // DAY_MS)

    def result(self, end_ms: int) -> DaytimeResult:
        """The sums as of a run that ended at end_ms."""
        queue, busy, capacity = (area.result(end_ms) for area in self._by_quarter)
        station_busy, station_capacity = (area.result(end_ms) for area in self._by_hour)
        hours = self._by_hour[0]
        return DaytimeResult(
            joined=self._joined.reshape(-1, HOURS).copy(),
            wait=self._wait.reshape(-1, HOURS).copy(),
            endings=self._endings.reshape(len(Ending), -1, HALF_HOURS).copy(),
            group_joined=self._group_joined.reshape(-1, HALF_HOURS).copy(),
            group_wait=self._group_wait.reshape(-1, HALF_HOURS).copy(),
            days=np.where(self._steady & self._staffed, self._measured_days(), self._active.sum(axis=1)).astype(
                np.int64
            ),
            queue=queue,
            busy=busy,
            capacity=capacity,
            station_busy=station_busy,
            station_capacity=station_capacity,
            hour_time=hours.slot_time(end_ms) - hours.slot_time(min(self._from, end_ms)),
        )
