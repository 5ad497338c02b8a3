"""What workers tell of the replications in their hands: it moves the bar, and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest

from reports.progress import RunProgress
from sim.replications.rows import Rows
from sim.replications.session import Beat, Fixed, Session
from sim.replications.shares import OUTLET, Outlet, Share, telling
from sim.replications.workers import ExecutorCrew, HereExecutor, LocalCrew
from sim.run import Plan, play, prepare
from tests.replications.runs import desk, encoded, outcome, rows_in
from tests.replications.tasks import tell_and_be_killed, tell_shares
from tests.replications.test_session import Fake

T = TypeVar("T")
R = TypeVar("R")


def _told_with(every_s: float) -> list[Share]:
    """What a task tells at a quarter and beyond its end."""
    told: list[Share] = []
    before = OUTLET.set(Outlet(told.append, every_s))
    tell = telling("job", 1, 7, 1000)
    OUTLET.reset(before)
    assert tell is not None
    assert [tell(t_ms, 5) for t_ms in (250, 2000)] == [False, False]
    return told


def test_a_task_tells_now_and_then_and_only_where_somebody_hears() -> None:
    """Without a way out there is nothing to call; with one, a message at most every so often."""
    assert telling("job", 1, 7, 1000) is None
    assert _told_with(-1.0) == [Share("job", 1, 7, 0.25), Share("job", 1, 7, 1.0)]
    assert _told_with(60.0) == []


def test_threads_of_a_worker_tell_each_through_its_own_way_out() -> None:
    """Two users' tasks beside each other in one process: what one tells never goes to the other."""
    meet = Barrier(2)
    told: tuple[list[Share], list[Share]] = ([], [])

    def work(number: int) -> None:
        OUTLET.set(Outlet(told[number].append, -1.0))
        meet.wait(10)
        tell = telling("job", number, 7, 1000)
        assert tell is not None
        tell(500, 1)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert [[share.seed for share in mine] for mine in told] == [[0], [1]]


class Gossip(ExecutorCrew):
    """A crew that does nothing at first and tells what it is given to tell."""

    def __init__(self, told: list[list[Share]]) -> None:
        super().__init__(HereExecutor(), 2)
        self._told = told
        self._waiting: list[Callable[[], None]] = []

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Keep it for later."""
        future: Future[R] = Future()
        self._waiting.append(lambda: future.set_result(function(task)))
        return future

    def heard(self) -> list[Share]:
        """The next messages; when there are none left, the work gets done."""
        if self._told:
            return self._told.pop(0)
        while self._waiting:
            self._waiting.pop()()
        return []


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Three replications, played here."""
    folder = tmp_path_factory.mktemp("shares")
    outcome(desk(folder, replications=3), folder=folder / "run")
    return rows_in(folder / "desk.toml", folder / "run")


@pytest.mark.slow
def test_shares_of_replications_in_hand_are_part_of_a_beat(serial: Rows) -> None:
    """Those of this run that are not finished count; late ones and those of another run do not."""
    job, seed = serial.key.content_hash, serial.key.seed
    crew = Gossip([
        [Share(job, seed, 1, 0.25)],
        [Share(job, seed, 1, 0.5), Share(job, seed, 2, 0.25), Share(job, seed + 1, 2, 0.9), Share("x", seed, 2, 0.9)],
        [Share(job, seed, 0, 0.5)],
    ])  # fmt: skip
    beats: list[Beat] = []
    session = Session(Fake(serial), Fixed(3), lambda: crew, look=beats.append, eager=True)
    session.run()
    seen = dict.fromkeys((beat.finished, beat.in_hand) for beat in beats)
    assert list(seen) == [(0, 0.25), (1, 0.25), (1, 0.75), (3, 0.0)]
    assert encoded(session.rows) == encoded(serial)


def test_the_bar_moves_while_workers_play() -> None:
    """A half of one replication of two is a quarter."""
    with RunProgress(hidden=True) as progress:
        progress.beat(Beat(0, 2, 0, 1000, 0, workers=2, in_hand=0.5))
        assert progress._bar.tasks[0].completed == pytest.approx(0.25)
        progress.beat(Beat(1, 2, 0, 1000, 0, workers=2, in_hand=0.75))
        assert progress._bar.tasks[0].completed == pytest.approx(0.875)


@pytest.mark.slow
def test_workers_tell_and_wait_for_nobody() -> None:
    """All of a few messages come; of more than the pipe has room for the rest is lost, and the work gets done."""
    with LocalCrew(1) as crew:
        assert crew.submit(tell_shares, (1, 2, 3)).result(60) == 3
        assert crew.heard() == [Share("job", 1, number, 0.5) for number in (1, 2, 3)]
        assert crew.submit(tell_shares, tuple(range(20_000))).result(60) == 20_000
        heard = crew.heard()
        assert 100 < len(heard) < 20_000
        assert [share.replication for share in heard] == list(range(len(heard)))


@pytest.mark.slow
def test_a_worker_killed_while_it_tells_leaves_whole_messages() -> None:
    """What is read is what was told, and a new worker is heard through the same pipe."""
    with LocalCrew(1) as crew:
        for _ in range(3):
            future = crew.submit(tell_and_be_killed, 4)
            while not future.done():
                assert set(crew.heard()) <= {Share("job", 1, 4, 0.5)}
            error = future.exception()
            assert isinstance(error, BrokenExecutor)
            assert set(crew.heard()) <= {Share("job", 1, 4, 0.5)}  # a pipe full of old messages has room for none
            crew.renew(error)
        assert crew.submit(tell_shares, (5,)).result(60) == 1
        assert crew.heard()[-1] == Share("job", 1, 5, 0.5)


@pytest.mark.slow
def test_few_long_replications_move_the_bar_and_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two replications by one that helps: the bar is in between most of the time, and the rows are the serial ones."""
    monkeypatch.setattr("sim.replications.session.HELP_AFTER_S", 0.0)
    path = desk(tmp_path, duration="240 d", replications=3, rate="20 per h")
    beats: list[Beat] = []
    play(*prepare(path, ()), Plan(engine="reference", workers=2), folder=tmp_path / "run", beat=beats.append)
    between = [beat for beat in beats if beat.in_hand > 0.0]
    assert between
    assert all(beat.in_hand < 3 for beat in between)
    outcome(path, folder=tmp_path / "serial")
    assert encoded(rows_in(path, tmp_path / "run")) == encoded(rows_in(path, tmp_path / "serial"))


def test_an_executor_of_somebody_else_tells_nothing() -> None:
    """There the bar moves when a replication is finished."""
    crew = ExecutorCrew(HereExecutor())
    assert crew.submit(telling_at_all, 3).result() is False
    assert crew.heard() == []


def telling_at_all(replication: int) -> bool:
    """Whether an engine would be given something to call."""
    return telling("job", 1, replication, 1000) is not None
