"""Tasks spread over workers: every result once, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.errors import ScenarioError, WorkersLostError
from sim.replications.spread import Spread, map_unordered
from sim.replications.workers import HereExecutor, LocalCrew, crew_of
from tests.replications.tasks import fail, kill_yourself, pid_slowly, square, square_slowly, square_unless_killed

SQUARES = [number * number for number in range(20)]


@pytest.mark.slow
def test_any_executor_gives_every_result_once() -> None:
    """In this process, and in threads that finish in another order."""
    assert list(map_unordered(HereExecutor(), square, range(20))) == SQUARES
    with ThreadPoolExecutor(3) as threads:
        assert sorted(map_unordered(threads, square_slowly, range(20), workers=3)) == SQUARES


def test_tasks_are_taken_as_they_are_needed() -> None:
    """An endless supply of tasks is no problem: only a few are given out ahead."""
    taken: list[int] = []

    def numbers() -> object:
        number = 0
        while True:
            taken.append(number)
            yield number
            number += 1

    results = map_unordered(HereExecutor(), square, numbers(), workers=1)  # type: ignore[arg-type]
    assert [next(results) for _ in range(5)] == SQUARES[:5]
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 10


def test_what_a_task_raises_comes_up() -> None:
    """A bug in a task is not swallowed."""
    with pytest.raises(ValueError, match="number 2"):
        list(map_unordered(HereExecutor(), fail, range(5)))


def test_no_workers_are_a_mistake_of_the_user() -> None:
    """--workers 0 is refused in words."""
    with pytest.raises(ScenarioError, match=r"--workers: 0 workers do nothing; allowed: 1 or more"):
        crew_of(0)


@pytest.mark.slow
def test_a_worker_that_kills_itself_loses_nothing(tmp_path: Path) -> None:
    """Its task, and those that broke with it, are done by fresh workers; the finished ones are kept."""
    tasks = [(number, str(tmp_path / "killed")) for number in range(20)]
    with LocalCrew(2) as crew:
        assert sorted(map_unordered(crew, square_unless_killed, tasks)) == SQUARES
    assert (tmp_path / "killed").exists()


@pytest.mark.slow
def test_a_worker_killed_from_outside_loses_nothing() -> None:
    """SIGKILL of a process in the middle of its task."""
    with LocalCrew(2) as crew:
        spread = Spread(crew, pid_slowly, range(6))
        results = spread.ready(None)
        os.kill(results[0], signal.SIGKILL)
        while not spread.over:
            results += spread.ready(None)
    assert len(results) == 6
    assert len(set(results)) > 2


@pytest.mark.slow
def test_a_task_that_kills_every_worker_is_given_up() -> None:
    """Not tried for ever."""
    with LocalCrew(1) as crew, pytest.raises(WorkersLostError, match="workers died 4 times in a row"):
        list(map_unordered(crew, kill_yourself, range(3)))
