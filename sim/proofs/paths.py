"""Procedure tables as paths: everything that can happen at one moment, from the first step to where the case waits.

A path begins with somebody who sets out for a step, with a case whose wait is over, or with a term that runs out.  It
goes on through the steps the office takes at once, along every choice the moves leave open, and ends where the case
ends, where somebody has to set out again, or where it waits.  Cases that wait are part of the state: a case tied to a
term (its wait is the term itself) goes on at the moment the term is over; one whose term was started anew since goes
on before.  What no guard of the view can tell (which place, which paper, a field left out) is left open both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.office.fields import Card, Field, Ledger
from sim.office.rows import LEDGER_FIELD
from sim.procedures.model import END, Act, At, Check, Effect, Guard, Move, Outcome, Procedure, Step, Sum
from sim.proofs.abstraction import TERM_CHECKS, TERMS, Term, level_after, size_of, value_of
from sim.proofs.space import Add, Copy, Done, Enter, Map, Operation, Space, Test, Unless

ACTOR = "who acts"
CURRENT, STALE = 1, 2
"""A case tied to a term: its own term runs; its term was started anew since."""
MOST_WAITING = {"reimburse.pay_out": 2}
"""How many cases of a kind wait at most (else 1): one more is merged with the last.  Claims can be open together."""
_OF_PLACE = frozenset({Check.SAME_PLACE, Check.SAME_BANK, Check.PLACE_OFFERS})
_OPEN_CHECKS = _OF_PLACE | {Check.BRINGS, Check.REASON, Check.ACTOR}
_REPORTED = frozenset({Card.TEMPORARY_LOSS, Card.LOST})


@dataclass(frozen=True, slots=True)
class Path:
    """What happens at one moment.  `trail`: steps with whether they were accepted; `choices`: shares that came up."""

    begins: str
    operations: tuple[Operation, ...]
    trail: tuple[tuple[str, bool], ...]
    choices: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class _Way:
    operations: tuple[Operation, ...] = ()
    trail: tuple[tuple[str, bool], ...] = ()
    choices: tuple[tuple[str, str, bool], ...] = ()

    def then(self, other: _Way) -> _Way:
        return _Way(self.operations + other.operations, self.trail + other.trail, self.choices + other.choices)


@dataclass(frozen=True, slots=True)
class View:
    """What of a person is followed: fields of the record, and steps at which cases wait."""

    name: str
    fields: frozenset[Field]
    waits: frozenset[str]


class Tables:
    """Procedures as the explorer walks them, whichever fields are kept."""

    def __init__(self, procedures: Mapping[str, Procedure]) -> None:
        """Find where cases wait and who sets out for what."""
        self.procedures = procedures
        self.steps = {
            f"{owner.name}.{step.name}": (owner, step) for owner in procedures.values() for step in owner.steps
        }
        self.targets = {
            self.target(owner, move.to) for owner in procedures.values() for move in owner.moves if move.to != END
        }

    def target(self, owner: Procedure, to: str) -> str:
        """Name of the step a move leads to."""
        if f"{owner.name}.{to}" in self.steps:
            return f"{owner.name}.{to}"
        name, _, step = to.partition(".")
        return f"{name}.{step or self.procedures[name].steps[0].name}"

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """Steps that begin something: somebody sets out, or it just happens and no move leads there."""
        return tuple(
            name
            for name, (_, step) in self.steps.items()
            if step.starts or (step.place is None and name not in self.targets)
        )

    def inert(self, name: str, seen: tuple[str, ...] = ()) -> bool:
        """Whether a case that comes to this step can change nothing any more."""
        owner, step = self.steps[name]
        if step.starts or name in seen:
            return True
        onward = [self.target(owner, move.to) for move in owner.moves if move.step == step.name and move.to != END]
        return not step.effects and all(self.inert(to, (*seen, name)) for to in onward)

    @staticmethod
    def at_once(move: Move) -> bool:
        """Whether the case goes on at the same moment: the office by itself, or the same visit."""
        return move.wait is None

    def changes_nothing(self, name: str) -> bool:
        """Whether the step is refused to everybody, or only passes a case on without an effect of its own."""
        _, step = self.steps[name]
        return not step.effects and (not step.starts or any(guard.check is Check.NEVER for guard in step.guards))

    def arrives_at(self, to: str) -> str:
        """The step at which a case that waits changes something: looking at a card and packing it does not."""
        seen: set[str] = set()
        found: set[str] = set()
        waiting = [to]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            owner, step = self.steps[name]
            moves = [move for move in owner.moves if move.step == step.name and move.to != END]
            if step.effects or any(move.when for move in moves):
                found.add(name)
            else:
                waiting += [self.target(owner, move.to) for move in moves]
        return found.pop() if len(found) == 1 else to

    @cached_property
    def waits(self) -> dict[str, tuple[Field, Term] | None]:
        """Steps at which cases wait; tied to a term, or free."""
        found: dict[str, tuple[Field, Term] | None] = {}
        for owner in self.procedures.values():
            for move in owner.moves:
                to = END if move.to == END else self.target(owner, move.to)
                if to != END and not self.inert(to) and not self.at_once(move):
                    found[self.arrives_at(to)] = _tie(owner, move)
        return found


def _tie(owner: Procedure, move: Move) -> tuple[Field, Term] | None:
    term = Term(owner.name, move.wait or "")
    return next(((field, term) for field, terms in TERMS.items() if term in terms), None)


class Walk:
    """All paths of the tables over one space."""

    def __init__(
        self,
        tables: Tables,
        view: View,
        ghosts: Mapping[str, int] | None = None,
        entries: Iterable[str] | None = None,
    ) -> None:
        """Lay out the state: kept fields, waiting cases, memory of the invariants (`ghosts`).

        A case that waits at a step the view does not follow may go on at any time, whether there is one or not.
        """
        self.tables = tables
        self.entries = tables.entries if entries is None else tuple(entries)
        self.kept = frozenset(view.fields)
        self.waits = {name: tie for name, tie in tables.waits.items() if name in view.waits}
        self._tied = {name for name, tie in self.waits.items() if tie is not None and tie[0] in self.kept}
        sizes = {field.name: size_of(field) for field in Field if field in self.kept}
        for name in self.waits:
            sizes[name] = 4 if name in self._tied else 1 + MOST_WAITING.get(name, 1)
        self.space = Space(sizes | dict(ghosts or {}))

    # --- guards and effects --------------------------------------------------------------------------------------

    def tests(
        self, owner: str, guards: Iterable[Guard], at: At = At.CHOSEN, *, empty_handed: bool = False
    ) -> tuple[tuple[Test, ...], bool]:
        """What these guards ask of a state, and whether that is all they ask.

        Who goes on at the same counter is at the right place: the step before asked.  Who is `empty_handed` lacks
        what is asked for in some states only.
        """
        found: list[Test] = []
        complete = True
        for guard in guards:
            if guard.check in _OF_PLACE and at in {At.HERE, At.MACHINE}:
                continue
            if guard.check is Check.BRINGS and empty_handed:
                test = self._allow(Field[guard.field], lambda value, values=guard.values: value not in values)
            else:
                test = self._test(owner, guard)
            if test is None:
                complete = False
            else:
                found.append(test)
        return tuple(found), complete

    def _test(self, owner: str, guard: Guard) -> Test | None:
        if guard.check is Check.NEVER:
            return Test(0, (False,) * self.space.sizes[0])
        if guard.check in _OPEN_CHECKS:
            return None
        if guard.check is Check.HOT_LIST:
            return self._allow(Field.CARD, lambda value: value not in _REPORTED)
        field = Field[guard.field]
        if guard.check in {Check.IN, Check.NOT_IN}:
            wanted = {value_of(field, value) for value in guard.values}
            return self._allow(field, lambda value: (value in wanted) is (guard.check is Check.IN))
        if guard.check is Check.AMOUNT_COVERED:
            return self._allow(field, lambda value: value > 0)
        if guard.check in TERM_CHECKS:
            over = level_after(field, Term(owner, guard.parameter or ""))
            if guard.check in {Check.WITHIN, Check.WITHIN_DAYS}:
                return self._allow(field, lambda value: 0 < value < over)
            return self._allow(field, lambda value: value == 0 or value >= over)
        raise NotImplementedError(f"the explorer does not know what {guard.check} asks")

    def _allow(self, field: Field, holds: Callable[..., bool]) -> Test | None:
        if field not in self.kept:
            return None
        var = self.space.index[field.name]
        return Test(var, tuple(holds(value) for value in range(self.space.sizes[var])))

    def effect(self, effect: Effect) -> Iterator[Operation]:
        """What an effect does to a state."""
        act = effect.act
        if act is Act.MONEY:
            yield from self._money(effect)
            return
        if act in {Act.PLACE, Act.REASON, Act.BANK, Act.LEAD, Act.EXPOSURE} or Field[effect.field] not in self.kept:
            return
        field = Field[effect.field]
        var = self.space.index[field.name]
        size = self.space.sizes[var]
        if act is Act.SET:
            yield Map(var, (value_of(field, effect.value),) * size)
        elif act is Act.STAMP:
            yield Map(var, (1,) * size)
        elif act is Act.COUNT:
            yield Map(var, tuple(min(value + effect.value, size - 1) for value in range(size)))
        elif act is Act.FLAG:
            yield Map(var, tuple(value | effect.value for value in range(size)))
        elif act is Act.COPY:
            yield Copy(var, self.space.index[Field[effect.other].name])
        elif act is Act.ADD_AMOUNT:
            yield Map(var, tuple(min(value + 1, size - 1) for value in range(size)))
        else:
            raise NotImplementedError(f"the explorer does not know what {act} does")
        if act in {Act.SET, Act.STAMP}:
            yield from self._started_anew(field)

    def _started_anew(self, field: Field) -> Iterator[Operation]:
        for name, tie in self.waits.items():
            if name in self._tied and tie is not None and tie[0] is field:
                yield Map(self.space.index[name], (0, STALE, STALE, STALE))

    def _money(self, effect: Effect) -> Iterator[Operation]:
        source = self._ledger(Ledger[effect.field])
        target = self._ledger(Ledger[effect.other])
        which = Sum(effect.value)
        if which is Sum.AMOUNT:
            yield from self._step_by(source, -1)
            yield from self._step_by(target, 1)
        elif which is Sum.ALL and source is not None:
            if target is not None:
                yield Add(target, source)
            yield Map(source, (0,) * self.space.sizes[source])
        elif which is Sum.COSTS and target is not None:
            yield Add(target, self.space.index[Field.COST_FEN.name])

    def _ledger(self, ledger: Ledger) -> int | None:
        field = LEDGER_FIELD.get(ledger)
        return None if field is None or field not in self.kept else self.space.index[field.name]

    def _step_by(self, var: int | None, by: int) -> Iterator[Operation]:
        if var is not None:
            most = self.space.sizes[var] - 1
            yield Map(var, tuple(max(0, min(value + by, most)) for value in range(most + 1)))

    # --- paths ---------------------------------------------------------------------------------------------------

    def paths(self) -> list[Path]:
        """Everything that can happen at one moment."""
        found: dict[tuple[str, tuple[Operation, ...]], Path] = {}
        for path in (*self._entering(), *self._waiting(), *self._terms()):
            found.setdefault((path.begins, path.operations), path)
        return list(found.values())

    def _entering(self) -> Iterator[Path]:
        for name in (*self.entries, *(name for name in self.tables.waits if name not in self.waits)):
            for way in self._accepted(name):
                yield _path(name, way)
            for way in self._refused(name):
                if way.operations and any(not isinstance(op, Test | Unless) for op in way.operations):
                    yield _path(name, way)

    def _waiting(self) -> Iterator[Path]:
        """A wait is over that is no term, or whose term was started anew."""
        for name in self.waits:
            var = self.space.index[name]
            first: tuple[Operation, ...]
            if name not in self._tied:
                most = self.space.sizes[var] - 1
                first = (Test(var, (False,) + (True,) * most), Map(var, (0, *range(most))))
            else:
                first = (Test(var, (False, False, True, True)), Map(var, (0, CURRENT, 0, CURRENT)))
            for way in self._attempted(name):
                yield _path(f"wait {name}", _Way(first).then(way))

    def _terms(self) -> Iterator[Path]:
        """A term is over: at the same moment the cases tied to it go on."""
        for field, terms in TERMS.items():
            if field not in self.kept:
                continue
            for term in terms:
                yield from self._term(field, term)

    def _term(self, field: Field, term: Term) -> Iterator[Path]:
        var, over = self.space.index[field.name], level_after(field, term)
        size = self.space.sizes[var]
        passes: tuple[Operation, ...] = (
            Test(var, tuple(value == over - 1 for value in range(size))),
            Map(var, (over,) * size),
        )
        tied = [name for name, tie in self.waits.items() if tie == (field, term)]
        ways = [_Way()]
        for name in tied:
            token = self.space.index[name]
            idle = _Way((Test(token, (True, False, False, False)),))
            due = _Way((Test(token, (False, True, False, False)), Map(token, (0, 0, 0, 0))))
            ways = [
                way.then(more) for way in ways for more in [idle, *(due.then(one) for one in self._attempted(name))]
            ]
        for way in ways:
            stale_first = tuple(
                op for op in way.operations if isinstance(op, Test) and op.var in {self.space.index[n] for n in tied}
            )
            rest = tuple(op for op in way.operations if op not in stale_first)
            yield _path(f"term {term.owner}.{term.name}", _Way((*stale_first, *passes, *rest), way.trail, way.choices))

    def _attempted(self, name: str) -> Iterator[_Way]:
        yield from self._accepted(name)
        yield from self._refused(name)

    def _accepted(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[_Way]:
        owner, step = self.tables.steps[name]
        tests, _ = self.tests(owner.name, step.guards, step.at)
        effects = tuple(op for effect in step.effects for op in self.effect(effect))
        here = _Way((*tests, Enter(name), *self.memory(name), *effects, Done(name)), ((name, True),))
        for way in self._onward(owner, step, Outcome.DONE, (*seen, name)):
            yield here.then(way)

    def memory(self, name: str) -> Iterator[Operation]:
        """What the invariants remember of an accepted step; a plain walk remembers nothing."""
        del name
        return iter(())

    def _refused(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[_Way]:
        owner, step = self.tables.steps[name]
        tests, complete = self.tests(owner.name, step.guards, step.at, empty_handed=True)
        if complete and not tests:
            return
        failing: tuple[Operation, ...] = (Unless(tests),) if complete else ()
        for way in self._onward(owner, step, Outcome.REFUSED, (*seen, name)):
            yield _Way(failing, ((name, False),)).then(way)

    def _onward(self, owner: Procedure, step: Step, outcome: Outcome, seen: tuple[str, ...]) -> Iterator[_Way]:
        moves = [move for move in owner.moves if move.step == step.name and move.outcome is outcome]
        for way, move in self._choices(owner, moves):
            if move is None:
                yield way
                continue
            to = self.tables.target(owner, move.to)
            if self.tables.inert(to):
                yield way
            elif not self.tables.at_once(move):
                yield way.then(self._begins_to_wait(self.tables.arrives_at(to)))
            elif to not in seen:
                for more in [*self._accepted(to, seen), *self._refused(to, seen)]:
                    yield way.then(more)

    def _choices(self, owner: Procedure, moves: list[Move]) -> Iterator[tuple[_Way, Move | None]]:
        """Every way through the moves of a step: what must hold, which forks begin, which move is taken."""
        if not moves:
            yield _Way(), None
            return
        move, rest = moves[0], moves[1:]
        if move.fork and self.tables.inert(self.tables.target(owner, move.to)):
            yield from self._choices(owner, rest)
            return
        tests, complete = self.tests(owner.name, move.when)
        fork = _Way()
        if move.fork:
            fork = self._begins_to_wait(self.tables.arrives_at(self.tables.target(owner, move.to)))
        share = _decides(owner, move, taken=True)
        taken = _Way(tests, (), share)
        if move.fork:
            for way, onward in self._choices(owner, rest):
                yield taken.then(fork).then(way), onward
        else:
            yield taken, None if move.to == END else move
        passed = self._passed(owner, move, tests, complete=complete)
        if passed is not None:
            for way, onward in self._choices(owner, rest):
                yield passed.then(way), onward

    @staticmethod
    def _passed(owner: Procedure, move: Move, tests: tuple[Test, ...], *, complete: bool) -> _Way | None:
        """The move is not taken; None if it always is."""
        if move.share is not None:
            return _Way((), (), _decides(owner, move, taken=False))
        if not complete:
            return _Way((), (), _decides(owner, move, taken=False))
        return _Way((Unless(tests),)) if tests else None

    def _begins_to_wait(self, name: str) -> _Way:
        if name not in self.waits:
            return _Way()
        var = self.space.index[name]
        if name not in self._tied:
            most = self.space.sizes[var] - 1
            return _Way((Map(var, tuple(min(value + 1, most) for value in range(most + 1))),))
        return _Way((Map(var, (CURRENT, CURRENT, STALE | CURRENT, STALE | CURRENT)),))


def _decides(owner: Procedure, move: Move, *, taken: bool) -> tuple[tuple[str, str, bool], ...]:
    """Choices a move depends on: a share that comes up, or who acts."""
    share = () if move.share is None else ((owner.name, move.share, taken),)
    who = tuple(
        (ACTOR, str(value), taken) for guard in move.when if guard.check is Check.ACTOR for value in guard.values
    )
    return share + who


def _path(begins: str, way: _Way) -> Path:
    return Path(begins, way.operations, way.trail, way.choices)
