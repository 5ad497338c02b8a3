"""The compiled engine: the same log as the readable one, many times faster.

Three loops share its tables: short ones for plain stations and for a single one (`compiled_plain`), and one for
everything else (`compiled_general`).  What they do not know is refused before the run starts: `Unsupported`, never
approximated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.compiled_build import Unsupported, unsupported
from sim.engines.compiled_general import GeneralEngine
from sim.engines.compiled_plain import SHORT_ENTRIES, PlainEngine, entries_of, not_plain

if TYPE_CHECKING:
    from sim.engines.compiled_types import Entry
    from sim.engines.running import Progress, Sink
    from sim.program import Program


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


def _entries_of(program: Program) -> tuple[Entry, ...]:
    return GeneralEngine.entries if not_plain(program) else entries_of(program)


def is_plain(program: Program) -> bool:
    """Whether the short loop plays a program."""
    return not not_plain(program)


def is_ready(program: Program) -> bool:
    """Whether the code for a program is at hand or on disk."""
    return all(entry.ready for entry in _entries_of(program))


def make_ready(program: Program) -> None:
    """Load the code for a program or, failing that, compile it, which takes half a minute.

    Who waits for the general loop's gets that of the short ones with it, for some seconds more: then a machine has all.
    """
    for entry in (*_entries_of(program), *(() if is_plain(program) else SHORT_ENTRIES)):
        entry.prepare()


__all__ = ["CompiledEngine", "Unsupported", "is_plain", "is_ready", "make_ready", "unsupported"]
