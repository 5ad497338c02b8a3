"""The compiled engine's general loop: every program it supports.

Numba compiles a loop over arrays; Python builds them, feeds arrivals block by block, hands on the log, and makes room
between two events.
"""

from __future__ import annotations

from sys import getrefcount
from typing import TYPE_CHECKING

import numpy as np

from sim.beside import Beside
from sim.engines import compiled_columns as col
from sim.engines.compiled_blocks import Blocks
from sim.engines.compiled_build import build
from sim.engines.compiled_coming import get_ready
from sim.engines.compiled_loop import begin, close, play, tell_one
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_world import CHUNK, roomier, table
from sim.engines.demand import expected_arrivals
from sim.engines.running import EVERY, WORTH_A_THREAD, HowFar

if TYPE_CHECKING:
    from sim.engines.compiled_world import World
    from sim.engines.running import Progress, Sink
    from sim.program import Program

_LARGER = 8
_MOST = 4_096
"""Tables are never made larger than this many times; a program that still does not fit is broken."""


class GeneralEngine:
    """Plays one replication of a Program and writes its log to a sink."""

    entries = (begin, get_ready, play, tell_one, close)

    def __init__(self, program: Program, seed: int, replication: int, sink: Sink) -> None:
        self.program = program
        self.clock = HowFar()
        self._seed = seed
        self._replication = replication
        self._sink = sink
        self._delivered = 0  # rows handed on
        self._skip = 0  # rows of a run begun anew that were handed on before
        self._pairs: tuple[World, np.ndarray, int] | None = None
        self._beside = Beside(worth_it=expected_arrivals(program) > WORTH_A_THREAD)
        self._world = self._begin(1)

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end of the run (or until everybody has left, if it drains), then note the balances.

        The log is flushed also when the run is broken off (KeyboardInterrupt, or `progress` returning True).
        """
        scale = 1
        try:
            with self._beside:
                while not self._play(progress):
                    scale *= _LARGER
                    if scale > _MOST:
                        raise MemoryError("the compiled engine's tables grow without end")
                    self._world = self._begin(scale)
            self._stories_not_over()
        finally:
            self._flush(1)
            self._days_used()
        self._balances(max(self.program.duration_ms, self.clock.now_ms))

    def _begin(self, scale: int) -> World:
        """A world before its first event."""
        self._skip = self._delivered
        self._blocks = Blocks(self.program, self._seed, self._replication, self._beside)
        self._world = build(self.program, self._seed, self._replication, scale)
        stations = len(self.program.stations)
        if len(self._world.heap) < 2 * stations:
            self._world = self._world._replace(heap=table(4 * stations, col.HEAP_WIDTH))
        begin(self._tables())
        return self._world

    def _tables(self) -> int:
        """Where compiled code finds the tables of the world as it is now."""
        if self._pairs is None or self._pairs[0] is not self._world:
            pairs = pairs_of(self._world)
            self._pairs = self._world, pairs, int(pairs.ctypes.data)
        return self._pairs[2]

    def _play(self, progress: Progress | None) -> bool:
        """Play on; False if a table was too small in the middle of an event and the run must begin anew."""
        while True:
            why = int(play(self._tables(), EVERY))
            g = self._world.g
            self.clock.now_ms, self.clock.events = int(g[col.NOW]), int(g[col.EVENTS])
            if why == col.BROKEN:
                return False
            self._flush(CHUNK)
            if why == col.OVER:
                return True
            if why == col.BLOCK:
                self._world = self._blocks.into(self._world)
            elif why == col.ROOM:
                self._world = roomier(self._world, int(g[col.MARGIN_ROWS]))
            elif progress is not None and progress(self.clock.now_ms, self.clock.events):
                return True

    def _flush(self, least: int) -> None:
        """Hand on the log in chunks, as long as there are at least so many rows.

        Chunks are parts of the log itself.  It is written over, unless somebody keeps one.
        """
        log, g = self._world.log, self._world.g
        rows, at, known = int(g[col.LOG]), 0, getrefcount(log)
        while rows - at >= max(1, least):
            until = min(rows, at + CHUNK)
            again = min(self._skip, until - at)
            self._skip -= again
            if again < until - at:
                self._delivered += until - at - again
                self._sink(log[at + again : until])
            at = until
        if at == 0:
            return
        if getrefcount(log) > known:
            self._world = self._world._replace(log=np.empty_like(log))
        self._world.log[: rows - at] = log[at:rows]
        g[col.LOG] = rows - at

    def _stories_not_over(self) -> None:
        """Records of the actions of stories that are not over, in the order in which they began."""
        case = self._world.case
        told = np.flatnonzero(case[:, col.TOLD])
        for row in told[np.argsort(case[told, col.ID])]:
            self._flush(1)
            tell_one(self._tables(), int(row))

    def _balances(self, t_ms: int) -> None:
        """Hand on the closing balances, by person and ledger."""
        self._world.g[col.NOW] = t_ms
        person = 0
        while person < len(self._world.record_of):
            person = int(close(self._tables(), person))
            self._flush(1)

    def _days_used(self) -> None:
        """Tell the calendar which days the run relied on, so that it can name years without announced holidays."""
        low, high = int(self._world.g[col.DAY_LOW]), int(self._world.g[col.DAY_HIGH])
        if low <= high:
            self.program.calendar.workday_flags(low, high)
