"""The proof: every view of a person explored from the beginnings, every rule asked of every state and step.

A view follows some fields and waits and leaves the others open, so it reaches at least all that a person can reach:
what holds in a view holds; what is broken in a view comes with a story, which the engines play.  Every field is
followed in some view; what couples two fields is followed together (`VIEWS`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np

from sim.office.fields import Field
from sim.office.record import new_record
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Check, Procedure, Step
from sim.proofs import memory
from sim.proofs.abstraction import size_of, undeclared, value_of
from sim.proofs.demands import Unmet, ask_all
from sim.proofs.explore import Explorer, Graph, Level, Seen
from sim.proofs.liveness import LIVENESS, Backwards, Liveness
from sim.proofs.paths import Path, Tables, View, Walk
from sim.proofs.safety import GRANTED, STATES, STEPS, Column, Could, StateRule, StepRule
from sim.proofs.space import Operation, Space, Test

F = Field
Rule = StepRule | StateRule | Liveness

_PRODUCTION = ("apply.check", "produce.accept", "produce.arrive")
_LAPSE = ("report_loss.term_over",)

VIEWS: tuple[View, ...] = (
    View(
        "card",
        frozenset({F.ACCOUNT, F.INSURANCE, F.CARD, F.CARD_BEFORE, F.BANK, F.APPLICATION, F.CANCELLATION, F.OLD_CARD, F.REPORTED_AT}),
        frozenset({*_PRODUCTION, *_LAPSE}),
    ),
    View(
        "temporary card",
        frozenset({
            F.ACCOUNT, F.CARD, F.CARD_BEFORE, F.APPLICATION, F.OLD_CARD, F.REPORTED_AT, F.TEMPORARY, F.TEMPORARY_AT,
        }),
        frozenset({*_LAPSE, "temporary_card.term_over", "temporary_card.longest_over"}),
    ),
    View(
        "money",
        frozenset({
            F.ACCOUNT, F.INSURANCE, F.CARD, F.CARD_BEFORE, F.BANK, F.CANCELLATION, F.REPORTED_AT, F.REPLACED_AT,
            F.COST_FEN, F.CLAIMED, F.MEDICAL_FEN, F.FINANCIAL_FEN, F.APPROVED_AT,
        }),
        frozenset({*_LAPSE, "reimburse.pay_out", "cancel.pay_out"}),
    ),
    View(
        "employment",
        frozenset({
            F.ACCOUNT, F.INSURANCE, F.EMPLOYMENT, F.EMPLOYER_END, F.HIRED_AT, F.EMPLOYER_ENDED_AT, F.LATE,
        }),
        frozenset(),
    ),
)  # fmt: skip
"""What is followed together."""

BEGINNINGS: tuple[Mapping[str, str | int], ...] = (
    {"account": "none", "employment": "none", "insurance": "never_insured"},
    {"account": "none", "employment": "none", "insurance": "never_insured", "old_card": "held"},
    {"medical_fen": 1},
    {"medical_fen": 1, "old_card": "held"},
)
"""People as they begin: not yet insured; insured with a balance; each with and without an old card."""

BEGINNINGS_OF_SCENARIOS: tuple[Mapping[str, str | int], ...] = (
    {"insurance": "ended", "card": "active", "medical_fen": 1},
)
"""What a scenario may begin with besides, and no procedure may reach."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, with the shortest way to where it does not."""

    rule: Rule
    view: str
    beginning: Mapping[str, str | int]
    way: tuple[Path, ...]
    states: tuple[Mapping[str, int], ...]
    count: int


@dataclass(slots=True)
class ViewResult:
    """What was found in one view."""

    view: View
    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    asked: list[Rule] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    accepted: frozenset[str] = frozenset()


class Remembering(Walk):
    """A walk that carries what the invariants remember."""

    def __init__(self, tables: Tables, view: View) -> None:
        """Add the memories that mean something in the view."""
        super().__init__(tables, view, memory.sizes(view.fields))

    def memory(self, name: str) -> tuple[Operation, ...]:
        """Changes of memory by an accepted step."""
        return tuple(memory.remembered(self.space, *self.tables.steps[name]))


class ViewProof:
    """One view explored and asked."""

    def __init__(self, tables: Tables, view: View, beginnings: Sequence[Mapping[str, str | int]]) -> None:
        """Lay out the view."""
        self.walk = Remembering(tables, view)
        self.space = self.walk.space
        self.tables, self.view = tables, view
        self._begun = {self._code(states): states for states in beginnings}
        self._hits: dict[str, tuple[Rule, int, int, int]] = {}

    def _code(self, states: Mapping[str, str | int]) -> int:
        record = new_record(**states)
        values = {name.name: value_of(name, record[name]) for name in self.walk.kept}
        values |= {name: value for name, value in memory.beginning(record).items() if name in self.space.index}
        return self.space.code(values)

    def prove(self) -> ViewResult:
        """Explore, ask, and collect what is broken."""
        begun = perf_counter()
        lively = [rule for rule in LIVENESS if self._followed(rule)]
        explorer = Explorer(self.space, self.walk.paths(), keep_transitions=bool(lively))
        step_rules = [rule for rule in STEPS if self._followed(rule)]
        state_rules = [rule for rule in (*STATES, *GRANTED) if self._followed(rule)]
        for name, (owner, step) in self.tables.steps.items():
            explorer.watchers[name] = [
                partial(self._watch, rule) for rule in step_rules if rule.watches(owner, step)
            ]
        explorer.on_level.append(partial(self._look, state_rules))
        graph = explorer.explore(list(self._begun))
        if lively:
            self._ask_liveness(graph, lively)
        result = ViewResult(self.view, len(graph.codes), graph.transitions, accepted=graph.accepted)
        result.asked = [*step_rules, *state_rules, *lively]
        result.broken = [self._story(graph, *hit) for hit in self._hits.values()]
        result.seconds = perf_counter() - begun
        return result

    def _followed(self, rule: Rule) -> bool:
        asked = () if isinstance(rule, StepRule) else rule.asks
        return rule.needs <= set(self.space.names) and all(name in self.tables.steps for name in asked)

    def _hit(self, rule: Rule, state: int, path: int, count: int) -> None:
        known = self._hits.get(rule.name)
        self._hits[rule.name] = (rule, state, path, count) if known is None else (*known[:3], known[3] + count)

    def _watch(self, rule: StepRule, seen: Seen, path: int) -> None:
        index = self.space.index
        wrong = rule.broken(lambda name: seen.before(index[name]), lambda name: seen.after(index[name]))
        if wrong.any():
            self._hit(rule, int(seen.rows[np.argmax(wrong)]), path, int(wrong.sum()))

    def _look(self, rules: Sequence[StateRule], level: Level, first: int) -> None:
        column, could = self._column(level.columns), self._could(level.columns)
        for rule in rules:
            wrong = rule.broken(column, could)
            if wrong.any():
                self._hit(rule, first + int(np.argmax(wrong)), -1, int(wrong.sum()))

    def _column(self, columns: Sequence[np.ndarray]) -> Column:
        return lambda name: columns[self.space.index[name]]

    def _could(self, columns: Sequence[np.ndarray]) -> Could:
        def could(name: str) -> np.ndarray:
            owner, step = self.tables.steps[name]
            passing = np.ones(len(columns[0]), dtype=np.bool_)
            tests, _ = self.walk.tests(owner.name, [g for g in step.guards if g.check is not Check.AMOUNT_COVERED])
            for test in tests:
                passing &= np.array(test.allowed)[columns[test.var]]
            return passing

        return could

    def _ask_liveness(self, graph: Graph, rules: Sequence[Liveness]) -> None:
        columns = self.space.columns(graph.codes)
        column, could = self._column(columns), self._could(columns)
        backwards = Backwards(graph)
        for rule in rules:
            stuck = rule.due(column) & ~backwards.can_reach(rule.had(column, could))
            if stuck.any():
                self._hit(rule, int(np.argmax(stuck)), -1, int(stuck.sum()))

    def _story(self, graph: Graph, rule: Rule, state: int, path: int, count: int) -> Broken:
        way = graph.way_to(state)
        first = state
        while graph.parents[first] >= 0:
            first = int(graph.parents[first])
        paths = [taken for taken, _ in way]
        if path >= 0:
            paths.append(graph.paths[path])
        states = [self.space.values(int(graph.codes[first]))]
        states += [self.space.values(int(graph.codes[reached])) for _, reached in way]
        return Broken(rule, self.view.name, self._begun[int(graph.codes[first])], tuple(paths), tuple(states), count)


@dataclass(slots=True)
class Proof:
    """All views, and what no view reaches."""

    views: list[ViewResult]
    unreachable: tuple[str, ...]
    unmet: tuple[Unmet, ...]
    seconds: float

    @property
    def broken(self) -> list[Broken]:
        """What is broken, one story a rule: the shortest."""
        best: dict[str, Broken] = {}
        for found in (one for view in self.views for one in view.broken):
            known = best.get(found.rule.name)
            if known is None or len(found.way) < len(known.way):
                best[found.rule.name] = found
        return list(best.values())


def prove(
    procedures: Mapping[str, Procedure] | None = None,
    views: Sequence[View] = VIEWS,
    beginnings: Sequence[Mapping[str, str | int]] = (*BEGINNINGS, *BEGINNINGS_OF_SCENARIOS),
) -> Proof:
    """Explore every view of one person and ask every rule; ValueError for what has no abstraction yet."""
    begun = perf_counter()
    chosen = catalogue() if procedures is None else procedures
    lacking = undeclared(chosen.values())
    if lacking:
        raise ValueError("; ".join(lacking))
    tables = Tables(chosen)
    results = [ViewProof(tables, view, beginnings).prove() for view in views]
    everywhere = frozenset.intersection(*(result.accepted for result in results)) if results else frozenset()
    never = tuple(name for name in tables.steps if name not in everywhere and not tables.changes_nothing(name))
    unmet = ask_all(tables.steps, everywhere)
    return Proof(results, never, tuple(unmet), perf_counter() - begun)


__all__ = ["BEGINNINGS", "VIEWS", "Broken", "Proof", "Space", "Step", "Test", "ViewProof", "ViewResult", "prove", "size_of"]
