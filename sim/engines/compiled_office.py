"""The office of the compiled engine: the same rows of guards and effects as sim.office, carried out by number."""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_draws import emit
from sim.engines.compiled_pauses import workdays_between
from sim.engines.compiled_types import Words, compiled, inlined
from sim.engines.compiled_world import World
from sim.engines.demand import DAY_MS
from sim.log import Event
from sim.office.fields import NEVER, NOWHERE, Application, Card, Field, InsuranceEnd, Ledger
from sim.office.interest import DAYS_OF_A_YEAR, PPM
from sim.office.rows import (
    AGENT,
    AGENT_BIT,
    CARD_BIT,
    EXPOSURE_LEAD,
    FROM_LOSS,
    HEIR,
    HOLDER,
    IDENTITY_BIT,
    LEDGER_FIELD,
    OTHER,
    REGISTER_BIT,
    TO_APPLICATION,
    ActCode,
    CheckCode,
)
from sim.procedures.model import Paper

_ALL_PAPERS = (1 << len(Paper)) - 1
_AGENT_PAPER = AGENT_BIT.bit_length() - 1
_DONE, _REFUSED, _MONEY, _LEAD = int(Event.DONE), int(Event.REFUSED), int(Event.MONEY), int(Event.LEAD)
_CARD, _HOT_AT, _HOT_UNTIL = int(Field.CARD), int(Field.HOT_AT), int(Field.HOT_UNTIL)
_PREMIUM_FEN = int(Field.PREMIUM_FEN)
_FEN_DAYS, _BALANCE_AT, _MEDICAL_FEN = int(Field.FEN_DAYS), int(Field.BALANCE_AT), int(Field.MEDICAL_FEN)
_RESERVED_FEN, _RESERVED_FEN_DAYS = int(Field.RESERVED_FEN), int(Field.RESERVED_FEN_DAYS)
_APPROVED_AT, _LOST_AT, _DAMAGED_AT = int(Field.APPROVED_AT), int(Field.LOST_AT), int(Field.DAMAGED_AT)
_APPLICATION, _CARD_BANK = int(Field.APPLICATION), int(Field.CARD_BANK)
_MEDICAL = int(Ledger.MEDICAL)
_PURSE = tuple(int(LEDGER_FIELD.get(ledger, NOWHERE)) for ledger in Ledger)
_TEMPORARY_LOSS, _LOST, _DAMAGED = int(Card.TEMPORARY_LOSS), int(Card.LOST), int(Card.DAMAGED)
_HOLDER_DIED = int(Card.HOLDER_DIED)
_SUBMITTED, _IN_PRODUCTION = int(Application.SUBMITTED), int(Application.IN_PRODUCTION)
_READY = int(Application.READY)
_DIED_AT, _INSURANCE_END, _DIED = int(Field.DIED_AT), int(Field.INSURANCE_END), int(InsuranceEnd.DIED)
_IN, _NOT_IN, _WITHIN = int(CheckCode.IN), int(CheckCode.NOT_IN), int(CheckCode.WITHIN)
_WITHIN_DAYS, _AFTER, _WORKDAYS_AFTER = int(CheckCode.WITHIN_DAYS), int(CheckCode.AFTER), int(CheckCode.WORKDAYS_AFTER)
_SAME_PLACE, _SAME_BANK, _COVERED = int(CheckCode.SAME_PLACE), int(CheckCode.SAME_BANK), int(CheckCode.AMOUNT_COVERED)
_HOT_LIST, _OFFERS, _BRINGS = int(CheckCode.HOT_LIST), int(CheckCode.PLACE_OFFERS), int(CheckCode.BRINGS)
_REASON, _ACTOR, _COST_WINDOW = int(CheckCode.REASON), int(CheckCode.ACTOR), int(CheckCode.COST_WINDOW)
_LACKS, _OTHER_BANK, _BANK_KEPT = int(CheckCode.PLACE_LACKS), int(CheckCode.OTHER_BANK), int(CheckCode.BANK_KEPT)
_FREE, _PAST_DAYS = int(CheckCode.FREE), int(CheckCode.PAST_DAYS)
_SET, _STAMP, _PLACE, _COUNT = int(ActCode.SET), int(ActCode.STAMP), int(ActCode.PLACE), int(ActCode.COUNT)
_FLAG, _COPY, _ADD_AMOUNT = int(ActCode.FLAG), int(ActCode.COPY), int(ActCode.ADD_AMOUNT)
_GIVE_REASON, _BANK, _LEAD_ACT = int(ActCode.REASON), int(ActCode.BANK), int(ActCode.LEAD)
_EXPOSURE, _CARRY, _ADD, _CHANGE = int(ActCode.EXPOSURE), int(ActCode.CARRY), int(ActCode.ADD), int(ActCode.CHANGE)
_MOVE_AMOUNT, _MOVE_ALL = int(ActCode.MOVE_AMOUNT), int(ActCode.MOVE_ALL)
_MOVE_RESERVED_INTEREST, _MOVE_PREMIUM = int(ActCode.MOVE_RESERVED_INTEREST), int(ActCode.MOVE_PREMIUM)


@compiled
def _exposure(w: World) -> int:
    """How long until the last of the offline terminals has today's list."""
    longest = 0
    for at in range(w.g[col.OFFLINE_FROM], w.g[col.OFFLINE_TO], 2):
        longest = max(longest, -(w.g[col.NOW] - w.ints[at + 1]) % w.ints[at])
    return longest


@compiled
def _accrue(w: World, record: Words) -> None:
    """Add the daily balances since the last change, which is before the balance changes again."""
    now = w.g[col.NOW]
    record[_FEN_DAYS] += record[_MEDICAL_FEN] * (now // DAY_MS - record[_BALANCE_AT] // DAY_MS)
    record[_BALANCE_AT] = now


@compiled
def _interest(fen_days: int, rate_ppm: int) -> int:
    """Interest, half to even (sim.office.interest), split so that no product exceeds 64 bits."""
    divisor = DAYS_OF_A_YEAR * PPM
    product = fen_days % divisor * rate_ppm
    whole = fen_days // divisor * rate_ppm + product // divisor
    rest = product % divisor
    if 2 * rest > divisor or (2 * rest == divisor and whole & 1):
        whole += 1
    return whole


@compiled
def _move(w: World, case: int, code: int, source: int, target: int, rate: int) -> None:
    """Move a sum between ledgers; those of the world outside are kept in the log alone."""
    record = w.record[w.case[case, col.RECORD]]
    giver, taker = _PURSE[source], _PURSE[target]
    if code == _MOVE_AMOUNT:
        fen = w.case[case, col.AMOUNT]
    elif code == _MOVE_ALL:
        fen = record[giver]
    elif code == _MOVE_RESERVED_INTEREST:
        days = w.g[col.NOW] // DAY_MS - record[_APPROVED_AT] // DAY_MS
        fen = _interest(record[_RESERVED_FEN_DAYS] + record[_RESERVED_FEN] * days, rate)
    elif code == _MOVE_PREMIUM:
        fen = record[_PREMIUM_FEN]
    else:
        _accrue(w, record)
        fen = _interest(record[_FEN_DAYS], rate)
        record[_FEN_DAYS] = 0
    if fen == 0:
        return
    if _MEDICAL in (source, target):
        _accrue(w, record)
    if giver >= 0:
        record[giver] -= fen
    if taker >= 0:
        record[taker] += fen
    emit(w, case, _MONEY, source * 16 + target, fen)


@compiled
def _changed(w: World, case: int, code: int, value: int, other: int, before: int) -> int:
    """The field's new value after one of the rarer acts."""
    row = w.case[case]
    if code == _PLACE:
        return int(row[col.HERE])
    if code == _COUNT:
        return before + value
    if code == _FLAG:
        return before | value
    if code in (_COPY, _ADD):
        return int(w.record[row[col.RECORD], other]) + (before if code == _ADD else 0)
    if code == _ADD_AMOUNT:
        return int(before + row[col.AMOUNT])
    if code == _CHANGE:
        return value if before == other else before
    if code == _GIVE_REASON:
        return int(row[col.REASON]) if row[col.REASON] else value
    bank = w.station[row[col.HERE], col.BANK]  # BANK
    return int(bank) if bank >= 0 else before


@inlined
def _carry_out(w: World, case: int, first: int, last: int) -> None:
    """Change the record; write down the money as it moves and then the lead times that ended."""
    record = w.record[w.case[case, col.RECORD]]
    now = w.g[col.NOW]
    leads = 0
    for at in range(first, last):
        effect = w.effect[at]
        code, field, value = effect[col.ACT], effect[col.EFFECT_FIELD], effect[col.EFFECT_VALUE]
        if code == _SET:
            record[field] = value
        elif code == _STAMP:
            record[field] = now
        elif code == _LEAD_ACT:
            if record[field] != NEVER:
                w.leads[leads, 0], w.leads[leads, 1] = effect[col.EFFECT_OTHER], now - record[field]
                leads += 1
        elif code == _EXPOSURE:
            w.leads[leads, 0], w.leads[leads, 1] = EXPOSURE_LEAD, _exposure(w)
            leads += 1
        elif code == _CARRY:
            w.case[case, col.AMOUNT] = record[field]
        elif code >= _MOVE_AMOUNT:
            _move(w, case, code, field, effect[col.EFFECT_OTHER], value)
        else:
            record[field] = _changed(w, case, code, value, effect[col.EFFECT_OTHER], record[field])
    for lead in range(leads):
        emit(w, case, _LEAD, w.leads[lead, 0], w.leads[lead, 1])


@compiled
def _actor_is(record: Words, who: int) -> int:
    """Who it is that says he is `who` (sim.office.office.actor)."""
    if who == HOLDER:
        return HOLDER if record[_DIED_AT] == NEVER else OTHER
    if who == AGENT:
        return AGENT if record[_INSURANCE_END] != _DIED else OTHER
    if who == HEIR:
        return HEIR if record[_DIED_AT] != NEVER else OTHER
    return who


@inlined
def _in_hand(record: Words, who: int, papers: int) -> int:
    """What somebody can have with him of these papers (sim.office.office.in_hand)."""
    return papers if who == OTHER or record[_LOST_AT] == NEVER else papers & ~CARD_BIT


@compiled
def _ask(office: Words, who: int, papers: int) -> tuple[int, int]:
    """Rule and paper by which somebody is refused for what he is or has not brought; (-1, -1) if he is not."""
    if not office[col.OFFICE_WHO] >> who & 1:
        return office[col.REFUSE_WHO + who], -1
    need = office[col.NEED]
    if who == AGENT:
        need = office[col.NEED_OF_AGENT]
        if papers & REGISTER_BIT:  # stands for one of the two documents, not for both (A6)
            papers |= AGENT_BIT if papers & IDENTITY_BIT else IDENTITY_BIT
    elif who == HEIR:
        need = office[col.NEED_OF_HEIR]
    elif office[col.REGISTER_SERVES] and papers & REGISTER_BIT:
        papers |= IDENTITY_BIT
    missing = need & ~papers
    if not missing:
        return -1, -1
    paper = 0
    while not missing >> paper & 1:
        paper += 1
    if who == AGENT and missing & (IDENTITY_BIT | AGENT_BIT):
        if missing & AGENT_BIT:
            paper = _AGENT_PAPER
        return office[col.REFUSE_PAPER + _AGENT_PAPER], paper
    return office[col.REFUSE_PAPER + paper], paper


@compiled
def _among(w: World, guard: Words, value: int) -> bool:
    for at in range(guard[col.VALUES_FROM], guard[col.VALUES_TO]):  # noqa: SIM110 - a loop is compiled
        if w.ints[at] == value:
            return True
    return False


@inlined
def _in_bits(bits: int, value: int) -> bool:
    return bool(0 <= value < col.BITS and bits >> value & 1)


@compiled
def _not_hot(w: World, record: Words, place: int) -> bool:
    """Whether the terminal of a place does not know the card as reported (sim.office.hotlist)."""
    refresh, offset = w.station[place, col.REFRESH], w.station[place, col.REFRESH_OFFSET]
    if refresh <= 0:
        card = record[_CARD]
        return bool(card != _TEMPORARY_LOSS and card != _LOST and card != _HOLDER_DIED)  # noqa: PLR1714 - compiled
    now = w.g[col.NOW]
    known = now - (now - offset) % refresh
    hot_at, hot_until = record[_HOT_AT], record[_HOT_UNTIL]
    if hot_until >= hot_at > NEVER:
        return not hot_at <= known < hot_until
    return not (NEVER < hot_at <= known or hot_until > known)


@compiled
def _in_window(record: Words, window: int) -> bool:
    """Whether costs paid now are within a window of costs (sim.office.checks)."""
    card, application = record[_CARD], record[_APPLICATION]
    in_fact = record[_LOST_AT] != NEVER or record[_DAMAGED_AT] != NEVER
    begun = card in (_TEMPORARY_LOSS, _LOST, _DAMAGED) or (window & FROM_LOSS and in_fact)
    under_way = application in (_SUBMITTED, _IN_PRODUCTION, _READY)
    return bool(begun and not (window & TO_APPLICATION and under_way))


@inlined
def _holds(w: World, case: int, guard: Words) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line a check
    row, now = w.case[case], w.g[col.NOW]
    value = w.record[row[col.RECORD], guard[col.GUARD_FIELD]]
    code, data, place = guard[col.CHECK], guard[col.GUARD_DATA], row[col.HERE]
    if code == col.IN_BITS:
        return _in_bits(data, value)
    if code == col.NOT_IN_BITS:
        return not _in_bits(data, value)
    if code == _IN:
        return _among(w, guard, value)
    if code == _NOT_IN:
        return not _among(w, guard, value)
    if code == _WITHIN:
        return bool(now - value <= data)
    if code == _WITHIN_DAYS:
        return bool(value != NEVER and now // DAY_MS - value // DAY_MS <= data)
    if code == _AFTER:
        return bool(now - value >= data)
    if code == _WORKDAYS_AFTER:
        return bool(value == NEVER or workdays_between(w, value, now) >= data)
    if code == _SAME_PLACE:
        return bool(place == value and value != NOWHERE)
    if code == _SAME_BANK:
        return bool(w.station[place, col.BANK] == value and value != NOWHERE)
    if code == _COVERED:
        return bool(0 <= row[col.AMOUNT] <= value)
    if code == _HOT_LIST:
        return _not_hot(w, w.record[row[col.RECORD]], place)
    if code == _OFFERS:
        return bool(w.station[place, col.FACILITIES] >> data & 1 == 1)
    if code == _BRINGS:
        return not _among(w, guard, value) or (_ALL_PAPERS & ~row[col.MISSING]) & data != 0
    if code == _REASON:
        return _among(w, guard, row[col.REASON])
    if code == _ACTOR:
        return _among(w, guard, row[col.WHO])
    if code == _PAST_DAYS:
        return bool(value != NEVER and now // DAY_MS - value // DAY_MS > data)
    if code == _COST_WINDOW:
        return _in_window(w.record[row[col.RECORD]], data)
    if code == _LACKS:
        return bool(not _among(w, guard, value) or w.station[place, col.FACILITIES] >> data & 1 == 0)
    if code == _OTHER_BANK:
        return bool(0 <= w.station[place, col.BANK] != value != NOWHERE)
    if code == _BANK_KEPT:
        bank = w.station[place, col.BANK]
        return bool(value == 0 or bank < 0 or bank == w.record[row[col.RECORD], _CARD_BANK])
    if code == _FREE:
        return bool(row[col.AMOUNT] == 0 or not _among(w, guard, value))
    return False  # NEVER


@compiled
def first_failure(w: World, case: int, first: int, last: int) -> int:
    """The first guard that does not hold, or -1."""
    for guard in range(first, last):
        if not _holds(w, case, w.guard[guard]):
            return guard
    return -1


@compiled
def attempt(w: World, case: int) -> bool:
    """Ask the office, write down its answer, the money it moved and the lead times it completed."""
    row = w.case[case]
    step = w.step[row[col.STEP]]
    if step[col.OFFICE] < 0 or row[col.RECORD] < 0:
        row[col.OUTCOME] = _DONE
        return True
    office = w.office[step[col.OFFICE]]
    rule = paper = -1
    if office[col.OFFICE_WHO]:
        record = w.record[row[col.RECORD]]
        papers = _in_hand(record, row[col.WHO], _ALL_PAPERS & ~row[col.MISSING])
        rule, paper = _ask(office, _actor_is(record, row[col.WHO]), papers)
    if rule < 0:
        failed = first_failure(w, case, office[col.GUARDS_FROM], office[col.GUARDS_TO])
        if failed >= 0:
            rule, paper = w.guard[failed, col.RULE], w.guard[failed, col.PAPER]
    if rule >= 0:
        row[col.OUTCOME] = _REFUSED
        row[col.MISSING] = 0  # whoever comes back brings it
        emit(w, case, _REFUSED, rule, paper + 1)
        return False
    row[col.OUTCOME] = _DONE
    emit(w, case, _DONE, step[col.CHIP], 0)
    _carry_out(w, case, office[col.EFFECTS_FROM], office[col.EFFECTS_TO])
    return True
