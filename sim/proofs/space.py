"""States as one integer each: variables with few values, and the operations a path of the tables is made of.

Operations work on whole columns of states at once.  A column is an array of small integers, one for each state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

MOST_STATES = 1 << 63
"""More cannot be packed into one integer of a column."""


class TooManyStatesError(Exception):
    """The view follows too much."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Keeps the states in which the variable has one of the allowed values."""

    var: int
    allowed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Keeps the states in which at least one of the tests holds."""

    tests: tuple[Allowed, ...]


Clause = Allowed | Either


@dataclass(frozen=True, slots=True)
class Unless:
    """Keeps the states in which at least one of the clauses fails."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Gives the variable a new value that depends on the old one."""

    var: int
    to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Gives the variable the value of another."""

    var: int
    other: int


@dataclass(frozen=True, slots=True)
class Add:
    """Adds another variable, or takes it away; never below 0 nor above the most that is kept."""

    var: int
    other: int
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Enter:
    """A step is accepted here: what follows up to `Done` are its effects."""

    step: str


@dataclass(frozen=True, slots=True)
class Done:
    """The effects of an accepted step are complete."""

    step: str


Operation = Clause | Unless | Map | Copy | Add | Enter | Done


class Space:
    """The variables of a state and how they are packed into one integer."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """Number the variables; `sizes` has how many values each can have."""
        self.names = tuple(sizes)
        self.sizes = tuple(sizes.values())
        self.index = {name: number for number, name in enumerate(self.names)}
        self.radix: list[int] = []
        product = 1
        for size in self.sizes:
            self.radix.append(product)
            product *= size
        self.product = product

    def code(self, values: Mapping[str, int]) -> int:
        """The integer of a state; variables not given are 0."""
        return sum(self.radix[self.index[name]] * value for name, value in values.items())

    def values(self, code: int) -> dict[str, int]:
        """The values of a state, by variable."""
        return {
            name: code // radix % size for name, radix, size in zip(self.names, self.radix, self.sizes, strict=True)
        }

    def columns(self, codes: np.ndarray) -> list[np.ndarray]:
        """The values of many states, by variable."""
        columns, rest = [], codes
        for size in self.sizes:
            following = rest // size
            columns.append((rest - following * size).astype(np.int8))
            rest = following
        return columns


def table_of(to: tuple[int, ...] | tuple[bool, ...]) -> np.ndarray:
    """A tuple as a column to look values up in."""
    return _table(to, np.bool_ if isinstance(to[0], bool) else np.int8)


@cache
def _table(to: tuple[int, ...], dtype: type[np.generic]) -> np.ndarray:
    return np.array(to, dtype)  # (0, 1) and (False, True) are equal: the type tells them apart
