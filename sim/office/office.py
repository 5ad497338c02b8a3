"""The office: the one entry point through which a record changes, and the rule by which it refuses.

`attempt` is the reference of what every engine must do: who, papers, guards in table order; the first that fails
refuses and leaves the record as it was, else the effects are carried out in table order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sim.office.fields import NEVER, NOWHERE, Card, Field, Ledger
from sim.office.hotlist import ONLINE, exposure_ms, is_listed, last_refresh_ms
from sim.office.interest import interest_fen
from sim.office.rows import (
    AGENT,
    AGENT_BIT,
    EXPOSURE_LEAD,
    IDENTITY_BIT,
    LEDGER_FIELD,
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
_SET, _STAMP = int(ActCode.SET), int(ActCode.STAMP)
_MEDICAL, _FEN_DAYS, _BALANCE_AT = int(Field.MEDICAL_FEN), int(Field.FEN_DAYS), int(Field.BALANCE_AT)
_HOT_AT, _HOT_UNTIL, _CARD = int(Field.HOT_AT), int(Field.HOT_UNTIL), int(Field.CARD)
_REPORTED = frozenset({int(Card.TEMPORARY_LOSS), int(Card.LOST)})
_PERSONAL = {int(ledger): int(field) for ledger, field in LEDGER_FIELD.items()}
_NO_BANK = -2


class Days(Protocol):
    """What the office asks of a calendar."""

    def day_of(self, t_ms: int, /) -> int:
        """Day number of a moment."""

    def workdays_between(self, a_ms: int, b_ms: int, /) -> int:
        """Working days after the day of `a_ms`, up to and including the day of `b_ms`."""


class PlaceInfo(Protocol):
    """What the office asks of a station."""

    @property
    def bank(self) -> int:
        """Number of its bank, -1 if none."""

    @property
    def facilities(self) -> frozenset[int]:
        """What it has (sim.office.fields.Facility)."""

    @property
    def refresh_ms(self) -> int:
        """How often its terminal fetches the hot list; 0: it asks online; -1: it has no terminal."""

    @property
    def refresh_offset_ms(self) -> int:
        """Moment of one of these fetches."""


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
        self._workdays_between = calendar.workdays_between
        # One entry more, which a station number of -1 (NOWHERE) finds.
        self._bank = [*(station.bank for station in stations), _NO_BANK]
        self._facilities = [*(station.facilities for station in stations), frozenset[int]()]
        self._refresh = [*((station.refresh_ms, station.refresh_offset_ms) for station in stations), (ONLINE, 0)]
        self._offline = sorted({pair for pair in self._refresh if pair[0] > ONLINE})

    def attempt(self, record: list[int], step_index: int, attempt: Attempt, now_ms: int) -> Verdict:
        """Decide and, if accepted, carry out.  A refused attempt leaves the record untouched."""
        row = self._steps[step_index]
        if row.who:
            refusal = self._ask(row, attempt)
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
        if who == AGENT and row.who:
            return row.everything | row.need_of_agent
        return row.everything

    def conditions(self, guards: tuple[Guard, ...], owner: str) -> tuple[GuardRow, ...]:
        """Prepare the `when` of a move of procedure `owner` for `holds`."""
        return tuple(guard_row(guard, owner, self._numbers, self._rule_numbers) for guard in guards)

    def holds(self, conditions: tuple[GuardRow, ...], record: list[int], attempt: Attempt, now_ms: int) -> bool:
        """Whether all conditions hold."""
        return self._first_failure(conditions, record, attempt, now_ms) is None

    @staticmethod
    def _ask(row: StepRow, attempt: Attempt) -> Verdict | None:
        """Who are you, and what have you brought?"""
        who = attempt.who
        if not row.who >> who & 1:
            return row.refuse_who[who]
        papers = attempt.papers
        need = row.need
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
        """Refusal of the first guard that does not hold."""
        for guard in guards:
            code = guard[0]
            if code == _IN:
                if record[guard[1]] not in guard[2]:  # type: ignore[operator]
                    return guard[3]
            elif code == _NOT_IN:
                if record[guard[1]] in guard[2]:  # type: ignore[operator]
                    return guard[3]
            elif not self._holds(guard, record, attempt, now_ms):
                return guard[3]
        return None

    def _holds(self, guard: GuardRow, record: list[int], attempt: Attempt, now_ms: int) -> bool:
        """Whether one of the rarer guards holds."""
        code, field, data, _ = guard
        value = record[field]
        match code, data:
            case CheckCode.AMOUNT_COVERED, _:
                return 0 <= attempt.amount_fen <= value
            case CheckCode.HOT_LIST, _:
                return not self._hot(record, attempt.station, now_ms)
            case CheckCode.SAME_BANK, _:
                return self._bank[attempt.station] == value != NOWHERE
            case CheckCode.SAME_PLACE, _:
                return attempt.station == value != NOWHERE
            case CheckCode.PLACE_OFFERS, _:
                return data in self._facilities[attempt.station]
            case CheckCode.BRINGS, (paper, *values):
                return value not in values or bool(attempt.papers & paper)
            case CheckCode.REASON, frozenset():
                return attempt.reason in data
            case _, int():
                return self._in_time(code, value, data, now_ms)
            case _:  # CheckCode.NEVER
                return False

    def _in_time(self, code: int, since_ms: int, term: int, now_ms: int) -> bool:
        """Whether a guard on the time since `since_ms` holds; what never happened is long past."""
        if code == CheckCode.WITHIN:
            return now_ms - since_ms <= term
        if code == CheckCode.AFTER:
            return now_ms - since_ms >= term
        if since_ms == NEVER:
            return code == CheckCode.WORKDAYS_AFTER
        if code == CheckCode.WITHIN_DAYS:
            return self._day_of(now_ms) - self._day_of(since_ms) <= term
        return self._workdays_between(since_ms, now_ms) >= term

    def _hot(self, record: list[int], station: int, now_ms: int) -> bool:
        """Whether the terminal there refuses the card as reported lost."""
        refresh_ms, offset_ms = self._refresh[station]
        if refresh_ms <= ONLINE:
            return record[_CARD] in _REPORTED
        return is_listed(record[_HOT_AT], record[_HOT_UNTIL], last_refresh_ms(now_ms, refresh_ms, offset_ms))

    def _carry_out(self, effects: tuple[EffectRow, ...], record: list[int], attempt: Attempt, now_ms: int) -> Verdict:
        """Change the record; tell which money moved and which lead times ended."""
        money: list[tuple[int, int, int]] = []
        leads: list[tuple[int, int]] = []
        for effect in effects:
            code, field, value, other = effect
            if code == _SET:
                record[field] = value
            elif code == _STAMP:
                record[field] = now_ms
            elif code >= ActCode.LEAD:
                if code == ActCode.EXPOSURE:
                    leads.append((EXPOSURE_LEAD, exposure_ms(now_ms, self._offline)))
                elif record[field] != NEVER:
                    leads.append((other, now_ms - record[field]))
            elif code >= ActCode.MOVE_AMOUNT:
                fen = self._sum(code, field, value, record, attempt, now_ms)
                if fen:
                    self._move(record, field, other, fen, now_ms)
                    money.append((field, other, fen))
            else:
                self._change(effect, record, attempt)
        if money or leads:
            return Verdict(accepted=True, money=tuple(money), leads=tuple(leads))
        return ACCEPTED

    def _change(self, effect: EffectRow, record: list[int], attempt: Attempt) -> None:
        """Carry out one of the rarer changes of a field."""
        code, field, value, other = effect
        match code:
            case ActCode.PLACE:
                record[field] = attempt.station
            case ActCode.COUNT:
                record[field] += value
            case ActCode.FLAG:
                record[field] |= value
            case ActCode.COPY:
                record[field] = record[other]
            case ActCode.ADD_AMOUNT:
                record[field] += attempt.amount_fen
            case ActCode.REASON:
                record[field] = attempt.reason or value
            case ActCode.BANK:
                if self._bank[attempt.station] >= 0:
                    record[field] = self._bank[attempt.station]

    def _sum(self, code: int, ledger: int, rate_ppm: int, record: list[int], attempt: Attempt, now_ms: int) -> int:
        """How much a MONEY effect moves.  Interest is reckoned up to today and starts anew."""
        if code == ActCode.MOVE_AMOUNT:
            return attempt.amount_fen
        if code == ActCode.MOVE_ALL:
            return record[_PERSONAL[ledger]]
        if code == ActCode.MOVE_COSTS:
            return record[Field.COST_FEN]
        self._accrue(record, now_ms)
        fen = interest_fen(record[_FEN_DAYS], rate_ppm)
        record[_FEN_DAYS] = 0
        return fen

    def _move(self, record: list[int], source: int, target: int, fen: int, now_ms: int) -> None:
        """Take from one ledger and give to the other; those of the world outside are kept in the log alone."""
        if Ledger.MEDICAL in (source, target):
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
