"""The warm-up found by pilot runs, and refused where there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.log import Event
from sim.metrics.counting import Ints
from sim.replications.warm_up import FIRST_PILOT, Presence, find_warm_up
from sim.run import play_log, prepare
from tests.replications.runs import desk


def _find(path: Path, *overrides: str) -> int:
    _, compiled = prepare(path, overrides)
    return find_warm_up(compiled.program, compiled.names, partial(play_log, compiled, "reference", 1)).warm_up_ms


def test_people_present_are_averaged_over_slices_of_time(tmp_path: Path) -> None:
    """By hand: one person waits from 10 s and is served from 20 s to 40 s of 1000 s."""
    names = prepare(desk(tmp_path, duration="1000 s"), ())[1].names
    presence = Presence(names, 1_000_000)
    rows = [(10_000, Event.ARRIVE, 0), (10_000, Event.JOIN, 0), (20_000, Event.START, 10_000)]
    rows += [(40_000, Event.END, 20_000), (40_000, Event.LEAVE, 30_000)]
    presence.add(np.array([(t, 0, -1, 0, 0, kind, 0, value) for t, kind, value in rows], dtype=np.int64))
    series = presence.series()
    assert presence.slice_ms == 1000
    assert series.tolist() == [0.0] * 10 + [1.0] * 30 + [0.0] * 960


def test_a_crowded_desk_needs_a_while_to_fill_and_a_quiet_one_does_not(tmp_path: Path) -> None:
    """From empty at 95 % load the queue builds up for hours; at 8 % load there is nothing to wait for."""
    path = desk(tmp_path, duration="20 d")
    crowded = _find(path, 'demand.people.rate="22.8 per h"')
    quiet = _find(path, 'demand.people.rate="2 per h"')
    assert crowded > 2 * 3_600_000
    assert quiet < crowded


def test_pilots_are_other_replications_than_those_that_count(tmp_path: Path) -> None:
    """Numbers far beyond any that is measured."""
    _, compiled = prepare(desk(tmp_path, duration="2 d"), ())
    played: list[int] = []

    def play(number: int, sink: Callable[[Ints], None]) -> None:
        played.append(number)
        play_log(compiled, "reference", 1, number, sink)

    find_warm_up(compiled.program, compiled.names, play)
    assert played == [FIRST_PILOT + n for n in range(5)]


def test_a_run_that_is_too_short_to_tell_is_refused(tmp_path: Path) -> None:
    """A queue that still grows when the run ends has not settled."""
    path = desk(tmp_path, duration="30 min", rate="200 per h")
    with pytest.raises(ScenarioError, match=r"has not settled.*allowed: a longer run\.duration"):
        _find(path, "stations.desk.counters=1", 'run.overload="allow"')


def test_where_time_changes_things_there_is_no_steady_state(tmp_path: Path) -> None:
    """Opening hours and a demand that swings, each named."""
    hours = desk(tmp_path, duration="5 d", more='hours = "day"\n[hours.day]\ndaily = "08:00-16:00"\n')
    with pytest.raises(ScenarioError, match="no steady state to settle into: desk has opening hours"):
        _find(hours, 'run.overload="allow"')
    town = Path(__file__).parent.parent / "data" / "town.toml"
    with pytest.raises(ScenarioError, match="no steady state"):
        _find(town)
