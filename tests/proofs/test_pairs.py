"""Two persons: cards in the wrong hands, one employer of both; nothing else couples them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from cardemu.columns import bank_card_numbers, card_identifications, card_numbers
from sim.log import Event
from sim.office import rows
from sim.office.fields import Application, Card, Field
from sim.office.office import Office
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Act, Check, Chip, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import one_of, put
from sim.proofs.explore import Explorer
from sim.proofs.firms import Firms
from sim.proofs.mutants import installed
from sim.proofs.pair_rules import PairResult, prove_cards, prove_employers, prove_two
from sim.proofs.pairs import PERSONS, Pair, shows_card
from sim.proofs.tables import Tables, View
from sim.proofs.views import BEGINNINGS
from sim.run import Plan, play, prepare
from sim.scenario.toml_write import to_toml
from sim.store import RunReader
from tests.proofs.planted import HOST, procedure_of
from tests.proofs.test_lives import ENTRIES, scenario_of

SMALL = View("cards of two", frozenset({Field.CARD, Field.CARD_BEFORE, Field.APPLICATION}), frozenset())
PEOPLE = BEGINNINGS[-1:]
"""Two holders of a card: a card is only shown where there is one."""
KNOWN_CHECKS = {
    "IN", "NOT_IN", "WITHIN", "WITHIN_DAYS", "PAST_DAYS", "AFTER", "WORKDAYS_AFTER", "SAME_PLACE", "SAME_BANK",
    "AMOUNT_COVERED", "HOT_LIST", "PLACE_OFFERS", "BRINGS", "REASON", "NEVER", "ACTOR", "CHOICE", "COST_WINDOW",
    "PLACE_LACKS", "OTHER_BANK", "BANK_KEPT", "FREE",
}  # fmt: skip
"""Checks that look at the person's own record, at the request, the place and the clock: none at somebody else's."""

TAKES_ANY_CARD = procedure_of(
    Step(
        "take_in", ("L4",), Place.AGENCY, starts=True, papers=(Paper.IDENTITY,),
        guards=(one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="L4", why="There is no card to hand in."),),
        effects=(put(Field.CARD, Card.DAMAGED), put(Field.CARD_BEFORE, Card.DAMAGED)),
        chip=Chip.WITHDRAW, service="counter_time", help="Takes in whatever card lies on the desk, unread.",
    )
)  # fmt: skip
HANDS_TO_ANYBODY = procedure_of(
    Step(
        "hand_over", ("A3",), Place.OUTLET, starts=True, who=(Who.HOLDER, Who.OTHER),
        guards=(one_of(Field.APPLICATION, Application.READY, rule="A3", why="No card is ready."),
                one_of(Field.CARD, Card.NONE, rule="P2", why="There is a card.")),
        effects=(put(Field.CARD, Card.ISSUED), put(Field.CARD_BEFORE, Card.ISSUED), put(Field.APPLICATION, 0)),
        chip=Chip.CHECK, service="counter_time", help="Hands the card over to whoever names the person.",
    )
)  # fmt: skip


@pytest.mark.slow
def test_every_rule_holds_of_two_persons_whatever_cards_are_in_whose_hands() -> None:
    """The proof itself: every pair of states was reached, nothing is broken."""
    cards, employers = prove_two(Tables(catalogue()))
    assert cards.broken == employers.broken == ()
    assert cards.states > 500_000
    assert employers.states > 100_000


@pytest.mark.slow
def test_two_persons_are_the_product_of_two_as_long_as_no_desk_takes_the_others_card() -> None:
    """Every state of one and his cards meets every state of the other and his: as many pairs as the product has."""
    pair = Pair(Tables(catalogue()), SMALL)
    graph = Explorer(pair.space, pair.paths()).explore(pair.beginnings(PEOPLE))
    columns = pair.space.columns(graph.codes)
    singles = []
    for person in PERSONS:
        own = [columns[var] for var, name in enumerate(pair.space.names) if name.startswith(f"{person}.")]
        singles.append(len(set(zip(*(column.tolist() for column in own), strict=True))))
    assert singles[0] == singles[1]
    assert len(graph.codes) == singles[0] * singles[1]


def _found(planted: Procedure) -> PairResult:
    with installed({HOST: planted}):
        return prove_cards(Pair(Tables(catalogue()), SMALL), PEOPLE)


def test_a_desk_that_takes_in_whatever_card_it_is_shown_is_caught_with_the_shortest_story() -> None:
    """Planted: a damaged card is taken in unread, so one comes with the other's card; two steps."""
    (broken,) = (one for one in _found(TAKES_ANY_CARD).broken if one.rule.name == "card_of_another")
    assert broken.way == ("b's card is given to the other", f"a: {HOST}.take_in, a as holder with b's card")


def test_a_card_handed_to_whoever_asks_for_it_is_caught_with_the_shortest_story() -> None:
    """Planted: the outlet hands a's card to b, who comes with his own papers alone."""
    with installed({HOST: HANDS_TO_ANYBODY}):
        result = prove_cards(Pair(Tables(catalogue()), SMALL), BEGINNINGS[:1])
    (broken,) = (one for one in result.broken if one.rule.name == "handed_to_its_holder")
    assert broken.way[-1] == f"a: {HOST}.hand_over, b as other with a's card"
    assert len(broken.way) == 2


@pytest.mark.slow
def test_an_office_that_does_not_read_the_card_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a card as good as any other, it would be the first thing found."""
    monkeypatch.setattr(rows, "identifies_card", lambda _: False)
    names = {one.rule.name for one in prove_cards(Pair(Tables(catalogue()), SMALL), PEOPLE).broken}
    assert "card_of_another" in names


@pytest.mark.slow
def test_one_employer_that_ends_ends_for_both_and_for_nobody_else() -> None:
    """P7: registered or not, gone already, transferred, with another employer: each pair, in every order."""
    result = prove_employers(Firms(Tables(catalogue())))
    assert result.broken == ()
    assert result.states > 100_000


def test_an_employer_that_closes_whatever_account_there_is_is_caught_with_the_shortest_stories() -> None:
    """Planted: no account is asked about; who has none open shows it, and who has left before."""
    own = catalogue()["deregister_employer"]
    bent = tuple(replace(step, guards=()) if step.name == "close_account" else step for step in own.steps)
    moves = tuple(replace(move, when=()) if move.to == "close_account" else move for move in own.moves)
    with installed({own.name: replace(own, steps=bent, moves=moves)}):
        result = prove_employers(Firms(Tables(catalogue())))
    found = {one.rule.name: one.way for one in result.broken}
    assert sorted(found) == ["all_accounts_closed", "leavers_keep_theirs"]
    for way in found.values():
        assert len(way) == 3
        assert way[-1] == "the employer deregisters: deregister_employer.with_approval"


@pytest.mark.slow
def test_what_happens_to_one_person_is_the_same_whether_or_not_another_comes() -> None:
    """The engine, where nobody waits for another: machine, factory and counters couple times of waiting alone."""
    draw = random.Random(1)
    his, hers = (
        [(draw.choice(ENTRIES), draw.choice([1, 2, 30]), draw.random() < 0.5) for _ in range(25)] for _ in "ab"
    )
    assert _played({"holder": his}) == _played({"holder": his, "earlier": hers})


def _played(lives: dict[str, list[tuple[str, int, bool]]]) -> list[tuple[object, ...]]:
    """What the office did with the holder: when, which step, where, how it ended, money, balances, lead times."""
    tree = scenario_of(lives)
    tree["run"]["duration"] = "120 d"
    actions = tree["story"][0]["actions"]
    tree["story"] = [
        {"title": name, "rules": ["P2"], "actions": [one for one in actions if one["person"] == name]} for name in lives
    ]
    with TemporaryDirectory() as kept:
        file, folder = Path(kept) / "two.toml", Path(kept) / "run"
        file.write_text(to_toml(tree), "utf-8")
        loaded, compiled = prepare(file, ())
        play(loaded, compiled, Plan(engine="reference"), folder=folder)
        log = np.concatenate(list(RunReader(folder).chunks()))
    told = (Event.DONE, Event.REFUSED, Event.MONEY, Event.LEAD, Event.OPENING, Event.BALANCE)
    person = list(tree["people"]).index("holder")
    program = compiled.program
    rules = Office(program.office_steps, dict(program.numbers), program.calendar, program.stations).rules
    steps = [(program.office_steps[row.office][0].name if row.office >= 0 else "", row.name) for row in program.steps]
    kept = log[(log[:, 2] == person) & np.isin(log[:, 5], told)]
    return [
        (t, steps[step] if step >= 0 else "", station, event, rules[first] if event == Event.REFUSED else first, second)
        for t, _, _, step, station, event, first, second in kept.tolist()
    ]


def test_wherever_a_card_lies_before_the_desk_the_desk_reads_whose_it_is() -> None:
    """A3, V1, L4, U1, C2: no step has a chip before it, or asks for the card, and lets somebody else's pass."""
    blind = [
        name
        for name, (_, step) in Tables(catalogue()).steps.items()
        if step.who and shows_card(step) and not rows.identifies_card(step)
    ]
    assert blind == []


def test_no_row_looks_at_another_person() -> None:
    """Guards and effects name fields of the record and nothing else; a new kind of check has to be looked at here."""
    assert {check.name for check in Check} == KNOWN_CHECKS
    names = {field.name for field in Field}
    for _, step in Tables(catalogue()).steps.values():
        assert {guard.field for guard in step.guards} <= names | {""}
        assert {effect.field for effect in step.effects if effect.act is not Act.MONEY} <= names | {""}


def test_no_two_cards_of_two_persons_share_a_number() -> None:
    """L5, P1: card number, identification and bank card number differ for all persons and serials of a region."""
    people, cards = 5_000, 4
    index = np.arange(people * cards)  # person + (serial - 1) * people, as the registry has it
    for numbers in (card_numbers(index), card_identifications("990000", index), bank_card_numbers(0 * index, index)):
        assert len(set(numbers.tolist())) == people * cards
