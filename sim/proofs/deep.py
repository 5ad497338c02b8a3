"""Liveness in whole persons: sampled lives, with every field that matters, led to where what is due is had.

A view may be livelier than a person: what it leaves open counts as possible.  Here people with all their fields walk at
random from their beginnings, and from wherever that has led them the way is looked for: at every moment, of all that
can happen to the whole person, what comes nearest by the view's own distances.  Who arrives is not trapped; who does
not arrive in time is named.  The lives are a sample, the ways that are found are real.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.office.record import new_record
from sim.proofs import memory
from sim.proofs.abstraction import value_of
from sim.proofs.asking import Asking, Beginning, Remembering
from sim.proofs.explore import Course, Explorer, Level, split
from sim.proofs.guards import name_of
from sim.proofs.liveness import LIVENESS, Backwards, Liveness
from sim.proofs.space import Space
from sim.proofs.tables import Tables
from sim.proofs.views import BEGINNINGS, VIEWS, around

STEPS = 80
"""How many events a sampled life is long."""
TRIES = 60
"""Within how many events what is due must be had."""
FAR = 1_000
"""Distance of a state that the view does not know."""

_RARE = 0.3
"""By how much people put off to die, of 1, so that lives are long."""

Columns = np.ndarray
"""One row a variable, one column a person."""
Score = Callable[[Columns], np.ndarray]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What became of those who lacked what a liveness rule says is due.

    `longest`: after how many events the last of them had it; `trapped`: the states of those who did not get there.
    """

    rule: Liveness
    asked: int
    longest: int
    trapped: tuple[dict[str, int], ...]


class People(Level):
    """Persons as columns; their states need not fit into one integer."""

    def __init__(self, columns: Columns) -> None:
        """Keep them."""
        self.columns = list(columns)
        self.codes = np.empty(columns.shape[1], np.int8)
        self._passing = {}


class Deep:
    """Whole persons of some tables."""

    def __init__(self, tables: Tables, beginnings: Sequence[Beginning] = BEGINNINGS, seed: int = 1) -> None:
        """Follow all that the tables ask for; whatever words a scenario has chosen."""
        self.tables, self.beginnings = tables, beginnings
        needed = frozenset(name for rule in LIVENESS for name in rule.needs)
        view = around(tables, tables.entries, needed)
        self.walk = Remembering(tables, view, None, needed, any_words=True)
        self.space: Space = self.walk.space
        paths = self.walk.paths()
        self._split = [(*split(path), _RARE if path.begins == "death.dies" else 0.0) for path in paths]
        self._draw = np.random.Generator(np.random.Philox(seed))

    def begin(self, people: int) -> Columns:
        """Persons at their beginnings, each with words of his own region."""
        kinds = []
        for states in self.beginnings:
            record = new_record(**states)
            values = {field.name: value_of(field, record[field]) for field in self.walk.kept}
            values |= memory.beginning(record)
            kinds.append([values.get(name, 0) for name in self.space.names])
        columns = np.array(kinds, np.int8)[np.arange(people) % len(kinds)].T.copy()
        for word, options in self.walk.words.items():
            columns[self.space.index[name_of(word)]] = self._draw.integers(len(options), size=people)
        return columns

    def step(self, columns: Columns, score: Score | None = None) -> Columns:
        """Each person's next event: what scores lowest, or any at all."""
        level = People(columns)
        after, best = columns.copy(), np.full(columns.shape[1], np.inf)
        for tests, rest, rare in self._split:
            rows = Explorer.rows(level, tests)
            course = Course(level, self.space, rows)
            if not len(rows) or not course.walk(rest, None) or not course.changed:
                continue
            there = columns[:, course.rows]
            for var, column in course.changed.items():
                there[var] = column
            chance = self._draw.random(len(course.rows))
            scores = chance + rare if score is None else chance + score(there)
            better = (scores < best[course.rows]) & (there != columns[:, course.rows]).any(axis=0)
            after[:, course.rows[better]] = there[:, better]
            best[course.rows[better]] = scores[better]
        return after

    def lives(self, people: int, steps: int = STEPS) -> Columns:
        """That many random lives, at every moment."""
        moments = [self.begin(people)]
        for _ in range(steps):
            moments.append(self.step(moments[-1]))
        return np.concatenate(moments, axis=1)

    def led(self, rule: Liveness, moments: Columns, most: int) -> Sampled:
        """Lead to where it is had who has not what is due: at most so many different ones, drawn at random."""
        column = self._column(moments)
        lacking = np.unique(moments[:, rule.due(column) & ~rule.had(column, _nothing)], axis=1)
        going = lacking[:, self._draw.permutation(lacking.shape[1])[:most]]
        asked, longest = going.shape[1], 0
        score = self._towards(rule)
        while going.shape[1] and longest < TRIES:
            longest += 1
            going = self.step(going, score)
            going = going[:, ~rule.had(self._column(going), _nothing)]
        trapped = tuple(dict(zip(self.space.names, person.tolist(), strict=True)) for person in going.T)
        return Sampled(rule, asked, longest, trapped)

    def _column(self, columns: Columns) -> Callable[[str], np.ndarray]:
        return lambda name: columns[self.space.index[name]]

    def _towards(self, rule: Liveness) -> Score:
        """How far what is due is, as the view sees it in which the rule is asked."""
        asking = next(
            asking
            for view in VIEWS
            for asking in (Asking(self.tables, view, self.beginnings, (rule,), any_words=True),)
            if rule.needs <= set(asking.space.names)
        )
        space = asking.space
        explorer = Explorer(space, asking.walk.paths(), keep_transitions=True)
        graph = explorer.explore(asking.beginnings)
        known = space.columns(graph.codes)
        goal = rule.had(lambda name: known[space.index[name]], _nothing)
        far = Backwards(graph).distances(goal)
        order = np.argsort(graph.codes)
        codes, far = graph.codes[order], np.where(far < 0, FAR, far)[order]
        shared = [(self.space.index[name], space.sizes[var], space.radix[var]) for var, name in enumerate(space.names)]

        def score(columns: Columns) -> np.ndarray:
            code = np.zeros(columns.shape[1], np.int64)
            for var, size, radix in shared:
                code += np.minimum(columns[var], size - 1).astype(np.int64) * radix
            place = np.minimum(np.searchsorted(codes, code), len(codes) - 1)
            return np.where(codes[place] == code, far[place], FAR)

        return score


def _nothing(name: str) -> np.ndarray:
    raise NotImplementedError(f"a liveness rule of whole persons asks for {name}")


def sampled(tables: Tables, people: int, seed: int = 1) -> list[Sampled]:
    """Every liveness rule asked at moments of that many sampled lives, of as many persons at most."""
    deep = Deep(tables, seed=seed)
    moments = deep.lives(people)
    return [deep.led(rule, moments, people) for rule in LIVENESS]
