"""The file of mutants: of the tables as they are, without a gap, and still true in a sample."""

from __future__ import annotations

import pytest

from benchmarks import mutants as benchmark
from sim.procedures.catalogue import catalogue
from sim.proofs.mutants import mutants
from sim.proofs.mutation import SMALL, touched, views_of
from sim.proofs.unnoticed import reason

AGAIN = "python -m benchmarks.mutants --write"
EVERY = 25


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


@pytest.mark.slow
def test_a_sample_of_mutants_is_noticed_still() -> None:
    """Each 25th of the file, asked again of everybody in turn."""
    sample = list(mutants(catalogue()))[::EVERY]
    gaps = [f"{mutant.kind} {mutant.row}" for mutant in sample if benchmark.judge(mutant) == benchmark.GAP]
    assert not gaps
