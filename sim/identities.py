"""Who the people of a scenario are: synthetic, of an age their record can have, and as the scenario says of them.

Person n is synthetic person n, or n + T, n + 2 T, ... (T: how many people there are), the first whose age fits what his
office record says at the beginning; so no two share a number.  A person of a story of whom sex or birth are given is
the first beyond all those to whom they apply.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cardemu.people import People, birth_days, capacity, people
from cardemu.personalisation.standing import ADULT, RETIRES
from sim.office.fields import Age, Employment, Field, Pension
from sim.retirement import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sim.program import CohortRow

_TURNS = 64
"""Tried for an age that fits; where the region has no numbers for so many, fewer, and an age may not fit."""
_CHUNK, _SEARCHED = 100_000, 20_000_000
_ANY_AGE = (0, 200)
_WORKS, _RETIRED, _OF_AGE = (ADULT, RETIRES), (RETIRES, 200), (HIGHEST, 200)
"""From, and below; years reached by the end of the year in which the run begins."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a scenario says of who a person of its stories is; nothing where it is silent.  `sex`: as GB/T 2261.1."""

    name: str = ""
    sex: int = -1
    birth: date | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """The people of a cohort, and what is asked of them."""

    first: int
    ages: tuple[int, int]
    said: Said | None


class Identities:
    """The people of a scenario, by their numbers in it; ValueError if one cannot be as the scenario says."""

    def __init__(self, cohorts: Sequence[CohortRow], region: str, start: date) -> None:
        self._region, self._year = region, start.year
        self._total = sum(row.size for row in cohorts)
        self._groups = tuple(_Group(row.first, _ages(row), row.said) for row in cohorts)
        self._firsts = np.array([row.first for row in self._groups], dtype=np.int64)
        self._turns = max(1, min(_TURNS, capacity(region) // max(self._total, 1)))
        self._placed: dict[int, int] = {}
        for group in self._groups:
            if group.said is not None and (group.said.birth is not None or group.said.sex >= 0):
                self._placed[group.first] = self._search(group.said, group.ages)

    def of(self, numbers: np.ndarray) -> People:
        """Of these numbers, in their order."""
        group = np.searchsorted(self._firsts, numbers, side="right") - 1
        index = np.array(numbers, dtype=np.int64)
        least, below = (np.array([row.ages[end] for row in self._groups], dtype=np.int64)[group] for end in (0, 1))
        rows = np.arange(len(index))
        for _ in range(self._turns - 1):
            age = self._age(people(0, self._region, index[rows]))
            rows = rows[(age < least[rows]) | (age >= below[rows])]
            if not len(rows):
                break
            index[rows] += self._total
        if self._placed:
            for row in np.flatnonzero(np.isin(numbers, list(self._placed))).tolist():
                index[row] = self._placed[int(numbers[row])]
        found = people(0, self._region, index)
        given = np.array([row.said.name if row.said is not None else "" for row in self._groups], dtype=np.str_)
        if not given.any():
            return found
        mine = given[group]
        return replace(found, name=np.where(mine == "", found.name, mine))

    def _age(self, known: People) -> np.ndarray:
        return self._year - (known.birth.astype("datetime64[Y]").astype(np.int64) + 1970)

    def _search(self, said: Said, ages: tuple[int, int]) -> int:
        """The first synthetic person beyond those the scenario's people may be who is as it says."""
        begin = self._total * self._turns
        end = min(capacity(self._region), begin + _SEARCHED)
        earliest, latest = birth_days(self._region)
        if said.birth is not None and not earliest <= said.birth <= latest:
            end = begin  # nobody is born then
        for first in range(begin, end, _CHUNK):
            known = people(0, self._region, np.arange(first, min(first + _CHUNK, end)))
            fits = np.ones(len(known), dtype=bool) if said.sex < 0 else known.sex == said.sex
            if said.birth is None:
                age = self._age(known)
                fits &= (age >= ages[0]) & (age < ages[1])
            else:
                fits &= known.birth == np.datetime64(said.birth, "D")
            for place in np.flatnonzero(fits).tolist():
                if first + place not in self._placed.values():
                    return first + place
        raise ValueError(f"region {self._region} has no citizen number left for sex and birth as given")


def _ages(row: CohortRow) -> tuple[int, int]:
    """Ages the record of a cohort can have.  assumed: a person of a story may be hired, and so is of working age."""
    employment = row.record[Field.EMPLOYMENT]
    if employment == Employment.RETIRED or row.record[Field.PENSION] == Pension.DRAWING:
        return _RETIRED
    if row.record[Field.AGE] == Age.RETIREMENT:
        return _OF_AGE
    worked = employment != Employment.NONE or row.record[Field.EMPLOYERS] > 0
    return _WORKS if worked or row.said is not None else _ANY_AGE
