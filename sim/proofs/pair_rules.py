"""What must hold of two persons, and the proof of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from time import perf_counter

import numpy as np

from sim.office.fields import Account, Application, Card, EmployerEnd, Employment, Field
from sim.proofs.explore import Explorer, Level, Look, Seen
from sim.proofs.firms import ENDS, GOES, GONE, SHARED, Firm, Firms
from sim.proofs.pairs import PERSONS, WRONG, Envelope, Pair, Place, Two, Wrong
from sim.proofs.safety import Column, is_one
from sim.proofs.tables import Tables
from sim.proofs.views import BEGINNINGS

People = Iterable[Mapping[str, str | int]]


@dataclass(frozen=True, slots=True)
class PairRule:
    """What must hold of each of two persons in every state.

    `broken` gets a column by its name within the person, or by that of a variable of both.
    """

    name: str
    rule: str
    says: str
    broken: Callable[[Column], np.ndarray]


@dataclass(frozen=True, slots=True)
class ActRule:
    """What an act that concerns both must do to each of them; `broken` gets the columns before and after."""

    name: str
    rule: str
    says: str
    act: str
    broken: Callable[[Column, Column], np.ndarray]


def _wrong_is(wrong: Wrong) -> Callable[[Column], np.ndarray]:
    return lambda column: column(WRONG) == wrong


_OF_WORK = (Field.EMPLOYMENT.name, Field.ACCOUNT.name, Field.EMPLOYER_END.name)


def _changed(before: Column, after: Column, *names: str) -> np.ndarray:
    return np.asarray(np.logical_or.reduce([before(name) != after(name) for name in names]))


def _not_noted(before: Column, after: Column) -> np.ndarray:
    free = before(Field.EMPLOYER_END.name) == EmployerEnd.NONE  # no earlier employer that has still to deregister
    return np.asarray((before("firm") == Firm.SHARED) & free & (after(Field.EMPLOYER_END.name) == EmployerEnd.NONE))


def _not_gone(before: Column, after: Column) -> np.ndarray:
    was, is_now = before(Field.ACCOUNT.name), after(Field.ACCOUNT.name)
    closed = np.where(was == Account.OPEN, Account.CLOSED, was) == is_now
    gone = closed & (after(Field.EMPLOYMENT.name) == Employment.EMPLOYER_GONE)
    here = (before("firm") == Firm.SHARED) & (before("noted") == 1)
    return np.asarray(here & ~gone)


def _leavers_touched(before: Column, after: Column) -> np.ndarray:
    left = (before("noted") == 1) & (before("firm") != Firm.SHARED)
    return np.asarray(left & _changed(before, after, *_OF_WORK[:2]))


def _still_due(before: Column, after: Column) -> np.ndarray:
    return np.asarray((before("noted") == 1) & (after(Field.EMPLOYER_END.name) != EmployerEnd.NONE))


def _others_touched(before: Column, after: Column) -> np.ndarray:
    other = (before("firm") != Firm.SHARED) & (before("noted") == 0)
    return np.asarray(other & _changed(before, after, *_OF_WORK))


OF_CARDS: tuple[PairRule, ...] = (
    PairRule(
        "card_of_another", "U1", "no step is accepted with the card of somebody else (A3, V1, L4, C2)",
        _wrong_is(Wrong.CARD_OF_ANOTHER),
    ),
    PairRule(
        "earlier_card", "L1", "no step is accepted with a card in whose place there is another",
        _wrong_is(Wrong.EARLIER_CARD),
    ),
    PairRule(
        "handed_to_its_holder", "A3", "a card is handed to its holder and to nobody else",
        _wrong_is(Wrong.HANDED_TO_ANOTHER),
    ),
    PairRule(
        "both_documents", "A6", "nobody changes another's record with his own papers alone",
        _wrong_is(Wrong.OWN_PAPERS_ALONE),
    ),
    PairRule(
        "card_where_the_record_says", "C2", "a card is taken in exactly when its own holder's record says so",
        lambda column: (
            is_one(column(Field.CARD.name), Card.DAMAGED, Card.WITHDRAWN, Card.EXCHANGED)
            != (column("card") == Place.TAKEN_IN)
        )
        | ((column(Field.CARD.name) == Card.NONE) != (column("card") == Place.NOWHERE)),
    ),
    PairRule(
        "ready_card_lies_there", "A3", "a card lies ready exactly when its own holder's record says so",
        lambda column: (column(Field.APPLICATION.name) == Application.READY) != (column("new") != Envelope.NONE),
    ),
)  # fmt: skip
OF_EMPLOYERS: tuple[PairRule | ActRule, ...] = (
    ActRule(
        "end_noted_of_all", "P7", "an employer's end is noted of everybody who works there, registered or not", ENDS,
        _not_noted,
    ),
    ActRule(
        "all_accounts_closed", "P7", "when it deregisters, the account of who works there closes unless transferred",
        GOES, _not_gone,
    ),
    ActRule(
        "leavers_keep_theirs", "P7", "who has left it keeps account and work when it deregisters", GOES,
        _leavers_touched,
    ),
    ActRule("duty_is_over", "P7", "once it has deregistered nothing of it is due any more", GOES, _still_due),
    *(
        ActRule(f"{name}_of_its_own", "P7", f"{act}: nothing changes for whoever has nothing to do with it", act,
                _others_touched)
        for name, act in (("end", ENDS), ("going", GOES))
    ),
    PairRule(
        "nobody_left_behind", "P7", "nobody works for an employer that has deregistered",
        lambda column: (column(SHARED) == GONE) & (column("firm") == Firm.SHARED),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PairBroken:
    """A rule that does not hold of two persons, with a shortest way there in words."""

    rule: PairRule | ActRule
    way: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class PairResult:
    """What was found of two persons in one product."""

    name: str
    states: int
    transitions: int
    seconds: float
    asked: tuple[PairRule | ActRule, ...]
    broken: tuple[PairBroken, ...]


def prove_two(tables: Tables, people: People = BEGINNINGS) -> tuple[PairResult, PairResult]:
    """Everything two persons can do that couples them: with their cards, and with the employer they share."""
    return prove_cards(Pair(tables), people), prove_employers(Firms(tables), people)


def prove_cards(pair: Pair, people: People = BEGINNINGS) -> PairResult:
    """Explore what they do with their own and each other's cards, until something is broken."""
    return _prove("cards of two", pair, pair.beginnings(people), OF_CARDS)


def prove_employers(firms: Firms, people: People = BEGINNINGS) -> PairResult:
    """Explore what becomes of them with an employer they may share, until something is broken."""
    return _prove("employer of two", firms, firms.beginnings(people), OF_EMPLOYERS)


def _prove(name: str, two: Pair | Firms, beginnings: list[int], rules: tuple[PairRule | ActRule, ...]) -> PairResult:
    begun = perf_counter()
    explorer = Explorer(two.space, two.paths())
    hits: dict[str, tuple[PairRule | ActRule, int, int, int]] = {}

    def hit(rule: PairRule | ActRule, state: int, path: int, count: int) -> None:
        known = hits.get(rule.name, (rule, state, path, 0))
        hits[rule.name] = (*known[:3], known[3] + count)

    def look(level: Level, first: int) -> None:
        for rule, person in product(rules, PERSONS):
            if isinstance(rule, PairRule):
                wrong = rule.broken(_column(two, level.columns.__getitem__, person))
                if wrong.any():
                    hit(rule, first + int(np.argmax(wrong)), -1, int(wrong.sum()))

    def watch(rule: ActRule, seen: Seen, path: int) -> None:
        for person in PERSONS:
            wrong = rule.broken(_column(two, seen.before, person), _column(two, seen.after, person))
            if wrong.any():
                hit(rule, int(seen.rows[np.argmax(wrong)]), path, int(wrong.sum()))

    explorer.on_level.append(look)
    for rule in rules:
        if isinstance(rule, ActRule):
            explorer.watchers.setdefault(rule.act, []).append(partial(watch, rule))
    graph = explorer.explore(beginnings, stop=lambda: bool(hits))
    broken = []
    for rule, state, path, count in hits.values():
        way = [taken.begins for taken, _ in graph.way_to(state)]
        last = [graph.paths[path].begins] if path >= 0 else []
        broken.append(PairBroken(rule, (*way, *last), count))
    return PairResult(name, len(graph.codes), graph.transitions, perf_counter() - begun, rules, tuple(broken))


def _column(two: Two, look: Look, person: str) -> Column:
    index = two.space.index
    return lambda name: look(index.get(f"{person}.{name}", index.get(name, -1)))
