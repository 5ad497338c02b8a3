"""Cards by the thousand are the cards the conversation makes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardemu.account import Account
from cardemu.card import Card
from cardemu.memory import Cell
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.batch import Batch, activate
from cardemu.personalisation.data import items, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.script import example_items, predictable
from cardemu.products import product
from cardemu.terminal.keyholder import Hsm

PRODUCTS = ("generation-1", "generation-2", "generation-3")
REGION = "990301"


@pytest.mark.parametrize("name", PRODUCTS)
@settings(max_examples=25)
@given(index=st.integers(0, 1_000_000), photo=st.sampled_from([0, 1, 300, 4096]))
def test_a_card_of_a_batch_is_the_card_the_conversation_makes(name: str, index: int, photo: int) -> None:
    """Cell by cell, for any person, with every element a source fills and a photo."""
    kind, serial = product(name), index.to_bytes(4, "big")
    values = values_of(person(1, REGION, index), REGION, serial, "20260302", index)
    values |= {"person.address": "示例省示例市三路3号", "person.telephone": "13000000009"}
    room = any(row.name == "photo" for row in kind.files)
    made = items(
        kind, values, {"photo": bytes(range(256)) * 16 if photo == 4096 else b"\x07" * photo} if room else None
    )
    spoken = Card.initialised(kind.template, predictable(), REGION, serial)
    audit = Audit("test")
    personalise(spoken, kind, made, Hsm(kind.template.roots), audit, REGION)
    assert audit.complete
    assert Batch(kind, REGION).card(predictable(), serial, made).memory.cells == spoken.memory.cells


def test_items_equal_to_what_was_there_take_no_memory() -> None:
    """A card that brings nothing of its own has its identity alone."""
    card = Batch(product("generation-3"), REGION).card(predictable(), bytes(4), ())
    assert list(card.memory.cells) == [Cell.IDENTITY]


def test_activation_leaves_pin_year_and_balance() -> None:
    """The holder's PIN opens the card, and the balance is there."""
    kind = product("generation-3")
    card = Batch(kind, REGION).card(predictable(), bytes(4), example_items(kind))
    activate(card, "271828", b"\x07\x01", 12_345)
    card.reset()
    assert card.transmit(bytes.fromhex("0020000003123456")) == b"\x63\xc5"
    assert card.transmit(bytes.fromhex("0020000003271828")) == b"\x90\x00"
    card.transmit(bytes.fromhex("00A4040006D15600000503"))
    assert card.transmit(bytes.fromhex("B026000104")) == bytes.fromhex("000030399000")
    assert card.transmit(bytes.fromhex("B056000002")) == bytes.fromhex("07019000")
    assert Account.decode(card.memory.cells[Cell.ACCOUNT]).loads == 1
