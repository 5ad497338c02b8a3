"""Procedure tables as the explorer walks them: who sets out for what, where cases wait, which steps change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.office.fields import Field
from sim.procedures.model import END, Check, Move, Procedure
from sim.proofs.abstraction import Term, tie_of


@dataclass(frozen=True, slots=True)
class View:
    """What of a person is followed: fields of the record, and steps at which cases wait.

    `words`: parameters for which a scenario chooses a word, by procedure and name.
    """

    name: str
    fields: frozenset[Field]
    waits: frozenset[str]
    words: frozenset[tuple[str, str]] = frozenset()


class Tables:
    """Procedures as the explorer walks them, whichever fields are kept."""

    def __init__(self, procedures: Mapping[str, Procedure]) -> None:
        """Find where cases wait and who sets out for what."""
        self.procedures = procedures
        self.steps = {
            f"{owner.name}.{step.name}": (owner, step) for owner in procedures.values() for step in owner.steps
        }
        self.targets = {
            self.target(owner, move.to) for owner in procedures.values() for move in owner.moves if move.to != END
        }

    def target(self, owner: Procedure, to: str) -> str:
        """Name of the step a move leads to."""
        if f"{owner.name}.{to}" in self.steps:
            return f"{owner.name}.{to}"
        name, _, step = to.partition(".")
        return f"{name}.{step or self.procedures[name].steps[0].name}"

    def onward(self, name: str) -> list[str]:
        """Names of the steps the moves of a step lead to."""
        owner, step = self.steps[name]
        return [self.target(owner, move.to) for move in owner.moves if move.step == step.name and move.to != END]

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """Steps that begin something: somebody sets out, or it just happens and no move leads there."""
        return tuple(
            name
            for name, (_, step) in self.steps.items()
            if step.starts or (step.place is None and name not in self.targets)
        )

    def inert(self, name: str, seen: tuple[str, ...] = ()) -> bool:
        """Whether a case that comes to this step can change nothing any more."""
        _, step = self.steps[name]
        if step.starts or name in seen:
            return True
        return not step.effects and all(self.inert(to, (*seen, name)) for to in self.onward(name))

    @staticmethod
    def at_once(move: Move) -> bool:
        """Whether the case goes on at the same moment: the office by itself, or the same visit."""
        return move.wait is None

    def changes_nothing(self, name: str) -> bool:
        """Whether the step is refused to everybody, or only passes a case on without an effect of its own."""
        _, step = self.steps[name]
        return not step.effects and (not step.starts or any(guard.check is Check.NEVER for guard in step.guards))

    def arrives_at(self, to: str) -> str:
        """The step at which a case that waits changes something: looking at a card and packing it does not."""
        seen: set[str] = set()
        found: set[str] = set()
        waiting = [to]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            owner, step = self.steps[name]
            if step.effects or any(m.when for m in owner.moves if m.step == step.name and m.to != END):
                found.add(name)
            else:
                waiting += self.onward(name)
        return found.pop() if len(found) == 1 else to

    @cached_property
    def waits(self) -> dict[str, tuple[Field, int] | None]:
        """Steps at which cases wait; tied to a term, or free."""
        found: dict[str, tuple[Field, int] | None] = {}
        for owner in self.procedures.values():
            for move in owner.moves:
                to = END if move.to == END else self.target(owner, move.to)
                if to != END and not self.inert(to) and not self.at_once(move):
                    found[self.arrives_at(to)] = tie_of(Term(owner.name, move.wait or ""))
        return found

    def reached(self, entries: Iterable[str]) -> set[str]:
        """Steps a case can come to that begins at one of these."""
        found: set[str] = set()
        waiting = list(entries)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting += [to for to in self.onward(name) if not self.steps[to][1].starts]
        return found
