"""Two persons as a product of what couples them: whose card is where, and who comes with it.

Records do not couple: no row asks for or writes another person's.  Cards do: one may be in the other's hands or in his
envelope, and be shown at a desk.  So two views of the same tables are walked side by side, together with where every
card is.  Whoever has a card shows it wherever a card is asked for; who he is and what he brings is put to the office
itself (`Office.ask`); the record is read as in a view of one person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, unique
from itertools import product

from sim.office.fields import Application, Field
from sim.office.office import Office
from sim.office.record import new_record
from sim.office.rows import (
    AGENT,
    CARD_BIT,
    HEIR,
    HOLDER,
    HOLDERS_CARD_BIT,
    IDENTITY_BIT,
    OTHER,
    REGISTER_BIT,
    rule_names,
    step_row,
)
from sim.office.verdict import PAPERS, WHO
from sim.procedures.model import Chip, Paper, Procedure, Step
from sim.proofs.abstraction import value_of
from sim.proofs.memory import hands_over, sets
from sim.proofs.paths import Path, Walk
from sim.proofs.space import Add, Allowed, Clause, Copy, Either, Enter, Map, Operation, Space, Unless
from sim.proofs.tables import Tables, View

F = Field
CARDS = View("cards of two", frozenset({F.CARD, F.CARD_BEFORE, F.APPLICATION, F.REASON, F.GENERATION}), frozenset())
"""What a desk decides by when a card is shown or handed over; the rest of either record is left open."""
PERSONS = ("a", "b")
WRONG = "wrong"
_EVERYTHING = (1 << len(PAPERS)) - 1
_OF_HIS_OWN = _EVERYTHING & ~(IDENTITY_BIT | REGISTER_BIT)


@unique
class Place(IntEnum):
    """Where a card is."""

    NOWHERE = 0  # there is none
    HOLDER = 1
    OTHER = 2  # with the other person
    NOBODY = 3  # lost: lies about
    TAKEN_IN = 4


@unique
class Envelope(IntEnum):
    """Where a card that is ready lies."""

    NONE = 0
    OWN = 1
    OF_THE_OTHER = 2


@unique
class Wrong(IntEnum):
    """What an office must not accept."""

    NOTHING = 0
    CARD_OF_ANOTHER = 1
    EARLIER_CARD = 2
    HANDED_TO_ANOTHER = 3
    OWN_PAPERS_ALONE = 4


_OUT = (Place.HOLDER, Place.OTHER, Place.NOBODY)
_MOVES = {
    (Place.HOLDER, Place.OTHER): "is given to the other",
    (Place.OTHER, Place.HOLDER): "is given back",
    (Place.HOLDER, Place.NOBODY): "is lost",
    (Place.OTHER, Place.NOBODY): "is lost by the other",
    (Place.NOBODY, Place.HOLDER): "is found",
    (Place.NOBODY, Place.OTHER): "is found by the other",
}
_NO_CARD = frozenset({Chip.NONE, Chip.PERSONALISE, Chip.BRING})
"""Where no card is asked for; one that is there all the same is another's as little as his own (Chip.BRING)."""


def shows_card(step: Step) -> bool:
    """Whether a card lies before the desk."""
    return Paper.CARD in step.papers or step.chip not in _NO_CARD


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who comes for a step of a person: what must be so for it, and what becomes of the cards."""

    who: str
    shows: str
    asks: tuple[Operation, ...] = ()
    does: tuple[Operation, ...] = ()


class Two:
    """Two persons, each followed by the same view, with variables of their own and of both."""

    def __init__(self, tables: Tables, view: View, own: Mapping[str, int], shared: Mapping[str, int]) -> None:
        """Lay out `own` variables of each, beside his view, and those they share."""
        self.tables = tables
        self.one = Walk(tables, view, any_words=True)
        single = dict(zip(self.one.space.names, self.one.space.sizes, strict=True)) | dict(own)
        sizes = {f"{person}.{name}": size for person in PERSONS for name, size in single.items()}
        self.space = Space(sizes | dict(shared))

    def pairs_of(self, singles: Iterable[Mapping[str, int]]) -> list[int]:
        """Every pair of these persons, given by their variables."""
        return sorted({
            self.space.code({
                f"{person}.{name}": value
                for person, values in zip(PERSONS, both, strict=True)
                for name, value in values.items()
            })
            for both in product(tuple(singles), repeat=2)
        })  # fmt: skip

    def record(self, states: Mapping[str, str | int]) -> dict[str, int]:
        """What is followed of a record with these states."""
        record = new_record(**states)
        return {field.name: value_of(field, record[field]) for field in self.one.kept}

    def of(self, person: str, op: Operation) -> Operation:
        """The operation on this person's variables."""
        shift = self.space.index[f"{person}.{self.one.space.names[0]}"]
        if isinstance(op, Allowed | Either):
            return self._clause(op, shift)
        if isinstance(op, Map):
            return replace(op, var=op.var + shift)
        if isinstance(op, Copy | Add):
            return replace(op, var=op.var + shift, other=op.other + shift)
        if isinstance(op, Unless):
            return Unless(tuple(self._clause(clause, shift) for clause in op.clauses))
        return op

    @staticmethod
    def _clause(clause: Clause, shift: int) -> Clause:
        if isinstance(clause, Allowed):
            return replace(clause, var=clause.var + shift)
        return Either(tuple(replace(test, var=test.var + shift) for test in clause.tests))

    def is_one(self, name: str, *values: int) -> Allowed:
        """The variable has one of these values."""
        var = self.space.index[name]
        return Allowed(var, tuple(one in values for one in range(self.space.sizes[var])))

    def put(self, name: str, value: int) -> Map:
        """The variable has this value from now on."""
        var = self.space.index[name]
        return Map(var, (int(value),) * self.space.sizes[var])


def moving(paths: Iterable[Path]) -> list[Path]:
    """Those that change something, each once."""
    found: dict[tuple[Operation, ...], Path] = {}
    for path in paths:
        if any(isinstance(op, Map | Copy | Add) for op in path.operations):
            found.setdefault(path.operations, path)
    return list(found.values())


class Pair(Two):
    """All that can happen to two persons and their cards."""

    def __init__(self, tables: Tables, view: View = CARDS) -> None:
        """Lay out both persons' views and their cards."""
        own = {"card": len(Place), "new": len(Envelope), "earlier": len(Place) - 1}
        super().__init__(tables, view, own, {WRONG: len(Wrong)})
        self._single = self.one.paths()
        self._comings: dict[tuple[str, str], tuple[Coming, ...]] = {}
        self._rules = {rule: number for number, rule in enumerate(rule_names(tables.steps.values()))}

    # --- beginnings ----------------------------------------------------------------------------------------------

    def beginnings(self, people: Iterable[Mapping[str, str | int]]) -> list[int]:
        """Every pair of these people, each with his card in his hand."""
        singles = [self.record(states) for states in people]
        return self.pairs_of(
            values | {"card": Place.HOLDER if values[F.CARD.name] else Place.NOWHERE} for values in singles
        )

    # --- paths ---------------------------------------------------------------------------------------------------

    def paths(self) -> list[Path]:
        """Everything that can happen at one moment."""
        return moving(
            path
            for person in PERSONS
            for path in (*self._hands(person), *(more for one in self._single for more in self._of(person, one)))
        )

    def _hands(self, person: str) -> Iterator[Path]:
        """Cards change hands, are lost and found, are put in the wrong envelope and in the right one again."""
        for name in ("card", "earlier"):
            for (place, to), says in _MOVES.items():
                of = "card" if name == "card" else "earlier card"
                yield self._moved(f"{person}.{name}", place, to, f"{person}'s {of} {says}")
        for envelope, where, says in (
            (Envelope.OWN, Envelope.OF_THE_OTHER, "is put in the other's envelope"),
            (Envelope.OF_THE_OTHER, Envelope.OWN, "is put right"),
        ):
            yield self._moved(f"{person}.new", envelope, where, f"{person}'s new card {says}")

    def _moved(self, name: str, value: int, to: int, says: str) -> Path:
        return Path(says, (self.is_one(name, value), self.put(name, to)), (), ())

    def _of(self, person: str, path: Path) -> Iterator[Path]:
        """A path of one person: everybody who could come for each of its steps, with every card he could show."""
        parts: list[list[tuple[Operation, ...]]] = [[()]]
        told: list[list[str]] = [[""]]
        tests: list[Operation] = []
        for op in path.operations:
            moved = self.of(person, op)
            if not isinstance(op, Enter):
                tests.append(moved)
                continue
            comings = self._coming(person, op.step)
            parts.append([(*tests, *one.asks, moved, *one.does) for one in comings])
            told.append([f"{one.who} with {one.shows}" if one.shows else one.who for one in comings])
            tests = []
        for chosen, says in zip(product(*parts), product(*told), strict=True):
            operations = (*(op for part in chosen for op in part), *tests)
            who = next((word for word in says if word), "")
            yield replace(path, begins=f"{person}: {path.begins}{who}", operations=operations)

    # --- who comes, with which card ------------------------------------------------------------------------------

    def _coming(self, person: str, name: str) -> tuple[Coming, ...]:
        known = self._comings.get((person, name))
        if known is None:
            known = tuple(dict.fromkeys(self._who_comes(person, *self.tables.steps[name])))
            self._comings[person, name] = known
        return known

    def _who_comes(self, person: str, owner: Procedure, step: Step) -> Iterator[Coming]:
        """Everybody the office lets come for the step; once where neither a card nor papers make a difference."""
        office_does = tuple(self._made(person, step))
        if not step.who:
            yield Coming("", "", (), office_does)
            return
        row = step_row(owner, replace(step, guards=(), effects=()), {}, self._rules)
        other = PERSONS[person == PERSONS[0]]
        for actor, who, papers in (
            (person, HOLDER, _EVERYTHING),
            (other, AGENT, _EVERYTHING),
            (other, AGENT, _OF_HIS_OWN),
            (other, HEIR, _EVERYTHING),
            (other, OTHER, _OF_HIS_OWN),
        ):
            for shown in self._shown(person, actor, step):
                brought = papers & ~(0 if shown.shows else CARD_BIT)
                brought &= ~(0 if shown.shows == f"{person}'s card" else HOLDERS_CARD_BIT)
                if Office.ask(row, who, brought) is None:
                    yield from self._accepted(person, step, actor, who, shown, papers)
        if all(Office.ask(row, who, _EVERYTHING) is not None for who in (HOLDER, AGENT, HEIR, OTHER)):
            yield Coming("", "", (), office_does)  # the employer's business

    def _shown(self, person: str, actor: str, step: Step) -> Iterator[Coming]:
        """Every card that can lie before the desk; none where none is asked for."""
        other = PERSONS[person == PERSONS[0]]
        if hands_over(step):
            yield Coming("", f"{person}'s card", (self.is_one(f"{person}.new", Envelope.OWN),))
            yield Coming("", f"{other}'s card", (self.is_one(f"{other}.new", Envelope.OF_THE_OTHER),))
        elif shows_card(step):
            for of in (person, other):
                hand = Place.HOLDER if actor == of else Place.OTHER
                yield Coming("", f"{of}'s card", (self.is_one(f"{of}.card", hand),))
                yield Coming("", f"{of}'s earlier card", (self.is_one(f"{of}.earlier", hand),))
        else:
            yield Coming("", "")

    def _accepted(self, person: str, step: Step, actor: str, who: int, shown: Coming, papers: int) -> Iterator[Coming]:
        """What becomes of the cards, and what is wrong about it."""
        made = tuple(self._made(person, step))
        wrong = self._wrong(person, step, actor, shown, papers)
        told = replace(shown, who=f", {actor} as {WHO[who].value}" if shown.shows or wrong else "")
        if wrong:
            yield replace(told, does=(*made, self.put(WRONG, wrong)))
        elif hands_over(step):
            # the card that ended is an earlier one from now on, if it is still about; else an older one may be
            card, earlier = f"{person}.card", f"{person}.earlier"
            in_hand = (self.put(card, Place.HOLDER), self.put(f"{person}.new", Envelope.NONE))
            about = self.is_one(card, *_OUT)
            gone = self.is_one(card, Place.NOWHERE, Place.TAKEN_IN)
            kept = Copy(self.space.index[earlier], self.space.index[card])
            yield replace(told, asks=(*shown.asks, about), does=(*made, kept, *in_hand))
            yield replace(told, asks=(*shown.asks, gone), does=(*made, *in_hand))
        elif step.chip is Chip.WITHDRAW:
            yield replace(told, does=(*made, self.put(f"{person}.card", Place.TAKEN_IN)))
        else:
            yield replace(told, does=made)

    @staticmethod
    def _wrong(person: str, step: Step, actor: str, shown: Coming, papers: int) -> Wrong:
        if shown.shows.endswith("earlier card"):
            return Wrong.EARLIER_CARD
        if shown.shows not in {"", f"{person}'s card"}:
            return Wrong.CARD_OF_ANOTHER
        if hands_over(step) and actor != person:
            return Wrong.HANDED_TO_ANOTHER
        if papers == _OF_HIS_OWN and not shown.shows and step.effects:
            return Wrong.OWN_PAPERS_ALONE
        return Wrong.NOTHING

    def _made(self, person: str, step: Step) -> Iterator[Operation]:
        """The new card lies ready, or is destroyed because nobody is to have it any more."""
        if sets(step, F.APPLICATION, Application.READY):
            yield self.put(f"{person}.new", Envelope.OWN)
        elif sets(step, F.APPLICATION) and not hands_over(step):
            yield self.put(f"{person}.new", Envelope.NONE)
