"""The lean fold counts what the full one counts, to the last digit: two ways of writing the same definitions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engines.counting_columns import Column
from sim.engines.reference import ReferenceEngine
from sim.log import LEADS
from sim.metrics.counting import FINE_BITS, Distribution, Ints, to_bucket, total_by
from sim.metrics.fold import Result, fold
from sim.metrics.lean import LeanFold, LeanResult
from sim.metrics.names import Names
from sim.run import prepare
from tests.metrics.metric_logs import NAMES, E, busy_office, log_of, row
from tests.metrics.test_fold_chunks import pieces

HOUR = 3_600_000
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SAME_PLACE = 13  # columns up to here, and again from OFFERED on, are those of the cube
SMALL = (
    "cohorts.holders.size=9000", "cohorts.second_generation.size=9000", "cohorts.newcomers.size=700",
    'run.duration="40 d"', 'run.warm_up="6 d"',
)  # fmt: skip


def lean(names: Names, chunks: object) -> LeanResult:
    """The lean result of a log in pieces."""
    running = LeanFold(names)
    for chunk in chunks:  # type: ignore[attr-defined]
        running.add(chunk)
    return running.result()


def buckets(distribution: Distribution, group_of: Ints, groups: int, size: int) -> Ints:
    """A distribution of the full fold, by other groups, in the lean one's buckets."""
    group, value, count = distribution.table()
    bucket = to_bucket(value, FINE_BITS) if distribution.exact else value
    return total_by(group_of[group] * size + bucket, count, groups * size).reshape(groups, size)


def assert_same(full: Result, lean: LeanResult) -> None:
    """Everything the lean result holds is in the full one, and equal."""
    cube, flows, progress = full.cube, full.flows, full.progress[full.names.warm_up_ms, 1 << 61]
    sums = cube.sums.sum(axis=2)
    lean_columns = [*range(Column.QUEUE_AREA), *range(len(Column), len(Column) + len(cube.thresholds_ms))]
    assert lean.station.T.tolist() == sums[lean_columns].tolist()
    for area, column in (
        (lean.queue, Column.QUEUE_AREA), (lean.inside, Column.INSIDE_AREA), (lean.busy, Column.BUSY_AREA),
        (lean.capacity, Column.CAPACITY_AREA),
    ):  # fmt: skip
        assert area.tolist() == sums[column].tolist()
    assert lean.longest.tolist() == cube.longest_queue.tolist()
    groups, size = lean.waits.shape
    group_of = np.append(lean.group, groups - 1)
    assert (lean.waits == buckets(cube.waits, group_of, groups, size)).all()
    lead_of = np.repeat(np.arange(len(LEADS)), cube.stations)
    assert (lean.leads == buckets(cube.leads, lead_of, len(LEADS), size)).all()
    assert lean.lead.tolist() == [
        sums[list(cube.lead_columns(lead))].sum(axis=1).tolist() for lead in range(len(LEADS))
    ]
    assert lean.step.T.tolist() == [
        column.tolist() for column in (progress.entered, progress.done, progress.refused, progress.left)
    ]
    assert lean.refusals.tolist() == flows.refusals.sum(axis=1).tolist()
    assert (lean.movements.tolist(), lean.fen.tolist()) == (flows.movements.tolist(), flows.fen.tolist())
    assert lean.balances.tolist() == flows.balances.tolist()
    assert lean.stops[:-1].tolist() == flows.stops.tolist()
    assert lean.down[:-1].tolist() == flows.down.tolist()
    assert lean.unlimited.tolist() == full.unlimited.tolist()
    assert (lean.rows, lean.measured_ms) == (full.rows, full.end_ms - full.names.warm_up_ms)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(0, 40),
    cuts=st.lists(st.integers(0, 2000), max_size=30),
    warm_up=st.sampled_from([0, HOUR, 3 * HOUR]),
)
def test_both_folds_agree_on_logs_of_any_kind(seed: int, people: int, cuts: list[int], warm_up: int) -> None:
    """Queues, menus, wrap-up, refusals, leads, money, machines; chunks of any size; people inside at the warm-up."""
    names = replace(NAMES, warm_up_ms=warm_up)
    log = busy_office(seed, people)
    assert_same(fold(names, [log]), lean(names, pieces(log, cuts)))


def test_both_folds_agree_on_services_broken_off_and_kept() -> None:
    """A service that is broken off and begins again, and a second business of the same visit."""
    log = log_of(
        [
            row(0, 0, E.CAPACITY, code=0, station=0, value=1),
            row(10, 1, E.ARRIVE, code=0),
            row(10, 1, E.JOIN, station=0, step=0),
            row(10, 1, E.START, station=0, step=0),
            row(60, 1, E.PREEMPT, station=0, step=0, value=50),
            row(90, 1, E.START, station=0, step=0, value=30),
            row(150, 1, E.END, station=0, step=0, value=60),
            row(150, 1, E.DONE, station=0, step=0),
            row(150, 1, E.CONTINUE, station=0, step=2),
            row(200, 1, E.END, station=0, step=2, value=50),
            row(200, 1, E.DONE, station=0, step=2),
            row(200, 1, E.LEAVE, code=int(E.DONE), value=190),
            row(205, 0, E.CAPACITY, code=0, station=0, value=1 << 30),
        ]
    )
    assert_same(fold(NAMES, [log]), lean(NAMES, [log]))


@pytest.mark.slow
def test_both_folds_agree_on_a_city_with_everything_in_it() -> None:
    """Six weeks of a small city of the nation: hotline, machines, central production, losses, transfers."""
    _, compiled = prepare(SCENARIOS / "nation" / "dense.toml", SMALL)
    chunks: list[Ints] = []
    ReferenceEngine(compiled.program, 3, 0, chunks.append).run()
    result = lean(compiled.names, chunks)
    assert_same(fold(compiled.names, chunks), result)
    assert result.step[:, 0].sum() > 1000


def test_rows_out_of_order_are_refused() -> None:
    """A log goes forward in time."""
    running = LeanFold(NAMES)
    running.add(log_of([row(10, 1, E.ARRIVE)]))
    with pytest.raises(ValueError, match="order of time"):
        running.add(log_of([row(9, 2, E.ARRIVE)]))
    with pytest.raises(ValueError, match="goes on until 10 ms"):
        running.result(9)


def test_quantiles_are_those_of_the_buckets() -> None:
    """Waits below two seconds have a bucket each, so their quantiles are exact; nobody has none."""
    rows = [
        one
        for case in range(1, 11)
        for one in (
            row(1000 * case, case, E.ARRIVE),
            row(1000 * case, case, E.START, station=1, value=case * 10),
        )
    ]
    result = lean(NAMES, [log_of(rows)])
    town = np.array([group == "town" for group in (*result.groups, "")])
    assert [result.wait_quantile(town, level) for level in (0.1, 0.5, 0.9)] == [10.0, 50.0, 90.0]
    assert np.isnan(result.wait_quantile(~town, 0.5))
    assert np.isnan(result.lead_quantile("exposure", 0.5))
