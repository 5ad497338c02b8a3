"""Those who will arrive, made ready beforehand: with what in hand they come, their office records, their first step.

Nothing of this depends on what happens meanwhile: every number is looked up by its key, and a record that nobody has
asked for is that of the person's cohort.  So it can be done a block ahead, by a second thread (sim.beside).
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import (
    first_purpose,
    person_number,
    person_place,
    person_share,
    share_of,
    time_of,
    which,
)
from sim.engines.compiled_types import Entry, Words, compiled, fetch, inlined, world_at
from sim.engines.compiled_world import World
from sim.engines.draws import AGO_DRAW, BANK_DRAW, RESERVED_DRAW, For
from sim.office.fields import Field
from sim.office.rows import AGENT, HEIR, HOLDERS_CARD_BIT, IDENTITY_BIT, REGISTER_BIT
from sim.procedures.model import Paper
from sim.program import LONGEST_AGO_MS, DistKind, Where

_CASE, _PLACE, _SERVICE = int(For.CASE), int(For.PLACE), int(For.SERVICE)
_MEDICAL_FEN, _FINANCIAL_FEN = int(Field.MEDICAL_FEN), int(Field.FINANCIAL_FEN)
_RESERVED_FEN = int(Field.RESERVED_FEN)
_BALANCE_AT, _CARD_BANK, _OUTLET = int(Field.BALANCE_AT), int(Field.CARD_BANK), int(Field.OUTLET)
_FIELDS = len(Field)
_PAPERS = len(Paper)
_AMOUNT_DRAW = 1000
_CHOSEN = int(Where.CHOSEN)
_CONSTANT, _NEVER = int(DistKind.CONSTANT), int(DistKind.NEVER)
_AHEAD = 16


@compiled
def home_of(w: World, person: int, place: int) -> int:
    """The usual place of a story's person, -1 if the story names none."""
    if person >= 0:
        for triple in range(w.g[col.HOMES_FROM], w.g[col.HOMES_TO], 3):
            if w.ints[triple] == person and w.ints[triple + 1] == place:
                return int(w.ints[triple + 2])
    return -1


@compiled
def choose(w: World, choice: int, number: float) -> int:
    """The station of a choice that a uniform number picks."""
    row = w.choice[choice]
    count = row[col.CHOICE_TO] - row[col.CHOICE_FROM]
    return int(w.ints[row[col.CHOICE_FROM] + which(w.reals, row[col.CHOICE_SHARES], count, number)])


@inlined
def menu_of(w: World, step: int, station: int) -> int:
    """The telephone menu before a station, where a step begins with it; else the station."""
    return int(w.station[station, col.MENU]) if w.step[step, col.STEP_MENU] else station


@inlined
def _first_record(w: World, person: int, record: Words) -> None:
    """The office record of a person nobody has asked for yet: the state of his cohort."""
    number = len(w.cohort) - 1
    while w.cohort[number, col.COHORT_FIRST] > person:
        number -= 1
    cohort = w.cohort[number]
    for field in range(_FIELDS):
        record[field] = w.ints[cohort[col.COHORT_RECORD] + field]
    if cohort[col.MEDICAL] >= 0:
        record[_MEDICAL_FEN] = person_number(w, person, cohort[col.MEDICAL], 0)
    if cohort[col.FINANCIAL] >= 0:
        record[_FINANCIAL_FEN] = person_number(w, person, cohort[col.FINANCIAL], 1)
    if cohort[col.RESERVED] >= 0:
        record[_RESERVED_FEN] = person_number(w, person, cohort[col.RESERVED], RESERVED_DRAW)
    if cohort[col.AGO] >= 0:
        ago = min(person_number(w, person, cohort[col.AGO], AGO_DRAW), LONGEST_AGO_MS)
        for at in range(cohort[col.SINCE_FROM], cohort[col.SINCE_TO]):
            record[w.ints[at]] = -ago
    record[_BALANCE_AT] = 0
    if cohort[col.OUTLETS] >= 0:
        place = w.choice[cohort[col.OUTLETS], col.CHOICE_PLACE]
        home = home_of(w, person, place)
        record[_OUTLET] = home if home >= 0 else choose(w, cohort[col.OUTLETS], person_place(w, person, place))
    banks = cohort[col.BANKS_TO] - cohort[col.BANKS_FROM]
    if banks and record[_CARD_BANK] < 0:
        bank = which(w.reals, cohort[col.BANKS_SHARES], banks, person_share(w, person, BANK_DRAW))
        record[_CARD_BANK] = w.ints[cohort[col.BANKS_FROM] + bank]


@inlined
def _case_share(w: World, row: Words, draw: int) -> float:
    """A uniform number for a case before its first step."""
    return share_of(w, row[col.BLOCK_SOURCE], row[col.BLOCK_NUMBER], _CASE, draw)


@compiled
def _forget(w: World, row: Words, step: int) -> None:
    """Leave one of the papers at home that the step can ask for, and the household register."""
    office = w.office[w.step[step, col.OFFICE]]
    papers = office[col.EVERYTHING]
    if row[col.BLOCK_WHO] == AGENT and office[col.OFFICE_WHO]:
        papers |= office[col.NEED_OF_AGENT]
    if row[col.BLOCK_WHO] == HEIR and office[col.OFFICE_WHO]:
        papers = papers & ~IDENTITY_BIT | office[col.NEED_OF_HEIR]
    papers &= ~HOLDERS_CARD_BIT  # nobody leaves it at home that a card is his own
    count = 0
    for paper in range(_PAPERS):
        count += papers >> paper & 1
    if count == 0:
        return
    left = int(_case_share(w, row, 3) * count)
    for paper in range(_PAPERS):
        if papers >> paper & 1:
            if left == 0:
                row[col.BLOCK_MISSING] = REGISTER_BIT | 1 << paper
                return
            left -= 1


@inlined
def _equip(w: World, row: Words) -> None:
    """Who comes, with what in hand."""
    number = row[col.BLOCK_NUMBER]
    source = w.source[row[col.BLOCK_SOURCE]]
    row[col.BLOCK_WHO], row[col.BLOCK_MISSING] = source[col.SOURCE_WHO], source[col.SOURCE_WITHOUT]
    row[col.BLOCK_AMOUNT], row[col.BLOCK_WHERE] = source[col.SOURCE_AMOUNT], source[col.SOURCE_STATION]
    row[col.BLOCK_PRIORITY] = source[col.SOURCE_PRIORITY]
    shares = source[col.SHARES_TO] - source[col.SHARES_FROM]
    if shares:
        row[col.BLOCK_PRIORITY] = which(w.reals, source[col.SHARES_FROM], shares, _case_share(w, row, 0))
    elif source[col.TABLE_PRIORITY] >= 0:
        row[col.BLOCK_PRIORITY] = w.ints[source[col.TABLE_PRIORITY] + number]
    agents = w.reals[source[col.AGENT_SHARE]]
    if agents > 0.0 and _case_share(w, row, 1) < agents:
        row[col.BLOCK_WHO] = AGENT
    if source[col.AMOUNT_DIST] >= 0:
        dist = source[col.AMOUNT_DIST]
        row[col.BLOCK_AMOUNT] = time_of(w, dist, row[col.BLOCK_SOURCE], number, _CASE, _AMOUNT_DRAW)
    if source[col.SOURCE_CHOICE] >= 0:
        place = share_of(w, row[col.BLOCK_SOURCE], number, _PLACE, 0)
        row[col.BLOCK_WHERE] = choose(w, source[col.SOURCE_CHOICE], place)
    forgetful = w.reals[source[col.INCOMPLETE_SHARE]]
    if forgetful > 0.0 and _case_share(w, row, 2) < forgetful:
        _forget(w, row, source[col.SOURCE_STEP])


@inlined
def _first_station(w: World, row: Words, step: int) -> int:
    """The station of the first step, -1 if it may depend on what happens before."""
    if w.step[step, col.STEP_WHERE] != _CHOSEN:
        return -1
    station = row[col.BLOCK_WHERE]
    if station >= 0:
        row[col.BLOCK_WHERE] = -1
        return menu_of(w, step, station)
    person, choice = row[col.BLOCK_PERSON], w.step[step, col.CHOICE]
    place = w.choice[choice, col.CHOICE_PLACE]
    station = home_of(w, person, place)
    if station < 0:
        if person >= 0:
            part = person_place(w, person, place)
        else:
            purpose = first_purpose(w, step, _PLACE)
            part = share_of(w, row[col.BLOCK_SOURCE], row[col.BLOCK_NUMBER], purpose, 0)
        station = choose(w, choice, part)
    return menu_of(w, step, station)


@inlined
def _first_service(w: World, row: Words, step: int) -> int:
    """How long the first step takes where the station has no time of its own for it, -1 if that need not be drawn."""
    dist = w.step[step, col.SERVICE]
    if dist < 0 or w.dist[dist, col.DIST_KIND] == _CONSTANT or w.dist[dist, col.DIST_KIND] == _NEVER:
        return -1
    return time_of(w, dist, row[col.BLOCK_SOURCE], row[col.BLOCK_NUMBER], first_purpose(w, step, _SERVICE), 0)


@Entry
def get_ready(pairs: int, records: int) -> int:
    """Make everybody in a block ready.  `records`: rows for office records given so far; gives the same thereafter.

    A row is promised to who has none: it is his as soon as he arrives.
    """
    w = world_at(pairs)
    for at in range(len(w.block)):
        ahead = w.block[min(at + _AHEAD, len(w.block) - 1), col.BLOCK_PERSON]
        if ahead >= 0:
            fetch(w.record_of, ahead)
        row = w.block[at]
        person = row[col.BLOCK_PERSON]
        if person >= 0 and w.record_of[person] == col.NO_RECORD:
            w.record_of[person] = col.PROMISED - records
            _first_record(w, person, w.record[records])
            records += 1
        _equip(w, row)
        step = w.source[row[col.BLOCK_SOURCE], col.SOURCE_STEP]
        row[col.BLOCK_STATION] = _first_station(w, row, step)
        row[col.BLOCK_SERVICE] = _first_service(w, row, step)
    return records
