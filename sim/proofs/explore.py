"""Breadth first through every state that can be reached, whole levels at a time.

States are integers (`sim.proofs.space`).  A level is worked through path by path: the states in which a path can be
walked are picked by comparing columns, their successors are new integers, and what is new in the level is the next
one.  So the way to any state is a shortest one.  What several paths have in common at their beginning is walked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from sim.proofs.paths import Path
from sim.proofs.space import MOST_STATES as MOST_POSSIBLE
from sim.proofs.space import (
    Add,
    Allowed,
    Clause,
    Copy,
    Either,
    Enter,
    Map,
    Operation,
    Space,
    TooManyStatesError,
    Unless,
    table_of,
)

MOST_STATES = 30_000_000
"""Beyond this a bitset and a compiled loop are the right structure."""


Look = Callable[[int], np.ndarray]
"""Gives the column of a variable."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An accepted step in the states in which it was accepted: their positions, and columns before and after."""

    step: str
    rows: np.ndarray
    before: Look
    after: Look


Watcher = Callable[[Seen], np.ndarray]
"""Gives for each of the states whether what it watches is broken."""


@dataclass(slots=True)
class Graph:
    """What was reached: states in the order found, how each was reached first; transitions that lead on, if kept.

    Kept are those that can happen whatever words the scenario has chosen.
    """

    space: Space
    paths: Sequence[Path]
    codes: np.ndarray
    parents: np.ndarray
    by: np.ndarray
    transitions: int = 0
    sources: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    targets: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    accepted: frozenset[str] = frozenset()

    def way_to(self, state: int) -> list[tuple[Path, int]]:
        """The shortest way: paths, each with the state it leads to."""
        way = []
        while self.parents[state] >= 0:
            way.append((self.paths[self.by[state]], state))
            state = int(self.parents[state])
        return way[::-1]


class Level:
    """The states of one level, as columns; knows which of them pass a test."""

    def __init__(self, space: Space, codes: np.ndarray) -> None:
        """Unpack the states."""
        self.codes = codes
        self.columns = space.columns(codes)
        self._passing: dict[Allowed, np.ndarray] = {}

    def passing(self, test: Allowed) -> np.ndarray:
        """Which states pass."""
        found = self._passing.get(test)
        if found is None:
            found = self._passing[test] = table_of(test.allowed)[self.columns[test.var]]
        return found


class Course:
    """One path walked from all states of a level at once."""

    def __init__(self, level: Level, space: Space, rows: np.ndarray) -> None:
        """Begin with these states of the level."""
        self.level, self.space, self.rows = level, space, rows
        self.changed: dict[int, np.ndarray] = {}
        self._before: dict[int, np.ndarray] = {}

    def fork(self) -> Course:
        """The same course, to be gone on with in another way."""
        other = Course(self.level, self.space, self.rows)
        other.changed, other._before = dict(self.changed), self._before
        return other

    def look(self, var: int) -> np.ndarray:
        """The variable's value by now."""
        column = self.changed.get(var)
        return np.asarray(self.level.columns[var][self.rows]) if column is None else column

    def _keep(self, chosen: np.ndarray) -> None:
        if not chosen.all():
            self.rows = self.rows[chosen]
            self.changed = {var: column[chosen] for var, column in self.changed.items()}

    def walk(self, operations: Iterable[Operation], watch: Callable[[str, Course, Look], None] | None) -> bool:
        """Carry out the operations; False if no state is left on the way."""
        for op in operations:
            if isinstance(op, Map):
                self.changed[op.var] = table_of(op.to)[self.look(op.var)]
            elif isinstance(op, Allowed | Either):
                self._keep(holds(op, self.look))
            elif isinstance(op, Unless):
                self._keep(~np.logical_and.reduce([holds(clause, self.look) for clause in op.clauses]))
            elif isinstance(op, Copy):
                self.changed[op.var] = self.look(op.other)
            elif isinstance(op, Add):
                most = self.space.sizes[op.var] - 1
                total = self.look(op.var) + op.sign * self.look(op.other)
                self.changed[op.var] = np.clip(total, 0, most).astype(np.int8)
            elif isinstance(op, Enter):
                self._before = dict(self.changed)
            elif watch is not None:  # Done
                watch(op.step, self, self._look_before)
            if not len(self.rows):
                return False
        return True

    def _look_before(self, var: int) -> np.ndarray:
        column = self._before.get(var)
        return np.asarray(self.level.columns[var][self.rows]) if column is None else column

    def arrive(self) -> np.ndarray:
        """The states at the end of the path."""
        codes = self.level.codes[self.rows]
        for var, column in self.changed.items():
            shift = column.astype(np.int64) - self.level.columns[var][self.rows]
            codes = codes + shift * self.space.radix[var]
        return np.asarray(codes)


def holds(clause: Clause, look: Look) -> np.ndarray:
    """In which states a clause holds."""
    if isinstance(clause, Allowed):
        return np.asarray(table_of(clause.allowed)[look(clause.var)])
    return np.asarray(np.logical_or.reduce([holds(test, look) for test in clause.tests]))


def split(path: Path) -> tuple[tuple[Allowed, ...], tuple[Operation, ...]]:
    """The tests a path begins with, which are compared on whole levels, and the rest."""
    for number, op in enumerate(path.operations):
        if not isinstance(op, Allowed):
            return path.operations[:number], path.operations[number:]  # type: ignore[return-value]
    return path.operations, ()  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Branch:
    """Paths that begin alike: what all of them do first, the paths that end with that, and how others go on."""

    first: int  # the lowest number among them
    operations: tuple[Operation, ...]
    ends: tuple[int, ...]
    onward: tuple[Branch, ...]


def branched(rests: Sequence[tuple[int, tuple[Operation, ...]]]) -> Branch:
    """Paths, each a number and what it does, as one branch: the operations they share at their beginning are one."""
    alike = takewhile(lambda same: all(op == same[0] for op in same), zip(*(rest for _, rest in rests), strict=False))
    shared = tuple(same[0] for same in alike)
    following = [(number, rest[len(shared) :]) for number, rest in rests]
    ends = tuple(number for number, rest in following if not rest)
    onward: dict[Operation, list[tuple[int, tuple[Operation, ...]]]] = {}
    for number, rest in following:
        if rest:
            onward.setdefault(rest[0], []).append((number, rest))
    return Branch(rests[0][0], shared, ends, tuple(branched(some) for some in onward.values()))


class Explorer:
    """Everything reachable from the given states."""

    def __init__(self, space: Space, paths: Sequence[Path], *, keep_transitions: bool = False) -> None:
        """Prepare the paths; TooManyStatesError where a state does not fit into one integer."""
        if space.product > MOST_POSSIBLE:
            raise TooManyStatesError(
                f"{space.product:.1e} possible states do not fit into 63 bits: follow fewer fields"
            )
        self.space, self.paths = space, paths
        alike: dict[tuple[Allowed, ...], list[tuple[int, tuple[Operation, ...]]]] = {}
        for number, (tests, rest) in enumerate(map(split, paths)):
            alike.setdefault(tests, []).append((number, rest))
        self._branches = [(tests, branched(rests)) for tests, rests in alike.items()]
        self._keep = keep_transitions
        self._lasting = np.array([not path.worded for path in paths])
        self.watchers: dict[str, list[Callable[[Seen, int], None]]] = {}
        self.on_level: list[Callable[[Level, int], None]] = []
        self.transitions = 0
        self._first = 0
        self._path = 0
        self.accepted: set[str] = set()

    def explore(self, initial: Sequence[int], most: int = MOST_STATES, stop: Callable[[], bool] | None = None) -> Graph:
        """Go on until nothing new is found, or until `stop` says so; TooManyStatesError beyond `most` states."""
        level = np.unique(np.array(initial, dtype=np.int64))
        known, numbers = level, np.arange(len(level), dtype=np.int32)
        codes, parents, by = [level], [np.full(len(level), -1, np.int32)], [np.full(len(level), -1, np.int16)]
        edges: list[tuple[np.ndarray, np.ndarray]] = []
        self.transitions = self._first = 0
        while len(level) and not (stop is not None and stop()):
            found, came_from, along = self._successors(level)
            fresh, at, inverse = np.unique(found, return_index=True, return_inverse=True)
            place = np.searchsorted(known, fresh)
            new = known[np.minimum(place, len(known) - 1)] != fresh
            order = np.argsort(at[new], kind="stable")
            following = self._first + len(level)
            number = np.empty(len(fresh), np.int32)
            number[~new] = numbers[place[~new]]
            number[np.flatnonzero(new)[order]] = np.arange(following, following + len(order), dtype=np.int32)
            if self._keep:
                lasting = self._lasting[along]
                edges.append((came_from[lasting] + np.int32(self._first), number[inverse][lasting]))
            parents.append(came_from[at[new]][order] + np.int32(self._first))
            by.append(along[at[new]][order])
            known = np.insert(known, place[new], fresh[new])
            numbers = np.insert(numbers, place[new], number[new])
            level = fresh[new][order]
            codes.append(level)
            self._first = following
            if self._first > most:
                raise TooManyStatesError(f"more than {most:,} states: follow fewer fields")
        graph = Graph(
            self.space, self.paths, np.concatenate(codes), np.concatenate(parents), np.concatenate(by),
            self.transitions, accepted=frozenset(self.accepted),
        )  # fmt: skip
        if self._keep:
            graph.sources = np.concatenate([source for source, _ in edges])
            graph.targets = np.concatenate([target for _, target in edges])
        return graph

    def _successors(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        level = Level(self.space, codes)
        for look in self.on_level:
            look(level, self._first)
        arrived: list[tuple[int, np.ndarray, np.ndarray]] = []
        for tests, branch in self._branches:
            rows = self.rows(level, tests)
            if len(rows):
                self._follow(branch, Course(level, self.space, rows), arrived)
        if not arrived:
            return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int16)
        arrived.sort(key=lambda one: one[0])  # who comes first to a state is of the path that stories prefer
        along = np.repeat([number for number, _, _ in arrived], [len(there) for _, there, _ in arrived])
        found, sources = (np.concatenate(some) for some in zip(*(one[1:] for one in arrived), strict=True))
        return found, sources.astype(np.int32), along.astype(np.int16)

    def _follow(self, branch: Branch, course: Course, arrived: list[tuple[int, np.ndarray, np.ndarray]]) -> None:
        """Walk a branch and all that goes on from it; who is moved by one of its paths has `arrived`."""
        self._path = branch.first
        if not course.walk(branch.operations, self._watch):
            return
        for number in branch.ends:
            self.transitions += len(course.rows) * self.paths[number].ways
            if course.changed:
                there = course.arrive()
                moved = there != course.level.codes[course.rows]
                arrived.append((number, there[moved], course.rows[moved]))
        for way in branch.onward:
            self._follow(way, course.fork(), arrived)

    @staticmethod
    def rows(level: Level, tests: tuple[Allowed, ...]) -> np.ndarray:
        """States of the level that pass all tests."""
        passing: np.ndarray | None = None
        for test in tests:
            here = level.passing(test)
            passing = here if passing is None else passing & here
        return np.arange(len(level.codes)) if passing is None else np.flatnonzero(passing)

    def _watch(self, step: str, course: Course, before: Look) -> None:
        self.accepted.add(step)
        for watcher in self.watchers.get(step, ()):
            watcher(Seen(step, course.rows + self._first, before, course.look), self._path)
