"""Independent tasks spread over a crew; results in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import Generic, TypeVar

from sim.errors import WorkersLostError
from sim.replications.workers import Crew, ExecutorCrew, cores

T = TypeVar("T")
R = TypeVar("R")

MOST_LOSSES = 3
"""Losses of workers in a row, without a finished task in between, after which it is the task's own fault."""
_LOOK_S = 0.2


class Spread(Generic[T, R]):
    """Gives tasks out a few at a time.  Tasks of a lost worker are given out again."""

    def __init__(self, crew: Crew, function: Callable[[T], R], tasks: Iterable[T]) -> None:
        self._crew, self._function = crew, function
        self._tasks, self._again = iter(tasks), list[T]()
        self._given: dict[Future[R], T] = {}
        self._over, self._losses = False, 0
        self._fill()

    @property
    def over(self) -> bool:
        """Whether every task is finished and its result handed over."""
        return self._over and not self._given

    def _fill(self) -> None:
        while len(self._given) < self._crew.ahead and not self._over:
            if self._again:
                task = self._again.pop()
            else:
                try:
                    task = next(self._tasks)
                except StopIteration:
                    self._over = True
                    return
            try:
                self._given[self._crew.submit(self._function, task)] = task
            except BrokenExecutor as error:
                self._again.append(task)
                self._lost(error)

    def ready(self, timeout_s: float | None = 0.0) -> list[R]:
        """Results that have come; waits up to `timeout_s` for the first (None: as long as it takes).

        Raises WorkersLostError when nobody is left to do the rest, and whatever a task raised.
        """
        self._fill()
        results: list[R] = []
        while self._given and not results:
            finished, _ = wait(self._given, _LOOK_S if timeout_s is None else timeout_s, FIRST_COMPLETED)
            broken: BaseException | None = None
            for future in [given for given in self._given if given in finished]:
                task = self._given.pop(future)
                try:
                    results.append(future.result())
                except (BrokenExecutor, CancelledError) as error:
                    self._again.append(task)
                    self._over, broken = False, error
            self._losses = 0 if results else self._losses
            if broken is not None:
                self._lost(broken)
            if not finished:
                self._crew.check()
            if timeout_s is not None and not broken:
                break
            self._fill()
        self._fill()
        return results

    def _lost(self, error: BaseException) -> None:
        """A worker is gone: what was given out comes back, and others take it up."""
        self._losses += 1
        if self._losses > MOST_LOSSES:
            raise WorkersLostError(f"workers died {self._losses} times in a row without finishing anything") from error
        unfinished = {f: t for f, t in self._given.items() if not f.done() or f.cancelled() or f.exception()}
        self._again += unfinished.values()
        self._given = {f: t for f, t in self._given.items() if f not in unfinished}
        self._over = False
        self._crew.renew(error)

    def close(self) -> None:
        """Give nothing out any more."""
        for future in self._given:
            future.cancel()
        self._given, self._again, self._tasks, self._over = {}, [], iter(()), True


def map_unordered(
    crew: Crew | Executor, function: Callable[[T], R], tasks: Iterable[T], workers: int | None = None
) -> Iterator[R]:
    """`function` of every task, as they come.  The function and the tasks must be importable by the workers.

    `workers`: how many an executor has, which it does not tell (None: one a core).  A crew knows.
    """
    if isinstance(crew, Executor):
        crew = ExecutorCrew(crew, cores() if workers is None else workers)
    spread = Spread(crew, function, tasks)
    try:
        while not spread.over:
            yield from spread.ready(None)
    finally:
        spread.close()
