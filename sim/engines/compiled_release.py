"""Servers of the compiled engine: released, called, on and off duty, down and up again."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_draws import emit, emit_of, station_number, time
from sim.engines.compiled_heap import at, cancel
from sim.engines.compiled_lines import attract
from sim.engines.compiled_queue import call_next, free, queue
from sim.engines.compiled_service import be_patient, no_longer_serving, start
from sim.engines.compiled_stack import give_pool, take_pool
from sim.engines.compiled_types import compiled
from sim.engines.compiled_world import World
from sim.engines.draws import For
from sim.engines.machines import BREAKDOWN, REFILL
from sim.log import Event
from sim.program import Closing

_RANK_FREE, _RANK_UP = int(Rank.FREE), int(Rank.UP)
_WRAP_UP = int(For.WRAP_UP)
_FREE, _CAPACITY, _PREEMPT = int(Event.FREE), int(Event.CAPACITY), int(Event.PREEMPT)
_DOWN, _UP = int(Event.DOWN), int(Event.UP)
_SERVE_INSIDE = int(Closing.SERVE_INSIDE)
_REFILLS = 1 << 32
"""As in sim.engines.machines: keeps the numbers of refills apart from those of breakdowns and repairs."""


@compiled
def _call(w: World, station: int, number: int) -> None:
    """Free servers of a group take who waits for them, until either runs out."""
    row = w.station[station]
    if row[col.GATHER]:
        return
    group = row[col.GROUP_FROM] + number
    size = row[col.BATCH_SIZE]
    while free(w, group) > 0:
        first = last = -1
        count = 0
        while count < size:
            case = call_next(w, station, w.group[group, col.LINES])
            if case < 0:
                break
            if w.case[case, col.DUE]:
                cancel(w, case)
            w.case[case, col.BOARD_MEMBER] = -1
            if first < 0:
                first = case
            else:
                w.case[last, col.BOARD_MEMBER] = case
            last = case
            count += 1
        if first < 0:
            break
        w.case[first, col.BOARD], w.case[first, col.BOARD_TAIL] = count, last
        start(w, first, station, number)
    if row[col.JOCKEYING]:
        attract(w, station, number)


@compiled
def _break_off(w: World, case: int, station: int, group: int) -> None:
    """The server leaves in the middle: the case waits again, first in line, for the rest of its service.

    Patience begins anew, with a number of its own.
    """
    row, now = w.case[case], w.g[col.NOW]
    no_longer_serving(w, case, group)
    w.group[group, col.BUSY] -= 1
    row[col.REMAINING] = row[col.DUE_T] - now
    cancel(w, case)
    emit(w, case, _PREEMPT, row[col.GROUP], now - row[col.STARTED])
    row[col.JOINED] = now
    row[col.BREAKS] += 1
    queue(w, case, station, w.step[row[col.STEP], col.BUSINESS])
    be_patient(w, case, station)


@compiled
def _on_duty(w: World, station: int, number: int, servers: int) -> bool:
    """Change the servers on duty; False if nothing changes now."""
    row = w.station[station]
    group = row[col.GROUP_FROM] + number
    on_duty = w.group[group, col.ON_DUTY]
    if row[col.DRAINING] and servers < on_duty:
        w.group[group, col.PENDING] = servers
        return False
    w.group[group, col.PENDING] = -1
    if servers == on_duty and w.g[col.NOW] > 0:
        return False
    w.group[group, col.ON_DUTY] = servers
    emit_of(w, -1, -1, -1, station, _CAPACITY, number, servers)
    if w.group[group, col.BREAKS_OFF] and not (row[col.CLOSED] and row[col.CLOSING] == _SERVE_INSIDE):
        while free(w, group) < 0 and w.group[group, col.SERVING] >= 0:
            _break_off(w, w.group[group, col.SERVING], station, group)
    return True


@compiled
def drained(w: World, station: int) -> None:
    """Nobody is left inside waiting."""
    row = w.station[station]
    row[col.DRAINING] = 0
    for group in range(row[col.GROUP_FROM], row[col.GROUP_TO]):
        servers = w.group[group, col.PENDING]
        if servers >= 0:
            number = group - row[col.GROUP_FROM]
            if _on_duty(w, station, number, servers):
                _call(w, station, number)


@compiled
def call(w: World, station: int, number: int) -> None:
    """As `_call`; servers who stayed on for the last people inside may go then."""
    _call(w, station, number)
    if w.station[station, col.DRAINING] and w.station[station, col.WAITING] == 0:
        drained(w, station)


@compiled
def capacity(w: World, station: int, number: int, servers: int) -> None:
    """Servers on duty change, unless they stay on for the people inside."""
    if _on_duty(w, station, number, servers):
        call(w, station, number)


@compiled
def release(w: World, station: int, number: int) -> None:
    """A server of the group is free: it calls the next person."""
    w.group[w.station[station, col.GROUP_FROM] + number, col.BUSY] -= 1
    call(w, station, number)


@compiled
def done_with(w: World, case: int, station: int) -> None:
    """The server of a finished service is released, after wrap-up if there is one."""
    row = w.case[case]
    if row[col.GROUP] < 0:  # released with its batch
        return
    dist = w.station[station, col.WRAP_UP]
    if dist >= 0:
        length = time(w, case, dist, _WRAP_UP, 0)
        if length > 0:
            place = take_pool(w)
            kept = w.pool[place]
            kept[col.POOL_ID], kept[col.POOL_PERSON], kept[col.POOL_STEP] = (
                row[col.ID], row[col.PERSON], row[col.STEP],
            )  # fmt: skip
            kept[col.POOL_STATION], kept[col.POOL_GROUP], kept[col.POOL_SINCE] = station, row[col.GROUP], w.g[col.NOW]
            at(w, w.g[col.NOW] + length, _RANK_FREE, row[col.STARTED_NUMBER], place)
            return
    release(w, station, row[col.GROUP])


@compiled
def wrapped(w: World, place: int) -> None:
    """Wrap-up is over."""
    row = w.pool[place]
    station, number = row[col.POOL_STATION], row[col.POOL_GROUP]
    emit_of(
        w, row[col.POOL_ID], row[col.POOL_PERSON], row[col.POOL_STEP], station, _FREE, number,
        w.g[col.NOW] - row[col.POOL_SINCE],
    )  # fmt: skip
    give_pool(w, place)
    release(w, station, number)


@compiled
def let_go(w: World, case: int) -> None:
    """Release the counter that was kept for a case, if any."""
    row = w.case[case]
    station, number = row[col.HELD_STATION], row[col.HELD_GROUP]
    if station < 0:
        return
    row[col.HELD_STATION] = -1
    kept = w.g[col.NOW] - row[col.HELD_SINCE]
    if kept > 0:
        emit_of(w, row[col.ID], row[col.PERSON], row[col.STEP], station, _FREE, number, kept)
    release(w, station, number)


@compiled
def fail_next(w: World, station: int) -> None:
    """Decide after how much work the machine fails next."""
    row = w.station[station]
    if row[col.BREAKDOWN] >= 0:
        row[col.NEXT_FAILURE] = row[col.USED] + station_number(w, station, row[col.BREAKDOWN], 2 * row[col.FAILURES])


@compiled
def _down(w: World, station: int, number: int, why: int, length: int) -> None:
    if length <= 0:
        return
    row = w.station[station]
    w.group[row[col.GROUP_FROM] + number, col.DOWN] += 1
    row[col.DOWNS] += 1
    emit_of(w, -1, -1, -1, station, _DOWN, why, 0)
    place = take_pool(w)
    kept = w.pool[place]
    kept[col.POOL_STATION], kept[col.POOL_GROUP] = station, number
    kept[col.POOL_SINCE], kept[col.POOL_WHY] = w.g[col.NOW], why
    at(w, w.g[col.NOW] + length, _RANK_UP, station << 24 | row[col.DOWNS] & 0xFFFFFF, place)


@compiled
def wear(w: World, case: int, station: int) -> None:
    """After a piece of work: out of supplies, or broken?  Either takes one machine of the group down."""
    row = w.station[station]
    number = w.case[case, col.GROUP]
    if row[col.CONSUMABLES]:
        row[col.USES] += 1
        if row[col.USES] % row[col.CONSUMABLES] == 0:
            refill = row[col.USES] // row[col.CONSUMABLES]
            _down(w, station, number, REFILL, station_number(w, station, row[col.REFILL], _REFILLS + refill))
    if row[col.BREAKDOWN] >= 0:
        row[col.USED] += w.g[col.NOW] - w.case[case, col.STARTED]
        if row[col.USED] >= row[col.NEXT_FAILURE]:
            repair = station_number(w, station, row[col.REPAIR], 2 * row[col.FAILURES] + 1)
            row[col.FAILURES] += 1
            fail_next(w, station)
            _down(w, station, number, BREAKDOWN, repair)


@compiled
def up(w: World, place: int) -> None:
    """A machine works again."""
    row = w.pool[place]
    station, number, why = row[col.POOL_STATION], row[col.POOL_GROUP], row[col.POOL_WHY]
    length = w.g[col.NOW] - row[col.POOL_SINCE]
    give_pool(w, place)
    w.group[w.station[station, col.GROUP_FROM] + number, col.DOWN] -= 1
    emit_of(w, -1, -1, -1, station, _UP, why, length)
    call(w, station, number)
