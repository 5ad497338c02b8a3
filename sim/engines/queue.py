"""Stations of the readable engine: groups of servers and the people who wait for them.

SimPy's own Resource has a fixed capacity and keeps its queue in a list (leaving a long queue costs milliseconds);
a station here changes its servers by timetable, serves businesses by skill and leaves a queue in constant time.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.program import NONE, THOUSANDTHS

if TYPE_CHECKING:
    from sim.engines.clock import Due
    from sim.program import StationRow


class Case:
    """One person's undertaking, wherever it is."""

    __slots__ = (
        "amount_fen",
        "batch",
        "board",
        "born_ms",
        "branch",
        "breaks",
        "due",
        "ended_ms",
        "group",
        "held",
        "here",
        "id",
        "joined_ms",
        "line",
        "missing",
        "next_station",
        "number",
        "outcome",
        "overrides",
        "person",
        "priority",
        "reason",
        "record",
        "remaining_ms",
        "source",
        "started_ms",
        "started_number",
        "station",
        "step",
        "ticket",
        "tries",
        "turn",
        "visit",
        "where",
        "who",
    )  # fmt: skip

    def __init__(self, ident: int, source: int, number: int, person: int, born_ms: int) -> None:
        self.id = ident
        self.source = source
        self.number = number  # within its source
        self.person = person
        self.record: list[int] | None = None
        self.born_ms = born_ms
        self.step = -1
        self.station = -1
        self.next_station = -1
        self.here = -1  # where the person is, for At.HERE
        self.where = -1  # the place a story or demand names
        self.visit = 0  # steps entered so far: keys random numbers
        self.branch = 0  # 0 the main path; forks number their own
        self.tries = 0  # times come back without service
        self.priority = 0
        self.who = 0
        self.missing = 0  # papers left at home
        self.reason = 0
        self.amount_fen = 0
        self.turn = 0  # number of the ticket taken last
        self.ticket = 0  # the same while waiting, else 0
        self.joined_ms = 0
        self.line = 0  # where it waits: the line of its business, or of a counter
        self.started_ms = 0
        self.started_number = 0
        self.ended_ms = 0
        self.remaining_ms = -1  # of a service that was broken off
        self.breaks = 0  # how often that happened at this station
        self.group = -1
        self.held: tuple[int, int, int] | None = None  # station, group, since: a counter kept meanwhile
        self.due: Due | None = None
        self.batch = -1  # number of the production batch, for set-up
        self.board: Board | None = None
        self.overrides = -1  # row of the arrival table with given times
        self.outcome = 0


@dataclass(slots=True)
class Board:
    """Cases served together by one server (batch stations)."""

    group: int
    end_ms: int
    cases: list[Case]


@dataclass(slots=True)
class Group:
    """Servers of equal skills."""

    skills: int
    lines: int  # mask of the lines it takes people from: those of its skills, or its own
    preempt: bool = False  # whether who leaves breaks off his service
    on_duty: int = 0
    down: int = 0
    busy: int = 0
    pending: int = -1  # servers on duty once the people inside are served
    serving: list[Case] = field(default_factory=list)  # kept only where service is broken off
    boards: list[Board] = field(default_factory=list)
    batch: int = -1
    batch_started: int = 0

    @property
    def free(self) -> int:
        """Servers that can start at once."""
        return self.on_duty - self.down - self.busy


class Station:
    """A row of the Program with what changes: who waits, who is served, whether the door is open."""

    def __init__(self, index: int, row: StationRow) -> None:
        self.index = index
        self.row = row
        self.groups = [
            Group(skills, 1 << number if row.own_lines else skills, row.breaks_off(number))
            for number, skills in enumerate(row.skills)
        ]
        self.open = True  # whether tickets are given
        self.closed = False  # between the end of its hours and their beginning
        self.draining = False
        self.waiting = 0
        self.inside = 0
        self.change = 0  # next entry of the timetable
        self.downs = 0
        self.uses = 0
        self.used_ms = 0
        self.next_failure_ms = -1
        self.failures = 0
        self._lines: dict[tuple[int, int], deque[tuple[int, Case]]] = {}
        self.lengths: Counter[int] = Counter()  # people waiting in each line, all priorities together
        self.service_of = dict(row.service_of)

    @property
    def on_duty(self) -> int:
        """Servers on duty in all groups."""
        return sum(group.on_duty for group in self.groups)

    def puts_off(self, business: int) -> bool:
        """Whether so many wait that some do not join: never where one is served at once."""
        row = self.row
        if row.balk_queue == NONE or self.waiting * THOUSANDTHS < row.balk_queue * max(1, self.on_duty):
            return False
        return not self.serves_at_once(business)

    def serves_at_once(self, business: int) -> bool:
        """Whether somebody who comes now need not wait."""
        if self.row.gather:
            return self.waiting + 1 == self.row.gather
        return self.group_for(business) >= 0 or (self.row.batch_join and self.board_with_room() is not None)

    def board_with_room(self) -> tuple[int, Board] | None:
        """A service in progress that somebody may join, with its group, or None."""
        for number, group in enumerate(self.groups):
            for board in group.boards:
                if len(board.cases) < self.row.batch_size:
                    return number, board
        return None

    def group_for(self, business: int) -> int:
        """The first group with a free server that can do this business, or -1.  Groups stand in order of use."""
        for index, group in enumerate(self.groups):
            if group.skills >> business & 1 and group.free > 0:
                return index
        return -1

    def queue(self, case: Case, number: int) -> None:
        """Let a case wait in a line behind the others of its priority (a broken-off one keeps its ticket)."""
        key = (self.row.priority_rank[case.priority], number)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = deque()
            self._lines = dict(sorted(self._lines.items()))
        ticket = case.ticket = case.turn
        case.line = number
        self.lengths[number] += 1
        if line and ticket < line[-1][0]:
            line.insert(next(i for i, entry in enumerate(line) if entry[0] > ticket), (ticket, case))
        else:
            line.append((ticket, case))
        self.waiting += 1

    def leave(self, case: Case) -> None:
        """Take a waiting case out; its place in the line is skipped when it comes up."""
        case.ticket = 0
        self.lengths[case.line] -= 1
        self.waiting -= 1

    def call(self, lines: int) -> Case | None:
        """The next case from any of these lines: highest priority, then earliest ticket (latest if LIFO)."""
        if self.waiting == 0:
            return None
        lifo = self.row.lifo
        best_rank = best_ticket = -1
        best: deque[tuple[int, Case]] | None = None
        for (rank, number), line in self._lines.items():
            if best is not None and rank > best_rank:
                break
            if not lines >> number & 1:
                continue
            end = -1 if lifo else 0
            while line and line[end][1].ticket != line[end][0]:
                line.pop() if lifo else line.popleft()
            if line and (best is None or (line[end][0] > best_ticket if lifo else line[end][0] < best_ticket)):
                best, best_rank, best_ticket = line, rank, line[end][0]
        if best is None:
            return None
        case = (best.pop() if lifo else best.popleft())[1]
        self.leave(case)
        return case

    def last_in(self, number: int) -> Case:
        """Who would be called last from a line in which somebody waits."""
        for (_, other), line in reversed(self._lines.items()):
            if other == number:
                while line and line[-1][1].ticket != line[-1][0]:
                    line.pop()
                if line:
                    return line[-1][1]
        raise LookupError(number)

    def everybody_waiting(self) -> list[Case]:
        """All who wait, by ticket."""
        everybody = [(ticket, case) for line in self._lines.values() for ticket, case in line if case.ticket == ticket]
        return [case for _, case in sorted(everybody, key=lambda entry: entry[0])]
