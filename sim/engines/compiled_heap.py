"""The clock of the compiled engine: a heap of rows (t, rank << 48 | number, what, event), four below each, and drawers.

As sim.engines.clock: times are rounded up to the clock's step, and events taken back stay there, without effect, until
they are half of it.  Both engines count the same events.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_ahead import RANK_SHIFT, look_for_case, look_into
from sim.engines.compiled_drawers import first_page, give_page, next_drawer, put_away
from sim.engines.compiled_types import Table, compiled, inlined
from sim.engines.compiled_world import World

_COMPACT_FROM = 4_096
_END = int(Rank.END)
_PATIENCE = int(Rank.PATIENCE)


@inlined
def _rise(w: World, hole: int, t_ms: int, order: int, what: int, event: int) -> None:
    """Put an entry where it belongs on the way from a leaf up."""
    heap = w.heap
    while hole > 0:
        above = (hole - 1) >> 2
        t_above = heap[above, col.DUE_AT]
        if t_above < t_ms or (t_above == t_ms and heap[above, col.ORDER] < order):
            break
        heap[hole, 0] = t_above
        heap[hole, 1] = heap[above, 1]
        heap[hole, 2] = heap[above, 2]
        heap[hole, 3] = heap[above, 3]
        hole = above
    heap[hole, 0] = t_ms
    heap[hole, 1] = order
    heap[hole, 2] = what
    heap[hole, 3] = event


@inlined
def on_clock(w: World, t_ms: int) -> int:
    """A time on the clock's own steps, rounded up."""
    step = w.g[col.CLOCK_STEP]
    return t_ms if step == 1 else -(-t_ms // step) * step


@inlined
def at(w: World, t_ms: int, rank: int, number: int, what: int) -> int:
    """Schedule an event of a rank; `number` orders equal times.  Gives the event's own number."""
    g, t_ms = w.g, on_clock(w, t_ms)
    g[col.LAST_EVENT] += 1
    event, order = g[col.LAST_EVENT], rank << RANK_SHIFT | number
    if not put_away(w, t_ms, order, what, event):
        _add(w, t_ms, order, what, event)
    return int(event)


@inlined
def _add(w: World, t_ms: int, order: int, what: int, event: int) -> None:
    """One more entry in the heap."""
    g = w.g
    if g[col.HEAP] == len(w.heap):
        g[col.TROUBLE] = 1
        return
    _rise(w, g[col.HEAP], t_ms, order, what, event)
    g[col.HEAP] += 1


@inlined
def _earlier(heap: Table, one: int, other: int) -> int:
    """1 if an entry is due before another one, else 0: reckoned, since it cannot be guessed."""
    t_one, t_other = heap[one, 0], heap[other, 0]
    return int(t_one < t_other) | int(t_one == t_other) & int(heap[one, 1] < heap[other, 1])


@compiled
def _sink(w: World, size: int, hole: int) -> None:
    """Let the entry at `hole` go down to where it belongs."""
    heap = w.heap
    t_ms, order, what, event = heap[hole, 0], heap[hole, 1], heap[hole, 2], heap[hole, 3]
    while True:
        below = 4 * hole + 1
        if below >= size:
            break
        if below + 3 < size:
            right = below + 2 + _earlier(heap, below + 3, below + 2)
            below += _earlier(heap, below + 1, below)
            below += (right - below) * _earlier(heap, right, below)
        else:
            for other in range(below + 1, size):
                below += (other - below) * _earlier(heap, other, below)
        t_below = heap[below, 0]
        if t_ms < t_below or (t_ms == t_below and order < heap[below, 1]):
            break
        heap[hole, 0] = t_below
        heap[hole, 1] = heap[below, 1]
        heap[hole, 2] = heap[below, 2]
        heap[hole, 3] = heap[below, 3]
        hole = below
    heap[hole, 0] = t_ms
    heap[hole, 1] = order
    heap[hole, 2] = what
    heap[hole, 3] = event


@compiled
def _open_drawer(w: World) -> None:
    """What lies in the next drawer goes into the heap, unless it was taken back."""
    g = w.g
    link = next_drawer(w)
    while link >= 0:
        page = link >> col.FILLED_BITS
        row, filled = w.page[page], link & col.FILLED
        g[col.FAR] -= filled
        for place in range(col.FIRST_ENTRY, col.FIRST_ENTRY + col.HEAP_WIDTH * filled, col.HEAP_WIDTH):
            if holds_good(w, row[place + col.ORDER], row[place + col.WHAT], row[place + col.EVENT]):
                _add(w, row[place], row[place + col.ORDER], row[place + col.WHAT], row[place + col.EVENT])
                look_for_case(w, row[place + col.ORDER], row[place + col.WHAT])
            else:
                g[col.CANCELLED] -= 1
        link = give_page(w, page)
    look_into(w, first_page(w))


@inlined
def soonest(w: World) -> int:
    """When the next entry is due, which is the first one in the heap then; -1 if there is none."""
    g, heap = w.g, w.heap
    while g[col.FAR] > 0 and (g[col.HEAP] == 0 or heap[0, col.DUE_AT] >= g[col.NEAR]):
        _open_drawer(w)
    return int(heap[0, col.DUE_AT]) if g[col.HEAP] > 0 else -1


@inlined
def drop_first(w: World) -> None:
    """Take the first entry out of the heap."""
    g, heap = w.g, w.heap
    g[col.HEAP] -= 1
    size = g[col.HEAP]
    if size > 0:
        for column in range(col.HEAP_WIDTH):
            heap[0, column] = heap[size, column]
        _sink(w, size, 0)


@compiled
def holds_good(w: World, order: int, what: int, event: int) -> bool:
    """Whether an entry has not been taken back."""
    rank = order >> RANK_SHIFT
    if rank == _END:
        return bool(w.case[what, col.DUE] == event)
    return bool(rank != _PATIENCE or w.case[what, col.DUE] == event)


@compiled
def _swept(w: World, link: int) -> int:
    """Throw out what was taken back from a page; gives the link to it."""
    row, filled, kept = w.page[link >> col.FILLED_BITS], link & col.FILLED, 0
    for entry in range(filled):
        place = col.FIRST_ENTRY + col.HEAP_WIDTH * entry
        if holds_good(w, row[place + col.ORDER], row[place + col.WHAT], row[place + col.EVENT]):
            for column in range(col.HEAP_WIDTH):
                row[col.FIRST_ENTRY + col.HEAP_WIDTH * kept + column] = row[place + column]
            kept += 1
    w.g[col.FAR] -= filled - kept
    return link - filled + kept


@compiled
def _sweep(w: World) -> None:
    """Throw out what was taken back."""
    g, heap = w.g, w.heap
    for drawer in range(len(w.drawer)):
        if w.drawer[drawer] >= 0:
            w.drawer[drawer] = _swept(w, w.drawer[drawer])
            page = w.page[w.drawer[drawer] >> col.FILLED_BITS]
            while page[col.LINK] >= 0:
                page[col.LINK] = _swept(w, page[col.LINK])
                page = w.page[page[col.LINK] >> col.FILLED_BITS]
    kept = 0
    for entry in range(g[col.HEAP]):
        if holds_good(w, heap[entry, col.ORDER], heap[entry, col.WHAT], heap[entry, col.EVENT]):
            for column in range(col.HEAP_WIDTH):
                heap[kept, column] = heap[entry, column]
            kept += 1
    g[col.HEAP] = kept
    for entry in range(kept // 4, -1, -1):
        _sink(w, kept, entry)


@compiled
def cancel(w: World, case: int) -> None:
    """Take back the event that would end a case's service or patience."""
    g = w.g
    w.case[case, col.DUE] = 0
    g[col.CANCELLED] += 1
    if g[col.CANCELLED] > _COMPACT_FROM and 2 * g[col.CANCELLED] > g[col.HEAP] + g[col.FAR]:
        _sweep(w)
        g[col.CANCELLED] = 0
