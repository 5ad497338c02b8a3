"""Work done by a thread beside the one that plays: the next draws, fresh memory, a part of the log on its way to disk.

Compiled code holds no lock, so the two run at the same time.  What the thread has not begun when it is wanted is done
by who wants it, so nobody waits for work that is not under way, and nothing is different where there is no thread: on
a single processor, and where workers have work for every processor, in them and in the process they work for.  The
thread ends with the run, whatever ends that; what it stumbles over is raised where the work is wanted.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Self, TypeVar

T = TypeVar("T")


class Beside:
    """A thread for work that can be done ahead, while the context is open; without one, work is done when wanted."""

    others: ClassVar[int] = 0
    """Workers of this process that are at work, each on a processor of this machine."""

    def __init__(self, *, worth_it: bool) -> None:
        self._worth_it = worth_it
        self._thread: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self._worth_it and _processor_to_spare():
            self._thread = ThreadPoolExecutor(1, "beside")
        return self

    def __exit__(self, *_: object) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=True, cancel_futures=True)

    def begin(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begin what has to be done in any case; what waits for its result can be called more than once.

        Without a thread it is done before this returns.
        """
        if self._thread is None:
            result = work()
            return lambda: result
        return self._thread.submit(work).result

    def soon(self, work: Callable[[], T]) -> Callable[[], T]:
        """What gives the result of some work, to be called once."""
        if self._thread is None:
            return work
        future = self._thread.submit(work)
        return lambda: work() if future.cancel() else future.result()


def _processor_to_spare() -> bool:
    """Whether another processor is idle, as far as one can know."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors > 1 + Beside.others and multiprocessing.parent_process() is None
