"""Counting the rows of a log in compiled code: the tables it needs, put together and kept large enough."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.engines import counting_columns as col
from sim.engines.compiled_tables import pairs_of
from sim.engines.counting_tables import KeyedTable
from sim.log import COLUMNS
from sim.metrics.counting import Ints
from sim.metrics.cube import Cube
from sim.metrics.daytime import Daytime
from sim.metrics.flows import Flows
from sim.metrics.names import Names, Role
from sim.metrics.progress import Progress
from sim.metrics.unfinished import Unfinished
from sim.procedures.model import Place

_TROUBLES = {
    col.OUT_OF_ORDER: "the rows of the log are not in order of time",
    col.UNKNOWN: "a row of the log names what is not there",
    col.NEGATIVE: "a duration in the log is negative, or longer than the run",
}


class Counter:
    """Counts rows into cubes, windows of progress, times of day and totals."""

    def __init__(
        self, names: Names, cubes: Iterable[Cube], windows: Iterable[Progress], daytime: Daytime, flows: Flows
    ) -> None:
        self.rows, self.latest_ms = 0, 0
        self._cubes, self._windows = tuple(cubes), tuple(windows)
        self._parts = daytime, flows
        self._book = KeyedTable(col.BOOK_BITS)
        self._tables = col.Counts(
            head=_head(names, daytime),
            rows=np.zeros((1, len(COLUMNS)), dtype=np.int64),
            now=np.zeros(col.NOW_WIDTH, dtype=np.int64),
            menu=menus_of(names),
            annex=annexes_of(names),
            house=np.array([*(s.kind is not Place.FACTORY for s in names.stations), False], dtype=np.int64),
            books=np.array([self._book.address], dtype=np.int64),
            cubes=np.array([cube.address for cube in self._cubes], dtype=np.int64),
            spans=np.array([window.address for window in self._windows], dtype=np.int64),
            **daytime.tables(),
            **flows.tables(),
        )

    @property
    def open_cases(self) -> int:
        """Cases that have begun and are not over yet."""
        return len(self._book)

    def unfinished(self) -> Unfinished:
        """What the open cases are in the middle of."""
        return Unfinished(self._book.used(), self._tables.menu, self._tables.annex)

    @property
    def room_for_cases(self) -> int:
        """Lines of the book of cases, used or not."""
        return self._book.capacity

    def add(self, chunk: Ints) -> None:
        """Count the next rows of the log.  Raises ValueError at one that cannot be."""
        if chunk.ndim != 2 or chunk.shape[1] != len(COLUMNS):
            raise ValueError(f"a chunk has shape (rows, {len(COLUMNS)}), not {chunk.shape}")
        from sim.engines.counting_rows import count_rows  # noqa: PLC0415 - takes a moment to load

        tables = self._tables._replace(rows=np.ascontiguousarray(chunk, dtype=np.int64))
        pairs, head = pairs_of(tables), tables.head  # kept alive while compiled code reads them
        done = 0
        while done < len(chunk):
            done = count_rows(int(pairs.ctypes.data), done)
            if head[col.TROUBLE]:
                trouble = _TROUBLES[int(head[col.TROUBLE])]
                head[col.TROUBLE] = col.NO_TROUBLE
                raise ValueError(f"{trouble}: row {self.rows + done}, {tuple(chunk[done].tolist())}")
            if head[col.STOP]:
                self._make_room()
        self.rows, self.latest_ms = self.rows + len(chunk), int(head[col.LATEST])

    def _make_room(self) -> None:
        """Let what is full grow."""
        self._tables.head[col.STOP] = 0
        if self._book.full:
            self._book.grow()
        for cube in self._cubes:
            cube.make_room()


def menus_of(names: Names) -> Ints:
    """Which stations are self-service (a hotline's menu); one entry more, for rows without a station."""
    menus = [all(g.role is Role.SELF_SERVICE for g in s.servers) for s in names.stations]
    return np.array([*menus, False], dtype=np.int64)


def annexes_of(names: Names) -> Ints:
    """Which stations belong to another one where people wait for them (machines); one entry more, as above."""
    return np.array([*(s.is_annex for s in names.stations), False], dtype=np.int64)


def _head(names: Names, daytime: Daytime) -> Ints:
    head = np.zeros(col.COUNTS_HEAD, dtype=np.int64)
    head[[col.FROM_MS, col.DAYS]] = names.warm_up_ms, names.days
    head[[col.STATIONS, col.STEPS, col.RULES]] = len(names.stations), len(names.steps), len(names.rules) + 1
    head[col.GROUPS] = max(1, len({s.group for s in names.stations}))
    head[col.WIDTH] = max((len(s.servers) for s in names.stations), default=1)
    head[col.LIMITS] = len(daytime.thresholds_ms)
    return head
