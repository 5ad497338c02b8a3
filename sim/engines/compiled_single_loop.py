"""The compiled loop for a single station where everybody waits as long as it takes, with a few servers.

Everybody is served in the order of arrival, so when he starts and ends is known as soon as he comes: he takes the
server that is free first (Kiefer & Wolfowitz, On the theory of queues with many servers, Trans. AMS 78 (1955) 1).  The
moments at which servers are free come out of this in order; they are the ends of service, and that of number k lets
number k + servers start, if he is there.  So there is no heap of events: people are taken in some way ahead of the
clock, arrivals and ends are merged, and from how many of each have been before follows the place of every row in the
log.  Nothing here depends on a choice that a processor has to foresee, except who has to wait.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines import compiled_single_columns as own
from sim.engines.compiled_lanes import LANES, eight_at, eight_first, eight_replaced, eight_to
from sim.engines.compiled_rows import rows_are_written, write_row
from sim.engines.compiled_types import Entry, inlined, single_at, world_at
from sim.engines.compiled_world import Single, World
from sim.log import Event

_ARRIVE, _JOIN, _START, _END = int(Event.ARRIVE), int(Event.JOIN), int(Event.START), int(Event.END)
_DONE, _LEAVE = int(Event.DONE), int(Event.LEAVE)
_FAR = 1 << 62
_AHEAD = 128
_ROWS_OF_AN_EVENT = 3


@inlined
def _take_in(p: Single, last: int, until: int) -> None:
    """Everybody up to one in the block takes the server that is free first; whose service that ends is known then."""
    s, people, serving, ends, busy = p.s, p.people, p.serving, p.ends, p.busy
    times, lengths, sources, mask = p.times, p.lengths, p.sources, s[own.MASK]
    taken, known = s[own.TAKEN], s[own.KNOWN]
    free, servers = eight_at(busy, 0), eight_at(busy, LANES)
    for arrival in range(s[own.NEXT_ARRIVAL], last):
        t_free, server = eight_first(free), eight_first(servers)
        at, to = server << own.SERVER_BITS, (known & mask) << own.END_BITS
        ends[to + own.CASE] = serving[at + own.CASE]
        ends[to + own.SINCE] = serving[at + own.SINCE]
        ends[to + own.FROM] = serving[at + own.FROM]
        ends[to + own.LENGTH] = serving[at + own.LENGTH]
        ends[to + own.ENDS] = t_free if t_free < until else _FAR
        known += int(t_free >= 0)
        t_ms, source, length = times[arrival], sources[arrival], lengths[arrival]
        serving[at + own.CASE] = taken
        serving[at + own.SINCE] = t_ms
        serving[at + own.FROM] = source
        serving[at + own.LENGTH] = length
        to = (taken & mask) << own.PERSON_BITS
        people[to + own.BORN] = t_ms
        people[to + own.SOURCE] = source
        taken += 1
        t_next = min(max(t_ms, t_free) + length, _FAR)
        servers = eight_replaced(free, servers, t_next, server)
        free = eight_replaced(free, free, t_next, t_next)
    eight_to(busy, 0, free)
    eight_to(busy, LANES, servers)
    s[own.NEXT_ARRIVAL], s[own.TAKEN], s[own.KNOWN] = last, taken, known


@inlined
def _nobody_comes_any_more(p: Single, until: int) -> None:
    """All who are being served leave one after another."""
    s, serving, ends, busy = p.s, p.serving, p.ends, p.busy
    known, mask = s[own.KNOWN], s[own.MASK]
    for place in range(s[own.SERVERS]):
        t_free, at = busy[place], busy[LANES + place] << own.SERVER_BITS
        to = (known & mask) << own.END_BITS
        for column in range(1 << own.SERVER_BITS):
            ends[to + column] = serving[at + column]
        ends[to + own.ENDS] = t_free if t_free < until else _FAR
        known += int(t_free >= 0)
    s[own.KNOWN], s[own.ALL_KNOWN] = known, 1


@inlined
def _look_ahead(p: Single, until: int) -> int:
    """Take in as many people as there is room for.  Gives col.BEAT, or what has to be done or is over."""
    s = p.s
    arrival, people, servers = s[own.NEXT_ARRIVAL], s[own.PEOPLE], s[own.SERVERS]
    if arrival == people and not s[own.LAST_BLOCK]:
        return col.BLOCK
    if s[own.ALL_KNOWN]:
        return col.OVER
    came, gone = s[own.CAME], s[own.GONE]
    room = s[own.MASK] - servers - max(s[own.TAKEN] - min(came, gone + servers), s[own.KNOWN] - gone)
    if room <= 0:
        return col.ROOM
    if arrival == people:
        _nobody_comes_any_more(p, until)
    else:
        _take_in(p, min(people, arrival + min(_AHEAD, room)), until)
    return col.BEAT


@inlined
def _in_order(p: Single, most: int) -> None:
    """Merge arrivals and ends: note how many ends are before each arrival, and how many arrivals before each end."""
    s, people, ends, mask = p.s, p.people, p.ends, p.s[own.MASK]
    came, gone, taken, known = s[own.CAME], s[own.GONE], s[own.TAKEN], s[own.KNOWN]
    while came < taken and gone < known and most > 0:
        at, to = (came & mask) << own.PERSON_BITS, (gone & mask) << own.END_BITS
        people[at + own.GONE_BEFORE] = gone
        ends[to + own.CAME_BEFORE] = came
        t_came, t_gone = people[at + own.BORN], ends[to + own.ENDS]
        end_first = int(t_gone < t_came) | int(t_gone == t_came) & int(ends[to + own.CASE] < came)
        gone += end_first
        came += 1 - end_first
        most -= 1
    if s[own.ALL_KNOWN] and came == taken:
        while gone < known and most > 0 and ends[((gone & mask) << own.END_BITS) + own.ENDS] < _FAR:
            ends[((gone & mask) << own.END_BITS) + own.CAME_BEFORE] = came
            gone += 1
            most -= 1
    s[own.CAME], s[own.GONE] = came, gone


@inlined
def _rows_until(came: int, gone: int, servers: int) -> int:
    """Rows that so many arrivals and ends have written: two each, and one for each start."""
    return 2 * (came + gone) + min(came, gone + servers)


@inlined
def _tell_arrivals(w: World, p: Single, first: int, rows: int) -> None:
    """The rows of arrivals, from one of them up to now; `rows`: where the first row of all would be."""
    log, people, mask, servers = p.log, p.people, p.s[own.MASK], p.s[own.SERVERS]
    for case in range(first, p.s[own.CAME]):
        at = (case & mask) << own.PERSON_BITS
        now, source, gone = people[at + own.BORN], people[at + own.SOURCE], people[at + own.GONE_BEFORE]
        step, priority = w.source[source, col.SOURCE_STEP], w.source[source, col.SOURCE_PRIORITY]
        to = rows + _rows_until(case, gone, servers)
        write_row(log, to, now, case, -1, -1, _ARRIVE, source, 0)
        write_row(log, to + 1, now, case, step, 0, _JOIN, priority, max(0, case - gone - servers))
        if case < gone + servers:
            write_row(log, to + 2, now, case, step, 0, _START, 0, 0)


@inlined
def _tell_ends(w: World, p: Single, first: int, rows: int) -> None:
    """The rows of ends, and of those who start then."""
    log, people, ends, mask, servers = p.log, p.people, p.ends, p.s[own.MASK], p.s[own.SERVERS]
    for number in range(first, p.s[own.GONE]):
        at, called = (number & mask) << own.END_BITS, number + servers
        now, case, came = ends[at + own.ENDS], ends[at + own.CASE], ends[at + own.CAME_BEFORE]
        since, step = ends[at + own.SINCE], w.source[ends[at + own.FROM], col.SOURCE_STEP]
        to = rows + _rows_until(came, number, servers)
        write_row(log, to, now, case, step, 0, _END, 0, ends[at + own.LENGTH])
        if called < came:
            to += 1
            at = (called & mask) << own.PERSON_BITS
            other = w.source[people[at + own.SOURCE], col.SOURCE_STEP]
            write_row(log, to, now, called, other, 0, _START, 0, now - people[at + own.BORN])
        write_row(log, to + 1, now, case, step, 0, _LEAVE, _DONE, now - since)


@Entry
def play_single(pairs: int, tables: int, every: int) -> int:
    """Let things happen; give the reason for coming back."""
    w, p = world_at(pairs), single_at(tables)
    s, mask, servers = p.s, p.s[own.MASK], p.s[own.SERVERS]
    start = s[own.LOG] - _rows_until(s[own.CAME], s[own.GONE], servers)
    before = s[own.EVENTS] - s[own.CAME] - s[own.GONE]
    why, beat = col.BEAT, s[own.EVENTS] - s[own.EVENTS] % every + every
    while s[own.EVENTS] < beat:
        most = min(beat - s[own.EVENTS], (s[own.ROOM] - s[own.LOG]) // _ROWS_OF_AN_EVENT)
        if most <= 0:
            why = col.ROOM
            break
        came, gone = s[own.CAME], s[own.GONE]
        _in_order(p, most)
        if s[own.CAME] == came and s[own.GONE] == gone:
            why = _look_ahead(p, w.g[col.END])
            if why != col.BEAT:
                break
            continue
        _tell_arrivals(w, p, came, start)
        _tell_ends(w, p, gone, start)
        came, gone = s[own.CAME], s[own.GONE]
        s[own.EVENTS], s[own.LOG] = before + came + gone, start + _rows_until(came, gone, servers)
        t_came = p.people[((came - 1 & mask) << own.PERSON_BITS) + own.BORN]
        s[own.NOW] = max(t_came, p.ends[((gone - 1 & mask) << own.END_BITS) + own.ENDS])
    rows_are_written()
    return why
