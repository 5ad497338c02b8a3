"""From rows to visits: how each attempt to be served ended, how long people stayed, who waits and is served when.

A case is outside, waiting (since JOIN, or again since PREEMPT) or being served (since START).  Every change is a step
up or down in the number of people waiting or served at a station; every way out of the queue ends one attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import TYPE_CHECKING

import numpy as np

from sim.log import Event
from sim.metrics.counting import Bools, Ints
from sim.metrics.names import Names, Role

if TYPE_CHECKING:
    from sim.metrics.cases import Followed


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


@dataclass(frozen=True, slots=True)
class Facts:
    """Things that happened, each with the case's place, step, demand and priority at that time."""

    t_ms: Ints
    station: Ints
    step: Ints
    source: Ints
    priority: Ints
    what: Ints  # meaning depends on the set
    value: Ints  # meaning depends on the set

    def where(self, mask: Bools) -> Facts:
        return Facts(*(getattr(self, name)[mask] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Visits:
    """What a chunk tells about stations."""

    attempts: Facts  # t_ms: when the attempt began; what: Ending; value: wait ms
    stays: Facts  # t_ms: when the stay began; value: wait and service together, ms
    offers: Facts  # somebody came to the door, the queue or the line, at t_ms
    waiting: Facts  # what: +1 or -1 person waiting from t_ms on
    inside: Facts  # what: +1 or -1 person being served; value: code of the row (the server group)
    served: Facts  # a service ended; value: service ms
    decisions: Facts  # what: DONE or REFUSED; value: code
    begun: Facts  # a case began
    jockeys: Facts  # somebody changed over to another line


def self_service_of(names: Names) -> Bools:
    """Which stations are self-service (a hotline's menu); one entry more, for rows without a station."""
    return np.array([all(g.role is Role.SELF_SERVICE for g in s.servers) for s in names.stations] + [False])


_SETTLED = np.zeros(len(Event) + 1, dtype=np.int64)
_SETTLED[[Event.ABANDON, Event.TURNED_AWAY, Event.BALK, Event.BLOCKED]] = [
    Ending.ABANDONED, Ending.SENT_HOME, Ending.BALKED, Ending.BLOCKED,
]  # fmt: skip


def visits_of(rows: Followed, self_service: Bools) -> Visits:
    """All facts about stations in these rows, each set in log order.

    A menu is no station of its own here: a call counts where it goes on to, or as self-service when it is over.
    """
    kind, before = rows.kind, rows.kind_before
    menu, from_menu = self_service[rows.station], self_service[rows.station_before]
    was_waiting, is_waiting = (before == Event.JOIN) & ~from_menu, np.isin(kind, (Event.JOIN, Event.JOCKEY)) & ~menu
    was_called, is_called = (before == Event.START) & ~from_menu, (kind == Event.START) & ~menu
    was_kept, is_kept = (before == Event.CONTINUE) & ~from_menu, (kind == Event.CONTINUE) & ~menu
    was_served, is_served = was_called | was_kept, is_called | is_kept
    broken_off, was_broken_off = (kind == Event.PREEMPT) & ~menu, (before == Event.PREEMPT) & ~from_menu
    was_in_line = was_waiting | was_broken_off
    moved = rows.station_before != rows.station
    out_of_service = was_served & (~is_served | moved)
    into_queue = is_waiting & (~was_waiting | moved)
    into_service = is_served & (~was_served | moved)
    served_first = into_service & is_called & ~was_broken_off
    left_queue = was_in_line & ((kind == Event.ABANDON) | (kind == Event.TURNED_AWAY))
    settled = _SETTLED[kind] > 0
    by_menu = (kind == Event.LEAVE) & (rows.code == Event.DONE) & from_menu
    stay = rows.t_ms - rows.joined_ms
    return Visits(
        attempts=_attempts(rows, was_in_line, served_first, settled, by_menu),
        stays=_pick(
            rows,
            (out_of_service & was_called & ~broken_off) | left_queue,
            t_ms=rows.joined_ms,
            value=stay,
            station=rows.station_before,
        ),
        offers=_pick(
            rows,
            into_queue | (settled & ~was_in_line) | (served_first & ~was_waiting) | by_menu,
            station=np.where(by_menu, rows.station_before, rows.station),
        ),
        waiting=_steps(rows, into_queue | broken_off, was_in_line & (~(is_waiting | broken_off) | moved)),
        inside=_steps(rows, into_service, out_of_service),
        served=_pick(rows, (kind == Event.END) & ~menu & ~was_kept),
        decisions=_pick(rows, (kind == Event.DONE) | (kind == Event.REFUSED), what=kind, value=rows.code),
        begun=_pick(rows, kind == Event.ARRIVE),
        jockeys=_pick(rows, kind == Event.JOCKEY),
    )


def _attempts(rows: Followed, was_waiting: Bools, served: Bools, settled: Bools, by_menu: Bools) -> Facts:
    """Attempts that ended, as of when they began."""
    ending = np.where(served, int(Ending.SERVED), _SETTLED[rows.kind])
    ending[(rows.kind == Event.TURNED_AWAY) & ~was_waiting] = Ending.TURNED_AWAY
    ending[by_menu] = Ending.SELF_SERVICE
    wait = np.where(served | (settled & was_waiting), rows.t_ms - rows.joined_ms, 0)
    began = np.where(by_menu, rows.joined_ms, rows.t_ms - wait)
    station = np.where(by_menu, rows.station_before, rows.station)
    return _pick(rows, served | settled | by_menu, t_ms=began, what=ending, value=wait, station=station)


def _pick(
    rows: Followed,
    mask: Bools,
    *,
    t_ms: Ints | None = None,
    what: Ints | None = None,
    value: Ints | None = None,
    station: Ints | None = None,
) -> Facts:
    """Facts of the rows in the mask."""
    return Facts(
        (rows.t_ms if t_ms is None else t_ms)[mask],
        (rows.station if station is None else station)[mask],
        rows.step[mask],
        rows.source[mask],
        rows.priority[mask],
        (rows.kind if what is None else what)[mask],
        (rows.value if value is None else value)[mask],
    )


def _steps(rows: Followed, up: Bools, down: Bools) -> Facts:
    """Steps up and down in log order; a step down has the place, step and priority it went up with."""
    at_up, at_down = np.flatnonzero(up), np.flatnonzero(down)
    order = np.argsort(np.concatenate((at_down, at_up)), kind="stable")

    def both(downs: Ints, ups: Ints) -> Ints:
        return np.concatenate((downs[at_down], ups[at_up]))[order]

    return Facts(
        both(rows.t_ms, rows.t_ms),
        both(rows.station_before, rows.station),
        both(rows.step_before, rows.step),
        both(rows.source, rows.source),
        both(rows.priority_before, rows.priority),
        both(np.full(len(up), -1), np.full(len(up), 1)),
        both(rows.code, rows.code),
    )
