"""Every row of the tables bent once: a guard left out or one of its values, an effect, a paper, and so on.

A mutant must be noticed by the rules, by a story or by a test, or nobody can notice it for a reason that holds of its
row (`unnoticed.py`); otherwise it is a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module

from sim.procedures.catalogue import catalogue
from sim.procedures.model import At, Check, Guard, Place, Procedure, Step, Who
from sim.proofs.abstraction import TERM_CHECKS


@dataclass(frozen=True, slots=True)
class Mutant:
    """One procedure with one row bent."""

    procedure: str
    kind: str  # guard, value, effect, paper, place, agent, term, condition
    row: str  # which row, in words
    rule: str  # of the guard, or the first of the step
    bent: Procedure

    @property
    def name(self) -> str:
        """A name for reports."""
        return f"{self.kind} {self.row}"


def digest(procedure: Procedure) -> str:
    """A short name of a procedure's table as it is."""
    return sha256(repr(procedure).encode()).hexdigest()[:8]


@contextmanager
def installed(procedures: Mapping[str, Procedure]) -> Iterator[None]:
    """Put these procedures in the place of the catalogue's of the same names, for a while."""
    modules = {name: import_module(f"sim.procedures.{name}") for name in procedures}
    before = {name: module.PROCEDURE for name, module in modules.items()}
    try:
        for name, module in modules.items():
            module.PROCEDURE = procedures[name]  # type: ignore[attr-defined]
        catalogue.cache_clear()
        yield
    finally:
        for name, module in modules.items():
            module.PROCEDURE = before[name]  # type: ignore[attr-defined]
        catalogue.cache_clear()


def mutants(procedures: Mapping[str, Procedure]) -> Iterator[Mutant]:
    """All mutants, in the order of the tables; of rows of the same name the later ones are numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    for mutant in _all(procedures):
        seen[mutant.kind, mutant.row] += 1
        number = seen[mutant.kind, mutant.row]
        yield mutant if number == 1 else replace(mutant, row=f"{mutant.row} ({number})")


def _all(procedures: Mapping[str, Procedure]) -> Iterator[Mutant]:
    for procedure in procedures.values():
        for step in procedure.steps:
            for kind, row, rule, bent in _of_step(step):
                name = f"{procedure.name}.{step.name}: {row}".strip()
                yield Mutant(procedure.name, kind, name, rule, _with(procedure, step, bent))
        for number, move in enumerate(procedure.moves):
            where = f"{procedure.name}.{move.step} -> {move.to}"
            for guard in move.when:
                rest = tuple(other for other in move.when if other is not guard)
                moves = (*procedure.moves[:number], replace(move, when=rest), *procedure.moves[number + 1 :])
                row = f"{where}: {guard.check.value} {guard.field.lower()}".strip()
                yield Mutant(procedure.name, "condition", row, guard.rule, replace(procedure, moves=moves))
                for value, narrower in _narrower(guard):
                    when = tuple(narrower if other is guard else other for other in move.when)
                    moves = (*procedure.moves[:number], replace(move, when=when), *procedure.moves[number + 1 :])
                    yield Mutant(procedure.name, "value", f"{row} {value}", guard.rule, replace(procedure, moves=moves))


def _with(procedure: Procedure, step: Step, bent: Step) -> Procedure:
    return replace(procedure, steps=tuple(bent if other is step else other for other in procedure.steps))


def _narrower(guard: Guard) -> Iterator[tuple[str, Guard]]:
    """The guard without one of several values it names."""
    if len(guard.values) > 1 and guard.check in {Check.IN, Check.NOT_IN}:
        for value in guard.values:
            rest = tuple(other for other in guard.values if other != value)
            yield str(getattr(value, "name", value)).lower(), replace(guard, values=rest)


def _of_step(step: Step) -> Iterator[tuple[str, str, str, Step]]:
    rule = step.rules[0]
    for number, guard in enumerate(step.guards):
        rest = (*step.guards[:number], *step.guards[number + 1 :])
        kind = "term" if guard.check in TERM_CHECKS else "guard"
        yield kind, f"{guard.check.value} {guard.field.lower()}", guard.rule, replace(step, guards=rest)
        for value, narrower in _narrower(guard):
            what = f"{guard.check.value} {guard.field.lower()} {value}"
            guards = (*step.guards[:number], narrower, *step.guards[number + 1 :])
            yield "value", what, guard.rule, replace(step, guards=guards)
    for number, effect in enumerate(step.effects):
        rest_of = (*step.effects[:number], *step.effects[number + 1 :])
        what = f"{effect.act.value} {effect.field.lower()}"
        yield "effect", what, rule, replace(step, effects=rest_of)
    for paper in step.papers:
        papers = tuple(other for other in step.papers if other is not paper)
        yield "paper", paper.value, rule, replace(step, papers=papers)
    if Who.AGENT in step.who and len(step.who) > 1:
        yield "agent", "no agent", rule, replace(step, who=tuple(who for who in step.who if who is not Who.AGENT))
    elif step.who == (Who.HOLDER,):
        yield "agent", "an agent too", rule, replace(step, who=(Who.HOLDER, Who.AGENT))
    if step.place not in {None, Place.HOTLINE, Place.ONLINE} and step.at is not At.HERE and step.who:
        other = Place.BUREAU if step.place is not Place.BUREAU else Place.AGENCY
        yield "place", other.value, rule, replace(step, place=other, at=At.CHOSEN)
