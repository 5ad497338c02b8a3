"""Who came, and which cards were made: synthetic people and their numbers, from the log.

Every number is a function of the region and the person's number in the scenario, so the same person has the same
citizen number in every run, and no two cards of a region share a number.  The citizen number never changes (P1); a
new card has new numbers (L5).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import numpy as np

from cardemu.identifiers import CardIdentification, bank_card_number, card_number
from cardemu.people import people
from sim.engines.draws import BANK_DRAW, Draws
from sim.log import Event
from sim.metrics.names_tables import Table
from sim.office.fields import Field
from sim.procedures.model import Act
from sim.program import NONE
from sim.region import people_of

if TYPE_CHECKING:
    from sim.procedures.model import Effect
    from sim.program import Program


class Registry:
    """Follows a log and knows in the end who came and which cards were ordered."""

    def __init__(self, program: Program, region: str, seed: int, replication: int) -> None:
        self._program = program
        self._region = region
        self._draws = Draws(program, seed, replication)
        self._firsts = [row.first for row in program.cohorts]
        self._came = np.zeros(max((row.first + row.size for row in program.cohorts), default=0), dtype=bool)
        self._orders: list[tuple[int, int, int]] = []  # t_ms, person, bank
        self._banks: dict[int, int] = {}
        effects = [(number, effect) for number, row in enumerate(program.steps) for effect in self._effects(row.office)]
        ordering = [number for number, e in effects if e.act is Act.COUNT and e.field == Field.CARD_SERIAL.name]
        self._ordering = np.array(ordering, dtype=np.int64)
        self._choosing = np.array([number for number, e in effects if e.act is Act.BANK], dtype=np.int64)

    def _effects(self, office: int) -> tuple[Effect, ...]:
        return () if office < 0 else self._program.office_steps[office][1].effects

    def add(self, chunk: np.ndarray) -> None:
        """Follow the next rows."""
        self._came[chunk[(chunk[:, 5] == Event.ARRIVE) & (chunk[:, 2] >= 0), 2]] = True
        done = chunk[chunk[:, 5] == Event.DONE]
        wanted = np.isin(done[:, 3], self._ordering) | np.isin(done[:, 3], self._choosing)
        ordering = set(self._ordering.tolist())
        for t_ms, _, person, step, station, _, _, _ in done[wanted].tolist():
            if step in ordering:
                self._orders.append((t_ms, person, self._bank(person)))
            elif self._program.stations[station].bank != NONE:
                self._banks[person] = self._program.stations[station].bank

    def _bank(self, person: int) -> int:
        """Bank of the person's next card: of the outlet that took the application, or the one he had before."""
        if person not in self._banks:
            row = self._program.cohorts[bisect_right(self._firsts, person) - 1]
            bank = row.record[Field.CARD_BANK]
            if bank < 0 and row.banks:
                bank = row.banks[bisect_left(row.bank_cumulative, self._draws.person_share(person, BANK_DRAW))]
            self._banks[person] = bank
        return self._banks[person]

    def tables(self) -> tuple[Table, Table]:
        """People who came, and cards ordered, as columns."""
        numbers = np.flatnonzero(self._came)
        known = people(0, self._region, numbers)
        cohorts = [self._program.cohorts[bisect_right(self._firsts, n) - 1].name for n in numbers.tolist()]
        persons = Table(
            "persons",
            {
                "person": numbers,
                "cohort": np.array(cohorts, dtype=object),
                "citizen_number": known.citizen_number.astype(object),
                "name": known.name.astype(object),
                "sex": known.sex.astype(np.int64),
                "birth": np.datetime_as_string(known.birth, unit="D").astype(object),
            },
        )
        return persons, self._cards()

    def _cards(self) -> Table:
        total = people_of(self._program)
        made: dict[int, int] = {}
        rows = []
        for t_ms, person, bank in self._orders:
            before = self._program.cohorts[bisect_right(self._firsts, person) - 1].record[Field.CARD_SERIAL]
            serial = made[person] = made.get(person, before) + 1
            index = person + (serial - 1) * total
            region = self._region.ljust(6, "0")
            rows.append(
                (
                    t_ms, person, serial, card_number(index),
                    bytes(CardIdentification(region, f"{index:08X}")).hex().upper(),
                    bank_card_number(max(bank, 0), index),
                )
            )  # fmt: skip
        columns = ("t_ms", "person", "serial", "card_number", "card_identification", "bank_card_number")
        numeric = ("t_ms", "person", "serial")
        return Table(
            "cards",
            {
                name: np.array([row[place] for row in rows], dtype=np.int64 if name in numeric else object)
                for place, name in enumerate(columns)
            },
        )
