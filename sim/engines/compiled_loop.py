"""The loop of the compiled engine: one event after another, until Python has something to do."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_ahead import RANK_SHIFT, look_for_balance
from sim.engines.compiled_cases import tell
from sim.engines.compiled_draws import emit_of
from sim.engines.compiled_floor import changes, ends, next_change, out_of_patience
from sim.engines.compiled_heap import drop_first, holds_good, on_clock, soonest
from sim.engines.compiled_release import fail_next, up, wrapped
from sim.engines.compiled_stack import push
from sim.engines.compiled_types import Entry, inlined, world_at
from sim.engines.compiled_walk import arrives, enter, follow, served
from sim.engines.compiled_world import CHUNK, ROWS_OF_A_CASE, World
from sim.log import Event
from sim.office.fields import Ledger
from sim.office.rows import ALWAYS_TOLD, LEDGER_FIELD

_CHANGE, _UP, _END, _FREE = int(Rank.CHANGE), int(Rank.UP), int(Rank.END), int(Rank.FREE)
_WALK, _PATIENCE = int(Rank.WALK), int(Rank.PATIENCE)
_BALANCE, _MEDICAL, _FINANCIAL = int(Event.BALANCE), int(Ledger.MEDICAL), int(Ledger.FINANCIAL)
_MEDICAL_FEN, _FINANCIAL_FEN = int(LEDGER_FIELD[Ledger.MEDICAL]), int(LEDGER_FIELD[Ledger.FINANCIAL])
_SOMETIMES_TOLD = tuple(
    (int(ledger), int(field)) for ledger, field in LEDGER_FIELD.items() if ledger not in ALWAYS_TOLD
)


@Entry
def begin(pairs: int) -> None:
    """What stands in the heap before the first event.  `pairs`: address of the tables' addresses."""
    w = world_at(pairs)
    stations = len(w.station)
    for station in range(stations):
        fail_next(w, station)
    for station in range(stations):
        next_change(w, station)


@inlined
def _crowded(w: World) -> bool:
    """Whether a table might be too small for the next event, or the log has a chunk to hand on."""
    g = w.g
    margin, alive = g[col.MARGIN_ROWS], g[col.ALIVE]
    return bool(
        g[col.LOG] >= CHUNK
        or g[col.FREE_CASES] < margin
        or len(w.heap) < g[col.HEAP] + g[col.FAR] + alive + margin
        or (g[col.FREE_PAGE] < 0 and g[col.PAGES] == len(w.page))
        or len(w.log) < g[col.LOG] + ROWS_OF_A_CASE * alive + margin
        or len(w.stack) < alive + margin
        or g[col.FREE_POOLS] < alive + margin
    )


@inlined
def _happens(w: World, rank: int, what: int) -> None:
    """One event."""
    if rank == _END:
        ends(w, what)
    elif rank == _PATIENCE:
        out_of_patience(w, what)
    elif rank == _WALK:
        push(w, col.ENTER, what, w.case[what, col.WALK_STEP], w.case[what, col.WALK_STATION], 0)
    elif rank == _FREE:
        wrapped(w, what)
    elif rank == _CHANGE:
        changes(w, what)
    elif rank == _UP:
        up(w, what)


@inlined
def _work_off(w: World) -> None:
    """Everything that follows within the same moment."""
    g = w.g
    while g[col.STACK] > 0 and not g[col.TROUBLE]:
        g[col.STACK] -= 1
        row = w.stack[g[col.STACK]]
        frame, case, a, b, c = row[col.FRAME], row[col.FRAME_CASE], row[col.A], row[col.B], row[col.C]
        if frame == col.SERVED:
            served(w, case, a)
        elif frame == col.FOLLOW:
            follow(w, case, a, b, c)
        elif frame == col.ENTER:
            enter(w, case, a, b)
        else:
            if w.case[case, col.BOARD_MEMBER] >= 0:
                push(w, col.MEMBERS, w.case[case, col.BOARD_MEMBER], a, 0, 0)
            w.case[case, col.GROUP] = -1
            push(w, col.SERVED, case, a, 0, 0)


@inlined
def _next_arrival(w: World) -> int:
    """When the next new case comes, on the clock's own steps; -1 if none does."""
    g = w.g
    if g[col.NEXT_ARRIVAL] == len(w.block):
        return -1
    return on_clock(w, w.block[g[col.NEXT_ARRIVAL], col.BLOCK_T])


@Entry
def play(pairs: int, every: int) -> int:
    """Let things happen; give the reason for coming back.

    Arrivals are not in the heap: they come in order, one after another, and after all else at the same moment.
    """
    w = world_at(pairs)
    g, heap = w.g, w.heap
    beat = g[col.EVENTS] - g[col.EVENTS] % every + every
    while True:
        if _crowded(w):
            return col.ROOM
        if g[col.NEXT_ARRIVAL] == len(w.block) and not g[col.LAST_BLOCK]:
            return col.BLOCK
        t_ms, t_arrival = soonest(w), _next_arrival(w)
        comes = t_arrival >= 0 and (t_ms < 0 or t_arrival < t_ms)
        if comes:
            t_ms = t_arrival
        if t_ms < 0 or t_ms >= g[col.END]:
            return col.OVER
        if g[col.DRAIN] and t_arrival < 0 and g[col.ALIVE] == 0:
            return col.OVER
        if comes:
            g[col.NOW] = t_ms
            arrives(w)
        else:
            order, what, event = heap[0, col.ORDER], heap[0, col.WHAT], heap[0, col.EVENT]
            drop_first(w)
            if not holds_good(w, order, what, event):
                g[col.CANCELLED] -= 1
                continue
            g[col.NOW] = t_ms
            _happens(w, order >> RANK_SHIFT, what)
        _work_off(w)
        if g[col.TROUBLE]:
            return col.BROKEN
        g[col.EVENTS] += 1
        if g[col.EVENTS] == beat:
            return col.BEAT


@Entry
def tell_one(pairs: int, case: int) -> None:
    """The record of an action that is not over when the run is."""
    tell(world_at(pairs), case)


@Entry
def close(pairs: int, person: int) -> int:
    """Closing balances of a person and those after him, until a chunk of the log is full; gives the next person."""
    w = world_at(pairs)
    while person < len(w.record_of) and w.g[col.LOG] < CHUNK:
        look_for_balance(w, person)
        if w.record_of[person] >= 0:
            record = w.record[w.record_of[person]]
            emit_of(w, -1, person, -1, -1, _BALANCE, _MEDICAL, record[_MEDICAL_FEN])
            emit_of(w, -1, person, -1, -1, _BALANCE, _FINANCIAL, record[_FINANCIAL_FEN])
            for ledger, field in _SOMETIMES_TOLD:
                if record[field]:
                    emit_of(w, -1, person, -1, -1, _BALANCE, ledger, record[field])
        person += 1
    return person
