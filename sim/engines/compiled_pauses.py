"""How long a case of the compiled engine pauses: plain times, working days, cut-offs, the next opening hours."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import share, time
from sim.engines.compiled_types import Words, compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.demand import DAY_MS
from sim.engines.draws import For
from sim.program import LONGEST_AGO_MS, WaitKind

_WAIT, _VISIT = int(For.WAIT), int(For.VISIT)
_NOW, _PLAIN, _NEXT, _DATES = int(WaitKind.NOW), int(WaitKind.PLAIN), int(WaitKind.NEXT), int(WaitKind.DATES)
_NEVER_MS = 1 << 61
DAYS_BEFORE = LONGEST_AGO_MS // DAY_MS
"""Days before the run of which it is known whether they are working days."""


@compiled
def _asked(w: World, first: int, last: int) -> None:
    """Remember which days of the calendar the run relied on."""
    g = w.g
    if g[col.DAY_HIGH] < g[col.DAY_LOW]:
        g[col.DAY_LOW], g[col.DAY_HIGH] = first, last
    g[col.DAY_LOW] = min(g[col.DAY_LOW], first)
    g[col.DAY_HIGH] = max(g[col.DAY_HIGH], last)


@inlined
def _before(w: World, day: int) -> int:
    """Working days before a day, counted from DAYS_BEFORE the run on."""
    return int(w.days[day + DAYS_BEFORE])


@compiled
def add_workdays(w: World, t_ms: int, n: int, clock_ms: int) -> int:
    """Moment `clock_ms` on the n-th working day after the day of `t_ms` (n = 0: that day itself)."""
    today = t_ms // DAY_MS
    if n == 0:
        return int(today * DAY_MS + clock_ms)
    wanted = _before(w, today + 1) + n
    if w.days[len(w.days) - 1] < wanted:
        w.g[col.TROUBLE] = 1
        return int(t_ms)
    day = today + n
    while _before(w, day + 1) < wanted:
        day += 1
    _asked(w, today, day)
    return int(day * DAY_MS + clock_ms)


@compiled
def _next_clock(w: World, case: int, row: Words) -> int:
    """The next cut-off on a working day; who leaves at the same cut-off belongs to one batch."""
    now = w.g[col.NOW]
    day = now // DAY_MS
    _asked(w, day, day)
    if _before(w, day + 1) > _before(w, day):
        for clock in range(row[col.CLOCKS_FROM], row[col.CLOCKS_TO]):
            if day * DAY_MS + w.ints[clock] > now:
                w.case[case, col.BATCH] = day * DAY_MS + w.ints[clock]
                return int(w.case[case, col.BATCH])
    w.case[case, col.BATCH] = add_workdays(w, now, 1, w.ints[row[col.CLOCKS_FROM]])
    return int(w.case[case, col.BATCH])


@inlined
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
    if kind == _DATES:
        return int((now // DAY_MS + length // DAY_MS + 1) * DAY_MS)
    clock_ms = now % DAY_MS
    if row[col.CLOCKS_TO] > row[col.CLOCKS_FROM]:
        clock_ms = w.ints[row[col.CLOCKS_FROM]]
    return add_workdays(w, now, length, clock_ms)


@inlined
def _point_after(w: World, place: Words, t_ms: int) -> int:
    """Which of a place's hours is the first that is later than a moment: times stand in `ints`, weights in `reals`."""
    first, days = place[col.HOURS_FROM], place[col.HOURS_DAYS]
    count = place[col.HOURS_TO] - first
    point = w.ints[days + min(t_ms // DAY_MS, w.ints[first + count - 1] // DAY_MS)]
    while point < count and w.ints[first + point] <= t_ms:
        point += 1
    return int(point)


@inlined
def _weight_at(w: World, place: Words, t_ms: int, point: int) -> float:
    """The weight of the hours up to a moment, which lies before a point."""
    first, weights = place[col.HOURS_FROM], place[col.HOURS_WEIGHT]
    if point == place[col.HOURS_TO] - first:
        return float(w.reals[weights + point - 1])
    if point == 0:
        return 0.0
    before, after = w.reals[weights + point - 1], w.reals[weights + point]
    start = w.ints[first + point - 1]
    return float(before + (after - before) * ((t_ms - start) / (w.ints[first + point] - start)))


@inlined
def _time_at(w: World, place: Words, target: float, point: int) -> int:
    """The moment up to which the hours have a weight that is reached at a point or later."""
    first, weights = place[col.HOURS_FROM], place[col.HOURS_WEIGHT]
    last = place[col.HOURS_TO] - first - 1
    while point < last and w.reals[weights + point] <= target:
        point += 1
    point = min(max(1, point), last)
    before = w.reals[weights + point - 1]
    rise = w.reals[weights + point] - before
    part = (target - before) / rise if rise > 0.0 else 0.0
    start = w.ints[first + point - 1]
    return int(start + part * (w.ints[first + point] - start))


@inlined
def _visit_time(w: World, place: Words, t_ms: int, part: float) -> int:
    """When somebody who is free from t_ms on comes to a place with these hours (sim.engines.pauses.visit_time)."""
    if place[col.HOURS_TO] == place[col.HOURS_FROM]:
        return t_ms
    end = w.ints[place[col.HOURS_TO] - 1]
    while t_ms < end:
        day_end = min((t_ms // DAY_MS + 1) * DAY_MS, end)
        point = _point_after(w, place, t_ms)
        low = _weight_at(w, place, t_ms, point)
        high = _weight_at(w, place, day_end, _point_after(w, place, day_end))
        if high > low:
            return max(t_ms, _time_at(w, place, low + part * (high - low), point))
        t_ms = day_end
    return _NEVER_MS


@compiled
def until(w: World, case: int, wait: int, station: int) -> int:
    """The moment (ms) at which the pause is over; `station` is where the case then goes, if it visits one."""
    row = w.wait[wait]
    t_ms = _plain(w, case, row)
    if not row[col.WAIT_VISIT] or station < 0:
        return t_ms
    return _visit_time(w, w.station[station], t_ms, share(w, case, _VISIT, 0))


@compiled
def workdays_between(w: World, a_ms: int, b_ms: int) -> int:
    """Working days strictly after the day of `a_ms`, up to and including the day of `b_ms`; 0 if b is not later."""
    first, last = a_ms // DAY_MS, b_ms // DAY_MS
    if last <= first:
        return 0
    _asked(w, first, last)
    return int(_before(w, last + 1) - _before(w, first + 1))
