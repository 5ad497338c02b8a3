"""The floor of the readable engine: what happens at stations, from joining a queue to the server's release.

The order within one moment is part of the specification: a service ends, the office decides, the server is released
and calls the next person, and only then the one who was served walks on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sim.engines.clock import Rank
from sim.engines.draws import For
from sim.engines.lines import Lines, shortest
from sim.engines.machines import Machines
from sim.engines.queue import Board, Case, Group, Station
from sim.log import Event
from sim.program import FOREVER, NONE, Change, Closing

if TYPE_CHECKING:
    from sim.engines.clock import Clock
    from sim.engines.draws import Draws
    from sim.engines.record import Recorder
    from sim.program import Program


class Walker(Protocol):
    """Who takes over when a case leaves a station."""

    def served(self, case: Case, station: Station) -> None:
        """Service is over; the case still has its server."""

    def unserved(self, case: Case, station: Station, how: Event) -> None:
        """The case left without service."""


class Floor:
    """All stations of a run."""

    def __init__(self, program: Program, clock: Clock, draws: Draws, log: Recorder, walker: Walker) -> None:
        self.program = program
        self.clock = clock
        self.draws = draws
        self.log = log
        self.walker = walker
        self.stations = [Station(index, row) for index, row in enumerate(program.stations)]
        self.machines = Machines(clock, draws, log, self.stations, self.call)
        self.lines = Lines(log, self._start, self._stand)
        self.tickets = 0
        self.services = 0
        for station in self.stations:
            self._next_change(station)

    # --- joining -------------------------------------------------------------------------------------------------

    def join(self, case: Case, station: Station, business: int) -> None:
        """A person arrives at a station: turned away, blocked, put off by the crowd, served at once or waiting."""
        row = station.row
        if not station.open:
            self._unserved(case, station, Event.TURNED_AWAY, 0)
        elif station.inside >= row.capacity:
            self._unserved(case, station, Event.BLOCKED, station.inside)
        elif station.puts_off(business) and self.draws.share(case, For.BALK) < row.balk_share:
            self._unserved(case, station, Event.BALK, station.waiting)
        else:
            case.station = case.here = station.index
            case.joined_ms = self.clock.now_ms
            self.log.row(case, Event.JOIN, case.priority, station.waiting)
            station.inside += 1
            self.tickets += 1
            case.turn = self.tickets
            case.breaks, case.remaining_ms = 0, -1
            self._wait_or_start(case, station, business)

    def _wait_or_start(self, case: Case, station: Station, business: int) -> None:
        row = station.row
        joined = station.board_with_room() if row.batch_join else None
        if joined is not None:
            self._board(case, *joined)
            return
        number = station.group_for(business)
        if number >= 0 and not row.gather:
            self._start([case], station, number)
            return
        station.queue(case, shortest(station) if row.own_lines else business)
        if row.gather:
            if station.waiting == row.gather:
                self._gathered(station)
            return
        called_back = (
            row.callback_queue != NONE
            and station.waiting > row.callback_queue
            and self.draws.share(case, For.CALLBACK) < row.callback_share
        )
        if not called_back:
            self._be_patient(case, station)

    def _be_patient(self, case: Case, station: Station) -> None:
        """Schedule the moment at which the person gives up: as the arrival table says, else as drawn, if ever."""
        patience = self._given(case, station, 1)
        if patience < 0 and station.row.patience != NONE:
            patience = self.draws.time(case, station.row.patience, For.PATIENCE, case.breaks)
        if 0 <= patience < FOREVER:
            due = self.clock.now_ms + patience
            case.due = self.clock.at(due, Rank.PATIENCE, case.id, self._out_of_patience, case)

    def _given(self, case: Case, station: Station, what: int) -> int:
        """A time the arrival table gives for this case at this station, or -1.  what: 0 service, 1 patience."""
        if case.overrides < 0:
            return -1
        table = self.program.sources[case.source].table
        if table is not None:
            for at, kind, values in table.overrides:
                if kind == what and at in (station.index, NONE):
                    return int(values[case.overrides])
        return -1

    def _gathered(self, station: Station) -> None:
        """The last one needed has come: all go on together, in the order in which they came."""
        people = station.everybody_waiting()
        for case in people:
            station.leave(case)
            station.inside -= 1
            case.group = -1
            self.log.row(case, Event.START, 0, self.clock.now_ms - case.joined_ms)
            self.log.row(case, Event.END, 0, 0)
        for case in people:
            self.walker.served(case, station)

    def _out_of_patience(self, case: Case) -> None:
        station = self.stations[case.station]
        station.leave(case)
        station.inside -= 1
        case.due = None
        self._unserved(case, station, Event.ABANDON, self.clock.now_ms - case.joined_ms)

    def _unserved(self, case: Case, station: Station, how: Event, value: int) -> None:
        case.station = case.here = station.index
        self.log.row(case, how, 0, value)
        self.walker.unserved(case, station, how)

    # --- service -------------------------------------------------------------------------------------------------

    def _start(self, cases: list[Case], station: Station, number: int) -> None:
        """A server of the group takes these cases (more than one only at a batch station)."""
        group = station.groups[number]
        group.busy += 1
        self.services += 1
        first = cases[0]
        now = self.clock.now_ms
        for case in cases:
            self._not_impatient(case)
            case.group = number
            case.started_ms = now
            case.started_number = self.services
            self.log.row(case, Event.START, number, now - case.joined_ms)
        duration = self._duration(first, station, group)
        first.due = self.clock.at(now + duration, Rank.END, first.id, self._ends, first)
        if station.row.batch_size > 1:
            board = Board(number, now + duration, cases)
            group.boards.append(board)
            first.board = board
        if group.preempt:
            group.serving.append(first)

    def _board(self, case: Case, number: int, board: Board) -> None:
        """A case joins a service in progress."""
        board.cases.append(case)
        case.group = number
        case.started_ms = self.clock.now_ms
        case.started_number = self.services
        self.log.row(case, Event.START, number, 0)

    def _duration(self, case: Case, station: Station, group: Group) -> int:
        """Service time of a case: what is left of a broken-off one, given by the arrivals, or drawn; plus set-up."""
        if case.remaining_ms >= 0:
            remaining, case.remaining_ms = case.remaining_ms, -1
            return remaining
        given = self._given(case, station, 0)
        if given >= 0:
            return given
        step = self.program.steps[case.step]
        dist = station.service_of.get(step.business, step.service)
        duration = self.draws.time(case, dist, For.SERVICE) if dist != NONE else 0
        if station.row.setup != NONE:
            if group.batch != case.batch:
                group.batch, group.batch_started = case.batch, 0
            if group.batch_started < group.on_duty:
                group.batch_started += 1
                duration += self.draws.time(case, station.row.setup, For.SETUP)
        return duration

    def continue_service(self, case: Case, station: Station, number: int, since_ms: int) -> None:
        """The next business of the same visit, at the counter that was kept."""
        group = station.groups[number]
        now = self.clock.now_ms
        case.station = case.here = station.index
        case.group = number
        case.joined_ms = case.started_ms = now
        self.services += 1
        case.started_number = self.services
        if now > since_ms:
            self.log.row(case, Event.FREE, number, now - since_ms)
        station.inside += 1
        self.log.row(case, Event.CONTINUE, number, 0)
        duration = self._duration(case, station, group)
        case.due = self.clock.at(now + duration, Rank.END, case.id, self._ends, case)
        if group.preempt:
            group.serving.append(case)

    def _ends(self, first: Case) -> None:
        station = self.stations[first.station]
        group = station.groups[first.group]
        cases = [first]
        if first.board is not None:
            cases = first.board.cases
            group.boards.remove(first.board)
            first.board = None
        if group.preempt:
            group.serving.remove(first)
        now = self.clock.now_ms
        for case in cases:
            case.due = None
            case.ended_ms = now
            station.inside -= 1
            self.log.row(case, Event.END, case.group, now - case.started_ms)
        self.machines.wear(first, station)
        if station.row.batch_size > 1:
            self.done_with(first, station)
        for case in cases:
            if station.row.batch_size > 1:
                case.group = -1
            self.walker.served(case, station)

    # --- release -------------------------------------------------------------------------------------------------

    def done_with(self, case: Case, station: Station) -> None:
        """The server of a finished service is released, after wrap-up if there is one."""
        if case.group < 0:  # released with its batch
            return
        row = station.row
        if row.wrap_up != NONE:
            wrap = self.draws.time(case, row.wrap_up, For.WRAP_UP)
            if wrap > 0:
                value = (case, case.step, station, case.group, self.clock.now_ms)
                self.clock.at(self.clock.now_ms + wrap, Rank.FREE, case.started_number, self._wrapped, value)
                return
        self.release(station, case.group)

    def _wrapped(self, what: tuple[Case, int, Station, int, int]) -> None:
        case, step, station, number, since = what
        self.log.row_of(case, step, station.index, Event.FREE, number, self.clock.now_ms - since)
        self.release(station, number)

    def let_go(self, case: Case) -> None:
        """Release the counter that was kept for a case, if any."""
        if case.held is None:
            return
        index, number, since = case.held
        case.held = None
        now = self.clock.now_ms
        if now > since:
            self.log.row_of(case, case.step, index, Event.FREE, number, now - since)
        self.release(self.stations[index], number)

    def release(self, station: Station, number: int) -> None:
        """A server of the group is free: it calls the next person."""
        station.groups[number].busy -= 1
        self.call(station, number)

    def call(self, station: Station, number: int) -> None:
        """Free servers of a group take who waits for them, until either runs out."""
        group = station.groups[number]
        size = station.row.batch_size
        while group.free > 0 and not station.row.gather:
            cases: list[Case] = []
            while len(cases) < size:
                case = station.call(group.lines)
                if case is None:
                    break
                cases.append(case)
            if not cases:
                break
            self._start(cases, station, number)
        if station.row.jockeying:
            self.lines.attract(station, number)
        if station.draining and station.waiting == 0:
            self._drained(station)

    def _stand(self, case: Case, station: Station, number: int) -> None:
        """Somebody who waited goes to the end of another line."""
        self.tickets += 1
        case.turn = self.tickets
        station.queue(case, number)

    def _not_impatient(self, case: Case) -> None:
        """Waiting is over: nobody gives up any more."""
        if case.due is not None:
            self.clock.cancel(case.due)
            case.due = None

    # --- timetable -----------------------------------------------------------------------------------------------

    def _next_change(self, station: Station) -> None:
        changes = self.program.timetables[station.row.timetable].changes
        if station.change < len(changes):
            self.clock.at(changes[station.change][0], Rank.CHANGE, station.index, self._changes, station)

    def _changes(self, station: Station) -> None:
        """All changes of a station at this moment, in the order of the timetable."""
        changes = self.program.timetables[station.row.timetable].changes
        step = self.clock.step_ms
        now = self.clock.now_ms
        while station.change < len(changes):
            t_ms, what, number, servers = changes[station.change]
            if -(-t_ms // step) * step > now:
                break
            station.change += 1
            if what == Change.CAPACITY:
                self._capacity(station, number, servers)
                if station.closed and station.row.closing == Closing.TURN_AWAY:
                    self._send_home(station)  # whose service has just been broken off
            else:
                self._door(station, what)
        if station.row.own_lines:
            self.lines.leave_closed(station)
            if station.draining and station.waiting == 0:
                self._drained(station)
        self._next_change(station)

    def _door(self, station: Station, what: int) -> None:
        """Open, stop giving tickets, or close by the station's closing rule."""
        if what == Change.DOOR_OPEN:
            station.open, station.closed = True, False
            self._drained(station)
        else:
            station.open = False
        if what == Change.DOOR_CLOSE:
            station.closed = True
            if station.row.closing == Closing.TURN_AWAY:
                self._send_home(station)
            station.draining = station.row.closing == Closing.SERVE_INSIDE and station.waiting > 0

    def _send_home(self, station: Station) -> None:
        for case in station.everybody_waiting():
            station.leave(case)
            station.inside -= 1
            self._not_impatient(case)
            self._unserved(case, station, Event.TURNED_AWAY, self.clock.now_ms - case.joined_ms)

    def _drained(self, station: Station) -> None:
        """Nobody is left inside waiting: the servers who stayed on for them may go."""
        station.draining = False
        for number, group in enumerate(station.groups):
            if group.pending >= 0:
                servers, group.pending = group.pending, -1
                self._capacity(station, number, servers)

    def _capacity(self, station: Station, number: int, servers: int) -> None:
        group = station.groups[number]
        if station.draining and servers < group.on_duty:
            group.pending = servers
            return
        group.pending = -1
        if servers == group.on_duty and self.clock.now_ms > 0:
            return
        group.on_duty = servers
        self.log.station_row(station.index, Event.CAPACITY, number, servers)
        if group.preempt and not (station.closed and station.row.closing == Closing.SERVE_INSIDE):
            while group.free < 0 and group.serving:
                self._break_off(group.serving[-1], station, group)
        self.call(station, number)

    def _break_off(self, case: Case, station: Station, group: Group) -> None:
        """The server leaves in the middle: the case waits again, first in line, for the rest of its service.

        Patience begins anew, with a number of its own.
        """
        group.serving.remove(case)
        group.busy -= 1
        now = self.clock.now_ms
        if case.due is not None:
            case.remaining_ms = case.due.t_ms - now
            self.clock.cancel(case.due)
            case.due = None
        self.log.row(case, Event.PREEMPT, case.group, now - case.started_ms)
        case.joined_ms = now
        case.breaks += 1
        station.queue(case, self.program.steps[case.step].business)
        self._be_patient(case, station)
