"""Cases of the compiled engine: how they begin, with what in hand, and how they end."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import emit, emit_of
from sim.engines.compiled_release import let_go
from sim.engines.compiled_types import Words, compiled, inlined
from sim.engines.compiled_world import World
from sim.log import Event
from sim.office.fields import Field
from sim.office.rows import LEDGER_FIELD

_LEAVE, _STATE, _OPENING = int(Event.LEAVE), int(Event.STATE), int(Event.OPENING)
_LEDGERS = tuple((int(ledger), int(field)) for ledger, field in LEDGER_FIELD.items())
_FIELDS = len(Field)
_NONE = (
    col.STEP, col.STATION, col.GROUP, col.REMAINING, col.OVERRIDES, col.HERE, col.LINE, col.WHERE, col.HELD_STATION,
    col.BATCH, col.BOARD_MEMBER, col.FIRST_SERVICE,
)  # fmt: skip
_ZERO = (
    col.VISIT, col.BRANCH, col.PRIORITY, col.TURN, col.DUE, col.OUTCOME, col.TRIES, col.WHO, col.MISSING, col.REASON,
    col.AMOUNT, col.TOLD, col.BOARD,
)  # fmt: skip


@inlined
def _first_visit(w: World, person: int, record: int) -> None:
    """The record of a person nobody has asked for yet (sim.engines.compiled_coming) is his from now on."""
    w.record_of[person] = record
    row = w.record[record]
    for ledger, field in _LEDGERS:
        if row[field]:
            emit_of(w, -1, person, -1, -1, _OPENING, ledger, row[field])


@compiled
def new_case(w: World, source: int, number: int, person: int) -> int:
    """A case begins."""
    g = w.g
    case = g[col.FREE_CASE]
    if case < 0:
        g[col.TROUBLE] = 1
        return 0
    row = w.case[case]
    g[col.FREE_CASE] = row[col.NEXT]
    g[col.FREE_CASES] -= 1
    for column in _NONE:
        row[column] = -1
    for column in _ZERO:
        row[column] = 0
    row[col.ID] = g[col.CASES]
    row[col.SOURCE], row[col.NUMBER], row[col.PERSON] = source, number, person
    row[col.BORN] = g[col.NOW]
    g[col.CASES] += 1
    g[col.ALIVE] += 1
    row[col.RECORD] = -1
    if person >= 0:
        record = w.record_of[person]
        if record <= col.PROMISED:
            record = col.PROMISED - record
            _first_visit(w, person, record)
        row[col.RECORD] = record
    return int(case)


@inlined
def equip(w: World, case: int, coming: Words) -> None:
    """Give a case what was made ready for it."""
    row, source = w.case[case], w.source[coming[col.BLOCK_SOURCE]]
    row[col.WHO], row[col.MISSING] = coming[col.BLOCK_WHO], coming[col.BLOCK_MISSING]
    row[col.REASON], row[col.AMOUNT] = source[col.SOURCE_REASON], coming[col.BLOCK_AMOUNT]
    row[col.WHERE], row[col.PRIORITY] = coming[col.BLOCK_WHERE], coming[col.BLOCK_PRIORITY]
    row[col.FIRST_SERVICE] = coming[col.BLOCK_SERVICE]
    if source[col.OVERRIDES_TO] > source[col.OVERRIDES_FROM]:
        row[col.OVERRIDES] = row[col.NUMBER]
    row[col.TOLD] = int(source[col.STORY] == col.IS_STORY)


@compiled
def twin_of(w: World, case: int, order: int) -> int:
    """A second case of the same person, at the same step."""
    row = w.case[case]
    twin = new_case(w, row[col.SOURCE], row[col.NUMBER], row[col.PERSON])
    other = w.case[twin]
    other[col.BRANCH] = (row[col.BRANCH] * 8 + order + 1) & 0xFF
    for column in (col.STEP, col.VISIT, col.STATION, col.HERE, col.WHO, col.REASON, col.AMOUNT, col.OUTCOME):
        other[column] = row[column]
    return twin


@compiled
def tell(w: World, case: int) -> None:
    """The whole office record of a case's person, field by field."""
    row = w.case[case]
    if row[col.RECORD] >= 0:
        for field in range(_FIELDS):
            value = w.record[row[col.RECORD], field]
            emit_of(w, row[col.ID], row[col.PERSON], row[col.STEP], -1, _STATE, field, value)


@compiled
def end_case(w: World, case: int) -> None:
    """The case is over."""
    let_go(w, case)
    g, row = w.g, w.case[case]
    g[col.ALIVE] -= 1
    if row[col.TOLD]:
        tell(w, case)
    emit(w, case, _LEAVE, row[col.OUTCOME], g[col.NOW] - row[col.BORN])
    row[col.TOLD] = 0
    row[col.NEXT] = g[col.FREE_CASE]
    g[col.FREE_CASE] = case
    g[col.FREE_CASES] += 1
