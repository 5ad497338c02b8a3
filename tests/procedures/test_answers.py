"""Every step of every procedure: what is allowed, and what is refused by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from sim.office.record import new_record
from sim.procedures.model import Paper, Who
from tests.office.desk import Desk
from tests.procedures import every_value
from tests.procedures.cases import CASES
from tests.procedures.cases_card import HANDED_IN, USES
from tests.procedures.left import LEFT, Left, difference
from tests.procedures.lengths import LENGTHS, lengths
from tests.procedures.went import WENT, Went, ways

DESK = Desk()
PHOTO = Paper.PHOTO
ALWAYS_REFUSED = {"change_number.ask", "credit.ask", "foreign_currency.ask"}


@pytest.mark.parametrize(("step", "states", "how", "expected"), CASES)
def test_the_office_answers_as_the_rule_says(
    step: str, states: dict[str, str | int], how: dict[str, Any], expected: str
) -> None:
    """The request is accepted, or refused by the rule named; a refusal gives a reason and changes nothing."""
    record = new_record(**states)
    before = list(record)
    verdict = DESK.ask(record, step, DESK.request(step, **how))
    assert DESK.answer(list(before), step, DESK.request(step, **how)) == expected
    if not verdict.accepted:
        assert verdict.why
        assert record == before


@pytest.mark.parametrize("case", LEFT, ids=lambda case: case.step)
def test_a_step_leaves_what_the_rule_says_and_nothing_else(case: Left) -> None:
    """P3 to P7, A3 to A7, L1 to L8, C1, C3, U1 to U6: record, money and lead times, to the letter."""
    assert not difference(DESK, case)


@pytest.mark.parametrize("case", WENT, ids=lambda case: case.step)
def test_a_case_goes_where_the_rule_says_and_nowhere_else(case: Went) -> None:
    """A3 to A7, V3, L1 to L8, C1 to C5, P3, P7: every way that is open from a step, in its order."""
    assert ways(DESK, case) == case.to


def test_every_value_of_every_field_that_is_asked_for_is_answered_as_written() -> None:
    """P2 to P7, A2 to A7, V1 to V4, L1 to L8, C1 to C5, U1 to U6: who is let in, who is refused, where he may go."""
    found, written = every_value.rows(DESK), every_value.written()
    for row in found:
        assert row in written.get(row[0], []), "python -m tests.procedures.every_value --write"
    assert found == [row for rows in written.values() for row in rows]


def test_terms_sums_and_rates_are_as_written_where_a_scenario_says_nothing() -> None:
    """P3, P7, C3, L2, L6, L7, L8, U3: each with its literal length; stories show the last day and the day after."""
    assert lengths() == LENGTHS


def test_every_step_has_a_case_that_is_allowed() -> None:
    """Only what a rule forbids to everybody is never accepted."""
    allowed = {step for step, _, _, answer in CASES if answer == "done"}
    assert set(DESK.index) - allowed == ALWAYS_REFUSED


def test_every_rule_a_step_can_refuse_by_has_a_case() -> None:
    """For each step and each rule in its guards, and for its papers and agents, a case shows the refusal."""
    shown = {(step, answer.removeprefix("refused ")) for step, _, _, answer in CASES}
    wanted = set()
    for owner, step in DESK.steps:
        name = f"{owner.name}.{step.name}"
        wanted |= {(name, guard.rule) for guard in step.all_guards}
        if step.papers:
            wanted.add((name, step.rules[0]))
        if Who.AGENT in step.who and "A6" in step.rules:
            wanted.add((name, "A6"))
    assert wanted <= shown, sorted(wanted - shown)


def test_every_step_that_asks_for_the_card_is_asked_with_a_lost_and_a_damaged_one() -> None:
    """L1, L4: what is brought is a matter of the card in fact, wherever a step asks for it; none is forgotten."""
    asked = {f"{owner.name}.{step.name}" for owner, step in DESK.steps if Paper.CARD in step.papers}
    assert asked - ALWAYS_REFUSED == {step for step, *_ in (*USES, *HANDED_IN)}


def test_a_refusal_names_the_missing_paper() -> None:
    """Without a photo the refusal says so in words and by number."""
    record = new_record()
    verdict = DESK.ask(record, "apply.hand_in", DESK.request("apply.hand_in", without=(PHOTO,)))
    assert verdict.why == "Missing: photo."
    assert verdict.paper == list(type(PHOTO)).index(PHOTO)


def test_of_several_missing_papers_the_first_of_the_list_is_named() -> None:
    """Neither form nor photo: the form; neither copy, form nor photo: the copy."""
    for without, words in (
        ((PHOTO, Paper.FORM), "Missing: completed registration form."),
        ((PHOTO, Paper.FORM, Paper.IDENTITY_COPY), "Missing: copy of the identity document."),
    ):
        verdict = DESK.ask(new_record(), "apply.hand_in", DESK.request("apply.hand_in", without=without))
        assert verdict.why == words
