"""Lines of their own: at some stations every counter has one, and people choose between them.

A counter is a server group of one there, and its line has its number.  A newcomer whom no counter can take at once
joins the line with the fewest people, the one being served included.  Where there is jockeying, a counter that has
become free, and has called the next person of its own line, attracts one more: the last of the nearest line that
would still be longer than its own.  Of equals it is always the leftmost, that is the one with the lowest number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engines.queue import Case, Station


def people_at(station: Station, number: int) -> int:
    """Who stands in a counter's line or is served there (also while it wraps up, or is kept for somebody)."""
    return station.lengths[number] + station.groups[number].busy


def shortest(station: Station) -> int:
    """The line a newcomer joins."""
    return min(range(len(station.groups)), key=lambda number: people_at(station, number))


def jockey_to(station: Station, number: int) -> Case | None:
    """Who changes over to the line of a counter on duty: there must be two more people where he stands than there."""
    group = station.groups[number]
    if group.on_duty <= group.down:
        return None
    most = people_at(station, number) + 1
    longer = [other for other in range(len(station.groups)) if people_at(station, other) > most]
    if not longer:
        return None
    return station.last_in(min(longer, key=lambda other: abs(other - number)))
