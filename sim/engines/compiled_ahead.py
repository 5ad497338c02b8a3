"""Looking ahead: rows that coming events will ask for are fetched while present ones are worked on.

People and cases are scattered over far more memory than any cache holds, and waiting for it would take longer than
everything else.  Many rows are fetched at once, so that none waits for the other.  Nothing here changes what happens.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_types import compiled, fetch, inlined
from sim.engines.compiled_world import World
from sim.office.fields import Field

RANK_SHIFT = 48
"""As in sim.engines.clock: the rank stands above the number that orders one rank."""
_WALK = int(Rank.WALK)
_OF_A_CASE = (int(Rank.END), _WALK, int(Rank.PATIENCE))
"""Ranks whose events name the row of a case."""
_LINE = 8
_FIELDS, _MEDICAL_FEN = len(Field), int(Field.MEDICAL_FEN)
_PEOPLE = 16
"""As many people who will arrive are looked for at once: whether they have a record, and then the record."""


@compiled
def _fetch_record(w: World, record: int) -> None:
    if record >= 0:
        row = w.record[record]
        for field in range(0, _FIELDS, _LINE):
            fetch(row, field)


@compiled
def look_into(w: World, link: int) -> None:
    """Fetch the cases of the events on a page of a drawer and those after it."""
    while link >= 0:
        row, filled = w.page[link >> col.FILLED_BITS], link & col.FILLED
        for place in range(col.FIRST_ENTRY, col.FIRST_ENTRY + col.HEAP_WIDTH * filled, col.HEAP_WIDTH):
            if row[place + col.ORDER] >> RANK_SHIFT in _OF_A_CASE:
                case = w.case[row[place + col.WHAT]]
                for column in range(0, col.CASE_WIDTH, _LINE):
                    fetch(case, column)
        link = row[col.LINK]


@compiled
def look_for_case(w: World, order: int, what: int) -> None:
    """Fetch the record of an event's person, and the place where it happens."""
    rank = order >> RANK_SHIFT
    if rank in _OF_A_CASE:
        case = w.case[what]
        _fetch_record(w, case[col.RECORD])
        place = w.station[case[col.WALK_STATION] if rank == _WALK else case[col.STATION]]
        for column in range(0, col.STATION_LINES * _LINE, _LINE):
            fetch(place, column)


@inlined
def look_for_people(w: World) -> None:
    """Fetch what is known of those who arrive soon."""
    at, people = w.g[col.NEXT_ARRIVAL], len(w.block)
    if at % _PEOPLE:
        return
    for ahead in range(at + 2 * _PEOPLE, min(at + 3 * _PEOPLE, people)):
        person = w.block[ahead, col.BLOCK_PERSON]
        if person >= 0:
            fetch(w.record_of, person)
    for ahead in range(at + _PEOPLE, min(at + 2 * _PEOPLE, people)):
        person = w.block[ahead, col.BLOCK_PERSON]
        if person >= 0:
            record = w.record_of[person]
            _fetch_record(w, record if record >= 0 else col.PROMISED - record)


@compiled
def look_for_balance(w: World, person: int) -> None:
    """Fetch the balances of a later person."""
    if person + _PEOPLE < len(w.record_of) and w.record_of[person + _PEOPLE] >= 0:
        fetch(w.record[w.record_of[person + _PEOPLE]], _MEDICAL_FEN)
