"""A study's finished runs are kept, and the study goes on from them: nothing is lost, and nothing foreign is taken."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import time
from fractions import Fraction
from pathlib import Path

import pytest

from sim.replications import studies
from sim.replications.kept import RowsError
from sim.replications.rows import Key
from sim.replications.sensitivity import Tornado
from sim.replications.studies import Side, play_sensitivity
from sim.replications.values import VALUES_FILE, StudyKey, kept_values
from sim.run import Plan
from tests.replications.runs import children_of, desk, started

FIFTH = Fraction(1, 5)
KEY = StudyKey(Key("hash", 1, "counted", "code"), "wait.mean")


def _play(side: Side, plan: Plan, *, stop_after: int | None = None, change: Fraction = FIFTH) -> Tornado:
    def look(finished: int, planned: int) -> None:
        assert finished <= planned
        if finished == stop_after:
            raise KeyboardInterrupt

    return play_sensitivity(side, ("wait.mean", ""), change, plan, None, look)[0]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replications that are played from now on."""
    numbers: list[int] = []
    play = studies.play_measured

    def noting(task: studies.Measured) -> tuple[str, int, float]:
        numbers.append(task[1])
        return play(task)

    monkeypatch.setattr(studies, "play_measured", noting)
    return numbers


def test_numbers_come_back_as_they_were(tmp_path: Path) -> None:
    """To the last digit, and what was not measured, too."""
    numbers = {("a", 0): 0.1 + 0.2, ("a", 1): math.inf, ("b", 0): 5e-324}
    with kept_values(tmp_path, KEY, resume=False) as values:
        for (played, number), value in numbers.items():
            values.add(played, number, value)
        values.add("c", 0, math.nan)
    with kept_values(tmp_path, KEY, resume=True) as again:
        assert math.isnan(again.found.pop(("c", 0)))
        assert again.found == numbers


def test_a_study_that_was_stopped_goes_on_where_it_was(tmp_path: Path, played: list[int]) -> None:
    """Stopped after each possible number of runs, nothing is played twice and the outcome is the same."""
    path, plan = desk(tmp_path), Plan(replications=2)
    whole = _play(Side(path), plan)
    for stop in (1, 2, 5):
        side = Side(path, folder=tmp_path / str(stop))
        try:
            _play(side, plan, stop_after=stop)
        except KeyboardInterrupt:
            assert stop == 1
        played.clear()
        assert _play(side, Plan(replications=2, resume=True)) == whole
        assert len(played) == 6 - stop


def test_a_study_goes_on_with_more_replications_and_another_change(tmp_path: Path, played: list[int]) -> None:
    """Only what is new is played: the third replication of all, then two other alternatives."""
    side = Side(desk(tmp_path), folder=tmp_path / "study")
    _play(side, Plan(replications=2))
    played.clear()
    _play(side, Plan(replications=3, resume=True))
    assert played == [2, 2, 2]
    _play(side, Plan(replications=3, resume=True), change=Fraction(1, 10))
    assert played[3:] == [0, 1, 2, 0, 1, 2]


def test_without_resume_a_study_begins_anew(tmp_path: Path, played: list[int]) -> None:
    """The old numbers are not there any more."""
    side = Side(desk(tmp_path), folder=tmp_path / "study")
    _play(side, Plan(replications=2))
    size = (tmp_path / "study" / VALUES_FILE).stat().st_size
    played.clear()
    _play(side, Plan(replications=2))
    assert len(played) == 6
    assert (tmp_path / "study" / VALUES_FILE).stat().st_size == size


@pytest.mark.parametrize(
    ("overrides", "plan", "metric", "said"),
    [
        (("stations.desk.counters=3",), Plan(replications=2, resume=True), "wait.mean", "played from another scenario"),
        ((), Plan(seed=5, replications=2, resume=True), "wait.mean", "played with seed 1, not 5"),
        ((), Plan(replications=2, resume=True), "wait.p90", "they are of another metric"),
    ],
)
def test_numbers_of_another_study_are_refused_and_left_alone(
    tmp_path: Path, overrides: tuple[str, ...], plan: Plan, metric: str, said: str
) -> None:
    """With the reason, before anything is played."""
    path, folder = desk(tmp_path), tmp_path / "study"
    _play(Side(path, folder=folder), Plan(replications=2))
    content = (folder / VALUES_FILE).read_bytes()
    with pytest.raises(RowsError, match=f"holds runs that cannot go on: .*{said}"):
        play_sensitivity(Side(path, overrides, folder), (metric, ""), FIFTH, plan, None)
    assert (folder / VALUES_FILE).read_bytes() == content


@pytest.mark.parametrize("left", [0, 5, 18, 60])
def test_a_file_that_was_broken_off_at_its_head_is_begun_anew(tmp_path: Path, left: int) -> None:
    """Killed before it said whose numbers they are, it holds none."""
    with kept_values(tmp_path, KEY, resume=False):
        pass
    path = tmp_path / VALUES_FILE
    path.write_bytes(path.read_bytes()[:left])
    with kept_values(tmp_path, KEY, resume=True) as values:
        assert values.found == {}
        values.add("a", 0, 1.0)
    with kept_values(tmp_path, KEY, resume=True) as values:
        assert values.found == {("a", 0): 1.0}


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    options = ("--replications", "10", "--json", *arguments, "--workers", "2")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what runs in its background
    try:
        return started(folder, "sensitivity", "desk.toml", *options)
    finally:
        signal.signal(signal.SIGINT, before)


def _until_kept(path: Path, size: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not (path.exists() and path.stat().st_size > size) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_study_that_lost_a_worker_and_was_stopped_ends_as_an_undisturbed_one(
    tmp_path: Path, how: signal.Signals
) -> None:
    """A worker killed, then the parent stopped in the middle: --resume gives the same page and the same JSON."""
    desk(tmp_path, duration="5 d")
    whole, _ = _start(tmp_path, "--out", "study").communicate(timeout=120)
    page = (tmp_path / "study" / "sensitivity.html").read_bytes()
    path = tmp_path / "study" / VALUES_FILE
    path.unlink()
    process = _start(tmp_path, "--out", "study")
    _until_kept(path, 1000, process)
    workers = children_of(process)
    os.kill(workers[-1], signal.SIGKILL)
    _until_kept(path, path.stat().st_size, process)
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == (130 if how is signal.SIGINT else -how)
    again, said = _start(tmp_path, "--out", "study", "--resume").communicate(timeout=120)
    assert json.loads(again) == json.loads(whole), said
    assert again == whole
    assert (tmp_path / "study" / "sensitivity.html").read_bytes() == page
