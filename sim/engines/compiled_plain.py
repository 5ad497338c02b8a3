"""The compiled engine's short way for programs whose stations are all plain: the same log, faster still.

A station is plain if it serves everybody first come, first served, with a fixed number of servers that are always on
duty: M/M/c and networks of it, with patience, limited room and given arrivals.  `not_plain` says what stands against
it; the general loop plays everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines import compiled_plain_columns as plain
from sim.engines.compiled_build import build
from sim.engines.compiled_plain_draws import draw_ahead
from sim.engines.compiled_plain_loop import play_plain
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_world import CHUNK, Plain
from sim.engines.demand import arrivals
from sim.log import Event
from sim.program import NONE, Change, Where

if TYPE_CHECKING:
    from sim.engines.demand import Block
    from sim.engines.record import Sink
    from sim.program import MoveRow, Program, SourceRow, StationRow, StepRow, Timetable

Progress = Callable[[int, int], bool]
_EVERY = 20_000
_MOST_SERVERS = 1 << 20
_MOST_STATIONS = 1_000
_SLOTS = 1_024


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
    one_by_one = not row.gather and row.batch_size == 1 and row.setup == NONE and not row.preempt
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


def _path_of(program: Program, step: StepRow) -> tuple[int, int]:
    """The station of a step, and what comes after it."""
    moves = program.stations[step.station].then or step.after_done
    if not moves:
        return step.station, NONE
    first = program.moves[moves[0]]
    return step.station, first.step if first.share >= 1.0 else plain.DRAWN


class _People(NamedTuple):
    """A block of arrivals: when, from which source, the number there; first service and patience."""

    times: np.ndarray
    sources: np.ndarray
    numbers: np.ndarray
    lengths: np.ndarray
    patiences: np.ndarray


class _Clock:
    """How far the run is."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.events = 0


class PlainEngine:
    """Plays one replication of a program of plain stations and writes its log to a sink."""

    entries = (draw_ahead, play_plain)

    def __init__(self, program: Program, seed: int, replication: int, sink: Sink) -> None:
        self.program = program
        self.clock = _Clock()
        self._sink = sink
        self._blocks: Iterator[Block] = arrivals(program, seed, replication)
        self._world = build(program, seed, replication, 1, margin=1)
        self._pairs = pairs_of(self._world)
        self._own: np.ndarray | None = None
        self._state = np.zeros(plain.STATE_WIDTH, dtype=np.int64)
        self._case = np.zeros(0, dtype=np.int64)
        self._ends = self._give_ups = np.zeros(2, dtype=np.int64)
        self._state[plain.FREE_SLOT] = NONE
        self._more_room()
        self._log = np.empty((CHUNK, 8), dtype=np.int64)
        self._state[plain.ROOM] = CHUNK
        self._desks()
        self._path = np.array([_path_of(program, step) for step in program.steps] or [(0, 0)], dtype=np.int64)
        self._people = _People(*np.zeros((5, 1), dtype=np.int64))

    def _desks(self) -> None:
        """Stations as they are before the first event: nobody there, all servers free from now on."""
        stations = self.program.stations
        desks = np.zeros((max(1, len(stations)), 1 << plain.DESK_BITS), dtype=np.int64)
        given = {at for row in self.program.sources if row.table for at, what, _ in row.table.overrides if what == 1}
        available = 0
        for number, (desk, row) in enumerate(zip(desks, stations, strict=False)):
            servers = self.program.timetables[row.timetable].changes[0][3]
            desk[plain.FREE] = desk[plain.SERVERS] = servers
            desk[plain.HEAD] = NONE
            desk[plain.CAPACITY] = row.capacity
            desk[plain.PATIENT] = row.patience != NONE or not given.isdisjoint((number, NONE))
            desk[plain.AVAILABLE] = available
            available += servers if desk[plain.PATIENT] else 0
        self._available = np.zeros(max(1, available), dtype=np.int64)
        self._desk = desks.reshape(-1)

    def _more_room(self) -> None:
        """Twice as many rows for cases, and for what may happen to them."""
        old = len(self._case) >> plain.CASE_BITS
        slots = max(_SLOTS, 2 * old)
        if slots > 1 << plain.SLOT_BITS:
            raise MemoryError("more than sixteen million people at once")
        case = np.zeros((slots, 1 << plain.CASE_BITS), dtype=np.int64)
        case[:old] = self._case.reshape(old, 1 << plain.CASE_BITS)
        case[old:, plain.BEHIND] = np.arange(old + 1, slots + 1)
        case[-1, plain.BEHIND] = NONE
        self._state[plain.FREE_SLOT] = old
        self._case, self._own = case.reshape(-1), None
        self._ends, self._give_ups = (
            np.concatenate([heap, np.zeros(2 * slots - len(heap), dtype=np.int64)])
            for heap in (self._ends, self._give_ups)
        )

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end of the run (or until everybody has left, if it drains).

        The log is flushed also when the run is broken off (KeyboardInterrupt, or `progress` returning True).
        """
        try:
            self._next_block()
            if self.program.last_ms > 0 and not (self.program.drain and self._state[plain.LAST_BLOCK]):
                self._servers_come()
                self._play(progress)
        finally:
            self._flush()

    def _tables(self) -> int:
        """Where compiled code finds the tables."""
        if self._own is None:
            self._own = pairs_of(self._plain(self._people, self._state, np.empty(1)))
        return int(self._own.ctypes.data)

    def _plain(self, people: _People, state: np.ndarray, uniforms: np.ndarray) -> Plain:
        return Plain(
            state, self._case, self._desk, self._path, self._available, self._ends, self._give_ups, *people, self._log,
            uniforms,
        )  # fmt: skip

    def _servers_come(self) -> None:
        """The timetables' first and only change."""
        for number in range(len(self.program.stations)):
            servers = self._desk[(number << plain.DESK_BITS) + plain.SERVERS]
            self._log[number] = (0, -1, -1, -1, number, Event.CAPACITY, 0, servers)
        self._state[[plain.LOG, plain.EVENTS]] = len(self.program.stations)

    def _play(self, progress: Progress | None) -> None:
        while True:
            why = play_plain(self._pairs.ctypes.data, self._tables(), _EVERY)
            self.clock.now_ms, self.clock.events = int(self._state[plain.NOW]), int(self._state[plain.EVENTS])
            if why == col.OVER:
                return
            if why == col.BLOCK:
                self._next_block()
            elif why == col.ROOM:
                if self._state[plain.FREE_SLOT] < 0:
                    self._more_room()
                else:
                    self._flush()
            elif progress is not None and progress(self.clock.now_ms, self.clock.events):
                return

    def _flush(self) -> None:
        """Hand on what is there, and go on with an empty log."""
        rows = int(self._state[plain.LOG])
        if rows:
            self._state[plain.LOG] = 0
            log, self._log, self._own = self._log, np.empty((CHUNK, 8), dtype=np.int64), None
            self._sink(log[:rows])

    def _next_block(self) -> None:
        """Go on with the next people who arrive."""
        people = self._draw()
        if people is None:
            self._state[plain.LAST_BLOCK] = 1
            return
        self._people, self._own = people, None
        self._state[plain.PEOPLE] = len(people.times)
        self._state[plain.NEXT_ARRIVAL] = 0

    def _draw(self) -> _People | None:
        """The next people who arrive, with their times at the first station; None if nobody will come any more."""
        step_ms = self.program.clock_step_ms
        for block in self._blocks:
            count = len(block.t_ms)
            if count:
                times = block.t_ms if step_ms == 1 else -(-block.t_ms // step_ms) * step_ms
                lengths, patiences = np.zeros((2, count), dtype=np.int64)
                people = _People(times, block.source, block.number, lengths, patiences)
                state = np.zeros(plain.STATE_WIDTH, dtype=np.int64)
                state[plain.PEOPLE] = count
                tables = self._plain(people, state, np.empty(count))  # kept alive while compiled code reads it
                own = pairs_of(tables)
                draw_ahead(self._pairs.ctypes.data, own.ctypes.data, len(self.program.sources) == 1)
                del tables
                return people
        return None
