"""What is demanded of the ways from step to step.

Nobody is sent where the office by itself must refuse; nobody who is refused for good comes again.  Where a case waits,
or somebody walks, the record may change in between: there the step asks anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sim.procedures.model import END, Act, Check, Effect, Guard, Move, Outcome, Procedure, Step

Steps = Mapping[str, tuple[Procedure, Step]]
Way = Callable[[Procedure, Step, Steps], list[str]]

_OPPOSITE = {Check.IN: Check.NOT_IN, Check.NOT_IN: Check.IN}


def sent_on_with_cause(owner: Procedure, step: Step, steps: Steps) -> list[str]:
    """What the office's next steps ask at once and the moves that lead there do not."""
    lacking = []
    before: list[Guard] = []
    for move in _moves(owner, step):
        if move.outcome is Outcome.DONE and move.wait is None and move.to != END:
            target = _target(owner, move.to, steps)
            known = (*move.when, *before, *_known(owner, step))
            if target.place is None:
                lacking += [
                    f"{move.to} without {_words(guard)}"
                    for guard in target.guards
                    if not any(_says(known_one, guard) for known_one in known) and not _left(step.effects, guard)
                ]
        if move.to == END and len(move.when) == 1 and move.when[0].check in _OPPOSITE:
            before.append(_turned(move.when[0]))
    return lacking


def comes_again_with_cause(owner: Procedure, step: Step, steps: Steps) -> list[str]:
    """What the step asks and the move back to it does not, or not as much.

    Who is refused by that comes again in vain; whom the move keeps away without need, not at all.
    """
    lacking = []
    for move in _moves(owner, step):
        if move.outcome is Outcome.REFUSED and _target(owner, move.to, steps).effects == step.effects:
            lacking += [
                f"again without {_words(guard)}"
                for guard in step.guards
                if not any(_says(one, guard) and _says(guard, one) for one in move.when)
            ]
    return lacking


def _moves(owner: Procedure, step: Step) -> Iterable[Move]:
    return (move for move in owner.moves if move.step == step.name)


def _target(owner: Procedure, to: str, steps: Steps) -> Step:
    name, _, at = to.partition(".")
    own = steps.get(f"{owner.name}.{to}")
    if own is not None:
        return own[1]
    return steps[f"{name}.{at}"][1] if at else next(found for one, found in steps.values() if one.name == name)


def _known(owner: Procedure, step: Step) -> tuple[Guard, ...]:
    """What holds once the step is done: what it asked and has not changed; what every way to a mere stop asked."""
    changed = {effect.field for effect in step.effects}
    ways = [move.when for move in owner.moves if move.to == step.name]
    passed = set.intersection(*map(set, ways)) if ways and not step.effects and step.place is None else set()
    return (*(guard for guard in step.guards if guard.field not in changed), *passed)


def _left(effects: Iterable[Effect], guard: Guard) -> bool:
    """Whether the effects leave what the guard asks for."""
    return any(
        effect.act is Act.SET
        and effect.field == guard.field
        and guard.check in _OPPOSITE
        and (effect.value in guard.values) is (guard.check is Check.IN)
        for effect in effects
    )


def _says(known: Guard, asked: Guard) -> bool:
    """Whether who has passed one guard passes the other."""
    if (known.check, known.field, known.parameter) != (asked.check, asked.field, asked.parameter):
        return False
    one, other = set(known.values), set(asked.values)
    return one <= other if known.check is Check.IN else one >= other if known.check is Check.NOT_IN else one == other


def _turned(guard: Guard) -> Guard:
    return Guard(_OPPOSITE[guard.check], guard.field, guard.values)


def _words(guard: Guard) -> str:
    return f"{guard.check.value} {guard.field.lower()}".strip()
