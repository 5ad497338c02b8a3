"""Random walks: thousands of requests over the office's record with the chip of the person beside it, over APDU.

Whatever is asked, in whatever order and at whatever pace: nothing is overdrawn or lost, at most one medium settles, the
chip does what the record says, and the PSAM's purchases are those the office settled.  Hypothesis shortens what fails.
"""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.office.fields import NEVER, Account, Card, Field, Ledger, Reason, TemporaryCard
from sim.office.record import new_record
from sim.office.rows import LEDGER_FIELD
from sim.office.verdict import PAPERS, WHO, Attempt
from sim.procedures.model import Chip
from tests.office.desk import CLINIC, DAY, HERE, PLACES, Desk

DESK = Desk()
EVERYTHING = (1 << len(PAPERS)) - 1
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
STEPS = sorted(DESK.index)
USES = [name for name in STEPS if DESK.steps[DESK.index[name]][1].starts]
PERSONAL = {int(ledger): field for ledger, field in LEDGER_FIELD.items()}


class Walk(RuleBasedStateMachine):
    """One person, the office and the world outside."""

    def __init__(self) -> None:
        """Begin with an insured employee with some money."""
        super().__init__()
        self.record = new_record(card_bank=0, medical_fen=100_000, financial_fen=50_000, old_card="held")
        self.total = sum(self.record[field] for field in PERSONAL.values())
        self.outside = 0
        self.now = 0
        self.chip = Card.NONE
        self.claimed: list[int] = []

    @rule(
        step=st.sampled_from(USES) | st.sampled_from(STEPS),
        who=st.sampled_from([0, 0, 0, 1, *range(len(WHO))]),
        station=st.sampled_from([HERE, HERE, CLINIC, *range(len(PLACES))]),
        fen=st.integers(0, 60_000),
        reason=st.sampled_from([0, *(int(reason) for reason in Reason)]),
        pause=st.sampled_from([0, 60_000, DAY // 2, 2 * DAY, 20 * DAY, 200 * DAY]),
        papers=st.just(EVERYTHING) | st.integers(0, EVERYTHING),
    )
    def ask(self, step: str, who: int, station: int, fen: int, reason: int, pause: int, papers: int) -> None:
        """Somebody asks for something."""
        self.now += pause
        before = list(self.record)
        verdict = DESK.ask(self.record, step, Attempt(who, papers, station, fen, reason), self.now)
        if not verdict.accepted:
            assert self.record == before
            return
        for source, target, moved in verdict.money:
            assert moved > 0
            self.outside += moved * (source in PERSONAL) - moved * (target in PERSONAL)
        self._chip(step, before)

    def _chip(self, step: str, before: list[int]) -> None:
        """The chip changes when it is present, and only then."""
        kind = DESK.steps[DESK.index[step]][1].chip
        if kind in {Chip.ACTIVATE_BOTH, Chip.ACTIVATE_SOCIAL}:
            assert before[Field.CARD] == Card.ISSUED
            assert self.chip == Card.ISSUED
            self.chip = Card.ACTIVE
        elif kind is Chip.WITHDRAW:
            self.chip = Card.WITHDRAWN
        elif kind is Chip.CHECK:
            assert before[Field.CARD] not in {Card.ISSUED, Card.ACTIVE, Card.TEMPORARY_LOSS}
            self.chip = Card.ISSUED
        elif kind is Chip.SETTLE:
            assert self.chip == Card.ACTIVE

    @invariant()
    def money_is_conserved(self) -> None:
        """What the person's ledgers have and what went outside is what there was."""
        held = sum(self.record[field] for field in PERSONAL.values())
        assert held + self.outside == self.total
        assert min(self.record[field] for field in PERSONAL.values()) >= 0

    @invariant()
    def at_most_one_medium_settles(self) -> None:
        """L7: never both the card and the temporary card, at a terminal that asks the office."""
        both = [self._could("settle.hospital"), self._could("settle_temporary.settle")]
        assert not all(both)

    def _could(self, step: str) -> bool:
        request = Attempt(WHO.index(DESK.steps[DESK.index[step]][1].who[0]), EVERYTHING, HERE, 0, 0)
        return DESK.ask(list(self.record), step, request, self.now).accepted

    @invariant()
    def nothing_is_used_without_an_account(self) -> None:
        """U1: who has no account has given no temporary card anything to spend."""
        if self.record[Field.ACCOUNT] == Account.NONE and self.record[Field.DIED_AT] == NEVER:
            assert self.record[Field.TEMPORARY] in set(TemporaryCard)

    @invariant()
    def reserves_wait_for_an_account(self) -> None:
        """C5: money that is still to come is never without an account to come to."""
        assert self.record[PERSONAL[Ledger.RESERVED]] >= 0


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=200 if LONG else 30, stateful_step_count=100, deadline=None)
