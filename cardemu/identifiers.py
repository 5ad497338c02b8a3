"""The numbers a social security card carries: check characters, composition, and what is wrong with a wrong one.

Citizen number: GB 11643-1999 (ISO 7064 MOD 11-2).  Social security card number, card identification code and number of
the initialising institution: data dictionary of the social security card V2.0 (2012), appendix A and table 12, and part
6 of the card specification.  Bank card number: ISO/IEC 7812-1 (Luhn).

Functions that compose a number take parts and raise ValueError with a sentence if a part cannot be; functions that
read one raise ValueError with the first thing that is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, unique

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS = "10X98765432"
"""Check character by the weighted sum modulo 11."""

CARD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CARD_CHECKS = "0X987654321"
"""Check character by the weighted sum modulo 11."""
CARDS_PER_LETTER = 10**7

HRSS_RID = bytes.fromhex("D156000005")
"""Registered identifier of the human resources and social security application."""
NO_AUTHENTICATION_CODE = bytes.fromhex("FFFFFFFF")
"""Stands where the national key's code would be: neither key nor algorithm is public."""
INSTITUTION_PREFIX = "9156000002"

TEST_BANK_PREFIX = "88888"
"""No issuer owns numbers that begin so; a habit of issuing libraries' test data."""


@unique
class Sex(IntEnum):
    """Sex as GB/T 2261.1 codes it."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    UNSTATED = 9


def _require(pattern: str, text: str, what: str) -> None:
    """Raise ValueError unless the whole text fits."""
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(f"{text!r} is not {what}")


@dataclass(frozen=True)
class CitizenNumber:
    """A citizen number taken apart."""

    division: str
    birth: date
    sequence: int

    @property
    def sex(self) -> Sex:
        """Sequence numbers are odd for men."""
        return Sex.MALE if self.sequence % 2 else Sex.FEMALE

    def __str__(self) -> str:
        """Return the 18 characters."""
        return citizen_number(self.division, self.birth, self.sequence)


def citizen_check(body: str) -> str:
    """Return the check character of the first 17 digits."""
    _require(r"\d{17}", body, "17 digits")
    total = sum(weight * int(digit) for weight, digit in zip(CITIZEN_WEIGHTS, body, strict=True))
    return CITIZEN_CHECKS[total % 11]


def citizen_number(division: str, birth: date, sequence: int) -> str:
    """Compose a citizen number from division code, birth date and sequence (odd for men)."""
    _require(r"\d{6}", division, "a division code of six digits")
    if not 0 <= sequence <= 999:
        raise ValueError(f"sequence {sequence} does not lie between 0 and 999")
    body = f"{division}{birth:%Y%m%d}{sequence:03d}"
    return body + citizen_check(body)


def read_citizen_number(text: str) -> CitizenNumber:
    """Take a citizen number apart, or say what is wrong with it.

    Division codes are not looked up: real numbers carry codes that were abolished long ago.
    """
    _require(r"\d{17}[\dX]", text, "17 digits and a check character (a digit or a capital X)")
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError as error:
        raise ValueError(f"{text!r} has no birth date: {text[6:14]} is not a day of the calendar") from error
    expected = citizen_check(text[:17])
    if text[17] != expected:
        raise ValueError(f"{text!r} ends in {text[17]}, but its digits need the check character {expected}")
    return CitizenNumber(text[:6], birth, int(text[14:17]))


def card_check(body: str) -> str:
    """Return the check character of a card number's first eight characters; A counts 10, Z 35."""
    _require(r"[A-Z][0-9A-Z]{7}", body, "a capital letter and seven digits or capital letters")
    remainder = sum(weight * int(character, 36) for weight, character in zip(CARD_WEIGHTS, body, strict=True)) % 11
    return CARD_CHECKS[remainder]


def card_number(index: int) -> str:
    """Return the social security card number of the `index`-th card issued: A0000000 with its check, and so on."""
    if not 0 <= index < 26 * CARDS_PER_LETTER:
        raise ValueError(f"card {index} does not lie between 0 and {26 * CARDS_PER_LETTER - 1}")
    letter, serial = divmod(index, CARDS_PER_LETTER)
    body = f"{chr(ord('A') + letter)}{serial:07d}"
    return body + card_check(body)


def read_card_number(text: str) -> str:
    """Return the nine characters of a card number, written with or without a hyphen, or say what is wrong with it."""
    _require(
        r"[A-Z][0-9A-Z]{7}-?[\dX]", text, "eight characters that begin with a capital letter, and a check character"
    )
    body, check = text[:8], text[-1]
    expected = card_check(body)
    if check != expected:
        raise ValueError(f"{text!r} ends in {check}, but its characters need the check character {expected}")
    return body + check


@dataclass(frozen=True)
class CardIdentification:
    """The card identification code: 16 bytes that name the chip.

    assumed: `serial` is written as digits; on cards of the first two generations it repeats bytes of the ATR, so
    hexadecimal digits are let through.
    """

    region: str
    serial: str
    authentication: bytes = NO_AUTHENTICATION_CODE

    def __post_init__(self) -> None:
        """Refuse parts of the wrong size."""
        _require(r"\d{6}", self.region, "a region code of six digits")
        _require(r"[0-9A-F]{8}", self.serial, "a serial number of eight digits")
        if len(self.authentication) != 4:
            raise ValueError(f"an authentication code has 4 bytes, not {len(self.authentication)}")

    def __bytes__(self) -> bytes:
        """Return region (3 bytes, packed), registered identifier (5), serial (4, packed), authentication code (4)."""
        return bytes.fromhex(self.region) + HRSS_RID + bytes.fromhex(self.serial) + self.authentication


def read_card_identification(code: bytes) -> CardIdentification:
    """Take a card identification code apart, or say what is wrong with it."""
    if len(code) != 16:
        raise ValueError(f"a card identification code has 16 bytes, not {len(code)}")
    if code[3:8] != HRSS_RID:
        raise ValueError(f"bytes 4 to 8 are {code[3:8].hex().upper()}, not {HRSS_RID.hex().upper()}")
    return CardIdentification(code[:3].hex(), code[8:12].hex().upper(), code[12:])


def initialising_institution(issuing_region: str, initialising_region: str, sequence: int) -> bytes:
    """Return the number of the institution that initialised the card: 12 bytes of packed digits."""
    _require(r"\d{6}", issuing_region, "a region code of six digits")
    _require(r"\d{6}", initialising_region, "a region code of six digits")
    if not 0 <= sequence <= 99:
        raise ValueError(f"sequence {sequence} does not lie between 0 and 99")
    return bytes.fromhex(f"{INSTITUTION_PREFIX}{issuing_region}{initialising_region}{sequence:02d}")


def luhn_check(body: str) -> str:
    """Return the check digit of a bank card number without it."""
    _require(r"\d+", body, "a row of digits")
    doubled = (2 * int(digit) if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def bank_card_number(bank: int, serial: int) -> str:
    """Return a bank card number of 19 digits from the test range: prefix, bank (3), serial (10), check digit."""
    if not 0 <= bank <= 999 or not 0 <= serial < 10**10:
        raise ValueError(f"bank {bank} needs at most 3 digits and serial {serial} at most 10")
    body = f"{TEST_BANK_PREFIX}{bank:03d}{serial:010d}"
    return body + luhn_check(body)


def read_bank_card_number(text: str) -> str:
    """Return a bank card number without its blanks, or say what is wrong with it."""
    digits = text.replace(" ", "")
    _require(r"\d{16,19}", digits, "a bank card number of 16 to 19 digits")
    expected = luhn_check(digits[:-1])
    if digits[-1] != expected:
        raise ValueError(f"{text!r} ends in {digits[-1]}, but its digits need the check digit {expected}")
    return digits
