"""Lines of their own: at some stations every counter has one, and people choose between them.

A counter is a server group of one there, and its line has its number.  A newcomer whom no counter can take at once
joins the line with the fewest people, the one being served included.  Where there is jockeying, a counter that has
become free, and has called the next person of its own line, attracts one more: the last of the nearest line that
would still be longer than its own.  Of equals it is always the leftmost, that is the one with the lowest number.

While any counter is on duty nobody stands in the line of one that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engines.queue import Case, Station
    from sim.engines.record import Recorder

    Start = Callable[[list[Case], Station, int], None]
    Stand = Callable[[Case, Station, int], None]


def people_at(station: Station, number: int) -> int:
    """Who stands in a counter's line or is served there (also while it wraps up, or is kept for somebody)."""
    return station.lengths[number] + station.groups[number].busy


def shortest(station: Station) -> int:
    """The line people join: of the counters on duty, or of all while none is."""
    counters = range(len(station.groups))
    on_duty = [number for number in counters if station.groups[number].on_duty > 0]
    return min(on_duty or counters, key=lambda number: people_at(station, number))


class Lines:
    """People who change over from one line to another, to be served at once (`start`) or to wait there (`stand`)."""

    def __init__(self, log: Recorder, start: Start, stand: Stand) -> None:
        self.log = log
        self.start = start
        self.stand = stand

    def attract(self, station: Station, number: int) -> None:
        """A counter has become free: from a line with two people more than its own the last one changes over."""
        if station.groups[number].on_duty == 0:
            return
        most = people_at(station, number) + 1
        longer = [other for other in range(len(station.groups)) if people_at(station, other) > most]
        if longer:
            nearest = min(longer, key=lambda other: abs(other - number))
            self._change_over(station.last_in(nearest), station, number)

    def leave_closed(self, station: Station) -> None:
        """Who stands in the line of a counter that is not on duty joins the shortest of the others, if any is."""
        if station.on_duty == 0:
            return
        for case in station.everybody_waiting():
            if station.groups[case.line].on_duty == 0:
                self._change_over(case, station, shortest(station))

    def _change_over(self, case: Case, station: Station, number: int) -> None:
        self.log.row(case, Event.JOCKEY, number, case.line)
        station.leave(case)
        if station.groups[number].free > 0:
            self.start([case], station, number)
        else:
            self.stand(case, station, number)
