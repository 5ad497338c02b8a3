"""The tables of the loop for plain stations: desks, cases and heaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engines import compiled_plain_columns as plain
from sim.engines.compiled_plain_loop import play_plain
from sim.engines.compiled_plain_people import paths_of, stations_with_patience
from sim.engines.compiled_world import Plain
from sim.program import NONE

if TYPE_CHECKING:
    from sim.engines.compiled_plain_people import People
    from sim.program import Program

_SLOTS = 1_024


class PlainFloor:
    """Stations as they are before the first event: nobody there, all servers free from now on."""

    play = play_plain

    def __init__(self, program: Program) -> None:
        self.state = np.zeros(plain.STATE_WIDTH, dtype=np.int64)
        self._case = np.zeros(0, dtype=np.int64)
        self._ends = self._give_ups = np.zeros(2, dtype=np.int64)
        self.state[plain.FREE_SLOT] = NONE
        self._more_cases()
        self._desks(program)
        self._path = paths_of(program)

    def _desks(self, program: Program) -> None:
        stations = program.stations
        desks = np.zeros((max(1, len(stations)), 1 << plain.DESK_BITS), dtype=np.int64)
        available = 0
        for desk, row, patient in zip(desks, stations, stations_with_patience(program), strict=False):
            servers = program.timetables[row.timetable].changes[0][3]
            desk[plain.FREE] = desk[plain.SERVERS] = servers
            desk[plain.HEAD] = NONE
            desk[plain.CAPACITY] = row.capacity
            desk[plain.PATIENT] = patient
            desk[plain.AVAILABLE] = available
            available += servers if patient else 0
        self._available = np.zeros(max(1, available), dtype=np.int64)
        self._desk = desks.reshape(-1)

    def tables(self, people: People, log: np.ndarray) -> Plain:
        """What compiled code reads and writes."""
        return Plain(
            self.state, self._case, self._desk, self._path, self._available, self._ends, self._give_ups, *people, log
        )

    def make_room(self) -> bool:
        """Make tables longer that are full; False if none is."""
        if self.state[plain.FREE_SLOT] >= 0:
            return False
        self._more_cases()
        return True

    def _more_cases(self) -> None:
        """Twice as many rows for cases, and for what may happen to them."""
        old = len(self._case) >> plain.CASE_BITS
        slots = max(_SLOTS, 2 * old)
        if slots > 1 << plain.SLOT_BITS:
            raise MemoryError("more than sixteen million people at once")
        case = np.zeros((slots, 1 << plain.CASE_BITS), dtype=np.int64)
        case[:old] = self._case.reshape(old, 1 << plain.CASE_BITS)
        case[old:, plain.BEHIND] = np.arange(old + 1, slots + 1)
        case[-1, plain.BEHIND] = NONE
        self.state[plain.FREE_SLOT] = old
        self._case = case.reshape(-1)
        self._ends, self._give_ups = (
            np.concatenate([heap, np.zeros(2 * slots - len(heap), dtype=np.int64)])
            for heap in (self._ends, self._give_ups)
        )
