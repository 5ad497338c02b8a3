"""Numbers on the card: published examples, composition and taking apart, and what wrong numbers are told."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.identifiers import (
    CardIdentification,
    CitizenNumber,
    Sex,
    bank_card_number,
    card_check,
    card_number,
    citizen_number,
    initialising_institution,
    luhn_check,
    read_bank_card_number,
    read_card_identification,
    read_card_number,
    read_citizen_number,
)

DIVISIONS = st.integers(990000, 999999).map(str)
BIRTHS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("11010519491231002X", CitizenNumber("110105", date(1949, 12, 31), 2)),
        ("440524188001010014", CitizenNumber("440524", date(1880, 1, 1), 1)),
    ],
)
def test_the_examples_of_the_standard(text: str, parts: CitizenNumber) -> None:
    """GB 11643 prints two numbers: they are read and written back."""
    assert read_citizen_number(text) == parts
    assert str(parts) == text


def test_odd_sequences_are_mens() -> None:
    """The seventeenth digit tells the sex."""
    assert read_citizen_number("440524188001010014").sex is Sex.MALE
    assert read_citizen_number("11010519491231002X").sex is Sex.FEMALE


@given(DIVISIONS, BIRTHS, st.integers(0, 999))
def test_a_citizen_number_is_read_back(division: str, birth: date, sequence: int) -> None:
    """Composing and taking apart are inverse."""
    assert read_citizen_number(citizen_number(division, birth, sequence)) == CitizenNumber(division, birth, sequence)


@given(DIVISIONS, BIRTHS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(division: str, birth: date, sequence: int, place: int, shift: int) -> None:
    """MOD 11-2 finds every single wrong digit."""
    right = citizen_number(division, birth, sequence)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(ValueError, match=r"check character|not a day"):
        read_citizen_number(wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("990301199001010", "is not 17 digits and a check character (a digit or a capital X)"),
        ("11010519491231002x", "is not 17 digits and a check character (a digit or a capital X)"),
        ("110105194912310021", "ends in 1, but its digits need the check character X"),
        ("990301199002300018", "has no birth date: 19900230 is not a day of the calendar"),
        ("99030119900101００1X", "is not 17 digits and a check character (a digit or a capital X)"),
    ],
)
def test_a_wrong_citizen_number_is_explained(text: str, message: str) -> None:
    """The message quotes the number and says what would be right."""
    with pytest.raises(ValueError, match=re.escape(f"{text!r} {message}")):
        read_citizen_number(text)


def test_parts_that_cannot_be_are_refused() -> None:
    """A division has six digits, a sequence three."""
    with pytest.raises(ValueError, match="'9903' is not a division code of six digits"):
        citizen_number("9903", date(2000, 1, 1), 1)
    with pytest.raises(ValueError, match="sequence 1000 does not lie between 0 and 999"):
        citizen_number("990301", date(2000, 1, 1), 1000)


@pytest.mark.parametrize(("body", "check"), [("D2143569", "X"), ("X0000001", "9"), ("B0000013", "1")])
def test_the_examples_of_card_numbers(body: str, check: str) -> None:
    """The data dictionary's example, whose sum is 199, and two more."""
    assert card_check(body) == check
    assert read_card_number(f"{body}-{check}") == body + check


def test_cards_are_numbered_letter_by_letter() -> None:
    """Ten million cards to a letter, 26 letters."""
    assert card_number(0)[:8] == "A0000000"
    assert card_number(10_000_001)[:8] == "B0000001"
    assert card_number(32_143_569) == "D2143569X"
    with pytest.raises(ValueError, match="card 260000000 does not lie between 0 and 259999999"):
        card_number(260_000_000)


@given(st.integers(0, 259_999_999))
def test_a_card_number_is_read_back(index: int) -> None:
    """Every number that is given out is right."""
    assert read_card_number(card_number(index)) == card_number(index)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("D2143569-1", "'D2143569-1' ends in 1, but its characters need the check character X"),
        ("12143569X", "'12143569X' is not eight characters that begin with a capital letter, and a check character"),
    ],
)
def test_a_wrong_card_number_is_explained(text: str, message: str) -> None:
    """The message says what would be right."""
    with pytest.raises(ValueError, match=re.escape(message)):
        read_card_number(text)


def test_a_card_identification_code_has_sixteen_bytes() -> None:
    """Region, registered identifier, serial, and FFFFFFFF for the code that only the national key can make."""
    code = CardIdentification("990301", "00000001")
    assert bytes(code).hex().upper() == "990301D15600000500000001FFFFFFFF"
    assert read_card_identification(bytes(code)) == code


def test_a_serial_may_repeat_bytes_of_the_atr() -> None:
    """Hexadecimal serials of older cards survive the round trip."""
    code = CardIdentification("990301", "0086A38F", bytes(4))
    assert read_card_identification(bytes(code)) == code


def test_a_wrong_identification_code_is_explained() -> None:
    """Sizes and the registered identifier are checked."""
    with pytest.raises(ValueError, match="has 16 bytes, not 15"):
        read_card_identification(bytes(15))
    with pytest.raises(ValueError, match="bytes 4 to 8 are 0000000000, not D156000005"):
        read_card_identification(bytes(16))
    with pytest.raises(ValueError, match="has 4 bytes, not 3"):
        CardIdentification("990301", "00000001", bytes(3))
    with pytest.raises(ValueError, match="'1' is not a serial number"):
        CardIdentification("990301", "1")
    with pytest.raises(ValueError, match="'99' is not a region code"):
        CardIdentification("99", "00000001")


def test_the_institution_that_initialised_the_card() -> None:
    """The data dictionary's example: issued in Beijing, initialised in its first district, second institution."""
    assert initialising_institution("110000", "110100", 2).hex() == "915600000211000011010002"
    with pytest.raises(ValueError, match="sequence 100 does not lie between 0 and 99"):
        initialising_institution("110000", "110100", 100)


@pytest.mark.parametrize(("body", "check"), [("7992739871", "3"), ("411111111111111", "1")])
def test_luhn_examples(body: str, check: str) -> None:
    """The customary examples of the Luhn formula."""
    assert luhn_check(body) == check


@given(st.integers(0, 999), st.integers(0, 10**10 - 1))
def test_bank_cards_stay_in_the_test_range(bank: int, serial: int) -> None:
    """Nineteen digits that begin with 88888 and end in the right check digit."""
    number = bank_card_number(bank, serial)
    assert re.fullmatch(r"88888\d{14}", number)
    assert read_bank_card_number(f"{number[:4]} {number[4:]}") == number


def test_a_wrong_bank_card_number_is_explained() -> None:
    """A digit too few, a wrong check digit, a bank that does not fit."""
    with pytest.raises(ValueError, match="'123' is not a bank card number of 16 to 19 digits"):
        read_bank_card_number("123")
    with pytest.raises(ValueError, match="ends in 2, but its digits need the check digit 1"):
        read_bank_card_number("4111 1111 1111 1112")
    with pytest.raises(ValueError, match="bank 1000 needs at most 3 digits"):
        bank_card_number(1000, 0)
