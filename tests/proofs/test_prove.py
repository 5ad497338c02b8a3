"""The tables proven: every rule in every state of a person; the command line; the explorer beside the office."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from sim.office.fields import Account, Employment, Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import At, Check
from sim.proofs.abstraction import DECLARED, TERMS, Kind, value_of
from sim.proofs.asking import RULES, Asking, Remembering
from sim.proofs.explore import Course, Explorer, Graph, Level
from sim.proofs.guards import OF_PLACE
from sim.proofs.mutants import installed
from sim.proofs.mutation import SMALL as SMALL_VIEWS
from sim.proofs.prove import prove
from sim.proofs.space import Allowed, Enter
from sim.proofs.tables import Tables, View
from sim.proofs.verdict import Proof
from sim.proofs.views import BEGINNINGS, VIEWS
from tests.command import run_in
from tests.office.desk import DAY, NUMBERS, Desk
from tests.proofs.planted import HOST, SECOND_CARD

DESK = Desk()
NOW = 400 * DAY
SMALL = View("small", frozenset({Field.CARD, Field.CARD_BEFORE, Field.APPLICATION, Field.ACCOUNT}), frozenset())


@pytest.fixture(scope="module")
def proof() -> Proof:
    """The proof, once for all tests."""
    return prove()


@pytest.mark.slow
def test_every_rule_holds_in_every_state_of_a_person(proof: Proof) -> None:
    """The proof itself: nothing broken, nothing unmet, no step that nobody gets to."""
    assert [(told.found.rule.name, [path.begins for path in told.found.way]) for told in proof.told] == []
    assert [(found.demand.name, found.step, found.lacking) for found in proof.unmet] == []
    assert proof.unreachable == ()
    assert {rule.name for rule in RULES} == {rule.name for rule in proof.asked}
    assert sum(view.states for view in proof.views) > 100_000


@pytest.mark.slow
def test_the_command_says_all_holds_and_ends_with_0(
    tmp_path: Path, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a user types it; as JSON it has every rule with its verdict."""
    monkeypatch.setattr("reports.console_prove.prove_person", lambda: proof)
    code, text = run_in(tmp_path, "prove", "--json")
    answer = json.loads(text)
    assert code == 0
    assert answer["holds"] is True
    assert {row["holds"] for row in answer["rules"]} == {True}
    assert [view["view"] for view in answer["views"]] == [view.name for view in VIEWS]


@pytest.mark.slow
def test_a_broken_rule_ends_with_98_and_its_story_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a planted mistake the command names rule and way, writes the scenario and ends with 98."""
    with installed({HOST: SECOND_CARD}):
        broken = prove(catalogue(), [view for view in SMALL_VIEWS if view.name == "applications"])
        monkeypatch.setattr("reports.console_prove.prove_person", lambda: broken)
        code, text = run_in(tmp_path, "prove", "--stories", "told")
        assert code == 98
        assert "P2 one_card: nobody is handed a card while the earlier one is usable" in text
        assert run_in(tmp_path, "check", "told/one_card.toml")[0] == 0
        code, text = run_in(tmp_path, "prove", "--quiet")
        assert (code, text) == (98, "")


def graph_of(view: View) -> tuple[Remembering, Graph]:
    """Explore a view."""
    asking = Asking(Tables(catalogue()), view, BEGINNINGS, ())
    return asking.walk, Explorer(asking.space, asking.walk.paths()).explore(asking.beginnings)


def test_the_first_states_are_found_first() -> None:
    """Breadth first: the way to any state is no longer than that to any found later."""
    _, graph = graph_of(SMALL)
    lengths = [len(graph.way_to(state)) for state in range(0, len(graph.codes), 7)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0


def test_a_second_case_that_begins_at_once_is_gone_through() -> None:
    """Registered after the term, which nobody watched: flagged and assessed in the same visit (P3)."""
    fields = (Field.ACCOUNT, Field.EMPLOYMENT, Field.HIRED_AT, Field.LATE, Field.ASSESSED_AT)
    walk = Asking(Tables(catalogue()), View("hired", frozenset(fields), frozenset()), BEGINNINGS, ()).walk
    paths = [path for path in walk.paths() if path.begins == "register_employer.register"]
    before = {"ACCOUNT": Account.OPEN, "EMPLOYMENT": Employment.HIRED, "HIRED_AT": 2}
    graph = Explorer(walk.space, paths).explore([walk.space.code(before)])
    (after,) = (walk.space.values(int(code)) for code in graph.codes[1:])
    assert after == {**before, "EMPLOYMENT": Employment.EMPLOYED, "LATE": 1, "ASSESSED_AT": 1}


def record_of(values: dict[str, int]) -> list[int]:
    """A record of the office that is kept as these values: terms that are over lie long ago."""
    record = [0] * len(Field)
    for field in Field:
        kept, value = DECLARED[field], values.get(field.name, 0)
        if kept.kind is Kind.TIME:
            record[field] = _moment(field, value)
        elif kept.told_apart:
            another = next(one for one in range(len(kept.told_apart) + 1) if one not in kept.told_apart)
            record[field] = kept.told_apart[value - 1] if value else another
        else:
            record[field] = value
    return record


def _moment(field: Field, value: int) -> int:
    """NEVER, just now, or so long ago that the first `value - 1` terms are over and no more."""
    if value == 0:
        return -(1 << 62)
    over = [NUMBERS[terms[0].owner, terms[0].name] for terms in TERMS.get(field, ())][: value - 1]
    if not over:
        return NOW
    longest = over[-1]
    return NOW - (longest * 2 * DAY if longest < 1000 else longest + 2 * DAY)


@pytest.mark.parametrize("view", VIEWS[1:], ids=lambda view: view.name)
@pytest.mark.slow
def test_the_explorer_accepts_and_changes_what_the_office_does(view: View) -> None:
    """From sampled states, every step whose guards the view follows: same answer, same record afterwards."""
    walk, graph = graph_of(view)
    draw = random.Random(1)
    compared = 0
    sampled = draw.sample(range(len(graph.codes)), min(150, len(graph.codes)))
    for state in sampled:
        values = walk.space.values(int(graph.codes[state]))
        for name, (owner, step) in walk.tables.steps.items():
            guards = [g for g in step.guards if g.check not in OF_PLACE]
            followed = all(not g.field or Field[g.field] in view.fields for g in guards)
            special = {Check.BRINGS, Check.REASON, Check.CHOICE, Check.COST_WINDOW, Check.HOT_LIST}
            if len(guards) < len(step.guards) or not followed or step.at is At.HERE or step.who:
                continue
            if any(g.check in special for g in guards):
                continue
            record = record_of(values)
            verdict = DESK.ask(record, name, DESK.request(name, fen=1), NOW)
            clauses, _ = walk.reading.asked(owner, step)
            course = Course(Level(walk.space, graph.codes[state : state + 1]), walk.space, np.array([0]))
            whole = course.walk((*clauses, Enter(name), *walk.reading.effects(step)), None)
            assert verdict.accepted == whole, (name, values)
            compared += 1
            if whole:
                after = walk.space.values(int(course.arrive()[0]))
                kept = {field.name: value_of(field, record[field]) for field in view.fields}
                changed = {key: after[key] for key in kept if DECLARED[Field[key]].kind is not Kind.TIME}
                assert {key: kept[key] for key in changed} == changed, name
    assert compared > 5 * len(sampled)


@pytest.mark.parametrize(
    "view", [view for view in SMALL_VIEWS if view.name in {"loss", "old card"}], ids=lambda view: view.name
)
def test_paths_that_begin_alike_lead_where_each_leads_by_itself(view: View) -> None:
    """Walked one by one from every state: as many transitions, the same states, each by the path stories prefer."""
    walk, graph = graph_of(view)
    ways, first = 0, np.full(len(graph.codes), -1)
    order = np.argsort(graph.codes)
    depth = np.array([len(graph.way_to(state)) for state in range(len(graph.codes))])
    level = Level(walk.space, graph.codes)
    for number, path in enumerate(graph.paths):
        course = Course(level, walk.space, np.arange(len(graph.codes)))
        if course.walk(path.operations, None):
            ways += len(course.rows) * path.ways
            there = order[np.searchsorted(graph.codes[order], course.arrive())]
            assert (graph.codes[there] == course.arrive()).all()
            new = there[(depth[there] == depth[course.rows] + 1) & (first[there] < 0)]
            first[new] = number
    assert ways == graph.transitions
    assert (graph.by == first).all()


def test_a_step_forbidden_to_everybody_is_never_accepted() -> None:
    """P1: the request for another number is a test that no state passes."""
    walk, graph = graph_of(SMALL)
    owner, step = walk.tables.steps["change_number.ask"]
    (test,) = (clause for clause in walk.reading.clauses(owner.name, step.guards)[0] if isinstance(clause, Allowed))
    assert not any(test.allowed)
    assert "change_number.ask" not in graph.accepted
