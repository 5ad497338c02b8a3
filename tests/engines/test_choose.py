"""Which engine plays when nobody says, and what is said before the first compilation on a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sim.engines import compiled as fast
from sim.engines import counting_rows
from sim.engines.choose import choose, ready
from sim.engines.compiled_general import GeneralEngine
from sim.engines.compiled_plain import SHORT_ENTRIES, entries_of
from sim.engines.compiled_types import Entry
from sim.engines.demand import expected_arrivals
from sim.program import Program
from tests.engines.programs import compiled

_DESK = '[stations.desk]\ncounters = 9\nservice = "1 s"\n'


def _program(folder: Path, rate: str, desk: str = _DESK) -> Program:
    text = f'{desk}[demand.people]\nenters = "desk"\nrate = "{rate}"\nbatch = 2\n'
    return compiled(folder, text, "run.overload='allow'").program


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    """No compiled code at hand; the programs for which it was asked."""
    asked: list[Program] = []
    monkeypatch.setattr(fast, "is_ready", lambda _: False)
    monkeypatch.setattr(fast, "make_ready", asked.append)
    return asked


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code on disk."""
    monkeypatch.setattr(fast, "is_ready", lambda _: True)


def test_arrivals_are_expected_with_everybody_they_bring(tmp_path: Path) -> None:
    """An hour of three a minute, two each."""
    assert expected_arrivals(_program(tmp_path, "3 per min")) == pytest.approx(360)


@pytest.mark.usefixtures("warm")
def test_a_small_run_is_played_by_the_readable_engine_and_a_large_one_is_not(tmp_path: Path) -> None:
    """Loading the code costs more than 360 people do; 72,000 are worth it, and so are 100 times 360."""
    assert choose(_program(tmp_path, "3 per min")) == "reference"
    assert choose(_program(tmp_path, "3 per min"), replications=100) == "compiled"
    assert choose(_program(tmp_path, "10 per s")) == "compiled"


def test_without_code_on_disk_only_a_long_run_is_worth_compiling(tmp_path: Path, cold: list[Program]) -> None:
    """72,000 people are played before the compiler is done; a million plain ones are not."""
    assert choose(_program(tmp_path, "10 per s")) == "reference"
    assert choose(_program(tmp_path, "150 per s")) == "compiled"
    assert cold == []


def test_what_the_compiled_engine_does_not_know_is_played_by_the_other_one(tmp_path: Path) -> None:
    """However long it takes."""
    program = _program(tmp_path, "150 per s", '[stations.desk]\ncounters = 1\nservice = "1 s"\nbatch = {size = 2}\n')
    program = replace(program, stations=tuple(replace(row, preempt=(True,)) for row in program.stations))
    assert choose(program) == "reference"


def test_compiling_is_announced_once_before_it_happens(tmp_path: Path, cold: list[Program]) -> None:
    """And only where it happens: not for the readable engine."""
    said: list[str] = []
    program = _program(tmp_path, "3 per min")
    assert ready("auto", program, 1, said.append) == "reference"
    assert said == []
    assert ready("compiled", program, 1, said.append) == "compiled"
    assert said == ["compiling the fast engine, once for this machine (about half a minute)"]
    assert cold == [program]


def test_the_short_loops_come_with_the_general_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has played a city has all it needs for small scenarios; the other way round would take long."""
    made: list[Entry] = []
    monkeypatch.setattr(Entry, "prepare", lambda entry: made.append(entry))  # noqa: PLW0108 - a method, bound
    plain = _program(tmp_path, "3 per min")
    fast.make_ready(plain)
    assert made == list(entries_of(plain))
    made.clear()
    fast.make_ready(replace(plain, stations=tuple(replace(row, lifo=True) for row in plain.stations)))
    assert set(made) == {*GeneralEngine.entries, *SHORT_ENTRIES}


def test_what_counts_the_log_is_announced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the readable engine's log is counted by compiled code."""
    made, said = list[bool](), list[str]()
    monkeypatch.setattr(counting_rows, "is_ready", lambda: bool(made))
    monkeypatch.setattr(counting_rows, "make_ready", lambda: made.append(True))
    program = _program(tmp_path, "3 per min")
    assert [ready("reference", program, 1, said.append) for _ in range(2)] == ["reference", "reference"]
    assert made == [True]
    assert said == ["compiling what counts the log, once for this machine (a few seconds)"]


@dataclass
class _Crew:
    """Helpers of a cluster."""

    size: int
    strangers: bool


@pytest.mark.usefixtures("warm")
def test_workers_of_another_processor_must_be_worth_their_own_compiling(tmp_path: Path) -> None:
    """72,000 people: with code for all it is fast; where some must compile, nothing is gained before a million each."""
    day = _program(tmp_path, "10 per s")
    assert choose(day, 10, _Crew(4, strangers=False)) == "compiled"
    assert choose(day, 10, _Crew(4, strangers=True)) == "reference"
    assert choose(day, 100, _Crew(4, strangers=True)) == "compiled"


def test_many_helpers_play_long_before_the_compiler_is_done(tmp_path: Path, cold: list[Program]) -> None:
    """1.4 million people are worth compiling alone, and not with forty helpers."""
    day = _program(tmp_path, "10 per s")
    assert choose(day, 20) == "compiled"
    assert choose(day, 20, _Crew(40, strangers=False)) == "reference"
    assert cold == []
