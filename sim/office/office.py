"""The office: the one entry point through which a record changes, and the rule by which it refuses.

`attempt` is the reference of what every engine must do: who, papers, guards in table order; the first that fails
refuses and leaves the record as it was, else the effects are carried out in table order.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.office.checks import Checks, Days, PlaceInfo
from sim.office.fields import NEVER, Field, InsuranceEnd, Ledger
from sim.office.hotlist import exposure_ms
from sim.office.interest import interest_fen
from sim.office.rows import (
    AGENT,
    AGENT_BIT,
    CARD_BIT,
    EXPOSURE_LEAD,
    HEIR,
    HOLDER,
    HOLDERS_CARD_BIT,
    IDENTITY_BIT,
    LEDGER_FIELD,
    OTHER,
    REGISTER_BIT,
    ActCode,
    CheckCode,
    EffectRow,
    GuardRow,
    Numbers,
    StepRow,
    guard_row,
    rule_names,
    step_row,
)
from sim.office.verdict import ACCEPTED, Attempt, Verdict
from sim.procedures.model import Guard, Procedure, Step

_IN, _NOT_IN = int(CheckCode.IN), int(CheckCode.NOT_IN)
_SET, _STAMP, _PLACE, _COUNT, _FLAG, _COPY = (int(code) for code in list(ActCode)[:6])
_ADD_AMOUNT, _REASON, _BANK, _LEAD, _EXPOSURE = (int(code) for code in list(ActCode)[6:11])
_CARRY, _ADD, _CHANGE = (int(code) for code in list(ActCode)[11:14])
_MOVE_AMOUNT, _MOVE_ALL, _MOVE_INTEREST, _MOVE_RESERVED_INTEREST = (int(code) for code in list(ActCode)[14:18])
_MOVE_PREMIUM, _PREMIUM_FEN = int(ActCode.MOVE_PREMIUM), int(Field.PREMIUM_FEN)
_MEDICAL, _FEN_DAYS, _BALANCE_AT = int(Field.MEDICAL_FEN), int(Field.FEN_DAYS), int(Field.BALANCE_AT)
_RESERVED, _RESERVED_FEN_DAYS = int(Field.RESERVED_FEN), int(Field.RESERVED_FEN_DAYS)
_APPROVED_AT, _MEDICAL_LEDGER = int(Field.APPROVED_AT), int(Ledger.MEDICAL)
_LOST_AT = int(Field.LOST_AT)
_DIED_AT, _INSURANCE_END, _DIED = int(Field.DIED_AT), int(Field.INSURANCE_END), int(InsuranceEnd.DIED)
_PERSONAL = {int(ledger): int(field) for ledger, field in LEDGER_FIELD.items()}


def actor(record: list[int], who: int) -> int:
    """Who it is that says he is `who`: nobody can be a holder who has died, nor the heir of one who lives.

    An agent's mandate ends when the death is recorded; until then the office cannot know.
    """
    if who == HOLDER:
        return HOLDER if record[_DIED_AT] == NEVER else OTHER
    if who == AGENT:
        return AGENT if record[_INSURANCE_END] != _DIED else OTHER
    if who == HEIR:
        return HEIR if record[_DIED_AT] != NEVER else OTHER
    return who


def in_hand(record: list[int], who: int, papers: int) -> int:
    """What somebody can have with him of these papers: a card that is lost only a finder or a thief (L1)."""
    return papers if who == OTHER or record[_LOST_AT] == NEVER else papers & ~CARD_BIT


class Office:
    """The rules of a run, ready to be asked about any record at any moment."""

    def __init__(
        self,
        steps: Sequence[tuple[Procedure, Step]],
        numbers: Numbers,
        calendar: Days,
        stations: Sequence[PlaceInfo],
    ) -> None:
        """Prepare the steps, which are asked for by their position here.

        `numbers` has the value of every parameter that a guard or effect names: ms, working days, fen, pieces, or
        millionths of a rate (sim.procedures.catalogue.numbers_needed lists them).
        """
        self.rules = rule_names(steps)
        self._numbers = numbers
        self._rule_numbers = {rule: number for number, rule in enumerate(self.rules)}
        self._steps: list[StepRow] = [step_row(owner, step, numbers, self._rule_numbers) for owner, step in steps]
        self._day_of = calendar.day_of
        checks = Checks(calendar, stations)
        self._checks = checks.by_code()
        self._bank = checks.bank
        self._offline = checks.offline

    def attempt(self, record: list[int], step_index: int, attempt: Attempt, now_ms: int) -> Verdict:
        """Decide and, if accepted, carry out.  A refused attempt leaves the record untouched.

        `attempt.amount_fen` may be another afterwards (Act.CARRY): that of the case's further steps.
        """
        row = self._steps[step_index]
        if row.who:
            papers = in_hand(record, attempt.who, attempt.papers)
            refusal = self.ask(row, actor(record, attempt.who), papers)
            if refusal is not None:
                return refusal
        if row.guards:
            failed = self._first_failure(row.guards, record, attempt, now_ms)
            if failed is not None:
                return failed
        return self._carry_out(row.effects, record, attempt, now_ms)

    def papers_for(self, step_index: int, who: int) -> int:
        """Mask of all papers the step can ask of that person: what somebody brings who forgets nothing."""
        row = self._steps[step_index]
        papers = row.everything
        if who == AGENT and row.who:
            papers |= row.need_of_agent
        elif who == HEIR and row.who:
            papers = papers & ~IDENTITY_BIT | row.need_of_heir
        return papers & ~HOLDERS_CARD_BIT  # nobody leaves it at home that a card is his own

    def conditions(self, guards: tuple[Guard, ...], owner: str) -> tuple[GuardRow, ...]:
        """Prepare the `when` of a move of procedure `owner` for `holds`."""
        return tuple(guard_row(guard, owner, self._numbers, self._rule_numbers) for guard in guards)

    def holds(self, conditions: tuple[GuardRow, ...], record: list[int], attempt: Attempt, now_ms: int) -> bool:
        """Whether all conditions hold."""
        return self._first_failure(conditions, record, attempt, now_ms) is None

    @staticmethod
    def ask(row: StepRow, who: int, papers: int) -> Verdict | None:
        """Ask who somebody is and what he has brought."""
        if not row.who >> who & 1:
            return row.refuse_who[who]
        need = row.need_of_heir if who == HEIR else row.need
        if who == AGENT:
            need = row.need_of_agent
            if papers & REGISTER_BIT:  # stands for one of the two documents, not for both (A6)
                papers |= AGENT_BIT if papers & IDENTITY_BIT else IDENTITY_BIT
        elif row.register_serves and papers & REGISTER_BIT:
            papers |= IDENTITY_BIT
        missing = need & ~papers
        if not missing:
            return None
        paper = (missing & -missing).bit_length() - 1
        if who == AGENT and missing & (IDENTITY_BIT | AGENT_BIT):
            refusal = row.refuse_paper[AGENT_BIT.bit_length() - 1]
            return refusal if missing & AGENT_BIT else row.refuse_paper[paper]._replace(rule=refusal.rule)
        return row.refuse_paper[paper]

    def _first_failure(
        self, guards: tuple[GuardRow, ...], record: list[int], attempt: Attempt, now_ms: int
    ) -> Verdict | None:
        """Refusal of the first guard that does not hold; the two commonest checks are made on the spot."""
        for code, field, data, refusal in guards:
            if code == _IN:
                if record[field] not in data:  # type: ignore[operator]
                    return refusal
            elif code == _NOT_IN:
                if record[field] in data:  # type: ignore[operator]
                    return refusal
            elif not self._checks[code](record[field], data, record, attempt, now_ms):
                return refusal
        return None

    def _carry_out(self, effects: tuple[EffectRow, ...], record: list[int], attempt: Attempt, now_ms: int) -> Verdict:
        """Change the record; tell which money moved and which lead times ended."""
        money: list[tuple[int, int, int]] = []
        leads: list[tuple[int, int]] = []
        for code, field, value, other in effects:
            if code == _SET:
                record[field] = value
            elif code == _STAMP:
                record[field] = now_ms
            elif code == _LEAD:
                if record[field] != NEVER:
                    leads.append((other, now_ms - record[field]))
            elif code == _EXPOSURE:
                leads.append((EXPOSURE_LEAD, exposure_ms(now_ms, self._offline)))
            elif code == _CARRY:
                attempt.amount_fen = record[field]
            elif code >= _MOVE_AMOUNT:
                fen = self._sum(code, field, value, record, attempt, now_ms)
                if fen:
                    self._move(record, field, other, fen, now_ms)
                    money.append((field, other, fen))
            else:
                record[field] = self._changed(code, value, other, record, attempt, record[field])
        if money or leads:
            return Verdict(accepted=True, money=tuple(money), leads=tuple(leads))
        return ACCEPTED

    def _changed(self, code: int, value: int, other: int, record: list[int], attempt: Attempt, before: int) -> int:
        """Give the field's new value after one of the rarer acts."""
        if code == _PLACE:
            return attempt.station
        if code == _COUNT:
            return before + value
        if code == _FLAG:
            return before | value
        if code in (_COPY, _ADD):
            return record[other] + (before if code == _ADD else 0)
        if code == _ADD_AMOUNT:
            return before + attempt.amount_fen
        if code == _CHANGE:
            return value if before == other else before
        if code == _REASON:
            return attempt.reason or value
        bank = self._bank[attempt.station]  # Act.BANK
        return bank if bank >= 0 else before

    def _sum(self, code: int, ledger: int, rate_ppm: int, record: list[int], attempt: Attempt, now_ms: int) -> int:
        """How much a MONEY effect moves.  Interest is reckoned up to today and starts anew."""
        if code == _MOVE_AMOUNT:
            return attempt.amount_fen
        if code == _MOVE_ALL:
            return record[_PERSONAL[ledger]]
        if code == _MOVE_PREMIUM:
            return record[_PREMIUM_FEN]
        if code == _MOVE_RESERVED_INTEREST:
            days = self._day_of(now_ms) - self._day_of(record[_APPROVED_AT])
            return interest_fen(record[_RESERVED_FEN_DAYS] + record[_RESERVED] * days, rate_ppm)
        self._accrue(record, now_ms)
        fen = interest_fen(record[_FEN_DAYS], rate_ppm)
        record[_FEN_DAYS] = 0
        return fen

    def _move(self, record: list[int], source: int, target: int, fen: int, now_ms: int) -> None:
        """Take from one ledger and give to the other; those of the world outside are kept in the log alone."""
        if _MEDICAL_LEDGER in (source, target):
            self._accrue(record, now_ms)
        if source in _PERSONAL:
            record[_PERSONAL[source]] -= fen
        if target in _PERSONAL:
            record[_PERSONAL[target]] += fen

    def _accrue(self, record: list[int], now_ms: int) -> None:
        """Add the daily balances since the last change, which is before the balance changes again."""
        days = self._day_of(now_ms) - self._day_of(record[_BALANCE_AT])
        record[_FEN_DAYS] += record[_MEDICAL] * days
        record[_BALANCE_AT] = now_ms
