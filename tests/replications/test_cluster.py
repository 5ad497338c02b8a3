"""A real Dask scheduler and workers, each a process of its own: the same rows, nothing lost, clear words."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sim.replications.rows import ROWS_FILE
from sim.replications.session import Beat
from sim.run import Plan, play, prepare
from tests.replications.clusters import ENVIRONMENT, Cluster
from tests.replications.runs import desk, encoded, outcome, rows_in

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of two workers."""
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


def _run(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cardmill", "run", "desk.toml", "--out", "run", "--engine", "reference", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_for_rows(path: Path, grown: int, process: subprocess.Popen[str]) -> None:
    sizes, deadline = set[int](), time.monotonic() + 90
    while len(sizes) < grown and process.poll() is None and time.monotonic() < deadline:
        if path.exists():
            sizes.add(path.stat().st_size)
        time.sleep(0.02)


def test_a_killed_worker_loses_nothing_and_the_rows_are_those_of_this_machine(tmp_path: Path, cluster: Cluster) -> None:
    """One of two workers is killed in the middle; the other does the rest."""
    path = desk(tmp_path, duration="10 d", replications=16)
    process = _run(tmp_path, "--cluster", cluster.address)
    _wait_for_rows(tmp_path / "run" / ROWS_FILE, 4, process)
    cluster.workers[0].kill()
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    outcome(path, Plan(), tmp_path / "here")
    assert encoded(rows_in(path, tmp_path / "run")) == encoded(rows_in(path, tmp_path / "here"))


def test_a_lost_scheduler_is_said_in_one_line_and_the_run_goes_on_later(tmp_path: Path, cluster: Cluster) -> None:
    """Exit code 1 and how to go on; going on here gives the rows of an undisturbed run."""
    path = desk(tmp_path, duration="10 d", replications=16)
    process = _run(tmp_path, "--cluster", cluster.address)
    _wait_for_rows(tmp_path / "run" / ROWS_FILE, 4, process)
    cluster.scheduler.kill()
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 1, out
    assert out.strip().splitlines()[-1] == (
        f"the Dask scheduler at {cluster.address} is gone; what was finished is kept in run: go on with --resume"
    )
    kept = rows_in(path, tmp_path / "run")
    assert 2 <= len(kept.rows) < 16
    again = _run(tmp_path, "--resume", "--quiet")
    out, _ = again.communicate(timeout=120)
    assert (again.returncode, out) == (0, "")
    outcome(path, Plan(), tmp_path / "here")
    assert encoded(rows_in(path, tmp_path / "run")) == encoded(rows_in(path, tmp_path / "here"))


def test_an_address_where_nobody_answers_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    """Exit code 2 before anything is played or written."""
    desk(tmp_path)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        process = _run(tmp_path, "--cluster", address)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 2, out
        assert out.startswith(f"--cluster: no Dask scheduler answers at {address}")
        assert "Traceback" not in out
        assert not (tmp_path / "run").exists()


def test_without_the_library_the_extra_is_named(tmp_path: Path) -> None:
    """A machine without Dask: one line, exit code 2."""
    desk(tmp_path)
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')", encoding="utf-8")
    process = _run(tmp_path, "--cluster", "tcp://127.0.0.1:9")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    why = "--cluster: a cluster needs the package distributed, which is not installed"
    assert out.strip() == f"{why}; allowed: pip install cardmill[dask]"


def test_a_cluster_tells_through_its_scheduler_how_far_it_is(tmp_path: Path, cluster: Cluster) -> None:
    """Few long replications: between two that are finished there are beats with shares of those in hand."""
    path = desk(tmp_path, duration="200 d", replications=3, rate="20 per h")
    beats: list[Beat] = []
    plan = Plan(engine="reference", cluster=cluster.address)
    play(*prepare(path, ()), plan, folder=tmp_path / "run", beat=beats.append)
    assert [beat for beat in beats if 0.0 < beat.in_hand < 3.0]
    outcome(path, Plan(engine="reference"), tmp_path / "here")
    assert encoded(rows_in(path, tmp_path / "run")) == encoded(rows_in(path, tmp_path / "here"))
