"""Lines of their own at the stations of the compiled engine: which a newcomer joins, and who changes over.

As in sim.engines.lines.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import emit
from sim.engines.compiled_heap import cancel
from sim.engines.compiled_queue import free, leave, queue
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
def shortest(w: World, station: int) -> int:
    """The line a newcomer joins."""
    best, fewest = 0, _people_at(w, station, 0)
    for number in range(1, w.station[station, col.GROUP_TO] - w.station[station, col.GROUP_FROM]):
        people = _people_at(w, station, number)
        if people < fewest:
            best, fewest = number, people
    return best


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
def attract(w: World, station: int, number: int) -> None:
    """The last of a longer line changes over, and is served at once if nobody is at the counter."""
    group = w.station[station, col.GROUP_FROM] + number
    if w.group[group, col.ON_DUTY] <= w.group[group, col.DOWN]:
        return
    other = _longer_line(w, station, number)
    if other < 0:
        return
    case = _last_in(w, station, other)
    emit(w, case, _JOCKEY, number, other)
    leave(w, case, station)
    if free(w, group) > 0:
        if w.case[case, col.DUE]:
            cancel(w, case)
        start(w, case, station, number)
        return
    w.g[col.TICKETS] += 1
    w.case[case, col.TURN] = w.g[col.TICKETS]
    queue(w, case, station, number)
