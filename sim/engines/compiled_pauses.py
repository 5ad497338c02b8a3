"""How long a case of the compiled engine pauses: plain times, working days, cut-offs, the next opening hours."""

from __future__ import annotations

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import share, time
from sim.engines.compiled_types import Reals, Row, compiled
from sim.engines.compiled_world import World
from sim.engines.demand import DAY_MS
from sim.engines.draws import For
from sim.program import WaitKind

_WAIT, _VISIT = int(For.WAIT), int(For.VISIT)
_NOW, _PLAIN, _NEXT = int(WaitKind.NOW), int(WaitKind.PLAIN), int(WaitKind.NEXT)
_NEVER_MS = 1 << 61


@compiled
def _asked(w: World, first: int, last: int) -> None:
    """Remember which days of the calendar the run relied on."""
    g = w.g
    if g[col.DAY_HIGH] < g[col.DAY_LOW]:
        g[col.DAY_LOW], g[col.DAY_HIGH] = first, last
    g[col.DAY_LOW] = min(g[col.DAY_LOW], first)
    g[col.DAY_HIGH] = max(g[col.DAY_HIGH], last)


@compiled
def add_workdays(w: World, t_ms: int, n: int, clock_ms: int) -> int:
    """Moment `clock_ms` on the n-th working day after the day of `t_ms` (n = 0: that day itself)."""
    today = t_ms // DAY_MS
    if n == 0:
        return int(today * DAY_MS + clock_ms)
    wanted = w.days[today + 1] + n
    if w.days[-1] < wanted:
        w.g[col.TROUBLE] = 1
        return int(t_ms)
    day = np.searchsorted(w.days, wanted) - 1
    _asked(w, today, day)
    return int(day * DAY_MS + clock_ms)


@compiled
def _next_clock(w: World, case: int, row: Row) -> int:
    """The next cut-off on a working day; who leaves at the same cut-off belongs to one batch."""
    now = w.g[col.NOW]
    day = now // DAY_MS
    _asked(w, day, day)
    if w.days[day + 1] > w.days[day]:
        for clock in range(row[col.CLOCKS_FROM], row[col.CLOCKS_TO]):
            if day * DAY_MS + w.ints[clock] > now:
                w.case[case, col.BATCH] = day * DAY_MS + w.ints[clock]
                return int(w.case[case, col.BATCH])
    w.case[case, col.BATCH] = add_workdays(w, now, 1, w.ints[row[col.CLOCKS_FROM]])
    return int(w.case[case, col.BATCH])


@compiled
def _plain(w: World, case: int, row: Row) -> int:
    now = w.g[col.NOW]
    kind = row[col.WAIT_KIND]
    if kind == _NOW:
        return int(now)
    if kind == _NEXT:
        return _next_clock(w, case, row)
    length = time(w, case, row[col.WAIT_DIST], _WAIT, 0)
    if kind == _PLAIN:
        return int(now + length)
    clock_ms = now % DAY_MS
    if row[col.CLOCKS_TO] > row[col.CLOCKS_FROM]:
        clock_ms = w.ints[row[col.CLOCKS_FROM]]
    return add_workdays(w, now, length, clock_ms)


@compiled
def _weight_at(times: Row, weight: Reals, t_ms: int) -> float:
    right = np.searchsorted(times, t_ms, side="right")
    if right == len(times):
        return float(weight[-1])
    if right == 0:
        return 0.0
    left = right - 1
    return float(weight[left] + (weight[right] - weight[left]) * ((t_ms - times[left]) / (times[right] - times[left])))


@compiled
def _time_at(times: Row, weight: Reals, target: float) -> int:
    right = min(max(1, int(np.searchsorted(weight, target, side="right"))), len(times) - 1)
    left = right - 1
    rise = weight[right] - weight[left]
    part = (target - weight[left]) / rise if rise > 0.0 else 0.0
    return int(times[left] + part * (times[right] - times[left]))


@compiled
def visit_time(times: Row, weight: Reals, t_ms: int, part: float) -> int:
    """When somebody who is free from t_ms on comes to a place with these hours (sim.engines.pauses.visit_time)."""
    if len(times) == 0:
        return t_ms
    end = times[-1]
    while t_ms < end:
        day_end = (t_ms // DAY_MS + 1) * DAY_MS
        low, high = _weight_at(times, weight, t_ms), _weight_at(times, weight, min(day_end, end))
        if high > low:
            return max(t_ms, _time_at(times, weight, low + part * (high - low)))
        t_ms = day_end
    return _NEVER_MS


@compiled
def until(w: World, case: int, wait: int, station: int) -> int:
    """The moment (ms) at which the pause is over; `station` is where the case then goes, if it visits one."""
    row = w.wait[wait]
    t_ms = _plain(w, case, row)
    if not row[col.WAIT_VISIT] or station < 0:
        return t_ms
    place = w.station[station]
    first, last = place[col.HOURS_FROM], place[col.HOURS_TO]
    weights = place[col.HOURS_WEIGHT]
    return visit_time(w.ints[first:last], w.reals[weights : weights + last - first], t_ms, share(w, case, _VISIT, 0))


@compiled
def workdays_between(w: World, a_ms: int, b_ms: int) -> int:
    """Working days strictly after the day of `a_ms`, up to and including the day of `b_ms`; 0 if b is not later."""
    first, last = a_ms // DAY_MS, b_ms // DAY_MS
    if last <= first:
        return 0
    _asked(w, first, last)
    return int(w.days[last + 1] - w.days[first + 1])
