"""The tables of the loop for a single station: servers, and rings of people and of ends of service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engines import compiled_single_columns as single
from sim.engines.compiled_lanes import LANES
from sim.engines.compiled_plain_people import path_of, stations_with_patience
from sim.engines.compiled_single_loop import play_single
from sim.engines.compiled_world import Single
from sim.program import NONE, UNLIMITED

if TYPE_CHECKING:
    from sim.engines.compiled_plain_people import People
    from sim.program import Program

_RING = 1_024
_MOST = 1 << 24
_NEVER = 1 << 62
_LINE_BYTES = 64


def is_single(program: Program) -> bool:
    """Whether a program of plain stations has one with few servers, where everybody waits and then leaves."""
    if len(program.stations) != 1 or any(stations_with_patience(program)):
        return False
    row = program.stations[0]
    few = program.timetables[row.timetable].changes[0][3] <= LANES
    return few and row.capacity >= UNLIMITED and all(path_of(program, step) == (0, NONE) for step in program.steps)


class SingleFloor:
    """The station before the first event: all servers free from now on."""

    play = play_single

    def __init__(self, program: Program) -> None:
        servers = program.timetables[program.stations[0].timetable].changes[0][3]
        self.state = np.zeros(single.STATE_WIDTH, dtype=np.int64)
        self.state[single.SERVERS] = servers
        self._people = np.zeros((0, 1 << single.PERSON_BITS), dtype=np.int64)
        self._ends = np.zeros((0, 1 << single.END_BITS), dtype=np.int64)
        self._longer(_RING)
        self._serving = np.zeros(servers << single.SERVER_BITS, dtype=np.int64)
        room = np.full(2 * LANES + _LINE_BYTES // 8, _NEVER, dtype=np.int64)
        first = -room.ctypes.data % _LINE_BYTES // 8
        self._busy = room[first : first + 2 * LANES]
        self._busy[:servers] = NONE
        self._busy[LANES : LANES + servers] = np.arange(servers)

    def tables(self, people: People, log: np.ndarray) -> Single:
        """What compiled code reads and writes."""
        return Single(
            self.state, self._people.reshape(-1), self._serving, self._busy, self._ends.reshape(-1),
            people.times, people.sources, people.lengths, log,
        )  # fmt: skip

    def make_room(self) -> bool:
        """Make the rings longer if one is full; False if none is."""
        state = self.state
        first = min(state[single.CAME], state[single.GONE] + state[single.SERVERS])
        most = max(state[single.TAKEN] - first, state[single.KNOWN] - state[single.GONE])
        if most + state[single.SERVERS] < state[single.MASK]:
            return False
        self._longer(2 * len(self._people))
        return True

    def _longer(self, rows: int) -> None:
        """Rings of so many rows, and in them what is in use, and the last one who came and the last who left."""
        if rows > _MOST:
            raise MemoryError("more than sixteen million people at once")
        state = self.state
        came, gone = int(state[single.CAME]), int(state[single.GONE])
        first = min(came, gone + int(state[single.SERVERS]))
        self._people = _ring(self._people, first - 1, int(state[single.TAKEN]), rows)
        self._ends = _ring(self._ends, gone - 1, int(state[single.KNOWN]), rows)
        state[single.MASK] = rows - 1


def _ring(old: np.ndarray, first: int, last: int, rows: int) -> np.ndarray:
    """A longer ring that holds the rows first..last-1 of an old one."""
    new = np.zeros((rows, old.shape[1]), dtype=np.int64)
    if len(old):
        used = np.arange(first, last)
        new[used & rows - 1] = old[used & len(old) - 1]
    return new
