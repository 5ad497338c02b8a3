"""Every row of the tables bent once: a guard left out, or with a value less or more, an effect left out, and so on.

A mutant must be noticed by the rules, by a story or by a test, or nobody can notice it for a reason that holds of its
row (`unnoticed.py`); otherwise it is a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module

from sim.office.fields import NEVER, Card, Ledger
from sim.office.record import STATES
from sim.office.rows import LEDGER_FIELD
from sim.procedures.catalogue import catalogue, numbers_needed, parameter
from sim.procedures.model import Act, At, Check, Effect, Guard, Kind, Parameter, Place, Procedure, Step, Sum, Who
from sim.proofs.abstraction import TERM_CHECKS

ALL_STATES = STATES | {"card_before": Card}
"""Of every field that has states, by its name in lower case: its states."""
_NAMES_VALUES = frozenset({Check.IN, Check.NOT_IN})
_PERSONAL = frozenset(Ledger(ledger).name for ledger in LEDGER_FIELD)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One procedure with one row bent."""

    procedure: str
    kind: str  # guard, value, more, effect, written, paper, place, agent, term, condition, length
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
        for number in range(len(procedure.moves)):
            yield from _of_move(procedure, number)
        for key in numbers_needed([procedure]):
            yield from _of_parameter(procedure, parameter(procedure, key[1]))


def _of_move(procedure: Procedure, number: int) -> Iterator[Mutant]:
    """A condition left out, or with a value less or more."""
    move = procedure.moves[number]

    def bent(*when: Guard) -> Procedure:
        moves = (*procedure.moves[:number], replace(move, when=when), *procedure.moves[number + 1 :])
        return replace(procedure, moves=moves)

    for place, guard in enumerate(move.when):
        before, after = move.when[:place], move.when[place + 1 :]
        row = f"{procedure.name}.{move.step} -> {move.to}: {_asked(guard)}"
        yield Mutant(procedure.name, "condition", row, guard.rule, bent(*before, *after))
        for kind, value, other in (*_narrower(guard), *_wider(guard)):
            yield Mutant(procedure.name, kind, f"{row} {value}", guard.rule, bent(*before, other, *after))


def _of_parameter(procedure: Procedure, row: Parameter) -> Iterator[Mutant]:
    """Another length of a term that the office goes by, another sum, rate or word."""
    for default in _other_defaults(row):
        parameters = tuple(replace(row, default=default) if other is row else other for other in procedure.parameters)
        name = f"{procedure.name}.{row.name}: {default} for {row.default}"
        yield Mutant(procedure.name, "length", name, procedure.rules[0], replace(procedure, parameters=parameters))


def _other_defaults(row: Parameter) -> Iterator[object]:
    """A unit more and a unit less; every other word of a choice."""
    if row.kind is Kind.CHOICE:
        yield from (word for word in row.options if word != row.default)
    elif isinstance(row.default, str):
        number, _, unit = row.default.partition(" ")
        yield from (f"{int(number) + more} {unit}" for more in (1, -1))
    elif isinstance(row.default, float):
        yield row.default * 2  # a rate
    else:
        raise TypeError(f"{row.name}: no other {row.default!r} is known")


def _with(procedure: Procedure, step: Step, bent: Step) -> Procedure:
    return replace(procedure, steps=tuple(bent if other is step else other for other in procedure.steps))


def _asked(guard: Guard) -> str:
    return f"{guard.check.value} {guard.field.lower()}".strip()


def _narrower(guard: Guard) -> Iterator[tuple[str, str, Guard]]:
    """The guard without one of several values it names."""
    if len(guard.values) > 1 and guard.check in _NAMES_VALUES:
        for value in guard.values:
            rest = tuple(other for other in guard.values if other != value)
            yield "value", word(guard.field, value), replace(guard, values=rest)


def _wider(guard: Guard) -> Iterator[tuple[str, str, Guard]]:
    """The guard with a value more than it names."""
    if guard.check in _NAMES_VALUES:
        for value in others(guard.field, guard.values):
            yield "more", f"{word(guard.field, value)} too", replace(guard, values=(*guard.values, value))


def others(field: str, named: Sequence[int]) -> list[int]:
    """Values of a field besides some: all its states; of a number the next above, of a time the start of the run."""
    states = ALL_STATES.get(field.lower())
    if states is None:
        return [0 if max(named) == NEVER else max(named) + 1]
    return [int(state) for state in states if state not in named]


def next_state(effect: Effect) -> int:
    """The state after the one an effect writes, the first after the last: what is told of one holds of any other."""
    states = [int(state) for state in ALL_STATES[effect.field.lower()]]
    return states[(states.index(effect.value) + 1) % len(states)]


def word(field: str, value: int) -> str:
    """A value of a field in words, or as a number."""
    states = ALL_STATES.get(field.lower())
    if states is None:
        return "never" if value == NEVER else str(int(value))
    return states(value).name.lower()


def _written(effect: Effect) -> Iterator[tuple[str, Effect]]:
    """An effect that writes the next state, counts one more, sets another flag or moves another sum."""
    if effect.act in {Act.SET, Act.CHANGE} and effect.field.lower() in ALL_STATES:
        value = next_state(effect)
        yield word(effect.field, value), replace(effect, value=value)
    elif effect.act is Act.COUNT and effect.parameter is None:
        yield f"{effect.value + 1}", replace(effect, value=effect.value + 1)
    elif effect.act is Act.FLAG:
        yield f"{effect.value * 2}", replace(effect, value=effect.value * 2)
    elif effect.act is Act.MONEY:
        yield "the other way", replace(effect, field=effect.other, other=effect.field)
        if effect.value == Sum.AMOUNT and effect.field in _PERSONAL:
            yield "all", replace(effect, value=Sum.ALL)


def _of_step(step: Step) -> Iterator[tuple[str, str, str, Step]]:
    rule = step.rules[0]
    for number, guard in enumerate(step.guards):
        rest = (*step.guards[:number], *step.guards[number + 1 :])
        kind = "term" if guard.check in TERM_CHECKS else "guard"
        yield kind, _asked(guard), guard.rule, replace(step, guards=rest)
        for kind, value, bent in (*_narrower(guard), *_wider(guard)):
            guards = (*step.guards[:number], bent, *step.guards[number + 1 :])
            yield kind, f"{_asked(guard)} {value}", guard.rule, replace(step, guards=guards)
    for number, effect in enumerate(step.effects):
        rest_of = (*step.effects[:number], *step.effects[number + 1 :])
        what = f"{effect.act.value} {effect.field.lower()}"
        yield "effect", what, rule, replace(step, effects=rest_of)
        for value, wrong in _written(effect):
            effects = (*step.effects[:number], wrong, *step.effects[number + 1 :])
            yield "written", f"{what} {value}", rule, replace(step, effects=effects)
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
