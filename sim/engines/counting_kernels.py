"""Counting rows of the log in compiled code: the sums of `sim.metrics.lean`, one row after another.

The same definitions as in `sim.metrics.visits`, `cube`, `progress` and `flows`, where they are written column by column
in numpy; a test compares both on the same logs.  Here a case's latest state is looked up by its number.

All sums stand in one list of whole numbers, `s`, which begins with where each table of it begins (AT_...): passing
twenty arrays from function to function costs more than what the functions do.  Numba is told not to count references
(`_nrt=False`: nothing here makes an array), which would take as long as the counting.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from sim.log import Event

_Function = TypeVar("_Function", bound=Callable[..., Any])
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
OFFERED, SERVED, SERVICE, DECIDED, REFUSED, BEGUN, JOCKEYED, WITHIN = range(13, 21)
"""Columns of `station`, as in `sim.metrics.cube.Column`: from SERVED_ATTEMPTS on one for each ending, from WITHIN on
one for each threshold."""
LEVEL, MOMENT = range(2)
"""Columns of a step function: its steps, and its steps times the moment of each."""
KIND, STEP, STATION, SINCE = range(4)
CASE_WIDTH = 4
"""Columns of `case`: latest kind, step and station, and when its last attempt began."""
HELD, HELD_SINCE, LONGEST = range(3)
"""Columns of `line`."""
ENTERED, DONE, REFUSED_AT, LEFT = range(4)
"""Columns of `step`."""
BITS = 10
BUCKETS = 36_864
"""Log buckets of values below 2^44, as in `sim.metrics.counting.to_bucket`."""
UNLIMITED = 1 << 30
NONE_YET = -1
"""Of a case's step and station, which stand one higher in `case`: so a case of which nothing is known yet is all 0."""

_SERVED, _ABANDONED, _SENT_HOME, _TURNED_AWAY, _BALKED, _BLOCKED, _SELF_SERVICE = range(7)
_ARRIVE, _JOIN, _START, _END, _FREE = (int(Event[name]) for name in ("ARRIVE", "JOIN", "START", "END", "FREE"))
_DONE, _REFUSED, _ABANDON, _BALK = (int(Event[name]) for name in ("DONE", "REFUSED", "ABANDON", "BALK"))
_AWAY, _BLOCK, _LEAVE = int(Event.TURNED_AWAY), int(Event.BLOCKED), int(Event.LEAVE)
_CAPACITY, _DOWN, _UP, _MONEY_ROW = int(Event.CAPACITY), int(Event.DOWN), int(Event.UP), int(Event.MONEY)
_JOCKEY = int(Event.JOCKEY)
_BALANCE, _LEAD_ROW, _PREEMPT, _CONTINUE = int(Event.BALANCE), int(Event.LEAD), int(Event.PREEMPT), int(Event.CONTINUE)


def _compiled(function: _Function) -> _Function:
    """Compile a function that makes no arrays; its machine code is kept on disk."""
    options: Any = {"cache": True, "_nrt": False}
    return cast("_Function", njit(**options)(function))


@_compiled
def _bucket(value: int) -> int:
    """Number of the log bucket of a value."""
    if value < 2 << BITS:
        return value
    shift = max(0, math.frexp(float(value))[1] - (BITS + 1))
    return (shift << BITS) + (value >> shift)


@_compiled
def _change(s: np.ndarray, area: int, station: int, t_ms: int, step: int) -> None:
    """A step up or down in a step function."""
    at = s[area] + 2 * station
    s[at + LEVEL] += step
    s[at + MOMENT] += step * max(t_ms, s[FROM_MS])


@_compiled
def _queue(s: np.ndarray, station: int, t_ms: int, step: int) -> None:
    """Somebody joins or leaves the queue; a queue that lasts no time at all is none."""
    _change(s, _QUEUE, station, t_ms, step)
    line = s[_LINE] + 3 * station
    if t_ms > s[line + HELD_SINCE] and t_ms > s[FROM_MS]:
        s[line + LONGEST] = max(s[line + LONGEST], s[line + HELD])
    s[line + HELD] += step
    s[line + HELD_SINCE] = t_ms


@_compiled
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


def _settles(kind: int, was_in_line: bool) -> int:
    """Ending of an attempt that a row ends without service, -1 if it ends none."""
    if kind == _AWAY:
        return _SENT_HOME if was_in_line else _TURNED_AWAY
    return {_ABANDON: _ABANDONED, _BALK: _BALKED, _BLOCK: _BLOCKED}.get(kind, -1)


def _actions_of(kind_before: int, kind: int, from_menu: bool, menu: bool, moved: bool) -> int:
    """What a row does to the places its case was and is at, as bits."""
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
    ending = _SERVED if first else _settles(kind, was_in_line)
    settled = ending >= 0 and not first
    left_queue = was_in_line and kind in (_ABANDON, _AWAY)
    bits = (
        (_HAD_QUEUED, first or (settled and was_in_line)),
        (_BY_MENU, kind == _LEAVE and from_menu),
        (_STAYS, (out_of_service and was_called and not broken_off) or left_queue),
        (_OFFERS, into_queue or (settled and not was_in_line) or (first and not was_waiting)),
        (_OUT_OF_QUEUE, was_in_line and (moved or not (is_waiting or broken_off))),
        (_INTO_QUEUE, into_queue or broken_off),
        (_OUT_OF_SERVICE, out_of_service),
        (_INTO_SERVICE, into_service),
        (_ENDS_SERVICE, kind == _END and not menu and not was_kept),
    )
    return ending + 1 | sum(bit for bit, holds in bits if holds)


_ENDING = 15
"""Bits of the ending of an attempt, and 1; 0 if the row ends none."""
_HAD_QUEUED, _BY_MENU, _STAYS, _OFFERS, _OUT_OF_QUEUE, _INTO_QUEUE = (1 << bit for bit in range(4, 10))
_OUT_OF_SERVICE, _INTO_SERVICE, _ENDS_SERVICE = (1 << bit for bit in range(10, 13))
_KIND_BITS = 5
_ACTIONS = np.array(
    [
        _actions_of(index >> 3 + _KIND_BITS, index >> 3 & 31, bool(index & 4), bool(index & 2), bool(index & 1))
        for index in range(1 << 3 + 2 * _KIND_BITS)
    ],
    dtype=np.int64,
)
"""Looked up instead of asked anew for each row: questions whose answers cannot be foretold are what takes the time."""


@_compiled
def _offer(s: np.ndarray, station: int, t_ms: int) -> None:
    """Somebody came to the door, the queue or the line."""
    if t_ms >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station + OFFERED] += 1


@_compiled
def _step_up_and_down(s: np.ndarray, actions: int, t_ms: int, station_before: int, station: int) -> None:
    """People waiting and served, here and where the case was."""
    if actions & _OUT_OF_QUEUE:
        _queue(s, station_before, t_ms, -1)
    if actions & _INTO_QUEUE:
        _queue(s, station, t_ms, 1)
    if actions & _OUT_OF_SERVICE:
        _change(s, _INSIDE, station_before, t_ms, -1)
    if actions & _INTO_SERVICE:
        _change(s, _INSIDE, station, t_ms, 1)


@_compiled
def _visit(
    s: np.ndarray, t_ms: int, kind: int, code: int, value: int, kind_before: int, station_before: int, station: int,
    since: int,
) -> None:  # fmt: skip
    """What a row tells about the stations its case was and is at; station -1 is the last line of every table."""
    menu, from_menu = s[s[_MENU] + station], s[s[_MENU] + station_before]
    moved = 1 if station != station_before else 0
    actions = _ACTIONS[((kind_before << _KIND_BITS | kind) << 3) | from_menu << 2 | menu << 1 | moved]
    if actions == 0:
        return
    ending = (actions & _ENDING) - 1
    if ending >= 0:
        wait = t_ms - since if actions & _HAD_QUEUED else 0
        _attempt(s, station, t_ms - wait, ending, wait)
    if actions & _STAYS and since >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station_before + STAYED] += 1
        s[s[_STATION] + s[COLUMNS] * station_before + STAY] += t_ms - since
    _step_up_and_down(s, actions, t_ms, station_before, station)
    if actions & _BY_MENU and code == _DONE:
        _attempt(s, station_before, since, _SELF_SERVICE, 0)
        _offer(s, station_before, t_ms)
    if actions & _OFFERS:
        _offer(s, station, t_ms)
    if actions & _ENDS_SERVICE and t_ms >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station + SERVED] += 1
        s[s[_STATION] + s[COLUMNS] * station + SERVICE] += value


@_compiled
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


@_compiled
def _moves(
    s: np.ndarray, case: np.ndarray, stations: int, t_ms: int, number: int, told_step: int, told_station: int,
    kind: int, code: int, value: int,
) -> None:  # fmt: skip
    """A row that moves its case."""
    kind_before = case[number, KIND]
    step_before, station_before = case[number, STEP] + NONE_YET, case[number, STATION] + NONE_YET
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
        case[number, KIND] = case[number, STEP] = case[number, STATION] = case[number, SINCE] = 0
    else:
        case[number, KIND], case[number, STEP], case[number, STATION] = kind, step - NONE_YET, station - NONE_YET


@_compiled
def _on_duty(s: np.ndarray, t_ms: int, station: int, group: int, servers: int) -> None:
    """Servers of a group on duty from now on; servers without number count as none (they have no utilisation)."""
    if servers < 0 or servers >= UNLIMITED:
        s[s[_ENDLESS] + station] = 1
        servers = 0
    at = s[_DUTY] + station * s[WIDTH] + group
    _change(s, _DUTY_AREA, station, t_ms, servers - s[at])
    s[at] = servers


@_compiled
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
    elif kind == _JOCKEY:
        s[s[_STATION] + s[COLUMNS] * station + JOCKEYED] += 1


@_compiled
def _other(s: np.ndarray, t_ms: int, station: int, kind: int, code: int, value: int) -> None:
    """A row that moves no case: servers, machines, money, lead times, changes of line."""
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


@_compiled
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
