"""The file of mutants: of the tables as they are, without a gap, and still true in a sample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import mutants as benchmark
from sim.procedures.catalogue import catalogue
from sim.procedures.model import At, Chip, Paper
from sim.proofs.mutants import Mutant, mutants
from sim.proofs.mutation import SMALL, Base, touched, views_of
from sim.proofs.unnoticed import reason
from tests.proofs.noticed import values_notice

AGAIN = "python -m benchmarks.mutants --write"
EVERY = 25


@pytest.mark.slow
def test_the_file_has_every_mutant_of_the_tables_as_they_are() -> None:
    """No mutant is undecided, none is a gap, none is left of a table that has changed since."""
    rows = benchmark.table()
    assert [row for row in rows if not row[-1]] == [], AGAIN
    assert benchmark.known() == rows, AGAIN


def test_mutants_have_names_of_their_own() -> None:
    """Two rows of a step that ask for the same field are told apart."""
    names = [(mutant.kind, mutant.row) for mutant in mutants(catalogue())]
    assert len(names) == len(set(names)) > 3_000


def test_a_changed_table_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of a table tells that an answer in the file is of another one."""
    monkeypatch.setattr(benchmark, "digest", lambda procedure: "other" if procedure.name == "loss" else "another")
    assert {row[-1] for row in benchmark.table()} == {""}


def test_only_what_cannot_be_noticed_is_excused() -> None:
    """Papers and places of three requests refused to everybody, and values that an earlier guard refuses already."""
    excused = [mutant for mutant in mutants(catalogue()) if reason(mutant)]
    others = [mutant for mutant in excused if mutant.kind != "more"]
    assert {mutant.procedure for mutant in others} == {"change_number", "credit", "foreign_currency"}
    assert len(others) == 8
    assert {"balance_enquiry.ask: in bank reported too", "transfer.out: in account closed too"} <= {
        mutant.row for mutant in excused
    }
    assert "balance_enquiry.ask: in bank frozen too" not in {mutant.row for mutant in excused}
    listed = {row[:2] for row in benchmark.known() if row[-1].startswith("nothing to notice: ")}
    assert listed <= {(mutant.kind, mutant.row) for mutant in excused}


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ("settle.hospital: hot list", {"CARD"}),
        ("cost_window.counts: cost window", {"CARD", "LOST_AT", "DAMAGED_AT", "APPLICATION"}),
        ("settle.pharmacy: money medical", {"MEDICAL_FEN"}),
        ("collect.replaced: add claimable_fen", {"CLAIMABLE_FEN", "COST_FEN"}),
        ("find_card.find -> release_loss: in card", {"CARD"}),
        ("pension.confirm: stamp confirmed_at", {"CONFIRMED_AT"}),
    ],
)
def test_only_views_that_follow_what_was_bent_are_asked(row: str, fields: set[str]) -> None:
    """A row touches the fields it asks for or changes, also those a check looks at besides."""
    mutant = next(mutant for mutant in mutants(catalogue()) if mutant.row == row)
    names = touched(catalogue(), mutant)
    assert names == fields
    asked = {view.name for view in views_of(names, SMALL)}
    assert asked == {view.name for view in SMALL if names & {field.name for field in view.fields}}


@pytest.mark.slow
def test_a_table_that_is_not_bent_is_noticed_by_nobody() -> None:
    """Whoever notices the tables as they are would notice every mutant, and hide the gaps."""
    assert benchmark.false_alarms() == []


@pytest.mark.slow
def test_no_mutant_is_asked_while_the_tables_do_not_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A desk that refuses everybody once "noticed" hundreds of mutants, and the file said there was no gap."""
    monkeypatch.setattr("tests.office.desk.Desk.answer", lambda *_, **__: "refused A3")
    monkeypatch.setattr("sys.argv", ["mutants"])
    assert benchmark.main() == 1
    assert "do not pass: answer of " in capsys.readouterr().err


def _bent_moves(name: str, **how: object) -> Mutant:
    """Every move of a procedure, written otherwise."""
    owner = catalogue()[name]
    moves = tuple(replace(move, **how) for move in owner.moves)  # type: ignore[arg-type]
    return Mutant(name, "moves", name, owner.rules[0], replace(owner, moves=moves))


def _bent_steps(name: str, **how: object) -> Mutant:
    """Every step of a procedure, held otherwise."""
    owner = catalogue()[name]
    steps = tuple(replace(step, **how) for step in owner.steps)  # type: ignore[arg-type]
    return Mutant(name, "steps", name, owner.rules[0], replace(owner, steps=steps))


@pytest.mark.parametrize(
    "mutant",
    [
        _bent_moves("register_employer", fork=False),
        _bent_moves("collect", share=None),
        _bent_moves("cancel", wait=None),
        _bent_moves("deregister_employer", dates=False),
        _bent_moves("death", to="END"),
        _bent_steps("transfer", chip=Chip.NONE),
        _bent_steps("produce", keep=False),
        _bent_steps("job_registration", starts=False),
        _bent_steps("cash_withdrawal", at=At.CHOSEN),
        _bent_steps("activate_bank", register_serves=True),
        _bent_steps("activate_bank", papers=(Paper.CARD, Paper.IDENTITY, Paper.KINSHIP)),
    ],
    ids=lambda mutant: f"{mutant.kind} of {mutant.row}",
)
def test_how_a_step_is_held_and_its_moves_lead_on_is_noticed(mutant: Mutant) -> None:
    """Second cases, shares, waits, dates, targets; chips, counters, places, one more paper."""
    assert values_notice(Base({}, {}, {}, frozenset()), mutant)


@pytest.mark.slow
def test_a_sample_of_mutants_is_noticed_still() -> None:
    """Each 25th of the file, asked again of everybody in turn."""
    sample = list(mutants(catalogue()))[::EVERY]
    gaps = [f"{mutant.kind} {mutant.row}" for mutant in sample if benchmark.judge(mutant) == benchmark.GAP]
    assert not gaps
