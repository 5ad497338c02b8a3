"""Mutants that nobody can notice, by kind: why, and what proves it.  A row that belongs to none is a gap."""

from __future__ import annotations

from collections.abc import Callable

from sim.procedures.catalogue import catalogue, find_step
from sim.procedures.model import Check, Procedure, Step
from sim.proofs.mutants import Mutant


def _refused_to_everybody(_: Procedure, step: Step, mutant: Mutant) -> bool:
    """The guard that refuses everybody cites the rule that a missing paper would be refused by."""
    never = any(guard.check is Check.NEVER and guard.rule == mutant.rule for guard in step.guards)
    return never and mutant.kind in {"paper", "place"}


REASONS: dict[str, Callable[[Procedure, Step, Mutant], bool]] = {
    "refused to everybody by the same rule, whoever comes with what and where": _refused_to_everybody,
}
"""Why, with what proves it of a row."""


def reason(mutant: Mutant) -> str:
    """Why nobody can notice a mutant; "" if there is no such reason."""
    owner = catalogue()[mutant.procedure]
    name = mutant.row.partition(":")[0].partition(" -> ")[0].partition(".")[2]
    found = (why for why, holds in REASONS.items() if holds(owner, find_step(owner, name), mutant))
    return next((f"nothing to notice: {why}" for why in found), "")
