"""A service that is broken off: one visit, two spells in the queue."""

from __future__ import annotations

import numpy as np

from sim.log import Event
from sim.metrics.fold import fold
from sim.metrics.identities import check_identities
from sim.metrics.measures import Question, measure
from sim.metrics.names import Names, StationName
from sim.procedures.model import Place

_NAMES = Names(stations=(StationName("desk", "desk", Place.STATION),), sources=("people",), duration_ms=100)
_LOG = np.array(
    [
        (0, -1, -1, -1, 0, Event.CAPACITY, 0, 1),
        (10, 0, -1, 0, -1, Event.ARRIVE, 0, 0),
        (10, 0, -1, 0, 0, Event.JOIN, 0, 0),
        (10, 0, -1, 0, 0, Event.START, 0, 0),
        (30, -1, -1, -1, 0, Event.CAPACITY, 0, 0),
        (30, 0, -1, 0, 0, Event.PREEMPT, 0, 20),
        (70, -1, -1, -1, 0, Event.CAPACITY, 0, 1),
        (70, 0, -1, 0, 0, Event.START, 0, 40),
        (80, 0, -1, 0, 0, Event.END, 0, 10),
        (80, 0, -1, 0, 0, Event.LEAVE, Event.DONE, 70),
    ],
    dtype=np.int64,
)


def _measured(metric: str) -> float:
    return measure(fold(_NAMES, [_LOG]), Question(metric)).value


def test_who_is_broken_off_waits_again_but_came_only_once() -> None:
    """One arrival, one visit of 70 ms, 40 of 100 ms in the queue, 30 of 60 server ms at work."""
    assert _measured("arrivals") == 1
    assert _measured("served.count") == 1
    assert _measured("wait.mean") == 0.0
    assert _measured("stay.mean") == 70.0
    assert _measured("queue.mean") == 0.4
    assert _measured("present.mean") == 0.7
    assert _measured("utilisation") == 0.5


def test_a_log_with_a_service_broken_off_satisfies_the_identities() -> None:
    """Little's law holds on its path too."""
    assert check_identities([_LOG], drained=True) == []
