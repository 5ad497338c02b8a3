"""Adding to the sums of a selection, in compiled code: what a row means is decided before (`counting_actions`)."""

from __future__ import annotations

from sim.engines import counting_columns as col
from sim.engines.compiled_types import Words, compiled, cube_at, inlined
from sim.engines.counting_actions import (
    BEGINS,
    BY_MENU,
    DECIDES,
    ENDING,
    ENDS_SERVICE,
    HAD_QUEUED,
    INTO_QUEUE,
    INTO_SERVICE,
    JOCKEYS,
    OFFERS,
    OUT_OF_QUEUE,
    OUT_OF_SERVICE,
    REFUSES,
    REOPENS,
    STAYS,
)
from sim.engines.counting_columns import ANY, Column, Counts, Cube, Ending
from sim.engines.counting_keyed import tally, untally

_SERVED, _ABANDONED = int(Ending.SERVED), int(Ending.ABANDONED)
_SENT_HOME, _SELF_SERVICE = int(Ending.SENT_HOME), int(Ending.SELF_SERVICE)
_ENDINGS, _WAIT, _WAIT_SERVED = int(Column.SERVED_ATTEMPTS), int(Column.WAIT), int(Column.WAIT_SERVED)
_WAITED, _STAYED, _STAY = int(Column.WAITED), int(Column.STAYED), int(Column.STAY)
_OFFERED, _ENDED, _SERVICE = int(Column.OFFERED), int(Column.SERVED), int(Column.SERVICE)
_DECIDED, _REFUSED, _BEGUN = int(Column.DECIDED), int(Column.REFUSED), int(Column.BEGUN)
_JOCKEYED, _VISITS, _WITHIN = int(Column.JOCKEYED), int(Column.VISITS), len(Column)


@inlined
def _counts(head: Words, t_ms: int) -> bool:
    """Whether a moment is in the selection's window."""
    return bool(head[col.FROM] <= t_ms < head[col.UNTIL])


@inlined
def _cell(cube: Cube, station: int, t_ms: int) -> int:
    """Number of the cell of a station and a moment."""
    head = cube.head
    if head[col.BLOCK_BEGINS] <= t_ms < head[col.BLOCK_ENDS]:
        block = head[col.BLOCK]
    else:
        block = min(t_ms // head[col.BLOCK_MS], head[col.BLOCKS] - 1)
    return int(cube.place[station] * head[col.BLOCKS] + block)


@inlined
def _add(cube: Cube, column: int, station: int, t_ms: int, value: int) -> None:
    """Count something that happened at a moment, if that is in the window."""
    if _counts(cube.head, t_ms):
        at = _cell(cube, station, t_ms) * cube.head[col.CELL] + column
        cube.cells[at] += 1
        cube.cells[at + 1] += value


@inlined
def _one(cube: Cube, column: int, station: int, t_ms: int) -> None:
    """Count one more thing at a moment, if that is in the window."""
    if _counts(cube.head, t_ms):
        cube.cells[_cell(cube, station, t_ms) * cube.head[col.CELL] + column] += 1


@compiled
def _level(cube: Cube, which: int, station: int, t_ms: int, step: int) -> None:
    """A step up or down in one of the step functions; outside the window it counts at its edge."""
    head = cube.head
    t_ms = min(max(t_ms, head[col.FROM]), head[col.UNTIL])
    at = _cell(cube, station, t_ms) * head[col.CELL] + head[col.AREAS_AT] + 2 * which
    cube.cells[at] += step
    cube.cells[at + 1] += step * t_ms


@compiled
def _queue(cube: Cube, station: int, t_ms: int, step: int) -> None:
    """Somebody joins or leaves the queue; a queue that lasts no time at all is none."""
    _level(cube, col.WAITING, station, t_ms, step)
    head, queues = cube.head, cube.queues
    at = cube.place[station] * col.QUEUE_WIDTH
    since = queues[at + col.HELD_SINCE]
    if t_ms > since and t_ms > head[col.FROM] and since < head[col.UNTIL]:
        queues[at + col.LONGEST] = max(queues[at + col.LONGEST], queues[at + col.HELD])
    queues[at + col.HELD] += step
    queues[at + col.HELD_SINCE] = t_ms


@compiled
def _attempt(w: Counts, cube: Cube, station: int, began_ms: int, ending: int, wait: int) -> None:
    """An attempt to be served has ended."""
    head = cube.head
    if not _counts(head, began_ms):
        return
    cell = _cell(cube, station, began_ms)
    cells, at = cube.cells, cell * head[col.CELL]
    cells[at + _ENDINGS + ending] += 1
    if ending > _SENT_HOME:
        return
    place = cube.place[station]
    cells[at + _WAIT] += wait
    if wait > 0:
        cells[at + _WAITED] += 1
    if ending <= _ABANDONED:
        first = at + _WITHIN + (0 if ending == _SERVED else head[col.THRESHOLDS])
        for number in range(head[col.THRESHOLDS]):
            if wait <= cube.limits[number]:
                cells[first + number] += 1
    if ending == _SERVED:
        cells[at + _WAIT_SERVED] += wait
        tally(w, cube.tallies[col.SERVED_WAITS], place, wait)
        tally(w, cube.tallies[col.SERVED_WAITS_BY_CELL], cell, wait)
    else:
        tally(w, cube.tallies[col.OTHER_WAITS], place, wait)
        tally(w, cube.tallies[col.OTHER_WAITS_BY_CELL], cell, wait)


@compiled
def _reopened(w: Counts, cube: Cube, station: int, began_ms: int, wait: int) -> None:
    """Whoever was called is not served yet: take back what being called has counted."""
    head = cube.head
    if not _counts(head, began_ms):
        return
    cell = _cell(cube, station, began_ms)
    cells, at = cube.cells, cell * head[col.CELL]
    cells[at + _ENDINGS + _SERVED] -= 1
    cells[at + _WAIT] -= wait
    cells[at + _WAIT_SERVED] -= wait
    if wait > 0:
        cells[at + _WAITED] -= 1
    for number in range(head[col.THRESHOLDS]):
        if wait <= cube.limits[number]:
            cells[at + _WITHIN + number] -= 1
    untally(w, cube.tallies[col.SERVED_WAITS], cube.place[station], wait)
    untally(w, cube.tallies[col.SERVED_WAITS_BY_CELL], cell, wait)


@compiled
def _attempts(w: Counts, cube: Cube, actions: int) -> None:
    """What a row tells about the attempt of the visit: it is over, or is open again."""
    now = w.now
    t_ms, here = now[col.T], now[col.HERE]
    if actions & ENDING:
        queued = actions & HAD_QUEUED != 0
        began, wait = (now[col.BEGAN], now[col.WAIT_SO_FAR]) if queued else (t_ms, 0)
        _attempt(w, cube, here, began, (actions & ENDING) - 1, wait)
    if actions & REOPENS:
        _reopened(w, cube, here, now[col.BEGAN], now[col.WAIT_SO_FAR])


@compiled
def _of_here(w: Counts, cube: Cube, actions: int) -> None:
    """What a row tells about a case at the step it is at now."""
    now = w.now
    t_ms, here, there, began = now[col.T], now[col.HERE], now[col.THERE], now[col.BEGAN]
    if actions & STAYS:
        _add(cube, _STAYED, there, began, t_ms - began)
    if actions & BY_MENU:
        _attempt(w, cube, there, began, _SELF_SERVICE, 0)
        _one(cube, _OFFERED, there, t_ms)
    if actions & OFFERS:
        _one(cube, _OFFERED, here, t_ms)
    if actions & ENDS_SERVICE:
        _add(cube, _ENDED, here, t_ms, now[col.VALUE])
    if actions & DECIDES:
        _one(cube, _DECIDED, here, t_ms)
        if actions & REFUSES and (cube.head[col.OF_RULE] in (ANY, now[col.CODE])):
            _one(cube, _REFUSED, here, t_ms)
    if actions & BEGINS:
        _one(cube, _BEGUN, here, t_ms)
    if actions & JOCKEYS:
        _one(cube, _JOCKEYED, here, t_ms)


@inlined
def _of_priority(head: Words, priority: int) -> bool:
    return head[col.OF_PRIORITY] in (ANY, priority)


@compiled
def _row_in(w: Counts, cube: Cube, actions: int) -> None:
    """Count a row in one selection: a step down is of the step and priority it went up with."""
    head, now = cube.head, w.now
    here = before = attempt = True
    if not head[col.EVERYTHING]:
        if head[col.OF_SOURCE] not in (ANY, now[col.OF]):
            return
        mine = _of_priority(head, now[col.RANK])
        here = mine and cube.allowed[now[col.AT_STEP]] != 0
        attempt = mine and cube.allowed[now[col.ATTEMPT_STEP]] != 0
        before = cube.allowed[now[col.FROM_STEP]] != 0 and _of_priority(head, now[col.RANK_BEFORE])
    if attempt:
        _attempts(w, cube, actions)
    if here:
        _of_here(w, cube, actions)
    t_ms = now[col.T]
    if before:
        if actions & OUT_OF_QUEUE:
            _queue(cube, now[col.THERE], t_ms, -1)
        if actions & OUT_OF_SERVICE:
            _level(cube, col.INSIDE, now[col.THERE], t_ms, -1)
    if here:
        if actions & INTO_QUEUE:
            _queue(cube, now[col.HERE], t_ms, 1)
        if actions & INTO_SERVICE:
            _level(cube, col.INSIDE, now[col.HERE], t_ms, 1)


@compiled
def row_in_cubes(w: Counts, actions: int) -> None:
    """Count a row that moves a case in every selection."""
    for number in range(len(w.cubes)):
        _row_in(w, cube_at(w.cubes[number]), actions)


@compiled
def visit_in_cubes(w: Counts, source: int, priority: int, step: int, station: int, began_ms: int, left_ms: int) -> None:
    """Count a visit that is over: where, when and for what it began."""
    for number in range(len(w.cubes)):
        cube = cube_at(w.cubes[number])
        head = cube.head
        if head[col.OF_SOURCE] not in (ANY, source) or not _of_priority(head, priority) or not cube.allowed[step]:
            continue
        _add(cube, _VISITS, station, began_ms, left_ms - began_ms)
        if _counts(head, began_ms):
            tally(w, cube.tallies[col.VISITS_TALLY], cube.place[station], left_ms - began_ms)
            tally(w, cube.tallies[col.VISITS_BY_CELL], _cell(cube, station, began_ms), left_ms - began_ms)


@compiled
def wrap_up_in_cubes(w: Counts, step: int, station: int, began_ms: int, t_ms: int) -> None:
    """Count the time a server was kept; whose case it was is not told."""
    for number in range(len(w.cubes)):
        cube = cube_at(w.cubes[number])
        nobodys = cube.head[col.OF_SOURCE] == ANY and cube.head[col.OF_PRIORITY] == ANY
        if nobodys and cube.allowed[step]:
            _level(cube, col.WRAP_UP, station, began_ms, 1)
            _level(cube, col.WRAP_UP, station, t_ms, -1)


@compiled
def on_duty_in_cubes(w: Counts, station: int, t_ms: int, step: int) -> None:
    """Count servers that come on duty or leave it: in every selection, whoever they will serve."""
    for number in range(len(w.cubes)):
        _level(cube_at(w.cubes[number]), col.ON_DUTY, station, t_ms, step)


@compiled
def lead_in_cubes(w: Counts, source: int, step: int, station: int, t_ms: int, lead: int, value: int) -> None:
    """Count a lead time; the priority of its case is not told."""
    for number in range(len(w.cubes)):
        cube = cube_at(w.cubes[number])
        head = cube.head
        if head[col.OF_SOURCE] not in (ANY, source) or head[col.OF_PRIORITY] != ANY or not cube.allowed[step]:
            continue
        _add(cube, head[col.LEADS_AT] + 2 * lead, station, t_ms, value)
        if _counts(head, t_ms):
            tally(w, cube.tallies[col.LEADS_TALLY], lead * head[col.PLACES] + cube.place[station], value)
            cell = lead * head[col.PLACES] * head[col.BLOCKS] + _cell(cube, station, t_ms)
            tally(w, cube.tallies[col.LEADS_BY_CELL], cell, value)


@compiled
def turn_cubes(w: Counts, t_ms: int) -> None:
    """Remember the block of time of a moment in every selection, since most that follow are in the same."""
    for number in range(len(w.cubes)):
        head = cube_at(w.cubes[number]).head
        if t_ms >= head[col.BLOCK_ENDS]:
            last = head[col.BLOCKS] - 1
            block = min(t_ms // head[col.BLOCK_MS], last)
            head[col.BLOCK] = block
            head[col.BLOCK_BEGINS] = block * head[col.BLOCK_MS]
            head[col.BLOCK_ENDS] = col.FOREVER if block == last else (block + 1) * head[col.BLOCK_MS]
