"""The compiled fold and a second count of the same log, column by column, agree on every number there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar import DayKind
from sim.engines.counting_columns import DAY_KINDS
from sim.engines.reference import ReferenceEngine
from sim.metrics.counting import Ints
from sim.metrics.cube import Selection
from sim.metrics.fold import fold
from sim.metrics.names import Names
from sim.run import prepare
from tests.metrics.columnwise import Columnwise
from tests.metrics.metric_logs import NAMES, E, busy_office, log_of, row
from tests.metrics.test_fold_chunks import HOUR, SELECTIONS, plain

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def assert_agree(names: Names, log: Ints, selections: tuple[Selection, ...]) -> None:
    """Every array of every part, one after the other so that a difference says where it is."""
    found, expected = fold(names, [log], selections), Columnwise(names, log).result(selections)
    assert found.cubes.keys() == expected.cubes.keys()
    for selection, cube in expected.cubes.items():
        assert plain(found.cubes[selection]) == plain(cube)
    assert plain(found.daytime) == plain(expected.daytime)
    assert plain(found.progress) == plain(expected.progress)
    assert plain(found.flows) == plain(expected.flows)
    assert plain(replace(found, cubes={})) == plain(replace(expected, cubes={}))


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from([0, HOUR, 3 * HOUR]))
def test_a_random_office_is_counted_the_same_twice(seed: int, people: int, warm_up: int) -> None:
    """Queues, refusals, returns, forks, wrap-up, rosters, money and leads; selections of all kinds."""
    assert_agree(replace(NAMES, warm_up_ms=warm_up), busy_office(seed, people), SELECTIONS)


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(0, 40), st.lists(st.sampled_from(DayKind), min_size=7, max_size=7))
def test_days_of_every_kind_are_counted_the_same_twice(seed: int, people: int, kinds: list[DayKind]) -> None:
    """The same office over days of any kind, the log going on after the last of them."""
    names = replace(NAMES, duration_ms=7 * 24 * HOUR, warm_up_ms=30 * HOUR, day_kinds=tuple(map(int, kinds)))
    assert_agree(names, busy_office(seed, people, clock_ms=40 * 60_000), ())


def test_the_fold_knows_every_kind_of_day() -> None:
    """Compiled code has a number where the calendar has names."""
    assert len(DayKind) == DAY_KINDS


def test_menus_and_services_broken_off_and_kept_are_counted_the_same_twice() -> None:
    """Calls the menu ends and passes on; a change of line; a service broken off; a second business; machines."""
    at, desk = {"station": 4, "step": 3}, {"station": 0, "step": 0}
    log = log_of(
        [
            row(0, -1, E.CAPACITY, station=0, value=1),
            row(0, -1, E.CAPACITY, station=4, value=1 << 30),
            row(0, -1, E.CAPACITY, station=3, value=-1),
            row(5, 1, E.ARRIVE, code=2),
            row(5, 1, E.START, **at),
            row(5, 2, E.ARRIVE, code=2),
            row(5, 2, E.START, **at),
            row(20, 1, E.END, value=15, **at),
            row(20, 1, E.DONE, **at),
            row(20, 1, E.LEAVE, code=int(E.DONE), value=15),
            row(30, 2, E.END, value=25, **at),
            row(30, 2, E.DONE, **at),
            row(30, 2, E.JOIN, station=3, step=4, code=1),
            row(35, 2, E.JOCKEY, station=3, step=4, code=0, value=1),
            row(40, 2, E.START, station=3, step=4, value=10),
            row(70, 3, E.ARRIVE, code=0),
            row(70, 3, E.START, **desk),
            row(80, -1, E.DOWN, station=0, code=1),
            row(90, 3, E.PREEMPT, value=20, **desk),
            row(95, -1, E.UP, station=0, code=1, value=15),
            row(120, 3, E.START, value=30, **desk),
            row(150, 3, E.END, value=30, **desk),
            row(150, 3, E.REFUSED, code=1, **desk),
            row(150, 3, E.CONTINUE, station=0, step=2),
            row(170, 3, E.END, value=20, station=0, step=2),
            row(170, 3, E.DONE, station=0, step=2),
            row(170, 3, E.LEAVE, code=int(E.DONE), value=100),
            row(180, -1, E.FREE, station=0, step=2, value=10),
            row(190, 3, E.LEAD, station=0, step=2, code=0, value=100),
            row(200, -1, E.CAPACITY, station=0, value=1 << 30),
            row(210, -1, E.BALANCE, code=3, value=250),
        ]
    )
    assert_agree(NAMES, log, SELECTIONS)
    assert_agree(replace(NAMES, warm_up_ms=100), log, (Selection(from_ms=60, until_ms=160),))


@pytest.mark.slow
def test_a_small_city_is_counted_the_same_twice() -> None:
    """Five days of a small city of the nation, two of them not counted; each demand and procedure by itself."""
    small = (
        "cohorts.holders.size=4000", "cohorts.second_generation.size=4000", "cohorts.newcomers.size=300",
        'run.duration="5 d"', 'run.warm_up="2 d"',
    )  # fmt: skip
    _, compiled = prepare(SCENARIOS / "nation" / "dense.toml", small)
    chunks: list[Ints] = []
    ReferenceEngine(compiled.program, 3, 0, chunks.append).run()
    names = compiled.names
    selections = [Selection(demand=name) for name in names.sources[:4]]
    selections += [
        Selection(procedure=names.steps[-1].procedure, priority=0),
        Selection(from_ms=0, until_ms=3 * 24 * HOUR),
    ]
    log = np.concatenate(chunks)
    assert len(log) > 1000
    assert_agree(names, log, tuple(selections))
