"""The numbers of many cards at once, whole columns of text: as cardemu.identifiers composes them one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cardemu.identifiers import (
    CARD_CHECKS,
    CARD_WEIGHTS,
    CARDS_PER_LETTER,
    HRSS_RID,
    NO_AUTHENTICATION_CODE,
    TEST_BANK_PREFIX,
)

Integers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]
_DIGITS = np.array([ord(digit) for digit in "0123456789ABCDEF"], dtype=np.uint32)
_FIRST_LETTER = 10
"""What A counts in a check sum."""


def digits_of(numbers: Integers, places: int, base: int = 10) -> Integers:
    """Digits of whole numbers, shape (numbers, places), the last `places` of them."""
    digits = np.empty((len(numbers), places), dtype=np.int64)
    rest = numbers
    for place in range(places - 1, -1, -1):
        rest, digits[:, place] = np.divmod(rest, base)
    return digits


def texts_of(characters: npt.NDArray[np.uint32]) -> Texts:
    """Rows of code points as text."""
    return np.ascontiguousarray(characters, dtype=np.uint32).view(f"<U{characters.shape[1]}").ravel()


def _checked(low: Integers, limit: int, what: str) -> None:
    if len(low) and not 0 <= int(low.min()) <= int(low.max()) < limit:
        raise ValueError(f"{what} {low.min()} to {low.max()} do not all lie between 0 and {limit - 1}")


def card_numbers(index: Integers) -> Texts:
    """Social security card numbers of the index-th cards issued: nine characters each (`card_number`)."""
    _checked(index, 26 * CARDS_PER_LETTER, "cards")
    letter, serial = np.divmod(index, CARDS_PER_LETTER)
    digits = digits_of(serial, len(CARD_WEIGHTS) - 1)
    total = CARD_WEIGHTS[0] * (letter + _FIRST_LETTER) + digits @ np.array(CARD_WEIGHTS[1:])
    text = np.empty((len(index), 9), dtype=np.uint32)
    text[:, 0] = letter + ord("A")
    text[:, 1:8] = _DIGITS[digits]
    text[:, 8] = np.array([ord(check) for check in CARD_CHECKS])[total % len(CARD_CHECKS)]
    return texts_of(text)


def card_identifications(region: str, serial: Integers) -> Texts:
    """Card identification codes of a region as 32 hexadecimal digits each (`CardIdentification`)."""
    _checked(serial, 1 << 32, "serial numbers")
    before, after = f"{region}{HRSS_RID.hex().upper()}", NO_AUTHENTICATION_CODE.hex().upper()
    text = np.empty((len(serial), len(before) + 8 + len(after)), dtype=np.uint32)
    text[:] = [ord(character) for character in f"{before}{'0' * 8}{after}"]
    text[:, len(before) : len(before) + 8] = _DIGITS[digits_of(serial, 8, 16)]
    return texts_of(text)


def bank_card_numbers(bank: Integers, serial: Integers) -> Texts:
    """Bank card numbers of 19 digits each from the test range (`bank_card_number`)."""
    _checked(bank, 10**3, "banks")
    _checked(serial, 10**10, "serial numbers")
    digits = np.empty((len(bank), 19), dtype=np.int64)
    digits[:, :5] = [int(digit) for digit in TEST_BANK_PREFIX]
    digits[:, 5:8], digits[:, 8:18] = digits_of(bank, 3), digits_of(serial, 10)
    doubled = digits[:, :18].copy()
    doubled[:, 1::2] *= 2  # every other digit, beginning with the one before the check digit
    doubled[doubled > 9] -= 9
    digits[:, 18] = -doubled.sum(axis=1) % 10
    return texts_of(_DIGITS[digits])
