"""Two persons and one employer: what its end does to both, and to whoever has another employer (P7, P3).

The record of a person says that his employer has ended, not which one it is: that both have the same is the
scenario's.  Here it is a variable.  The employer's acts are one act for everybody who works there: what it notes of one
it notes of the other, and of those it registers afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum, unique
from itertools import product

from sim.office.fields import EmployerEnd, Employment, Field
from sim.procedures.model import Step
from sim.proofs.memory import sets
from sim.proofs.pairs import PERSONS, Two, moving
from sim.proofs.paths import Path
from sim.proofs.space import Done, Enter, Operation, Unless
from sim.proofs.tables import Tables, View

F = Field
FIRM = View("employer of two", frozenset({F.EMPLOYMENT, F.ACCOUNT, F.EMPLOYER_END}), frozenset())
SHARED = "employer"
ENDS, GOES = "the employer ends", "the employer deregisters"
ALIVE, GONE = 0, len(EmployerEnd)
"""Of the shared employer; in between: how it ended."""
_AT_WORK = (Employment.HIRED, Employment.EMPLOYED)
_OF_ENDS = {f"employer_ends.{end.name.lower()}": end for end in EmployerEnd if end}
_OF_GOING = ("deregister_employer.with_approval", "deregister_employer.at_tax_office")


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
        super().__init__(tables, view, {"firm": len(Firm)}, {SHARED: GONE + 1})
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
        begins, firm = path.begins, f"{person}.firm"
        told = f"{person}: {begins}"
        if begins in _OF_ENDS or begins in _OF_GOING:
            yield self._told(told, (self.is_one(firm, Firm.ANOTHER), *self._ops(person, path)))
            return
        ops = self._ops(person, path)
        steps = [self.tables.steps[name][1] for name, accepted in path.trail if accepted]
        if any(sets(step, F.EMPLOYMENT, Employment.HIRED) for step in steps):
            alive = self.is_one(SHARED, ALIVE)
            yield self._told(f"{told} by the employer", (alive, *ops, self.put(firm, Firm.SHARED)))
            yield self._told(f"{told} by another", (*ops, self.put(firm, Firm.ANOTHER)))
        elif any(sets(step, F.EMPLOYMENT, Employment.EMPLOYED) for step in steps):
            yield self._told(told, (self.is_one(firm, Firm.ANOTHER), *ops))
            yield self._told(told, (self.is_one(firm, Firm.SHARED), self.is_one(SHARED, ALIVE), *ops))
            for name, end in _OF_ENDS.items():
                noted = (self.is_one(firm, Firm.SHARED), self.is_one(SHARED, end), *ops)
                for more in self._of(name):
                    yield self._told(f"{told}, then {name}", (*noted, *self._ops(person, more)))
        elif any(_leaves(step) for step in steps):
            yield self._told(told, (*ops, self.put(firm, Firm.NONE)))
        else:
            yield self._told(told, ops)

    def _ends(self) -> Iterator[Path]:
        """The employer comes to an end, for all it has registered."""
        for name, end in _OF_ENDS.items():
            yield from self._together(ENDS, name, (self.is_one(SHARED, ALIVE),), self.put(SHARED, end))

    def _goes(self) -> Iterator[Path]:
        """It deregisters, all it has registered with it."""
        ended = self.is_one(SHARED, *range(ALIVE + 1, GONE))
        for name in _OF_GOING:
            yield from self._together(GOES, name, (ended,), self.put(SHARED, GONE))

    def _together(self, event: str, name: str, asks: tuple[Operation, ...], does: Operation) -> Iterator[Path]:
        """One act for both: of whoever works there and is not refused; refused for all it is no act."""
        for one, other in product(*(list(self._part(person, name)) for person in PERSONS)):
            if one[0] or other[0]:
                operations = (*asks, Enter(event), *one[1], *other[1], does, Done(event))
                yield self._told(f"{event}: {name}", operations)

    def _part(self, person: str, name: str) -> Iterator[tuple[bool, tuple[Operation, ...]]]:
        """What the act is to one of them: he works elsewhere, it is refused for him, or done."""
        firm = f"{person}.firm"
        yield False, (self.is_one(firm, Firm.NONE, Firm.ANOTHER),)
        clauses, _ = self.one.reading.asked(*self.tables.steps[name])
        refused = self.of(person, Unless(clauses))
        yield False, (self.is_one(firm, Firm.SHARED), refused)
        for path in self._of(name):
            yield True, (self.is_one(firm, Firm.SHARED), *self._ops(person, path))

    def _of(self, name: str) -> list[Path]:
        return [path for path in self._single if path.begins == name]

    def _ops(self, person: str, path: Path) -> tuple[Operation, ...]:
        return tuple(self.of(person, op) for op in path.operations if not isinstance(op, Enter | Done))

    @staticmethod
    def _told(says: str, operations: tuple[Operation, ...]) -> Path:
        return Path(says, operations, (), ())


def _leaves(step: Step) -> bool:
    return sets(step, F.EMPLOYMENT) and not sets(step, F.EMPLOYMENT, *_AT_WORK, Employment.EMPLOYER_GONE)
