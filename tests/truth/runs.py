"""Runs of the scenarios in scenarios/truth, each played once however many tests look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sim.metrics.measures import Question, measure
from sim.run import Outcome, play, prepare

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "scenarios" / "truth"


@cache
def outcome(name: str) -> Outcome:
    """Play a scenario of scenarios/truth with its own seed and replications."""
    return play(*prepare(SCENARIOS / f"{name}.toml", []))


def measured(name: str, question: Question) -> list[float]:
    """Return what each replication measured."""
    return [measure(result, question).value for result in outcome(name).results]
