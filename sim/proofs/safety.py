"""What a rule is to the prover, and words to write rules with.

Rules are written from the rules of the card, not from the tables: none reads a guard, except to ask what somebody could
do in a state.  `step_rules.py`: what an accepted step must find or leave; `state_rules.py`: what must hold in every
state, and what a rule gives must not be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.office.fields import Field
from sim.procedures.model import Procedure, Step

Column = Callable[[str], np.ndarray]
"""Gives the column of a variable by its name."""
Could = Callable[[str], np.ndarray]
"""Gives the states in which a step would be accepted from who brings everything to the right place."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An action that shows in a story what should have been refused, or what the record should say.

    `does`: "" for whatever way to a new card the state asks for.
    """

    does: str
    expect: str = "done"
    after: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class StepRule:
    """`broken` tells for an accepted step of those `watches` picks in which states the rule is broken."""

    name: str
    rule: str
    says: str
    needs: frozenset[str]
    watches: Callable[[Procedure, Step], bool]
    broken: Callable[[Column, Column], np.ndarray]
    shown: tuple[Shown, ...] = ()  # instead of what the record would say, had the step been refused


@dataclass(frozen=True, slots=True)
class StateRule:
    """`broken` tells in which states the rule is broken; `asks`: the steps it asks for."""

    name: str
    rule: str
    says: str
    needs: frozenset[str]
    broken: Callable[[Column, Could], np.ndarray]
    asks: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


def is_one(column: np.ndarray, *values: int) -> np.ndarray:
    """Where the column has one of the values."""
    found = column == int(values[0])
    for value in values[1:]:
        found = found | (column == int(value))
    return np.asarray(found)


def needs(*names: Field | str) -> frozenset[str]:
    """Variables a rule looks at, by name."""
    return frozenset(name.name if isinstance(name, Field) else name for name in names)
