"""What is summed over all cases, in compiled code: by time of day, and money, machines, servers and refusals."""

from __future__ import annotations

from sim.engines import counting_columns as col
from sim.engines.compiled_types import Words, compiled, inlined, keyed_at
from sim.engines.counting_actions import (
    BY_MENU,
    ENDING,
    HAD_QUEUED,
    INTO_QUEUE,
    INTO_SERVICE,
    OFFERS,
    OUT_OF_QUEUE,
    OUT_OF_SERVICE,
    REOPENS,
)
from sim.engines.counting_columns import BOOK_BITS, LEDGERS, NO_KEY, Counts, Ending
from sim.engines.counting_cubes import lead_in_cubes, on_duty_in_cubes, wrap_up_in_cubes
from sim.engines.counting_keyed import find
from sim.log import LEADS, Event

_SERVED, _SENT_HOME, _SELF_SERVICE = int(Ending.SERVED), int(Ending.SENT_HOME), int(Ending.SELF_SERVICE)
_REFUSED, _FREE, _CAPACITY = int(Event.REFUSED), int(Event.FREE), int(Event.CAPACITY)
_LEAD, _MONEY, _BALANCE = int(Event.LEAD), int(Event.MONEY), int(Event.BALANCE)
_DOWN, _UP = int(Event.DOWN), int(Event.UP)
_LEADS, _CAUSES = len(LEADS), 2


@compiled
def turn_clock(w: Counts, t_ms: int) -> None:
    """Remember the quarter of an hour of a moment, since most that follow are in the same."""
    head = w.head
    t_ms = max(t_ms, head[col.FROM_MS])
    day = t_ms // col.DAY_MS
    quarter = (t_ms - day * col.DAY_MS) // col.QUARTER_MS
    head[col.DAY], head[col.QUARTER] = day, quarter
    head[col.QUARTER_BEGINS] = day * col.DAY_MS + quarter * col.QUARTER_MS
    head[col.QUARTER_ENDS] = head[col.QUARTER_BEGINS] + col.QUARTER_MS


@inlined
def _day_of(head: Words, t_ms: int) -> int:
    """Day of a moment."""
    if head[col.QUARTER_BEGINS] <= t_ms < head[col.QUARTER_ENDS]:
        return int(head[col.DAY])
    return t_ms // col.DAY_MS


@inlined
def _quarter_of(head: Words, t_ms: int) -> int:
    """Quarter of the day of a moment."""
    if head[col.QUARTER_BEGINS] <= t_ms < head[col.QUARTER_ENDS]:
        return int(head[col.QUARTER])
    return t_ms % col.DAY_MS // col.QUARTER_MS


@compiled
def _in_day(w: Counts, which: int, station: int, t_ms: int, step: int) -> None:
    """A step up or down in a step function by quarter of the day; before the warm-up it counts as at its end.

    Days after the planned end are of the last day's kind.
    """
    head = w.head
    t_ms = max(t_ms, head[col.FROM_MS])
    day, quarter = _day_of(head, t_ms), _quarter_of(head, t_ms)
    groups, group = head[col.GROUPS], w.group[station]
    planned = min(day, head[col.DAYS] - 1)
    kind = w.kinds[planned]
    at = 2 * (((which * col.DAY_KINDS + kind) * col.QUARTERS + quarter) * groups + group)
    w.by_quarter[at] += step
    w.by_quarter[at + 1] += step * (t_ms - day * col.DAY_MS)
    at = (which * groups + group) * col.DAY_KINDS
    for other in range(col.DAY_KINDS):
        w.by_day[at + other] += step * w.days_before[planned * col.DAY_KINDS + other]
    w.by_day[at + kind] += step * (day - planned)


@inlined
def _of_group(w: Counts, areas: Words, station: int, group: int, t_ms: int, step: int) -> None:
    """A step up or down in a step function of a server group."""
    at = 2 * (station * w.head[col.WIDTH] + min(max(group, 0), w.head[col.WIDTH] - 1))
    areas[at] += step
    areas[at + 1] += step * max(t_ms, w.head[col.FROM_MS])


@inlined
def _active(w: Counts, station: int, t_ms: int) -> None:
    """Somebody came to a group of stations that day, or came on duty."""
    head = w.head
    day = min(_day_of(head, t_ms), head[col.DAYS] - 1)
    w.active[day * head[col.GROUPS] + w.group[station]] = 1


@compiled
def _attempt(w: Counts, station: int, began_ms: int, ending: int, wait: int, attempts: int) -> None:
    """An attempt to be served has ended (1), or what it ended in is taken back (-1)."""
    head = w.head
    if began_ms < head[col.FROM_MS] or station == head[col.STATIONS]:
        return
    kind = w.kinds[min(_day_of(head, began_ms), head[col.DAYS] - 1)]
    half_hour = kind * col.HALF_HOURS + _quarter_of(head, began_ms) // 2
    at = (half_hour * head[col.GROUPS] + w.group[station]) * (col.ATTEMPT_WIDTH + head[col.LIMITS])
    w.attempts[at + ending] += attempts
    if ending <= _SENT_HOME:
        w.attempts[at + col.ATTEMPT_WAIT] += attempts * wait
    if ending == _SERVED:
        for number in range(head[col.LIMITS]):
            if wait <= w.limits[number]:
                w.attempts[at + col.ATTEMPT_WIDTH + number] += attempts


@compiled
def _inside(w: Counts, station: int, group: int, t_ms: int, step: int) -> None:
    """Somebody is served from now on, or no more."""
    _in_day(w, col.INSIDE, station, t_ms, step)
    _of_group(w, w.busy, station, group, t_ms, step)


@compiled
def row_in_day(w: Counts, actions: int) -> None:
    """Count a row that moves a case by the time of the day."""
    now = w.now
    t_ms, here, there = now[col.T], now[col.HERE], now[col.THERE]
    if actions & ENDING:
        queued = actions & HAD_QUEUED != 0
        began, wait = (now[col.BEGAN], now[col.WAIT_SO_FAR]) if queued else (t_ms, 0)
        _attempt(w, here, began, (actions & ENDING) - 1, wait, 1)
    if actions & REOPENS:
        _attempt(w, here, now[col.BEGAN], _SERVED, now[col.WAIT_SO_FAR], -1)
    if actions & BY_MENU:
        _attempt(w, there, now[col.BEGAN], _SELF_SERVICE, 0, 1)
    if t_ms >= w.head[col.FROM_MS] and actions & (OFFERS | BY_MENU):
        at = here if actions & OFFERS else there
        if at != w.head[col.STATIONS]:
            _active(w, at, t_ms)
    if actions & OUT_OF_QUEUE:
        _in_day(w, col.WAITING, there, t_ms, -1)
    if actions & INTO_QUEUE:
        _in_day(w, col.WAITING, here, t_ms, 1)
    if actions & OUT_OF_SERVICE:
        _inside(w, there, now[col.CODE], t_ms, -1)
    if actions & INTO_SERVICE:
        _inside(w, here, now[col.CODE], t_ms, 1)


@compiled
def row_in_totals(w: Counts) -> None:
    """Count a refusal by its rule."""
    now, head = w.now, w.head
    if now[col.ROW_KIND] == _REFUSED and now[col.T] >= head[col.FROM_MS]:
        w.refusals[now[col.CODE] % head[col.RULES] * (head[col.STEPS] + 1) + now[col.AT_STEP]] += 1


@compiled
def _wrap_up(w: Counts, t_ms: int, step: int, station: int, group: int, kept_ms: int) -> None:
    """A server was kept after the end of a service."""
    wrap_up_in_cubes(w, step, station, t_ms - kept_ms, t_ms)
    _inside(w, station, group, t_ms - kept_ms, 1)
    _inside(w, station, group, t_ms, -1)


@compiled
def _on_duty(w: Counts, t_ms: int, station: int, group: int, servers: int) -> None:
    """Servers of a group on duty from now on; servers without number count as none (they have no utilisation)."""
    at = 2 * (station * w.head[col.WIDTH] + group)
    if servers < 0 or servers >= col.UNLIMITED_SERVERS:
        w.duty[at + 1] = 1
        servers = 0
    step = servers - w.duty[at]
    w.duty[at] = servers
    on_duty_in_cubes(w, station, t_ms, step)
    _in_day(w, col.ON_DUTY - 1, station, t_ms, step)
    _of_group(w, w.on_duty, station, group, t_ms, step)
    if step > 0:
        w.staffed[2 * w.group[station]] = 1
    if t_ms > 0:
        w.staffed[2 * w.group[station] + 1] = 1
        if step > 0 and t_ms >= w.head[col.FROM_MS]:
            _active(w, station, t_ms)


@compiled
def _lead(w: Counts, row: Words) -> None:
    """A lead time became known."""
    book, head = keyed_at(w.books[0]), w.head
    at = find(book, row[1], BOOK_BITS)
    source = -1 if book.lines[at] == NO_KEY else book.lines[at + col.SOURCE]
    step = head[col.STEPS] if row[3] < 0 else row[3]
    station = head[col.STATIONS] if row[4] < 0 else row[4]
    lead_in_cubes(w, source, step, station, row[0], row[6], row[7])


@compiled
def _machine(w: Counts, t_ms: int, station: int, cause: int, step: int) -> None:
    """A machine stops or works again."""
    w.down[2 * station] += step
    w.down[2 * station + 1] += step * max(t_ms, w.head[col.FROM_MS])
    if step > 0 and t_ms >= w.head[col.FROM_MS]:
        w.stops[_CAUSES * station + cause] += 1


@inlined
def _known(w: Counts, row: Words, most: int) -> bool:
    """Whether a row's code is one of so many; otherwise the row cannot be."""
    known = bool(0 <= row[6] < most)
    if not known:
        w.head[col.TROUBLE] = col.UNKNOWN
    return known


@compiled
def _station_row(w: Counts, row: Words) -> None:
    """A row about the servers or machines of a station."""
    kind, t_ms, station, code, value = row[5], row[0], row[4], row[6], row[7]
    if station < 0:
        w.head[col.TROUBLE] = col.UNKNOWN
    elif kind == _FREE:
        if not w.menu[station]:
            _wrap_up(w, t_ms, w.head[col.STEPS] if row[3] < 0 else row[3], station, code, value)
    elif kind == _CAPACITY:
        if not w.menu[station] and _known(w, row, w.head[col.WIDTH]):
            _on_duty(w, t_ms, station, code, value)
    elif _known(w, row, _CAUSES):
        _machine(w, t_ms, station, code, 1 if kind == _DOWN else -1)


@compiled
def other_row(w: Counts, row: Words) -> None:
    """A row that moves no case: servers, machines, money, lead times."""
    kind, code, value = row[5], row[6], row[7]
    if kind == _MONEY:
        if _known(w, row, LEDGERS * LEDGERS) and row[0] >= w.head[col.FROM_MS]:
            w.money[2 * code] += 1
            w.money[2 * code + 1] += value
    elif kind == _BALANCE:
        if _known(w, row, LEDGERS):
            w.balances[code] += value
    elif kind == _LEAD:
        if _known(w, row, _LEADS):
            _lead(w, row)
    elif kind in (_FREE, _CAPACITY, _DOWN, _UP):
        _station_row(w, row)
