"""When terminals know that a card was reported lost (L1).

A terminal that works online asks the office and knows at once.  One that works offline knows what the list said at
its last refresh: a card reported since is still accepted there, and one released since is still refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from sim.office.fields import NEVER

ONLINE = 0


def last_refresh_ms(now_ms: int, refresh_ms: int, offset_ms: int) -> int:
    """Moment of the terminal's latest refresh, now included."""
    return now_ms - (now_ms - offset_ms) % refresh_ms


def is_listed(hot_at: int, hot_until: int, known_ms: int) -> bool:
    """Whether the list of moment `known_ms` holds a card listed since `hot_at` and released at `hot_until`.

    After a second report `hot_until` is older than `hot_at`; a terminal that refreshed before that release still
    holds the card from the first report.  Exact as long as a terminal refreshes more often than reports lapse.
    """
    if hot_until >= hot_at > NEVER:
        return hot_at <= known_ms < hot_until
    return NEVER < hot_at <= known_ms or hot_until > known_ms


def exposure_ms(now_ms: int, refreshes: Iterable[tuple[int, int]]) -> int:
    """How long until the last of the offline terminals, given as (refresh, offset), has today's list."""
    return max((-(now_ms - offset_ms) % refresh_ms for refresh_ms, offset_ms in refreshes), default=0)
