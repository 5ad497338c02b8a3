"""What a foreman has in his book: orders, parcels of them in the hands of workers, and what is known of each worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sim.replications.bench import Who
from sim.replications.common import Common

Kit = tuple[Callable[[Any], Any], Common | None]
"""What tasks of one kind need at hand: the function, and what they have in common."""


@dataclass(slots=True, eq=False)
class Order:
    """A task, until its result is there."""

    kit: Kit
    rest: Any
    future: Future[Any]
    lost_with: set[str] = field(default_factory=set)  # addresses of workers


@dataclass(slots=True, eq=False)
class Parcel:
    """Tasks in the hands of a worker."""

    orders: list[Order]
    done: Any  # the cluster's future
    fetched: Future[Any] | None = None
    again: bool = False  # given out again meanwhile


@dataclass(slots=True, eq=False)
class Worker:
    """A worker of the cluster, as far as it is known."""

    address: str
    host: str
    threads: int
    greeting: Any = None
    asked: frozenset[str] = frozenset()  # compiled code it was asked for in its greeting
    who: Who | None = None
    unfit: str = ""  # why it gets no work
    running: bool = True
    benches: dict[Kit, Any] = field(default_factory=dict)
    hands: list[Parcel] = field(default_factory=list)
    last_seen: float = 0.0  # the scheduler's clock
    heard_at: float = field(default_factory=monotonic)  # ours
    silent: bool = False

    @property
    def able(self) -> bool:
        """Whether it may be given work."""
        return self.who is not None and not self.unfit and not self.silent and self.running

    @property
    def promising(self) -> bool:
        """Whether it works, or may yet."""
        return not self.unfit and not self.silent and self.running

    @property
    def why_not(self) -> str:
        """Why it gets no work, if it gets none."""
        return self.unfit or ("is silent" if self.silent else "" if self.running else "is paused, short of memory")


def fail(order: Order, error: BaseException) -> None:
    """Let an order fail, unless somebody was first or nobody wants it any more."""
    with suppress(InvalidStateError):
        order.future.set_exception(error)


def unfit_because(error: BaseException) -> str:
    """Why a worker that did not answer the greeting cannot work."""
    if isinstance(error, ModuleNotFoundError) and error.name in ("sim", "sim.replications"):
        return "has no Cardmill"
    if isinstance(error, ImportError | AttributeError):
        return f"has another version of Cardmill ({error})"
    return f"cannot work ({type(error).__name__}: {error})"


def unable_because(error: BaseException) -> str:
    """Why it is the worker that failed; empty if it is the task."""
    if isinstance(error, MemoryError):
        return "has too little memory"
    if isinstance(error, ImportError):
        return f"lacks something ({error})"
    return "died again and again" if type(error).__name__ == "KilledWorker" else ""
