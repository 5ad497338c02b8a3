"""Working days of mainland China: public holidays and make-up working days counted properly (rule C3).

The State Council announces a year's holidays in the November before.  Known years come from the chinese_calendar
package; a scenario overrides days or declares a later year as fully given (`covers`).  A year that is neither is
counted Monday to Friday *and* listed in `unannounced_years`, because an unannounced year must never pass as fact.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from enum import IntEnum, unique

import numpy as np
from chinese_calendar import constants
from numpy.typing import NDArray

DAY_MS = 86_400_000
_CHUNK = 512
_SATURDAY = 5

ANNOUNCED_YEARS = frozenset(day.year for day in constants.holidays)
"""Years whose holidays chinese_calendar knows."""


@unique
class DayKind(IntEnum):
    """Kinds of day a service is staffed and visited differently on.

    Opening hours are given for weekdays, Saturdays and Sundays; a make-up working day is a working day, and a weekday
    off is as quiet as a Sunday.
    """

    WORKING = 0
    SATURDAY = 1  # one that is not worked
    SUNDAY_OR_HOLIDAY = 2


def kinds_of(works: NDArray[np.bool_], first_weekday: int) -> NDArray[np.int64]:
    """Kind of each of consecutive days, the first of which is that weekday (Monday 0)."""
    weekday = (first_weekday + np.arange(len(works))) % 7
    off = np.where(weekday == _SATURDAY, DayKind.SATURDAY, DayKind.SUNDAY_OR_HOLIDAY)
    return np.where(works, DayKind.WORKING, off).astype(np.int64)


class Calendar:
    """Days of a run, numbered from its start date (day 0); earlier days have negative numbers.

    Nothing is precomputed beyond the horizon asked for: later (and earlier) days are added when somebody asks.
    """

    def __init__(
        self,
        start: date,
        days: int,
        *,
        workdays: Iterable[date] = (),
        holidays: Iterable[date] = (),
        covers: Iterable[int] = (),
    ) -> None:
        """Prepare `days` days from `start`; `workdays` and `holidays` override single days, `covers` whole years."""
        self.start = start
        self.days = days
        self._ordinal = start.toordinal()
        self._forced = dict.fromkeys(workdays, True) | dict.fromkeys(holidays, False)
        self._given = frozenset(covers)
        self._unannounced: set[int] = set()
        self._low = 0
        self._work: list[bool] = []
        self._count: list[int] = [0]  # _count[i]: working days among the first i days stored
        self._extend_up(max(days, 1))
        self._touch(0, max(days, 1) - 1)

    @property
    def unannounced_years(self) -> tuple[int, ...]:
        """Years of the horizon, and of any day asked for since, counted Monday to Friday for want of a list."""
        return tuple(sorted(self._unannounced))

    def day_of(self, t_ms: int) -> int:
        """Number of the day that contains the moment."""
        return t_ms // DAY_MS

    def date_of(self, day: int) -> date:
        """Date of a day number."""
        return date.fromordinal(self._ordinal + day)

    def day_number(self, when: date) -> int:
        """Day number of a date."""
        return when.toordinal() - self._ordinal

    def weekday(self, day: int) -> int:
        """Day of the week, Monday 0 to Sunday 6."""
        return (self._ordinal + day - 1) % 7

    def is_workday(self, day: int) -> bool:
        """Whether offices work on that day."""
        self._reach(day, day)
        self._touch(day, day)
        return self._work[day - self._low]

    def workday_flags(self, first_day: int, last_day: int) -> NDArray[np.bool_]:
        """Flags of the days first..last inclusive, as an array for engines."""
        self._reach(first_day, last_day)
        self._touch(first_day, last_day)
        return np.array(self._work[first_day - self._low : last_day - self._low + 1], dtype=np.bool_)

    def peek_workdays(self, first_day: int, last_day: int) -> NDArray[np.bool_]:
        """As `workday_flags`, without noting that somebody relied on these days."""
        self._reach(first_day, last_day)
        return np.array(self._work[first_day - self._low : last_day - self._low + 1], dtype=np.bool_)

    def kinds(self, days: int) -> NDArray[np.int64]:
        """`DayKind` of each of the first days, without noting that somebody relied on them."""
        return kinds_of(self.peek_workdays(0, days - 1), self.weekday(0))

    def add_workdays(self, t_ms: int, n: int, clock_ms: int) -> int:
        """Moment `clock_ms` on the n-th working day after the day of `t_ms` (n = 0: that day itself)."""
        if n < 0:
            msg = f"cannot go back {-n} working days"
            raise ValueError(msg)
        today = self.day_of(t_ms)
        if n == 0:
            return today * DAY_MS + clock_ms
        self._reach(today, today + n)
        wanted = self._count[today - self._low + 1] + n
        while self._count[-1] < wanted:
            self._extend_up(len(self._work) + _CHUNK)
        day = self._low + bisect_left(self._count, wanted) - 1
        self._touch(today, day)
        return day * DAY_MS + clock_ms

    def workdays_between(self, a_ms: int, b_ms: int) -> int:
        """Working days strictly after the day of `a_ms`, up to and including the day of `b_ms`; 0 if b is not later."""
        first, last = self.day_of(a_ms), self.day_of(b_ms)
        if last <= first:
            return 0
        self._reach(first, last)
        self._touch(first, last)
        return self._count[last - self._low + 1] - self._count[first - self._low + 1]

    def _reach(self, first_day: int, last_day: int) -> None:
        """Store days so that first..last are among them."""
        if first_day < self._low:
            self._extend_down(first_day - _CHUNK)
        if last_day - self._low >= len(self._work):
            self._extend_up(last_day - self._low + _CHUNK)

    def _extend_up(self, size: int) -> None:
        for day in range(self._low + len(self._work), self._low + size):
            works = self._rule(self.date_of(day))
            self._work.append(works)
            self._count.append(self._count[-1] + works)

    def _extend_down(self, low: int) -> None:
        earlier = [self._rule(self.date_of(day)) for day in range(low, self._low)]
        self._work = earlier + self._work
        self._low = low
        self._count = [0, *np.cumsum(self._work).tolist()]

    def _rule(self, when: date) -> bool:
        """Override first; then Monday to Friday, in years not given by the scenario with the announced changes."""
        if when in self._forced:
            return self._forced[when]
        if when.year in self._given:
            return when.weekday() < _SATURDAY
        if when in constants.workdays:
            return True
        return when.weekday() < _SATURDAY and when not in constants.holidays

    def _touch(self, first_day: int, last_day: int) -> None:
        """Remember the unannounced years among the days somebody relied on."""
        for year in range(self.date_of(first_day).year, self.date_of(last_day).year + 1):
            if year not in self._given and year not in ANNOUNCED_YEARS:
                self._unannounced.add(year)


def uncovered_years(start: date, days: int, covers: Iterable[int] = ()) -> tuple[int, ...]:
    """Years of a horizon whose holidays are neither announced nor given by the scenario."""
    last = start + timedelta(days=max(days, 1) - 1)
    return tuple(sorted(set(range(start.year, last.year + 1)) - ANNOUNCED_YEARS - set(covers)))
