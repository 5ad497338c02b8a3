"""The proof: every view of one person explored from the beginnings, every rule asked of every state and step.

What holds in a view holds.  What is broken in a view is looked for in the whole person, first with the procedures
of the view's own story alone, then with those that make it possible, then with all: what is found there is a story
the engines can play.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from sim.errors import MistakeError
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Procedure
from sim.proofs.abstraction import undeclared
from sim.proofs.asking import Asking, Beginning
from sim.proofs.demands import ask_all
from sim.proofs.liveness import Liveness
from sim.proofs.safety import Column, Could, StateRule, StepRule
from sim.proofs.space import TooManyStatesError
from sim.proofs.story import Teller, UntoldError
from sim.proofs.tables import Tables, View
from sim.proofs.verdict import Broken, Proof, Rule, Told, ViewResult
from sim.proofs.views import BEGINNINGS, BEGINNINGS_OF_SCENARIOS, VIEWS, around

MOST_FOR_A_STORY = 300_000
"""So many states of the whole person are searched for a story; what needs more is told as the view has it."""


def prove(
    procedures: Mapping[str, Procedure] | None = None,
    views: Sequence[View] = VIEWS,
    beginnings: Sequence[Beginning] = BEGINNINGS,
) -> Proof:
    """Explore every view of one person and ask every rule; MistakeError for what has no abstraction yet.

    Steps nobody gets to are named, and explored from what a scenario may begin with besides.
    """
    begun = perf_counter()
    chosen = catalogue() if procedures is None else procedures
    lacking = undeclared(chosen.values())
    if lacking:
        raise MistakeError("sim/proofs/abstraction.py does not say all: " + "; ".join(lacking))
    tables = Tables(chosen)
    results = [Asking(tables, view, beginnings, any_words=True).ask() for view in views]
    never = _never(tables, results)
    if never:
        beginnings = (*beginnings, *BEGINNINGS_OF_SCENARIOS)
        results = [Asking(tables, view, beginnings, any_words=True).ask() for view in views]
    unmet = ask_all(tables.steps, _accepted(results))
    proof = Proof(tuple(results), never, tuple(unmet), perf_counter() - begun, len(tables.steps))
    return replace(proof, told=tuple(_tell(tables, found, beginnings) for found in proof.broken))


def _accepted(results: Sequence[ViewResult]) -> frozenset[str]:
    """Steps that every view finds accepted somewhere: a view that leaves their fields open says little."""
    return frozenset.intersection(*(result.accepted for result in results))


def _never(tables: Tables, results: Sequence[ViewResult]) -> tuple[str, ...]:
    accepted = _accepted(results)
    return tuple(name for name in tables.steps if name not in accepted and not tables.changes_nothing(name))


def _tell(tables: Tables, found: Broken, beginnings: Sequence[Beginning]) -> Told:
    confirmed = confirm(tables, found, beginnings)
    if confirmed is None:
        return Told(found, "", f"no story of a whole person was found among {MOST_FOR_A_STORY:,} states")
    try:
        return Told(confirmed, Teller(tables).tell(confirmed))
    except UntoldError as error:
        return Told(confirmed, "", f"no scenario can hold the story: {error}")


def confirm(tables: Tables, found: Broken, beginnings: Sequence[Beginning]) -> Broken | None:
    """The same rule broken by a whole person, with the shortest way there; None if none is found in time."""
    rule = _state_of(found)
    asked = () if isinstance(rule, StepRule) else rule.asks
    own = {name.partition(".")[0] for name in (*asked, *(name for path in found.way for name, _ in path.trail))}
    for names in (own, own | _helpers(tables, own, found.before), None):
        entries = [name for name in tables.entries if names is None or name.partition(".")[0] in names]
        try:
            view = around(tables, (*entries, *asked), rule.needs)
            asking = Asking(tables, view, beginnings, (rule,), entries, any_words=True, settled=found.before)
            result = asking.ask(MOST_FOR_A_STORY, first_only=True)
        except TooManyStatesError:
            continue
        for told in result.broken:
            return replace(told, rule=found.rule, count=found.count)
    return None


def _helpers(tables: Tables, own: set[str], followed: Collection[str]) -> set[str]:
    """Procedures that write what these ask for and the view has not followed: they have to come before."""
    steps = list(tables.steps.values())
    asked = {guard.field for owner, step in steps if owner.name in own for guard in step.guards} - set(followed)
    return {owner.name for owner, step in steps if any(effect.field in asked for effect in step.effects)}


def _state_of(found: Broken) -> Rule:
    """What to look for: a state from which nothing leads on counts as broken when it is reached."""
    rule, stuck = found.rule, found.stuck
    if not isinstance(rule, Liveness) or stuck is None:
        return rule

    def is_stuck(column: Column, _: Could) -> np.ndarray:
        code = sum(
            (
                column(name).astype(np.int64) * radix
                for name, radix in zip(stuck.space.names, stuck.space.radix, strict=True)
            ),
            start=np.int64(0),
        )
        place = np.minimum(np.searchsorted(stuck.codes, code), len(stuck.codes) - 1)
        return np.asarray(stuck.codes[place] == code)

    return StateRule(rule.name, rule.rule, rule.says, frozenset(stuck.space.names), is_stuck)
