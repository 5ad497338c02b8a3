"""The record at the beginning."""

from __future__ import annotations

import pytest

from sim.office.fields import NEVER, NOWHERE, Account, Bank, Card, Field
from sim.office.record import initial_states, new_record


def test_a_new_record_is_an_insured_employee_without_card() -> None:
    """Nothing has happened yet, the account is open, and interest runs from the start."""
    record = new_record()
    assert record[Field.ACCOUNT] == Account.OPEN
    assert record[Field.CARD] == Card.NONE
    assert record[Field.APPLIED_AT] == record[Field.HOT_AT] == NEVER
    assert record[Field.OUTLET] == record[Field.CARD_BANK] == NOWHERE
    assert record[Field.BALANCE_AT] == record[Field.MEDICAL_FEN] == 0


def test_an_active_card_has_a_number_an_active_chip_and_an_active_bank_side() -> None:
    """What follows from card = "active" is filled in."""
    record = new_record(card="active", medical_fen=120_050)
    assert record[Field.CARD_SERIAL] == 1
    assert record[Field.CARD_BEFORE] == Card.ACTIVE
    assert record[Field.BANK] == Bank.ACTIVE
    assert record[Field.MEDICAL_FEN] == 120_050


def test_a_given_state_goes_before_what_follows_from_another() -> None:
    """A card activated at a hospital has an inactive bank side if the scenario says so."""
    assert new_record(card="active", bank="inactive")[Field.BANK] == Bank.INACTIVE


def test_initial_states_are_the_differences_from_a_plain_record() -> None:
    """A flexible worker with a closed account differs in two fields."""
    assert initial_states(account="closed", employment="flexible") == ((Field.ACCOUNT, 2), (Field.EMPLOYMENT, 3))


def test_an_unknown_word_is_an_error() -> None:
    """A state that does not exist is not taken for another."""
    with pytest.raises(KeyError):
        new_record(card="golden")
