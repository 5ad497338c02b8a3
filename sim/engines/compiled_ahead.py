"""Looking ahead: rows that the next events will ask for are fetched while the present one is worked on.

People and cases are scattered over far more memory than any cache holds, and waiting for it would take longer than
everything else.  Nothing here changes what happens.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.clock import Rank
from sim.engines.compiled_heap import RANK_SHIFT
from sim.engines.compiled_types import compiled, fetch
from sim.engines.compiled_world import World
from sim.office.fields import Field

_OF_A_CASE = (int(Rank.END), int(Rank.WALK), int(Rank.PATIENCE))
"""Ranks whose events name the row of a case."""
_LINE = 8
_FIELDS = len(Field)
_PERSONS_AHEAD, _RECORDS_AHEAD = 16, 8


@compiled
def _fetch_record(w: World, record: int) -> None:
    if record >= 0:
        row = w.record[record]
        for field in range(0, _FIELDS, _LINE):
            fetch(row, field)


@compiled
def look_ahead(w: World) -> None:
    """The cases of those that may be the next but one, and the record of the next one's person."""
    g, heap = w.g, w.heap
    for entry in range(1, min(3, g[col.HEAP])):
        if heap[entry, col.ORDER] >> RANK_SHIFT in _OF_A_CASE:
            row = w.case[heap[entry, col.WHAT]]
            for column in range(0, col.CASE_WIDTH, _LINE):
                fetch(row, column)
    if g[col.HEAP] and heap[0, col.ORDER] >> RANK_SHIFT in _OF_A_CASE:
        _fetch_record(w, w.case[heap[0, col.WHAT], col.RECORD])


@compiled
def look_for_people(w: World) -> None:
    """Those who will come soon: whether they have a record, and the record."""
    at, people = w.g[col.NEXT_ARRIVAL], len(w.block)
    if at + _PERSONS_AHEAD < people:
        person = w.block[at + _PERSONS_AHEAD, col.BLOCK_PERSON]
        if person >= 0:
            fetch(w.record_of, person)
    if at + _RECORDS_AHEAD < people:
        person = w.block[at + _RECORDS_AHEAD, col.BLOCK_PERSON]
        if person >= 0:
            _fetch_record(w, w.record_of[person])
