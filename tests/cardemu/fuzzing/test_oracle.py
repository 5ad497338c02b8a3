"""What the fuzzer's oracle says of changes no command may make, each given to it directly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cardemu.account import Account
from cardemu.card import Card
from cardemu.fuzzing.corpus import card_target
from cardemu.fuzzing.oracle import Answers, Watch
from cardemu.memory import Cell
from cardemu.products import product
from cardemu.soundness import BrokenError
from tests.cardemu.support import new_card


def _life(value: str) -> Callable[[Card], None]:
    return lambda card: card.memory.cells.update({Cell.LIFE: bytes.fromhex(value)})


def _pin_tries(left: int) -> Callable[[Card], None]:
    return lambda card: card.memory.cells.update({Cell.TRIES: bytes((left,)) + card.memory.read(Cell.TRIES)[1:]})


def _account(loads: int = 3, purchases: int = 5, balance_fen: int = 10_000) -> Callable[[Card], None]:
    account = Account(loads, purchases, balance_fen).encode()
    return lambda card: card.memory.cells.update({Cell.ACCOUNT: account})


def watched() -> Watch:
    """A card with DF 1 and 3 locked, 4 of 6 PIN tries left and an account that has been used, under watch."""
    card = new_card()
    for change in (_life("020A"), _pin_tries(4), _account()):
        change(card)
    return Watch(card, Answers(card_target(product("generation-2"))))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_life("0202"), "a locked application came back"),
        (_life("0200"), "a locked application came back"),
        (_life("010A"), "stage 2 became 1"),
        (_pin_tries(2), "PIN tries went from 4 to 2"),
        (_pin_tries(5), "PIN tries went from 4 to 5"),
        (_account(loads=5), "2 loads and 0 purchases in one command"),
        (_account(loads=4, purchases=6), "1 loads and 1 purchases in one command"),
        (_account(purchases=4), "0 loads and -1 purchases in one command"),
        (_account(balance_fen=10_001), "the balance changed without a transaction"),
        (_account(balance_fen=9_999), "the balance changed without a transaction"),
        (_account(purchases=6, balance_fen=10_001), "a purchase made the balance grow"),
    ],
)
def test_what_no_command_may_do_is_found(change: Callable[[Card], None], why: str) -> None:
    """Counters that jump, locks that open, money from nowhere."""
    watch = watched()
    change(watch.card)
    with pytest.raises(BrokenError, match=why):
        watch.after_writes()


@pytest.mark.parametrize(
    "change",
    [
        _life("020B"),
        _life("030A"),
        _pin_tries(3),
        _pin_tries(6),
        _account(loads=4, balance_fen=20_000),
        _account(purchases=6, balance_fen=9_000),
        _account(purchases=6),
    ],
)
def test_what_a_command_does_is_let_through(change: Callable[[Card], None]) -> None:
    """One lock more, one try less or all back, a load, a purchase."""
    watch = watched()
    change(watch.card)
    watch.after_writes()
