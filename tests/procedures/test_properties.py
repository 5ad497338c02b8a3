"""What no sequence of requests can bring about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.calendar import Calendar
from sim.office.fields import NOWHERE, Account, Cancellation, Card, Field, Insurance, Ledger, Reason, TemporaryCard
from sim.office.office import Office
from sim.office.record import STATES, new_record
from sim.office.rows import LEDGER_FIELD
from sim.office.verdict import PAPERS, WHO, Attempt
from sim.procedures.model import Act, Effect, Procedure, Step, Sum
from tests.office.desk import DAY, PLACES, Desk

DESK = Desk()
USABLE = {Card.ISSUED, Card.ACTIVE, Card.TEMPORARY_LOSS}
OWN = LEDGER_FIELD
PAYOUT_DUE = {Cancellation.CARD_WITHDRAWN, Cancellation.ACCOUNT_CANCELLED}
TEMPORARY_IN_FORCE = {TemporaryCard.VALID, TemporaryCard.EXTENDED}
ANYTHING = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from([member.name.lower() for member in states]) for name, states in STATES.items()}
    | {"medical_fen": st.integers(0, 10**8), "financial_fen": st.integers(0, 10**8), "card_bank": st.integers(0, 1)},
)
REQUESTS = st.builds(
    Attempt,
    who=st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4]),
    papers=st.just((1 << len(PAPERS)) - 1) | st.integers(0, (1 << len(PAPERS)) - 1),
    station=st.integers(-1, len(PLACES) - 1),
    amount_fen=st.integers(0, 10**8),
    reason=st.sampled_from([int(reason) for reason in Reason]),
)
STEPS = st.sampled_from(sorted(DESK.index))


class Requests(RuleBasedStateMachine):
    """Somebody asks for anything, in any order, at any pace."""

    def __init__(self) -> None:
        """Begin with an insured person and some money."""
        super().__init__()
        self.record = new_record(card_bank=0, medical_fen=100_000, financial_fen=50_000, old_card="held")
        self.world = {ledger: 0 for ledger in Ledger if ledger not in OWN}
        self.now = 0
        self.serial = 0

    @rule(step=STEPS, request=REQUESTS, pause=st.integers(0, 20 * DAY))
    def ask(self, step: str, request: Attempt, pause: int) -> None:
        """Put one request; check what this one did."""
        self.now += pause
        before = list(self.record)
        verdict = DESK.ask(self.record, step, request, self.now)
        if not verdict.accepted:
            assert self.record == before
            assert 0 < verdict.rule < len(DESK.office.rules)
            return
        if before[Field.CARD] in USABLE and step.startswith("collect."):
            assert self.record[Field.CARD] == before[Field.CARD]
        if before[Field.CARD] not in USABLE | {Card.ISSUED} and self.record[Field.CARD] == Card.ISSUED:
            assert step.startswith(("collect.", "report_loss.lapse"))
        for source, target, fen in verdict.money:
            assert fen > 0
            for ledger, sign in ((source, -1), (target, 1)):
                if ledger in self.world:
                    self.world[Ledger(ledger)] += sign * fen

    @invariant()
    def money_is_conserved(self) -> None:
        """What the person has, and what the world outside got or gave, is what there was."""
        own = sum(self.record[field] for field in OWN.values())
        assert own + sum(self.world.values()) == 150_000

    @invariant()
    def nothing_is_overdrawn(self) -> None:
        """No balance is below zero."""
        assert min(self.record[field] for field in OWN.values()) >= 0

    @invariant()
    def at_most_one_medium_settles(self) -> None:
        """L7: no temporary card is in force while the card itself could be used."""
        assert not (
            self.record[Field.CARD] in {Card.ISSUED, Card.ACTIVE} and self.record[Field.TEMPORARY] in TEMPORARY_IN_FORCE
        )

    @invariant()
    def what_is_reserved_has_a_payout_to_come(self) -> None:
        """C5: a balance is reserved exactly from the bank's approval to the payout."""
        assert self.record[Field.RESERVED_FEN] == 0 or self.record[Field.CANCELLATION] in PAYOUT_DUE

    @invariant()
    def money_left_behind_is_with_a_bank(self) -> None:
        """L5: an account left behind says where it is."""
        assert self.record[Field.FORMER_FEN] == 0 or self.record[Field.FORMER_BANK] != NOWHERE

    @invariant()
    def nobody_holds_a_notice_who_is_insured(self) -> None:
        """C2: whoever is insured again, or has transferred the account, holds no valid notice."""
        grounded = self.record[Field.INSURANCE] == Insurance.ENDED and self.record[Field.ACCOUNT] != Account.MOVED
        assert grounded or self.record[Field.CANCELLATION] != Cancellation.NOTICED

    @invariant()
    def card_numbers_only_grow(self) -> None:
        """L5: a new card has a new number, never an old one."""
        assert self.record[Field.CARD_SERIAL] >= self.serial
        self.serial = self.record[Field.CARD_SERIAL]


TestRequests = Requests.TestCase
TestRequests.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)


@given(ANYTHING, STEPS, REQUESTS, st.integers(0, 300 * DAY))
def test_a_refusal_leaves_any_record_untouched(
    states: dict[str, str | int], step: str, request: Attempt, now: int
) -> None:
    """From whatever states, a refused request changes nothing and gives a reason."""
    record = new_record(**states)
    before = list(record)
    verdict = DESK.ask(record, step, request, now)
    if not verdict.accepted:
        assert record == before
        assert verdict.why


@given(ANYTHING, REQUESTS, st.integers(0, 300 * DAY))
def test_a_new_card_comes_only_after_the_earlier_has_ended(
    states: dict[str, str | int], request: Attempt, now: int
) -> None:
    """P2: nobody with a usable card is handed another."""
    record = new_record(**states)
    usable = record[Field.CARD] in USABLE
    for step in ("collect.collect", "collect.over_the_counter"):
        assert not (DESK.ask(list(record), step, request, now).accepted and usable)


@given(ANYTHING, REQUESTS, st.integers(0, 300 * DAY))
def test_nobody_applies_with_a_closed_account(states: dict[str, str | int], request: Attempt, now: int) -> None:
    """P6: with a closed or cancelled account no way to a new card is open."""
    record = new_record(**states)
    if record[Field.ACCOUNT] not in {Account.CLOSED, Account.CANCELLED}:
        record[Field.ACCOUNT] = Account.CLOSED
    for step in ("apply.hand_in", "replace.apply", "replace_damaged.apply", "exchange.apply", "reapply.apply"):
        assert not DESK.ask(list(record), step, request, now).accepted


@given(ANYTHING, STEPS, REQUESTS, st.integers(0, 300 * DAY), st.integers(1, 10**8))
def test_only_its_payout_touches_a_reserved_balance(
    states: dict[str, str | int], step: str, request: Attempt, now: int, fen: int
) -> None:
    """C5: whatever is asked for, what is reserved stays as it is until it is paid out, and then whole."""
    record = new_record(**states)
    record[Field.CANCELLATION], record[Field.RESERVED_FEN] = Cancellation.ACCOUNT_CANCELLED, fen
    verdict = DESK.ask(record, step, request, now)
    assert record[Field.RESERVED_FEN] in ({0, fen} if step == "cancel.pay_out" else {fen})
    if step == "cancel.pay_out" and verdict.accepted:
        assert (Ledger.RESERVED, Ledger.FINANCIAL, fen) in verdict.money


@given(ANYTHING, STEPS, REQUESTS, st.integers(0, 300 * DAY), st.integers(1, 10**8))
def test_only_the_examination_touches_a_claim(
    states: dict[str, str | int], step: str, request: Attempt, now: int, fen: int
) -> None:
    """L6: no loss, report, lapse or new card changes what was claimed; another claim adds its own sum."""
    record = new_record(**states)
    record[Field.CLAIMED_FEN], record[Field.CLAIMABLE_FEN] = fen, 7
    verdict = DESK.ask(record, step, request, now)
    if step in {"reimburse.pay_out", "reimburse.reject"}:
        assert record[Field.CLAIMED_FEN] == fen - verdict.accepted * request.amount_fen
    else:
        assert record[Field.CLAIMED_FEN] == fen + 7 * (step == "reimburse.claim" and verdict.accepted)


def test_no_step_can_change_the_social_security_number() -> None:
    """P1: the record has no such field, and what it has of numbers only counts the cards."""
    assert not [field.name for field in Field if "CITIZEN" in field.name or "NUMBER" in field.name]
    changes = [
        (effect.act, effect.value)
        for _, step in DESK.steps
        for effect in step.effects
        if effect.field == Field.CARD_SERIAL.name
    ]
    assert set(changes) == {(Act.COUNT, 1)}


def test_a_table_that_could_overdraw_is_refused() -> None:
    """An amount leaves a person's ledger only behind the guard that it is covered; the office says which step."""
    take = Step("take", ("U6",), effects=(Effect(Act.MONEY, "FINANCIAL", int(Sum.AMOUNT), "CASH"),))
    table = Procedure("theft", "Theft", "盗窃", ("U6",), (take,), ())
    with pytest.raises(ValueError, match=r"theft\.take: FINANCIAL may be overdrawn"):
        Office([(table, take)], {}, Calendar(date(2026, 3, 2), 1), PLACES)


def test_agents_are_the_second_of_five_actors() -> None:
    """The numbers of actors and papers in the log are those of the vocabulary, in its order."""
    assert [who.value for who in WHO] == ["holder", "agent", "employer", "other", "heir"]
