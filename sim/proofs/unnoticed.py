"""Mutants that nobody can notice, by kind: why, and what proves it.  A row that belongs to none is a gap."""

from __future__ import annotations

from collections.abc import Callable

from sim.procedures.catalogue import catalogue
from sim.procedures.model import Check, Guard, Step
from sim.proofs.mutants import Mutant


def _refused_to_everybody(mutant: Mutant, step: Step, _: Step) -> bool:
    """The guard that refuses everybody cites the rule that a missing paper would be refused by."""
    never = any(guard.check is Check.NEVER and guard.rule == mutant.rule for guard in step.guards)
    return never and mutant.kind in {"paper", "place"}


def _refused_before(mutant: Mutant, step: Step, bent: Step) -> bool:
    """A guard before the bent one refuses the value that is one more, so that the bent one is never asked about it."""
    if mutant.kind != "more":
        return False
    pairs = zip(step.guards, bent.guards, strict=True)
    place, (guard, wider) = next((number, pair) for number, pair in enumerate(pairs) if pair[0] != pair[1])
    (value,) = set(wider.values) - set(guard.values)
    return any(_refuses(earlier, guard.field, value) for earlier in step.guards[:place])


def _refuses(guard: Guard, field: str, value: int) -> bool:
    """Whether a guard refuses everybody in whose record the field has the value."""
    if guard.field != field or guard.check not in {Check.IN, Check.NOT_IN}:
        return False
    return (value in guard.values) is (guard.check is Check.NOT_IN)


REASONS: dict[str, Callable[[Mutant, Step, Step], bool]] = {
    "refused to everybody by the same rule, whoever comes with what and where": _refused_to_everybody,
    "a guard before it refuses the value already": _refused_before,
}
"""Why, with what proves it of a step and the same step bent."""


def reason(mutant: Mutant) -> str:
    """Why nobody can notice a mutant; "" if there is no such reason."""
    pairs = zip(catalogue()[mutant.procedure].steps, mutant.bent.steps, strict=True)
    for step, bent in pairs:
        if step != bent:
            found = (why for why, holds in REASONS.items() if holds(mutant, step, bent))
            return next((f"nothing to notice: {why}" for why in found), "")
    return ""
