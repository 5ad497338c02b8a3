"""What happens at which time of the day: waits by hour, people and servers by quarter of an hour, calls by half hour.

All days of the run are laid over one another, so the size does not depend on the length of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.counting_columns import HALF_HOURS, JOINED_A_QUEUE, QUARTERS, Ending
from sim.metrics.counting import Ints, areas_by_day, slot_time
from sim.metrics.names import DAY_MS, Names

HOURS = 24
_LEVELS = 3
"""Step functions by quarter of the day: people waiting, people served with wrap-up, servers on duty."""


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
    """The sums of the time after the warm-up while compiled code counts them."""

    def __init__(self, names: Names) -> None:
        groups = list(dict.fromkeys(s.group for s in names.stations))
        self._group = np.array([groups.index(s.group) for s in names.stations] or [0], dtype=np.int64)
        self._groups, self._from = max(1, len(groups)), names.warm_up_ms
        self._days = names.days
        stations = len(self._group)
        self._attempts = np.zeros((HALF_HOURS, stations, col.ATTEMPT_WIDTH), dtype=np.int64)
        self._by_quarter = np.zeros((_LEVELS, QUARTERS, stations, 2), dtype=np.int64)
        self._by_day = np.zeros((_LEVELS, stations), dtype=np.int64)
        self._active = np.zeros((names.days, self._groups), dtype=np.int64)
        self._staffed = np.zeros((self._groups, 2), dtype=np.int64)

    def tables(self) -> dict[str, Ints]:
        """Tables of compiled code."""
        return {
            "group": np.append(self._group, 0), "attempts": self._attempts, "by_quarter": self._by_quarter,
            "by_day": self._by_day, "active": self._active, "staffed": self._staffed,
        }  # fmt: skip

    def _of_groups(self, by_station: Ints) -> Ints:
        """Sums of the stations of each group: [..., group, slot] from [..., station, slot]."""
        result = np.zeros((*by_station.shape[:-2], self._groups, by_station.shape[-1]), dtype=np.int64)
        for station, group in enumerate(self._group.tolist()):
            result[..., group, :] += by_station[..., station, :]
        return result

    def _active_days(self) -> Ints:
        """Days after the warm-up on which somebody came, or anybody was on duty, by group."""
        measured = max(1, self._days - self._from // DAY_MS)
        staffed, changed = self._staffed.T > 0
        return np.where(staffed & ~changed, measured, self._active.sum(axis=0)).astype(np.int64)

    def result(self, end_ms: int) -> DaytimeResult:
        """The sums as of a run that ended at end_ms."""
        by_half_hour = self._attempts.transpose(2, 1, 0)  # [ending or wait, station, half hour]
        endings, wait = by_half_hour[: len(Ending)], by_half_hour[col.ATTEMPT_WAIT]
        joined = endings[list(JOINED_A_QUEUE)].sum(axis=0)
        until_ms = max(end_ms, self._from)  # levels begin with what is counted: no areas if the run ended before
        queue, inside, capacity = (
            areas_by_day(levels, by_day, until_ms)
            for levels, by_day in zip(self._by_quarter, self._by_day, strict=True)
        )
        return DaytimeResult(
            joined=_by_hour(joined),
            wait=_by_hour(wait),
            endings=self._of_groups(endings),
            group_joined=self._of_groups(joined),
            group_wait=self._of_groups(wait),
            days=self._active_days(),
            queue=self._of_groups(queue),
            busy=self._of_groups(inside),
            capacity=self._of_groups(capacity),
            station_busy=_by_hour(inside),
            station_capacity=_by_hour(capacity),
            hour_time=slot_time(HOURS, end_ms) - slot_time(HOURS, min(self._from, end_ms)),
        )


def _by_hour(by_slot: Ints) -> Ints:
    """Sums of the slots of each hour."""
    return np.asarray(by_slot.reshape(len(by_slot), HOURS, -1).sum(axis=2))
