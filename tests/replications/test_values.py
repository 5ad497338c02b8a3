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

import numpy as np
import pytest

from sim.metrics.counting import Distribution
from sim.metrics.replicated import Part
from sim.replications import studies
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

    def noting(task: studies.Measured) -> tuple[str, int, Part]:
        numbers.append(task[1])
        return play(task)

    monkeypatch.setattr(studies, "play_measured", noting)
    return numbers


def test_numbers_come_back_as_they_were(tmp_path: Path) -> None:
    """To the last digit, and what was not measured, too."""
    numbers = {("a", 0): Part(0.1 + 0.2, 3.0, 7), ("a", 1): Part(math.inf, 1.0), ("b", 0): Part(5e-324, 1.0)}
    waits = Distribution()
    waits.add_counted(np.zeros(2, dtype=np.int64), np.array([5, 70_000]), np.array([3, 1]))
    with kept_values(tmp_path, KEY, resume=False) as values:
        for (played, number), part in numbers.items():
            values.add(played, number, part)
        values.add("c", 0, Part(note="nothing to measure"))
        values.add("d", 0, Part(count=4, values=waits, share=0.9))
    with kept_values(tmp_path, KEY, resume=True) as again:
        quantile = again.found.pop(("d", 0))
        assert quantile.values is not None
        assert [column.tolist() for column in quantile.values.counted()] == [[5.0, 70_000.0], [3, 1]]
        assert quantile.value == 70_000
        assert math.isnan(again.found.pop(("c", 0)).value)
        assert again.found == numbers


@pytest.mark.parametrize("left", [0, 5, 18, 60])
def test_a_file_that_was_broken_off_at_its_head_is_begun_anew(tmp_path: Path, left: int) -> None:
    """Killed before it said whose numbers they are, it holds none."""
    with kept_values(tmp_path, KEY, resume=False):
        pass
    path = tmp_path / VALUES_FILE
    path.write_bytes(path.read_bytes()[:left])
    with kept_values(tmp_path, KEY, resume=True) as values:
        assert values.found == {}
        values.add("a", 0, Part(1.0, 1.0))
    with kept_values(tmp_path, KEY, resume=True) as values:
        assert values.found == {("a", 0): Part(1.0, 1.0)}


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
