"""The compiled loop for plain stations: first come, first served, with as many servers all the time.

Three things can happen next: a service ends, somebody runs out of patience, somebody arrives.  Only the first two need
a heap.  Whether somebody who joins the queue will run out of patience is known at once, since all who are served before
him are known, and so is when: each station keeps the moments at which its servers are free for one more (Kiefer &
Wolfowitz, On the theory of queues with many servers, Trans. AMS 78 (1955) 1).  So nobody is ever taken out of a queue,
and no event is ever taken back.

Times of one person are drawn when he joins; the first service and patience of everybody in a block of arrivals are
drawn beforehand, one after another, which is faster than one by one.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines import compiled_plain_columns as own
from sim.engines.compiled_plain_draws import time_of
from sim.engines.compiled_rows import rows_are_written, write_row
from sim.engines.compiled_types import Entry, Words, compiled, inlined, plain_at, world_at
from sim.engines.compiled_world import Plain, World
from sim.engines.draws import For
from sim.engines.philox import uniform
from sim.log import Event
from sim.program import FOREVER

_MOVE = int(For.MOVE)
_ARRIVE, _JOIN, _START, _END = int(Event.ARRIVE), int(Event.JOIN), int(Event.START), int(Event.END)
_DONE, _ABANDON, _BLOCKED, _LEAVE = int(Event.DONE), int(Event.ABANDON), int(Event.BLOCKED), int(Event.LEAVE)
_FAR = 1 << 62
_LOW = (1 << own.VISIT_SHIFT) - 1
_SLOT = (1 << own.SLOT_BITS) - 1
_ROWS_OF_AN_EVENT = 8


@inlined
def _put(heap: Words, hole: int, t_ms: int, key: int) -> None:
    """Put a pair where it belongs on the way from a leaf up."""
    while hole > 0:
        above = (hole - 1) >> 1
        t_above = heap[2 * above]
        if t_above < t_ms or (t_above == t_ms and heap[2 * above + 1] < key):
            break
        heap[2 * hole] = t_above
        heap[2 * hole + 1] = heap[2 * above + 1]
        hole = above
    heap[2 * hole] = t_ms
    heap[2 * hole + 1] = key


@inlined
def _replace_first(heap: Words, size: int, t_ms: int, key: int) -> None:
    """Put a pair in place of the first one."""
    hole = 0
    while True:
        below = 2 * hole + 1
        if below >= size:
            break
        t_below = heap[2 * below]
        if below + 1 < size:
            t_other = heap[2 * below + 2]
            other = int(t_other < t_below) | int(t_other == t_below) & int(heap[2 * below + 3] < heap[2 * below + 1])
            below += other
            t_below = min(t_below, t_other)
        if t_ms < t_below or (t_ms == t_below and key < heap[2 * below + 1]):
            break
        heap[2 * hole] = t_below
        heap[2 * hole + 1] = heap[2 * below + 1]
        hole = below
    heap[2 * hole] = t_ms
    heap[2 * hole + 1] = key


@inlined
def _replace_soonest(heap: Words, first: int, size: int, t_ms: int) -> None:
    """Put a moment in place of the earliest of a station's."""
    hole = 0
    while True:
        below = 2 * hole + 1
        if below >= size:
            break
        if below + 1 < size and heap[first + below + 1] < heap[first + below]:
            below += 1
        if t_ms <= heap[first + below]:
            break
        heap[first + hole] = heap[first + below]
        hole = below
    heap[first + hole] = t_ms


@compiled
def _after(w: World, p: Plain, slot: int, station: int) -> int:
    """The step after a service, -1 none: the first move whose share comes up."""
    case = p.case
    at = slot << own.CASE_BITS
    step = case[at + own.STEP]
    first, last = w.station[station, col.THEN_FROM], w.station[station, col.THEN_TO]
    if first == last:
        first, last = w.step[step, col.DONE_FROM], w.step[step, col.DONE_TO]
    for place in range(first, last):
        move = w.ints[place]
        part = w.reals[w.move[move, col.MOVE_SHARE]]
        if part < 1.0:
            purpose = w.step[step, col.STEP_KEY] | (case[at + own.SOURCE] >> own.VISIT_SHIFT & 0xFFFF) << 12 | _MOVE
            key = w.source[case[at + own.SOURCE] & 0xFFFFFFFF, col.SOURCE_KEY]
            number = uniform(w.g[col.SEED], w.g[col.REPLICATION], case[at + own.NUMBER], key, purpose, place - first)
            if number >= part:
                continue
        return int(w.move[move, col.MOVE_STEP])
    return -1


@inlined
def _leave(p: Plain, rows: int, now: int, slot: int, step: int, station: int, how: int) -> int:
    """The case is over, its row free.  Gives the rows of the log, as the others here do."""
    s, case = p.s, p.case
    at = slot << own.CASE_BITS
    write_row(p.log, rows, now, case[at + own.ID], step, station, _LEAVE, how, now - case[at + own.BORN])
    case[at + own.BEHIND] = s[own.FREE_SLOT]
    s[own.FREE_SLOT] = slot
    return rows + 1


@inlined
def _wait(w: World, p: Plain, now: int, slot: int, length: int, patience: int) -> None:
    """Join the queue, or those who will give up."""
    s, case, desk, available = p.s, p.case, p.desk, p.available
    at = slot << own.CASE_BITS
    step = case[at + own.STEP]
    source, visit = case[at + own.SOURCE] & _LOW, case[at + own.SOURCE] >> own.VISIT_SHIFT
    station = p.path[step << own.PATH_BITS]
    place = station << own.DESK_BITS
    desk[place + own.WAITING] += 1
    first = desk[place + own.AVAILABLE]
    if desk[place + own.PATIENT]:
        if patience == own.NOT_DRAWN:
            patience = time_of(w, source, case[at + own.NUMBER], step, station, visit, 1)
        if 0 <= patience < FOREVER and now + patience < available[first]:
            _put(p.give_ups, s[own.GIVE_UPS], now + patience, case[at + own.ID] << own.SLOT_BITS | slot)
            s[own.GIVE_UPS] += 1
            return
    if length == own.NOT_DRAWN:
        length = time_of(w, source, case[at + own.NUMBER], step, station, visit, 0)
    if desk[place + own.PATIENT]:
        _replace_soonest(available, first, desk[place + own.SERVERS], min(available[first] + length, _FAR))
    case[at + own.LENGTH] = length
    case[at + own.BEHIND] = -1
    if desk[place + own.HEAD] < 0:
        desk[place + own.HEAD] = slot
    else:
        case[(desk[place + own.TAIL] << own.CASE_BITS) + own.BEHIND] = slot
    desk[place + own.TAIL] = slot


@inlined
def _join(
    w: World, p: Plain, rows: int, now: int,
    slot: int, length: int, patience: int,
) -> int:  # fmt: skip
    """A case comes to the station of its step.  `length`, `patience`: drawn ahead, or own.NOT_DRAWN."""
    s, case, desk = p.s, p.case, p.desk
    at = slot << own.CASE_BITS
    step, ident = case[at + own.STEP], case[at + own.ID]
    station = p.path[step << own.PATH_BITS]
    place = station << own.DESK_BITS
    source = case[at + own.SOURCE] & _LOW
    if desk[place + own.INSIDE] >= desk[place + own.CAPACITY]:
        write_row(p.log, rows, now, ident, step, station, _BLOCKED, 0, desk[place + own.INSIDE])
        return _leave(p, rows + 1, now, slot, step, station, _BLOCKED)
    write_row(
        p.log, rows, now, ident, step, station, _JOIN, w.source[source, col.SOURCE_PRIORITY], desk[place + own.WAITING]
    )
    desk[place + own.INSIDE] += 1
    case[at + own.JOINED] = now
    if desk[place + own.FREE] == 0:
        _wait(w, p, now, slot, length, patience)
        return rows + 1
    desk[place + own.FREE] -= 1
    if length == own.NOT_DRAWN:
        length = time_of(w, source, case[at + own.NUMBER], step, station, case[at + own.SOURCE] >> own.VISIT_SHIFT, 0)
    if desk[place + own.PATIENT]:
        _replace_soonest(p.available, desk[place + own.AVAILABLE], desk[place + own.SERVERS], min(now + length, _FAR))
    case[at + own.LENGTH] = length
    write_row(p.log, rows + 1, now, ident, step, station, _START, 0, 0)
    _put(p.ends, s[own.ENDS], now + length, ident << own.SLOT_BITS | slot)
    s[own.ENDS] += 1
    return rows + 2


@inlined
def _arrives(w: World, p: Plain, rows: int, now: int, at: int) -> int:
    """A new case; gives its row."""
    s, case = p.s, p.case
    slot = s[own.FREE_SLOT]
    to = slot << own.CASE_BITS
    s[own.FREE_SLOT] = case[to + own.BEHIND]
    source = p.sources[at]
    case[to + own.ID] = s[own.CASES]
    case[to + own.NUMBER] = p.numbers[at]
    case[to + own.BORN] = now
    case[to + own.STEP] = w.source[source, col.SOURCE_STEP]
    case[to + own.SOURCE] = source | 1 << own.VISIT_SHIFT
    case[to + own.NEXT_LENGTH] = p.next_lengths[at]
    case[to + own.NEXT_PATIENCE] = p.next_patiences[at]
    write_row(p.log, rows, now, s[own.CASES], -1, -1, _ARRIVE, source, 0)
    s[own.CASES] += 1
    return int(slot)


@inlined
def _ends(p: Plain, rows: int, now: int) -> int:
    """The first service in the heap is over: the server takes the next person."""
    s, case, desk, ends = p.s, p.case, p.desk, p.ends
    slot = ends[1] & _SLOT
    at = slot << own.CASE_BITS
    station = p.path[case[at + own.STEP] << own.PATH_BITS]
    place = station << own.DESK_BITS
    write_row(p.log, rows, now, case[at + own.ID], case[at + own.STEP], station, _END, 0, case[at + own.LENGTH])
    desk[place + own.INSIDE] -= 1
    called = desk[place + own.HEAD]
    if called < 0:
        desk[place + own.FREE] += 1
        size = s[own.ENDS] - 1
        s[own.ENDS] = size
        if size > 0:
            _replace_first(ends, size, ends[2 * size], ends[2 * size + 1])
        return rows + 1
    to = called << own.CASE_BITS
    desk[place + own.HEAD] = case[to + own.BEHIND]
    desk[place + own.WAITING] -= 1
    ident = case[to + own.ID]
    write_row(p.log, rows + 1, now, ident, case[to + own.STEP], station, _START, 0, now - case[to + own.JOINED])
    _replace_first(ends, s[own.ENDS], now + case[to + own.LENGTH], ident << own.SLOT_BITS | called)
    return rows + 2


@inlined
def _gives_up(p: Plain, rows: int, now: int) -> int:
    """The first of those who will give up does."""
    s, case, desk, give_ups = p.s, p.case, p.desk, p.give_ups
    slot = give_ups[1] & _SLOT
    size = s[own.GIVE_UPS] - 1
    s[own.GIVE_UPS] = size
    if size > 0:
        _replace_first(give_ups, size, give_ups[2 * size], give_ups[2 * size + 1])
    at = slot << own.CASE_BITS
    step = case[at + own.STEP]
    station = p.path[step << own.PATH_BITS]
    desk[(station << own.DESK_BITS) + own.WAITING] -= 1
    desk[(station << own.DESK_BITS) + own.INSIDE] -= 1
    write_row(p.log, rows, now, case[at + own.ID], step, station, _ABANDON, 0, now - case[at + own.JOINED])
    return _leave(p, rows + 1, now, slot, step, station, _ABANDON)


@Entry
def play_plain(pairs: int, tables: int, every: int) -> int:
    """Let things happen; give the reason for coming back."""
    w, p = world_at(pairs), plain_at(tables)
    s, case, ends, give_ups, times = p.s, p.case, p.ends, p.give_ups, p.times
    room, people = s[own.ROOM] - _ROWS_OF_AN_EVENT, s[own.PEOPLE]
    end = w.g[col.END]
    rows, events, arrival, now = s[own.LOG], s[own.EVENTS], s[own.NEXT_ARRIVAL], s[own.NOW]
    why, beat = col.BEAT, events - events % every + every
    while True:
        t_end = ends[0] if s[own.ENDS] > 0 else _FAR
        t_give_up = give_ups[0] if s[own.GIVE_UPS] > 0 else _FAR
        if arrival == people and not s[own.LAST_BLOCK]:
            why = col.BLOCK
            break
        t_arrival = times[arrival] if arrival < people else _FAR
        t_ms = min(t_end, t_give_up, t_arrival)
        if t_ms >= end:
            why = col.OVER
            break
        if rows > room or s[own.FREE_SLOT] < 0:
            why = col.ROOM
            break
        now = t_ms
        if t_end == t_ms:
            slot = ends[1] & _SLOT
            rows = _ends(p, rows, now)
            step = case[(slot << own.CASE_BITS) + own.STEP]
            target = p.path[(step << own.PATH_BITS) + own.AFTER]
            if target == own.DRAWN:
                target = _after(w, p, slot, p.path[step << own.PATH_BITS])
            if target < 0:
                rows = _leave(p, rows, now, slot, step, p.path[step << own.PATH_BITS], _DONE)
            else:
                at = slot << own.CASE_BITS
                length, patience = case[at + own.NEXT_LENGTH], case[at + own.NEXT_PATIENCE]
                case[at + own.NEXT_LENGTH] = case[at + own.NEXT_PATIENCE] = own.NOT_DRAWN
                case[at + own.STEP] = target
                case[at + own.SOURCE] += 1 << own.VISIT_SHIFT
                rows = _join(w, p, rows, now, slot, length, patience)
        elif t_give_up == t_ms:
            rows = _gives_up(p, rows, now)
        else:
            slot = _arrives(w, p, rows, now, arrival)
            rows = _join(w, p, rows + 1, now, slot, p.lengths[arrival], p.patiences[arrival])
            arrival += 1
        events += 1
        if events == beat:
            break
    s[own.LOG], s[own.EVENTS], s[own.NEXT_ARRIVAL], s[own.NOW] = rows, events, arrival, now
    rows_are_written()
    return why
