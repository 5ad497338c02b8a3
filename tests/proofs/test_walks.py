"""Random walks: thousands of steps through the office, with the person's cards over APDU and the tills' PSAMs.

Whatever is asked, in whatever order and at whatever pace: nothing is overdrawn or lost, at most one medium settles,
every card answers every conversation as the record says, its raw bytes say in the end what the record said when it was
there last, and each PSAM has counted what was bought at its till.  Hypothesis shortens what fails to a story.

    HYPOTHESIS_PROFILE=long pytest tests/proofs/test_walks.py     tens of thousands of steps
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from typing import Any, Self

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cardemu import psam
from cardemu.account import Account, Purchase
from cardemu.commands import debit_account
from cardemu.conversation.player import DisagreementError
from sim.cardwork.life import ContradictionError
from sim.office.fields import Reason
from sim.office.verdict import PAPERS, WHO, Attempt
from sim.procedures.catalogue import catalogue
from sim.proofs.mutants import installed
from tests.office.desk import CLINIC, DAY, HERE, PLACES
from tests.proofs.walker import BEGINNINGS, PRODUCTS, Draw, Walker, entries, first_actor, office

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
WALKS, STEPS, LEAST = (800, 100, 50_000) if LONG else (80, 100, 5_000)
MINUTE = 60_000
WALKED: Counter[str] = Counter()
"""How many steps were asked for and accepted, and how many walks there were."""
LAST: list[str] = []
"""The story of the walk that was walked last."""


def coin(shares: int) -> Draw:
    """The first eight choices by the bits of a number, all others no."""
    bits = iter([shares >> place & 1 for place in range(8)])
    return lambda _: bool(next(bits, 0))


class Walk(RuleBasedStateMachine):
    """One person, from one of several beginnings, with cards of any product."""

    walker: Walker

    @initialize(
        beginning=st.sampled_from(sorted(BEGINNINGS)),
        held=st.sampled_from(PRODUCTS),
        issued=st.sampled_from(PRODUCTS[::-1]),
        number=st.integers(0, 500),
    )
    def set_out(self, beginning: str, held: str, issued: str, number: int) -> None:
        """Who it is, and what he holds."""
        self.walker = Walker(beginning, held, issued, number)

    @rule(
        step=st.sampled_from(entries()),
        who=st.none() | st.sampled_from(range(len(WHO))),
        station=st.sampled_from([HERE, HERE, HERE, CLINIC, *range(len(PLACES))]),
        fen=st.sampled_from([100, 0, 1, 9_999]) | st.integers(0, 60_000),
        reason=st.sampled_from([0, *(int(reason) for reason in Reason)]),
        pause=st.sampled_from([0, MINUTE, 10 * MINUTE, DAY // 2, 2 * DAY, 31 * DAY]),
        forgets=st.just(0) | st.sampled_from([1 << paper for paper in range(len(PAPERS))]),
        shares=st.integers(0, 255),
    )
    def ask(
        self,
        step: str,
        who: int | None,
        station: int,
        fen: int,
        reason: int,
        pause: int,
        forgets: int,
        shares: int,
    ) -> None:
        """Somebody sets out for something."""
        self.walker.now += pause
        request = Attempt(first_actor(step) if who is None else who, 0, station, fen, reason)
        self.walker.begin(step, request, forgets, coin(shares))

    @precondition(lambda self: self.walker.waiting)
    @rule(
        which=st.integers(0, 11),
        pause=st.sampled_from([0, MINUTE, DAY, 12 * DAY]),
        shares=st.integers(0, 255),
    )
    def go_on(self, which: int, pause: int, shares: int) -> None:
        """A case that waited goes on."""
        self.walker.now += pause
        self.walker.go_on(which, coin(shares))

    @invariant()
    def money_is_conserved(self) -> None:
        """What the person's ledgers have and what went outside is what there was (C5, L6)."""
        self.walker.money()

    @invariant()
    def at_most_one_medium_settles(self) -> None:
        """L7: never both the card and the temporary card, at a terminal that asks the office."""
        assert len(self.walker.media()) <= 1

    def teardown(self) -> None:
        """Every card once more, by conversation and by its raw bytes; every till's PSAM."""
        story = self.walker.story
        WALKED.update(walks=1, asked=len(story), done=sum(line.endswith(": done") for line in story))
        LAST[:] = story
        for line in story:
            note(line)
        if sys.exc_info()[0] is None:  # after a step that failed there is nothing more to ask
            self.walker.end()


@pytest.mark.slow
def test_no_walk_breaks_a_rule_or_leaves_a_card_in_disagreement() -> None:
    """Thousands of steps, a third of them accepted, by people of every kind with cards of every product."""
    WALKED.clear()
    run_state_machine_as_test(Walk, settings=settings(max_examples=WALKS, stateful_step_count=STEPS, deadline=None))
    assert WALKED["asked"] >= LEAST
    assert WALKED["done"] >= LEAST // 5


def shortest() -> list[str]:
    """What is done in the shortest walk that fails; there is one."""
    office.cache_clear()
    asked = settings(max_examples=600, stateful_step_count=6, deadline=None, database=None, derandomize=True)
    with pytest.raises((AssertionError, DisagreementError, ContradictionError)):
        run_state_machine_as_test(Walk, settings=asked)
    office.cache_clear()
    return [line.partition(": ")[2] for line in LAST if line.endswith(": done")]


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="a minute of shortening: with HYPOTHESIS_PROFILE=long")
def test_a_mistake_of_the_office_is_found_and_shortened() -> None:
    """Planted: a withdrawal is taken off the financial account twice: an overdraft (U6, A9)."""
    owner = catalogue()["cash_withdrawal"]
    steps = tuple(replace(step, effects=step.effects * 2) for step in owner.steps)
    with installed({"cash_withdrawal": replace(owner, steps=steps)}):
        assert shortest() == ["cash_withdrawal.withdraw: done"]


@pytest.mark.slow
def test_a_mistake_of_the_chip_is_found_and_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a card that forgets to take a purchase of fifty yuan and more off its balance (U1)."""
    debited = debit_account._debited

    def forgetful(account: Account, begun: Purchase, *rest: Any) -> Account:
        changed = debited(account, begun, *rest)
        return changed if begun.amounts_fen[0] < 5_000 else changed._replace(balance_fen=account.balance_fen)

    monkeypatch.setattr(debit_account, "_debited", forgetful)
    assert shortest()[-1] in {"settle.hospital: done", "settle.pharmacy: done"}
    assert len(LAST) <= 3


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="a minute of shortening: with HYPOTHESIS_PROFILE=long")
def test_a_mistake_of_the_psam_is_found_and_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a PSAM that expects the card's proof over another amount than it began the purchase with."""

    class Forgetful(psam.Begun):
        def __new__(cls, entry: Any, algorithm: Any, key: bytes, amounts: bytes) -> Self:
            return super().__new__(cls, entry, algorithm, key, bytes(4) + amounts[4:])

    monkeypatch.setattr(psam, "Begun", Forgetful)
    assert shortest()[-1] in {"settle.hospital: done", "settle.pharmacy: done"}
    assert len(LAST) <= 3
