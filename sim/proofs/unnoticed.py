"""Mutants that nobody needs to notice, by kind, each with its reason."""

from __future__ import annotations

from sim.proofs.mutants import Mutant


def reason(mutant: Mutant) -> str:
    """Why nobody needs to notice a mutant; "" if there is no such reason."""
    del mutant
    return ""
