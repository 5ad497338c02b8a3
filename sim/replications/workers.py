"""Who does the work: processes of this machine, a Dask cluster, or this very process.

A crew hands tasks to an executor (any `concurrent.futures.Executor`) and survives the loss of a worker: what the worker
had in hand is given to another one.  Workers ignore Ctrl-C, which is the parent's to understand, and end when the
parent does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, Self, TypeVar

from cardemu.host.limits import MAX_PROCESSES
from cardemu.host.workers import WorkerPool
from sim.errors import Problem, ScenarioError, WorkersLostError
from sim.replications.shares import OUTLET, Outlet, Share

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 2
"""Tasks given out for each worker: one in hand, one waiting."""


class Crew(Protocol):
    """Workers that take tasks."""

    @property
    def size(self) -> int:
        """How many tasks are worked on at a time."""

    @property
    def ahead(self) -> int:
        """How many tasks it is to have, so that nobody is idle and little is done in vain."""

    @property
    def strangers(self) -> bool:
        """Whether some have another kind of processor, to whom what is compiled here is of no use."""

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to whoever is free."""

    def renew(self, error: BaseException) -> None:
        """After a task was lost with this error: fresh workers, or WorkersLostError if there are none to be had."""

    def heard(self) -> list[Share]:
        """What workers have told of their tasks since it was asked last."""

    def check(self) -> None:
        """Raise WorkersLostError when nobody will ever answer."""

    def close(self) -> None:
        """Stop all work at once."""

    def __enter__(self) -> Self:
        """Take up work."""

    def __exit__(self, *_: object) -> None:
        """Stop all work at once."""


class HereExecutor(Executor):
    """Does each task in the calling process, before `submit` returns."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Do the task now."""
        future: Future[R] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it comes up where the result is asked for
            future.set_exception(error)
        return future


class ExecutorCrew:
    """A crew around an executor that somebody else made and will shut down."""

    def __init__(self, executor: Executor, size: int = 1) -> None:
        self._executor, self.size = executor, size
        self.strangers = False

    @property
    def ahead(self) -> int:
        """One in each worker's hands, one waiting."""
        return AHEAD * self.size

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to the executor."""
        return self._executor.submit(function, task)

    def renew(self, error: BaseException) -> None:
        """Somebody else's executor cannot be made anew."""
        raise WorkersLostError(f"the executor takes no more tasks: {error}") from error

    def heard(self) -> list[Share]:
        """An executor tells of results alone."""
        return []

    def check(self) -> None:
        """An executor tells of its end through its futures."""

    def close(self) -> None:
        """Leave it to its owner."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Shared:
    """Somebody else's crew, lent: closing it leaves it at work."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    @property
    def size(self) -> int:
        """How many tasks are worked on at a time."""
        return self._crew.size

    @property
    def ahead(self) -> int:
        """How many tasks it is to have."""
        return self._crew.ahead

    @property
    def strangers(self) -> bool:
        """Whether some have another kind of processor."""
        return self._crew.strangers

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to whoever is free."""
        return self._crew.submit(function, task)

    def renew(self, error: BaseException) -> None:
        """Fresh workers."""
        self._crew.renew(error)

    def heard(self) -> list[Share]:
        """What workers have told of their tasks."""
        return self._crew.heard()

    def check(self) -> None:
        """Raise WorkersLostError when nobody will ever answer."""
        self._crew.check()

    def close(self) -> None:
        """Leave it to its owner."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LocalCrew(ExecutorCrew):
    """Processes of this machine, started when there is work for them and started anew when one of them was killed.

    All tell how far they are through one pipe.  A message is small enough to be written whole or not at all, so that a
    worker may be killed at any moment; and none is written where there is no room, so that nobody waits for a reader.
    """

    def __init__(self, size: int) -> None:
        self._processes: set[BaseProcess] = set()
        self._ear, self._mouth = multiprocessing.Pipe(duplex=False)
        super().__init__(self._start(size), size)

    def _start(self, size: int) -> Executor:
        kernels = sys.modules.get("sim.engines.kernels")  # takes a moment to load: where it is not, nothing is compiled
        code = {} if kernels is None else kernels.STORE.only_in_memory()
        return WorkerPool(size, _begin_worker, (self._mouth, code))

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to a process."""
        before = set(multiprocessing.active_children())
        future = super().submit(function, task)
        self._processes |= set(multiprocessing.active_children()) - before
        return future

    def renew(self, error: BaseException) -> None:  # noqa: ARG002 - whatever it was
        """Start other processes in the place of those that were killed."""
        self.close()
        self._executor = self._start(self.size)

    def heard(self) -> list[Share]:
        """What workers have told of their tasks."""
        told: list[Share] = []
        while self._ear.poll():
            told.append(self._ear.recv())
        return told

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self._processes:
            process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._processes.clear()


def _begin_worker(mouth: Connection, code: dict[str, bytes]) -> None:
    """Where a worker tells how far it is; `code`: what the parent has compiled and could not keep on disk."""
    if hasattr(os, "set_blocking"):
        os.set_blocking(mouth.fileno(), False)

    def send(share: Share) -> None:
        with suppress(OSError):  # no room, or nobody reads any more
            mouth.send(share)

    OUTLET.set(Outlet(send))
    if code:
        from sim.engines.kernels import STORE  # noqa: PLC0415 - takes a moment to load

        STORE.take(code)


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_workers(workers: int | None) -> None:
    """Refuse a number of workers that is none."""
    if workers is not None and workers < 1:
        raise ScenarioError((Problem("--workers", "", None, f"{workers} workers do nothing", "1 or more"),))
    if workers is not None and workers > MAX_PROCESSES:
        why = f"{workers} workers are too many"
        raise ScenarioError((Problem("--workers", "", None, why, f"{MAX_PROCESSES:,} at most"),))


def crew_of(workers: int | None = None, cluster: str = "", say: Callable[[str], None] = lambda _: None) -> Crew:
    """The crew a user asks for: `workers` processes of this machine (None: one a core), or a Dask cluster's address.

    `say` is told, between its tasks, of workers that cannot be used.  Raises ScenarioError when there is no cluster.
    """
    check_workers(workers)
    if not cluster:
        return LocalCrew(workers or cores())
    from sim.replications.cluster import ClusterCrew  # noqa: PLC0415 - an extra, imported only when asked for

    return ClusterCrew(cluster, say)
