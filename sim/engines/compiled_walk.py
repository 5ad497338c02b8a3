"""How a case of the compiled engine walks: to a step and its station, through the office, along the moves."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_ahead import look_for_people
from sim.engines.compiled_cases import end_case, equip, new_case, twin_of
from sim.engines.compiled_coming import choose, home_of, menu_of
from sim.engines.compiled_draws import emit, share, usual_place
from sim.engines.compiled_floor import join
from sim.engines.compiled_heap import at
from sim.engines.compiled_office import attempt, first_failure
from sim.engines.compiled_pauses import until
from sim.engines.compiled_release import done_with, let_go
from sim.engines.compiled_service import continue_service
from sim.engines.compiled_stack import push
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.draws import For
from sim.log import Event
from sim.office.fields import Field
from sim.program import Where

_RANK_WALK = int(Rank.WALK)
_MOVE = int(For.MOVE)
_ARRIVE, _FORK = int(Event.ARRIVE), int(Event.FORK)
_OUTLET, _CARD_BANK = int(Field.OUTLET), int(Field.CARD_BANK)
_NOWHERE, _FIXED, _APPLIED = int(Where.NOWHERE), int(Where.FIXED), int(Where.APPLIED)
_ISSUER, _HERE, _MACHINE = int(Where.ISSUER), int(Where.HERE), int(Where.MACHINE)
_FORMER, _FORMER_BANK = int(Where.FORMER), int(Field.FORMER_BANK)


@inlined
def arrives(w: World) -> None:
    """A new case, with what its source gives it."""
    row = w.block[w.g[col.NEXT_ARRIVAL]]
    source = row[col.BLOCK_SOURCE]
    case = new_case(w, source, row[col.BLOCK_NUMBER], row[col.BLOCK_PERSON])
    w.g[col.NEXT_ARRIVAL] += 1
    look_for_people(w)
    equip(w, case, row)
    if w.source[source, col.STORY] == col.IS_TERM:
        emit(w, case, _FORK, 0, w.case[case, col.ID])
    else:
        emit(w, case, _ARRIVE, source, 0)
    push(w, col.ENTER, case, w.source[source, col.SOURCE_STEP], row[col.BLOCK_STATION], 0)


@compiled
def _offered(w: World, choice: int, station: int) -> bool:
    row = w.choice[choice]
    for place in range(row[col.CHOICE_FROM], row[col.CHOICE_TO]):  # noqa: SIM110 - a loop is compiled
        if w.ints[place] == station:
            return True
    return False


@compiled
def _find(w: World, case: int, step: int) -> int:
    """The station of a step for this case."""
    row, going = w.case[case], w.step[step]
    where = going[col.STEP_WHERE]
    if where == _FIXED:
        return int(going[col.STEP_STATION])
    if where == _HERE:
        return int(row[col.HERE])
    if row[col.WHERE] >= 0:
        station = row[col.WHERE]
        row[col.WHERE] = -1
        return menu_of(w, step, station)
    record = row[col.RECORD]
    if where == _APPLIED and record >= 0 and w.record[record, _OUTLET] >= 0:
        return menu_of(w, step, w.record[record, _OUTLET])
    choice = going[col.CHOICE]
    bank_field = _FORMER_BANK if where == _FORMER else _CARD_BANK
    by_bank = where in (_ISSUER, _FORMER)
    if by_bank and record >= 0 and w.record[record, bank_field] >= 0:
        choice = w.ints[going[col.BY_BANK] + w.record[record, bank_field]]
    home = home_of(w, row[col.PERSON], w.choice[choice, col.CHOICE_PLACE])
    if home >= 0 and (not by_bank or _offered(w, choice, home)):
        return menu_of(w, step, home)
    return menu_of(w, step, choose(w, choice, usual_place(w, case, w.choice[choice, col.CHOICE_PLACE])))


@inlined
def enter(w: World, case: int, step: int, station: int) -> None:
    """A case comes to a step, at the station it has already chosen or chooses now."""
    row, going = w.case[case], w.step[step]
    row[col.STEP] = step
    row[col.VISIT] += 1
    where = going[col.STEP_WHERE]
    if where == _NOWHERE:
        row[col.STATION] = -1
        if attempt(w, case):
            push(w, col.FOLLOW, case, going[col.DONE_FROM], going[col.DONE_TO], going[col.DONE_FROM])
        else:
            push(w, col.FOLLOW, case, going[col.REFUSED_FROM], going[col.REFUSED_TO], going[col.REFUSED_FROM])
    elif where == _MACHINE:
        host = row[col.HERE]
        machine = w.station[host, col.MACHINE]
        join(w, case, machine if machine >= 0 else host, going[col.BUSINESS])
        row[col.HERE] = host
    elif where == _HERE and row[col.HELD_STATION] >= 0:
        kept = row[col.HELD_STATION]
        row[col.HELD_STATION] = -1
        continue_service(w, case, kept, row[col.HELD_GROUP], row[col.HELD_SINCE])
    else:
        let_go(w, case)
        if station < 0:
            station = _find(w, case, step)
        join(w, case, station, going[col.BUSINESS])


@inlined
def served(w: World, case: int, station: int) -> None:
    """Service is over: the office decides, the server goes on, the case goes on."""
    row = w.case[case]
    step = w.step[row[col.STEP]]
    accepted = attempt(w, case)
    if accepted and step[col.KEEP] and step[col.STEP_WHERE] != _MACHINE:
        row[col.HELD_STATION], row[col.HELD_GROUP], row[col.HELD_SINCE] = station, row[col.GROUP], w.g[col.NOW]
    else:
        done_with(w, case, station)
    first, last = step[col.DONE_FROM], step[col.DONE_TO]
    if step[col.OFFICE] < 0:
        place = w.station[station]
        if place[col.THEN_TO] > place[col.THEN_FROM]:
            first, last = place[col.THEN_FROM], place[col.THEN_TO]
    elif not accepted:
        first, last = step[col.REFUSED_FROM], step[col.REFUSED_TO]
    push(w, col.FOLLOW, case, first, last, first)


@compiled
def _go(w: World, case: int, move: int) -> None:
    """On to the next step, at once or after a pause.  A story's person and a term stop before what people begin."""
    row, going = w.case[case], w.move[move]
    step = going[col.MOVE_STEP]
    if step < 0:
        end_case(w, case)
        return
    target = w.step[step]
    if target[col.STARTS]:
        if w.source[row[col.SOURCE], col.STORY]:
            end_case(w, case)
            return
        if not target[col.STEP_WHO] >> row[col.WHO] & 1:
            row[col.WHO] = target[col.FIRST_WHO]
    wait = going[col.MOVE_WAIT]
    if wait < 0:
        push(w, col.ENTER, case, step, -1, 0)
        return
    let_go(w, case)
    station = -1
    if w.wait[wait, col.WAIT_VISIT]:
        previous = row[col.STEP]
        row[col.STEP] = step
        station = _find(w, case, step)
        row[col.STEP] = previous
    row[col.WALK_STEP], row[col.WALK_STATION] = step, station
    at(w, until(w, case, wait, station), _RANK_WALK, row[col.ID], case)


@inlined
def follow(w: World, case: int, first: int, last: int, upto: int) -> None:
    """Take the first move, from `upto` on, whose guards hold and whose share comes up; forks start second cases."""
    for place in range(upto, last):
        order = place - first
        move = w.ints[place]
        row = w.move[move]
        if row[col.MOVE_GUARDED] and (
            w.case[case, col.RECORD] < 0 or first_failure(w, case, row[col.GUARD_FROM], row[col.GUARD_TO]) >= 0
        ):
            continue
        part = w.reals[row[col.MOVE_SHARE]]
        if part < 1.0 and share(w, case, _MOVE, order) >= part:
            continue
        if row[col.FORK]:
            twin = twin_of(w, case, order)
            emit(w, case, _FORK, 0, w.case[twin, col.ID])
            push(w, col.FOLLOW, case, first, last, place + 1)
            _go(w, twin, move)
        else:
            _go(w, case, move)
        return
    end_case(w, case)
