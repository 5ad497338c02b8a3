"""The tables as such: complete, consistent, cited, and readable as scenario values."""

from __future__ import annotations

import pytest

from sim.office.fields import Account, Field, Insurance
from sim.office.wording import PAPER_NAMES, RULES
from sim.procedures.catalogue import all_steps, catalogue, find_step, numbers_needed, parameter, reached_from, resolve
from sim.procedures.model import Act, At, Chip, Kind, Move, Outcome, Paper, Parameter, Procedure, Step
from sim.procedures.shared import VOID_NOTICE
from sim.scenario.schema_procedures import read_parameter

PROCEDURES = list(catalogue().values())
PARAMETERS = [(procedure, row) for procedure in PROCEDURES for row in procedure.parameters]
NAMES = [procedure.name for procedure in PROCEDURES]


def used_parameters(procedure: Procedure) -> set[str]:
    """Give every parameter the rows of a procedure name."""
    guards = [guard for step in procedure.steps for guard in step.guards]
    guards += [guard for move in procedure.moves for guard in move.when]
    names = {guard.parameter for guard in guards}
    names |= {step.service for step in procedure.steps}
    names |= {effect.parameter for step in procedure.steps for effect in step.effects}
    names |= {name for move in procedure.moves for name in (move.share, move.wait)}
    return {name for name in names if name is not None}


def test_every_procedure_is_in_the_file_of_its_name() -> None:
    """Names are unique and in order, so the global numbering of steps is stable."""
    assert NAMES
    assert sorted(set(NAMES)) == NAMES
    assert len(all_steps()) == len({(owner.name, step.name) for owner, step in all_steps()})


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_every_rule_cited_exists(procedure: Procedure) -> None:
    """Procedures, steps and refusing guards cite rules that have a text in both languages."""
    cited = {*procedure.rules, *(rule for step in procedure.steps for rule in step.rules)}
    cited |= {guard.rule for step in procedure.steps for guard in step.guards}
    assert cited <= set(RULES)
    assert all(step.rules for step in procedure.steps)
    assert procedure.title
    assert not procedure.title_zh.isascii()


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_every_refusal_gives_one_sentence(procedure: Procedure) -> None:
    """A guard of a step says why, from a capital letter to a full stop."""
    for step in procedure.steps:
        assert step.help[0].isupper() and step.help.endswith((".", "?")), step.name  # noqa: PT018
        for guard in step.guards:
            assert guard.why[0].isupper(), guard
            assert guard.why.endswith("."), guard


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_parameters_are_exactly_those_the_rows_name(procedure: Procedure) -> None:
    """No parameter is missing, none is there for nothing, and each is of the kind its use asks for."""
    kinds = {row.name: row.kind for row in procedure.parameters}
    assert set(kinds) == used_parameters(procedure)
    assert all(kinds[step.service] is Kind.TIME for step in procedure.steps if step.service)
    assert all(kinds[move.share] is Kind.SHARE for move in procedure.moves if move.share)
    assert all(kinds[move.wait] in {Kind.TIME, Kind.WAIT} for move in procedure.moves if move.wait)


@pytest.mark.parametrize(
    ("procedure", "row"), PARAMETERS, ids=[f"{owner.name}.{row.name}" for owner, row in PARAMETERS]
)
def test_every_default_is_a_scenario_value_with_mark_and_source(procedure: Procedure, row: Parameter) -> None:
    """A default reads like a value in a file, is marked published, derived or assumed, and says where it is from."""
    assert read_parameter(row, row.default) is not None, procedure.name
    assert row.mark in {"P", "D", "A"}
    assert row.source
    assert row.help
    assert len(row.words) == len(row.options)
    assert bool(row.options) is (row.kind is Kind.CHOICE)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_every_arrow_leads_somewhere(procedure: Procedure) -> None:
    """Moves begin at steps of the procedure and end at steps that exist."""
    for move in procedure.moves:
        find_step(procedure, move.step)
        target = resolve(procedure, move.to)
        assert target is None or target[1] in target[0].steps


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_no_accepted_case_is_left_standing(procedure: Procedure) -> None:
    """After every step but the always refused ones the last move is taken in any case, unless the case just ends."""
    for step in procedure.steps:
        moves = [move for move in procedure.moves if move.step == step.name and move.outcome is Outcome.DONE]
        assert moves, step.name
        last = moves[-1]
        ends_quietly = (procedure.name, step.name) == ("activate_pharmacy", "new_card")
        assert ends_quietly or (last.share is None and not last.when and not last.fork), step.name


@pytest.mark.parametrize("procedure", PROCEDURES, ids=NAMES)
def test_every_step_can_be_reached(procedure: Procedure) -> None:
    """A step is the first one, one that somebody sets out for, or the target of a move of some procedure."""
    targets = {
        (target[0].name, target[1].name)
        for owner in PROCEDURES
        for move in owner.moves
        if (target := resolve(owner, move.to)) is not None
    }
    for step in procedure.steps[1:]:
        begins = step.starts or procedure.name == "employer_ends"
        assert begins or (procedure.name, step.name) in targets, step.name


def test_who_comes_the_same_way_needs_no_new_ticket() -> None:
    """Steps at the same counter or its machine follow without a pause."""
    for owner in PROCEDURES:
        for move in owner.moves:
            target = resolve(owner, move.to)
            if target is not None and target[1].at in {At.HERE, At.MACHINE}:
                assert move.wait is None, move


def test_whoever_is_insured_again_or_moves_holds_no_notice_any_more() -> None:
    """C2: every step that insures a person here, or transfers the account, voids a notice in the same breath."""
    ends = {(Field.INSURANCE.name, int(Insurance.INSURED)), (Field.ACCOUNT.name, int(Account.MOVED))}
    found = 0
    for owner, step in all_steps():
        if any(effect.act is Act.SET and (effect.field, effect.value) in ends for effect in step.effects):
            assert VOID_NOTICE in step.effects, f"{owner.name}.{step.name}"
            found += 1
    assert found >= 5


def test_every_paper_has_a_name_in_both_languages() -> None:
    """A refusal can name whatever is missing."""
    assert set(PAPER_NAMES) == {paper.value for paper in Paper}
    assert all(not words.zh.isascii() for words in [*PAPER_NAMES.values(), *RULES.values()])


def test_the_numbers_the_office_needs_are_these() -> None:
    """Terms, working days, rates and choices enter guards and effects as single numbers."""
    assert numbers_needed() == {
        ("cancel", "payout"): "workdays",
        ("cancel", "interest_rate"): "ppm",
        ("cost_window", "window"): "choice",
        ("cost_window", "taken"): "choice",
        ("death", "interest_rate"): "ppm",
        ("deregister_employer", "approval_deadline"): "ms",
        ("deregister_employer", "duty_deadline"): "ms",
        ("register_employer", "deadline"): "ms",
        ("register_employer", "premium"): "fen",
        ("release_loss", "by_telephone"): "choice",
        ("report_loss", "validity"): "ms",
        ("temporary_card", "validity"): "ms",
        ("temporary_card", "longest"): "ms",
        ("transfer", "interest_rate"): "ppm",
        ("unemployment_benefit", "between_payments"): "ms",
    }


def test_the_published_terms_are_the_defaults() -> None:
    """24 hours for the telephone report, ten working days to the payout, 30 days for employers, 60 and 180 days."""
    defaults = {(owner.name, row.name): (row.default, row.mark) for owner, row in PARAMETERS}
    assert defaults["report_loss", "validity"] == ("24 h", "P")
    assert defaults["cancel", "payout"] == ("10 workdays", "P")
    assert defaults["register_employer", "deadline"] == ("30 d", "P")
    assert defaults["temporary_card", "validity"] == ("60 d", "P")
    assert defaults["temporary_card", "longest"] == ("180 d", "P")
    assert defaults["enquire_hotline", "self_service_share"] == (0.59, "D")


def test_the_chip_moves_only_when_the_card_is_there() -> None:
    """A step with an effect on the chip has the card on the counter, or makes or hands it over; a call never has.

    Where no card is asked for, it is there if the person has one with him (BRING).
    """
    making = {"make", "instant", "collect", "over_the_counter"}
    for owner, step in all_steps():
        if step.chip not in {Chip.NONE, Chip.BRING}:
            assert step.name in making or Paper.CARD in step.papers, f"{owner.name}.{step.name}"
    assert all(step.chip is Chip.NONE for step in catalogue()["report_loss"].steps)


def test_a_chain_runs_from_the_loss_to_the_activated_replacement() -> None:
    """A lost card leads, by moves alone, to report, replacement, production, collection and activation."""
    found = reached_from(["lose_card"])
    assert {"report_loss", "report_loss_bank", "report_loss_outlet", "replace", "produce", "collect"} <= found
    assert {"activate_bank", "activate_hospital", "activate_pharmacy"} <= found


def test_a_state_is_never_compared_with_a_number_it_cannot_have() -> None:
    """Guards name fields that exist; a missing step or parameter is an error, not a silence."""
    names = {field.name for field in Field}
    assert all(guard.field in names or not guard.field for _, step in all_steps() for guard in step.guards)
    with pytest.raises(KeyError, match="apply has no step sing"):
        find_step(catalogue()["apply"], "sing")
    with pytest.raises(KeyError, match="apply has no parameter tempo"):
        parameter(catalogue()["apply"], "tempo")


def test_a_row_is_frozen() -> None:
    """Tables cannot be changed at run time."""
    with pytest.raises(AttributeError):
        Move("a", "b").step = "c"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Step("a", ("A1",)).name = "b"  # type: ignore[misc]
