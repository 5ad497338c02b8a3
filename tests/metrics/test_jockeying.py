"""Somebody who changes over to another line: one visit and one wait, in whichever lines it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.metrics.build import build_tables
from sim.metrics.cube import Selection
from sim.metrics.fold import fold
from sim.metrics.identities import check_identities
from sim.metrics.measures import Question, measure
from sim.metrics.names import Names, ServerGroup, StationName
from sim.procedures.model import Place
from tests.metrics.metric_logs import E, log_of, row
from tests.metrics.test_lean import assert_same, lean

_COUNTERS = (ServerGroup("counter 1"), ServerGroup("counter 2"))
_NAMES = Names(
    stations=(StationName("bank", "bank", Place.STATION, servers=_COUNTERS),), sources=("people",), duration_ms=100
)
_AT = {"station": 0, "step": 0}
_ROWS = [
    row(0, -1, E.CAPACITY, station=0, value=1),
    row(0, -1, E.CAPACITY, station=0, code=1, value=1),
    *(one for case in range(3) for one in (row(case, case, E.ARRIVE), row(case, case, E.JOIN, **_AT))),
    row(2, 0, E.START, value=2, **_AT),
    row(2, 1, E.START, code=1, value=1, **_AT),
    row(12, 1, E.END, code=1, value=10, **_AT),
    row(12, 2, E.JOCKEY, code=1, value=0, **_AT),
    row(12, 1, E.LEAVE, code=E.DONE, value=11),
    row(20, 2, E.START, code=1, value=18, **_AT),
    row(50, 2, E.END, code=1, value=30, **_AT),
    row(50, 2, E.LEAVE, code=E.DONE, value=48),
    row(62, 0, E.END, value=60, **_AT),
    row(62, 0, E.LEAVE, code=E.DONE, value=62),
]
_LOG = log_of(sorted(_ROWS, key=lambda one: one[0]))


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("jockeyed.count", 1), ("arrivals", 3), ("served.count", 3), ("wait.mean", 7.0), ("wait.max", 18.0),
        ("stay.mean", 121 / 3), ("queue.mean", 0.21), ("present.mean", 1.21), ("utilisation", 0.5), ("queue.max", 2),
    ],
)  # fmt: skip
def test_a_change_of_line_is_counted_and_changes_nothing_else(metric: str, value: float) -> None:
    """The wait counts from the first joining, and nobody comes or goes."""
    assert measure(fold(_NAMES, [_LOG]), Question(metric)).value == pytest.approx(value, rel=1e-12)


def test_changes_of_line_are_counted_in_the_time_and_for_the_people_asked_for() -> None:
    """It happened at 12 ms, to an ordinary person."""
    selections = [Selection(from_ms=13), Selection(until_ms=13), Selection(priority=0), Selection(priority=1)]
    result = fold(_NAMES, [_LOG], selections)
    counts = [measure(result, Question("jockeyed.count", "", selection)).value for selection in selections]
    assert counts == [0, 1, 1, 0]


@pytest.mark.parametrize("warm_up_ms", [0, 11, 13])
def test_both_folds_agree_in_chunks_of_any_size(warm_up_ms: int) -> None:
    """Also where the chunk ends at the change of line."""
    names = replace(_NAMES, warm_up_ms=warm_up_ms)
    whole = fold(names, [_LOG])
    for size in range(1, len(_LOG)):
        pieces = np.array_split(_LOG, size)
        assert_same(fold(names, pieces), lean(names, pieces))
        assert (fold(names, pieces).cube.sums == whole.cube.sums).all()


def test_the_work_of_each_counter_is_told_apart() -> None:
    """Counter 1 is busy for 60 of 100 ms, counter 2 for 10 and 30."""
    groups = build_tables([fold(_NAMES, [_LOG])]).server_groups
    assert groups.group == ("counter 1", "counter 2")
    assert groups.utilisation.tolist() == [0.6, 0.4]


def test_identities_hold_with_a_change_of_line_and_find_a_wrong_one() -> None:
    """Little's law holds on the path; whoever does not wait, or stays where he is, changes to no other line."""
    assert check_identities([_LOG], drained=True) == []
    at = int(np.flatnonzero(_LOG[:, 5] == E.JOCKEY)[0])
    for column, value in ((1, 1), (4, 1), (6, 0)):
        wrong = _LOG.copy()
        wrong[at, column] = value
        (found,) = check_identities([wrong])
        assert found.startswith("changes over without standing in another line: 1 times, as case")
