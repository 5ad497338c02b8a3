"""Many replications, comparisons, assumptions and known answers from the command line."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import signal
from fractions import Fraction
from pathlib import Path

import pytest

from cardemu.host.claim import LIST
from reports.console_studies import print_tornado
from sim.metrics.catalogue import Unit
from sim.metrics.measures import Question
from sim.replications.asked import Asked
from sim.replications.sensitivity import Effect, Swing, Tornado
from sim.replications.session import Beat
from tests.command import run_in
from tests.replications.runs import desk

HERE = ("--workers", "1")


@pytest.mark.slow
def test_a_run_until_says_how_many_replications_and_why(tmp_path: Path) -> None:
    """On the screen, in JSON and on the page, in both languages."""
    desk(tmp_path)
    until = ("--until", "ci(wait.mean at desk) < 200 s", *HERE)
    code, out = run_in(tmp_path, "run", "desk.toml", *until)
    assert code == 0
    assert "replications: the intervals were narrow enough after " in out
    _, text = run_in(tmp_path, "run", "desk.toml", *until, "--json", "--lang", "zh")
    document = json.loads(text)
    assert document["stopped"]["reached"]
    assert document["stopped"]["conditions"][0]["condition"] == "ci(wait.mean at desk) < 200 s"
    assert "置信区间足够窄" in (tmp_path / "runs/desk/report.zh.html").read_text("utf-8")
    run_in(tmp_path, "run", "desk.toml", *until, "--quiet", "--resume")
    page = (tmp_path / "runs/desk/report.html").read_text("utf-8")
    assert f"Played until the intervals were narrow enough: {document['replications']} times" in page


@pytest.mark.slow
def test_a_run_that_reached_the_most_says_that_it_was_not_enough(tmp_path: Path) -> None:
    """The page warns too."""
    desk(tmp_path)
    code, out = run_in(
        tmp_path, "run", "desk.toml", "--until", "ci(wait.mean) < 1 ms", "--max-replications", "6", *HERE
    )
    assert code == 0
    assert "6 replications: that is the most allowed; THE INTERVALS ARE NOT NARROW ENOUGH" in out
    assert "Stopped after 6 replications although" in (tmp_path / "runs/desk/report.html").read_text("utf-8")
    nothing = ("--until", "ci(lead.application_to_hand.mean) < 1 h", "--max-replications", "6")
    code, out = run_in(tmp_path, "run", "desk.toml", *nothing, *HERE)
    assert code == 0
    assert "now nothing, nothing to measure" in out


@pytest.mark.slow
def test_the_warm_up_that_was_found_is_stated(tmp_path: Path) -> None:
    """And is the one that is played."""
    desk(tmp_path, duration="5 d", replications=1)
    code, out = run_in(tmp_path, "run", "desk.toml", "--warm-up", "auto", *HERE)
    assert code == 0
    assert "found by MSER-5 in 5 pilot runs" in out
    assert "found by MSER-5 in 5 pilot runs" in (tmp_path / "runs/desk/report.html").read_text("utf-8")
    copy = (tmp_path / "runs/desk/scenario/scenario.toml").read_text("utf-8")
    assert "warm_up = " in copy


@pytest.mark.slow
def test_a_warm_up_to_be_found_may_stand_in_the_file_and_the_option_goes_before_it(tmp_path: Path) -> None:
    """Checked without playing, found when played and resumed, stated in JSON and on a comparison's page."""
    path = desk(tmp_path, duration="5 d", replications=2)
    path.write_text(path.read_text("utf-8").replace("[run]", '[run]\nwarm_up = "auto"'), "utf-8")
    code, out = run_in(tmp_path, "check", "desk.toml")
    assert code == 0
    assert "note: run.warm_up is found by pilot runs whenever the scenario is played" in out
    assert run_in(tmp_path, "run", "desk.toml", "--quiet", *HERE) == (0, "")
    code, text = run_in(tmp_path, "run", "desk.toml", "--resume", "--replications", "3", "--json", *HERE)
    assert code == 0
    assert json.loads(text)["settled"]["pilots"] == 5
    code, out = run_in(tmp_path, "run", "desk.toml", "--resume", "--warm-up", "1 h", *HERE)
    assert code == 2
    assert "cannot go on: they were played from another scenario" in out
    code, text = run_in(tmp_path, "run", "desk.toml", "--warm-up", "1 h", "--json", *HERE)
    assert json.loads(text)["settled"] is None
    options = ("compare", "desk.toml", "--set-b", "stations.desk.counters=3", "--replications", "2", *HERE)
    code, out = run_in(tmp_path, *options)
    assert code == 0
    assert "found by MSER-5 in 5 pilot runs" in out
    assert "found by MSER-5 in 5 pilot runs" in (tmp_path / "runs/compare-desk-desk/compare.html").read_text("utf-8")
    hours = path.read_text("utf-8") + 'hours = "day"\n[hours.day]\ndaily = "08:00-16:00"\n'
    path.write_text(hours, "utf-8")
    code, out = run_in(tmp_path, "check", "desk.toml", "--set", "run.overload=allow")
    assert code == 2
    assert "desk.toml: run.warm_up: there is no steady state to settle into: desk has opening hours" in out
    assert 'allowed: a duration, such as "1 d"' in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--log", "yes"), '--log: "yes" is not a kind of log; allowed: full, sample, sample:SHARE'),
        (("--until", "wait < 3"), "--until: wait < 3: is no condition"),
        (
            ("--until", "ci(wait.mean) < 1 s", "--replications", "3"),
            "--replications says how many, --until when to stop",
        ),
        (("--until", "ci(wait.mean) < 1 s", "--max-replications", "3"), "at least 5 and at most 3 replications"),
        (("--max-replications", "30"), "mean nothing without --until; allowed: --replications for a number"),
        (("--until", "ci(utilisation) < inf"), 'utilisation cannot be compared with that: "inf" is no limit'),
        (("--until", "ci(wait.mean) < nan %"), '"nan" is no limit'),
        (("--until", "ci(wait.mean) < 1 s", "--max-replications", "10000000"), "<= maximum <= 1,000,000"),
        (("--replications", "1000000000000"), "less than or equal to 1000000"),
        (("--workers", "0"), "--workers: 0 workers do nothing"),
        (("--workers", "1000000000000"), "--workers: 1000000000000 workers are too many; allowed: 1,000 at most"),
        (("--warm-up", "soon"), '--warm-up: run.warm_up: "soon" is not a duration; allowed: a number and a unit'),
        (("--sensitivity", "wait.men"), 'did you mean "wait.mean"'),
    ],
)
def test_wrong_options_of_a_run_are_explained(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, nothing written."""
    desk(tmp_path)
    code, out = run_in(tmp_path, "run", "desk.toml", *arguments)
    assert code == 2, out
    assert said in out
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("compare", "desk.toml", "--set-b", "stations.desk.counters=3", "--replications", "1000000000000"),
        ("sensitivity", "desk.toml", "--replications", "1000000000000"),
        ("cards", "runs", "--jobs", "1000000000000"),
        ("card", "reference", "7", "--out", "bundle", "--workers", "1000000000000"),
    ],
)
def test_no_command_begins_what_no_machine_can_hold(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A number with too many noughts is refused before anything is made of it."""
    desk(tmp_path)
    code, out = run_in(tmp_path, *command)
    assert code == 2, out
    assert "less than or equal to" in out
    assert [path.name for path in tmp_path.iterdir()] == ["desk.toml"]


@pytest.mark.parametrize(
    "command",
    [
        ("run", "desk.toml"),
        ("compare", "desk.toml", "--set-b", "stations.desk.counters=3"),
        ("sensitivity", "desk.toml"),
    ],
)
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Exit code 2 (1 is a verdict on a card), one line, no traceback, and nothing is said to be kept."""
    path = desk(tmp_path, replications=2)
    code, out = run_in(tmp_path, *command, "--out", "desk.toml/x", *HERE)
    assert code == 2
    assert re.fullmatch(r"desk\.toml/x cannot be written to: (Not a directory|File exists)\n", out)
    assert path.is_file()


@pytest.mark.slow
def test_rows_of_another_scenario_are_refused_with_the_reason(tmp_path: Path) -> None:
    """--resume after the scenario was changed."""
    desk(tmp_path)
    assert run_in(tmp_path, "run", "desk.toml", "--quiet", *HERE) == (0, "")
    code, out = run_in(tmp_path, "run", "desk.toml", "--resume", "--set", "stations.desk.counters=3", *HERE)
    assert code == 2
    assert "holds replications that cannot go on: they were played from another scenario" in out


@pytest.mark.slow
def test_a_run_that_keeps_no_log_replaces_an_older_run_and_nothing_else(tmp_path: Path) -> None:
    """The older log would be that of another scenario; somebody's folder is left alone."""
    desk(tmp_path)
    options = ("run", "desk.toml", "--log", "none", "--quiet", *HERE)
    assert run_in(tmp_path, "run", "desk.toml", "--quiet", *HERE) == (0, "")
    assert run_in(tmp_path, *options, "--resume") == (0, "")
    assert (tmp_path / "runs/desk/run.json").exists()
    assert run_in(tmp_path, *options, "--set", "stations.desk.counters=3") == (0, "")
    assert {path.name for path in (tmp_path / "runs/desk").iterdir()} == {LIST, "replications.rows", "report.html"}
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("One", "utf-8")
    code, out = run_in(tmp_path, *options, "--out", "thesis")
    assert code == 2
    assert "thesis is not empty and holds no results of ours" in out
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


@pytest.mark.slow
def test_a_comparison_says_which_is_better_on_screen_in_json_and_on_a_page(tmp_path: Path) -> None:
    """The same scenario with one more counter."""
    desk(tmp_path)
    options = ("compare", "desk.toml", "--set-b", "stations.desk.counters=3", "--replications", "8", *HERE)
    code, out = run_in(tmp_path, *options)
    assert code == 0
    assert "wait.mean at stations: better with 3 counters; " in out
    page = (tmp_path / "runs/compare-desk-desk/compare.html").read_text("utf-8")
    assert "better with 3 counters; " in page
    assert "<svg" in page
    run_in(tmp_path, *options, "--resume", "--quiet", "--lang", "zh")
    chinese = (tmp_path / "runs/compare-desk-desk/compare.zh.html").read_text("utf-8")
    assert "3 个窗口 更好；" in chinese
    assert "better" not in chinese
    code, text = run_in(tmp_path, *options, "--json", "--resume", "--metric", "wait.p95 at desk")
    found = {one["metric"]: one for one in json.loads(text)["differences"]}
    assert found["wait.p95 at desk"]["finding"] == "b"
    assert found["wait.mean at stations"]["interval"][1] < 0
    assert json.loads(text)["replications"] == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "both alternatives are the same; allowed: another scenario, or --set-b key=value"),
        (("--set-b", "stations.desk.conters=3"), "conters"),
        (("--set-b", "stations.desk.counters=3", "--metric", "wait.men"), 'did you mean "wait.mean"'),
        (("missing.toml",), "missing.toml"),
        (("--set-b", "stations.desk.counters=3", "--lang", "fr"), 'there is no "fr"; allowed: en or zh'),
    ],
)
def test_wrong_comparisons_are_explained(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, nothing written."""
    desk(tmp_path)
    code, out = run_in(tmp_path, "compare", "desk.toml", *arguments, *HERE)
    assert code == 2, out
    assert said in out
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_sensitivity_draws_a_tornado_and_a_run_can_carry_it(tmp_path: Path) -> None:
    """One assumption: the service time."""
    desk(tmp_path)
    code, out = run_in(tmp_path, "sensitivity", "desk.toml", "--place", "desk", "--change", "10%", *HERE)
    assert code == 0
    assert "stations.desk.service" in out
    page = (tmp_path / "runs/sensitivity-desk/sensitivity.html").read_text("utf-8")
    assert "stations.desk.service matters most" in page
    assert 'id="picture-tornado"' in page
    _, text = run_in(tmp_path, "sensitivity", "desk.toml", "--json", "--lang", "zh", *HERE)
    assert json.loads(text)["assumptions"][0]["low"]["value"] == '{dist = "exponential", mean = "4 min"}'
    code, _ = run_in(tmp_path, "run", "desk.toml", "--sensitivity", "wait.mean", "--workers", "1")
    assert code == 0
    assert 'id="picture-tornado"' in (tmp_path / "runs/desk/report.html").read_text("utf-8")
    code, out = run_in(tmp_path, "sensitivity", "desk.toml", "--change", "lots")
    assert code == 2
    assert '--change: "lots" is no change; allowed: more than 0 % and less than 100 %' in out


def test_truth_prints_z_scores_and_fails_when_an_answer_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0 for what is known, 99 for a scenario whose expected answer is false, 2 for a name that is none."""
    code, out = run_in(tmp_path, "truth", "trace_mm8", "trace_tandem", "--check", *HERE)
    assert code == 0
    assert "exact" in out
    assert "every log satisfies the identities" in out
    code, out = run_in(tmp_path, "truth", "mm9")
    assert code == 2
    assert 'did you mean "mm8"' in out
    wrong = desk(tmp_path, more='[[expect]]\nmetric = "wait.mean"\nequals = "1 s"\nz = 3.5\n')
    monkeypatch.setattr("reports.console_truth.TRUTH", wrong.parent)
    code, text = run_in(tmp_path, "truth", "--json", *HERE)
    assert code == 99
    document = json.loads(text)
    assert document["failed"] == 1
    assert abs(document["cases"][0]["z"]) > 3.5


@pytest.mark.slow
def test_an_interrupted_comparison_goes_on_with_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130 and where the finished runs are; going on gives what an undisturbed comparison gives."""
    desk(tmp_path)
    options = ("compare", "desk.toml", "--set-b", "stations.desk.counters=3", "--replications", "5", "--json", *HERE)
    _, whole = run_in(tmp_path, *options, "--out", "whole")
    beats: list[int] = []

    def beat(_: object, beat: Beat) -> None:
        beats.append(beat.finished)
        if len(beats) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("reports.progress.RunProgress.beat", beat)
    code, out = run_in(tmp_path, *options, "--out", "study")
    assert code == 130
    assert out.strip() == "interrupted; what was finished is kept in study: go on with --resume"
    monkeypatch.undo()
    code, again = run_in(tmp_path, *options, "--out", "study", "--resume")
    assert code == 0
    assert json.loads(again)["differences"] == json.loads(whole)["differences"]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_on_a_page_is_one_a_shell_takes_and_makes_the_same_page(tmp_path: Path, language: str) -> None:
    """A value with a blank in it is quoted, and the language of the page is part of the command."""
    desk(tmp_path)
    page = tmp_path / ("runs/desk/report.html" if language == "en" else f"runs/desk/report.{language}.html")
    longer = ("--set", "run.duration=3 h", "--replications", "2", "--lang", language, *HERE)
    assert run_in(tmp_path, "run", "desk.toml", *longer, "--quiet")[0] == 0
    first = page.read_text("utf-8")
    (command,) = re.findall(r"cardmill run [^<]*", html.unescape(first))
    assert run_in(tmp_path, *shlex.split(command)[1:], "--quiet")[0] == 0
    assert page.read_text("utf-8") == first


def test_the_table_of_assumptions_breaks_no_word_at_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long key, distributions at their means: each cell on a line of its own."""
    monkeypatch.setenv("COLUMNS", "80")
    written = '{dist = "lognormal", mean = "%s min", cv = 0.6, mark = "A"}'
    effects = [Effect(written % minutes, minutes * 60_000.0, 1.0) for minutes in (4, 6)]
    key = "procedures.apply.incomplete_papers_share"
    asked = Asked("wait.mean", Question("wait.mean"), Unit.TIME)
    print_tornado(Tornado(asked, 300_000.0, Fraction(1, 5), 5, (Swing(key, written % 5, *effects),), ()))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == [
        "wait.mean: 5 min with all assumptions as they are",
        "assumption lower higher",
        f"{key} mean 4 min: 4 min mean 6 min: 6 min",
        "mean 5 min",
    ]
