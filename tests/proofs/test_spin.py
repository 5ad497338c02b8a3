"""An independent count: Spin reaches the same states by the same transitions as the explorer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from sim.office.fields import Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Act, Move, Step, Who
from sim.proofs import guards, paths
from sim.proofs.abstraction import Term, level_after
from sim.proofs.guards import Reading
from sim.proofs.mutation import SMALL
from sim.proofs.paths import Walk
from sim.proofs.space import Allowed, Clause, Either, Map, Operation
from sim.proofs.tables import Tables, View
from sim.proofs.views import BEGINNINGS, VIEWS
from tests.proofs.spin import MISSING, WHY_NOT, Counted, by_explorer, by_spin

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=WHY_NOT)]

F = Field
HIRED = View(
    "hired",
    frozenset({F.ACCOUNT, F.EMPLOYMENT, F.HIRED_AT, F.LATE, F.ASSESSED_AT, F.DIED_AT, F.INSURANCE_END}),
    frozenset({"register_employer.term_over", "register_employer.collect_premium"}),
)
HIRED_LONG_AGO = (*BEGINNINGS, {"employment": "hired"})
"""A scenario may begin with somebody whose term nobody watches: only the registration itself finds it over."""
COMPARED = {view.name: view for view in (*SMALL, *VIEWS) if view.name in {"loss", "temporary", "employment"}}
"""Forks, terms, lapses, temporary cards; employment is of medium size.  All views: `python -m benchmarks.spin`."""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[View], Counted]:
    """What Spin counts in a view, once for all tests."""
    known: dict[str, Counted] = {}

    def count(view: View) -> Counted:
        if view.name not in known:
            beginnings = HIRED_LONG_AGO if view is HIRED else BEGINNINGS
            known[view.name], _ = by_spin(catalogue(), view, tmp_path_factory.mktemp("spin"), beginnings)
        return known[view.name]

    return count


@pytest.mark.parametrize("view", COMPARED.values(), ids=lambda view: view.name)
def test_spin_agrees_on_states_and_transitions(view: View, counted: Callable[[View], Counted]) -> None:
    """As many states, as many transitions, and the same ones."""
    assert counted(view) == by_explorer(catalogue(), view)


def test_a_second_case_that_begins_at_once_changes_something(counted: Callable[[View], Counted]) -> None:
    """Registered after the term without a watch: flagged and assessed in the same visit (P3).

    The explorer once left these changes out; both counts were as here, only the states were others.
    """
    assert counted(HIRED) == by_explorer(catalogue(), HIRED, HIRED_LONG_AGO)
