"""Blocks of arrivals for the general loop, each got ready while the one before it is played."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_coming import get_ready
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_world import long_table
from sim.engines.demand import arrivals

if TYPE_CHECKING:
    from sim.beside import Beside
    from sim.engines.compiled_world import World
    from sim.program import Program

_PEOPLE = 32_768
"""A block's, about: their records stay in the caches until they arrive."""


class Blocks:
    """Gives the world block by block."""

    def __init__(self, program: Program, seed: int, replication: int, beside: Beside) -> None:
        self._maker = _Maker(program, seed, replication)
        self._beside = beside
        self._soon = self._maker.next_rows  # not our own: nothing is to keep a world longer than we are kept

    def into(self, world: World) -> World:
        """The world with the next block that brings somebody, or told that there is none."""
        rows, is_ready = self._soon()
        if len(rows) == 0:
            world.g[col.LAST_BLOCK] = 1
            return world
        if not is_ready:
            world = self._maker.with_room(world, len(rows))
            self._maker.get_ready(world, rows)
        self._soon = self._beside.soon(partial(self._maker.ahead, world))
        world.g[col.NEXT_ARRIVAL] = 0
        return world._replace(block=rows)


class _Maker:
    """Makes the blocks, one after another, by whichever thread."""

    def __init__(self, program: Program, seed: int, replication: int) -> None:
        self._blocks = arrivals(program, seed, replication, _PEOPLE)
        self._records = 0  # rows of the table of records that were given

    def next_rows(self) -> tuple[np.ndarray, bool]:
        """The next rows, nobody got ready yet; none after the last."""
        for block in self._blocks:
            if len(block.t_ms):
                rows = np.empty((len(block.t_ms), col.BLOCK_WIDTH), dtype=np.int64)
                rows[:, col.BLOCK_T], rows[:, col.BLOCK_SOURCE] = block.t_ms, block.source
                rows[:, col.BLOCK_NUMBER], rows[:, col.BLOCK_PERSON] = block.number, block.person
                return rows, False
        return np.empty((0, col.BLOCK_WIDTH), dtype=np.int64), False

    def ahead(self, world: World) -> tuple[np.ndarray, bool]:
        """The next rows, got ready unless there is no room for so many records in the world as it is."""
        rows, _ = self.next_rows()
        if len(world.record) < self._records + len(rows):
            return rows, False
        self.get_ready(world, rows)
        return rows, True

    def with_room(self, world: World, people: int) -> World:
        """The world with room for so many more records."""
        if len(world.record) >= self._records + people:
            return world
        record = long_table(2 * self._records + people, world.record.shape[1])
        record[: self._records] = world.record[: self._records]
        return world._replace(record=record)

    def get_ready(self, world: World, rows: np.ndarray) -> None:
        """Get ready whoever is in these rows."""
        mine = world._replace(block=rows, g=world.g.copy())  # what changes with every event is in nobody's way
        pairs = pairs_of(mine)
        self._records = int(get_ready(int(pairs.ctypes.data), self._records))
