"""What comes first within one millisecond, and who is called first of those who wait.

Quick: on the readable engine, and with functions of the compiled one as Python reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from sim.engines import compiled_columns as col
from sim.engines import compiled_lines
from sim.engines.clock import Clock, Rank
from sim.engines.queue import Case, Station
from sim.log import Event
from sim.program import StationRow
from tests.engines.programs import arrivals, compiled, play, trace

_ROW = StationRow("desk", "desk", "stations", "", "", "", "", "", (3,), 0, 0, priority_rank=(0, 1))


def test_equal_moments_are_ordered_by_rank_and_then_by_number() -> None:
    """Whatever order they were scheduled in: doors, machines, services, servers, pauses, patience, arrivals."""
    clock = Clock()
    done: list[tuple[str, int]] = []
    for number in (1, 0):
        for rank in reversed(Rank):
            clock.at(5, rank, number, done.append, (rank.name, number))
    clock.play(10, 1, lambda: False, lambda: False)
    names = ("CHANGE", "UP", "END", "FREE", "WALK", "PATIENCE", "ARRIVAL")
    assert done == [(name, number) for name in names for number in (0, 1)]


def test_on_a_coarse_clock_everything_happens_in_the_order_of_its_rank(tmp_path: Path) -> None:
    """Minute 2: a second server takes 1 before his patience ends, 2 gives up before 4 comes.

    Minute 3: services end, 2 comes back, then 3 gives up.  Minute 4: wrap-up ends before 3 comes back.
    """
    people = ("0,150,600", "1,50,1", "50,50,60", "70,50,20", "110,50,600")
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", *people)
    text = (
        f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\nwrap_up = "20 s"\n'
        'counters = [{count = 1}, {count = 1, hours = ["00:02-01:00"]}]\n'
        'returns = {share = 1, after = "1 min", at_most = 1}\n'
    )
    head = '[run]\nstart = 2026-03-02\nduration = "1 h"\nclock_step = "1 min"\n'
    log = trace(play(compiled(tmp_path, text, head=head)))
    assert [(t // 60_000, case, kind) for t, case, kind, _, _ in log if 120_000 <= t <= 240_000] == [
        (2, -1, "CAPACITY"), (2, 1, "START"), (2, 2, "ABANDON"), (2, 2, "RETURN"), (2, 3, "ARRIVE"), (2, 3, "JOIN"),
        (2, 4, "ARRIVE"), (2, 4, "JOIN"), (3, 0, "END"), (3, 0, "LEAVE"), (3, 1, "END"), (3, 1, "LEAVE"),
        (3, 2, "JOIN"), (3, 3, "ABANDON"), (3, 3, "RETURN"), (4, 0, "FREE"), (4, 4, "START"), (4, 1, "FREE"),
        (4, 2, "START"), (4, 3, "JOIN"),
    ]  # fmt: skip


def _case(number: int, ticket: int, priority: int) -> Case:
    case = Case(number, 0, number, -1, 0)
    case.turn, case.priority = ticket, priority
    return case


def _station(**other: bool) -> Station:
    """Six people wait in two lines; 5 has the latest ticket and goes first, 3 was broken off and kept his."""
    station = Station(0, replace(_ROW, **other))  # type: ignore[arg-type]
    for number, ticket, priority, line in (
        (0, 1, 1, 1),
        (1, 3, 1, 0),
        (2, 4, 1, 1),
        (4, 5, 1, 0),
        (5, 6, 0, 1),
        (3, 2, 1, 0),
    ):
        station.queue(_case(number, ticket, priority), line)
    return station


def _called(station: Station, lines: int) -> list[int]:
    called = []
    while (case := station.call(lines)) is not None:
        called.append(case.id)
    return called


def test_a_server_calls_by_priority_and_then_by_ticket_over_all_lines_it_serves() -> None:
    """Not line by line, and a broken-off one in the place his ticket gives him."""
    assert _called(_station(), 3) == [5, 0, 3, 1, 2, 4]
    assert _called(_station(), 1) == [3, 1, 4]
    assert _called(_station(), 2) == [5, 0, 2]
    assert _called(_station(lifo=True), 3) == [5, 4, 2, 1, 3, 0]


def test_all_who_wait_are_told_by_ticket_and_the_last_of_a_line_by_priority() -> None:
    """As they are sent home or change over; who has left stands nowhere."""
    station = _station()
    assert [case.id for case in station.everybody_waiting()] == [0, 3, 1, 2, 4, 5]
    assert (station.last_in(0).id, station.last_in(1).id) == (4, 2)
    station.leave(station.last_in(0))
    assert station.last_in(0).id == 1
    assert [case.id for case in station.everybody_waiting()] == [0, 3, 1, 2, 5]
    assert (station.waiting, station.lengths[0], station.lengths[1]) == (5, 2, 3)


def test_a_call_back_is_offered_to_whoever_finds_so_many_waiting(tmp_path: Path) -> None:
    """From two waiting on: the third in the queue is called back and does not lose patience, the second is not."""
    rows = ("0,100,600", "1,9,10", "2,9,10", "3,9,10")
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", *rows)
    program = compiled(tmp_path, f'[stations.line]\ncounters = 1\n[demand.calls]\nenters = "line"\n{demand}')
    stations = tuple(replace(row, callback_queue=2, callback_share=1.0) for row in program.program.stations)
    program = replace(program, program=replace(program.program, stations=stations))
    log = trace(play(program), Event.ABANDON, Event.START)
    assert [row[:3] for row in log] == [
        (0, 0, "START"), (11_000, 1, "ABANDON"), (12_000, 2, "ABANDON"), (100_000, 3, "START"),
    ]  # fmt: skip


def as_python(function: Any) -> Callable[..., Any]:
    """A function of the compiled engine, and those of its module that it calls, without compiling anything."""
    plain: FunctionType = function.py_func
    known = {
        name: as_python(one) if isinstance(one, Dispatcher) and name in plain.__code__.co_names else one
        for name, one in plain.__globals__.items()
    }
    return FunctionType(plain.__code__, known)


def _lines(people: list[int], on_duty: list[int]) -> SimpleNamespace:
    """A station with so many people at each counter, one of them served where there is anybody."""
    station = np.zeros((1, 64), dtype=np.int64)
    station[0, col.GROUP_TO], station[0, col.RANKS] = len(people), 1
    group = np.zeros((len(people), 16), dtype=np.int64)
    group[:, col.ON_DUTY], group[:, col.BUSY] = on_duty, [min(1, many) for many in people]
    line = np.zeros((len(people), 4), dtype=np.int64)
    line[:, 2] = [max(0, many - 1) for many in people]
    settings = np.zeros(256, dtype=np.int64)
    settings[col.BUSINESSES] = len(people)
    return SimpleNamespace(station=station, group=group, line=line, g=settings)


@pytest.mark.parametrize(
    ("people", "on_duty", "line"),
    [
        ([2, 1, 1], [1, 1, 1], 1),
        ([1, 1, 1], [1, 1, 1], 0),
        ([0, 0], [1, 1], 0),
        ([1, 3, 2], [0, 1, 1], 2),
        ([2, 1, 1], [0, 0, 0], 1),
    ],
)
def test_the_compiled_engine_takes_the_leftmost_of_equally_short_lines(
    people: list[int], on_duty: list[int], line: int
) -> None:
    """Of counters on duty, or of all while none is."""
    assert as_python(compiled_lines.shortest)(_lines(people, on_duty), 0) == line


@pytest.mark.parametrize(
    ("people", "number", "line"),
    [([3, 0, 3], 1, 0), ([1, 0, 2], 1, 2), ([3, 0, 0, 3], 1, 0), ([3, 1, 0, 0], 2, 0), ([1, 0, 1], 1, -1)],
)
def test_the_compiled_engine_lets_people_change_over_from_the_nearest_line_and_the_left_of_two(
    people: list[int], number: int, line: int
) -> None:
    """Only from lines with two people more."""
    assert as_python(compiled_lines._longer_line)(_lines(people, [1] * len(people)), 0, number) == line
