"""Who came, and which cards were made: synthetic people and their numbers, from the log.

Every number is a function of the region and the person's number in the scenario, so the same person has the same
citizen number in every run, and no two cards of a region share a number.  The citizen number never changes (P1); a
new card has new numbers (L5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cardemu.columns import bank_card_numbers, card_identifications, card_numbers
from sim.engines.draws import BANK_DRAW, Draws
from sim.identities import Identities
from sim.log import Event
from sim.metrics.names_tables import Table
from sim.office.fields import Field
from sim.procedures.model import Act
from sim.products import CardProducts
from sim.program import NONE
from sim.region import people_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.procedures.model import Effect
    from sim.program import Program

_NOTHING = np.empty((0, 4), dtype=np.int64)
_SERIAL, _OUTLET = Field.CARD_SERIAL.name, Field.OUTLET.name


class Registry:
    """Follows a log and knows in the end who came and which cards were ordered."""

    def __init__(
        self, program: Program, region: str, seed: int, replication: int, products: CardProducts | None = None
    ) -> None:
        self._program = program
        self._region = region
        self._products = products or CardProducts()
        self._identities = Identities(program.cohorts, region, program.start)
        self._draws = Draws(program, seed, replication)
        self._firsts = np.array([row.first for row in program.cohorts], dtype=np.int64)
        self._came = np.zeros(max((row.first + row.size for row in program.cohorts), default=0), dtype=bool)
        self._acts: list[np.ndarray] = []  # t_ms, person, whether a card is ordered, NONE or the bank that is chosen
        self._ordering = self._steps_that(lambda effect: effect.act is Act.COUNT and effect.field == _SERIAL)
        self._choosing = self._steps_that(lambda effect: effect.act is Act.PLACE and effect.field == _OUTLET)
        self._bank_at = np.array([*(row.bank for row in program.stations), NONE], dtype=np.int64)

    def _steps_that(self, have: Callable[[Effect], bool]) -> np.ndarray:
        """Of every step, and of none (-1), whether one of its effects is such."""
        steps = [any(map(have, self._effects(row.office))) for row in self._program.steps]
        return np.array([*steps, False])

    def _effects(self, office: int) -> tuple[Effect, ...]:
        return () if office < 0 else self._program.office_steps[office][1].effects

    def add(self, chunk: np.ndarray) -> None:
        """Follow the next rows."""
        self._came[chunk[(chunk[:, 5] == Event.ARRIVE) & (chunk[:, 2] >= 0), 2]] = True
        done = chunk[chunk[:, 5] == Event.DONE]
        orders = self._ordering[done[:, 3]]
        bank = np.where(self._choosing[done[:, 3]], self._bank_at[done[:, 4]], NONE)
        wanted = orders | (bank != NONE)
        self._acts.append(np.column_stack((done[wanted, 0], done[wanted, 2], orders[wanted], bank[wanted])))

    def tables(self) -> tuple[Table, Table]:
        """People who came, and cards ordered, as columns."""
        numbers = np.flatnonzero(self._came)
        known = self._identities.of(numbers)
        cohorts = np.array([row.name for row in self._program.cohorts], dtype=object)
        persons = Table(
            "persons",
            {
                "person": numbers,
                "cohort": cohorts[self._cohorts_of(numbers)],
                "citizen_number": known.citizen_number.astype(object),
                "name": known.name.astype(object),
                "sex": known.sex.astype(np.int64),
                "birth": np.datetime_as_string(known.birth, unit="D").astype(object),
            },
        )
        return persons, self._cards()

    def _cohorts_of(self, persons: np.ndarray) -> np.ndarray:
        return np.searchsorted(self._firsts, persons, side="right") - 1

    def _cards(self) -> Table:
        """One row a card, in the order in which they were ordered."""
        acts = np.concatenate([_NOTHING, *self._acts])
        by_person = np.argsort(acts[:, 1], kind="stable")
        person, orders = acts[by_person, 1], acts[by_person, 2] == 1
        bank = self._banks(person, acts[by_person, 3])[orders]
        place, person = by_person[orders], person[orders]
        before = np.array([row.record[Field.CARD_SERIAL] for row in self._program.cohorts], dtype=np.int64)
        serial = before[self._cohorts_of(person)] + 1 + _how_many_before(person)
        index = person + (serial - 1) * people_of(self._program)
        in_time = np.argsort(place)
        person, serial, bank, index = person[in_time], serial[in_time], bank[in_time], index[in_time]
        region = self._region.ljust(6, "0")
        return Table(
            "cards",
            {
                "t_ms": acts[acts[:, 2] == 1, 0],
                "person": person,
                "serial": serial,
                "card_number": card_numbers(index).astype(object),
                "card_identification": card_identifications(region, index).astype(object),
                "bank_card_number": bank_card_numbers(np.maximum(bank, 0), index).astype(object),
                "product": self._products.of_cards(index),
            },
        )

    def _banks(self, person: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Bank of a card ordered at each act, acts sorted by person and time.

        That of the outlet that took the latest application, or the one the person had before.
        """
        latest = np.maximum.accumulate(np.where(chosen != NONE, np.arange(len(chosen)), -1))
        known = latest >= 0
        known[known] = person[latest[known]] == person[known]
        banks = self._first_banks(person)
        banks[known] = chosen[latest[known]]
        return banks

    def _first_banks(self, person: np.ndarray) -> np.ndarray:
        """Bank of each person before the run, or of his first card."""
        banks = np.full(len(person), NONE, dtype=np.int64)
        cohorts = self._cohorts_of(person)
        for number, row in enumerate(self._program.cohorts):
            mine = cohorts == number
            banks[mine] = row.record[Field.CARD_BANK]
            if row.record[Field.CARD_BANK] < 0 and row.banks and mine.any():
                shares = self._draws.person_shares(person[mine], BANK_DRAW)
                banks[mine] = np.array(row.banks)[np.searchsorted(row.bank_cumulative, shares)]
        return banks


def _how_many_before(person: np.ndarray) -> np.ndarray:
    """Of each row of a sorted column, how many before it are the same."""
    rows = np.arange(len(person))
    begins = np.concatenate([[True], person[1:] != person[:-1]])[: len(person)]
    return rows - np.maximum.accumulate(np.where(begins, rows, 0))
