"""Costs a person paid himself (L6): what counts, by the window and the way of counting that the region has chosen."""

from __future__ import annotations

import numpy as np

from sim.office.fields import Application, Card, Field
from sim.procedures.cost_window import PROCEDURE
from sim.procedures.model import Act, Step
from sim.proofs.abstraction import size_of
from sim.proofs.guards import name_of, words_of
from sim.proofs.memory import sets
from sim.proofs.safety import Column, StateRule, StepRule, is_one, needs

WINDOW, TAKEN = words_of({PROCEDURE.name: PROCEDURE})
_WINDOWS, _WAYS = words_of({PROCEDURE.name: PROCEDURE}).values()
_MOST = size_of(Field.COST_FEN) - 1
_WINDOW_NEEDS = needs(Field.COST_FEN, Field.CARD, Field.LOST_AT, Field.DAMAGED_AT, Field.APPLICATION, name_of(WINDOW))


def _window_says(column: Column, part: str) -> np.ndarray:
    return np.array([part in word for word in _WINDOWS])[column(name_of(WINDOW))]


def _begun(column: Column) -> np.ndarray:
    """Costs count from the report or the handing in, or from the loss or damage in fact."""
    out = is_one(column("CARD"), Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED)
    in_fact = (column("LOST_AT") != 0) | (column("DAMAGED_AT") != 0)
    return np.asarray(out | _window_says(column, "loss_to") & in_fact)


def _inside(column: Column) -> np.ndarray:
    """Until the new card is in hand, or until it is applied for."""
    applied = is_one(column("APPLICATION"), Application.SUBMITTED, Application.IN_PRODUCTION, Application.READY)
    return np.asarray(_begun(column) & ~(_window_says(column, "to_application") & applied))


def _not_added_up(before: Column, after: Column) -> np.ndarray:
    latest = np.array([word == "latest" for word in _WAYS])[before(name_of(TAKEN))]
    return np.asarray(after("COST_FEN") != np.where(latest, 1, np.minimum(before("COST_FEN") + 1, _MOST)))


def _counts(step: Step) -> bool:
    return any(effect.act is Act.ADD_AMOUNT and effect.field == Field.COST_FEN.name for effect in step.effects)


COSTS: tuple[StepRule | StateRule, ...] = (
    StepRule(
        "costs_in_window", "L6", "only what was paid within the window of the region counts",
        _WINDOW_NEEDS, lambda _, step: _counts(step), lambda before, _: ~_inside(before),
    ),
    StepRule(
        "costs_kept_while_lost", "L6", "costs are forgotten only when the loss is over or they may be claimed",
        _WINDOW_NEEDS | needs(Field.CLAIMABLE_FEN), lambda _, step: sets(step, Field.COST_FEN, 0),
        lambda before, after: (before("COST_FEN") > 0) & (after("COST_FEN") == 0) & (after("CLAIMABLE_FEN") == 0)
        & _begun(before),
    ),
    StateRule(
        "costs_inside_count", "L6", "what is paid within the window of the region counts",
        _WINDOW_NEEDS,
        lambda column, could: _inside(column) & ~(could("cost_window.counts") & could("cost_window.latest_counts")),
        ("cost_window.counts", "cost_window.latest_counts"),
    ),
    StepRule(
        "costs_add_up", "L6", "every receipt counts, or the latest alone where the region says so",
        needs(Field.COST_FEN, name_of(TAKEN)), lambda _, step: _counts(step), _not_added_up,
    ),
)  # fmt: skip
