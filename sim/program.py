"""The Program: a scenario compiled to frozen rows, the only thing an engine reads.

Everything an engine needs is here as numbers: no names to resolve, no dates to compute, no table to interpret but the
office steps.  Rows refer to each other by index; -1 means none.  Times are integer milliseconds since the start of the
run.  The content hash identifies what was simulated: equal hash and seed give the same log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import TYPE_CHECKING

import numpy as np

from sim.content import digest_of
from sim.rates import sine_integral, steps_until

if TYPE_CHECKING:
    from datetime import date

    from sim.calendar import Calendar
    from sim.identities import Said
    from sim.procedures.model import Guard, Procedure, Step

NONE = -1
FOREVER = 1 << 61
"""A time that never comes: infinite patience, a source that never stops."""
LONGEST_AGO_MS = 400 * 86_400_000  # nothing that still runs began longer before the run; what is drawn longer is this


@unique
class DistKind(IntEnum):
    """Distributions; what `a`, `b`, `c`, `values`, `weights` mean is said in sim.engines.samplers."""

    CONSTANT = 0
    EXPONENTIAL = 1
    ERLANG = 2
    UNIFORM = 3
    TRIANGULAR = 4
    LOGNORMAL = 5
    GAMMA = 6
    WEIBULL = 7
    HYPEREXPONENTIAL = 8
    EMPIRICAL = 9
    NEVER = 10


@dataclass(frozen=True, slots=True)
class DistRow:
    kind: DistKind
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()  # cumulative, last one 1.0


@unique
class WaitKind(IntEnum):
    NOW = 0
    PLAIN = 1  # dist ms from now
    WORKDAYS = 2  # the dist-th working day after today, at clock_ms
    NEXT = 3  # the next of the daily clocks on a working day (batch cut-off)
    DATES = 4  # dist ms in whole days: the midnight after the last of them


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A pause before a step.  `visit`: rounded up to a moment within the opening hours of the place visited."""

    kind: WaitKind
    dist: int = NONE
    clocks_ms: tuple[int, ...] = ()
    visit: bool = False


@unique
class Change(IntEnum):
    """What a station's timetable does at a moment."""

    DOOR_CLOSE = 0  # first, so that a closing office keeps its servers for those inside
    DOOR_OPEN = 1
    LAST_TICKET = 2
    CAPACITY = 3


@dataclass(frozen=True, slots=True)
class Timetable:
    """Changes of one class of station through the run: (t_ms, Change, server group, servers), in order."""

    changes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Opening hours over the run as cumulative arrival weight: piecewise linear, flat while closed.

    `times_ms` and `weight` have equal length, one entry at each midnight at least; empty means always open.
    """

    times_ms: tuple[int, ...] = ()
    weight: tuple[float, ...] = ()


@unique
class Closing(IntEnum):
    SERVE_INSIDE = 0  # who is inside is served, however late
    TURN_AWAY = 1  # who waits is sent home
    KEEP = 2  # the queue stays where it is until the servers come back


UNLIMITED = 1 << 30
THOUSANDTHS = 1000
"""In which `balk_queue` is measured: fractions of a person are exact in both engines."""


@dataclass(frozen=True, slots=True)
class StationRow:
    """A queue with groups of servers.  `skills[g]` is a bit mask of businesses, `priority_rank[class]` the order."""

    name: str
    group: str  # the scenario's table name; several stations when count > 1
    place: str  # the Place's value
    title: str
    title_zh: str
    group_title: str
    group_title_zh: str
    district: str
    skills: tuple[int, ...]
    timetable: int
    hours: int
    priority_rank: tuple[int, ...] = (0,)
    lifo: bool = False
    own_lines: bool = False  # each server group is one counter with a line of its own
    jockeying: bool = False  # people change over from a longer line to that of a counter that has become free
    closing: Closing = Closing.KEEP
    capacity: int = UNLIMITED
    service_of: tuple[tuple[int, int], ...] = ()  # (business, distribution): goes before the step's own
    wrap_up: int = NONE
    patience: int = NONE
    balk_queue: int = NONE  # thousandths of a person waiting per server on duty from which some do not join
    balk_share: float = 0.0
    return_share: float = 0.0
    return_wait: int = NONE
    return_at_most: int = 0
    callback_queue: int = NONE
    callback_share: float = 0.0
    preempt: tuple[bool, ...] = ()  # of each server group: whether who leaves breaks off his service; () none does
    gather: int = 0
    batch_size: int = 1
    batch_join: bool = False
    setup: int = NONE
    consumables: int = 0
    refill: int = NONE
    breakdown_after: int = NONE
    repair: int = NONE
    machine: int = NONE  # the station of the instant-issue machines of this place
    menu: int = NONE  # a hotline's voice menu
    bank: int = NONE
    facilities: frozenset[int] = frozenset()
    refresh_ms: int = NONE  # hot list: 0 online, > 0 period, -1 no terminal
    refresh_offset_ms: int = 0
    then: tuple[int, ...] = ()  # moves of a plain station

    def breaks_off(self, number: int) -> bool:
        """Whether a server of the group who leaves breaks off the service he is at."""
        return bool(self.preempt) and self.preempt[number]


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """Stations a person may choose between, with cumulative shares (last one 1.0).

    `place` numbers the kind of place: a person's usual place of a kind is the same in every procedure.
    """

    place: int
    stations: tuple[int, ...]
    cumulative: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """`step` -1: the case leaves.  `guards`: index into Program.guards, -1 none; `share` 1.0: always."""

    step: int
    share: float = 1.0
    guards: int = NONE
    wait: int = NONE
    fork: bool = False


@unique
class Where(IntEnum):
    """How a case finds the station of a step."""

    NOWHERE = 0  # no station: the office does it by itself
    FIXED = 1
    CHOSEN = 2
    APPLIED = 3
    ISSUER = 4
    HERE = 5
    MACHINE = 6
    FORMER = 7  # as ISSUER, of the bank at which an account was left behind


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a procedure, or a visit to a plain station (`office` -1)."""

    name: str
    key: int  # stable number of the name, for keyed random numbers
    procedure: int
    where: Where
    station: int = NONE  # where FIXED
    choice: int = NONE  # where CHOSEN
    by_bank: tuple[int, ...] = ()  # where ISSUER or FORMER: choice per bank number
    business: int = 0
    service: int = NONE
    office: int = NONE  # index into Program.office_steps
    starts: bool = False
    who: int = 0  # mask of who may come
    first_who: int = 0  # who comes if the case's own actor may not
    keep: bool = False  # the counter waits: the same visit may go on
    chip: int = 0  # position in sim.procedures.model.Chip
    menu: bool = False  # served by the menu of the chosen hotline, not by its agents
    after_done: tuple[int, ...] = ()
    after_refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CohortRow:
    """People of the same beginning, numbered from `first`; of a story's person, usual places and who he is."""

    name: str
    first: int
    size: int
    record: tuple[int, ...]  # of the office
    medical: int = NONE  # distribution of the opening balance, fen
    financial: int = NONE
    reserved: int = NONE
    ago: int = NONE  # distribution of how long before the run the moments in the fields `since` are
    since: tuple[int, ...] = ()
    banks: tuple[int, ...] = ()
    bank_cumulative: tuple[float, ...] = ()
    homes: tuple[tuple[int, int], ...] = ()  # place number, station
    outlets: int = NONE  # choice of the outlet that took their application, for people who begin with one
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class ArrivalTable:
    """Arrivals given one by one.  `overrides`: (station, what, values) with what 0 service, 1 patience; -1 none."""

    t_ms: np.ndarray
    priority: np.ndarray | None = None
    overrides: tuple[tuple[int, int, np.ndarray], ...] = ()


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many arrive in each of several intervals, in order and apart; `even`: at equal distances, else by chance."""

    from_ms: np.ndarray
    until_ms: np.ndarray
    count: np.ndarray
    even: bool = False


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term that runs for everybody of a cohort since before the run; each comes once, when it is over."""

    kind: WaitKind  # PLAIN, WORKDAYS or DATES
    length: int  # ms, or working days
    size: int  # of the cohort
    clock_ms: int = NONE  # on the last working day; NONE: the time of day at which it began


@dataclass(frozen=True, slots=True)
class Action:
    """What one person tries at a moment: a story's line, or the common shape of a demand's cases."""

    step: int
    who: int = 0
    without: int = 0  # mask of papers left at home
    reason: int = 0
    amount_fen: int = 0
    station: int = NONE


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A stream of cases: statistical (segments or sine), counted, a table of arrivals, a term, or one story action."""

    name: str
    key: int
    action: Action
    cohort: int = NONE
    others: tuple[int, ...] = ()  # further cohorts they come from
    segments: tuple[tuple[int, int, float], ...] = ()  # (from_ms, to_ms, arrivals per ms)
    day_cv: float = 0.0
    sine: tuple[float, float, float, float] | None = None  # mean and amplitude per ms, period ms, phase rad
    start_ms: int = 0
    stop_ms: int = FOREVER
    table: ArrivalTable | None = None
    counted: CountRow | None = None
    term: TermRow | None = None
    batch: int = 1
    at_most: int = FOREVER
    priority: int = 0  # class of everybody, unless the table or the shares give another
    priority_cumulative: tuple[float, ...] = ()
    agent_share: float = 0.0
    incomplete_share: float = 0.0
    amount: int = NONE
    choices: int = NONE  # `where` with shares
    story: bool = False
    person: int = NONE  # a story's person

    @property
    def alone(self) -> bool:
        """Whether nobody sets out of himself: a story says what its people do, and a term is the office's."""
        return self.story or self.term is not None

    @property
    def most_per_ms(self) -> float:
        """People in the busiest millisecond, on average; 0 of a table or term, whose moments are given."""
        if self.counted is not None:
            return self.batch * float((self.counted.count / (self.counted.until_ms - self.counted.from_ms)).max())
        if self.sine is not None:
            return self.batch * (self.sine[0] + abs(self.sine[1]))
        return self.batch * max((rate for _, _, rate in self.segments), default=0.0)

    def expected(self, duration_ms: int) -> float:
        """How many people come in a run of this length, on average."""
        return float(self.expected_until(np.array([duration_ms]))[0])

    def expected_until(self, t_ms: np.ndarray) -> np.ndarray:
        """How many people have come by each of some moments, on average."""
        until = np.minimum(t_ms, self.stop_ms)
        if self.table is not None:
            moments = np.searchsorted(self.table.t_ms, until).astype(np.float64)
        elif self.term is not None:
            moments = np.where(until > 0, float(self.term.size), 0.0)  # at most: each has a moment of his own
        elif self.counted is not None:
            row = self.counted
            edges = row.from_ms, row.until_ms, row.count / (row.until_ms - row.from_ms)
            moments = steps_until(*edges, until) - steps_until(*edges, np.minimum(until, self.start_ms))
        elif self.sine is not None:
            begun = sine_integral(*self.sine, float(self.start_ms))
            later = np.maximum(until, self.start_ms).tolist()
            moments = np.array([sine_integral(*self.sine, float(t)) - begun for t in later])
        else:
            first, last, rate = (np.array([segment[part] for segment in self.segments]) for part in range(3))
            moments = steps_until(first, last, rate, until)
        come: np.ndarray = np.minimum(moments * self.batch, float(self.at_most))
        return come


@dataclass(frozen=True, slots=True)
class Program:
    """What an engine plays.  See the module for conventions."""

    title: str
    start: date
    duration_ms: int
    warm_up_ms: int
    drain: bool
    clock_step_ms: int
    day_starts: int  # days for which hours and timetables are laid out
    last_ms: int  # nothing happens later: the duration, or some time after it for a run that drains
    businesses: tuple[str, ...]
    priorities: tuple[str, ...]
    banks: tuple[str, ...]
    procedures: tuple[str, ...]
    stations: tuple[StationRow, ...]
    timetables: tuple[Timetable, ...]
    hours: tuple[HoursRow, ...]
    choices: tuple[ChoiceRow, ...]
    steps: tuple[StepRow, ...]
    moves: tuple[MoveRow, ...]
    guards: tuple[tuple[Guard, ...], ...]
    guard_owners: tuple[str, ...]  # procedure whose parameters the guards name
    waits: tuple[WaitRow, ...]
    dists: tuple[DistRow, ...]
    cohorts: tuple[CohortRow, ...]
    sources: tuple[SourceRow, ...]
    office_steps: tuple[tuple[Procedure, Step], ...]
    numbers: tuple[tuple[tuple[str, str], int], ...]
    workdays: tuple[bool, ...]
    calendar: Calendar

    def content_hash(self) -> str:
        """SHA-256 over every row, independent of process and hash seed (the calendar enters as `workdays`)."""
        return digest_of(self, but="calendar")
