"""The command line as a user meets it: right input, wrong input, exit codes."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cardmill
from sim.interrupt import not_lost
from sim.store import RunReader
from tests.command import run_in

DESK = """\
title = "One desk"
[run]
start = 2026-03-02
duration = "8 h"
[demand.people]
enters = "desk"
rate = "20 per h"
[stations.desk]
counters = 2
service = {dist = "exponential", mean = "5 min"}
"""
OUTLET = """\
title = "One outlet"
[run]
start = 2026-03-02
duration = "20 d"
[cohorts.holders]
size = 1000
card = "active"
[outlets.east]
counters = 2
[outlets.west]
counters = 2
offers = ["collect"]
[factories.works]
machines = 1
[banks.first]
[hospitals.main]
online = true
[pharmacies.corner]
online = true
[people.li]
card = "none"
[[story]]
title = "First card"
rules = ["A1"]
actions = [{at = "2026-03-02 09:00", person = "li", does = "apply", where = "east"}]
"""


def _write(folder: Path, text: str, name: str = "scenario.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_run_ends_with_the_path_of_its_report_and_leaves_a_readable_folder(tmp_path: Path) -> None:
    """Exit code 0; log, names, scenario copy and report are there."""
    _write(tmp_path, DESK)
    code, out = run_in(tmp_path, "run", "scenario.toml", "--check")
    assert code == 0
    assert out.splitlines()[-1] == "report: runs/scenario/report.html"
    folder = tmp_path / "runs" / "scenario"
    assert "One desk" in (folder / "report.html").read_text(encoding="utf-8")
    reader = RunReader(folder)
    assert reader.info.status == "complete"
    assert reader.verify() == []
    assert (folder / "scenario" / "scenario.toml").read_text(encoding="utf-8").startswith('title = "One desk"')


@pytest.mark.slow
def test_the_copied_scenario_plays_the_same_run_again(tmp_path: Path) -> None:
    """Same content hash, same log, even though --set has been carried out in the copy."""
    _write(tmp_path, DESK)
    _, first = run_in(tmp_path, "run", "scenario.toml", "--json", "--set", "stations.desk.counters=3")
    copy = "runs/scenario/scenario/scenario.toml"
    _, again = run_in(tmp_path, "run", copy, "--json", "--out", "again")
    assert json.loads(first)["content_hash"] == json.loads(again)["content_hash"]
    assert json.loads(first)["log_sha256"] == json.loads(again)["log_sha256"]


@pytest.mark.slow
def test_the_compiled_engine_writes_the_same_log(tmp_path: Path) -> None:
    """Another engine, the same bytes; an engine that does not exist is a mistake."""
    _write(tmp_path, DESK)
    _, readable = run_in(tmp_path, "run", "scenario.toml", "--json")
    _, compiled = run_in(tmp_path, "run", "scenario.toml", "--json", "--engine", "compiled", "--out", "again")
    assert json.loads(readable)["log_sha256"] == json.loads(compiled)["log_sha256"]
    code, out = run_in(tmp_path, "run", "scenario.toml", "--engine", "fast")
    assert code == 2
    assert "reference or compiled" in out


def test_quiet_prints_nothing_and_json_prints_one_document(tmp_path: Path) -> None:
    """For scripts."""
    _write(tmp_path, DESK)
    assert run_in(tmp_path, "run", "scenario.toml", "--quiet") == (0, "")
    code, out = run_in(tmp_path, "run", "scenario.toml", "--json", "--log", "none")
    document = json.loads(out)
    assert code == 0
    assert document["title"] == "One desk"
    assert document["places"][0]["name"] == "stations"
    assert document["log_sha256"] is None


@pytest.mark.slow
def test_a_run_that_kept_no_log_can_be_followed_by_one_that_does(tmp_path: Path) -> None:
    """A folder with nothing but reports is ours."""
    _write(tmp_path, DESK)
    assert run_in(tmp_path, "run", "scenario.toml", "--quiet", "--log", "none") == (0, "")
    assert run_in(tmp_path, "run", "scenario.toml", "--quiet") == (0, "")
    assert RunReader(tmp_path / "runs" / "scenario").verify() == []


@pytest.mark.slow
def test_an_expectation_not_met_gives_exit_code_99(tmp_path: Path) -> None:
    """The verdict is printed with the measured value."""
    _write(tmp_path, DESK + '[[expect]]\nmetric = "wait.mean"\nstation = "desk"\nat_most = "1 ms"\n')
    code, out = run_in(tmp_path, "run", "scenario.toml")
    assert code == 99
    assert "NOT MET" in out


@pytest.mark.slow
def test_a_story_that_ends_otherwise_than_told_gives_exit_code_98(tmp_path: Path) -> None:
    """An application that is in order is not refused."""
    _write(tmp_path, OUTLET.replace('where = "east"', 'where = "east", expect = "refused A1"'))
    code, out = run_in(tmp_path, "run", "scenario.toml", "--set", "procedures.apply.defect_share=0")
    assert code == 98
    assert "expected refused A1, got done" in out


@pytest.mark.slow
def test_a_report_can_be_had_in_chinese(tmp_path: Path) -> None:
    """Beside the English one."""
    _write(tmp_path, DESK)
    code, out = run_in(tmp_path, "run", "scenario.toml", "--lang", "zh")
    assert code == 0
    assert out.splitlines()[-1] == "report: runs/scenario/report.zh.html"
    assert "等待" in (tmp_path / "runs/scenario/report.zh.html").read_text(encoding="utf-8")


def test_check_says_how_large_a_scenario_is_and_plays_nothing(tmp_path: Path) -> None:
    """No folder appears."""
    _write(tmp_path, DESK)
    code, out = run_in(tmp_path, "check", "scenario.toml")
    assert code == 0
    assert "sound" in out
    assert not (tmp_path / "runs").exists()


def test_the_schema_is_json(tmp_path: Path) -> None:
    """For editors."""
    code, out = run_in(tmp_path, "schema")
    assert code == 0
    assert "outlets" in json.loads(out)["properties"]


_WRONG = [
    ("a typo in a key", DESK.replace("counters", "conters"), (), "scenario.toml:9: stations.desk.conters"),
    ("a negative duration", DESK.replace('"5 min"', '"-5 min"'), (), "stations.desk.service"),
    ("an outlet with no counters", OUTLET.replace("counters = 2\noffers", "counters = 0\noffers"), (), "outlets.west"),
    (
        "a procedure at a place that does not offer it",
        OUTLET.replace('where = "east"', 'where = "west"'),
        (),
        "story",
    ),
    (
        "a calendar year not covered",
        OUTLET.replace("2026-03-02", "2031-03-03"),
        (),
        "2031",
    ),
    ("a demand that can never be served", DESK.replace("20 per h", "30 per h"), (), "the queue would only grow"),
    ("an override of a key that does not exist", DESK, ("--set", "stations.desk.conters=3"), "--set"),
    ("a language nobody has translated", DESK, ("--lang", "fr"), "en or zh"),
    ("no bank to activate at", OUTLET.replace("[banks.first]\n", ""), (), "activate_bank"),
]


@pytest.mark.parametrize(("what", "text", "more", "said"), _WRONG, ids=[row[0] for row in _WRONG])
def test_a_wrong_scenario_gives_one_clear_message_and_exit_code_2(
    tmp_path: Path, what: str, text: str, more: tuple[str, ...], said: str
) -> None:
    """Never a traceback, and nothing half-written."""
    _write(tmp_path, text)
    code, out = run_in(tmp_path, "run", "scenario.toml", *more)
    assert code == 2, f"{what}: {out}"
    assert said in out
    assert "Traceback" not in out
    assert not (tmp_path / "runs").exists()


def test_a_missing_file_a_folder_and_a_binary_file_are_named(tmp_path: Path) -> None:
    """Three mistakes of the first minute."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    for name in ("missing.toml", "folder", "picture.toml"):
        code, out = run_in(tmp_path, "run", name)
        assert code == 2
        assert out.startswith(name)


def test_a_bad_row_of_a_csv_file_is_named_by_its_line(tmp_path: Path) -> None:
    """Line 3 of the file, not of the scenario."""
    (tmp_path / "day.csv").write_text("time\n08:30\nhalf past nine\n", encoding="utf-8")
    _write(tmp_path, DESK.replace('rate = "20 per h"', 'file = {arrivals = "day.csv"}'))
    code, out = run_in(tmp_path, "run", "scenario.toml")
    assert code == 2
    assert "day.csv:3" in out


def test_a_folder_that_is_not_ours_is_never_overwritten(tmp_path: Path) -> None:
    """The user's own files stay."""
    _write(tmp_path, DESK)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious", encoding="utf-8")
    code, out = run_in(tmp_path, "run", "scenario.toml", "--out", "mine")
    assert code == 2
    assert "mine is not empty and holds no results of ours (thesis.txt)" in out
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "precious"


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_played_and_says_that_it_is_partial(tmp_path: Path) -> None:
    """Exit code 130; the log is readable and its whole parts verify."""
    long = (
        DESK.replace('"8 h"', '"4000 d"').replace("20 per h", "20000 per h").replace("counters = 2", "counters = 2000")
    )
    _write(tmp_path, long)
    process = subprocess.Popen(
        [sys.executable, "-m", "cardmill", "run", "scenario.toml"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(Path(cardmill.__file__).parent)},
        text=True,
    )
    events = tmp_path / "runs" / "scenario" / "events"
    deadline = time.monotonic() + 60
    while not list(events.glob("part-*.parquet")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130, out
    assert "interrupted" in out
    reader = RunReader(tmp_path / "runs" / "scenario")
    assert reader.info.status == "interrupted"
    assert reader.verify() == []
    assert "interrupted" in reader.info.partial


@pytest.mark.slow
def test_the_scenario_in_a_run_folder_can_be_played_again(tmp_path: Path) -> None:
    """Its copy has includes and overrides carried out, and the CSV files beside it: the same log comes of it."""
    (tmp_path / "day").mkdir()
    (tmp_path / "day" / "a.csv").write_text("time,service\n0,10\n5,20\n", encoding="utf-8")
    (tmp_path / "day" / "desk.toml").write_text(
        '[demand.people]\nenters = "desk"\nfile = {arrivals = "a.csv"}\n', "utf-8"
    )
    text = 'include = ["day/desk.toml"]\n[run]\nstart = 2026-03-02\nduration = "1 h"\n[stations.desk]\ncounters = 1\n'
    (tmp_path / "town.toml").write_text(text, encoding="utf-8")
    first, again = tmp_path / "first", tmp_path / "again"
    for scenario, out in ((tmp_path / "town.toml", first), (first / "scenario" / "scenario.toml", again)):
        assert run_in(tmp_path, "run", str(scenario), "--out", str(out), "-q") == (0, "")
    logs = [json.loads((folder / "run.json").read_text("utf-8"))["log_sha256"] for folder in (first, again)]
    assert logs[0] == logs[1]


def test_rules_are_printed_in_a_language_there_is(tmp_path: Path) -> None:
    """Exit code 2 and what is allowed, rather than English for whatever is asked."""
    _write(tmp_path, OUTLET)
    code, out = run_in(tmp_path, "rules", "scenario.toml", "--lang", "fr")
    assert code == 2
    assert out.strip() == '--lang: there is no "fr"; allowed: en or zh'


@pytest.mark.slow
def test_no_interval_is_printed_below_zero(tmp_path: Path) -> None:
    """A share of nearly 0: its interval is one made for shares, in numbers and in the text."""
    expect = '[[expect]]\nmetric = "abandoned.share"\nstation = "desk"\nat_most = 1.0\n'
    desk = DESK.replace('"8 h"', '"6 h"') + 'patience = "38 min"\n' + expect
    _write(tmp_path, desk)
    code, out = run_in(tmp_path, "run", "scenario.toml", "--replications", "8", "--json")
    (verdict,) = json.loads(out)["expectations"]
    assert code == 0
    low, high = verdict["interval"]
    assert 0.0 <= low < verdict["measured"] < high < 1.0
    assert f"(95 %: {100 * low:.4g} % to {100 * high:.4g} %)" in verdict["text"]


@pytest.mark.slow
def test_ctrl_c_that_a_library_swallowed_comes_again() -> None:
    """Raised where C has called back into Python, it is printed and lost; it is raised once more soon after."""
    called_back = ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))
    with not_lost(), pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the first one cannot leave the call
        called_back()
        time.sleep(5)
