"""Both engines on stations drawn at random: every combination of the ways to queue, also on coarse clocks."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engines.compiled import is_plain
from tests.engines.programs import arrivals, compiled
from tests.engines.test_agreement import assert_same

pytestmark = pytest.mark.slow  # compiles once for about a minute

_TIMES = st.sampled_from(
    ['"20 s"', '{dist = "exponential", mean = "40 s"}', '{dist = "lognormal", mean = "1 min", cv = 1.2}',
     '{dist = "gamma", mean = "30 s", cv = 0.7}', '{dist = "uniform", low = "0 s", high = "90 s"}']
)  # fmt: skip
_QUEUES = st.sampled_from(["", 'queue = "separate"\n', 'queue = "separate"\njockeying = true\n'])
_HOURS = '[hours.broken]\ndaily = ["00:05-00:20", "00:30-00:50"]\n'


def _maybe(line: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), line)


@st.composite
def _counters(draw: st.DrawFn, *, may_break_off: bool) -> str:
    """One or two groups, some of them on duty only part of the time, some of either broken off when it ends."""
    first = draw(st.integers(1, 3))
    if draw(st.booleans()):
        return f"counters = {first}\n"
    one, other = (draw(st.sampled_from(["true", "false"] if may_break_off else ["false"])) for _ in range(2))
    second = f'{{count = {draw(st.integers(0, 3))}, hours = ["00:00-00:15", "00:20-00:45"], preempt = {other}}}'
    return f"counters = [{{count = {first}, preempt = {one}}}, {second}]\n"


@st.composite
def _station(draw: st.DrawFn, name: str, then: str) -> str:
    """A plain station with whatever it may have."""
    special = draw(
        st.sampled_from(["", "", "", "gather = 3\n", "batch = {size = 2, join = true}\n", "batch = {size = 3}\n"])
    )
    service = "" if special.startswith("gather") else f"service = {draw(_TIMES)}\n"
    lines = [f"[stations.{name}]\n", service, special]
    queue = "" if special else draw(_QUEUES)
    lines.append(queue)
    lines.append("counters = 2\n" if special else draw(_counters(may_break_off=not queue)))
    lines.append(draw(_maybe(_TIMES.map(lambda time: f"patience = {time}\n"))))
    lines.append(draw(_maybe(_TIMES.map(lambda time: f"wrap_up = {time}\n"))))
    lines.append(draw(_maybe(st.integers(2, 9).map(lambda places: f"capacity = {places}\n"))))
    lines.append(draw(_maybe(st.sampled_from(["0", "0.4", "1", "1.75"]).map(_balk))))
    lines.append(draw(_maybe(st.just('returns = {share = 0.7, after = "3 min", at_most = 2}\n'))))
    lines.append("" if queue else draw(_maybe(st.just('discipline = "lifo"\n'))))
    lines.append(draw(_maybe(st.just('priorities = ["elderly", "ordinary"]\n'))))
    lines.append(draw(_maybe(st.sampled_from(["serve inside", "turn away", "keep"]).map(_closing))))
    lines.append(then)
    return "".join(lines)


def _balk(queue: str) -> str:
    return f"balk = {{queue_per_counter = {queue}, share = 0.5}}\n"


def _closing(rule: str) -> str:
    return f'hours = "broken"\nclosing = "{rule}"\n'


@st.composite
def scenarios(draw: st.DrawFn) -> str:
    """Two stations, people who go from one to the other and sometimes back, a clock."""
    step = draw(st.sampled_from(["1 ms", "1 s", "30 s", "5 min"]))
    drain = draw(st.sampled_from(["true", "false"]))
    head = f'[run]\nstart = 2026-03-02\nduration = "1 h"\nclock_step = "{step}"\noverload = "allow"\n'
    head += f"drain = {drain}\n" if drain == "true" else ""
    first = draw(_station("first", "then = {second = 0.6}\n"))
    second = draw(_station("second", draw(_maybe(st.just("then = {first = 0.3}\n")))))
    batch = draw(st.integers(1, 3))
    demand = f'[demand.people]\nenters = "first"\nrate = "2 per min"\nbatch = {batch}\n'
    shares = draw(_maybe(st.just("priorities = {elderly = 0.3, ordinary = 0.7}\n"))) if "priorities" in first else ""
    return f"{head}{_HOURS}{first}{second}{demand}{shares}"


@given(scenarios(), st.integers(0, 2**31))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_two_stations_give_the_same_log(text: str, seed: int) -> None:
    """Row for row, with as many events."""
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder), text, head="").program
    assert_same(program, seed)


@st.composite
def plain_scenarios(draw: st.DrawFn, folder: Path) -> str:
    """Stations the short loop plays: alone, in a row or in a circle, several sources, given times, limited room."""
    step = draw(st.sampled_from(["1 ms", "7 s", "1 min", "10 min"]))
    drain = "drain = true\n" if draw(st.booleans()) else ""
    text = f'[run]\nstart = 2026-03-02\nduration = "3 h"\nclock_step = "{step}"\noverload = "allow"\n{drain}'
    then = draw(st.sampled_from(["", "then = {first = 0.3}\n", "then = {second = 0.5, first = 0.2}\n"]))
    for name, way in (
        ("first", draw(st.sampled_from(["", 'then = "second"\n', "then = {second = 0.6}\n"]))),
        ("second", then),
    ):
        text += f"[stations.{name}]\ncounters = {draw(st.integers(1, 5))}\nservice = {draw(_ANY_TIME)}\n{way}"
        text += draw(_maybe(_ANY_TIME.map(lambda time: f"patience = {time}\n")))
        text += draw(_maybe(st.integers(1, 9).map(lambda places: f"capacity = {places}\n")))
    rate = draw(st.sampled_from(["1 per min", "5 per min", "20 per min"]))
    text += f'[demand.people]\nenters = "first"\nrate = "{rate}"\nbatch = {draw(st.integers(1, 3))}\n'
    if draw(st.booleans()):
        text += '[demand.others]\nenters = "second"\nrate = "3 per min"\n'
    if draw(st.booleans()):
        times = draw(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 90), st.integers(0, 60)), max_size=30))
        rows = [f"{at},{service},{patience}" for at, service, patience in sorted(times)] or ["5,5,5"]
        column = draw(st.sampled_from(["patience", "second.patience"]))
        text += '[demand.given]\nenters = "first"\n'
        text += arrivals(folder, "given.csv", f"time,service,{column}", *rows)
    return text


_ANY_TIME = st.one_of(
    _TIMES,
    st.sampled_from(
        ['"0 s"', '"1 min"', '{dist = "erlang", mean = "30 s", k = 2}',
         '{dist = "weibull", mean = "1 min", shape = 0.7}', '{dist = "exponential", mean = "3 min"}']
    ),
)  # fmt: skip


@given(st.data(), st.integers(0, 2**31))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_plain_stations_give_the_same_log(data: st.DataObject, seed: int) -> None:
    """The short loop, also where everybody arrives, is served and gives up in the same moment."""
    with tempfile.TemporaryDirectory() as folder:
        text = data.draw(plain_scenarios(Path(folder)))
        program = compiled(Path(folder), text, head="").program
    assert is_plain(program)
    assert_same(program, seed)
