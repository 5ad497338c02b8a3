"""The loop of the fold: rows of the log in order, each case followed, everything counted once.

A row names its case and what happened, not where the case stood before (waiting or being served, at which step, since
when, with which priority, from which demand).  That stands in the book, for the cases that are open and for no other.

Two things are called a visit.  At a station it is one ticket, from joining the queue: services that are broken off and
later businesses at the kept counter belong to it, and while the person waits for a machine there it goes on.  In the
house it is from coming to any station until the person is at none, not even for a moment.
"""

from __future__ import annotations

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.compiled_types import Entry, Words, compiled, counts_at, inlined, keyed_at
from sim.engines.counting_actions import (
    ACTIONS,
    BY_MENU,
    ENDS_SERVICE,
    INTO_QUEUE,
    INTO_SERVICE,
    KIND_BITS,
    STAYS,
)
from sim.engines.counting_columns import BOOK_BITS, NO_KEY, Counts, Keyed
from sim.engines.counting_cubes import row_in_cubes, turn_cubes, visit_in_cubes
from sim.engines.counting_keyed import find, move_lines, strike, take
from sim.engines.counting_spans import row_in_spans
from sim.engines.counting_totals import other_row, row_in_day, row_in_totals, turn_clock
from sim.log import Event

_ARRIVE, _JOIN, _START = int(Event.ARRIVE), int(Event.JOIN), int(Event.START)
_LEAVE, _FORK, _DONE, _END = int(Event.LEAVE), int(Event.FORK), int(Event.DONE), int(Event.END)
_ABANDON, _TURNED_AWAY = int(Event.ABANDON), int(Event.TURNED_AWAY)
_PREEMPT, _CONTINUE, _JOCKEY = int(Event.PREEMPT), int(Event.CONTINUE), int(Event.JOCKEY)
_UNKNOWN = -1
_AT_A_PLACE = INTO_QUEUE | INTO_SERVICE
_FOLLOWED = np.zeros(len(Event) + 1, dtype=np.int64)
_FOLLOWED[
    [
        Event.ARRIVE, Event.JOIN, Event.START, Event.END, Event.DONE, Event.REFUSED, Event.ABANDON,
        Event.BALK, Event.TURNED_AWAY, Event.BLOCKED, Event.LEAVE, Event.PREEMPT, Event.CONTINUE, Event.JOCKEY,
    ]
] = 1  # fmt: skip


@inlined
def _begin(w: Counts, book: Keyed, at: int, case: int, source: int) -> None:
    """A case of which nothing is known yet but its demand source."""
    lines = book.lines
    if lines[at] == NO_KEY:
        take(w.head, book, at, case)
    lines[at + col.KIND] = lines[at + col.PRIORITY] = lines[at + col.SINCE] = lines[at + col.COURSE] = 0
    lines[at + col.SOURCE] = source
    lines[at + col.STEP] = lines[at + col.JOINED_STEP] = w.head[col.STEPS]
    lines[at + col.VISIT_BEGAN] = col.OUTSIDE
    lines[at + col.STATION] = w.head[col.STATIONS]


@compiled
def _fork(w: Counts, parent: int, child: int) -> None:
    """A second case begins, from the demand of the first."""
    book = keyed_at(w.books[0])
    at = find(book, parent, BOOK_BITS)
    source = _UNKNOWN if book.lines[at] == NO_KEY else book.lines[at + col.SOURCE]
    _begin(w, book, find(book, child, BOOK_BITS), child, source)


@compiled
def _read(w: Counts, row: Words, book: Keyed, at: int) -> None:
    """Put into `now` what a row and the book tell of a case, and bring the book up to date."""
    head, now, lines = w.head, w.now, book.lines
    kind, t_ms, was = row[5], row[0], lines[at + col.KIND]
    now[col.T], now[col.ROW_KIND], now[col.CODE], now[col.VALUE] = t_ms, kind, row[6], row[7]
    now[col.WAS], now[col.OF] = was, lines[at + col.SOURCE]
    step = now[col.FROM_STEP] = lines[at + col.STEP]
    if row[3] >= 0:
        step = head[col.STEPS] if kind == _ARRIVE else row[3]
    now[col.AT_STEP] = step
    now[col.THERE] = lines[at + col.STATION]
    now[col.HERE] = head[col.STATIONS] if row[4] < 0 else row[4]
    now[col.RANK_BEFORE] = lines[at + col.PRIORITY]
    if kind == _JOIN:
        lines[at + col.PRIORITY] = row[6]
    now[col.RANK] = lines[at + col.PRIORITY]
    since = -1
    if kind == _JOIN:
        since = t_ms
    elif kind == _START and was not in (_JOIN, _START, _PREEMPT, _CONTINUE):
        since = t_ms - row[7]
        if row[7] < 0 or since < 0:
            head[col.TROUBLE] = col.NEGATIVE
    if w.annex[now[col.HERE]]:
        _at_annex(w, lines, at, since)
    else:
        _at_station(w, lines, at, since)
    lines[at + col.KIND] = _JOIN if kind == _JOCKEY else kind  # in another line, but waiting as before
    lines[at + col.STEP] = step
    if row[4] >= 0:
        lines[at + col.STATION] = row[4]


@inlined
def _at_annex(w: Counts, lines: Words, at: int, since: int) -> None:
    """A row at a machine: its queue is one of its own, and the visit to the counter that is kept goes on.

    `since`: when the case joined, if it does so now.
    """
    now = w.now
    if since >= 0:
        lines[at + col.ANNEX_SINCE] = since
    now[col.BEGAN], now[col.ATTEMPT_STEP] = lines[at + col.ANNEX_SINCE], now[col.AT_STEP]
    now[col.WAIT_SO_FAR] = now[col.T] - now[col.BEGAN]


@inlined
def _at_station(w: Counts, lines: Words, at: int, since: int) -> None:
    """A row at a station, or at none: how long the visit waited and what becomes of it; `since` as above."""
    now = w.now
    t_ms, kind, was = now[col.T], now[col.ROW_KIND], now[col.WAS]
    if since >= 0:
        lines[at + col.SINCE] = lines[at + col.SPELL] = since
        lines[at + col.WAITED], lines[at + col.COURSE] = 0, col.ONE_SERVICE
        lines[at + col.JOINED_STEP] = now[col.AT_STEP]
    in_line = since >= 0 or was in (_JOIN, _PREEMPT)
    waited = lines[at + col.WAITED] + (t_ms - lines[at + col.SPELL] if in_line else 0)
    now[col.BEGAN], now[col.WAIT_SO_FAR] = lines[at + col.SINCE], waited
    now[col.ATTEMPT_STEP] = lines[at + col.JOINED_STEP] if in_line or kind == _PREEMPT else now[col.AT_STEP]
    if kind == _START and in_line:
        lines[at + col.WAITED] = waited
    elif kind == _CONTINUE:
        lines[at + col.COURSE] = col.LATER_BUSINESS
    elif kind == _PREEMPT:
        lines[at + col.SPELL] = t_ms
        if lines[at + col.COURSE] == col.ONE_SERVICE:
            lines[at + col.COURSE] = col.BROKEN_OFF
    elif kind == _END and lines[at + col.COURSE] == col.BROKEN_OFF:
        now[col.VALUE] = t_ms - lines[at + col.SINCE] - waited


@inlined
def _over(w: Counts, lines: Words, at: int) -> None:
    """A visit to the house is over: count it."""
    visit_in_cubes(
        w, lines[at + col.SOURCE], w.now[col.RANK_BEFORE], lines[at + col.VISIT_STEP], lines[at + col.VISIT_STATION],
        lines[at + col.VISIT_BEGAN], lines[at + col.VISIT_LEFT],
    )  # fmt: skip


@compiled
def _in_the_house(w: Counts, lines: Words, at: int) -> None:
    """Follow the visit to the house; that it is over is known when the person comes again, or never will."""
    now = w.now
    t_ms, kind = now[col.T], now[col.ROW_KIND]
    comes = kind in (_JOIN, _START, _CONTINUE)
    outside = lines[at + col.VISIT_BEGAN] == col.OUTSIDE
    left = lines[at + col.VISIT_LEFT] != col.INSIDE_NOW
    if (comes and not outside and left and t_ms > lines[at + col.VISIT_LEFT]) or (kind == _LEAVE and not outside):
        if left:
            _over(w, lines, at)
        outside = True
    if comes:
        if outside:
            lines[at + col.VISIT_BEGAN] = t_ms - now[col.VALUE] if kind == _START else t_ms
            lines[at + col.VISIT_STATION], lines[at + col.VISIT_STEP] = now[col.HERE], now[col.AT_STEP]
        lines[at + col.VISIT_LEFT] = col.INSIDE_NOW
    elif not outside and not left and kind in (_END, _ABANDON, _TURNED_AWAY):
        lines[at + col.VISIT_LEFT] = t_ms


@compiled
def _followed(w: Counts, row: Words) -> None:
    """A row that moves its case."""
    book, now = keyed_at(w.books[0]), w.now
    at = find(book, row[1], BOOK_BITS)
    if book.lines[at] == NO_KEY or row[5] == _ARRIVE:
        _begin(w, book, at, row[1], row[6] if row[5] == _ARRIVE else _UNKNOWN)
    _read(w, row, book, at)
    if w.head[col.TROUBLE]:
        return
    there, here = now[col.THERE], now[col.HERE]
    if w.house[here] or row[5] == _LEAVE:
        _in_the_house(w, book.lines, at)
    course = book.lines[at + col.COURSE]
    if row[5] == _LEAVE:
        strike(book, at, BOOK_BITS)
    moved = 1 if here != there else 0
    kinds = now[col.WAS] << KIND_BITS | row[5]
    actions = ACTIONS[kinds << 3 | w.menu[there] << 2 | w.menu[here] << 1 | moved]
    if actions & BY_MENU and row[6] != _DONE:
        actions ^= BY_MENU
    if course == col.LATER_BUSINESS and not w.annex[here]:
        actions &= ~(STAYS | ENDS_SERVICE)
    if actions & _AT_A_PLACE and here == w.head[col.STATIONS]:
        w.head[col.TROUBLE] = col.UNKNOWN
        return
    if actions:
        row_in_cubes(w, actions)
        row_in_day(w, actions)
    row_in_spans(w)
    row_in_totals(w)


@compiled
def _sound(w: Counts) -> int:
    """Number of the first row that cannot be, all rows if there is none: nothing of them is counted yet."""
    head, rows = w.head, w.rows
    latest = head[col.LATEST]
    for number in range(len(rows)):
        row = rows[number]
        if row[0] < latest:
            head[col.TROUBLE] = col.OUT_OF_ORDER
            return number
        latest = row[0]
        known_kind = 0 < row[5] < len(_FOLLOWED)
        known_step = -1 <= row[3] <= head[col.STEPS]  # the number after the last one stands for none, as -1 does
        if not (known_kind and known_step and -1 <= row[4] < head[col.STATIONS]):
            head[col.TROUBLE] = col.UNKNOWN
            return number
    return len(rows)


@Entry
def count_rows(tables: int, first: int) -> int:
    """Count rows from `first` on; gives the number of the first one not counted.

    Stops early when a table needs more room (STOP) or at a row that cannot be (TROUBLE).
    """
    w = counts_at(tables)
    head, rows = w.head, w.rows
    if first == 0:
        wrong = _sound(w)
        if wrong < len(rows):
            return wrong
    for number in range(first, len(rows)):
        row = rows[number]
        head[col.LATEST] = row[0]
        if row[0] >= head[col.QUARTER_ENDS]:
            turn_clock(w, row[0])
            turn_cubes(w, row[0])
        if _FOLLOWED[row[5]]:
            _followed(w, row)
        elif row[5] == _FORK:
            _fork(w, row[1], row[7])
        else:
            other_row(w, row)
        if head[col.TROUBLE]:
            return number
        if head[col.STOP]:
            return number + 1
    return len(rows)


ENTRIES = (count_rows, move_lines)
"""What Python calls."""


def is_ready() -> bool:
    """Whether the code is at hand or on disk."""
    return all(entry.ready for entry in ENTRIES)


def make_ready() -> None:
    """Load the code or, failing that, compile it, which takes some seconds."""
    for entry in ENTRIES:
        entry.prepare()
