"""Two persons and one employer: what its end does to both, and to whoever has another employer (P7, P3).

The record of a person says that an employer of his has ended, not which one: that both have the same is the scenario's.
Here it is a variable, and the employer's acts are one act for everybody: its end is noted of all who work there, and
when it deregisters, it does so for all of whom that was noted, who has left meanwhile among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum, unique
from itertools import product

from sim.office.fields import EmployerEnd, Employment, Field
from sim.proofs.memory import sets
from sim.proofs.pairs import PERSONS, Two, moving
from sim.proofs.paths import Path
from sim.proofs.space import Done, Enter, Operation, Unless
from sim.proofs.tables import Tables, View

F = Field
FIRM = View("employer of two", frozenset({F.EMPLOYMENT, F.ACCOUNT, F.EMPLOYER_END, F.ASSESSED_AT}), frozenset())
SHARED = "employer"
ENDS, GOES = "the employer ends", "the employer deregisters"
_AT_WORK = (Employment.HIRED, Employment.EMPLOYED)
_HOW = (EmployerEnd.DISSOLVED, EmployerEnd.APPROVED, EmployerEnd.DEREGISTERED, EmployerEnd.MERGED)
_OF_ENDS = {f"employer_ends.{end.name.lower()}": number for number, end in enumerate(_HOW, 1)}
_OF_GOING = ("deregister_employer.with_approval", "deregister_employer.at_tax_office")
ALIVE, GONE = 0, len(_HOW) + 1
"""Of the shared employer; in between: how it ended."""


Part = tuple[bool, tuple[Operation, ...]]
"""What an act is to one of them, and whether it is done for him."""


@unique
class Firm(IntEnum):
    """Where somebody works."""

    NONE = 0
    SHARED = 1  # where the other may work too
    ANOTHER = 2


class Firms(Two):
    """All that can happen to two persons at work."""

    def __init__(self, tables: Tables, view: View = FIRM) -> None:
        """Lay out both persons' views, and the employer they may share."""
        super().__init__(tables, view, {"firm": len(Firm), "noted": 2}, {SHARED: GONE + 1})
        self._single = self.one.paths()

    def beginnings(self, people: Iterable[Mapping[str, str | int]]) -> list[int]:
        """Every pair of these people, each at work with the one employer or another."""
        singles = [self.record(states) for states in people]
        return self.pairs_of(
            values | {"firm": int(firm)}
            for values in singles
            for firm in ((Firm.SHARED, Firm.ANOTHER) if values[F.EMPLOYMENT.name] in _AT_WORK else (Firm.NONE,))
        )

    def paths(self) -> list[Path]:
        """Everything that can happen at one moment."""
        alone = (more for one in self._single for person in PERSONS for more in self._alone(person, one))
        return moving((*alone, *self._ends(), *self._goes()))

    def _alone(self, person: str, path: Path) -> Iterator[Path]:
        """What concerns one person: hired here or there, registered, gone to another employer."""
        firm, told = f"{person}.firm", f"{person}: {path.begins}"
        ops = self._ops(person, path)
        steps = [self.tables.steps[name][1] for name, accepted in path.trail if accepted]
        if path.begins in _OF_ENDS:
            yield self._told(told, (self.is_one(firm, Firm.ANOTHER), *ops))
        elif path.begins in _OF_GOING:
            yield self._told(told, (self.is_one(f"{person}.noted", 0), *ops))
        elif any(sets(step, F.EMPLOYMENT, Employment.HIRED) for step in steps):
            yield self._told(f"{told} by the employer", (self.is_one(SHARED, ALIVE), *ops, self.put(firm, Firm.SHARED)))
            yield self._told(f"{told} by another", (*ops, self.put(firm, Firm.ANOTHER)))
        elif any(sets(step, F.EMPLOYMENT) and not sets(step, F.EMPLOYMENT, *_AT_WORK) for step in steps):
            yield self._told(told, (*ops, self.put(firm, Firm.NONE)))
        else:
            yield self._told(told, ops)

    def _ends(self) -> Iterator[Path]:
        """The employer comes to an end, for all who work there."""
        for name, number in _OF_ENDS.items():
            parts = [list(self._end_of(person, name)) for person in PERSONS]
            yield from self._together(ENDS, name, parts, (self.is_one(SHARED, ALIVE),), self.put(SHARED, number))

    def _end_of(self, person: str, name: str) -> Iterator[Part]:
        """Noted of him, or refused: of a person one ended employer is followed at a time."""
        firm, noted = f"{person}.firm", f"{person}.noted"
        yield False, (self.is_one(firm, Firm.NONE, Firm.ANOTHER),)
        clauses, _ = self.one.reading.asked(*self.tables.steps[name])
        yield False, (self.is_one(firm, Firm.SHARED), self.of(person, Unless(clauses)))
        for path in self._of(name):
            yield True, (self.is_one(firm, Firm.SHARED), *self._ops(person, path), self.put(noted, 1))

    def _goes(self) -> Iterator[Path]:
        """It deregisters, for all of whom its end was noted; once that is everybody who works there."""
        ended = self.is_one(SHARED, *range(ALIVE + 1, GONE))
        for name in _OF_GOING:
            parts = [list(self._going_of(person, name)) for person in PERSONS]
            yield from self._together(GOES, name, parts, (ended,), self.put(SHARED, GONE))

    def _going_of(self, person: str, name: str) -> Iterator[Part]:
        firm, noted = f"{person}.firm", f"{person}.noted"
        yield False, (self.is_one(noted, 0), self.is_one(firm, Firm.NONE, Firm.ANOTHER))
        for path in self._of(name):
            gone = () if not _loses_work(self.tables, path) else (self.put(firm, Firm.NONE),)
            yield True, (self.is_one(noted, 1), *self._ops(person, path), *gone, self.put(noted, 0))

    def _together(
        self, event: str, name: str, parts: list[list[Part]], asks: tuple[Operation, ...], does: Operation
    ) -> Iterator[Path]:
        """One act for both; done for neither it is no act."""
        for one, other in product(*parts):
            if one[0] or other[0]:
                yield self._told(f"{event}: {name}", (*asks, Enter(event), *one[1], *other[1], does, Done(event)))

    def _of(self, name: str) -> list[Path]:
        return [path for path in self._single if path.begins == name]

    def _ops(self, person: str, path: Path) -> tuple[Operation, ...]:
        return tuple(self.of(person, op) for op in path.operations if not isinstance(op, Enter | Done))

    @staticmethod
    def _told(says: str, operations: tuple[Operation, ...]) -> Path:
        return Path(says, operations, (), ())


def _loses_work(tables: Tables, path: Path) -> bool:
    return any(done and sets(tables.steps[name][1], F.EMPLOYMENT) for name, done in path.trail)
