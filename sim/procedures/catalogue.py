"""All procedures of the folder, by name."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import sim.procedures as folder
from sim.procedures.model import END, Check, Kind, Move, Parameter, Procedure, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_UNITS = {Check.WORKDAYS_AFTER: "workdays", Check.CHOICE: "choice", Check.COST_WINDOW: "choice"}
_KINDS = {"ms": Kind.TIME, "workdays": Kind.WAIT, "fen": Kind.MONEY, "ppm": Kind.RATE, "choice": Kind.CHOICE}


@cache
def catalogue() -> Mapping[str, Procedure]:
    """Every PROCEDURE of the folder, in the order of names."""
    modules = (import_module(f"{folder.__name__}.{info.name}") for info in pkgutil.iter_modules(folder.__path__))
    procedures = [module.PROCEDURE for module in modules if hasattr(module, "PROCEDURE")]
    return MappingProxyType({procedure.name: procedure for procedure in procedures})


def all_steps(procedures: Iterable[Procedure] | None = None) -> list[tuple[Procedure, Step]]:
    """Steps in global order: procedures by name, steps in table order."""
    chosen = catalogue().values() if procedures is None else sorted(procedures, key=lambda row: row.name)
    return [(procedure, step) for procedure in chosen for step in procedure.steps]


def resolve(
    owner: Procedure, to: str, procedures: Mapping[str, Procedure] | None = None
) -> tuple[Procedure, Step] | None:
    """Find the step a move leads to; None for END.  `procedures`: other ones than those of the folder."""
    if to == END:
        return None
    if any(step.name == to for step in owner.steps):
        return owner, find_step(owner, to)
    name, _, step = to.partition(".")
    procedure = (procedures or catalogue())[name]
    return procedure, find_step(procedure, step or procedure.steps[0].name)


def of_itself(_owner: Procedure, _move: Move, to: Step) -> bool:
    """Whether a case comes to a step by itself: nobody need set out for it."""
    return not to.starts


def reached(
    first: tuple[Procedure, Step],
    procedures: Mapping[str, Procedure],
    leads: Callable[[Procedure, Move, Step], bool] = lambda *_: True,
) -> Iterator[tuple[Procedure, Step]]:
    """A step and those its moves lead to, directly or not; a move that does not `lead` to its step is not taken."""
    found: set[tuple[str, str]] = set()
    waiting = [first]
    while waiting:
        owner, step = waiting.pop()
        if (owner.name, step.name) in found:
            continue
        found.add((owner.name, step.name))
        yield owner, step
        for move in owner.moves:
            target = resolve(owner, move.to, procedures) if move.step == step.name else None
            if target is not None and leads(owner, move, target[1]):
                waiting.append(target)


def find_step(procedure: Procedure, name: str) -> Step:
    """Step of that name."""
    for step in procedure.steps:
        if step.name == name:
            return step
    msg = f"procedure {procedure.name} has no step {name}"
    raise KeyError(msg)


def parameter(procedure: Procedure, name: str) -> Parameter:
    """Parameter of that name."""
    for row in procedure.parameters:
        if row.name == name:
            return row
    msg = f"procedure {procedure.name} has no parameter {name}"
    raise KeyError(msg)


def reached_from(names: Iterable[str]) -> set[str]:
    """Names of these procedures and of all that their moves lead to, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        owner = catalogue()[name]
        targets = (resolve(owner, move.to) for move in owner.moves)
        waiting.extend(target[0].name for target in targets if target is not None)
    return found


def numbers_needed(procedures: Iterable[Procedure] | None = None) -> dict[tuple[str, str], str]:
    """Parameters the office needs as one number, and in which unit: "ms", "workdays", "fen", "ppm" or "choice".

    Such a parameter must be constant in a scenario: a term is the same for everybody.
    """
    units: dict[tuple[str, str], str] = {}
    for procedure in catalogue().values() if procedures is None else procedures:
        guards = [guard for step in procedure.steps for guard in step.guards]
        guards += [guard for move in procedure.moves for guard in move.when]
        for guard in guards:
            if guard.parameter is not None:
                units[procedure.name, guard.parameter] = _UNITS.get(guard.check, "ms")
        for step in procedure.steps:
            for effect in step.effects:
                if effect.parameter is not None:
                    kind = parameter(procedure, effect.parameter).kind
                    units[procedure.name, effect.parameter] = "fen" if kind is Kind.MONEY else "ppm"
    return {key: unit for key, unit in units.items() if _known(key, unit)}


def _known(key: tuple[str, str], unit: str) -> bool:
    """Check that the parameter exists and has the kind its use asks for."""
    kind = parameter(catalogue()[key[0]], key[1]).kind
    if kind is not _KINDS[unit]:
        msg = f"{key[0]}.{key[1]} is used as a number of {unit} but is a {kind.value}"
        raise TypeError(msg)
    return True
