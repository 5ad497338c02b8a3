"""What happens at which time of the day: waits and calls by half hour, people and servers by quarter of an hour.

All days of a kind (working days, Saturdays, Sundays and holidays) are laid over one another, group by group, so the
size depends neither on the length of the run nor on the number of stations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.counting_columns import DAY_KINDS, HALF_HOURS, QUARTERS, Ending
from sim.metrics.counting import Ints, areas_by_day, slot_time
from sim.metrics.names import DAY_MS, Names

_LEVELS = 3
"""Step functions by quarter of the day: people waiting, people served with wrap-up, servers on duty."""


@dataclass(frozen=True)
class DaytimeResult:
    """Sums by kind of day and time of the day.  Areas are ms * people or servers."""

    endings: Ints  # [Ending, kind, group, half hour] of attempts, by when they began
    wait: Ints  # [kind, group, half hour] of those who joined a queue
    within: Ints  # [threshold, kind, group, half hour] served after a wait up to it
    days: Ints  # [kind, group] days on which somebody came or was on duty
    queue: Ints  # [kind, group, quarter]
    busy: Ints  # [kind, group, quarter]
    capacity: Ints  # [kind, group, quarter]

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Daytime:
    """The sums of the time after the warm-up while compiled code counts them."""

    def __init__(self, names: Names, thresholds_ms: Sequence[int] = ()) -> None:
        self.thresholds_ms = tuple(thresholds_ms)
        groups = list(dict.fromkeys(s.group for s in names.stations))
        self._group = np.array([groups.index(s.group) for s in names.stations] or [0], dtype=np.int64)
        self._from, self._days, self._kinds = names.warm_up_ms, names.days, names.kinds_of_days()
        of_kind = self._kinds[:, None] == np.arange(DAY_KINDS)
        self._before = np.cumsum(of_kind, axis=0, dtype=np.int64) - of_kind
        self._limits = np.array(thresholds_ms, dtype=np.int64)
        size, width = max(1, len(groups)), col.ATTEMPT_WIDTH + len(self._limits)
        self._attempts = np.zeros((DAY_KINDS, HALF_HOURS, size, width), dtype=np.int64)
        self._by_quarter = np.zeros((_LEVELS, DAY_KINDS, QUARTERS, size, 2), dtype=np.int64)
        self._by_day = np.zeros((_LEVELS, size, DAY_KINDS), dtype=np.int64)
        self._active = np.zeros((names.days, size), dtype=np.int64)
        self._staffed = np.zeros((size, 2), dtype=np.int64)

    def tables(self) -> dict[str, Ints]:
        """Tables of compiled code."""
        return {
            "group": np.append(self._group, 0), "kinds": self._kinds, "days_before": self._before,
            "limits": self._limits, "attempts": self._attempts, "by_quarter": self._by_quarter,
            "by_day": self._by_day, "active": self._active, "staffed": self._staffed,
        }  # fmt: skip

    def _active_days(self, end_ms: int) -> Ints:
        """Days after the warm-up on which somebody came, or anybody was on duty, by kind and group."""
        first = min(self._from // DAY_MS, self._days - 1)
        last = min(max(-(-end_ms // DAY_MS), first + 1), self._days)
        measured = np.bincount(self._kinds[first:last], minlength=DAY_KINDS)
        active = np.stack([self._active[self._kinds == kind].sum(axis=0) for kind in range(DAY_KINDS)])
        staffed, changed = self._staffed.T > 0
        return np.where(staffed & ~changed, measured[:, None], active).astype(np.int64)

    def result(self, end_ms: int) -> DaytimeResult:
        """The sums as of a run that ended at end_ms."""
        attempts = self._attempts.transpose(3, 0, 2, 1)  # [ending, wait or threshold, kind, group, half hour]
        until_ms = max(end_ms, self._from)  # levels begin with what is counted: no areas if the run ended before
        last = min(until_ms // DAY_MS, self._days - 1)
        kind, before = int(self._kinds[last]), self._before[last].copy()
        before[kind] += until_ms // DAY_MS - last
        end = slot_time(QUARTERS, until_ms, kind, before)
        queue, inside, capacity = (
            areas_by_day(levels, by_day, end) for levels, by_day in zip(self._by_quarter, self._by_day, strict=True)
        )
        return DaytimeResult(
            endings=attempts[: len(Ending)].copy(),
            wait=attempts[col.ATTEMPT_WAIT].copy(),
            within=attempts[col.ATTEMPT_WIDTH :].copy(),
            days=self._active_days(end_ms),
            queue=queue,
            busy=inside,
            capacity=capacity,
        )
