"""Numbers of many cards at once are those composed one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.columns import bank_card_numbers, card_identifications, card_numbers
from cardemu.identifiers import CARDS_PER_LETTER, CardIdentification, bank_card_number, card_number

_INDEXES = st.lists(st.integers(0, 26 * CARDS_PER_LETTER - 1), max_size=20)
_BANKS = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 10**10 - 1)), max_size=20)


def _whole(numbers: list[int]) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


@given(_INDEXES)
def test_card_numbers_of_a_column_are_those_of_each_card(indexes: list[int]) -> None:
    """Also of no card at all."""
    assert card_numbers(_whole(indexes)).tolist() == [card_number(index) for index in indexes]


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_identification_codes_of_a_column_are_those_of_each_chip(region: str, serials: list[int]) -> None:
    """As 32 hexadecimal digits."""
    codes = [bytes(CardIdentification(region, f"{serial:08X}")).hex().upper() for serial in serials]
    assert card_identifications(region, _whole(serials)).tolist() == codes


@given(_BANKS)
def test_bank_card_numbers_of_a_column_are_those_of_each_card(cards: list[tuple[int, int]]) -> None:
    """With the check digit of Luhn."""
    banks, serials = (_whole([card[place] for card in cards]) for place in (0, 1))
    assert bank_card_numbers(banks, serials).tolist() == [bank_card_number(*card) for card in cards]


@pytest.mark.parametrize(
    "compose",
    [
        lambda: card_numbers(_whole([0, 26 * CARDS_PER_LETTER])),
        lambda: card_numbers(_whole([-1])),
        lambda: card_identifications("990000", _whole([1 << 32])),
        lambda: bank_card_numbers(_whole([1_000]), _whole([1])),
        lambda: bank_card_numbers(_whole([1]), _whole([10**10])),
    ],
)
def test_a_column_with_a_number_beyond_the_range_is_refused(compose: Callable[[], object]) -> None:
    """Instead of giving two cards one number."""
    with pytest.raises(ValueError, match="do not all lie between 0 and"):
        compose()
