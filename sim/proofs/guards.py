"""What a guard asks of a state, and what an effect does to it: the office's own rows, over what is kept of a record.

A guard that asks for what is not followed (a place, a paper, a field left out) is open: it may hold and it may not.
Requests are of one unit of money.  The words a scenario chooses for parameters are part of the state where the view
follows them: they never change.  Elsewhere they may be any, or are what a scenario that says nothing has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from sim.office.fields import NEVER, Application, Card, Field, InsuranceEnd, Ledger
from sim.office.rows import FROM_LOSS, LEDGER_FIELD, TO_APPLICATION
from sim.procedures.catalogue import parameter
from sim.procedures.model import Act, At, Check, Effect, Guard, Paper, Procedure, Step, Sum, Who
from sim.proofs.abstraction import TERM_CHECKS, Term, level_after, value_of
from sim.proofs.space import Add, Allowed, Clause, Copy, Either, Map, Operation, Space

Word = tuple[str, str]
"""A parameter for which the scenario chooses a word, by procedure and name."""
OF_WORDS = frozenset({Check.CHOICE, Check.COST_WINDOW})
"""Checks that depend on a word of the scenario."""
OF_PLACE = frozenset({
    Check.SAME_PLACE, Check.SAME_BANK, Check.PLACE_OFFERS, Check.PLACE_LACKS, Check.OTHER_BANK, Check.BANK_KEPT,
})  # fmt: skip
"""Checks that depend on where somebody is."""
_OPEN = OF_PLACE | {Check.BRINGS, Check.REASON, Check.ACTOR}
_STOPPED = frozenset({Card.TEMPORARY_LOSS, Card.LOST, Card.HOLDER_DIED})
_OUT_OF_USE = frozenset({Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED})
_UNDER_WAY = frozenset({Application.SUBMITTED, Application.IN_PRODUCTION, Application.READY})


def words_of(procedures: Mapping[str, Procedure]) -> dict[Word, tuple[str, ...]]:
    """The parameters for which a scenario chooses a word, with their words, the default first."""
    return {
        (owner.name, row.name): (str(row.default), *(word for word in row.options if word != row.default))
        for owner in procedures.values()
        for row in owner.parameters
        if row.options
    }


def name_of(word: Word) -> str:
    """The variable in which a view follows it."""
    return ".".join(word)


class Reading:
    """Guards and effects of the tables over one space."""

    def __init__(
        self, procedures: Mapping[str, Procedure], space: Space, kept: frozenset[Field], *, any_words: bool
    ) -> None:
        """Read the rows of these procedures; `kept`: the fields that are followed.

        `any_words`: words that are not followed may be any, else they are the usual ones.
        """
        self.procedures, self.space, self.kept, self._any_words = procedures, space, kept, any_words
        self._words = words_of(procedures)

    def asked(self, owner: Procedure, step: Step, *, empty_handed: bool = False) -> tuple[tuple[Clause, ...], bool]:
        """What a step asks of a state: that somebody may come for it, and its guards."""
        clauses, complete = self.clauses(owner.name, step.all_guards, step.at, empty_handed=empty_handed)
        asked = (self._somebody(step), self._card_there(step))
        return (*(one for one in asked if one is not None), *clauses), complete

    def _card_there(self, step: Step) -> Clause | None:
        """A card that is lost nobody has but a finder or a thief (sim.office.office.in_hand)."""
        if Paper.CARD not in step.papers or Who.OTHER in step.who:
            return None
        return self._allow(Field.LOST_AT, lambda value: value == value_of(Field.LOST_AT, NEVER))

    def _somebody(self, step: Step) -> Clause | None:
        """Nobody can be a holder who has died, nor the heir of one who lives (sim.office.office.actor)."""
        may: list[Allowed] = []
        for who in step.who:
            test = {
                Who.HOLDER: self._allow(Field.DIED_AT, lambda value: value == 0),
                Who.AGENT: self._allow(
                    Field.INSURANCE_END, lambda value: value != value_of(Field.INSURANCE_END, InsuranceEnd.DIED)
                ),
                Who.HEIR: self._allow(Field.DIED_AT, lambda value: value != 0),
            }.get(who)
            if test is None:
                return None
            may.append(test)
        return Either(tuple(may)) if may else None

    def clauses(
        self, owner: str, guards: Iterable[Guard], at: At = At.CHOSEN, *, empty_handed: bool = False
    ) -> tuple[tuple[Clause, ...], bool]:
        """What these guards ask of a state, and whether that is all they ask.

        Who goes on at the same counter is at the right place: the step before asked.  Who is `empty_handed` lacks
        what is asked for in some states only.
        """
        found: list[Clause] = []
        complete = True
        for guard in guards:
            if guard.check in OF_PLACE and at in {At.HERE, At.MACHINE}:
                continue
            of_guard = self._of(owner, guard)
            if guard.check is Check.BRINGS and empty_handed:
                asked = self._allow(Field[guard.field], lambda value, values=guard.values: value not in values)
                of_guard = None if asked is None else [asked]
            if of_guard is None:
                complete = False
            else:
                found += of_guard
        return tuple(found), complete

    def _of(self, owner: str, guard: Guard) -> list[Clause] | None:
        """The clauses of one guard, all of which must hold; None if it is open."""
        if guard.check is Check.NEVER:
            return [self._constant(holds=False)]
        if guard.check in _OPEN or self.is_of_open_word(owner, guard):
            return None
        if guard.check is Check.CHOICE:
            return [self._chosen(owner, guard, lambda word: word in guard.values)]
        if guard.check is Check.COST_WINDOW:
            return self._cost_window(owner, guard)
        test = self._simple(owner, guard)
        return None if test is None else [test]

    def _simple(self, owner: str, guard: Guard) -> Allowed | None:
        """A check that looks at one field."""
        if guard.check is Check.HOT_LIST:
            return self._allow(Field.CARD, lambda value: value not in _STOPPED)
        field = Field[guard.field]
        if guard.check in {Check.IN, Check.NOT_IN}:
            wanted = {value_of(field, value) for value in guard.values}
            return self._allow(field, lambda value: (value in wanted) is (guard.check is Check.IN))
        if guard.check is Check.FREE:
            return self._allow(field, lambda value: value not in guard.values)
        if guard.check is Check.AMOUNT_COVERED:
            return self._allow(field, lambda value: value > 0)
        if guard.check in TERM_CHECKS:
            over = level_after(field, Term(owner, guard.parameter or ""))
            if guard.check in {Check.WITHIN, Check.WITHIN_DAYS}:
                return self._allow(field, lambda value: 0 < value < over)
            if guard.check is Check.PAST_DAYS:
                return self._allow(field, lambda value: value >= over)
            return self._allow(field, lambda value: value == 0 or value >= over)
        raise NotImplementedError(f"the explorer does not know what {guard.check} asks")

    def is_of_open_word(self, owner: str, guard: Guard) -> bool:
        """Whether it depends on a word of the scenario that may be any."""
        word = name_of((owner, guard.parameter or ""))
        return guard.check in OF_WORDS and self._any_words and word not in self.space.index

    def _chosen(self, owner: str, guard: Guard, holds: Callable[[int], bool]) -> Allowed:
        """Whether the scenario's word for the guard's parameter is one of those, by position in its options."""
        name = guard.parameter or ""
        options = parameter(self.procedures[owner], name).options
        allowed = tuple(bool(holds(options.index(word))) for word in self._words[owner, name])
        var = self.space.index.get(name_of((owner, name)))
        return self._constant(holds=allowed[0]) if var is None else Allowed(var, allowed)

    def _cost_window(self, owner: str, guard: Guard) -> list[Clause] | None:
        out = self._allow(Field.CARD, lambda value: value in _OUT_OF_USE)
        lost = self._allow(Field.LOST_AT, lambda value: value != value_of(Field.LOST_AT, NEVER))
        damaged = self._allow(Field.DAMAGED_AT, lambda value: value != value_of(Field.DAMAGED_AT, NEVER))
        before = self._allow(Field.APPLICATION, lambda value: value not in _UNDER_WAY)
        if out is None or lost is None or damaged is None or before is None:
            return None
        from_loss = self._chosen(owner, guard, lambda word: word & FROM_LOSS != 0)
        to_hand = self._chosen(owner, guard, lambda word: word & TO_APPLICATION == 0)
        return [Either((out, lost, damaged)), Either((out, from_loss)), Either((before, to_hand))]

    def _allow(self, field: Field, holds: Callable[..., bool]) -> Allowed | None:
        if field not in self.kept:
            return None
        var = self.space.index[field.name]
        return Allowed(var, tuple(holds(value) for value in range(self.space.sizes[var])))

    def _constant(self, *, holds: bool) -> Allowed:
        return Allowed(0, (holds,) * self.space.sizes[0])

    # --- effects -------------------------------------------------------------------------------------------------

    def effects(self, step: Step) -> Iterator[Operation]:
        """What the effects of a step do to a state."""
        for effect in step.effects:
            if effect.act is Act.MONEY:
                yield from self._money(effect)
            elif effect.act is Act.CARRY:
                self._carries_one(step, effect)
            elif effect.act not in {Act.PLACE, Act.REASON, Act.BANK, Act.LEAD, Act.EXPOSURE}:
                field = Field[effect.field]
                if field in self.kept:
                    yield self._changed(effect, field)
            elif effect.act is Act.REASON and Field.REASON in self.kept:
                yield self._changed(effect, Field.REASON)

    def _changed(self, effect: Effect, field: Field) -> Operation:
        """What an effect does to a field that is followed."""
        act, var = effect.act, self.space.index[field.name]
        size = self.space.sizes[var]
        if act in {Act.SET, Act.REASON}:
            return Map(var, (value_of(field, effect.value),) * size)
        if act is Act.STAMP:
            return Map(var, (1,) * size)
        if act is Act.COUNT:
            more = effect.value if effect.parameter is None else 1
            return Map(var, tuple(min(value + more, size - 1) for value in range(size)))
        if act is Act.FLAG:
            return Map(var, tuple(value | effect.value for value in range(size)))
        if act is Act.CHANGE:
            was, to = value_of(field, effect.was), value_of(field, effect.value)
            return Map(var, tuple(to if value == was else value for value in range(size)))
        if act is Act.ADD_AMOUNT:
            return Map(var, tuple(min(value + 1, size - 1) for value in range(size)))
        if act not in {Act.COPY, Act.ADD}:
            raise NotImplementedError(f"the explorer does not know what {act} does")
        other = Field[effect.other]
        if other not in self.kept:
            raise ValueError(f"a view that follows {field.name} has to follow {other.name} too")
        return (Copy if act is Act.COPY else Add)(var, self.space.index[other.name])

    def _carries_one(self, step: Step, effect: Effect) -> None:
        """A request that takes its sum from the record is of one unit, as all are."""
        asked = any(g.check is Check.NOT_IN and g.field == effect.field and 0 in g.values for g in step.guards)
        kept = effect.field not in {field.name for field in self.kept} or self._size(effect.field) == 2
        if not (asked and kept):
            raise ValueError(f"{step.name} may carry another sum than one unit of {effect.field}")

    def _size(self, name: str) -> int:
        return self.space.sizes[self.space.index[name]]

    def _money(self, effect: Effect) -> Iterator[Operation]:
        source, target = self._ledger(Ledger[effect.field]), self._ledger(Ledger[effect.other])
        which = Sum(effect.value)
        if which is Sum.AMOUNT:
            yield from self._step_by(source, -1)
            yield from self._step_by(target, 1)
        elif which is Sum.ALL:
            if target is not None and source is None:
                raise ValueError(f"a view that follows {effect.other} has to follow {effect.field} too")
            if target is not None and source is not None:
                yield Add(target, source)
            if source is not None:
                yield Map(source, (0,) * self.space.sizes[source])

    def _ledger(self, ledger: Ledger) -> int | None:
        field = LEDGER_FIELD.get(ledger)
        return None if field is None or field not in self.kept else self.space.index[field.name]

    def _step_by(self, var: int | None, by: int) -> Iterator[Operation]:
        if var is not None:
            most = self.space.sizes[var] - 1
            yield Map(var, tuple(max(0, min(value + by, most)) for value in range(most + 1)))
