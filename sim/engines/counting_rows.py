"""The loop of the fold: rows of the log in order, each case followed, everything counted once.

A row names its case and what happened, not where the case stood before (waiting or being served, at which step, since
when, with which priority, from which demand).  That stands in the book, for the cases that are open and for no other.
"""

from __future__ import annotations

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.compiled_types import Entry, Words, compiled, counts_at, inlined, keyed_at
from sim.engines.counting_actions import ACTIONS, BY_MENU, INTO_QUEUE, INTO_SERVICE, KIND_BITS
from sim.engines.counting_columns import BOOK_BITS, NO_KEY, Counts, Keyed
from sim.engines.counting_cubes import row_in_cubes, turn_cubes
from sim.engines.counting_keyed import find, move_lines, strike, take
from sim.engines.counting_spans import row_in_spans
from sim.engines.counting_totals import other_row, row_in_day, row_in_totals, turn_clock
from sim.log import Event

_ARRIVE, _JOIN, _START = int(Event.ARRIVE), int(Event.JOIN), int(Event.START)
_LEAVE, _FORK, _DONE = int(Event.LEAVE), int(Event.FORK), int(Event.DONE)
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
    lines[at + col.KIND] = lines[at + col.PRIORITY] = lines[at + col.SINCE] = 0
    lines[at + col.SOURCE] = source
    lines[at + col.STEP] = w.head[col.STEPS]
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
        lines[at + col.SINCE] = t_ms
        lines[at + col.PRIORITY] = row[6]
    elif kind == _START and was not in (_JOIN, _START, _PREEMPT, _CONTINUE):
        lines[at + col.SINCE] = t_ms - row[7]
        if row[7] < 0 or row[7] > t_ms:
            head[col.TROUBLE] = col.NEGATIVE
    now[col.RANK], now[col.BEGAN] = lines[at + col.PRIORITY], lines[at + col.SINCE]
    lines[at + col.KIND] = _JOIN if kind == _JOCKEY else kind  # in another line, but waiting as before
    lines[at + col.STEP] = step
    if row[4] >= 0:
        lines[at + col.STATION] = row[4]


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
    if row[5] == _LEAVE:
        strike(book, at, BOOK_BITS)
    there, here = now[col.THERE], now[col.HERE]
    moved = 1 if here != there else 0
    kinds = now[col.WAS] << KIND_BITS | row[5]
    actions = ACTIONS[kinds << 3 | w.menu[there] << 2 | w.menu[here] << 1 | moved]
    if actions & BY_MENU and row[6] != _DONE:
        actions ^= BY_MENU
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
