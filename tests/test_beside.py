"""Work done by a thread beside the run: same results, no exception lost, no thread left behind."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from sim.beside import Beside


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with a processor to spare."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def _who() -> str:
    return threading.current_thread().name


def _names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def _begun(beside: Beside, work: Callable[[], str]) -> Callable[[], str]:
    """Work the thread has begun for certain."""
    begun = threading.Event()

    def noticed() -> str:
        begun.set()
        return work()

    result = beside.soon(noticed)
    assert begun.wait(10)
    return result


@pytest.mark.usefixtures("two_processors")
def test_work_is_done_by_a_thread_of_its_own_that_ends_with_the_context() -> None:
    """Also when the context ends by an exception."""
    stack = ExitStack()
    beside = stack.enter_context(Beside(worth_it=True))
    assert _begun(beside, _who)().startswith("beside")
    assert any(name.startswith("beside") for name in _names())
    assert not stack.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not any(name.startswith("beside") for name in _names())


@pytest.mark.usefixtures("two_processors")
def test_what_goes_wrong_is_raised_where_the_result_is_wanted() -> None:
    """Not in the thread, where nobody would hear of it."""

    def stumble() -> str:
        raise ZeroDivisionError

    with Beside(worth_it=True) as beside:
        result = _begun(beside, stumble)
        with pytest.raises(ZeroDivisionError):
            result()


@pytest.mark.usefixtures("two_processors")
def test_what_has_not_begun_is_done_by_who_wants_it() -> None:
    """Nobody waits for work that is queued behind other work."""
    blocked = threading.Event()
    with Beside(worth_it=True) as beside:
        first = _begun(beside, lambda: str(blocked.wait(10)))
        second = beside.soon(_who)
        assert second() == threading.current_thread().name
        blocked.set()
        assert first() == "True"


@pytest.mark.parametrize("why", ["one processor", "worker", "two processors and a worker", "short run"])
def test_there_is_no_thread_where_it_would_not_help(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a single processor, in a worker process, in a run of a single block: the work is done when it is wanted."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0} if why == "one processor" else {0, 1})
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object() if why == "worker" else None)
    monkeypatch.setattr(Beside, "others", 1 if why == "two processors and a worker" else 0)
    with Beside(worth_it=why != "short run") as beside:
        result = beside.soon(_who)
        assert not any(name.startswith("beside") for name in _names())
        assert result() == threading.current_thread().name
        assert beside.begin(_who)() == threading.current_thread().name


@pytest.mark.usefixtures("two_processors")
def test_what_has_to_be_done_in_any_case_is_begun_at_once_and_told_as_often_as_asked() -> None:
    """Also what went wrong with it."""

    def stumble() -> str:
        raise ZeroDivisionError

    with Beside(worth_it=True) as beside:
        done, broken = beside.begin(_who), beside.begin(stumble)
        assert done() == done() == "beside_0"
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                broken()
