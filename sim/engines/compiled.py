"""The compiled engine: the same log as the readable one, many times faster.

Two loops share its tables: a short one for plain stations (`compiled_plain`) and one for everything else
(`compiled_general`).  What they do not know is refused before the run starts: `Unsupported`, never approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.engines.compiled_build import Unsupported, unsupported
from sim.engines.compiled_general import GeneralEngine
from sim.engines.compiled_plain import PlainEngine, not_plain

if TYPE_CHECKING:
    from sim.engines.record import Sink
    from sim.program import Program

Progress = Callable[[int, int], bool]
"""Called now and then with simulated ms and events so far; True stops the run."""


class CompiledEngine:
    """Plays one replication of a Program and writes its log to a sink."""

    def __init__(self, program: Program, seed: int, replication: int, sink: Sink) -> None:
        self._loop = _loop_for(program)(program, seed, replication, sink)
        self.clock = self._loop.clock

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end of the run (or until everybody has left, if it drains), then note the balances.

        The log is flushed also when the run is broken off (KeyboardInterrupt, or `progress` returning True).
        """
        self._loop.run(progress)


def _loop_for(program: Program) -> type[GeneralEngine | PlainEngine]:
    return GeneralEngine if not_plain(program) else PlainEngine


def is_plain(program: Program) -> bool:
    """Whether the short loop plays a program."""
    return not not_plain(program)


def is_ready(program: Program) -> bool:
    """Whether the code for a program is at hand or on disk."""
    return all(entry.ready for entry in _loop_for(program).entries)


def make_ready(program: Program) -> None:
    """Load the code for a program or, failing that, compile it, which takes half a minute."""
    for entry in _loop_for(program).entries:
        entry.prepare()


__all__ = ["CompiledEngine", "Unsupported", "is_plain", "is_ready", "make_ready", "unsupported"]
