"""`cardmill card reference` from the shell: what it says, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cardmill import app
from tests.cardemu.reference.made import folder

RUNNER = CliRunner()


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output, errors."""
    result = RUNNER.invoke(app, ["card", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.slow
def test_a_bundle_by_number_and_again_from_its_card_toml(tmp_path: Path) -> None:
    """The same bytes; the file names its product itself."""
    code, said, _ = run("reference", 7, "--product", "generation-1", "--out", tmp_path / "one")
    assert code == 0
    assert "generation-1, 宋柏云, card A00000070; 17 files" in said
    code, said, _ = run("reference", tmp_path / "one" / "card.toml", "--out", tmp_path / "two", "--json")
    assert code == 0
    assert json.loads(said)["card_number"] == "A00000070"
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert path.read_bytes() == (folder("generation-1") / path.name).read_bytes()
    assert run("compare", tmp_path / "one", tmp_path / "two", "--quiet")[0] == 0
    assert run("check", tmp_path / "one", "--quiet")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("7",), "--product is missing"),
        (("7", "--product", "generation-9"), "no such product"),
        (("nobody", "--product", "generation-1"), "must be the number of a synthetic person"),
        (("7", "--product", "generation-1", "--field", "person.name"), "must be NAME=VALUE"),
        (("7", "--product", "generation-1", "--region", "33"), "region: '33' must be six digits"),
        (("7", "--product", "generation-1", "--issue-date", "tomorrow"), "card.issue_date: 'tomorrow'"),
        (("99999999999", "--product", "generation-1"), "index"),
        (("no.csv", "--product", "generation-1"), "No such file"),
    ],
)
def test_wrong_input_is_said_and_nothing_written(arguments: tuple[str, ...], why: str, tmp_path: Path) -> None:
    """Exit code 2, a message, an empty folder."""
    code, _, error = run("reference", *arguments, "--out", tmp_path / "out")
    assert code == 2
    assert why in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_batch_from_a_csv_file(tmp_path: Path) -> None:
    """A folder a card, named by its number; the first only with --limit."""
    path = tmp_path / "cards.csv"
    path.write_text("index,person.name\n1,李敏\n2,王平\n", encoding="utf-8")
    code, said, _ = run("reference", path, "--product", "generation-1", "--out", tmp_path / "all", "--workers", 2)
    assert (code, said.strip()) == (0, f"{tmp_path / 'all'}: 2 bundles")
    assert sorted(one.name for one in (tmp_path / "all").iterdir()) == ["A00000011", "A0000002X"]
    again = ("reference", path, "--product", "generation-1", "--out", tmp_path / "all")
    code, _, said = run(*again)
    assert code == 2
    assert "A00000011: is a bundle already; --force replaces it" in said
    assert run(*again, "--force", "-q") == (0, "", "")
    some = ("--out", tmp_path / "some", "--limit", 1, "--json")
    code, said, _ = run("reference", path, "--product", "generation-1", *some)
    assert code == 0
    assert len(json.loads(said)["bundles"]) == 1
