"""How the people of a scenario begin: what the file says of them, and the office record that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.office.record import STATES, new_record
from sim.scenario.schema import Scenario
from sim.scenario.schema_base import Section
from sim.scenario.schema_people import CohortTable, PersonTable
from sim.scenario.values import Dist


@dataclass(frozen=True, slots=True)
class Beginning:
    """A cohort, or a person with the cohort he is of before him in `tables`."""

    path: tuple[str, str]
    tables: tuple[CohortTable | PersonTable, ...]
    states: dict[str, int]

    @property
    def record(self) -> list[int]:
        """The office record at the beginning."""
        return new_record(**self.states)

    def dist(self, key: str) -> Dist | None:
        """A distribution: the person's own, else the cohort's."""
        given = [getattr(table, key) for table in self.tables if key in table.model_fields_set]
        found: Dist | None = given[-1] if given else None
        return found


def beginnings(scenario: Scenario) -> Iterator[Beginning]:
    """Of every cohort and every person, as far as the file can be read."""
    for name, cohort in scenario.cohorts.items():
        yield Beginning(("cohorts", name), (cohort,), states((cohort,)))
    for name, person in scenario.people.items():
        theirs = scenario.cohorts.get(person.cohort)
        tables = (person,) if theirs is None else (theirs, person)
        yield Beginning(("people", name), tables, states(tables))


def states(tables: Iterable[Section]) -> dict[str, int]:
    """States written in the file (not the models' defaults: what is not written follows from the rest)."""
    found: dict[str, int] = {}
    for table in tables:
        for key in table.model_fields_set:
            value = getattr(table, key)
            name = "bank" if key == "bank_state" else key
            if name in STATES and not isinstance(value, str):  # the bank of a person is a name, of a cohort a state
                found[name] = int(value)
    return found
