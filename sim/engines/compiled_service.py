"""Service at the stations of the compiled engine: how long it takes, who starts, who goes on at a kept counter."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_draws import emit, emit_of, time
from sim.engines.compiled_heap import at, on_clock
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.draws import For
from sim.log import Event
from sim.program import FOREVER

_RANK_END, _RANK_PATIENCE = int(Rank.END), int(Rank.PATIENCE)
_SERVICE, _PATIENCE, _SETUP = int(For.SERVICE), int(For.PATIENCE), int(For.SETUP)
_START, _FREE, _CONTINUE = int(Event.START), int(Event.FREE), int(Event.CONTINUE)
_ANY_STATION = -1


@inlined
def given(w: World, case: int, station: int, what: int) -> int:
    """A time the arrival table gives for this case at this station, or -1.  what: 0 service, 1 patience."""
    row = w.case[case]
    if row[col.OVERRIDES] < 0:
        return -1
    source, ints = w.source[row[col.SOURCE]], w.ints
    for triple in range(source[col.OVERRIDES_FROM], source[col.OVERRIDES_TO], 3):
        if ints[triple + 1] == what and (ints[triple] == station or ints[triple] == _ANY_STATION):
            return int(ints[ints[triple + 2] + row[col.OVERRIDES]])
    return -1


@compiled
def be_patient(w: World, case: int, station: int) -> None:
    """Schedule the moment at which the person gives up: as the arrival table says, else as drawn, if ever."""
    row = w.case[case]
    patience = given(w, case, station, 1)
    dist = w.station[station, col.PATIENCE]
    if patience < 0 and dist >= 0:
        patience = time(w, case, dist, _PATIENCE, row[col.BREAKS])
    if patience >= 0 and patience < FOREVER:
        row[col.DUE] = at(w, w.g[col.NOW] + patience, _RANK_PATIENCE, row[col.ID], case)


@compiled
def duration(w: World, case: int, station: int, group: int) -> int:
    """What is left of a service broken off, what the arrivals give, or a drawn time; plus set-up."""
    row = w.case[case]
    remaining = row[col.REMAINING]
    if remaining >= 0:
        row[col.REMAINING] = -1
        return int(remaining)
    length = given(w, case, station, 0)
    if length >= 0:
        return length
    step = w.step[row[col.STEP]]
    dist = w.ints[w.station[station, col.SERVICE_OF] + step[col.BUSINESS]]
    if dist == col.NOT_GIVEN:
        dist = step[col.SERVICE]
    if row[col.VISIT] == 1 and dist == step[col.SERVICE] and row[col.FIRST_SERVICE] >= 0:
        length = row[col.FIRST_SERVICE]
    else:
        length = time(w, case, dist, _SERVICE, 0) if dist >= 0 else 0
    setup = w.station[station, col.SETUP]
    if setup >= 0:
        servers = w.group[group]
        if servers[col.GROUP_BATCH] != row[col.BATCH]:
            servers[col.GROUP_BATCH], servers[col.BATCH_STARTED] = row[col.BATCH], 0
        if servers[col.BATCH_STARTED] < servers[col.ON_DUTY]:
            servers[col.BATCH_STARTED] += 1
            length += time(w, case, setup, _SETUP, 0)
    return length


@inlined
def _until_end(w: World, case: int, length: int) -> None:
    """Schedule the end of a service, and remember when that is on the clock's own steps."""
    t_ms = on_clock(w, w.g[col.NOW] + length)
    w.case[case, col.DUE_T] = t_ms
    w.case[case, col.DUE] = at(w, t_ms, _RANK_END, w.case[case, col.ID], case)


@inlined
def _begin(w: World, case: int, number: int, kind: int, waited: int) -> None:
    row = w.case[case]
    row[col.GROUP] = number
    row[col.STARTED] = w.g[col.NOW]
    row[col.STARTED_NUMBER] = w.g[col.SERVICES]
    emit(w, case, kind, number, waited)


@compiled
def _serving(w: World, case: int, group: int) -> None:
    """Remember who is served, in order, where service can be broken off."""
    last = w.group[group, col.SERVING]
    w.case[case, col.SERVING_PREVIOUS], w.case[case, col.SERVING_NEXT] = last, -1
    if last >= 0:
        w.case[last, col.SERVING_NEXT] = case
    w.group[group, col.SERVING] = case


@compiled
def start(w: World, first: int, station: int, number: int) -> None:
    """A server takes these cases: the first, and at a batch station those linked to it as members of its board."""
    g, cases = w.g, w.case
    group = w.station[station, col.GROUP_FROM] + number
    w.group[group, col.BUSY] += 1
    g[col.SERVICES] += 1
    case = first
    while case >= 0:
        _begin(w, case, number, _START, g[col.NOW] - cases[case, col.JOINED])
        case = cases[case, col.BOARD_MEMBER]
    _until_end(w, first, duration(w, first, station, group))
    if w.station[station, col.BATCH_SIZE] > 1:
        last = w.group[group, col.LAST_BOARD]
        cases[first, col.BOARD_PREVIOUS], cases[first, col.BOARD_NEXT] = last, -1
        if last >= 0:
            cases[last, col.BOARD_NEXT] = first
        else:
            w.group[group, col.FIRST_BOARD] = first
        w.group[group, col.LAST_BOARD] = first
    if w.group[group, col.BREAKS_OFF]:
        _serving(w, first, group)


@compiled
def no_longer_serving(w: World, case: int, group: int) -> None:
    """Take a case out of those served."""
    before, after = w.case[case, col.SERVING_PREVIOUS], w.case[case, col.SERVING_NEXT]
    if before >= 0:
        w.case[before, col.SERVING_NEXT] = after
    if after >= 0:
        w.case[after, col.SERVING_PREVIOUS] = before
    else:
        w.group[group, col.SERVING] = before


@compiled
def board_with_room(w: World, station: int) -> int:
    """First case of a service in progress that somebody may join, -1 if there is none."""
    cases = w.case
    for group in range(w.station[station, col.GROUP_FROM], w.station[station, col.GROUP_TO]):
        board = w.group[group, col.FIRST_BOARD]
        while board >= 0:
            if cases[board, col.BOARD] < w.station[station, col.BATCH_SIZE]:
                return int(board)
            board = cases[board, col.BOARD_NEXT]
    return -1


@compiled
def board_joined(w: World, case: int, station: int) -> bool:
    """Let a case join a service in progress that has room, if there is one."""
    cases, board = w.case, board_with_room(w, station)
    if board < 0:
        return False
    cases[cases[board, col.BOARD_TAIL], col.BOARD_MEMBER] = case
    cases[board, col.BOARD_TAIL] = case
    cases[board, col.BOARD] += 1
    _begin(w, case, cases[board, col.GROUP], _START, 0)
    return True


@compiled
def board_over(w: World, first: int, group: int) -> None:
    """Take a board out of its group's."""
    before, after = w.case[first, col.BOARD_PREVIOUS], w.case[first, col.BOARD_NEXT]
    if before >= 0:
        w.case[before, col.BOARD_NEXT] = after
    else:
        w.group[group, col.FIRST_BOARD] = after
    if after >= 0:
        w.case[after, col.BOARD_PREVIOUS] = before
    else:
        w.group[group, col.LAST_BOARD] = before


@compiled
def continue_service(w: World, case: int, station: int, number: int, since: int) -> None:
    """The next business of the same visit, at the counter that was kept."""
    row, now = w.case[case], w.g[col.NOW]
    group = w.station[station, col.GROUP_FROM] + number
    row[col.STATION] = row[col.HERE] = station
    row[col.JOINED] = now
    w.g[col.SERVICES] += 1
    if now > since:
        emit_of(w, row[col.ID], row[col.PERSON], row[col.STEP], station, _FREE, number, now - since)
    w.station[station, col.INSIDE] += 1
    _begin(w, case, number, _CONTINUE, 0)
    _until_end(w, case, duration(w, case, station, group))
    if w.group[group, col.BREAKS_OFF]:
        _serving(w, case, group)
