"""How far workers are with the replications in their hands.

Beside its results a worker tells now and then how far it has come.  What is told moves a progress bar and decides
nothing: it may be late or lost, and nobody ever waits for it.  Where a crew has no way for it (somebody else's
executor), nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.engines.running import Progress

EVERY_S = 0.2
"""Time between two messages of a replication."""


class Share(NamedTuple):
    """How much of a replication is played, 0 to 1."""

    job: str  # content hash of the program
    seed: int
    replication: int
    played: float


class Outlet(NamedTuple):
    """The way out of this process for what its tasks tell."""

    send: Callable[[Share], None]
    every_s: float = EVERY_S


OUTLET: ContextVar[Outlet | None] = ContextVar("OUTLET", default=None)
"""That of this thread; a crew that has one sets it in its workers."""


def telling(job: str, seed: int, replication: int, duration_ms: int) -> Progress | None:
    """What an engine calls between events, with simulated time and events so far; None where nobody would hear."""
    outlet = OUTLET.get()
    if outlet is None:
        return None
    told_at = monotonic()

    def tell(t_ms: int, _: int) -> bool:
        nonlocal told_at
        if monotonic() - told_at > outlet.every_s:
            told_at = monotonic()
            outlet.send(Share(job, seed, replication, min(1.0, t_ms / duration_ms)))
        return False

    return tell
