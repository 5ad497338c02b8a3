"""Which product each card of a run is, and what a product can be used for (A8, A10)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cardwork.desk import Desk, Held
from sim.products import CardProducts
from sim.store import RunReader
from tests.cardwork.runs import story_run


def test_a_card_without_a_financial_function_does_no_business_with_a_bank() -> None:
    """A8: bank business on a first-generation card is a disagreement that says so; other business with it agrees."""
    found = story_run("use").work("generation-1").tally.disagreements
    assert [(one.procedure, one.why) for one in found] == [
        ("cash_deposit", "a generation-1 card has no financial function, and a bank did business with it (A8)")
    ]
    assert story_run("use").work("generation-2").agreed


def test_a_region_issues_several_products_in_one_run_and_every_card_agrees() -> None:
    """A10: two products are issued and a third is in use; replay makes each card of its own."""
    work = story_run("products").work("")
    assert [str(one) for one in work.tally.disagreements] == []
    assert work.product == "generation-2 50 %, generation-3 50 %"
    assert work.tally.products == {"generation-1": 1, "generation-2": 4, "generation-3": 4}
    assert sum(work.tally.products.values()) == work.tally.cards


def test_the_products_of_the_replay_are_those_of_the_table_of_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run folder's table of cards says which product each card is, and the card that is made is of it."""
    made: dict[str, str] = {}
    premade = Desk.premade

    def keep(desk: Desk, *rest: object) -> Held:
        held = premade(desk, *rest)  # type: ignore[arg-type]
        made[held.number] = held.product
        return held

    monkeypatch.setattr(Desk, "premade", keep)
    run = story_run("products")
    run.work("")
    with RunReader(run.folder).connect() as database:
        listed = dict(database.execute("SELECT card_number, product FROM cards").fetchall())
    assert made
    assert {number: listed[number] for number in made} == made


def test_which_product_a_card_is_depends_on_the_card_alone() -> None:
    """Shares are kept to within chance, a card keeps its product when a share grows, and no seed is asked."""
    cards = np.arange(100_000)
    few = CardProducts((("generation-2", 0.3), ("generation-3", 0.7))).of_cards(cards) == "generation-2"
    more = CardProducts((("generation-2", 0.5), ("generation-3", 0.5))).of_cards(cards) == "generation-2"
    assert abs(few.mean() - 0.3) < 0.005
    assert abs(more.mean() - 0.5) < 0.005
    assert not (few & ~more).any()
