"""Terms that run for people who are in the middle of something when a run begins."""

from __future__ import annotations

from sim.office.fields import Field
from sim.office.record import STATES, new_record
from sim.procedures.catalogue import catalogue, find_step, resolve
from sim.procedures.model import Check
from sim.procedures.running import RUNNING, running

_TERMS = (Check.AFTER, Check.PAST_DAYS, Check.WORKDAYS_AFTER)


def test_every_term_that_the_tables_wait_for_is_known_to_run_from_a_state() -> None:
    """An arrow that waits for a term its target asks for: whoever is in the middle of it has a state that says so."""
    waited = set()
    for owner in catalogue().values():
        for move in owner.moves:
            target = resolve(owner, move.to)
            if move.wait is None or target is None:
                continue
            asked = {guard.parameter for guard in target[1].guards if guard.check in _TERMS}
            for further in target[0].moves:
                if further.step == target[1].name:
                    asked |= {guard.parameter for guard in further.when if guard.check in _TERMS}
            if move.wait in asked:
                waited.add((target[0].name, target[1].name))
    assert waited == {(row.procedure, row.to) for row in RUNNING if row.step}


def test_each_row_names_an_arrow_that_waits() -> None:
    """Else there is no term to reckon with; what has no term goes on at once, at a step that nobody sets out for."""
    for row in RUNNING:
        move = row.move(catalogue())
        assert row.step == "" if move is None else move.wait
        assert not find_step(catalogue()[row.procedure], row.to).starts


def test_the_office_goes_on_with_every_application_it_has_in_hand() -> None:
    """A first one is checked, others enter production, a card in production is made; what people wait for is theirs."""
    begins: dict[tuple[str, str], list[str]] = {
        ("submitted", "none"): ["apply.check"],
        ("submitted", "lost"): ["produce.accept"],
        ("in_production", "none"): ["produce.make"],
        ("in_production", "lost"): ["produce.make"],
        ("returned", "none"): [],
        ("ready", "none"): [],
    }
    for (application, card), expected in begins.items():
        found = running(new_record(application=application, card=card))
        assert [f"{row.procedure}.{row.to}" for row in found] == expected, (application, card)


def test_a_state_that_is_no_beginning_of_a_term_has_none() -> None:
    """An employee with a card in use waits for nothing; who was hired and who reported his card does."""
    assert list(running(new_record(card="active"))) == []
    found = [row.to for row in running(new_record(card="temporary_loss", employment="hired", temporary="valid"))]
    assert found == ["term_over", "term_over", "term_over", "longest_over"]


def test_what_runs_began_at_a_moment_that_the_record_has() -> None:
    """A state alone says when: at the start of the run, unless the file says how long before."""
    for row in RUNNING:
        for value in row.states:
            states: dict[str, str | int] = {row.field.name.lower(): value}
            if row.field is Field.CANCELLATION:
                states["card"] = "withdrawn"
            assert row.field.name.lower() in STATES
            assert new_record(**states)[row.since] == 0, row
