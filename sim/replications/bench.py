"""What a worker of a cluster does: it says who it is, is given a bench, and works at it.

All that goes there is opaque to the scheduler, which need not have Cardmill: bytes that a worker opens, and calls of
functions of Python's own library.  A bench is a result like any other of the cluster, so it is gone as soon as the run
is, however that ends.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, NamedTuple

from sim.beside import Beside
from sim.replications.common import Common
from sim.replications.rows import code_digest
from sim.replications.shares import EVERY_S, OUTLET, Outlet
from sim.replications.workers import cores

TOPIC = "cardmill"
"""One for all runs: a scheduler keeps the last messages of each topic for ever."""


class Call:
    """A call that is made where it is opened."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._what = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._what


class Who(NamedTuple):
    """What a worker says of itself."""

    code: str  # digest of its Cardmill
    machine: str  # kind of processor, as far as compiled code is concerned
    lacks: tuple[str, ...]  # compiled code it does not have


def greet(names: tuple[str, ...]) -> tuple[Any, ...]:
    """Say who this worker is.  `names`: compiled code it will need if it is of the same kind."""
    from sim.engines.kernels import STORE, machine  # noqa: PLC0415 - takes a moment to load

    return tuple(Who(code_digest(), machine(), tuple(name for name in names if STORE.load(name) is None)))


class Bench:
    """Where tasks of one kind are done: the function, and what they have in common, at hand."""

    def __init__(self, function: Callable[[Any], Any], common: Common | None, run: str, every_s: float) -> None:
        self._function, self._common, self._run, self._every_s = function, common, run, every_s

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Bench, (self._function, self._common, self._run, self._every_s)

    def __call__(self, packed: bytes) -> tuple[list[Any], float]:
        """Do the tasks whose other parts these are; the results, and seconds."""
        from distributed import get_worker  # noqa: PLC0415 - here it is there

        worker, begun = get_worker(), monotonic()
        outlet = Outlet(lambda share: worker.log_event(TOPIC, [self._run, *share]), self._every_s)
        before = OUTLET.set(outlet)
        try:
            results = [self._function(self._task(rest)) for rest in pickle.loads(packed)]  # noqa: S301 - from our client
        finally:
            OUTLET.reset(before)
        return results, monotonic() - begun

    def _task(self, rest: Any) -> Any:
        return rest if self._common is None else (self._common, *rest)


def set_up(code: Mapping[str, bytes], bench: Bench) -> Bench:
    """Take what a worker needs.  The cluster gives it work for all processors: no engine takes a second one."""
    from sim.engines.kernels import STORE  # noqa: PLC0415 - takes a moment to load

    STORE.take(code)
    Common.let_go()
    Beside.others = cores()
    return bench


def every_s(slots: int) -> float:
    """Time between two messages of a task: all tasks together send some fifty a second at most."""
    return max(EVERY_S, slots / 50.0)
