"""A card that is not in order is found to be, and why: what the fuzzer and the tests of power cuts rely on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cardemu.card import Card
from cardemu.memory import Cell
from cardemu.soundness import BrokenError, check_state
from tests.cardemu.support import new_card, session

SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


def _write(cell: int, value: bytes) -> Callable[[Card], None]:
    return lambda card: card.memory.cells.update({cell: value})


def _elsewhere(card: Card) -> None:
    session(card).ef = session(card).df.by_fid[0xDF04].by_fid[0xEF06]


def _inside_an_ef(card: Card) -> None:
    session(card).df = session(card).df.by_fid[0xEF05]


def _before_the_first(card: Card) -> None:
    session(card).record = -1


def _uncommitted(card: Card) -> None:
    session(card).write(Cell.PIN, bytes(8))


def _half_written(card: Card) -> None:
    card.memory.journal = []


BROKEN: dict[str, Callable[[Card], None]] = {
    "the current EF lies elsewhere": _elsewhere,
    "the current DF is an EF": _inside_an_ef,
    "a record pointer below 0": _before_the_first,
    "writes wait between commands": _uncommitted,
    "a journal is open between commands": _half_written,
    "PIN 1234": _write(Cell.PIN, b"\x12\x34"),
    "PIN 123a": _write(Cell.PIN, bytes.fromhex("123AFFFFFFFFFFFF")),
    "life cycle 04": _write(Cell.LIFE, b"\x04"),
    "1 try counters for": _write(Cell.TRIES, b"\x06"),
    "belongs to no file": _write(250, b"x"),
}


def test_a_card_in_use_is_in_order() -> None:
    """With a file and a record current."""
    card = new_card()
    card.transmit(SSSE)
    card.transmit(bytes.fromhex("00B2032C00"))
    check_state(card)


@pytest.mark.parametrize("why", BROKEN)
def test_what_is_not_in_order_is_named(why: str) -> None:
    """One thing wrong in a card that was in order."""
    card = new_card()
    card.transmit(SSSE)
    check_state(card)
    BROKEN[why](card)
    with pytest.raises(BrokenError, match=why):
        check_state(card)
