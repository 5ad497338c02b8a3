"""Opening hours, duty rosters and arrival weights laid out over the days of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.program import Change, Closing, HoursRow, Timetable

if TYPE_CHECKING:
    from sim.calendar import Calendar
    from sim.scenario.schema import Scenario
    from sim.scenario.schema_people import HoursTable, ProfileTable

DAY_MS = 86_400_000
ALWAYS = "always"
VISITS = "visits"
"""The profile of this name shapes at what time of day people come for their later steps."""
_FRIDAY = 4
_SATURDAY = 5

Intervals = tuple[tuple[int, int], ...]
Change4 = tuple[int, int, int, int]
Duty = tuple[tuple[int, int], ...]
"""Servers on duty: from which moment (ms), how many, in order."""


class Opening:
    """Answers when something is open, for the hours tables of one scenario on its calendar."""

    def __init__(self, scenario: Scenario, calendar: Calendar, days: int) -> None:
        self.scenario = scenario
        self.calendar = calendar
        self.days = days

    def intervals(self, name: str, day: int) -> Intervals:
        """Open intervals (ms of the day) of an hours table on a day of the run."""
        if name == ALWAYS:
            return ((0, DAY_MS),)
        return self._of_table(self.scenario.hours[name], day)

    def _of_table(self, table: HoursTable, day: int) -> Intervals:
        weekday = self.calendar.weekday(day)
        if table.public_holidays == "open":
            return table.of(weekday)
        if self.calendar.is_workday(day):
            return table.of(weekday) if weekday < _SATURDAY else table.of(weekday) or table.of(_FRIDAY)
        return table.of(weekday) if weekday >= _SATURDAY else ()

    def spans(self, name: str | Intervals) -> Iterator[tuple[int, int]]:
        """Open spans of the whole run in ms since its start, those that touch joined."""
        last: tuple[int, int] | None = None
        for day in range(self.days):
            intervals = self.intervals(name, day) if isinstance(name, str) else name
            for first, until in intervals:
                span = (day * DAY_MS + first, day * DAY_MS + until)
                if last is not None and span[0] <= last[1]:
                    last = (last[0], max(last[1], span[1]))
                    continue
                if last is not None:
                    yield last
                last = span
        if last is not None:
            yield last

    def visiting(self, name: str) -> HoursRow:
        """Opening hours as cumulative arrival weight, for the choice of a moment to come."""
        if name == ALWAYS:
            return HoursRow()
        profile = self.scenario.profiles.get(VISITS)
        times: list[int] = []
        weights: list[float] = []
        total = 0.0
        for day in range(self.days):
            base = day * DAY_MS
            _point(times, weights, base, total)
            for first, until in self.intervals(name, day):
                for low, high, weight in pieces(profile, first, until):
                    _point(times, weights, base + low, total)
                    total += (high - low) / 3_600_000 * weight
                    _point(times, weights, base + high, total)
        _point(times, weights, self.days * DAY_MS, total)
        return HoursRow(tuple(times), tuple(weights))

    def timetable(self, hours: str, duties: Sequence[Duty], closing: Closing, last_ticket_ms: int | None) -> Timetable:
        """Doors by the place's hours, servers by each group's own duty."""
        changes: list[Change4] = []
        if closing != Closing.KEEP and hours != ALWAYS:
            changes += self._doors(hours, last_ticket_ms)
        for number, duty in enumerate(duties):
            changes += [(t_ms, int(Change.CAPACITY), number, servers) for t_ms, servers in duty]
        return Timetable(tuple(sorted(set(changes))))

    def _doors(self, hours: str, last_ticket_ms: int | None) -> list[Change4]:
        changes: list[Change4] = []
        spans = list(self.spans(hours))
        if not spans or spans[0][0] > 0:
            changes.append((0, int(Change.DOOR_CLOSE), 0, 0))
        for first, until in spans:
            changes.append((first, int(Change.DOOR_OPEN), 0, 0))
            changes.append((until, int(Change.DOOR_CLOSE), 0, 0))
            if last_ticket_ms is not None:
                t_ms = until // DAY_MS * DAY_MS + last_ticket_ms
                if first < t_ms < until:
                    changes.append((t_ms, int(Change.LAST_TICKET), 0, 0))
        return changes

    def duty(self, when: str | Intervals, servers: int) -> Duty:
        """Servers on duty at certain hours: (from when, how many)."""
        if when == ALWAYS:
            return ((0, servers),)
        changes: list[tuple[int, int]] = []
        spans = list(self.spans(when))
        if not spans or spans[0][0] > 0:
            changes.append((0, 0))
        for first, until in spans:
            changes.append((first, servers))
            changes.append((until, 0))
        return tuple(changes)

    def daily(self, changes: Duty) -> Duty:
        """Changes at times of day, repeated every day."""
        return tuple((day * DAY_MS + t_ms, servers) for day in range(self.days) for t_ms, servers in changes)


def pieces(profile: ProfileTable | None, first: int, until: int) -> Iterator[tuple[int, int, float]]:
    """An interval of the day cut where the profile's weight changes: (from, to, weight)."""
    if profile is None:
        yield first, until, 1.0
        return
    at = first
    for low, high, weight in profile.clock:
        if high <= at or low >= until:
            continue
        if low > at:
            yield at, low, 1.0
            at = low
        end = min(high, until)
        yield at, end, weight
        at = end
    if at < until:
        yield at, until, 1.0


def _point(times: list[int], weights: list[float], t_ms: int, weight: float) -> None:
    if times and times[-1] == t_ms:
        weights[-1] = weight
    else:
        times.append(t_ms)
        weights.append(weight)
