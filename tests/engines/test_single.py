"""The loop for a single station: the log of the readable engine, whatever the people do to its rings and its clock."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engines.compiled import CompiledEngine, is_plain
from sim.engines.compiled_single import is_single
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from tests.engines.programs import arrivals, compiled
from tests.engines.test_agreement import assert_same

_DESK = '[stations.desk]\ncounters = 2\nservice = "1 min"\n'
_PEOPLE = '[demand.people]\nenters = "desk"\nrate = "1 per min"\n'
_TIMES = st.sampled_from(
    ['"0 s"', '"20 s"', '"1 min"', '{dist = "exponential", mean = "1 min"}', '{dist = "exponential", mean = "1 h"}',
     '{dist = "exponential", mean = "7000 d"}', '{dist = "exponential", mean = "3 ms"}',
     '{dist = "gamma", mean = "30 s", cv = 0.7}', '{dist = "uniform", low = "0 s", high = "90 s"}']
)  # fmt: skip


@st.composite
def single_stations(draw: st.DrawFn, folder: Path) -> str:
    """One to eight servers, idle or overrun, coarse clocks, one source or several, some with given times."""
    step = draw(st.sampled_from(["1 ms", "7 s", "1 min", "10 min"]))
    drain = "drain = true\n" if draw(st.booleans()) else ""
    text = f'[run]\nstart = 2026-03-02\nduration = "3 h"\nclock_step = "{step}"\noverload = "allow"\n{drain}'
    text += f"[stations.desk]\ncounters = {draw(st.integers(1, 8))}\nservice = {draw(_TIMES)}\n"
    rate = draw(st.sampled_from(["2 per h", "1 per min", "5 per min", "30 per min"]))
    text += f'[demand.people]\nenters = "desk"\nrate = "{rate}"\nbatch = {draw(st.integers(1, 3))}\n'
    if draw(st.booleans()):
        text += '[demand.others]\nenters = "desk"\nrate = "3 per min"\n'
    if draw(st.booleans()):
        times = draw(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 90)), max_size=30)) or [(5, 5)]
        rows = [f"{at},{service}" for at, service in sorted(times)]
        text += '[demand.given]\nenters = "desk"\n' + arrivals(folder, "given.csv", "time,service", *rows)
    return text


@pytest.mark.slow
@given(st.data(), st.integers(0, 2**31))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_single_station_gives_the_same_log(data: st.DataObject, seed: int) -> None:
    """Row for row, also where everybody arrives, is served and leaves in the same moment."""
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder), data.draw(single_stations(Path(folder))), head="").program
    assert is_single(program)
    assert_same(program, seed)


@pytest.mark.slow
@pytest.mark.parametrize("counters", [1, 8])
def test_a_queue_longer_than_the_rings_is_played_all_the_same(counters: int, tmp_path: Path) -> None:
    """Thirty thousand wait for servers that are slow: the rings grow, and what is in them stays in order."""
    service = '{dist = "exponential", mean = "20 s"}'
    text = f"[stations.desk]\ncounters = {counters}\nservice = {service}\n" + _PEOPLE.replace("1 per min", "9 per s")
    program = compiled(tmp_path, text, "run.overload='allow'").program
    assert is_single(program)
    log = assert_same(program)
    assert log[log[:, 5] == Event.JOIN][-1, 7] > 25_000


@pytest.mark.slow
def test_one_who_stays_for_ever_holds_up_nobody_else(tmp_path: Path) -> None:
    """Thousands pass the other server meanwhile; his own row is there at the end, if he ends."""
    file = arrivals(tmp_path, "a.csv", "time,service", "0,864000", *(f"{at},1" for at in range(1, 3_500)))
    text = f'{_DESK}[demand.people]\nenters = "desk"\n{file}'
    for drain in ("true", "false"):
        log = assert_same(compiled(tmp_path, text, f"run.drain={drain}", "run.overload='allow'").program)
        assert (log[-1, 1] == 0) == (drain == "true")


@pytest.mark.slow
def test_a_run_broken_off_hands_on_the_log_so_far_and_leaves_no_thread(tmp_path: Path) -> None:
    """Ctrl-C is heard after the same event in both engines, in the second block of arrivals, the third being drawn."""
    text = '[stations.desk]\ncounters = 1\nservice = "1 s"\n' + _PEOPLE.replace("1 per min", "20 per s")
    program = compiled(tmp_path, text, "run.overload='allow'").program

    def progress(_t_ms: int, events: int) -> bool:
        if events >= 20_000:
            raise KeyboardInterrupt
        return False

    logs, ends = [], []
    for engine_type in (ReferenceEngine, CompiledEngine):
        chunks: list[np.ndarray] = []
        engine = engine_type(program, 1, 0, chunks.append)
        with pytest.raises(KeyboardInterrupt):
            engine.run(progress)
        logs.append(np.concatenate(chunks))
        ends.append((engine.clock.now_ms, engine.clock.events))
    assert ends[0] == ends[1]
    np.testing.assert_array_equal(logs[1], logs[0])
    assert not any(thread.name.startswith("beside") for thread in threading.enumerate())


@pytest.mark.parametrize(
    "more",
    [
        'patience = "1 min"\n',
        "capacity = 5\n",
        'then = "other"\n[stations.other]\ncounters = 1\nservice = "1 min"\n',
        "then = {desk = 0.5}\n",
    ],
    ids=["patience", "capacity", "another station", "people who come back"],
)
def test_whoever_may_leave_or_go_elsewhere_needs_the_other_loop(more: str, tmp_path: Path) -> None:
    """Plain all the same, but not a single queue in the order of arrival."""
    assert is_single(compiled(tmp_path, _DESK + _PEOPLE).program)
    program = compiled(tmp_path, _DESK + more + _PEOPLE).program
    assert is_plain(program)
    assert not is_single(program)


def test_more_servers_than_a_vector_has_lanes_need_the_other_loop(tmp_path: Path) -> None:
    """Eight, and no more."""
    for counters, expected in ((8, True), (9, False)):
        program = compiled(tmp_path, _DESK.replace("= 2", f"= {counters}") + _PEOPLE).program
        assert is_single(program) == expected
