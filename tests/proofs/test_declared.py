"""Every field and every term has its place in the explorer, and what is left out decides nothing."""

from __future__ import annotations

import pytest

from sim.office.fields import Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Act, Check
from sim.proofs import abstraction
from sim.proofs.abstraction import DECLARED, TERMS, Kind, undeclared
from sim.proofs.tables import Tables
from sim.proofs.views import VIEWS

GUARDS = [
    (owner.name, guard)
    for owner in catalogue().values()
    for guard in (
        *(guard for step in owner.steps for guard in step.guards),
        *(guard for move in owner.moves for guard in move.when),
    )
]
OF_PLACE = {Check.SAME_PLACE, Check.SAME_BANK, Check.OTHER_BANK}


def test_every_field_and_every_term_is_declared() -> None:
    """Whoever adds a field to the record or a term to a table says how it is kept."""
    assert undeclared(catalogue().values()) == []


def test_a_field_without_abstraction_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: a field and a term that are not declared are named."""
    monkeypatch.delitem(DECLARED, Field.GENERATION)
    monkeypatch.delitem(TERMS, Field.REPORTED_AT)
    assert abstraction.undeclared(catalogue().values()) == [
        "field GENERATION has no abstraction",
        "term report_loss.validity of REPORTED_AT is not declared",
        "term report_loss.validity runs from no declared field",
    ]


def test_no_guard_asks_for_what_is_left_out() -> None:
    """A field is left out only where nothing decides by it; which place it is, rows say and demands ask."""
    asked = {
        (owner, guard.field)
        for owner, guard in GUARDS
        if guard.field and guard.check not in OF_PLACE and DECLARED[Field[guard.field]].kind is Kind.DROPPED
    }
    assert asked == set()


def test_what_is_left_out_has_a_reason() -> None:
    """Every field that is not followed says why."""
    assert [field.name for field, kept in DECLARED.items() if kept.kind is Kind.DROPPED and not kept.why] == []


def test_values_that_are_told_apart_are_all_that_guards_ask_for() -> None:
    """Where only some states of a field are told apart, no guard asks for another one."""
    wrong = [
        (owner, guard.field, value)
        for owner, guard in GUARDS
        if guard.check in {Check.IN, Check.NOT_IN} and (told := DECLARED[Field[guard.field]].told_apart)
        for value in guard.values
        if value not in told
    ]
    assert wrong == []


def test_every_field_that_is_kept_is_followed_in_some_view() -> None:
    """Nothing that is kept falls between the views, and no wait does."""
    followed = frozenset.union(*(view.fields for view in VIEWS))
    assert {field for field, kept in DECLARED.items() if kept.kind is not Kind.DROPPED} == followed
    assert frozenset(Tables(catalogue()).waits) == frozenset.union(*(view.waits for view in VIEWS))


def test_the_card_number_only_grows() -> None:
    """P1, L5: nothing writes a citizen number, and a card's serial is only counted up, one a card."""
    assert not [field.name for field in Field if "CITIZEN" in field.name or "NUMBER" in field.name]
    changes = {
        (effect.act, effect.value)
        for _, step in Tables(catalogue()).steps.values()
        for effect in step.effects
        if effect.field == Field.CARD_SERIAL.name
    }
    assert changes == {(Act.COUNT, 1)}
