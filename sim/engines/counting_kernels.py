"""Counting rows of the log in compiled code: the sums of `sim.metrics.lean`, one row after another.

The same definitions as in `sim.metrics.visits`, `cube`, `progress` and `flows`, where they are written column by column
in numpy; a test compares both on the same logs.  Here a case's latest state is looked up by its number.

All sums stand in one list of whole numbers, `s`, which begins with where each table of it begins (AT_...): passing
twenty arrays from function to function costs more than what the functions do.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sim.log import Event

FROM_MS, THRESHOLDS, COLUMNS, WIDTH, RULES = range(5)
"""Single numbers at the head of `s`: what came before FROM_MS is not counted (balances are); how many thresholds,
columns of a station's sums, server groups of a station at most, and rules."""
TABLES = (
    "limit", "menu", "group", "station", "queue", "inside", "wrap_up", "capacity", "down", "line", "duty", "endless",
    "waits", "lead", "leads", "step", "source", "refusals", "money", "fen", "balance", "stops",
)  # fmt: skip
"""The tables of `s` in order; where each begins stands at HEAD + its position."""
HEAD = 5
(
    _LIMIT, _MENU, _GROUP, _STATION, _QUEUE, _INSIDE, _WRAP_UP, _DUTY_AREA, _OUT, _LINE, _DUTY, _ENDLESS,
    _WAITS, _LEAD, _LEADS, _STEP, _SOURCE, _REFUSALS, _MONEY, _FEN, _BALANCES, _STOPS,
) = range(HEAD, HEAD + len(TABLES))  # fmt: skip
JOINED, WAIT, WAIT_SERVED, WAITED, STAYED, STAY, SERVED_ATTEMPTS = range(7)
OFFERED, SERVED, SERVICE, DECIDED, REFUSED, BEGUN, WITHIN = range(13, 20)
"""Columns of `station`, as in `sim.metrics.cube.Column`: from SERVED_ATTEMPTS on one for each ending, from WITHIN on
one for each threshold."""
LEVEL, MOMENT = range(2)
"""Columns of a step function: its steps, and its steps times the moment of each."""
KIND, STEP, STATION, SINCE = range(4)
"""Columns of `case`: latest kind, step and station, and when its last attempt began."""
HELD, HELD_SINCE, LONGEST = range(3)
"""Columns of `line`."""
ENTERED, DONE, REFUSED_AT, LEFT = range(4)
"""Columns of `step`."""
BITS = 10
BUCKETS = 36_864
"""Log buckets of values below 2^44, as in `sim.metrics.counting.to_bucket`."""
UNLIMITED = 1 << 30
FRESH = (0, -1, -1, 0)
"""A case of which nothing is known yet."""

_SERVED, _ABANDONED, _SENT_HOME, _TURNED_AWAY, _BALKED, _BLOCKED, _SELF_SERVICE = range(7)
_ARRIVE, _JOIN, _START, _END, _FREE = (int(Event[name]) for name in ("ARRIVE", "JOIN", "START", "END", "FREE"))
_DONE, _REFUSED, _ABANDON, _BALK = (int(Event[name]) for name in ("DONE", "REFUSED", "ABANDON", "BALK"))
_AWAY, _BLOCK, _LEAVE = int(Event.TURNED_AWAY), int(Event.BLOCKED), int(Event.LEAVE)
_CAPACITY, _DOWN, _UP, _MONEY_ROW = int(Event.CAPACITY), int(Event.DOWN), int(Event.UP), int(Event.MONEY)
_BALANCE, _LEAD_ROW, _PREEMPT, _CONTINUE = int(Event.BALANCE), int(Event.LEAD), int(Event.PREEMPT), int(Event.CONTINUE)


@njit(cache=True)
def _bucket(value: int) -> int:
    """Number of the log bucket of a value."""
    if value < 2 << BITS:
        return value
    shift = max(0, math.frexp(float(value))[1] - (BITS + 1))
    return (shift << BITS) + (value >> shift)


@njit(cache=True)
def _change(s: np.ndarray, area: int, station: int, t_ms: int, step: int) -> None:
    """A step up or down in a step function."""
    at = s[area] + 2 * station
    s[at + LEVEL] += step
    s[at + MOMENT] += step * max(t_ms, s[FROM_MS])


@njit(cache=True)
def _queue(s: np.ndarray, station: int, t_ms: int, step: int) -> None:
    """Somebody joins or leaves the queue; a queue that lasts no time at all is none."""
    _change(s, _QUEUE, station, t_ms, step)
    line = s[_LINE] + 3 * station
    if t_ms > s[line + HELD_SINCE] and t_ms > s[FROM_MS]:
        s[line + LONGEST] = max(s[line + LONGEST], s[line + HELD])
    s[line + HELD] += step
    s[line + HELD_SINCE] = t_ms


@njit(cache=True)
def _attempt(s: np.ndarray, station: int, began_ms: int, ending: int, wait: int) -> None:
    """An attempt to be served has ended."""
    if began_ms < s[FROM_MS]:
        return
    sums = s[_STATION] + s[COLUMNS] * station
    s[sums + SERVED_ATTEMPTS + ending] += 1
    if ending > _SENT_HOME:
        return
    s[sums + JOINED] += 1
    s[sums + WAIT] += wait
    s[sums + WAITED] += wait > 0
    s[s[_WAITS] + BUCKETS * s[s[_GROUP] + station] + _bucket(wait)] += 1
    if ending == _SERVED:
        s[sums + WAIT_SERVED] += wait
        for number in range(s[THRESHOLDS]):
            s[sums + WITHIN + number] += wait <= s[s[_LIMIT] + number]


@njit(cache=True)
def _settles(kind: int, was_in_line: bool) -> int:
    """Ending of an attempt that a row ends without service, -1 if it ends none."""
    if kind == _ABANDON:
        return _ABANDONED
    if kind == _AWAY:
        return _SENT_HOME if was_in_line else _TURNED_AWAY
    if kind == _BALK:
        return _BALKED
    return _BLOCKED if kind == _BLOCK else -1


@njit(cache=True)
def _visit(
    s: np.ndarray, t_ms: int, kind: int, code: int, value: int, kind_before: int, station_before: int, station: int,
    since: int,
) -> None:  # fmt: skip
    """What a row tells about the stations its case was and is at; station -1 is the last line of every table."""
    menu, from_menu = s[s[_MENU] + station] != 0, s[s[_MENU] + station_before] != 0
    moved = station != station_before
    was_waiting, is_waiting = kind_before == _JOIN and not from_menu, kind == _JOIN and not menu
    was_called, is_called = kind_before == _START and not from_menu, kind == _START and not menu
    was_kept = kind_before == _CONTINUE and not from_menu
    was_served, is_served = was_called or was_kept, is_called or (kind == _CONTINUE and not menu)
    broken_off, was_broken_off = kind == _PREEMPT and not menu, kind_before == _PREEMPT and not from_menu
    was_in_line = was_waiting or was_broken_off
    out_of_service = was_served and (moved or not is_served)
    into_queue = is_waiting and (moved or not was_waiting)
    into_service = is_served and (moved or not was_served)
    first = into_service and is_called and not was_broken_off
    ending = _settles(kind, was_in_line)
    by_menu = kind == _LEAVE and code == _DONE and from_menu
    counts = t_ms >= s[FROM_MS]
    if first:
        _attempt(s, station, since, _SERVED, t_ms - since)
    elif ending >= 0:
        _attempt(s, station, since if was_in_line else t_ms, ending, t_ms - since if was_in_line else 0)
    elif by_menu:
        _attempt(s, station_before, since, _SELF_SERVICE, 0)
    left_queue = was_in_line and (kind in (_ABANDON, _AWAY))
    if ((out_of_service and was_called and not broken_off) or left_queue) and since >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station_before + STAYED] += 1
        s[s[_STATION] + s[COLUMNS] * station_before + STAY] += t_ms - since
    if counts and (into_queue or (ending >= 0 and not was_in_line) or (first and not was_waiting) or by_menu):
        s[s[_STATION] + s[COLUMNS] * (station_before if by_menu else station) + OFFERED] += 1
    if was_in_line and (moved or not (is_waiting or broken_off)):
        _queue(s, station_before, t_ms, -1)
    if into_queue or broken_off:
        _queue(s, station, t_ms, 1)
    if out_of_service:
        _change(s, _INSIDE, station_before, t_ms, -1)
    if into_service:
        _change(s, _INSIDE, station, t_ms, 1)
    if counts and kind == _END and not menu and not was_kept:
        s[s[_STATION] + s[COLUMNS] * station + SERVED] += 1
        s[s[_STATION] + s[COLUMNS] * station + SERVICE] += value


@njit(cache=True)
def _progress(s: np.ndarray, kind: int, code: int, kind_before: int, before: int, step: int, station: int) -> None:
    """What a row after the warm-up tells about the steps of procedures."""
    sums = s[_STATION] + s[COLUMNS] * station
    decided = kind_before in (_DONE, _REFUSED)
    if kind not in (_LEAVE, _ARRIVE) and step >= 0 and (step != before or decided):
        s[s[_STEP] + 4 * step + ENTERED] += 1
    if kind == _DONE:
        s[sums + DECIDED] += 1
        s[s[_STEP] + 4 * step + DONE] += 1
    elif kind == _REFUSED:
        s[sums + DECIDED] += 1
        s[sums + REFUSED] += 1
        s[s[_STEP] + 4 * step + REFUSED_AT] += 1
        s[s[_REFUSALS] + code % s[RULES]] += 1
    elif kind == _LEAVE and code != _DONE and before >= 0:
        s[s[_STEP] + 4 * before + LEFT] += 1
    elif kind == _ARRIVE:
        s[sums + BEGUN] += 1
        s[s[_SOURCE] + code] += 1


@njit(cache=True)
def _moves(
    s: np.ndarray, case: np.ndarray, stations: int, t_ms: int, number: int, told_step: int, told_station: int,
    kind: int, code: int, value: int,
) -> None:  # fmt: skip
    """A row that moves its case."""
    kind_before, step_before, station_before = case[number, KIND], case[number, STEP], case[number, STATION]
    step = -1 if kind == _ARRIVE else told_step if told_step >= 0 else step_before
    station = told_station if told_station >= 0 else station_before
    told_before = kind_before in (_JOIN, _START, _PREEMPT, _CONTINUE)
    if kind == _JOIN:
        case[number, SINCE] = t_ms
    elif kind == _START and not told_before:
        case[number, SINCE] = t_ms - value
    here = told_station if told_station >= 0 else stations
    there = station_before if station_before >= 0 else stations
    _visit(s, t_ms, kind, code, value, kind_before, there, here, case[number, SINCE])
    if t_ms >= s[FROM_MS]:
        _progress(s, kind, code, kind_before, step_before, step, here)
    if kind == _LEAVE:
        case[number, KIND], case[number, STEP], case[number, STATION], case[number, SINCE] = FRESH
    else:
        case[number, KIND], case[number, STEP], case[number, STATION] = kind, step, station


@njit(cache=True)
def _on_duty(s: np.ndarray, t_ms: int, station: int, group: int, servers: int) -> None:
    """Servers of a group on duty from now on; servers without number count as none (they have no utilisation)."""
    if servers < 0 or servers >= UNLIMITED:
        s[s[_ENDLESS] + station] = 1
        servers = 0
    at = s[_DUTY] + station * s[WIDTH] + group
    _change(s, _DUTY_AREA, station, t_ms, servers - s[at])
    s[at] = servers


@njit(cache=True)
def _counted_only(s: np.ndarray, station: int, kind: int, code: int, value: int) -> None:
    """A row after the warm-up that moves no case."""
    if kind == _LEAD_ROW:
        s[s[_LEAD] + 2 * code] += 1
        s[s[_LEAD] + 2 * code + 1] += value
        s[s[_LEADS] + BUCKETS * code + _bucket(value)] += 1
    elif kind == _MONEY_ROW:
        s[s[_MONEY] + code] += 1
        s[s[_FEN] + code] += value
    elif kind == _DOWN:
        s[s[_STOPS] + 2 * station + code] += 1


@njit(cache=True)
def _other(s: np.ndarray, t_ms: int, station: int, kind: int, code: int, value: int) -> None:
    """A row that moves no case: servers, machines, money, lead times."""
    if t_ms >= s[FROM_MS]:
        _counted_only(s, station, kind, code, value)
    if kind == _FREE:
        if s[s[_MENU] + station] == 0:
            _change(s, _WRAP_UP, station, t_ms - value, 1)
            _change(s, _WRAP_UP, station, t_ms, -1)
    elif kind == _CAPACITY:
        if s[s[_MENU] + station] == 0:
            _on_duty(s, t_ms, station, code, value)
    elif kind == _BALANCE:
        s[s[_BALANCES] + code] += value
    elif kind == _DOWN:
        _change(s, _OUT, station, t_ms, 1)
    elif kind == _UP:
        _change(s, _OUT, station, t_ms, -1)


_MOVING = np.zeros(len(Event) + 1, dtype=np.bool_)
_MOVING[
    [_ARRIVE, _JOIN, _START, _END, _DONE, _REFUSED, _ABANDON, _BALK, _AWAY, _BLOCK, _LEAVE, _PREEMPT, _CONTINUE]
] = True


@njit("void(int64[::1], int64[:, ::1], int64[:, ::1], int64)", cache=True)
def count(s: np.ndarray, case: np.ndarray, rows: np.ndarray, stations: int) -> None:
    """Count rows of the log, in order; `case` has a line for every case number in them."""
    for n in range(len(rows)):
        kind = rows[n, 5]
        if _MOVING[kind]:
            _moves(
                s, case, stations, rows[n, 0], rows[n, 1], rows[n, 3], rows[n, 4], kind, rows[n, 6], rows[n, 7]
            )  # fmt: skip
        else:
            _other(s, rows[n, 0], rows[n, 4], kind, rows[n, 6], rows[n, 7])
