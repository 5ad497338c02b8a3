"""What a nation is: cities of different size, made from a few city scenarios by rules of proportion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.scenario.values import Dist, Provenance

HOLDERS = 100_000
"""Rules of proportion are for so many holders."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a whole number of a city scenario follows from the city's size.

    With h the holders in hundreds of thousands: `per_100k` h + `per_root` sqrt(h), rounded to nearest (rounded up if
    `per_root` is given: staff for peaks grow more slowly than the load), and at least `at_least`.  With `less`: the
    holders less the numbers of these other keys, so that cohorts add up to the holders.
    """

    per_100k: float = 0.0
    per_root: float = 0.0
    at_least: int = 1
    less: tuple[str, ...] = ()

    def number(self, holders: int, others: Mapping[str, int]) -> int:
        """The number for a city; `others` are those without `less`."""
        if self.less:
            return holders - sum(others[key] for key in self.less)
        size = holders / HOLDERS
        exact = self.per_100k * size + self.per_root * math.sqrt(size)
        rounded = math.ceil(exact - 1e-9) if self.per_root else math.floor(exact + 0.5)
        return max(self.at_least, rounded)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of city: an ordinary scenario and the rules that size it."""

    name: str
    scenario: Path
    title: str
    title_zh: str
    rules: Mapping[str, Rule]  # by the key of the scenario, such as outlets.plain.count


@dataclass(frozen=True, slots=True)
class City:
    """One city of the table."""

    code: str  # division code; 99.. is assigned to no place
    name: str
    name_zh: str
    holders: int
    profile: str


@dataclass(frozen=True, slots=True)
class Transfers:
    """How people move: the demand whose people leave, the demand that those who arrive replace, the time between."""

    out: str
    into: str
    under_way: Dist


@dataclass(frozen=True, slots=True)
class Nation:
    """A nation file, checked."""

    path: Path
    title: str
    title_zh: str
    description: str
    description_zh: str
    seed: int
    transfers: Transfers
    profiles: Mapping[str, Profile]
    cities: tuple[City, ...]
    provenance: tuple[Provenance, ...]
    left_out: int = 0  # cities of the table that are not played

    @property
    def holders(self) -> int:
        """Holders of all cities."""
        return sum(city.holders for city in self.cities)

    def city(self, code: str) -> City:
        """The city with a division code; KeyError if there is none."""
        return next(city for city in self.cities if city.code == code) if code in self.codes else _unknown(code)

    @property
    def codes(self) -> tuple[str, ...]:
        """Division codes in the order of the table."""
        return tuple(city.code for city in self.cities)


def _unknown(code: str) -> City:
    raise KeyError(code)
