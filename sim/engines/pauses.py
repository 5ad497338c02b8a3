"""How long a case pauses before a step: plain times, working days, cut-offs, and the next opening hours."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engines.demand import DAY_MS
from sim.engines.draws import For
from sim.program import NONE, WaitKind

if TYPE_CHECKING:
    from sim.engines.clock import Clock
    from sim.engines.draws import Draws
    from sim.engines.queue import Case
    from sim.program import HoursRow, Program, WaitRow

_NEVER_MS = 1 << 61


class Pauses:
    """Turns a WaitRow into the moment at which a case goes on."""

    def __init__(self, program: Program, clock: Clock, draws: Draws) -> None:
        self.program = program
        self.clock = clock
        self.draws = draws

    def until(self, case: Case, wait: int, station: int) -> int:
        """The moment (ms) at which the pause is over; `station` is where the case then goes, if it visits one."""
        row = self.program.waits[wait]
        t_ms = self._plain(case, row)
        if not row.visit or station == NONE:
            return t_ms
        hours = self.program.hours[self.program.stations[station].hours]
        return visit_time(hours, t_ms, self.draws.share(case, For.VISIT))

    def _plain(self, case: Case, row: WaitRow) -> int:
        now = self.clock.now_ms
        if row.kind == WaitKind.NOW:
            return now
        if row.kind == WaitKind.NEXT:
            return self._next_clock(case, row)
        length = self.draws.time(case, row.dist, For.WAIT)
        if row.kind == WaitKind.PLAIN:
            return now + length
        if row.kind == WaitKind.DATES:
            return (now // DAY_MS + length // DAY_MS + 1) * DAY_MS
        clock_ms = row.clocks_ms[0] if row.clocks_ms else now % DAY_MS
        return self.program.calendar.add_workdays(now, length, clock_ms)

    def _next_clock(self, case: Case, row: WaitRow) -> int:
        """The next cut-off on a working day; who leaves at the same cut-off belongs to one batch."""
        now = self.clock.now_ms
        calendar = self.program.calendar
        day = now // DAY_MS
        if calendar.is_workday(day):
            for clock_ms in row.clocks_ms:
                if day * DAY_MS + clock_ms > now:
                    case.batch = day * DAY_MS + clock_ms
                    return case.batch
        case.batch = calendar.add_workdays(now, 1, row.clocks_ms[0])
        return case.batch


def visit_time(hours: HoursRow, t_ms: int, share: float) -> int:
    """When somebody who is free from t_ms on comes to a place with these hours.

    On the first day that still has opening time after t_ms, at a moment drawn from what is left of that day by the
    hours' arrival weight.  A place that never opens again is never visited.
    """
    times, weight = hours.times_ms, hours.weight
    if not times:
        return t_ms
    while t_ms < times[-1]:
        day_end = (t_ms // DAY_MS + 1) * DAY_MS
        low, high = _weight_at(times, weight, t_ms), _weight_at(times, weight, min(day_end, times[-1]))
        if high > low:
            return max(t_ms, _time_at(times, weight, low + share * (high - low)))
        t_ms = day_end
    return _NEVER_MS


def _weight_at(times: tuple[int, ...], weight: tuple[float, ...], t_ms: int) -> float:
    right = bisect_right(times, t_ms)
    if right == len(times):
        return weight[-1]
    if right == 0:
        return 0.0
    left = right - 1
    return weight[left] + (weight[right] - weight[left]) * ((t_ms - times[left]) / (times[right] - times[left]))


def _time_at(times: tuple[int, ...], weight: tuple[float, ...], target: float) -> int:
    right = min(max(1, bisect_right(weight, target)), len(times) - 1)
    left = right - 1
    rise = weight[right] - weight[left]
    part = (target - weight[left]) / rise if rise > 0.0 else 0.0
    return int(times[left] + part * (times[right] - times[left]))
