"""An independent count: Spin reaches the same states by the same transitions as the explorer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.office.fields import Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Act, Move, Step, Who
from sim.proofs import guards, paths
from sim.proofs.abstraction import level_after
from sim.proofs.guards import Reading
from sim.proofs.mutation import SMALL
from sim.proofs.paths import Walk
from sim.proofs.space import Clause, Operation
from sim.proofs.tables import View
from sim.proofs.views import BEGINNINGS
from tests.proofs.spin import MISSING, WHY_NOT, Counted, by_explorer, by_spin

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=WHY_NOT)]

F = Field
HIRED = View(
    "hired",
    frozenset({F.ACCOUNT, F.EMPLOYMENT, F.HIRED_AT, F.LATE, F.ASSESSED_AT, F.DIED_AT, F.INSURANCE_END}),
    frozenset({"register_employer.term_over", "register_employer.collect_premium"}),
)
HIRED_LONG_AGO = (*BEGINNINGS, {"employment": "hired"})
"""With somebody whose term nobody watches: who registers him is the first to find it over."""
COMPARED = {view.name: view for view in SMALL if view.name in {"loss", "temporary", "payout"}}
"""Forks, terms, lapses, and a larger one with money.  Whole views, the largest too: `python -m benchmarks.spin`."""


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


def a_term_over_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that asks for a term counts it as over one term later."""
    monkeypatch.setattr(guards, "level_after", lambda field, term: level_after(field, term) + 1)


def a_change_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is changed where it is something certain stays as it was."""
    effects = Reading.effects

    def fewer(self: Reading, step: Step) -> Iterator[Operation]:
        kept = tuple(effect for effect in step.effects if effect.act is not Act.CHANGE)
        return effects(self, dataclasses.replace(step, effects=kept))

    monkeypatch.setattr(Reading, "effects", fewer)


def no_heirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody comes who is an heir."""
    somebody = Reading._somebody

    def others(self: Reading, step: Step) -> Clause | None:
        who = tuple(one for one in step.who if one is not Who.HEIR)
        return (
            somebody(self, dataclasses.replace(step, who=who)) if who or not step.who else self._constant(holds=False)
        )

    monkeypatch.setattr(Reading, "_somebody", others)


def a_second_case_at_once_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one Spin found: what a second case does in the same visit."""
    goes_on = Walk._goes_on

    def only_waits(self: Walk, owner: Any, move: Move, seen: tuple[str, ...]) -> Iterator[Any]:
        return iter((paths._Way(),)) if move.fork and move.wait is None else goes_on(self, owner, move, seen)

    monkeypatch.setattr(Walk, "_goes_on", only_waits)


def a_term_never_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case goes on waiting for its term although that was started anew since."""
    monkeypatch.setattr(Walk, "_started_anew", lambda _self, _field: iter(()))


def a_step_on_the_way_refused_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits, or goes on, is always accepted where he may be."""
    monkeypatch.setattr(Walk, "_refused", lambda _self, _name, _seen=(): iter(()))


@pytest.mark.parametrize(
    ("plant", "view"),
    [
        (a_term_over_too_late, COMPARED["loss"]),
        (a_change_left_out, COMPARED["temporary"]),
        (no_heirs, HIRED),
        (a_second_case_at_once_left_out, HIRED),
        (a_term_never_started_anew, COMPARED["loss"]),
        (a_step_on_the_way_refused_to_nobody, HIRED),
    ],
)
def test_a_mistake_planted_in_the_explorer_is_found(
    plant: Callable[[pytest.MonkeyPatch], None],
    view: View,
    counted: Callable[[View], Counted],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Spin, which shares none of that code, counts something else."""
    right = counted(view)
    plant(monkeypatch)
    assert by_explorer(catalogue(), view, HIRED_LONG_AGO if view is HIRED else BEGINNINGS) != right
