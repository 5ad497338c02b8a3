"""Following cases through the log: what was known of a case just before each of its rows.

A row names its case and what happened, not where the case stood before (waiting or being served, at which step, since
when, with which priority, from which demand).  That is remembered here for the cases that are open, and for no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.log import Event
from sim.metrics.counting import Bools, Ints

CASE, SOURCE, KIND, STEP, STATION, PRIORITY, JOINED = range(7)
_FRESH: Final = (-1, -1, 0, -1, -1, 0, 0)
"""A case of which nothing is known yet."""

_FOLLOWED = np.zeros(len(Event) + 1, dtype=bool)
_FOLLOWED[
    [
        Event.ARRIVE, Event.JOIN, Event.START, Event.END, Event.DONE, Event.REFUSED, Event.ABANDON,
        Event.BALK, Event.TURNED_AWAY, Event.BLOCKED, Event.LEAVE, Event.PREEMPT, Event.CONTINUE, Event.JOCKEY,
    ]
] = True  # fmt: skip


@dataclass(frozen=True, slots=True)
class Followed:
    """Rows that move a case, in log order, with what was known before.

    `step` is the case's latest step up to and including the row.  `joined_ms` and `priority` are of its last ticket.
    """

    t_ms: Ints
    case: Ints
    kind: Ints
    code: Ints
    value: Ints
    station: Ints
    step: Ints
    source: Ints
    priority: Ints
    joined_ms: Ints
    kind_before: Ints  # 0: first row of the case
    step_before: Ints
    station_before: Ints
    priority_before: Ints


class CaseBook:
    """The open cases and their latest state."""

    def __init__(self) -> None:
        self._size = 0
        self._dead = 0
        self._book: Ints = np.empty((7, 1024), dtype=np.int64)

    def __len__(self) -> int:
        return self._size - self._dead

    def follow(self, chunk: Ints) -> tuple[Followed, Ints, Ints]:
        """Rows of the chunk that move a case; and the LEAD rows with the demand source of each."""
        self._give_birth(chunk)
        is_lead = chunk[:, 5] == Event.LEAD
        leads = chunk[is_lead]
        lead_source = self._sources(leads[:, 1], np.flatnonzero(is_lead), _ends(chunk))
        rows = chunk[_FOLLOWED[chunk[:, 5]]]
        followed = self._link(rows)
        if self._dead > 1024 + self._size // 2:
            self._compact()
        return followed, leads, lead_source

    # -- the book --------------------------------------------------------------------------------------------------

    def _find(self, cases: Ints) -> tuple[Ints, Bools]:
        """Position of each case in the book, and whether it is there."""
        place = np.searchsorted(self._book[CASE, : self._size], cases)
        known = place < self._size
        known[known] = self._book[CASE, place[known]] == cases[known]
        return place, known

    def _sources(self, cases: Ints, rows: Ints, ends: tuple[Ints, Ints]) -> Ints:
        """Demand source of each case as of its row; -1 if the case is unknown or was over by then."""
        place, known = self._find(cases)
        known[known] = self._book[KIND, place[known]] != Event.LEAVE
        ended_case, ended_row = ends
        if len(ended_case):
            at = np.minimum(np.searchsorted(ended_case, cases), len(ended_case) - 1)
            known &= ~((ended_case[at] == cases) & (ended_row[at] < rows))
        found = np.full(len(cases), -1, dtype=np.int64)
        found[known] = self._book[SOURCE, place[known]]
        return found

    def _give_birth(self, chunk: Ints) -> None:
        """Enter the cases that begin in this chunk, with their demand source; a forked case has its parent's."""
        kind = chunk[:, 5]
        begun = chunk[kind == Event.ARRIVE]
        self._enter(begun[:, 1], begun[:, 6])
        rows = np.flatnonzero(kind == Event.FORK)
        child, parent = chunk[rows, 7], chunk[rows, 1]
        while len(child):
            known = self._find(parent)[1]
            if not known.any():
                self._enter(child, np.full(len(child), -1, dtype=np.int64))
                return
            self._enter(child[known], self._sources(parent[known], rows[known], _ends(chunk)))
            child, parent, rows = child[~known], parent[~known], rows[~known]

    def _enter(self, cases: Ints, sources: Ints) -> None:
        """New lines of the book, kept in order of case number."""
        if len(cases) == 0:
            return
        lines = np.empty((7, len(cases)), dtype=np.int64)
        lines[:] = np.array(_FRESH, dtype=np.int64)[:, None]
        order = np.argsort(cases, kind="stable")
        lines[CASE], lines[SOURCE] = cases[order], sources[order]
        size = self._size + len(cases)
        if size > self._book.shape[1]:
            larger = np.empty((7, 2 * size), dtype=np.int64)
            larger[:, : self._size] = self._book[:, : self._size]
            self._book = larger
        self._book[:, self._size : size] = lines
        if self._size and lines[CASE, 0] < self._book[CASE, self._size - 1]:
            order = np.argsort(self._book[CASE, :size], kind="stable")
            self._book[:, :size] = self._book[:, order]
        self._size = size

    def _compact(self) -> None:
        """Strike out the cases that are over."""
        alive = self._book[KIND, : self._size] != Event.LEAVE
        kept = self._book[:, : self._size][:, alive]
        self._size, self._dead = kept.shape[1], 0
        self._book[:, : self._size] = kept

    # -- the rows --------------------------------------------------------------------------------------------------

    def _link(self, rows: Ints) -> Followed:
        """Every row with the state its case was in."""
        order = np.argsort(rows[:, 1], kind="stable")
        t, case, _, step, station, kind, code, value = np.ascontiguousarray(rows[order].T)
        count = len(t)
        new_case = np.ones(count, dtype=bool)
        new_case[1:] = case[1:] != case[:-1]
        first = new_case.copy()
        first[1:] |= kind[:-1] == Event.LEAVE
        start = np.maximum.accumulate(np.where(first, np.arange(count), 0))
        opening = self._opening(case[first], new_case[first])[:, np.cumsum(first) - 1]
        state = np.where(kind == Event.JOCKEY, int(Event.JOIN), kind)  # in another line, but waiting as before
        kind_before = _before(state, first, opening[KIND])
        join = kind == Event.JOIN
        told_before = np.isin(kind_before, (Event.JOIN, Event.START, Event.PREEMPT, Event.CONTINUE))
        served_at_once = (kind == Event.START) & ~told_before
        began = np.where(served_at_once, t - value, t)
        step = _latest(np.where(kind == Event.ARRIVE, -1, step), step >= 0, start, opening[STEP])
        place = _latest(station, station >= 0, start, opening[STATION])
        priority = _latest(code, join, start, opening[PRIORITY])
        joined = _latest(began, join | served_at_once, start, opening[JOINED])
        self._remember(case, new_case, np.stack([state, step, place, priority, joined]))
        columns = np.empty((13, count), dtype=np.int64)
        columns[:, order] = np.stack(
            [
                t, kind, code, value, station, step, opening[SOURCE], priority, joined,
                kind_before, _before(step, first, opening[STEP]),
                _before(place, first, opening[STATION]), _before(priority, first, opening[PRIORITY]),
            ]
        )  # fmt: skip
        return Followed(columns[0], rows[:, 1], *columns[1:])

    def _opening(self, cases: Ints, earlier: Bools) -> Ints:
        """State of each case before this chunk; fresh where not `earlier` (the case number is used again)."""
        place, known = self._find(cases)
        known[known] = self._book[KIND, place[known]] != Event.LEAVE
        state = np.empty((7, len(cases)), dtype=np.int64)
        state[:] = np.array(_FRESH, dtype=np.int64)[:, None]
        state[:, known] = self._book[:, place[known]]
        state[KIND:, ~earlier] = np.array(_FRESH[KIND:], dtype=np.int64)[:, None]
        return state

    def _remember(self, case: Ints, new_case: Bools, state: Ints) -> None:
        """Write the last state of each case of this chunk into the book."""
        last = np.ones(len(case), dtype=bool)
        last[:-1] = new_case[1:]
        strangers = ~self._find(case[last])[1]
        self._enter(case[last][strangers], np.full(int(strangers.sum()), -1, dtype=np.int64))
        place = self._find(case[last])[0]
        self._book[KIND : JOINED + 1, place] = state[:, last]
        self._dead += int((state[0, last] == Event.LEAVE).sum())


def _ends(chunk: Ints) -> tuple[Ints, Ints]:
    """Cases that end in this chunk, in order, and the row of each."""
    rows = np.flatnonzero(chunk[:, 5] == Event.LEAVE)
    order = np.argsort(chunk[rows, 1], kind="stable")
    return chunk[rows, 1][order], rows[order]


def _latest(values: Ints, told: Bools, start: Ints, opening: Ints) -> Ints:
    """The latest told value of the same case up to each row, the opening one if none was told."""
    latest = np.maximum.accumulate(np.where(told, np.arange(len(values)), -1))
    return np.where(latest >= start, values[latest], opening)


def _before(values: Ints, first: Bools, opening: Ints) -> Ints:
    """The value on the previous row of the same case."""
    shifted = np.empty_like(values)
    shifted[1:] = values[:-1]
    return np.where(first, opening, shifted)
