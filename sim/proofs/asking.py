"""One view explored, and the rules asked of every state and step on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from time import perf_counter

import numpy as np

from sim.office.record import new_record
from sim.procedures.model import Check
from sim.proofs import memory
from sim.proofs.abstraction import value_of
from sim.proofs.cost_rules import COSTS
from sim.proofs.explore import MOST_STATES, Course, Explorer, Graph, Level, Seen, holds
from sim.proofs.guards import name_of
from sim.proofs.liveness import LIVENESS, Backwards, Liveness
from sim.proofs.paths import Walk
from sim.proofs.safety import Column, Could, StateRule, StepRule
from sim.proofs.space import Operation
from sim.proofs.state_rules import GRANTED, STATES
from sim.proofs.step_rules import STEPS
from sim.proofs.tables import Tables, View
from sim.proofs.verdict import Broken, Rule, Stuck, ViewResult

Beginning = Mapping[str, str | int]
RULES: tuple[Rule, ...] = (*STEPS, *COSTS, *STATES, *GRANTED, *LIVENESS)
"""All rules a view can ask."""


class Remembering(Walk):
    """A walk that carries what the invariants remember."""

    def __init__(
        self,
        tables: Tables,
        view: View,
        entries: Iterable[str] | None,
        memories: frozenset[str],
        *,
        any_words: bool,
    ) -> None:
        """Add the memories that mean something in the view."""
        sizes = memory.sizes(view.fields)
        ghosts = {name: sizes[name] for name in sizes if name in memories}
        super().__init__(tables, view, ghosts, entries, any_words=any_words)

    def memory(self, name: str) -> Iterator[Operation]:
        """Changes of memory by an accepted step."""
        return memory.remembered(self.space, *self.tables.steps[name])


class Asking:
    """One view, explored with the rules at hand."""

    def __init__(
        self,
        tables: Tables,
        view: View,
        beginnings: Sequence[Beginning],
        rules: Iterable[Rule] = RULES,
        entries: Iterable[str] | None = None,
        *,
        any_words: bool = False,
        settled: Mapping[str, int] | None = None,
    ) -> None:
        """Lay out the view.  `entries`: the steps somebody may set out for (all).

        `any_words`: whatever words a scenario has chosen for parameters, else the usual ones; `settled`: by variable,
        those of which nothing else is asked.
        """
        rules = list(rules)
        needed = frozenset(name for rule in rules for name in rule.needs)
        self.walk = Remembering(tables, view, entries, needed, any_words=any_words)
        self.space = self.walk.space
        self.tables, self.view = tables, view
        chosen = [self.space.code(words) for words in self._words(settled or {})] if any_words else [0]
        self._begun = {self._code(states) + words: states for states in beginnings for words in chosen}
        self._hits: dict[str, tuple[Rule, int, int, int]] = {}
        self._stuck: dict[str, Stuck] = {}
        self._first = 0  # of the states of the level that is looked at
        self._rules = [rule for rule in rules if self._followed(rule)]

    @property
    def beginnings(self) -> list[int]:
        """The states people begin in."""
        return list(self._begun)

    def _code(self, states: Beginning) -> int:
        record = new_record(**states)
        values = {name.name: value_of(name, record[name]) for name in self.walk.kept}
        values |= {name: value for name, value in memory.beginning(record).items() if name in self.space.index}
        return self.space.code(values)

    def _words(self, settled: Mapping[str, int]) -> list[dict[str, int]]:
        """Every choice of the words that are not settled."""
        every = {name_of(word): range(len(words)) for word, words in self.walk.words.items()}
        options = [[settled[name]] if name in settled else numbers for name, numbers in every.items()]
        return [dict(zip(every, chosen, strict=True)) for chosen in product(*options)]

    def ask(self, most: int = MOST_STATES, *, first_only: bool = False) -> ViewResult:
        """Explore, ask, and collect what is broken; `first_only` stops at the first."""
        begun = perf_counter()
        lively = [rule for rule in self._rules if isinstance(rule, Liveness)]
        explorer = Explorer(self.space, self.walk.paths(), keep_transitions=bool(lively))
        for name, (owner, step) in self.tables.steps.items():
            explorer.watchers[name] = [
                partial(self._watch, rule)
                for rule in self._rules
                if isinstance(rule, StepRule) and rule.watches(owner, step)
            ]
        explorer.on_level.append(partial(self._look, [rule for rule in self._rules if isinstance(rule, StateRule)]))
        stop: Callable[[], bool] | None = (lambda: bool(self._hits)) if first_only else None
        graph = explorer.explore(list(self._begun), most, stop)
        if lively:
            self._ask_liveness(graph, lively)
        return ViewResult(
            self.view, len(graph.codes), graph.transitions, perf_counter() - begun, self._rules,
            [self._story(graph, *hit) for hit in self._hits.values()], graph.accepted,
        )  # fmt: skip

    def _followed(self, rule: Rule) -> bool:
        asked = () if isinstance(rule, StepRule) else rule.asks
        return rule.needs <= set(self.space.names) and all(name in self.tables.steps for name in asked)

    def _hit(self, rule: Rule, state: int, path: int, count: int) -> None:
        """Keep the first; of the same level (an accepted step's) that of the path that stories prefer."""
        known = self._hits.get(rule.name)
        if known is None:
            self._hits[rule.name] = (rule, state, path, count)
        elif known[1] >= self._first and path < known[2]:
            self._hits[rule.name] = (rule, state, path, known[3] + count)
        else:
            self._hits[rule.name] = (*known[:3], known[3] + count)

    def _watch(self, rule: StepRule, seen: Seen, path: int) -> None:
        index = self.space.index
        wrong = rule.broken(lambda name: seen.before(index[name]), lambda name: seen.after(index[name]))
        if wrong.any():
            self._hit(rule, int(seen.rows[np.argmax(wrong)]), path, int(wrong.sum()))

    def _look(self, rules: Sequence[StateRule], level: Level, first: int) -> None:
        self._first = first
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
            guards = [guard for guard in step.all_guards if guard.check is not Check.AMOUNT_COVERED]
            for clause in self.walk.reading.clauses(owner.name, guards)[0]:
                passing &= holds(clause, columns.__getitem__)
            return passing

        return could

    def _ask_liveness(self, graph: Graph, rules: Sequence[Liveness]) -> None:
        columns = self.space.columns(graph.codes)
        column, could = self._column(columns), self._could(columns)
        backwards = Backwards(graph)
        for rule in rules:
            stuck = rule.due(column) & ~backwards.can_reach(rule.had(column, could))
            if stuck.any():
                self._stuck[rule.name] = Stuck(self.space, np.sort(graph.codes[stuck]))
                self._hit(rule, int(np.argmax(stuck)), -1, int(stuck.sum()))

    def _story(self, graph: Graph, rule: Rule, state: int, path: int, count: int) -> Broken:
        way = graph.way_to(state)
        first = state
        while graph.parents[first] >= 0:
            first = int(graph.parents[first])
        paths = [taken for taken, _ in way]
        if path >= 0:
            paths.append(graph.paths[path])
        before = self.space.values(int(graph.codes[state]))
        after = self._after(graph, state, path) if path >= 0 else before
        return Broken(
            rule, self.view.name, self._begun[int(graph.codes[first])], tuple(paths), before, after, count,
            stuck=self._stuck.get(rule.name),
        )  # fmt: skip

    def _after(self, graph: Graph, state: int, path: int) -> dict[str, int]:
        course = Course(Level(self.space, graph.codes[state : state + 1]), self.space, np.array([0]))
        whole = course.walk(graph.paths[path].operations, None)
        return self.space.values(int(course.arrive()[0] if whole else graph.codes[state]))
