"""How long a case of the compiled engine pauses: plain times, working days, cut-offs, the next opening hours."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import share, time
from sim.engines.compiled_types import Words, compiled
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
    if w.days[len(w.days) - 1] < wanted:
        w.g[col.TROUBLE] = 1
        return int(t_ms)
    day = today + n
    while w.days[day + 1] < wanted:
        day += 1
    _asked(w, today, day)
    return int(day * DAY_MS + clock_ms)


@compiled
def _next_clock(w: World, case: int, row: Words) -> int:
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
def _plain(w: World, case: int, row: Words) -> int:
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
def _times_until(w: World, first: int, last: int, t_ms: int) -> int:
    """The position after the last of the growing times first..last-1 in `ints` that is not later."""
    while first < last:
        middle = (first + last) // 2
        if t_ms < w.ints[middle]:
            last = middle
        else:
            first = middle + 1
    return first


@compiled
def _weight_at(w: World, first: int, last: int, weights: int, t_ms: int) -> float:
    """The weight of the opening hours before a moment.  Times stand in `ints`, weights in `reals`."""
    right = _times_until(w, first, last, t_ms)
    if right == last:
        return float(w.reals[weights + last - first - 1])
    if right == first:
        return 0.0
    before, after = w.reals[weights + right - first - 1], w.reals[weights + right - first]
    start = w.ints[right - 1]
    return float(before + (after - before) * ((t_ms - start) / (w.ints[right] - start)))


@compiled
def _time_at(w: World, first: int, last: int, weights: int, target: float) -> int:
    low, high = 0, last - first
    while low < high:
        middle = (low + high) // 2
        if target < w.reals[weights + middle]:
            high = middle
        else:
            low = middle + 1
    right = min(max(1, low), last - first - 1)
    before = w.reals[weights + right - 1]
    rise = w.reals[weights + right] - before
    part = (target - before) / rise if rise > 0.0 else 0.0
    start = w.ints[first + right - 1]
    return int(start + part * (w.ints[first + right] - start))


@compiled
def _visit_time(w: World, first: int, last: int, weights: int, t_ms: int, part: float) -> int:
    """When somebody who is free from t_ms on comes to a place with these hours (sim.engines.pauses.visit_time)."""
    if first == last:
        return t_ms
    end = w.ints[last - 1]
    while t_ms < end:
        day_end = (t_ms // DAY_MS + 1) * DAY_MS
        low = _weight_at(w, first, last, weights, t_ms)
        high = _weight_at(w, first, last, weights, min(day_end, end))
        if high > low:
            return max(t_ms, _time_at(w, first, last, weights, low + part * (high - low)))
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
    part = share(w, case, _VISIT, 0)
    return _visit_time(w, place[col.HOURS_FROM], place[col.HOURS_TO], place[col.HOURS_WEIGHT], t_ms, part)


@compiled
def workdays_between(w: World, a_ms: int, b_ms: int) -> int:
    """Working days strictly after the day of `a_ms`, up to and including the day of `b_ms`; 0 if b is not later."""
    first, last = a_ms // DAY_MS, b_ms // DAY_MS
    if last <= first:
        return 0
    _asked(w, first, last)
    return int(w.days[last + 1] - w.days[first + 1])
