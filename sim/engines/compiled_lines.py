"""Lines of their own at the stations of the compiled engine: which a newcomer joins, and who changes over.

As in sim.engines.lines.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import emit
from sim.engines.compiled_heap import cancel
from sim.engines.compiled_queue import everybody_waiting, free, leave, queue
from sim.engines.compiled_service import start
from sim.engines.compiled_types import compiled
from sim.engines.compiled_world import World
from sim.log import Event

_JOCKEY = int(Event.JOCKEY)


@compiled
def _people_at(w: World, station: int, number: int) -> int:
    """Who stands in a counter's line or is served there."""
    row = w.station[station]
    people = w.group[row[col.GROUP_FROM] + number, col.BUSY]
    for rank in range(row[col.MASKS], row[col.MASKS] + row[col.RANKS]):
        people += w.line[rank * w.g[col.BUSINESSES] + number, 2]
    return int(people)


@compiled
def _any_on_duty(w: World, station: int) -> bool:
    for group in range(w.station[station, col.GROUP_FROM], w.station[station, col.GROUP_TO]):
        if w.group[group, col.ON_DUTY] > 0:
            return True
    return False


@compiled
def shortest(w: World, station: int) -> int:
    """The line people join: of the counters on duty, or of all while none is."""
    first = w.station[station, col.GROUP_FROM]
    nobody = not _any_on_duty(w, station)
    best, fewest = -1, 0
    for group in range(first, w.station[station, col.GROUP_TO]):
        if w.group[group, col.ON_DUTY] > 0 or nobody:
            people = _people_at(w, station, group - first)
            if best < 0 or people < fewest:
                best, fewest = group - first, people
    return int(best)


@compiled
def _longer_line(w: World, station: int, number: int) -> int:
    """The nearest line from which somebody changes over to this counter's, -1 none."""
    most = _people_at(w, station, number) + 1
    counters = w.station[station, col.GROUP_TO] - w.station[station, col.GROUP_FROM]
    for distance in range(1, counters):
        if number - distance >= 0 and _people_at(w, station, number - distance) > most:
            return number - distance
        if number + distance < counters and _people_at(w, station, number + distance) > most:
            return number + distance
    return -1


@compiled
def _last_in(w: World, station: int, number: int) -> int:
    """Who would be called last from a line, -1 nobody."""
    row = w.station[station]
    for rank in range(row[col.MASKS] + row[col.RANKS] - 1, row[col.MASKS] - 1, -1):
        case = w.line[rank * w.g[col.BUSINESSES] + number, 1]
        if case >= 0:
            return int(case)
    return -1


@compiled
def _change_over(w: World, case: int, station: int, number: int) -> None:
    """To another line, to be served at once if nobody is at its counter."""
    own = w.case[case, col.LINE] % w.g[col.BUSINESSES]
    emit(w, case, _JOCKEY, number, own)
    leave(w, case, station)
    if free(w, w.station[station, col.GROUP_FROM] + number) > 0:
        if w.case[case, col.DUE]:
            cancel(w, case)
        start(w, case, station, number)
        return
    w.g[col.TICKETS] += 1
    w.case[case, col.TURN] = w.g[col.TICKETS]
    queue(w, case, station, number)


@compiled
def attract(w: World, station: int, number: int) -> None:
    """A counter has become free: from a line with two people more than its own the last one changes over."""
    if w.group[w.station[station, col.GROUP_FROM] + number, col.ON_DUTY] == 0:
        return
    other = _longer_line(w, station, number)
    if other >= 0:
        _change_over(w, _last_in(w, station, other), station, number)


@compiled
def leave_closed(w: World, station: int) -> None:
    """Who stands in the line of a counter that is not on duty joins the shortest of the others, if any is."""
    if not _any_on_duty(w, station):
        return
    first = w.station[station, col.GROUP_FROM]
    for case in everybody_waiting(w, station):
        if w.group[first + w.case[case, col.LINE] % w.g[col.BUSINESSES], col.ON_DUTY] == 0:
            _change_over(w, case, station, shortest(w, station))
