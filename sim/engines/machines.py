"""Machines that stop: for refills after so many cards, for repairs after so much work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.clock import Rank
from sim.log import Event
from sim.program import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.engines.clock import Clock
    from sim.engines.draws import Draws
    from sim.engines.queue import Case, Station
    from sim.engines.record import Recorder

BREAKDOWN, REFILL = 0, 1
_REFILLS = 1 << 32
"""Keeps the numbers of refills apart from those of breakdowns and repairs."""


class Machines:
    """Wear of the stations that have consumables or break down.  A machine stops only between two pieces of work."""

    def __init__(
        self,
        clock: Clock,
        draws: Draws,
        log: Recorder,
        stations: Sequence[Station],
        call: Callable[[Station, int], None],
    ) -> None:
        self.clock = clock
        self.draws = draws
        self.log = log
        self.call = call
        for station in stations:
            self._fail_next(station)

    def _fail_next(self, station: Station) -> None:
        """Decide after how much work the machine fails next."""
        row = station.row
        if row.breakdown_after != NONE:
            running = self.draws.station_number(station.index, row.breakdown_after, 2 * station.failures)
            station.next_failure_ms = station.used_ms + running

    def wear(self, case: Case, station: Station) -> None:
        """After a piece of work: out of supplies, or broken?  Either takes one machine of the group down."""
        row = station.row
        if row.consumables:
            station.uses += 1
            if station.uses % row.consumables == 0:
                refill = station.uses // row.consumables
                length = self.draws.station_number(station.index, row.refill, _REFILLS + refill)
                self._down(station, case.group, REFILL, length)
        if row.breakdown_after != NONE:
            station.used_ms += self.clock.now_ms - case.started_ms
            if station.used_ms >= station.next_failure_ms:
                repair = self.draws.station_number(station.index, row.repair, 2 * station.failures + 1)
                station.failures += 1
                self._fail_next(station)
                self._down(station, case.group, BREAKDOWN, repair)

    def _down(self, station: Station, number: int, why: int, duration_ms: int) -> None:
        if duration_ms <= 0:
            return
        station.groups[number].down += 1
        station.downs += 1
        self.log.station_row(station.index, Event.DOWN, why, 0)
        now = self.clock.now_ms
        order = station.index << 24 | station.downs & 0xFFFFFF
        self.clock.at(now + duration_ms, Rank.UP, order, self._up, (station, number, why, now))

    def _up(self, what: tuple[Station, int, int, int]) -> None:
        station, number, why, since = what
        station.groups[number].down -= 1
        self.log.station_row(station.index, Event.UP, why, self.clock.now_ms - since)
        self.call(station, number)
