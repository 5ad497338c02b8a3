"""Cards learnt from outside: their state machines are golden files, so a change of behaviour shows as a difference."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.cardemu.automata.learning import machine, to_text
from tests.cardemu.automata.views import VIEWS, View, template
from tests.conftest import Golden

GOLDEN = Path(__file__).parent / "golden"
PRODUCTS = ("generation-1", "generation-2", "generation-3")


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("name", PRODUCTS)
def test_the_card_behaves_as_written_down(name: str, view: View, golden: Golden) -> None:
    """The automaton learnt from a product's card is the golden one; --regen writes it anew, to be read."""
    found, acts = machine(view, template(name))
    assert acts > 1000
    golden(GOLDEN / f"{name}-{view.name}.txt", to_text(found, view, name))


@pytest.mark.slow
def test_a_change_of_behaviour_is_a_difference_of_the_automaton() -> None:
    """A cardholder file that nobody may read: states and answers change, and the difference names them."""
    view = VIEWS[0]
    changed, _ = machine(view, template("generation-1", holder_read="never"))
    golden = (GOLDEN / "generation-1-holder.txt").read_text(encoding="utf-8")
    lines = difflib.ndiff(golden.splitlines(), to_text(changed, view, "generation-1").splitlines())
    differing = [line for line in lines if line[0] in "+-"]
    assert "-     read number              9000 with data" in differing
    assert "+     read number              6982" in differing


def test_golden_files_belong_to_products_and_views() -> None:
    """No golden file is left over, and each says which question it answers."""
    expected = {f"{name}-{view.name}.txt": f"{name}: {view.question}" for name in PRODUCTS for view in VIEWS}
    found = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in GOLDEN.iterdir()}
    assert found == expected
