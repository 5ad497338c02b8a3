"""The compiled engine's short way for programs whose stations are all plain: the same log, faster still.

A station is plain if it serves everybody first come, first served, with a fixed number of servers that are always on
duty: M/M/c and networks of it, with patience, limited room and given arrivals.  `not_plain` says what stands against
it; the general loop plays everything else.  A single station where everybody waits has a loop of its own.

What can be done ahead, the draws of the next block and fresh memory for a log that is kept, is done by a second thread
if the run is long enough and a processor is idle (sim.beside).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.beside import Beside
from sim.engines import compiled_columns as col
from sim.engines import compiled_plain_columns as plain
from sim.engines.compiled_build import build
from sim.engines.compiled_plain_draws import draw_ahead
from sim.engines.compiled_plain_floor import PlainFloor
from sim.engines.compiled_plain_people import Arrivals, People
from sim.engines.compiled_single import SingleFloor, is_single
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_world import CHUNK
from sim.engines.demand import expected_arrivals
from sim.engines.running import EVERY, WORTH_A_THREAD, HowFar
from sim.engines.sheets import Sheets
from sim.log import Event
from sim.program import NONE, Change, Where

if TYPE_CHECKING:
    from sim.engines.compiled_types import Entry
    from sim.engines.running import Progress, Sink
    from sim.program import MoveRow, Program, SourceRow, StationRow, StepRow, Timetable

_MOST_SERVERS = 1 << 20
_MOST_STATIONS = 1_000
_SMALL = 8
"""A part of a sheet that is handed on as a copy."""
_NOTHING = np.empty((0, 8), dtype=np.int64)


def not_plain(program: Program) -> tuple[str, ...]:
    """What of a program the short way does not know; nothing if it knows everything."""
    found = []
    if program.cohorts or program.office_steps:
        found.append("people with records")
    if len(program.stations) > _MOST_STATIONS:
        found.append("many stations")
    if not all(map(_plain_station, program.stations)):
        found.append("stations with rules of their own")
    if not all(map(_constant, program.timetables)):
        found.append("timetables")
    if not all(map(_plain_step, program.steps)) or not all(map(_plain_move, program.moves)):
        found.append("steps with pauses, choices or an office")
    if not all(map(_plain_source, program.sources)):
        found.append("sources with choices of their own")
    elif not _one_line(program):
        found.append("priorities or skills")
    return tuple(found)


def _plain_station(row: StationRow) -> bool:
    plain_line = len(row.skills) == 1 and row.skills[0] != 0 and not row.lifo and row.callback_queue == NONE
    never_back = row.return_at_most == 0 or row.return_share == 0.0
    one_by_one = not row.gather and row.batch_size == 1 and row.setup == NONE and not any(row.preempt)
    no_wear = not row.consumables and row.breakdown_after == NONE and row.wrap_up == NONE
    return plain_line and never_back and one_by_one and no_wear and row.balk_queue == NONE and not row.own_lines


def _constant(row: Timetable) -> bool:
    """The servers come at the beginning and stay."""
    return (
        len(row.changes) == 1
        and row.changes[0][:3] == (0, Change.CAPACITY, 0)
        and 0 < row.changes[0][3] <= _MOST_SERVERS
    )


def _plain_step(row: StepRow) -> bool:
    return row.where == Where.FIXED and row.office == NONE and not row.keep and not row.menu and not row.starts


def _plain_move(row: MoveRow) -> bool:
    return row.guards == NONE and row.wait == NONE and not row.fork


def _plain_source(row: SourceRow) -> bool:
    same_for_all = not row.priority_cumulative and (row.table is None or row.table.priority is None)
    plain_case = row.cohort == NONE and row.person == NONE and not row.story and row.choices == NONE
    return same_for_all and plain_case and row.amount == NONE and row.agent_share == row.incomplete_share == 0.0


def _one_line(program: Program) -> bool:
    """Whether every station's people stand in one line: those of equal rank, all served by its servers."""
    ranks = {row.priority_rank[source.priority] for row in program.stations for source in program.sources}
    skilled = all(program.stations[step.station].skills[0] >> step.business & 1 for step in program.steps)
    return len(ranks) <= 1 and skilled


class PlainEngine:
    """Plays one replication of a program of plain stations and writes its log to a sink."""

    def __init__(self, program: Program, seed: int, replication: int, sink: Sink) -> None:
        self.program = program
        self.clock = HowFar()
        self._sink = sink
        self._world = build(program, seed, replication, 1, short=True)
        self._pairs = pairs_of(self._world)
        self._beside = Beside(worth_it=expected_arrivals(program) > WORTH_A_THREAD)
        self._arrivals = Arrivals(program, seed, replication, self._pairs, self._beside)
        self._people = People(*np.zeros((7, 1), dtype=np.int64))
        self._floor = _floor_of(program)(program)
        self._state = self._floor.state
        self._sheets = Sheets(self._beside)
        self._log = self._sheets.blank()
        self._state[plain.ROOM] = len(self._log)
        self._own: np.ndarray | None = None

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end of the run (or until everybody has left, if it drains).

        The log is flushed also when the run is broken off (KeyboardInterrupt, or `progress` returning True).
        """
        try:
            with self._beside:
                self._next_block()
                if self.program.last_ms > 0 and not (self.program.drain and self._state[plain.LAST_BLOCK]):
                    self._servers_come()
                    self._play(progress)
        finally:
            self._hand_on()

    def _tables(self) -> int:
        """Where compiled code finds the tables."""
        if self._own is None:
            self._own = pairs_of(self._floor.tables(self._people, self._log))
        return int(self._own.ctypes.data)

    def _servers_come(self) -> None:
        """The timetables' first and only change."""
        for number, row in enumerate(self.program.stations):
            servers = self.program.timetables[row.timetable].changes[0][3]
            self._log[number] = (0, -1, -1, -1, number, Event.CAPACITY, 0, servers)
        self._state[[plain.LOG, plain.EVENTS]] = len(self.program.stations)

    def _play(self, progress: Progress | None) -> None:
        while True:
            why = self._floor.play(self._pairs.ctypes.data, self._tables(), EVERY)
            self.clock.now_ms, self.clock.events = int(self._state[plain.NOW]), int(self._state[plain.EVENTS])
            if why == col.OVER:
                return
            if why == col.BLOCK:
                self._next_block()
            elif why == col.ROOM:
                if self._floor.make_room():
                    self._own = None
                else:
                    self._flush()
            elif progress is not None and progress(self.clock.now_ms, self.clock.events):
                return

    def _flush(self) -> None:
        """Hand on what is there, and go on with an empty log."""
        self._hand_on()
        self._log, self._own = self._sheets.blank(), None

    def _hand_on(self) -> None:
        rows = int(self._state[plain.LOG])
        if rows:
            self._state[plain.LOG] = 0
            written, self._log = self._log[:rows], _NOTHING
            self._sink(written if rows > CHUNK // _SMALL else written.copy())  # who keeps a few keeps no large page

    def _next_block(self) -> None:
        """Go on with the next people who arrive."""
        people = self._arrivals.next()
        if people is None:
            self._state[plain.LAST_BLOCK] = 1
            return
        self._people, self._own = people, None
        self._state[plain.PEOPLE] = len(people.times)
        self._state[plain.NEXT_ARRIVAL] = 0


SHORT_ENTRIES = (draw_ahead, PlainFloor.play, SingleFloor.play)
"""All compiled functions of the short loops."""


def entries_of(program: Program) -> tuple[Entry, ...]:
    """The compiled functions that play a program of plain stations."""
    return draw_ahead, _floor_of(program).play


def _floor_of(program: Program) -> type[PlainFloor | SingleFloor]:
    return SingleFloor if is_single(program) else PlainFloor
