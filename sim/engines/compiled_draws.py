"""Keyed random numbers and rows of the log, as compiled code asks for them.

The keys are those of sim.engines.draws; the numbers come from the same compiled functions.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_types import Reals, compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.draws import PEOPLE_KEY, For
from sim.engines.philox import uniform
from sim.engines.samplers import sample

_PLACE_DRAWS = 8
"""As in sim.engines.draws: a person's numbers from here on choose his usual places."""
_PERSON = int(For.PERSON)
_PLACE = int(For.PLACE)
_MACHINE = int(For.MACHINE)


@inlined
def emit_of(w: World, ident: int, person: int, step: int, station: int, kind: int, code: int, value: int) -> None:
    """A row of the log."""
    g, log = w.g, w.log
    at = g[col.LOG]
    if at == len(log):
        g[col.TROUBLE] = 1
        return
    log[at, 0] = g[col.NOW]
    log[at, 1] = ident
    log[at, 2] = person
    log[at, 3] = step
    log[at, 4] = station
    log[at, 5] = kind
    log[at, 6] = code
    log[at, 7] = value
    g[col.LOG] = at + 1


@inlined
def emit(w: World, case: int, kind: int, code: int, value: int) -> None:
    """An event of a case where it is now."""
    row = w.case[case]
    emit_of(w, row[col.ID], row[col.PERSON], row[col.STEP], row[col.STATION], kind, code, value)


@inlined
def first_purpose(w: World, step: int, what: int) -> int:
    """What a number is for, at the first step of a case (sim.engines.draws)."""
    return int(w.step[step, col.STEP_KEY] | 1 << 12 | what)


@inlined
def _purpose(w: World, case: int, what: int) -> int:
    row = w.case[case]
    key = w.step[row[col.STEP], col.STEP_KEY] if row[col.STEP] >= 0 else 0
    return int(key | (row[col.VISIT] & 0xFFFF) << 12 | (row[col.BRANCH] & 0xFF) << 4 | what)


@compiled
def share_of(w: World, source: int, number: int, purpose: int, draw: int) -> float:
    """A uniform number for a purpose of a source's case of some number."""
    return uniform(w.g[col.SEED], w.g[col.REPLICATION], number, w.source[source, col.SOURCE_KEY], purpose, draw)


@compiled
def share(w: World, case: int, what: int, draw: int) -> float:
    """A uniform number for a case at its present step."""
    row = w.case[case]
    return share_of(w, row[col.SOURCE], row[col.NUMBER], _purpose(w, case, what), draw)


@compiled
def _sample(w: World, dist: int, number: int, key: int, purpose: int, draw: int) -> int:
    g, row, reals = w.g, w.dist[dist], w.reals
    first = row[col.DIST_REALS]
    values = first + 3
    weights = values + row[col.DIST_VALUES]
    return sample(
        row[col.DIST_KIND], reals[first], reals[first + 1], reals[first + 2], reals[values:weights],
        reals[weights : weights + row[col.DIST_WEIGHTS]], g[col.SEED], g[col.REPLICATION], number, key, purpose, draw,
    )  # fmt: skip


@compiled
def time_of(w: World, dist: int, source: int, number: int, purpose: int, draw: int) -> int:
    """A whole number of a distribution for a purpose of a source's case of some number."""
    return _sample(w, dist, number, w.source[source, col.SOURCE_KEY], purpose, draw)


@compiled
def time(w: World, case: int, dist: int, what: int, draw: int) -> int:
    """A whole number of a distribution for a case at its present step."""
    row = w.case[case]
    return time_of(w, dist, row[col.SOURCE], row[col.NUMBER], _purpose(w, case, what), draw)


@compiled
def person_share(w: World, person: int, draw: int) -> float:
    """A uniform number that belongs to a person."""
    return uniform(w.g[col.SEED], w.g[col.REPLICATION], person, PEOPLE_KEY, _PERSON, draw)


@compiled
def person_number(w: World, person: int, dist: int, draw: int) -> int:
    """A whole number that belongs to a person."""
    return _sample(w, dist, person, PEOPLE_KEY, _PERSON, draw * 1000)


@compiled
def person_place(w: World, person: int, place: int) -> float:
    """The number that chooses a person's usual place of a kind."""
    return person_share(w, person, _PLACE_DRAWS + place)


@compiled
def usual_place(w: World, case: int, place: int) -> float:
    """Which of the places of a kind."""
    person = w.case[case, col.PERSON]
    if person >= 0:
        return person_place(w, person, place)
    return share(w, case, _PLACE, 0)


@compiled
def station_number(w: World, station: int, dist: int, count: int) -> int:
    """A whole number that belongs to a station's machine."""
    return _sample(w, dist, count, w.station[station, col.STATION_KEY], _MACHINE, 0)


@inlined
def which(reals: Reals, first: int, count: int, number: float) -> int:
    """How many of `count` growing shares lie below a number: bisect_left, reckoned since it cannot be guessed."""
    low = first
    while count > 1:
        half = count // 2
        low += half * int(reals[low + half - 1] < number)
        count -= half
    return low - first + int(count == 1 and reals[low] < number)
