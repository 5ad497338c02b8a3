"""Processes that work for this one: they never see Ctrl-C, which is the parent's to understand, and end when it does.

They are started anew (spawn), not forked: a fork takes a lock and half-written buffers with it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any, TypeVar

T = TypeVar("T")


class WorkerPool(ProcessPoolExecutor):
    """An executor of such processes; `begin` is called in each before it gets work."""

    def __init__(self, size: int, begin: Callable[..., None] | None = None, given: tuple[Any, ...] = ()) -> None:
        super().__init__(size, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(begin, given))

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Give a task to a process; this starts it if there are too few."""
        with _ctrl_c_held_back():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """What starts meanwhile never gets Ctrl-C, not even before it can say that it ignores it; here it comes later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if begin is not None:
        begin(*given)


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
