"""The outcome does not depend on who played what, in which order, or in how many sittings."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from sim.beside import Beside
from sim.replications.common import Common
from sim.replications.kept import RowsError, packed
from sim.replications.rows import ROWS_FILE, Row, Rows
from sim.replications.session import Beat, Fixed, Session, Task
from sim.replications.workers import ExecutorCrew, HereExecutor
from sim.run import Plan, prepare
from sim.store import RunReader
from tests.replications.runs import children_of, desk, encoded, outcome, rows_in, started


class Shuffling(HereExecutor):
    """Finishes tasks out of order: nothing until a few are waiting, then one at random."""

    def __init__(self, seed: int) -> None:
        self._random, self._waiting = random.Random(seed), list[tuple[Future[bytes], Callable[[], bytes]]]()

    def submit(self, fn: Callable[..., object], /, *args: object, **_: object) -> Future[bytes]:  # type: ignore[override]
        """Put it on the pile."""
        future: Future[bytes] = Future()
        self._waiting.append((future, lambda: fn(*args)))  # type: ignore[arg-type, return-value]
        if len(self._waiting) >= 4:
            self.finish_one()
        return future

    def finish_one(self) -> None:
        """Do one of the pile."""
        future, work = self._waiting.pop(self._random.randrange(len(self._waiting)))
        future.set_result(work())


class Fake:
    """A player whose rows are those of a run played before."""

    duration_ms = 1000

    def __init__(self, rows: Rows) -> None:
        self.key, self.names = rows.key, rows.rows[0].result.names
        self._rows = rows.rows
        self.played: list[int] = []
        self.given: list[int] = []

    def here(self, replication: int, progress: Callable[[int, int], bool]) -> Row:
        progress(500, 10)
        self.played.append(replication)
        return self._rows[replication]

    def broken_off(self) -> Row | None:
        return None

    def task(self, replication: int) -> Task:
        self.given.append(replication)
        return Common(b""), replication

    def play_task(self) -> Callable[[Task], bytes]:
        return lambda task: packed(self._rows[task[1]].encoded(self.key))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of twelve replications, played here one after the other."""
    made = tmp_path_factory.mktemp("session")
    outcome(desk(made, replications=12), folder=made / "serial")
    return made


@pytest.fixture
def serial(folder: Path) -> Rows:
    """Its rows."""
    return rows_in(folder / "desk.toml", folder / "serial")


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_workers_finish_does_not_matter(serial: Rows, seed: int) -> None:
    """Shuffled completion: the same rows in the same order."""
    pile = Shuffling(seed)
    beats: list[Beat] = []

    def look(beat: Beat) -> None:
        beats.append(beat)
        if pile._waiting:
            pile.finish_one()

    crew = ExecutorCrew(pile, 3)
    session = Session(Fake(serial), Fixed(12), lambda: crew, look=look, eager=True)
    session.run()
    assert [row.replication for row in session.counted] == list(range(12))
    assert encoded(session.rows) == encoded(serial)
    assert [beat.finished for beat in beats] == sorted(beat.finished for beat in beats)
    assert beats[-1].replications == 12


@pytest.mark.parametrize("seed", range(5))
def test_this_process_may_play_along(serial: Rows, seed: int) -> None:
    """Each replication is played once, some here and some by the crew, and the rows are the same.

    Meanwhile no thread of an engine takes a processor that a worker needs.
    """
    pile, player = Shuffling(seed), Fake(serial)
    others: set[int] = set()

    def look(_: Beat) -> None:
        others.add(Beside.others)
        if pile._waiting:
            pile.finish_one()

    crew = ExecutorCrew(pile, 2)
    session = Session(player, Fixed(12), lambda: crew, look=look, eager=True, along=True)
    session.run()
    assert sorted(player.played + player.given) == list(range(12))
    assert len(player.played) > 1
    assert len(player.given) > 1
    assert (others, Beside.others) == ({2}, 0)
    assert encoded(session.rows) == encoded(serial)


@pytest.mark.slow
def test_one_worker_is_this_process(folder: Path, serial: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is called where one is asked for, or there is one processor; of two or more all but one are called."""
    called: list[int | None] = []

    def crew_of(workers: int | None) -> ExecutorCrew:
        called.append(workers)
        return ExecutorCrew(HereExecutor())

    monkeypatch.setattr("sim.run.crew_of", crew_of)
    for workers in (1, 2, 4):
        assert outcome(folder / "desk.toml", Plan(engine="reference", workers=workers)).replications == 12
    assert called == [1, 3]
    monkeypatch.setattr("sim.run.cores", lambda: 1)
    monkeypatch.setattr("sim.replications.session.HELP_AFTER_S", 0.0)
    assert outcome(folder / "desk.toml", Plan(engine="reference", workers=None)).replications == 12
    assert called == [1, 3]
    assert len(serial.rows) == 12


def test_only_missing_replications_are_played(serial: Rows) -> None:
    """Rows from before are taken as they are."""
    player = Fake(serial)
    before = Rows.of(serial.key, serial.rows[0].result.names, [serial.rows[number] for number in (0, 1, 4, 7)])
    session = Session(player, Fixed(9), None, before=before)
    session.run()
    assert player.played == [2, 3, 5, 6, 8]
    assert [row.replication for row in session.counted] == list(range(9))


def test_stopping_is_decided_in_order_and_ignores_what_came_early(serial: Rows) -> None:
    """Workers ran ahead to number 11; the rule stops after number 6."""

    class AfterSeven:
        most = 12

        def after(self, row: Row) -> bool:
            return row.replication == 6

    session = Session(Fake(serial), AfterSeven(), None, before=serial)
    session.run()
    assert [row.replication for row in session.counted] == list(range(7))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_does_not_matter(folder: Path, serial: Rows, tmp_path: Path, workers: int) -> None:
    """Rows, log and tables are those of the serial run."""
    spread = outcome(folder / "desk.toml", Plan(workers=workers), tmp_path / "run")
    alone = outcome(folder / "desk.toml")
    assert encoded(rows_in(folder / "desk.toml", tmp_path / "run")) == encoded(serial)
    assert repr(spread.tables) == repr(alone.tables)
    assert spread.events == alone.events
    logs = [RunReader(where).info.log_sha256 for where in (folder / "serial", tmp_path / "run")]
    assert logs[0] == logs[1]


@pytest.mark.slow
def test_a_run_goes_on_where_it_stopped(folder: Path, serial: Rows, tmp_path: Path) -> None:
    """Four of twelve are there; the outcome is that of twelve, and the log is not written again."""
    outcome(folder / "desk.toml", Plan(replications=4), tmp_path / "run")
    started = RunReader(tmp_path / "run").info
    again = outcome(folder / "desk.toml", Plan(resume=True), tmp_path / "run")
    assert again.replications == 12
    assert encoded(rows_in(folder / "desk.toml", tmp_path / "run")) == encoded(serial)
    assert again.stored == RunReader(tmp_path / "run").info == started


@pytest.mark.slow
def test_without_resume_a_run_begins_anew(folder: Path, tmp_path: Path) -> None:
    """Old rows do not stay behind, also when no log is kept."""
    from sim.sample import read_log_kept  # noqa: PLC0415

    for plan in (Plan(replications=4), Plan(replications=2), Plan(replications=1, log=read_log_kept("none"))):
        outcome(folder / "desk.toml", plan, tmp_path / "run")
        assert len(rows_in(folder / "desk.toml", tmp_path / "run").rows) == plan.replications


@pytest.mark.slow
def test_a_run_that_lost_its_log_plays_the_first_replication_again(folder: Path, serial: Rows, tmp_path: Path) -> None:
    """Rows without a log, and a log is wanted."""
    from sim.sample import read_log_kept  # noqa: PLC0415

    outcome(folder / "desk.toml", Plan(replications=3, log=read_log_kept("none")), tmp_path / "run")
    outcome(folder / "desk.toml", Plan(resume=True), tmp_path / "run")
    assert encoded(rows_in(folder / "desk.toml", tmp_path / "run")) == encoded(serial)
    assert RunReader(tmp_path / "run").verify() == []


def test_another_scenario_cannot_go_on_from_these_rows(folder: Path, tmp_path: Path) -> None:
    """The folder is left as it is."""
    shutil.copytree(folder / "serial", tmp_path / "run")
    other = desk(tmp_path, rate="21 per h")
    with pytest.raises(RowsError, match="cannot go on: they were played from another scenario"):
        outcome(other, Plan(resume=True), tmp_path / "run")
    assert RunReader(tmp_path / "run").verify() == []
    content = (folder / "serial" / ROWS_FILE).read_bytes()
    assert (tmp_path / "run" / ROWS_FILE).read_bytes() == content


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return started(folder, "run", "desk.toml", *arguments)


def _until_rows(folder: Path, rows: int, process: subprocess.Popen[str]) -> None:
    """Wait until the file has grown to about so many rows."""
    path, sizes = folder / "runs" / "desk" / ROWS_FILE, set[int]()
    deadline = time.monotonic() + 60
    while len(sizes) <= rows and process.poll() is None and time.monotonic() < deadline:
        if path.exists():
            sizes.add(path.stat().st_size)
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_stopped_in_the_middle_keeps_every_finished_row(tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C to all its processes ends with 130 and a report; after either, --resume gives the whole run."""
    path = desk(tmp_path, duration="20 d", replications=60)
    process = _start(tmp_path, "--workers", "2")
    _until_rows(tmp_path, 5, process)
    os.killpg(process.pid, how)
    out = "".join(process.communicate(timeout=60))
    kept = rows_in(path, tmp_path / "runs" / "desk")
    assert 3 <= len(kept.rows) < 60
    if how is signal.SIGINT:
        assert process.returncode == 130, out
        assert "interrupted" in out
        assert (tmp_path / "runs" / "desk" / "report.html").exists()
    again = _start(tmp_path, "--workers", "2", "--resume", "--quiet", "--replications", "8")
    out = "".join(again.communicate(timeout=120))
    assert again.returncode == 0, out
    all_rows = rows_in(path, tmp_path / "runs" / "desk")
    assert set(range(8)) <= all_rows.rows.keys()
    outcome(path, Plan(replications=8), tmp_path / "whole")
    expected = encoded(rows_in(path, tmp_path / "whole"))
    assert {number: row for number, row in encoded(all_rows).items() if number < 8} == expected


@pytest.mark.slow
def test_nobody_is_left_working_when_the_parent_is_killed(tmp_path: Path) -> None:
    """SIGKILL of the parent alone: its workers notice and end."""
    desk(tmp_path, duration="50 d", replications=40)
    process = _start(tmp_path, "--workers", "2")
    _until_rows(tmp_path, 2, process)
    workers = children_of(process)
    assert len(workers) >= 2
    process.kill()
    process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in workers if Path(f"/proc/{pid}/exe").exists()] == []


def test_a_fresh_scenario_has_no_rows(tmp_path: Path) -> None:
    """Resuming nothing is beginning."""
    path = desk(tmp_path, replications=2)
    assert outcome(path, Plan(resume=True), tmp_path / "run").replications == 2
    assert prepare(path, ())[1].program.content_hash() == rows_in(path, tmp_path / "run").key.content_hash


def test_what_is_kept_beyond_the_end_is_not_counted_as_finished(serial: Rows) -> None:
    """Eleven are kept of an earlier run, three are wanted: with the one that was missing 3 of 3, never 12 of 3."""
    beats: list[Beat] = []
    Session(Fake(serial), Fixed(3), None, before=serial.without(0), look=beats.append).run()
    assert {(beat.finished, beat.replications) for beat in beats} == {(3, 3)}
