"""What worker processes are given to do in tests: they import it by its name."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from sim.replications.common import Common
from sim.replications.shares import OUTLET, Share


def square(number: int) -> int:
    """Return the square."""
    return number * number


def square_slowly(number: int) -> int:
    """Return the square after a while: later numbers come sooner."""
    time.sleep(0.02 * (5 - number % 5))
    return number * number


def square_unless_killed(task: tuple[int, str]) -> int:
    """Return the square; the first worker that gets the number 3 kills itself."""
    number, note = task
    if number == 3 and not Path(note).exists():
        Path(note).write_text("killed", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def kill_yourself(_: int) -> int:
    """Kill the worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def fail(number: int) -> int:
    """Fail for one number."""
    if number == 2:
        raise ValueError("number 2")
    return number


def pid_slowly(_: int) -> int:
    """Return the worker's process number after a while."""
    time.sleep(0.3)
    return os.getpid()


def tell_shares(numbers: tuple[int, ...]) -> int:
    """Tell a share for each number, whether anybody listens or not, and return how many they were."""
    outlet = OUTLET.get()
    assert outlet is not None
    for number in numbers:
        outlet.send(Share("job", 1, number, 0.5))
    return len(numbers)


def tell_and_be_killed(number: int) -> int:
    """Tell one share after the other until somebody kills the worker, who does it himself."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    while True:
        tell_shares((number,))


def needs_memory(number: int) -> int:
    """Return the number, after a while; a worker that is told to be small has too little memory."""
    time.sleep(0.05)
    if "CARDMILL_TEST_SMALL" in os.environ:
        raise MemoryError
    return number


def dies_on_some_machines(number: int) -> int:
    """Return the number, after a while; a worker that is told to be deadly dies of the first, the next ones later."""
    time.sleep(0.2)
    if "CARDMILL_TEST_DEADLY" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def with_common(task: tuple[Common, int]) -> tuple[int, int, int]:
    """Return the number, the worker, and which object the common part was opened to."""
    time.sleep(0.001)
    return task[1], os.getpid(), id(task[0].opened())


def kept_by_this_worker(dask_worker: Any) -> tuple[int, int]:
    """Results a worker of a cluster holds, and common parts in its process."""
    gc.collect()
    return len(dask_worker.data), len(Common._known)
