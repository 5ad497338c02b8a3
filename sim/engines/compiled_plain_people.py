"""Who comes to plain stations: blocks of arrivals with their first times.

Numbers are looked up by key, not drawn in sequence, so it does not matter who draws them, or when: the next block is
drawn beside the run (sim.beside).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.engines import compiled_plain_columns as plain
from sim.engines.compiled_plain_draws import draw_ahead
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_world import Ahead
from sim.engines.demand import arrivals
from sim.program import NONE

if TYPE_CHECKING:
    from sim.beside import Beside
    from sim.engines.demand import Block
    from sim.program import Program, StepRow

_BLOCK = 32_768
"""People of a block: so many that handing it over costs little beside, so few that the first one is soon there."""


class People(NamedTuple):
    """A block of arrivals: when, from which source, the number there; first and second service and patience."""

    times: np.ndarray
    sources: np.ndarray
    numbers: np.ndarray
    lengths: np.ndarray
    patiences: np.ndarray
    next_lengths: np.ndarray
    next_patiences: np.ndarray


def path_of(program: Program, step: StepRow) -> tuple[int, int]:
    """The station of a step, and what comes after it."""
    moves = program.stations[step.station].then or step.after_done
    if not moves:
        return step.station, NONE
    first = program.moves[moves[0]]
    return step.station, first.step if first.share >= 1.0 else plain.DRAWN


def paths_of(program: Program) -> np.ndarray:
    """The station of each step, and what comes after it, one behind the other."""
    return np.array([path_of(program, step) for step in program.steps] or [(0, 0)], dtype=np.int64).reshape(-1)


def stations_with_patience(program: Program) -> list[bool]:
    """Of each station, whether somebody may leave its queue."""
    given = {at for row in program.sources if row.table for at, what, _ in row.table.overrides if what == 1}
    return [row.patience != NONE or not given.isdisjoint((number, NONE)) for number, row in enumerate(program.stations)]


class Arrivals:
    """Everybody who comes, block by block."""

    def __init__(self, program: Program, seed: int, replication: int, pairs: np.ndarray, beside: Beside) -> None:
        self._program = program
        self._pairs = pairs
        self._beside = beside
        self._blocks = arrivals(program, seed, replication, _BLOCK)
        self._patient = np.array([*stations_with_patience(program), False], dtype=np.int64)
        self._path = paths_of(program)
        self._next = self._draw

    def next(self) -> People | None:
        """The next people who arrive; None if nobody will come any more."""
        people = self._next()
        if people is not None:
            self._next = self._beside.soon(self._draw)
        return people

    def _draw(self) -> People | None:
        for block in self._blocks:
            times = self._on_the_clock(block)
            count = len(times)
            if count:
                drawn = np.empty((4, count), dtype=np.int64)
                people = People(times, block.source[:count], block.number[:count], *drawn)
                tables = Ahead(self._patient, self._path, *people[1:], np.empty(count))
                own = pairs_of(tables)  # the tables are kept alive while compiled code reads them
                draw_ahead(self._pairs.ctypes.data, own.ctypes.data)
                del tables
                return people
        return None

    def _on_the_clock(self, block: Block) -> np.ndarray:
        """When people come, without those whom a coarse clock moves beyond the end of the run."""
        step_ms = self._program.clock_step_ms
        if step_ms == 1:
            return block.t_ms
        times = -(-block.t_ms // step_ms) * step_ms
        return times[: np.searchsorted(times, self._program.last_ms)]
