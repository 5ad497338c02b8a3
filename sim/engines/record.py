"""Writes the event log: rows into a flat buffer, full buffers to a sink."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from sim.log import COLUMNS, Event

if TYPE_CHECKING:
    from sim.engines.clock import Clock
    from sim.engines.queue import Case
    from sim.engines.running import Sink

_WIDTH = len(COLUMNS)
_CHUNK = 65_536 * _WIDTH


class Recorder:
    """Collects rows and hands them on in chunks of shape (rows, 8), int64."""

    def __init__(self, clock: Clock, sink: Sink) -> None:
        self._clock = clock
        self._sink = sink
        self._buffer = array("q")
        self.rows = 0

    def row(self, case: Case, kind: Event, code: int, value: int) -> None:
        """An event of a case where it is now."""
        self._buffer.extend((self._clock.now_ms, case.id, case.person, case.step, case.station, kind, code, value))
        if len(self._buffer) >= _CHUNK:
            self.flush()

    def row_of(self, case: Case, step: int, station: int, kind: Event, code: int, value: int) -> None:
        """An event of a case at a step and station it has already left."""
        self._buffer.extend((self._clock.now_ms, case.id, case.person, step, station, kind, code, value))

    def station_row(self, station: int, kind: Event, code: int, value: int) -> None:
        """An event of a station."""
        self._buffer.extend((self._clock.now_ms, -1, -1, -1, station, kind, code, value))

    def state_rows(self, case: Case) -> None:
        """The whole office record of a case's person, field by field."""
        if case.record is not None:
            for field, value in enumerate(case.record):
                self._buffer.extend(
                    (self._clock.now_ms, case.id, case.person, case.step, -1, Event.STATE, field, value)
                )

    def balance_row(self, t_ms: int, person: int, kind: Event, ledger: int, fen: int) -> None:
        """A person's opening or closing balance."""
        self._buffer.extend((t_ms, -1, person, -1, -1, kind, ledger, fen))

    def flush(self) -> None:
        """Hand on what is there."""
        if self._buffer:
            chunk = np.frombuffer(self._buffer, dtype=np.int64).reshape(-1, _WIDTH)
            self.rows += len(chunk)
            self._buffer = array("q")
            self._sink(chunk)
