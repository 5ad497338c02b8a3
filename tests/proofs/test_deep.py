"""Liveness in whole persons: sampled lives are led to a card and to their money; a trap outside the views is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.office.fields import Card, Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Procedure
from sim.procedures.shared import one_of
from sim.proofs.asking import Asking
from sim.proofs.deep import Deep, sampled
from sim.proofs.liveness import LIVENESS
from sim.proofs.memory import sets
from sim.proofs.tables import Tables
from sim.proofs.views import BEGINNINGS, VIEWS

USABLE = next(rule for rule in LIVENESS if rule.name == "usable_card")


@pytest.mark.slow
def test_from_wherever_a_life_has_led_what_is_due_can_still_be_had() -> None:
    """P2, L6, C3, C5, P6: each rule asked of hundreds of whole persons who lack what is due."""
    found = {one.rule.name: one for one in sampled(Tables(catalogue()), 400)}
    assert {name: one.trapped for name, one in found.items()} == dict.fromkeys(found, ())
    assert min(one.asked for one in found.values()) > 20


@pytest.mark.slow
def test_the_same_seed_samples_the_same_lives() -> None:
    """Numbers by key: a life that shows something is there again."""
    tables = Tables(catalogue())
    assert np.array_equal(Deep(tables, seed=3).lives(20, 10), Deep(tables, seed=3).lives(20, 10))


def _planted() -> dict[str, Procedure]:
    """No card is activated of who has completed a training: no view of cards follows that."""
    refuses = one_of(Field.TRAININGS, 0, rule="V1", why="Planted.")
    return {
        owner.name: replace(
            owner,
            steps=tuple(
                replace(step, guards=(*step.guards, refuses)) if sets(step, Field.CARD, Card.ACTIVE) else step
                for step in owner.steps
            ),
        )
        for owner in catalogue().values()
    }


@pytest.mark.slow
def test_a_trap_that_only_a_field_outside_the_view_makes_is_seen_in_whole_persons() -> None:
    """Planted: the view of cards leaves trainings open and finds nothing; who has one and a new card is trapped."""
    tables = Tables(_planted())
    view = next(view for view in VIEWS if view.name == "card")
    assert list(Asking(tables, view, BEGINNINGS, (USABLE,)).ask().broken) == []
    deep = Deep(tables)
    found = deep.led(USABLE, deep.lives(200), 400)
    assert found.trapped
    assert all(state["TRAININGS"] > 0 for state in found.trapped)
