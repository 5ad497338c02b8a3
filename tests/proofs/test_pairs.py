"""Two persons: nothing couples their records, so they are the product of two single ones; their cards differ."""

from __future__ import annotations

import numpy as np

from cardemu.columns import bank_card_numbers, card_identifications, card_numbers
from sim.office.fields import Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Act, Check
from sim.proofs.tables import Tables

KNOWN_CHECKS = {
    "IN", "NOT_IN", "WITHIN", "WITHIN_DAYS", "PAST_DAYS", "AFTER", "WORKDAYS_AFTER", "SAME_PLACE", "SAME_BANK",
    "AMOUNT_COVERED", "HOT_LIST", "PLACE_OFFERS", "BRINGS", "REASON", "NEVER", "ACTOR", "CHOICE", "COST_WINDOW",
    "PLACE_LACKS", "OTHER_BANK", "BANK_KEPT", "FREE",
}  # fmt: skip
"""Checks that look at the person's own record, at the request, the place and the clock: none at somebody else's."""


def test_no_row_looks_at_another_person() -> None:
    """Guards and effects name fields of the record and nothing else; a new kind of check has to be looked at here."""
    assert {check.name for check in Check} == KNOWN_CHECKS
    names = {field.name for field in Field}
    for _, step in Tables(catalogue()).steps.values():
        assert {guard.field for guard in step.guards} <= names | {""}
        assert {effect.field for effect in step.effects if effect.act is not Act.MONEY} <= names | {""}


def test_no_two_cards_of_two_persons_share_a_number() -> None:
    """L5, P1: card number, identification and bank card number differ for all persons and serials of a region."""
    people, cards = 5_000, 4
    index = np.arange(people * cards)  # person + (serial - 1) * people, as the registry has it
    for numbers in (card_numbers(index), card_identifications("990000", index), bank_card_numbers(0 * index, index)):
        assert len(set(numbers.tolist())) == people * cards
