"""Lines of a station, linked through the rows of the cases that stand in them.

A line for each rank and business (or counter, where counters have their own), in order of tickets; a mask for each
rank tells in which lines somebody waits.  Who leaves is taken out at once, so that the line has no stale entries; whom
a server calls is the same.
"""

from __future__ import annotations

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_types import Row, compiled
from sim.engines.compiled_world import World


@compiled
def free(w: World, group: int) -> int:
    """Servers that can start at once."""
    row = w.group[group]
    return int(row[col.ON_DUTY] - row[col.DOWN] - row[col.BUSY])


@compiled
def group_for(w: World, station: int, business: int) -> int:
    """The first group with a free server that can do this business, or -1."""
    first = w.station[station, col.GROUP_FROM]
    for group in range(first, w.station[station, col.GROUP_TO]):
        if w.group[group, col.SKILLS] >> business & 1 and free(w, group) > 0:
            return int(group - first)
    return -1


@compiled
def queue(w: World, case: int, station: int, business: int) -> None:
    """Let a case wait by its ticket: behind the others, unless its service was broken off."""
    cases, row = w.case, w.station[station]
    rank = row[col.MASKS] + w.ints[row[col.RANK_OF] + cases[case, col.PRIORITY]]
    line = rank * w.g[col.BUSINESSES] + business
    before, after = w.line[line, 1], -1
    while before >= 0 and cases[before, col.TURN] > cases[case, col.TURN]:
        before, after = cases[before, col.PREVIOUS], before
    cases[case, col.PREVIOUS], cases[case, col.NEXT], cases[case, col.LINE] = before, after, line
    if before >= 0:
        cases[before, col.NEXT] = case
    else:
        w.line[line, 0] = case
    if after >= 0:
        cases[after, col.PREVIOUS] = case
    else:
        w.line[line, 1] = case
    w.line[line, 2] += 1
    w.mask[rank] |= 1 << business
    row[col.WAITING] += 1


@compiled
def leave(w: World, case: int, station: int) -> None:
    """Take a waiting case out."""
    row = w.case[case]
    line, before, after = row[col.LINE], row[col.PREVIOUS], row[col.NEXT]
    if before >= 0:
        w.case[before, col.NEXT] = after
    else:
        w.line[line, 0] = after
    if after >= 0:
        w.case[after, col.PREVIOUS] = before
    else:
        w.line[line, 1] = before
    if before < 0 and after < 0:
        businesses = w.g[col.BUSINESSES]
        w.mask[line // businesses] &= ~(1 << (line % businesses))
    w.line[line, 2] -= 1
    row[col.LINE] = -1
    w.station[station, col.WAITING] -= 1


@compiled
def call_next(w: World, station: int, wanted: int) -> int:
    """The next case from the lines of a mask, -1 none: by priority, then earliest ticket (latest if LIFO)."""
    row = w.station[station]
    if row[col.WAITING] == 0:
        return -1
    end = 1 if row[col.LIFO] else 0
    for rank in range(row[col.MASKS], row[col.MASKS] + row[col.RANKS]):
        lines = w.mask[rank] & wanted
        best = -1
        business = 0
        while lines:
            if lines & 1:
                case = w.line[rank * w.g[col.BUSINESSES] + business, end]
                if best < 0 or (w.case[case, col.TURN] > w.case[best, col.TURN]) == (end == 1):
                    best = case
            lines >>= 1
            business += 1
        if best >= 0:
            leave(w, best, station)
            return int(best)
    return -1


@compiled
def everybody_waiting(w: World, station: int) -> Row:
    """All who wait, by ticket."""
    row = w.station[station]
    people = np.empty(row[col.WAITING], dtype=np.int64)
    tickets = np.empty(row[col.WAITING], dtype=np.int64)
    count = 0
    businesses = w.g[col.BUSINESSES]
    for line in range(row[col.MASKS] * businesses, (row[col.MASKS] + row[col.RANKS]) * businesses):
        case = w.line[line, 0]
        while case >= 0:
            people[count], tickets[count] = case, w.case[case, col.TURN]
            case = w.case[case, col.NEXT]
            count += 1
    return people[np.argsort(tickets)]
