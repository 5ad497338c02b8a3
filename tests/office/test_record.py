"""The record at the beginning."""

from __future__ import annotations

import pytest

from sim.office.fields import NEVER, NOWHERE, Account, Bank, Card, Field, Insurance, InsuranceEnd
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
    """A flexible worker with a closed account: the two fields, no employer, and no insurance that goes through one."""
    assert initial_states(account="closed", employment="flexible") == (
        (Field.ACCOUNT, 2),
        (Field.EMPLOYMENT, 3),
        (Field.UNEMPLOYMENT_INSURANCE, 0),
        (Field.INJURY_INSURANCE, 0),
        (Field.MATERNITY_INSURANCE, 0),
        (Field.EMPLOYERS, 0),
    )


def test_the_five_insurances_follow_from_insurance_and_employment() -> None:
    """An employee has all five, a flexible worker and a pensioner two, whoever is insured elsewhere none."""
    branches = ("PENSION", "UNEMPLOYMENT", "INJURY", "MATERNITY")

    def five(**states: str) -> list[int]:
        record = new_record(**states)
        return [record[Field.INSURANCE], *(record[Field[f"{branch}_INSURANCE"]] for branch in branches)]

    assert five() == [1, 1, 1, 1, 1]
    assert five(employment="flexible") == five(employment="retired") == [1, 1, 0, 0, 0]
    assert five(insurance="ended") == [2, 0, 0, 0, 0]
    assert five(insurance="never_insured", employment="none") == [0, 0, 0, 0, 0]


def test_who_has_died_is_not_insured_and_his_card_is_stopped() -> None:
    """What follows from card = "holder_died", and from insurance_end = "died"."""
    record = new_record(card="holder_died")
    assert record[Field.CARD_BEFORE] == Card.ACTIVE
    assert record[Field.BANK] == Bank.FROZEN
    assert record[Field.INSURANCE_END] == InsuranceEnd.DIED
    assert record[Field.DIED_AT] == 0
    assert new_record(insurance_end="died")[Field.INSURANCE] == Insurance.ENDED
    assert new_record(insurance="ended")[Field.INSURANCE_END] == InsuranceEnd.ELSEWHERE


def test_an_unknown_word_is_an_error() -> None:
    """A state that does not exist is not taken for another."""
    with pytest.raises(KeyError):
        new_record(card="golden")
