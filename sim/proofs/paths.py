"""Procedure tables as paths: everything that can happen at one moment, from the first step to where the case waits.

A path begins with somebody who sets out for a step, with a case whose wait is over, or with a term that runs out.  It
goes on through the steps the office takes at once, along every choice the moves leave open, and ends where the case
ends, where somebody has to set out again, or where it waits.  Cases that wait are part of the state: a case tied to a
term (its wait is the term itself) goes on at the moment the term is over; one whose term was started anew since goes
on before.  What no guard of the view can tell (which place, which paper, a field left out) is left open both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sim.office.fields import Field
from sim.procedures.model import END, Act, Check, Guard, Move, Outcome, Procedure, Step
from sim.proofs.abstraction import TERMS, Term, size_of
from sim.proofs.guards import Reading, name_of, words_of
from sim.proofs.space import Allowed, Clause, Done, Enter, Map, Operation, Space, Unless
from sim.proofs.tables import Tables, View

ACTOR = "who acts"
CURRENT, STALE = 1, 2
"""A case tied to a term: its own term runs; its term was started anew since."""
MOST_WAITING = {"reimburse.pay_out": 2, "reimburse.reject": 2}
"""How many cases of a kind wait at most (else 1): one more is merged with the last.  Claims can be open together,
and as many wait as are owed, whichever way their examination ends."""


@dataclass(frozen=True, slots=True)
class Path:
    """What happens at one moment.  `trail`: steps with whether they were accepted; `choices`: shares that came up.

    `worded`: only where the scenario has chosen a certain word, which the view does not follow.
    """

    begins: str
    operations: tuple[Operation, ...]
    trail: tuple[tuple[str, bool], ...]
    choices: tuple[tuple[str, str, bool], ...]
    worded: bool = False
    ways: int = 1  # how many ways through the moves come to the same


@dataclass(frozen=True, slots=True)
class _Way:
    operations: tuple[Operation, ...] = ()
    trail: tuple[tuple[str, bool], ...] = ()
    choices: tuple[tuple[str, str, bool], ...] = ()
    worded: bool = False

    def then(self, other: _Way) -> _Way:
        return _Way(
            self.operations + other.operations,
            self.trail + other.trail,
            self.choices + other.choices,
            self.worded or other.worded,
        )


class Walk:
    """All paths of the tables over one space."""

    def __init__(
        self,
        tables: Tables,
        view: View,
        ghosts: Mapping[str, int] | None = None,
        entries: Iterable[str] | None = None,
        *,
        any_words: bool = False,
    ) -> None:
        """Lay out the state: kept fields, waiting cases, memory of the invariants (`ghosts`).

        A case that waits at a step the view does not follow may go on at any time, whether there is one or not.
        `any_words`: a word of the scenario that the view does not follow may be any, else it is the usual one.
        """
        self.tables = tables
        self.entries = tables.entries if entries is None else tuple(entries)
        self.kept = frozenset(view.fields)
        self.waits = {name: tie for name, tie in tables.waits.items() if name in view.waits}
        self._tied = {name for name, tie in self.waits.items() if tie is not None and tie[0] in self.kept}
        sizes = {field.name: size_of(field) for field in Field if field in self.kept}
        for name in self.waits:
            sizes[name] = 4 if name in self._tied else 1 + MOST_WAITING.get(name, 1)
        self.words = {word: words for word, words in words_of(tables.procedures).items() if word in view.words}
        sizes |= {name_of(word): len(words) for word, words in self.words.items()}
        self.space = Space(sizes | dict(ghosts or {}))
        self.reading = Reading(tables.procedures, self.space, self.kept, any_words=any_words)

    # --- paths ---------------------------------------------------------------------------------------------------

    def paths(self) -> list[Path]:
        """Everything that can happen at one moment; first that in which nobody is refused, which stories prefer."""
        found: dict[tuple[str, tuple[Operation, ...]], Path] = {}
        for path in (*self._entering(), *self._waiting(), *self._terms()):
            if _contradicts(path):
                continue
            same = found.get((path.begins, path.operations))
            found[path.begins, path.operations] = path if same is None else _merged(same, path)
        return sorted(found.values(), key=_refusals)

    def _entering(self) -> Iterator[Path]:
        reached = self.tables.reached(self.entries)
        for name in (
            *self.entries,
            *(name for name in self.tables.waits if name not in self.waits and name in reached),
        ):
            for way in self._accepted(name):
                yield _path(name, way)
            for way in self._refused(name):
                if way.operations and any(not isinstance(op, Allowed | Unless) for op in way.operations):
                    yield _path(name, way)

    def _waiting(self) -> Iterator[Path]:
        """A wait is over that is no term, or whose term was started anew."""
        for name in self.waits:
            var = self.space.index[name]
            first: tuple[Operation, ...]
            if name not in self._tied:
                most = self.space.sizes[var] - 1
                first = (Allowed(var, (False,) + (True,) * most), Map(var, (0, *range(most))))
            else:
                first = (Allowed(var, (False, False, True, True)), Map(var, (0, CURRENT, 0, CURRENT)))
            for way in self._attempted(name):
                yield _path(f"wait {name}", _Way(first).then(way))

    def _terms(self) -> Iterator[Path]:
        """A term is over: at the same moment the cases tied to it go on."""
        for field, terms in TERMS.items():
            if field not in self.kept:
                continue
            for over, equal in enumerate(terms, 2):
                yield from self._term(field, over, equal[0])

    def _term(self, field: Field, over: int, term: Term) -> Iterator[Path]:
        var = self.space.index[field.name]
        size = self.space.sizes[var]
        passes: tuple[Operation, ...] = (
            Allowed(var, tuple(value == over - 1 for value in range(size))),
            Map(var, (over,) * size),
        )
        tied = [name for name, tie in self.waits.items() if tie == (field, over)]
        ways = [_Way()]
        for name in tied:
            token = self.space.index[name]
            idle = _Way((Allowed(token, (True, False, False, False)),))
            due = _Way((Allowed(token, (False, True, False, False)), Map(token, (0, 0, 0, 0))))
            ways = [
                way.then(more) for way in ways for more in [idle, *(due.then(one) for one in self._attempted(name))]
            ]
        for way in ways:
            stale_first = tuple(
                op for op in way.operations if isinstance(op, Allowed) and op.var in {self.space.index[n] for n in tied}
            )
            rest = tuple(op for op in way.operations if op not in stale_first)
            yield _path(f"term {term.owner}.{term.name}", _Way((*stale_first, *passes, *rest), way.trail, way.choices))

    def _attempted(self, name: str) -> Iterator[_Way]:
        yield from self._accepted(name)
        yield from self._refused(name)

    def _accepted(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[_Way]:
        owner, step = self.tables.steps[name]
        tests, _ = self.reading.asked(owner, step)
        effects = tuple(self._with_stale(step))
        operations = (*tests, Enter(name), *self.memory(name), *effects, Done(name))
        here = _Way(operations, ((name, True),), (), self._worded(owner, step.guards))
        for way in self._onward(owner, step, Outcome.DONE, (*seen, name)):
            yield here.then(way)

    def _with_stale(self, step: Step) -> Iterator[Operation]:
        """Effects; a term that starts anew leaves cases behind that were tied to the old one."""
        yield from self.reading.effects(step)
        for effect in step.effects:
            if effect.act in {Act.SET, Act.STAMP, Act.COPY, Act.CHANGE}:
                yield from self._started_anew(effect.field)

    def _started_anew(self, field: str) -> Iterator[Operation]:
        for name, tie in self.waits.items():
            if name in self._tied and tie is not None and tie[0].name == field:
                yield Map(self.space.index[name], (0, STALE, STALE, STALE))

    def memory(self, name: str) -> Iterator[Operation]:
        """What the invariants remember of an accepted step; a plain walk remembers nothing."""
        del name
        return iter(())

    def _refused(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[_Way]:
        owner, step = self.tables.steps[name]
        tests, complete = self.reading.asked(owner, step, empty_handed=True)
        if complete and not tests:
            return
        failing: tuple[Operation, ...] = (Unless(tests),) if complete else ()
        for way in self._onward(owner, step, Outcome.REFUSED, (*seen, name)):
            yield _Way(failing, ((name, False),), (), self._worded(owner, step.guards)).then(way)

    def _onward(self, owner: Procedure, step: Step, outcome: Outcome, seen: tuple[str, ...]) -> Iterator[_Way]:
        moves = [move for move in owner.moves if move.step == step.name and move.outcome is outcome]
        for way, move in self._choices(owner, moves, seen):
            for more in [_Way()] if move is None else self._goes_on(owner, move, seen):
                yield way.then(more)

    def _goes_on(self, owner: Procedure, move: Move, seen: tuple[str, ...]) -> Iterator[_Way]:
        """Where a move leads: nothing more happens, the case waits, or it goes on at once."""
        to = self.tables.target(owner, move.to)
        if self.tables.inert(to):
            yield _Way()
        elif not self.tables.at_once(move):
            yield self._begins_to_wait(self.tables.arrives_at(to))
        elif to not in seen:
            yield from self._accepted(to, seen)
            yield from self._refused(to, seen)

    def _choices(
        self, owner: Procedure, moves: list[Move], seen: tuple[str, ...]
    ) -> Iterator[tuple[_Way, Move | None]]:
        """Every way through the moves of a step: what must hold, what comes of forks, which move is taken."""
        if not moves:
            yield _Way(), None
            return
        move, rest = moves[0], moves[1:]
        if move.fork and self.tables.inert(self.tables.target(owner, move.to)):
            yield from self._choices(owner, rest, seen)
            return
        tests, complete = self.reading.clauses(owner.name, [g for g in move.when if g.check is not Check.ACTOR])
        share: tuple[tuple[str, str, bool], ...] = ()
        if move.share is not None:
            share = ((owner.name, move.share, True),)
        share += tuple((ACTOR, who, True) for who in _actors(move))
        taken = _Way(tests, (), share, self._worded(owner, move.when))
        if move.fork:
            for second in self._goes_on(owner, move, seen):  # a second case, which comes first if it goes on at once
                for way, onward in self._choices(owner, rest, seen):
                    yield taken.then(second).then(way), onward
        else:
            yield taken, None if move.to == END else move
        for passed in self._passed(owner, move, tests, complete=complete):
            for way, onward in self._choices(owner, rest, seen):
                yield replace(passed, worded=taken.worded).then(way), onward

    def _worded(self, owner: Procedure, guards: Iterable[Guard]) -> bool:
        return any(self.reading.is_of_open_word(owner.name, guard) for guard in guards)

    @staticmethod
    def _passed(owner: Procedure, move: Move, tests: tuple[Clause, ...], *, complete: bool) -> Iterator[_Way]:
        """Ways in which the move is not taken: its share does not come up, somebody else acts, a guard fails."""
        if move.share is not None:
            yield _Way((), (), ((owner.name, move.share, False),))
            return
        actors = _actors(move)
        if actors:
            yield _Way((), (), tuple((ACTOR, who, False) for who in actors))
        him = tuple((ACTOR, who, True) for who in actors)
        if not complete:
            yield _Way((), (), him)
        elif tests:
            yield _Way((Unless(tests),), (), him)

    def _begins_to_wait(self, name: str) -> _Way:
        if name not in self.waits:
            return _Way()
        var = self.space.index[name]
        if name not in self._tied:
            most = self.space.sizes[var] - 1
            return _Way((Map(var, tuple(min(value + 1, most) for value in range(most + 1))),))
        return _Way((Map(var, (CURRENT, CURRENT, STALE | CURRENT, STALE | CURRENT)),))


def _actors(move: Move) -> tuple[str, ...]:
    """Who has to act for the move to be taken, by number."""
    return tuple(str(value) for guard in move.when if guard.check is Check.ACTOR for value in guard.values)


def _contradicts(path: Path) -> bool:
    """Whether the same person would have to be who acts and not to be."""
    return any((ACTOR, who, not up) in path.choices for kind, who, up in path.choices if kind == ACTOR)


def _path(begins: str, way: _Way) -> Path:
    return Path(begins, way.operations, way.trail, way.choices, way.worded)


def _refusals(path: Path) -> int:
    return sum(not accepted for _, accepted in path.trail)


def _merged(one: Path, other: Path) -> Path:
    """Two ways through the moves that come to the same."""
    told = min(one, other, key=_refusals)
    return replace(told, worded=one.worded and other.worded, ways=one.ways + other.ways)
