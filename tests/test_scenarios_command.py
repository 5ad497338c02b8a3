"""`cardmill scenarios`: what comes with the package is listed, and a copy of any of it can be played."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.prepare import prepare
from sim.shipped import SCENARIOS, copy, shipped
from tests.command import run_in


@pytest.mark.slow
def test_the_list_has_every_scenario_that_can_be_played_and_no_part_of_one(tmp_path: Path) -> None:
    """Name and title, in both languages and as JSON; files that are only included are not listed."""
    code, out = run_in(tmp_path, "scenarios")
    assert code == 0
    assert "cities/ningbo " in out
    assert "Ningbo, one week in March 2025" in out
    assert "profiles/" not in out
    assert "宁波，2025年3月的一周" in run_in(tmp_path, "scenarios", "--lang", "zh")[1]
    listed = {one["name"] for one in json.loads(run_in(tmp_path, "scenarios", "--json")[1])}
    assert {"nation", "halls/chengdu-wuhou", "truth/mm1"} <= listed
    assert len(listed) == len(shipped())


@pytest.mark.slow
def test_a_copy_has_all_it_needs_and_is_the_same_program(tmp_path: Path) -> None:
    """One of each kind, with includes and CSV files, from a folder of the user's: the same content hash."""
    names = {"cities/ningbo", "halls/chengdu-wuhou", "hotlines/ningxia-12333-q2", "procedures/use", "truth/trace_mm8"}
    for one in shipped():
        if one.name in names:
            path, count = copy(one, tmp_path / one.name.replace("/", "-"))
            files = [file for file in path.parents[one.name.count("/")].rglob("*") if file.is_file()]
            assert len(files) == count
            ours, theirs = prepare(one.path, ())[1], prepare(path, ())[1]
            assert ours.program.content_hash() == theirs.program.content_hash()


@pytest.mark.slow
def test_a_copied_nation_has_its_table_and_its_city_scenarios(tmp_path: Path) -> None:
    """One city of it can be written, which needs them all."""
    code, out = run_in(tmp_path, "scenarios", "nation")
    assert (code, out) == (0, "scenarios/nation.toml (14 files); next: cardmill nation scenarios/nation.toml\n")
    assert run_in(tmp_path, "nation", "scenarios/nation.toml", "--write-city", "99300")[0] == 0
    assert (tmp_path / "99300.toml").is_file()


@pytest.mark.slow
def test_what_the_user_changed_is_not_replaced(tmp_path: Path) -> None:
    """The same copy twice is fine; one with changes is named, and nothing is written."""
    for _ in range(2):
        assert run_in(tmp_path, "scenarios", "chengdu-wuhou")[0] == 0
    scenario = tmp_path / "scenarios" / "halls" / "chengdu-wuhou.toml"
    scenario.write_text("# mine\n")
    (scenario.parent / "chengdu-wuhou-roster.csv").unlink()
    code, out = run_in(tmp_path, "scenarios", "halls/chengdu-wuhou")
    assert (code, out) == (2, "scenarios/halls/chengdu-wuhou.toml: is there and differs: not replaced\n")
    assert [path.name for path in scenario.parent.iterdir()] == ["chengdu-wuhou.toml"]


@pytest.mark.parametrize("name", ["nigbo", "cities/nigbo.toml", "../pyproject"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    """With the nearest, if one is near."""
    code, out = run_in(tmp_path, "scenarios", name)
    assert code == 2
    assert f'there is no "{name}"' in out
    assert "cardmill scenarios lists all" in out
    assert ('did you mean "' in out) == ("nigbo" in name)


def test_inside_a_folder_of_scenarios_no_second_one_is_made(tmp_path: Path) -> None:
    """A scenario tree is the nearest folder of that name above the file."""
    (tmp_path / "scenarios").mkdir()
    code, _ = run_in(tmp_path, "scenarios", "mm1", "--to", "scenarios")
    assert code == 0
    assert (tmp_path / "scenarios" / "truth" / "mm1.toml").read_bytes() == (SCENARIOS / "truth/mm1.toml").read_bytes()
