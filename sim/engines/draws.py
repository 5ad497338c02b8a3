"""What each random number is for, and how its key is made.

The key of a number is (seed, replication; number within the source, source, purpose, draw).  `purpose` packs the
stable key of the step (32 bits), how many steps the case has entered (16), the branch of a fork (8) and what the
number is for (4): so every number of a run is looked up by what it means.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from sim.engines.philox import uniform, uniforms
from sim.engines.samplers import sample, sample_each
from sim.program import LONGEST_AGO_MS, NONE, DistKind

if TYPE_CHECKING:
    from sim.engines.queue import Case
    from sim.program import Program


@unique
class For(IntEnum):
    """Purposes.  At most 16: four bits of the key.  1 and 2 are taken by arrivals (sim.engines.demand)."""

    SERVICE = 0
    PATIENCE = 3
    WRAP_UP = 4
    MOVE = 5
    PLACE = 6
    WAIT = 7
    VISIT = 8
    BALK = 9
    RETURN = 10
    CASE = 11  # draws: 0 priority, 1 agent, 2 papers missing, 3 which paper, 4 amount
    CALLBACK = 12
    MACHINE = 13
    PERSON = 14  # draws: 0 medical, 1 financial, 3 reserved balance, 2 bank, 4 how long ago, 8.. usual place of a kind
    SETUP = 15


_PERSON, _MACHINE = int(For.PERSON), int(For.MACHINE)  # compiled functions look at an enum anew at each call
PEOPLE_KEY = 0x70656F706C65
"""Source key of numbers that belong to a person, not to a case: his usual outlet, his bank."""
STATION_KEY = 0x737461
"""Source key of numbers that belong to a station: breakdowns and repairs."""
BANK_DRAW = 2
"""Which of a person's numbers chooses the bank of the first card."""
RESERVED_DRAW = 3
AGO_DRAW = 4
"""How long before the run it was that what still runs for the person began."""
_PLACE_DRAWS = 8
_PERSON_DRAWS = 1000
"""Each of a person's numbers may draw so many times."""
_CONSTANT = int(DistKind.CONSTANT)


class Draws:
    """Keyed numbers of one replication of a Program."""

    def __init__(self, program: Program, seed: int, replication: int) -> None:
        self._seed = seed
        self._replication = replication
        self._keys = [row.key for row in program.sources]
        self._station_keys = [STATION_KEY << 32 | crc32(row.name.encode()) for row in program.stations]
        self._step_keys = [row.key << 28 for row in program.steps]
        self._dists = [
            (
                int(row.kind),
                row.a,
                row.b,
                row.c,
                np.array(row.values, dtype=np.float64),
                np.array(row.weights, dtype=np.float64),
            )
            for row in program.dists
        ]

    def _purpose(self, case: Case, what: int) -> int:
        step = self._step_keys[case.step] if case.step >= 0 else 0
        return step | (case.visit & 0xFFFF) << 12 | (case.branch & 0xFF) << 4 | what

    def share(self, case: Case, what: For, draw: int = 0) -> float:
        """A uniform number for a case at its present step."""
        return float(
            uniform(
                self._seed, self._replication, case.number, self._keys[case.source], self._purpose(case, what), draw
            )
        )

    def time(self, case: Case, dist: int, what: For, draw: int = 0) -> int:
        """A whole number of distribution `dist` for a case at its present step."""
        return int(
            sample(
                *self._dists[dist], self._seed, self._replication, case.number, self._keys[case.source],
                self._purpose(case, what), draw,
            )
        )  # fmt: skip

    def person_share(self, person: int, draw: int) -> float:
        """A uniform number that belongs to a person."""
        return float(uniform(self._seed, self._replication, person, PEOPLE_KEY, _PERSON, draw))

    def person_shares(self, persons: np.ndarray, draw: int) -> np.ndarray:
        """The same for many people at once."""
        return np.asarray(uniforms(self._seed, self._replication, persons, PEOPLE_KEY, _PERSON, draw))

    def person_place(self, person: int, place: int) -> float:
        """The number that chooses a person's usual place of a kind."""
        return self.person_share(person, _PLACE_DRAWS + place)

    def person_number(self, person: int, dist: int, draw: int) -> int:
        """A whole number that belongs to a person (an opening balance, a time)."""
        return int(
            sample(*self._dists[dist], self._seed, self._replication, person, PEOPLE_KEY, _PERSON, draw * _PERSON_DRAWS)
        )

    def person_ago(self, person: int, dist: int) -> int:
        """How long ago it was, ms, that what still runs for a person began."""
        return 0 if dist == NONE else min(self.person_number(person, dist, AGO_DRAW), LONGEST_AGO_MS)

    def agos(self, first: int, size: int, dist: int) -> np.ndarray:
        """`person_ago` of a whole cohort."""
        if dist == NONE or self._dists[dist][0] == _CONSTANT:
            return np.full(size, self.person_ago(first, dist), dtype=np.int64)
        keys = self._seed, self._replication, np.arange(first, first + size), PEOPLE_KEY, _PERSON
        drawn: np.ndarray = sample_each(*self._dists[dist], *keys, AGO_DRAW * _PERSON_DRAWS)
        return drawn.clip(max=LONGEST_AGO_MS)

    def usual_place(self, case: Case, place: int) -> float:
        """Which of the places of a kind: belongs to the person where there is one, else to the case."""
        if case.person >= 0:
            return self.person_place(case.person, place)
        return self.share(case, For.PLACE)

    def station_number(self, station: int, dist: int, count: int) -> int:
        """A whole number that belongs to a station's machine: the count-th running time or repair."""
        return int(
            sample(*self._dists[dist], self._seed, self._replication, count, self._station_keys[station], _MACHINE, 0)
        )
