"""What the fold keeps while it counts, as tables of whole numbers: their names and columns.

Python makes and owns the tables (`sim.metrics`), compiled code adds to them (`sim.engines.counting_*`).
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import NamedTuple

import numpy as np

from sim.engines.compiled_world import AS_WORDS

DAY_MS = 86_400_000
QUARTERS = 96
QUARTER_MS = DAY_MS // QUARTERS
HALF_HOURS = 48
FOREVER = 1 << 61
LEDGERS = 16
NO_KEY = -(1 << 62)
"""The key of a free line."""
ANY = -2
"""Of a source, priority or rule that is asked for: all of them."""


@unique
class Ending(IntEnum):
    """How an attempt to be served ended."""

    SERVED = 0
    ABANDONED = 1
    SENT_HOME = 2  # waited, and was turned away at closing
    TURNED_AWAY = 3  # found the door closed
    BALKED = 4
    BLOCKED = 5
    SELF_SERVICE = 6  # a call the hotline's menu dealt with


JOINED_A_QUEUE = (Ending.SERVED, Ending.ABANDONED, Ending.SENT_HOME)


@unique
class Column(IntEnum):
    """What is summed per station and block of days.

    After these follow, for each threshold, those served with a wait up to it; for each, those who gave up by then; and
    for each lead time its count and sum.
    """

    JOINED = 0  # attempts that went through a queue (their wait is known)
    WAIT = 1
    WAIT_SERVED = 2
    WAITED = 3  # with a wait above 0
    STAYED = 4  # first businesses of a visit, from joining to the end of service or giving up
    STAY = 5
    SERVED_ATTEMPTS = 6  # one column for each Ending
    ABANDONED = 7
    SENT_HOME = 8
    TURNED_AWAY = 9
    BALKED = 10
    BLOCKED = 11
    SELF_SERVICE = 12
    OFFERED = 13
    SERVED = 14  # services that ended
    SERVICE = 15
    DECIDED = 16  # steps the office did or refused
    REFUSED = 17
    BEGUN = 18
    JOCKEYED = 19  # changes to another line
    QUEUE_AREA = 20
    INSIDE_AREA = 21
    BUSY_AREA = 22
    CAPACITY_AREA = 23
    TIME = 24
    VISITS = 25  # to the house, over when the person is at no place: counted where and when they began
    VISIT_TIME = 26
    STILL_WAITING = 27  # at the end of the run
    STILL_WAIT = 28  # of theirs so far
    STILL_INSIDE = 29  # visits that are not over at the end of the run
    STILL_INSIDE_TIME = 30


class Keyed(NamedTuple):
    """Lines found by a key, which is their first word: scattered by the key, the next free line if one is taken."""

    head: np.ndarray
    lines: np.ndarray
    later: np.ndarray  # of a tally: keys that are not counted yet


MASK, SHIFT, USED, ROOM, BITS, WAITING_KEYS, TOUCHED = range(7)
"""Columns of the head: lines less one, bits of a product that are not looked at, lines in use, how many may be, and
log buckets to an octave as a power of two (EXACT: values as they are); keys in `later`; and a number nobody reads."""
KEYED_HEAD = 7
LATER = 64
"""Keys a tally counts together."""
EXACT = -1
TALLY_BITS = 1
"""Lines of a tally have two words: group << VALUE_BITS | value, and how often."""
VALUE_BITS = 44
COUNT = 1
BOOK_BITS = 4
"""Lines of the book of cases have sixteen words."""
(
    CASE,
    KIND,  # of the latest row
    SOURCE,  # demand
    STEP,
    STATION,
    PRIORITY,
    SINCE,  # when the case joined the queue of the station it visits; a break of its service changes nothing
    SPELL,  # since when it waits there, this time
    WAITED,  # in the spells before
    JOINED_STEP,  # at which step it joined
    COURSE,  # of the visit: ONE_SERVICE, BROKEN_OFF or LATER_BUSINESS
    ANNEX_SINCE,  # when it joined the queue of a machine, while its counter is kept: no visit of its own
    VISIT_BEGAN,  # when the person came into the house, -1: he is outside
    VISIT_STATION,
    VISIT_STEP,
    VISIT_LEFT,  # when he was last at a place, -1: he is at one
) = range(16)
ONE_SERVICE, BROKEN_OFF, LATER_BUSINESS = range(3)
OUTSIDE = -1
INSIDE_NOW = -1


class Cube(NamedTuple):
    """The sums of one selection."""

    head: np.ndarray
    limits: np.ndarray  # thresholds
    allowed: np.ndarray  # [step] whether it belongs to the selection; one more for no step
    place: np.ndarray  # [station] where its sums stand; one more for no station
    cells: np.ndarray  # [place, block, sum]
    queues: np.ndarray  # [place, QUEUE_WIDTH]
    tallies: np.ndarray  # addresses


(
    FROM, UNTIL, OF_SOURCE, OF_PRIORITY, OF_RULE, EVERYTHING, CELL, BLOCKS, BLOCK_MS, THRESHOLDS, LEADS_AT, AREAS_AT,
    BLOCK, BLOCK_BEGINS, BLOCK_ENDS, PLACES,
) = range(16)  # fmt: skip
"""Columns of a cube's head: the selection; words of a cell; blocks of time; where things stand in a cell; the block of
the latest row."""
CUBE_HEAD = 16
HELD, HELD_SINCE, LONGEST = range(3)
"""Columns of a queue: people in it, since when, and the most there were for any time at all."""
QUEUE_WIDTH = 3
WAITING, INSIDE, WRAP_UP, ON_DUTY = range(4)
"""Step functions of a cell, in this order after its sums: each two words, steps and steps times their moments."""
(
    SERVED_WAITS, OTHER_WAITS, LEADS_TALLY, VISITS_TALLY,
    SERVED_WAITS_BY_CELL, OTHER_WAITS_BY_CELL, LEADS_BY_CELL, VISITS_BY_CELL,
) = range(8)  # fmt: skip
"""Tallies of a cube: waits that ended in service, those of all others who joined a queue, lead times, visits."""


class Span(NamedTuple):
    """How far cases came in a window of time."""

    head: np.ndarray
    counts: np.ndarray  # [step, what happened]
    areas: np.ndarray  # [day, step]


SPAN_FROM, SPAN_UNTIL, SPAN_STEPS, SPAN_DAYS = range(4)
ENTERED, STEP_DONE, STEP_REFUSED, LEFT = range(4)
"""Columns of `counts`."""


class Counts(NamedTuple):
    """Everything a fold keeps."""

    head: np.ndarray
    rows: np.ndarray  # of the log, to be counted
    now: np.ndarray  # what is known of the row at hand
    menu: np.ndarray  # [station] whether it is self-service; one more for no station
    annex: np.ndarray  # [station] whether it is a machine people at a counter wait for; one more for no station
    house: np.ndarray  # [station] whether people come to it (not a factory); one more for no station
    group: np.ndarray  # [station] its group; one more for no station
    books: np.ndarray  # addresses: the cases that are open
    cubes: np.ndarray  # addresses
    spans: np.ndarray  # addresses
    kinds: np.ndarray  # [day] its kind
    days_before: np.ndarray  # [day, kind] days of each kind before it
    limits: np.ndarray  # thresholds of waits by time of day
    attempts: np.ndarray  # [kind of day, half hour of the day, group, ATTEMPT_WIDTH and one for each threshold]
    by_quarter: np.ndarray  # [waiting, inside or on duty][kind of day, quarter, group]: step functions
    by_day: np.ndarray  # [waiting, inside or on duty][group, kind of day]: steps times the days of that kind before
    active: np.ndarray  # [day, group]
    staffed: np.ndarray  # [group] somebody was on duty, [group] changes of servers after the beginning
    duty: np.ndarray  # [station, server group] servers on duty now, and whether they were ever without number
    busy: np.ndarray  # [station, server group]: step function
    on_duty: np.ndarray  # [station, server group]: step function
    down: np.ndarray  # [station]: step function
    stops: np.ndarray  # [station, 0 breakdown or 1 refill]
    money: np.ndarray  # [from ledger, to ledger] movements and fen
    balances: np.ndarray  # [ledger]
    refusals: np.ndarray  # [rule, step]


(
    FROM_MS, LATEST, STATIONS, STEPS, GROUPS, DAYS, WIDTH, RULES, SOURCES, STOP, TROUBLE, DAY, QUARTER, QUARTER_BEGINS,
    QUARTER_ENDS, LIMITS,
) = range(16)  # fmt: skip
"""Columns of the head: the warm-up; the latest row; how many there are of what; that Python is wanted, and why; and
the day and quarter of an hour of the latest row; how many thresholds there are by time of day."""
COUNTS_HEAD = 16
NO_TROUBLE, OUT_OF_ORDER, UNKNOWN, NEGATIVE = range(4)
"""What can be wrong with a row: it comes too late, names what is not there, or tells of a negative time."""
DAY_KINDS = 3
"""How many `sim.calendar.DayKind` there are."""
ATTEMPT_WIDTH = 8
"""One word for each Ending, and the wait of those who joined a queue; those served within each threshold follow."""
ATTEMPT_WAIT = 7
UNLIMITED_SERVERS = 1 << 30
"""A CAPACITY row with so many servers, or with a negative number, means that nobody ever waits for one."""

(
    T, ROW_KIND, CODE, VALUE, HERE, THERE, AT_STEP, FROM_STEP, OF, RANK, RANK_BEFORE, BEGAN, WAIT_SO_FAR, ATTEMPT_STEP,
    WAS,
) = range(15)  # fmt: skip
"""Columns of `now`: the row (of an END, the service of the whole visit); station, step and priority with it and before
it (no station or step: the line after the last); demand source; when the attempt began, how long it waited until now,
and at which step it counts; latest kind before."""
NOW_WIDTH = 15

ROW_WIDTH = 8
_LISTS = ("cubes", "spans")
COUNTS_WIDTHS = tuple(ROW_WIDTH if name == "rows" else 0 if name in _LISTS else AS_WORDS for name in Counts._fields)
"""How compiled code reads the tables of a fold: the log as rows, lists of addresses as lists, the rest as words."""


class Lean(NamedTuple):
    """Everything the lean fold keeps."""

    s: np.ndarray  # sums
    case: np.ndarray
    rows: np.ndarray  # of the log, to be counted


LEAN_WIDTHS = (AS_WORDS, AS_WORDS, ROW_WIDTH)
