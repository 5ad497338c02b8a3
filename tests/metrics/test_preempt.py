"""A service that is broken off: one visit, one attempt, several spells in the queue and with a server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.metrics.counting import Ints
from sim.metrics.cube import Selection
from sim.metrics.fold import Result, fold
from sim.metrics.identities import check_identities
from sim.metrics.lean import LeanFold
from sim.metrics.measures import Question, measure
from sim.metrics.names import Names, Role, ServerGroup, StationName, StepName
from sim.procedures.model import Place
from tests.engines.programs import arrivals, compiled, play
from tests.metrics.metric_logs import E, log_of, row
from tests.metrics.test_fold_columnwise import assert_agree
from tests.metrics.test_lean import assert_same, lean

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


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("arrivals", 1), ("served.count", 1), ("wait.mean", 40), ("wait.max", 40), ("wait.served.p50", 40),
        ("wait.positive", 1), ("service.mean", 30), ("stay.mean", 70), ("queue.mean", 0.4), ("present.mean", 0.7),
        ("utilisation", 0.5), ("answered.share", 1),
    ],
)  # fmt: skip
def test_who_is_broken_off_waits_again_but_came_only_once(metric: str, value: float) -> None:
    """One visit of 70 ms: 40 of them in the queue, 30 with the server, who is on duty for 60."""
    assert _measured(metric) == value


def test_a_log_with_a_service_broken_off_satisfies_the_identities() -> None:
    """Little's law holds on its path too."""
    assert check_identities([_LOG], drained=True) == []


def _hall(tmp_path: Path, station: str) -> tuple[Names, Ints]:
    """Two people come at 0:09 and 0:10 to a desk that leaves off at 0:25; the first is broken off then."""
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", "540,1800,1200", "600,1800,3600")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\n{station}'
    program = compiled(tmp_path, text)
    return program.names, play(program)


def test_one_who_gives_up_after_a_break_counts_once_and_without_the_time_he_was_served(tmp_path: Path) -> None:
    """Served 16 minutes, broken off, waits 20 more and gives up: one attempt of one person, who waited 20 minutes."""
    names, log = _hall(tmp_path, 'counters = [{count = 1, hours = ["00:00-00:25"], preempt = true}]\n')
    result = fold(names, [log])
    assert [measure(result, Question(metric)).value for metric in ("abandoned.count", "abandoned.share")] == [1, 1]
    assert measure(result, Question("wait.max")).value == 20 * 60_000
    assert measure(result, Question("stay.mean")).value == 36 * 60_000
    assert measure(result, Question("wait.positive")).count == 1
    assert_same(result, lean(names, [log]))


def test_who_is_broken_off_and_waits_at_the_end_is_not_served(tmp_path: Path) -> None:
    """Neither of the two is: one waits since the break, the other since he came."""
    station = 'patience = "5 h"\ncounters = [{count = 1, hours = ["00:00-00:25"], preempt = true}]\n'
    demand = arrivals(tmp_path, "a.csv", "time,service", "540,1800", "600,1800")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\n{station}'
    program = compiled(tmp_path, text)
    cube = fold(program.names, [play(program)]).cube
    assert measure(fold(program.names, [play(program)]), Question("answered.share")).count == 0
    assert cube.still_waits.table()[1].tolist() == [35 * 60_000, 50 * 60_000]


_MACHINE_NAMES = Names(
    stations=(
        StationName("hall", "hall", Place.OUTLET),
        StationName("hall.machine", "hall.machine", Place.OUTLET, servers=(ServerGroup("machine", Role.MACHINE),)),
        StationName("works", "works", Place.FACTORY),
    ),
    steps=(StepName("apply", "hand_in"), StepName("apply", "make"), StepName("collect", "hand_over")),
    sources=("people",),
    duration_ms=1000,
)


def _kept(*last: tuple[int, ...]) -> Ints:
    """A counter is kept while a machine makes the card; then handing it over is broken off at 200 ms."""
    hall, machine = {"station": 0, "step": 0}, {"station": 1, "step": 1}
    over = {"station": 0, "step": 2}
    return log_of(
        [
            row(0, 1, E.ARRIVE), row(0, 1, E.JOIN, **hall), row(5, 1, E.START, value=5, **hall),
            row(20, 1, E.END, value=15, **hall), row(20, 1, E.DONE, **hall), row(20, 1, E.JOIN, **machine),
            row(50, 1, E.START, value=30, **machine), row(150, 1, E.END, value=100, **machine),
            row(150, 1, E.DONE, **machine), row(150, 1, E.CONTINUE, **over), row(200, 1, E.PREEMPT, value=50, **over),
            *last,
        ]
    )  # fmt: skip


def _of(result: Result, metric: str, station: str = "hall", **selection: str) -> float:
    return measure(result, Question(metric, station, Selection(**selection))).value  # type: ignore[arg-type]


_SELECTIONS = (Selection(procedure="apply"), Selection(procedure="collect"))


def test_a_later_business_broken_off_is_still_the_same_visit_also_when_a_machine_came_between() -> None:
    """Its wait is 5 + 60 ms, counted where the visit began; the machine's is its own."""
    over = {"station": 0, "step": 2}
    log = _kept(
        row(260, 1, E.START, value=60, **over), row(290, 1, E.END, value=30, **over), row(290, 1, E.DONE, **over),
        row(290, 1, E.LEAVE, code=int(E.DONE), value=290),
    )  # fmt: skip
    result = fold(_MACHINE_NAMES, [log], _SELECTIONS)
    assert [_of(result, "wait.mean"), _of(result, "wait.mean", "hall.machine")] == [65, 30]
    assert [_of(result, "wait.mean", procedure="apply"), _of(result, "served.count")] == [65, 1]
    assert _of(result, "answered.share") == 1
    assert np.isnan(_of(result, "wait.mean", procedure="collect"))
    assert_agree(_MACHINE_NAMES, log, _SELECTIONS)
    assert_same(result, lean(_MACHINE_NAMES, [log]))


def test_who_gives_up_when_his_last_business_is_broken_off_gave_up() -> None:
    """The visit ends as it ends; half of it was served all the same."""
    over = {"station": 0, "step": 2}
    log = _kept(row(900, 1, E.ABANDON, value=700, **over), row(900, 1, E.LEAVE, code=int(E.ABANDON), value=900))
    result = fold(_MACHINE_NAMES, [log], _SELECTIONS)
    assert [_of(result, metric) for metric in ("abandoned.count", "answered.share", "wait.mean")] == [1, 0, 705]
    assert_agree(_MACHINE_NAMES, log, _SELECTIONS)
    assert_same(result, lean(_MACHINE_NAMES, [log]))


def test_who_is_still_waiting_after_a_break_has_waited_in_all_his_spells() -> None:
    """5 ms before, 800 since; what being called had counted is taken back."""
    log = _kept()
    result = fold(_MACHINE_NAMES, [log], _SELECTIONS)
    assert result.cube.still_waits.table()[1].tolist() == [805]
    assert result.cube.waits.table()[1].tolist() == [30], "only the wait for the machine is over"
    assert_agree(_MACHINE_NAMES, log, _SELECTIONS)
    assert_same(result, lean(_MACHINE_NAMES, [log]))


_STATION = (
    '[stations.first]\nservice = {dist = "exponential", mean = "2 min"}\nwrap_up = "20 s"\n'
    'then = {second = 0.5}\npriorities = ["elderly", "ordinary"]\nhours = "broken"\n'
)
_SECOND = '[stations.second]\nservice = "1 min"\ncounters = 1\npatience = "4 min"\n'


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    closing=st.sampled_from(["serve inside", "turn away", "keep"]),
    patience=st.sampled_from(["", 'patience = "6 min"\n']),
    warm_up=st.sampled_from(["0 s", "21 min"]),
)
def test_services_broken_off_at_random_are_counted_the_same_three_times(
    tmp_path_factory: pytest.TempPathFactory, seed: int, closing: str, patience: str, warm_up: str
) -> None:
    """Both folds and the stories agree; every ticket is one attempt, or one that is still open at the end."""
    counters = 'counters = [{count = 1}, {count = 2, hours = ["00:00-00:12", "00:17-00:38"], preempt = true}]\n'
    text = (
        f'[hours.broken]\ndaily = ["00:05-00:20", "00:26-00:50"]\n{_STATION}{counters}closing = "{closing}"\n{patience}'
        f'returns = {{share = 0.7, after = "3 min", at_most = 2}}\n{_SECOND}'
        '[demand.people]\nenters = "first"\nrate = "2 per min"\npriorities = {elderly = 0.3, ordinary = 0.7}\n'
    )
    overrides = ("run.overload='allow'", f"run.warm_up='{warm_up}'")
    program = compiled(tmp_path_factory.mktemp("scenario"), text, *overrides)
    chunks: list[Ints] = []
    ReferenceEngine(program.program, seed, 0, chunks.append).run()
    log, names = np.concatenate(chunks), program.names
    selections = (Selection(priority=0), Selection(from_ms=600_000, until_ms=1_500_000), Selection(from_ms=0))
    assert_agree(names, log, selections)
    result = fold(names, [log], selections)
    assert_same(result, lean(names, [log]))
    waits, still = (
        sum(table[2].tolist())
        for table in (result.cubes[selections[2]].waits.table(), result.cubes[selections[2]].still_waits.table())
    )
    assert waits + still == np.count_nonzero(log[:, 5] == E.JOIN)


def test_the_lean_fold_forgets_nothing_between_chunks() -> None:
    """A row at a time."""
    running = LeanFold(_MACHINE_NAMES)
    log = _kept(row(900, 1, E.ABANDON, value=700, station=0, step=2))
    for number in range(len(log)):
        running.add(log[number : number + 1])
    assert_same(fold(_MACHINE_NAMES, [log]), running.result())
