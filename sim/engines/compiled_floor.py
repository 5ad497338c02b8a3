"""What happens at the stations of the compiled engine: joining, giving up, the end of service, doors.

The order within one moment is that of sim.engines.floor.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_cases import end_case
from sim.engines.compiled_draws import emit, share
from sim.engines.compiled_heap import at, cancel, on_clock
from sim.engines.compiled_lines import leave_closed, shortest
from sim.engines.compiled_pauses import until
from sim.engines.compiled_queue import everybody_waiting, group_for, leave, queue
from sim.engines.compiled_release import capacity, done_with, drained, let_go, wear
from sim.engines.compiled_service import be_patient, board_joined, board_over, board_with_room, no_longer_serving, start
from sim.engines.compiled_stack import push
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.draws import For
from sim.log import Event
from sim.program import THOUSANDTHS, Change, Closing

_RANK_CHANGE, _RANK_WALK = int(Rank.CHANGE), int(Rank.WALK)
_BALKING, _CALLBACK, _RETURNING = int(For.BALK), int(For.CALLBACK), int(For.RETURN)
_JOIN, _START, _END = int(Event.JOIN), int(Event.START), int(Event.END)
_ABANDON, _BALK, _TURNED_AWAY = int(Event.ABANDON), int(Event.BALK), int(Event.TURNED_AWAY)
_BLOCKED, _RETURN = int(Event.BLOCKED), int(Event.RETURN)
_CLOSE, _OPEN, _CAPACITY = int(Change.DOOR_CLOSE), int(Change.DOOR_OPEN), int(Change.CAPACITY)
_SERVE_INSIDE, _TURN_AWAY = int(Closing.SERVE_INSIDE), int(Closing.TURN_AWAY)


@compiled
def unserved(w: World, case: int, station: int, how: int, value: int) -> None:
    """Left without service: come back another time, or not at all."""
    row, place, now = w.case[case], w.station[station], w.g[col.NOW]
    row[col.STATION] = row[col.HERE] = station
    emit(w, case, how, 0, value)
    row[col.OUTCOME] = how
    let_go(w, case)
    if (
        w.source[row[col.SOURCE], col.STORY]
        or row[col.TRIES] >= place[col.RETURN_AT_MOST]
        or share(w, case, _RETURNING, 0) >= w.reals[place[col.RETURN_SHARE]]
    ):
        end_case(w, case)
        return
    row[col.TRIES] += 1
    t_ms = until(w, case, place[col.RETURN_WAIT], station)
    emit(w, case, _RETURN, 0, t_ms - now)
    row[col.WALK_STEP], row[col.WALK_STATION] = row[col.STEP], station
    at(w, t_ms, _RANK_WALK, row[col.ID], case)


@inlined
def _served_at_once(w: World, station: int, business: int) -> bool:
    """Whether somebody who comes now need not wait."""
    place = w.station[station]
    if place[col.GATHER]:
        return bool(place[col.WAITING] + 1 == place[col.GATHER])
    if group_for(w, station, business) >= 0:
        return True
    return bool(place[col.BATCH_JOIN] and board_with_room(w, station) >= 0)


@inlined
def _balks(w: World, case: int, station: int, business: int) -> bool:
    """Whether the crowd puts a person off: never where one is served at once."""
    place = w.station[station]
    if place[col.BALK_QUEUE] < 0:
        return False
    on_duty = 0
    for group in range(place[col.GROUP_FROM], place[col.GROUP_TO]):
        on_duty += w.group[group, col.ON_DUTY]
    if place[col.WAITING] * THOUSANDTHS < place[col.BALK_QUEUE] * max(1, on_duty):
        return False
    if _served_at_once(w, station, business):
        return False
    return bool(share(w, case, _BALKING, 0) < w.reals[place[col.BALK_SHARE]])


@compiled
def _gathered(w: World, station: int) -> None:
    """The last one needed has come: all go on together, in the order in which they came."""
    people = everybody_waiting(w, station)
    for case in people:
        leave(w, case, station)
        w.station[station, col.INSIDE] -= 1
        w.case[case, col.GROUP] = -1
        emit(w, case, _START, 0, w.g[col.NOW] - w.case[case, col.JOINED])
        emit(w, case, _END, 0, 0)
    for case in people[::-1]:
        push(w, col.SERVED, case, station, 0, 0)


@inlined
def _wait_or_start(w: World, case: int, station: int, business: int) -> None:
    row, place = w.case[case], w.station[station]
    if place[col.BATCH_JOIN] and board_joined(w, case, station):
        return
    number = group_for(w, station, business)
    if number >= 0 and not place[col.GATHER]:
        row[col.BOARD], row[col.BOARD_TAIL] = 1, case
        start(w, case, station, number)
        return
    queue(w, case, station, shortest(w, station) if place[col.OWN_LINES] else business)
    if place[col.GATHER]:
        if place[col.WAITING] == place[col.GATHER]:
            _gathered(w, station)
        return
    called_back = (
        place[col.CALLBACK_QUEUE] >= 0
        and place[col.WAITING] > place[col.CALLBACK_QUEUE]
        and share(w, case, _CALLBACK, 0) < w.reals[place[col.CALLBACK_SHARE]]
    )
    if not called_back:
        be_patient(w, case, station)


@compiled
def join(w: World, case: int, station: int, business: int) -> None:
    """A person arrives at a station: turned away, blocked, put off by the crowd, served at once or waiting."""
    row, place = w.case[case], w.station[station]
    if not place[col.OPEN]:
        unserved(w, case, station, _TURNED_AWAY, 0)
    elif place[col.INSIDE] >= place[col.CAPACITY]:
        unserved(w, case, station, _BLOCKED, place[col.INSIDE])
    elif _balks(w, case, station, business):
        unserved(w, case, station, _BALK, place[col.WAITING])
    else:
        row[col.STATION] = row[col.HERE] = station
        row[col.JOINED] = w.g[col.NOW]
        row[col.BOARD_MEMBER] = -1
        emit(w, case, _JOIN, row[col.PRIORITY], place[col.WAITING])
        place[col.INSIDE] += 1
        w.g[col.TICKETS] += 1
        row[col.TURN] = w.g[col.TICKETS]
        row[col.BREAKS], row[col.REMAINING] = 0, -1
        _wait_or_start(w, case, station, business)


@compiled
def out_of_patience(w: World, case: int) -> None:
    """Waited long enough."""
    row = w.case[case]
    station = row[col.STATION]
    leave(w, case, station)
    w.station[station, col.INSIDE] -= 1
    row[col.DUE] = 0
    unserved(w, case, station, _ABANDON, w.g[col.NOW] - row[col.JOINED])


@inlined
def ends(w: World, first: int) -> None:
    """A service ends, that of all cases on the board at a batch station."""
    cases, now = w.case, w.g[col.NOW]
    station = cases[first, col.STATION]
    place = w.station[station]
    group = place[col.GROUP_FROM] + cases[first, col.GROUP]
    together = place[col.BATCH_SIZE] > 1
    if together:
        board_over(w, first, group)
    if w.group[group, col.BREAKS_OFF]:
        no_longer_serving(w, first, group)
    case = first
    while case >= 0:
        cases[case, col.DUE] = 0
        place[col.INSIDE] -= 1
        emit(w, case, _END, cases[case, col.GROUP], now - cases[case, col.STARTED])
        case = cases[case, col.BOARD_MEMBER]
    wear(w, first, station)
    if together:
        done_with(w, first, station)
        push(w, col.MEMBERS, first, station, 0, 0)
    else:
        push(w, col.SERVED, first, station, 0, 0)


@compiled
def next_change(w: World, station: int) -> None:
    """Schedule the station's next change."""
    place = w.station[station]
    if place[col.CHANGE] < place[col.CHANGE_TO]:
        at(w, w.change[place[col.CHANGE], 0], _RANK_CHANGE, station, station)


@compiled
def _send_home(w: World, station: int) -> None:
    """Everybody who waits is turned away."""
    for case in everybody_waiting(w, station):
        leave(w, case, station)
        w.station[station, col.INSIDE] -= 1
        if w.case[case, col.DUE]:
            cancel(w, case)
        unserved(w, case, station, _TURNED_AWAY, w.g[col.NOW] - w.case[case, col.JOINED])


@compiled
def _door(w: World, station: int, what: int) -> None:
    """Open, stop giving tickets, or close by the station's closing rule."""
    place = w.station[station]
    if what == _OPEN:
        place[col.OPEN], place[col.CLOSED] = 1, 0
        drained(w, station)
    else:
        place[col.OPEN] = 0
    if what == _CLOSE:
        place[col.CLOSED] = 1
        if place[col.CLOSING] == _TURN_AWAY:
            _send_home(w, station)
        place[col.DRAINING] = 1 if place[col.CLOSING] == _SERVE_INSIDE and place[col.WAITING] > 0 else 0


@compiled
def changes(w: World, station: int) -> None:
    """All changes of a station at this moment, in the order of the timetable."""
    place = w.station[station]
    now = w.g[col.NOW]
    while place[col.CHANGE] < place[col.CHANGE_TO]:
        change = w.change[place[col.CHANGE]]
        if on_clock(w, change[0]) > now:
            break
        place[col.CHANGE] += 1
        if change[1] == _CAPACITY:
            capacity(w, station, change[2], change[3])
            if place[col.CLOSED] and place[col.CLOSING] == _TURN_AWAY:
                _send_home(w, station)  # whose service has just been broken off
        else:
            _door(w, station, change[1])
    if place[col.OWN_LINES]:
        leave_closed(w, station)
        if place[col.DRAINING] and place[col.WAITING] == 0:
            drained(w, station)
    next_change(w, station)
