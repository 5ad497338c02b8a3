"""Cases of the compiled engine: how they begin, with what in hand, and how they end."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import emit, emit_of, person_number, person_place, person_share, share, time, which
from sim.engines.compiled_release import let_go
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.draws import BANK_DRAW, For
from sim.log import Event
from sim.office.fields import Field, Ledger
from sim.office.rows import AGENT, REGISTER_BIT
from sim.procedures.model import Paper

_CASE, _PLACE = int(For.CASE), int(For.PLACE)
_LEAVE, _STATE, _OPENING = int(Event.LEAVE), int(Event.STATE), int(Event.OPENING)
_MEDICAL_FEN, _FINANCIAL_FEN = int(Field.MEDICAL_FEN), int(Field.FINANCIAL_FEN)
_MEDICAL, _FINANCIAL = int(Ledger.MEDICAL), int(Ledger.FINANCIAL)
_BALANCE_AT, _CARD_BANK, _OUTLET = int(Field.BALANCE_AT), int(Field.CARD_BANK), int(Field.OUTLET)
_FIELDS = len(Field)
_PAPERS = len(Paper)
_AMOUNT_DRAW = 1000
_NONE = (
    col.STEP, col.STATION, col.GROUP, col.REMAINING, col.OVERRIDES, col.HERE, col.LINE, col.WHERE, col.HELD_STATION,
    col.BATCH, col.BOARD_MEMBER,
)  # fmt: skip
_ZERO = (
    col.VISIT, col.BRANCH, col.PRIORITY, col.TURN, col.DUE, col.OUTCOME, col.TRIES, col.WHO, col.MISSING, col.REASON,
    col.AMOUNT, col.TOLD, col.BOARD,
)  # fmt: skip


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
def _open_record(w: World, person: int) -> None:
    """The office record of a person nobody has asked for yet: the state of his cohort."""
    number = len(w.cohort) - 1
    while w.cohort[number, col.COHORT_FIRST] > person:
        number -= 1
    cohort = w.cohort[number]
    at = w.g[col.RECORDS]
    w.g[col.RECORDS] = at + 1
    w.record_of[person] = at
    record = w.record[at]
    for field in range(_FIELDS):
        record[field] = w.ints[cohort[col.COHORT_RECORD] + field]
    if cohort[col.MEDICAL] >= 0:
        record[_MEDICAL_FEN] = person_number(w, person, cohort[col.MEDICAL], 0)
    if cohort[col.FINANCIAL] >= 0:
        record[_FINANCIAL_FEN] = person_number(w, person, cohort[col.FINANCIAL], 1)
    if record[_MEDICAL_FEN]:
        emit_of(w, -1, person, -1, -1, _OPENING, _MEDICAL, record[_MEDICAL_FEN])
    if record[_FINANCIAL_FEN]:
        emit_of(w, -1, person, -1, -1, _OPENING, _FINANCIAL, record[_FINANCIAL_FEN])
    record[_BALANCE_AT] = 0
    if cohort[col.OUTLETS] >= 0:
        place = w.choice[cohort[col.OUTLETS], col.CHOICE_PLACE]
        home = home_of(w, person, place)
        record[_OUTLET] = home if home >= 0 else choose(w, cohort[col.OUTLETS], person_place(w, person, place))
    banks = cohort[col.BANKS_TO] - cohort[col.BANKS_FROM]
    if banks and record[_CARD_BANK] < 0:
        bank = which(w.reals, cohort[col.BANKS_SHARES], banks, person_share(w, person, BANK_DRAW))
        record[_CARD_BANK] = w.ints[cohort[col.BANKS_FROM] + bank]


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
        if w.record_of[person] < 0:
            _open_record(w, person)
        row[col.RECORD] = w.record_of[person]
    return int(case)


@compiled
def _forget(w: World, case: int, step: int) -> None:
    """Leave one of the papers at home that the step can ask for, and the household register."""
    row = w.case[case]
    office = w.office[w.step[step, col.OFFICE]]
    papers = office[col.EVERYTHING]
    if row[col.WHO] == AGENT and office[col.OFFICE_WHO]:
        papers |= office[col.NEED_OF_AGENT]
    count = 0
    for paper in range(_PAPERS):
        count += papers >> paper & 1
    if count == 0:
        return
    left = int(share(w, case, _CASE, 3) * count)
    for paper in range(_PAPERS):
        if papers >> paper & 1:
            if left == 0:
                row[col.MISSING] = REGISTER_BIT | 1 << paper
                return
            left -= 1


@inlined
def equip(w: World, case: int) -> None:
    """Who comes, with what in hand."""
    row = w.case[case]
    source = w.source[row[col.SOURCE]]
    row[col.WHO], row[col.MISSING] = source[col.SOURCE_WHO], source[col.SOURCE_WITHOUT]
    row[col.REASON], row[col.AMOUNT] = source[col.SOURCE_REASON], source[col.SOURCE_AMOUNT]
    row[col.WHERE], row[col.PRIORITY] = source[col.SOURCE_STATION], source[col.SOURCE_PRIORITY]
    shares = source[col.SHARES_TO] - source[col.SHARES_FROM]
    if shares:
        row[col.PRIORITY] = which(w.reals, source[col.SHARES_FROM], shares, share(w, case, _CASE, 0))
    elif source[col.TABLE_PRIORITY] >= 0:
        row[col.PRIORITY] = w.ints[source[col.TABLE_PRIORITY] + row[col.NUMBER]]
    if source[col.OVERRIDES_TO] > source[col.OVERRIDES_FROM]:
        row[col.OVERRIDES] = row[col.NUMBER]
    agents = w.reals[source[col.AGENT_SHARE]]
    if agents > 0.0 and share(w, case, _CASE, 1) < agents:
        row[col.WHO] = AGENT
    if source[col.AMOUNT_DIST] >= 0:
        row[col.AMOUNT] = time(w, case, source[col.AMOUNT_DIST], _CASE, _AMOUNT_DRAW)
    if source[col.SOURCE_CHOICE] >= 0:
        row[col.WHERE] = choose(w, source[col.SOURCE_CHOICE], share(w, case, _PLACE, 0))
    forgetful = w.reals[source[col.INCOMPLETE_SHARE]]
    if forgetful > 0.0 and share(w, case, _CASE, 2) < forgetful:
        _forget(w, case, source[col.SOURCE_STEP])


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
