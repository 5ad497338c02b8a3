"""The warm-up found by pilot runs, and refused where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.log import Event
from sim.metrics.counting import Ints
from sim.replications.studies import Side, play_sensitivity
from sim.replications.warm_up import FIRST_PILOT, Presence, find_warm_up
from sim.run import Plan, play, play_log, prepare
from sim.scenario.units import duration_text
from sim.settle import Playable, settle, settle_both
from tests.replications.runs import desk


def _find(path: Path, *overrides: str) -> int:
    settled = settle(path, ('run.warm_up="auto"', *overrides), "reference", 1).settled
    assert settled is not None
    return settled.warm_up_ms


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


@pytest.mark.slow
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


AUTO = 'run.warm_up="auto"'
BUSY = 'demand.people.rate="22.8 per h"'


def _settled(path: Path, *overrides: str) -> Playable:
    return settle(path, (AUTO, *overrides), "reference")


@pytest.mark.slow
def test_the_file_and_the_option_find_the_same_and_the_content_hash_is_that_of_what_is_played(tmp_path: Path) -> None:
    """As if the duration that was found had been written there."""
    path = desk(tmp_path, duration="20 d")
    option = _settled(path, BUSY)
    assert option.settled is not None
    path.write_text(path.read_text("utf-8").replace("[run]", '[run]\nwarm_up = "auto"'), "utf-8")
    file = settle(path, (BUSY,), "reference")
    assert file.settled == option.settled
    _, written = prepare(path, (BUSY, f'run.warm_up="{duration_text(option.settled.warm_up_ms)}"'))
    hashes = {one.program.content_hash() for one in (file.compiled, option.compiled, written)}
    assert len(hashes) == 1
    assert file.loaded.scenario.run.warm_up == file.compiled.names.warm_up_ms == option.settled.warm_up_ms
    assert file.loaded.merged["run"]["warm_up"] == duration_text(option.settled.warm_up_ms)


def test_a_warm_up_that_was_not_found_is_never_played_as_none(tmp_path: Path) -> None:
    """Neither counted from the beginning nor keyed as if it were."""
    loaded, compiled = prepare(desk(tmp_path), (AUTO,))
    assert loaded.scenario.run.warm_up is None
    assert loaded.warnings == ("run.warm_up is found by pilot runs whenever the scenario is played",)
    with pytest.raises(ValueError, match="the warm-up has not been found"):
        play(loaded, compiled)


@pytest.mark.slow
def test_another_seed_finds_its_own_warm_up(tmp_path: Path) -> None:
    """The pilots have the seed that is played, so that --seed gives a study of its own."""
    path = desk(tmp_path, duration="20 d")
    played = [settle(path, (AUTO, BUSY), "reference", seed).settled for seed in (None, 1, 2)]
    assert played[0] == played[1] != played[2]


@pytest.mark.slow
def test_alternatives_that_are_compared_have_the_longer_of_their_warm_ups(tmp_path: Path) -> None:
    """The same people are counted in both; a warm-up that is given stays as it is given."""
    path = desk(tmp_path, duration="20 d")
    busy, quiet = (AUTO, BUSY), (AUTO, 'demand.people.rate="2 per h"')
    alone = _settled(path, BUSY).settled
    for one, other in ((busy, quiet), (quiet, busy)):
        both = settle_both((path, one), (path, other), "reference")
        assert both[0].settled == both[1].settled == alone
        assert both[0].compiled.program.warm_up_ms == both[1].compiled.program.warm_up_ms
    given = settle_both((path, ('run.warm_up="1 h"', BUSY)), (path, quiet), "reference")
    assert given[0].settled is None
    assert given[0].compiled.program.warm_up_ms == 3_600_000
    assert given[1].settled == _settled(path, quiet[1]).settled


@pytest.mark.slow
def test_the_assumptions_are_varied_with_the_warm_up_of_the_scenario_as_it_is(tmp_path: Path) -> None:
    """The same number as with that duration written in the scenario."""
    path, plan = desk(tmp_path, duration="5 d"), Plan(replications=2)
    found, _ = play_sensitivity(Side(path, (AUTO,)), ("wait.mean", ""), Fraction(1, 5), plan, None)
    assert found.settled is not None
    assert found.settled == _settled(path).settled
    written = (f'run.warm_up="{duration_text(found.settled.warm_up_ms)}"',)
    given, _ = play_sensitivity(Side(path, written), ("wait.mean", ""), Fraction(1, 5), plan, None)
    assert replace(found, settled=None) == given
