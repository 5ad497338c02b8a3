"""How people begin, and what is asked of them: contradictions and useless words are refused, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.prepare import prepare
from sim.procedures.catalogue import catalogue
from sim.scenario.load import load

_CITY = """
[run]
start = 2026-03-02
duration = "20 d"
[region]
division = "9901"
[outlets.o]
counters = 1
[banks.b]
[agencies.a]
counters = 1
[hospitals.h]
[hotlines.l]
agents = 1
"""

_WRONG_BEGINNINGS = [
    ('card = "active"\ntemporary = "valid"', "temporary", 'card = "active" here; allowed: none, returned, expired'),
    ('card = "none"\nbank = "active"', "bank", 'and there is none; card = "none" here; allowed: none'),
    ('card = "active"\nbank = "none"', "bank", 'has a financial application (A8); card = "active" here'),
    ('card = "damaged"\nbank = "active"', "bank", "no card is left to use at the bank"),
    ('card = "holder_died"\nbank = "active"', "bank", "the bank side is frozen"),
    ('card = "withdrawn"\ncancellation = "card_withdrawn"', "cancellation", "nobody is ever found so; allowed: none"),
    ('card = "active"\ncancellation = "paid"', "cancellation", "only when the card has been withdrawn"),
    ('card = "withdrawn"\ncancellation = "noticed"', "cancellation", "withdrawn with the notice"),
    ('card = "lost"\ncancellation = "account_cancelled"', "cancellation", "the balance waits for its payout"),
    ('account = "cancelled"\ncard = "active"', "account", "only when no card is left in use"),
    ('insurance = "insured"\ninsurance_end = "elsewhere"', "insurance", "the insurance has not ended"),
    ('insurance = "ended"\ninsurance_end = "none"', "insurance", "has a reason why"),
    ('insurance_end = "died"\ncard = "active"\nemployment = "none"', "insurance_end", "the card is stopped"),
    ('insurance_end = "died"\nemployment = "retired"', "insurance_end", "nobody works or draws a pension"),
    ('employer_end = "merged"\nemployment = "flexible"', "employer_end", "no employer of the person"),
    ('old_card = "inserted"', "old_card", "only for a moment (V3); allowed: none, held, handed_in"),
    ('card = "holder_died"\napplication = "ready"', "application", "ends with the holder's death"),
    ('account = "cancelled"\nmedical_balance = "5 yuan"', "medical_balance", "the medical account was cancelled"),
    ('financial_balance = "5 yuan"', "financial_balance", "there is no account with a bank for it"),
    ('card = "active"\nreserved_balance = "5 yuan"', "reserved_balance", "nothing waits for a payout"),
    ('card = "active"\nbegun_ago = "3 d"', "begun_ago", "nothing has happened to them whose date matters"),
    ('employment = "hired"\nbegun_ago = "500 d"', "begun_ago", "is too long ago; allowed: 400 d at most"),
    ('card = "temporary_loss"\nbegun_ago = "2 d"', "begun_ago", "validity is 1 d: it would be over before the run"),
    ('card = "lost"\ntemporary = "valid"\nbegun_ago = "60 d"', "begun_ago", "temporary_card.validity is 60 d"),
]
_WRONG_ACTIONS = [
    ('does = "settle.hospital"', "amount", "is missing: settle.hospital moves a sum of money"),
    ('does = "transfer.into"', "amount", "is missing"),
    ('does = "apply"\namount = "5 yuan"', "amount", "apply asks for no amount; allowed: no amount"),
    ('does = "apply"\nwithout = ["notice"]', "without[0]", 'does not ask for "notice"; allowed: "identity"'),
    ('does = "hire"\nwithout = ["photo"]', "without[0]", "allowed: no without"),
    ('does = "hire"\nwho = "agent"', "who", "nobody comes for hire: the office does it by itself; allowed: no who"),
    ('does = "apply"\nreason = "lost"', "reason", "apply asks for no reason; allowed: no reason"),
    ('does = "hire"\nwhere = "o"', "where", "happens at no place; allowed: no where"),
]
_WRONG_DEMANDS = [
    ('procedure = "settle.hospital"', "amount", "is missing: settle.hospital moves a sum of money"),
    ('procedure = "job_ends"\nagent_share = 0.1\n', "", ""),
    ('procedure = "pension.enquire"\namount = "5 yuan"', "amount", "asks for no amount"),
    ('procedure = "hire"\nincomplete_papers_share = 0.1', "incomplete_papers_share", "hire asks for no paper"),
    ('procedure = "change_number"\namount = "5 yuan"', "amount", "asks for no amount"),
]


def _problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    file = tmp_path / "city.toml"
    file.write_text(_CITY + text, encoding="utf-8")
    try:
        load(file, (), catalogue())
    except ScenarioError as error:
        return [(one.key, f"{one.why}; allowed: {one.allowed}") for one in error.problems]
    return []


@pytest.mark.parametrize(("states", "key", "says"), _WRONG_BEGINNINGS)
def test_nobody_begins_in_states_that_no_steps_lead_to(tmp_path: Path, states: str, key: str, says: str) -> None:
    """A cohort and a person alike: the message names the key, the other state, and what is possible."""
    found = _problems(tmp_path, f"[cohorts.c]\nsize = 3\n{states}\n")
    assert [one for one, _ in found] == [f"cohorts.c.{key}"], found
    assert says in found[0][1]
    own = states.replace("bank =", "bank_state =")
    found = _problems(tmp_path, f"[people.p]\n{own}\n")
    assert [one for one, _ in found] == [f"people.p.{'bank_state' if key == 'bank' else key}"], found


@pytest.mark.parametrize(("action", "key", "says"), _WRONG_ACTIONS)
def test_what_no_step_of_an_action_asks_for_is_not_said(tmp_path: Path, action: str, key: str, says: str) -> None:
    """And what its step cannot do without is."""
    text = (
        f'[people.p]\ncard = "active"\n[[story]]\n[[story.actions]]\nat = "2026-03-02 10:00"\nperson = "p"\n{action}\n'
    )
    found = _problems(tmp_path, text)
    assert [one for one, _ in found] == [f"story[0].actions[0].{key}"], found
    assert says in found[0][1]


@pytest.mark.parametrize(("demand", "key", "says"), _WRONG_DEMANDS)
def test_what_no_step_of_a_demand_asks_for_is_not_said(tmp_path: Path, demand: str, key: str, says: str) -> None:
    """A demand's people go on to further steps: what one of these asks for may be said."""
    found = _problems(tmp_path, f'[cohorts.c]\nsize = 3\n[demand.d]\ncohort = "c"\nper_day = 1\n{demand}\n')
    assert [one for one, _ in found] == ([f"demand.d.{key}"] if key else []), found
    assert not key or says in found[0][1]


def test_all_contradictions_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """One for each of the beginnings above."""
    cohorts = (f"[cohorts.c{number}]\nsize = 3\n{row[0]}\n" for number, row in enumerate(_WRONG_BEGINNINGS))
    found = _problems(tmp_path, "".join(cohorts))
    assert [one for one, _ in found] == [f"cohorts.c{at}.{row[1]}" for at, row in enumerate(_WRONG_BEGINNINGS)]


def test_a_person_is_judged_with_what_his_cohort_says(tmp_path: Path) -> None:
    """The card is the cohort's, the temporary card his own."""
    text = '[cohorts.c]\nsize = 3\ncard = "active"\n[people.p]\ncohort = "c"\ntemporary = "valid"\n'
    assert [one for one, _ in _problems(tmp_path, text)] == ["people.p.temporary"]


def test_terms_need_no_places_that_nobody_goes_to(tmp_path: Path) -> None:
    """The agency's clock runs without a counter at which somebody could register."""
    file = tmp_path / "city.toml"
    file.write_text(
        '[run]\nstart = 2026-03-02\nduration = "40 d"\n[people.p]\nemployment = "hired"\ncard = "temporary_loss"\n',
        encoding="utf-8",
    )
    program = prepare(file, ())[1].program
    assert [row.name for row in program.sources] == ["register_employer.term_over of p", "report_loss.term_over of p"]


def test_a_card_in_production_needs_a_factory(tmp_path: Path) -> None:
    """The office goes on with it when the run begins, and a step that is reached needs its place."""
    (tmp_path / "town.toml").write_text(f'{_CITY}\n[people.x]\napplication = "in_production"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"produce.make needs one of \[factories\.\*\]"):
        prepare(tmp_path / "town.toml", ())
