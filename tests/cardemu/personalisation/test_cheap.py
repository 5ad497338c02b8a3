"""Cards are cheap: what one takes in memory beyond its product."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from benchmarks.cards import ALLOWED_BYTES, fleet, touch
from cardemu import records
from cardemu.products import product


@pytest.mark.slow
@pytest.mark.parametrize("powered", [False, True])
@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_live_card_takes_less_than_a_kilobyte(name: str, *, powered: bool) -> None:
    """A thousand people's cards, every one selected and read; with power as well as without."""
    kind, count = product(name), 1_000
    touch(fleet(kind, 10), powered=powered)
    tracemalloc.start()
    cards = fleet(kind, count)
    wrong = touch(cards, powered=powered)
    records._variable.cache_clear()  # of a fixed size, shared by all cards there are
    gc.collect()  # which also empties the interpreter's lists of spare tuples
    each = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    assert wrong == 0
    assert 400 < each < ALLOWED_BYTES


def test_a_wrong_answer_is_counted() -> None:
    """A card that carries another card's record is not taken for right."""
    cards = fleet(product("generation-3"), 3)
    cards[1].memory.cells = dict(cards[2].memory.cells)
    assert touch(cards, powered=False) == 1
