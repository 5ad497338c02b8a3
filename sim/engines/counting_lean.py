"""Counting rows of the log in compiled code for the lean fold (`sim.metrics.lean`): few sums, twice as fast.

What a row means is looked up where the full fold looks it up (`counting_actions`).  A case's latest state is found by
its number, without a search: there is a line for every case there ever was.

All sums stand in one list of whole numbers, `s`, which begins with where each table of it begins.
"""

from __future__ import annotations

import numpy as np

from sim.engines.compiled_types import Entry, Words, compiled, inlined, lean_at
from sim.engines.counting_actions import (
    ACTIONS,
    BY_MENU,
    ENDING,
    ENDS_SERVICE,
    HAD_QUEUED,
    INTO_QUEUE,
    INTO_SERVICE,
    KIND_BITS,
    OFFERS,
    OUT_OF_QUEUE,
    OUT_OF_SERVICE,
    REOPENS,
    STAYS,
)
from sim.engines.counting_columns import (
    BROKEN_OFF,
    LATER_BUSINESS,
    ONE_SERVICE,
    UNLIMITED_SERVERS,
    Column,
    Ending,
)
from sim.engines.counting_keyed import bucket_of
from sim.log import Event

FROM_MS, THRESHOLDS, COLUMNS, WIDTH, RULES = range(5)
"""Single numbers at the head of `s`: what came before FROM_MS is not counted (balances are); how many thresholds,
columns of a station's sums, server groups of a station at most, and rules."""
TABLES = (
    "limit", "menu", "annex", "group", "station", "queue", "inside", "wrap_up", "capacity", "down", "line", "duty",
    "endless", "waits", "lead", "leads", "step", "source", "refusals", "money", "fen", "balance", "stops",
)  # fmt: skip
"""The tables of `s` in order; where each begins stands at HEAD + its position."""
HEAD = 5
(
    _LIMIT, _MENU, _ANNEX, _GROUP, _STATION, _QUEUE, _INSIDE, _WRAP_UP, _DUTY_AREA, _OUT, _LINE, _DUTY, _ENDLESS,
    _WAITS, _LEAD, _LEADS, _STEP, _SOURCE, _REFUSALS, _MONEY, _FEN, _BALANCES, _STOPS,
) = range(HEAD, HEAD + len(TABLES))  # fmt: skip
JOINED, WAIT, WAIT_SERVED = int(Column.JOINED), int(Column.WAIT), int(Column.WAIT_SERVED)
WITH_WAIT, STAYED, STAY = int(Column.WAITED), int(Column.STAYED), int(Column.STAY)
SERVED_ATTEMPTS, OFFERED = int(Column.SERVED_ATTEMPTS), int(Column.OFFERED)
SERVED, SERVICE, DECIDED = int(Column.SERVED), int(Column.SERVICE), int(Column.DECIDED)
REFUSED, BEGUN, JOCKEYED = int(Column.REFUSED), int(Column.BEGUN), int(Column.JOCKEYED)
WITHIN = int(Column.QUEUE_AREA)
"""Columns of `station`: from SERVED_ATTEMPTS on one for each ending, from WITHIN on one for each threshold."""
LEVEL, MOMENT = range(2)
"""Columns of a step function: its steps, and its steps times the moment of each."""
STATE, SINCE, WAITED, ANNEX_SINCE = range(4)
CASE_WIDTH = 4
"""Columns of `case`: latest kind, course of the visit, step and station in one number; when the case joined the queue
of the station it visits; how long it waited there, or while it waits, when it would have joined to have waited as long
in one spell; and when it joined the queue of a machine."""
COURSE_OF, COURSE_BITS, STEP_OF, STEP_BITS, STATION_OF = 5, 2, 7, 24, 31
"""Where in STATE each begins, the kind at 0, and how long it is."""
HELD, HELD_SINCE, LONGEST = range(3)
"""Columns of `line`."""
ENTERED, DONE, REFUSED_AT, LEFT = range(4)
"""Columns of `step`."""
BITS = 10
BUCKETS = 36_864
"""Log buckets of values below 2^44, as in `sim.metrics.counting.to_bucket`."""
_KINDS, _COURSES, _STEPS = (1 << COURSE_OF) - 1, (1 << COURSE_BITS) - 1, (1 << STEP_BITS) - 1
NONE_YET = -1
"""Of a case's step and station, which stand one higher in `case`: so a case of which nothing is known yet is all 0."""

_SERVED, _SENT_HOME, _SELF_SERVICE = int(Ending.SERVED), int(Ending.SENT_HOME), int(Ending.SELF_SERVICE)
_ARRIVE, _JOIN, _START, _END, _FREE = (int(Event[name]) for name in ("ARRIVE", "JOIN", "START", "END", "FREE"))
_DONE, _REFUSED, _ABANDON, _BALK = (int(Event[name]) for name in ("DONE", "REFUSED", "ABANDON", "BALK"))
_AWAY, _BLOCK, _LEAVE = int(Event.TURNED_AWAY), int(Event.BLOCKED), int(Event.LEAVE)
_JOCKEY = int(Event.JOCKEY)
_CAPACITY, _DOWN, _UP, _MONEY_ROW = int(Event.CAPACITY), int(Event.DOWN), int(Event.UP), int(Event.MONEY)
_BALANCE, _LEAD_ROW, _PREEMPT, _CONTINUE = int(Event.BALANCE), int(Event.LEAD), int(Event.PREEMPT), int(Event.CONTINUE)


@compiled
def _change(s: Words, area: int, station: int, t_ms: int, step: int) -> None:
    """A step up or down in a step function."""
    at = s[area] + 2 * station
    s[at + LEVEL] += step
    s[at + MOMENT] += step * max(t_ms, s[FROM_MS])


@compiled
def _queue(s: Words, station: int, t_ms: int, step: int) -> None:
    """Somebody joins or leaves the queue; a queue that lasts no time at all is none."""
    _change(s, _QUEUE, station, t_ms, step)
    line = s[_LINE] + 3 * station
    if t_ms > s[line + HELD_SINCE] and t_ms > s[FROM_MS]:
        s[line + LONGEST] = max(s[line + LONGEST], s[line + HELD])
    s[line + HELD] += step
    s[line + HELD_SINCE] = t_ms


@compiled
def _attempt(s: Words, station: int, began_ms: int, ending: int, wait: int, attempts: int) -> None:
    """An attempt to be served has ended (1), or what it ended in is taken back (-1)."""
    if began_ms < s[FROM_MS]:
        return
    sums = s[_STATION] + s[COLUMNS] * station
    s[sums + SERVED_ATTEMPTS + ending] += attempts
    if ending > _SENT_HOME:
        return
    s[sums + JOINED] += attempts
    s[sums + WAIT] += attempts * wait
    if wait > 0:
        s[sums + WITH_WAIT] += attempts
    s[s[_WAITS] + BUCKETS * s[s[_GROUP] + station] + bucket_of(wait, BITS)] += attempts
    if ending == _SERVED:
        s[sums + WAIT_SERVED] += attempts * wait
        for number in range(s[THRESHOLDS]):
            if wait <= s[s[_LIMIT] + number]:
                s[sums + WITHIN + number] += attempts


@compiled
def _offer(s: Words, station: int, t_ms: int) -> None:
    """Somebody came to the door, the queue or the line."""
    if t_ms >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station + OFFERED] += 1


@compiled
def _step_up_and_down(s: Words, actions: int, t_ms: int, station_before: int, station: int) -> None:
    """People waiting and served, here and where the case was."""
    if actions & OUT_OF_QUEUE:
        _queue(s, station_before, t_ms, -1)
    if actions & INTO_QUEUE:
        _queue(s, station, t_ms, 1)
    if actions & OUT_OF_SERVICE:
        _change(s, _INSIDE, station_before, t_ms, -1)
    if actions & INTO_SERVICE:
        _change(s, _INSIDE, station, t_ms, 1)


@compiled
def _visit(
    s: Words, t_ms: int, kind: int, code: int, value: int, kind_before: int, station_before: int, station: int,
    since: int, waited: int, course: int,
) -> None:  # fmt: skip
    """What a row tells about the stations its case was and is at, where it joined `since` and has `waited` so far."""
    menu, from_menu = s[s[_MENU] + station], s[s[_MENU] + station_before]
    moved = 1 if station != station_before else 0
    actions = ACTIONS[((kind_before << KIND_BITS | kind) << 3) | from_menu << 2 | menu << 1 | moved]
    if actions == 0:
        return
    if course == LATER_BUSINESS and s[s[_ANNEX] + station] == 0:
        actions &= ~(STAYS | ENDS_SERVICE)
    ending = (actions & ENDING) - 1
    if ending >= 0:
        began, wait = (since, waited) if actions & HAD_QUEUED else (t_ms, 0)
        _attempt(s, station, began, ending, wait, 1)
    if actions & REOPENS:
        _attempt(s, station, since, _SERVED, waited, -1)
    if actions & STAYS and since >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station_before + STAYED] += 1
        s[s[_STATION] + s[COLUMNS] * station_before + STAY] += t_ms - since
    _step_up_and_down(s, actions, t_ms, station_before, station)
    if actions & BY_MENU and code == _DONE:
        _attempt(s, station_before, since, _SELF_SERVICE, 0, 1)
        _offer(s, station_before, t_ms)
    if actions & OFFERS:
        _offer(s, station, t_ms)
    if actions & ENDS_SERVICE and t_ms >= s[FROM_MS]:
        s[s[_STATION] + s[COLUMNS] * station + SERVED] += 1
        s[s[_STATION] + s[COLUMNS] * station + SERVICE] += t_ms - since - waited if course == BROKEN_OFF else value


@compiled
def _progress(s: Words, kind: int, code: int, kind_before: int, before: int, step: int, station: int) -> None:
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


@inlined
def _wait(case: Words, line: int, t_ms: int, kind: int, in_line: bool) -> int:
    """How long a visit has waited until now, in all its spells."""
    waited = t_ms - case[line + WAITED] if in_line else case[line + WAITED]
    if kind == _START:
        case[line + WAITED] = waited
    elif kind == _PREEMPT:
        case[line + WAITED] = t_ms - waited
    return int(waited)


@compiled
def _moves(
    s: Words, case: Words, stations: int, t_ms: int, number: int, told_step: int, told_station: int,
    kind: int, code: int, value: int,
) -> None:  # fmt: skip
    """A row that moves its case."""
    line = CASE_WIDTH * number
    state = case[line + STATE]
    kind_before, course = state & _KINDS, state >> COURSE_OF & _COURSES
    step_before, station_before = (state >> STEP_OF & _STEPS) + NONE_YET, (state >> STATION_OF) + NONE_YET
    step = -1 if kind == _ARRIVE else told_step if told_step >= 0 else step_before
    station = told_station if told_station >= 0 else station_before
    here = told_station if told_station >= 0 else stations
    there = station_before if station_before >= 0 else stations
    joins = kind == _JOIN or (kind == _START and kind_before not in (_JOIN, _START, _PREEMPT, _CONTINUE))
    joined_ms = t_ms - value if kind == _START else t_ms
    if s[s[_ANNEX] + here]:
        if joins:
            case[line + ANNEX_SINCE] = joined_ms
        since = case[line + ANNEX_SINCE]
        waited = t_ms - since
    else:
        if joins:
            case[line + SINCE] = case[line + WAITED] = joined_ms
            course = ONE_SERVICE
        since = case[line + SINCE]
        waited = _wait(case, line, t_ms, kind, joins or kind_before in (_JOIN, _PREEMPT))
        if kind == _CONTINUE:
            course = LATER_BUSINESS
        elif kind == _PREEMPT:
            course = max(course, BROKEN_OFF)
    _visit(s, t_ms, kind, code, value, kind_before, there, here, since, waited, course)
    if t_ms >= s[FROM_MS]:
        _progress(s, kind, code, kind_before, step_before, step, here)
    if kind == _LEAVE:
        case[line + STATE] = 0
    else:
        case[line + STATE] = kind | course << COURSE_OF | step - NONE_YET << STEP_OF | station - NONE_YET << STATION_OF


@compiled
def _on_duty(s: Words, t_ms: int, station: int, group: int, servers: int) -> None:
    """Servers of a group on duty from now on; servers without number count as none (they have no utilisation)."""
    if servers < 0 or servers >= UNLIMITED_SERVERS:
        s[s[_ENDLESS] + station] = 1
        servers = 0
    at = s[_DUTY] + station * s[WIDTH] + group
    _change(s, _DUTY_AREA, station, t_ms, servers - s[at])
    s[at] = servers


@compiled
def _counted_only(s: Words, station: int, kind: int, code: int, value: int) -> None:
    """A row after the warm-up that moves no case."""
    if kind == _LEAD_ROW:
        s[s[_LEAD] + 2 * code] += 1
        s[s[_LEAD] + 2 * code + 1] += value
        s[s[_LEADS] + BUCKETS * code + bucket_of(value, BITS)] += 1
    elif kind == _MONEY_ROW:
        s[s[_MONEY] + code] += 1
        s[s[_FEN] + code] += value
    elif kind == _DOWN:
        s[s[_STOPS] + 2 * station + code] += 1
    elif kind == _JOCKEY:
        s[s[_STATION] + s[COLUMNS] * station + JOCKEYED] += 1


@compiled
def _other(s: Words, t_ms: int, station: int, kind: int, code: int, value: int) -> None:
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


@Entry
def count(tables: int, stations: int) -> None:
    """Count rows of the log, in order."""
    w = lean_at(tables)
    s, case, rows = w.s, w.case, w.rows
    for n in range(len(rows)):
        kind = rows[n, 5]
        if _MOVING[kind]:
            _moves(
                s, case, stations, rows[n, 0], rows[n, 1], rows[n, 3], rows[n, 4], kind, rows[n, 6], rows[n, 7]
            )  # fmt: skip
        else:
            _other(s, rows[n, 0], rows[n, 4], kind, rows[n, 6], rows[n, 7])
