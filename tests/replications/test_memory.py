"""A replication's memory is free as soon as it is over, and many of them take no more room than a few."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engines.choose import COMPILED, REFERENCE
from sim.expectations import expectation
from sim.metrics.fold import pool
from sim.replications.single import Job, Replication
from sim.run import Plan, job_of, play, prepare
from tests.replications.runs import desk, outcome, rows_in

TOWN = Path(__file__).parent.parent / "data" / "town.toml"


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Nothing looks for cycles: what hangs in one stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _job(engine: str) -> Job:
    loaded, compiled = prepare(TOWN, ['run.duration="2 d"'])
    expectations = [expectation(table) for table in loaded.scenario.expect]
    return job_of(loaded, compiled, Plan(engine=engine, check=True), expectations)


@pytest.mark.parametrize("engine", [REFERENCE, COMPILED])
@pytest.mark.usefixtures("without_collector")
def test_no_cycle_holds_a_replication_that_is_over(engine: str) -> None:
    """Neither itself nor its engine, its metrics or what else listens; the row that stays keeps none of them."""
    job = _job(engine)
    single = Replication(job, 0)
    single.play(None, None)
    row = single.row()
    listeners = single._listeners
    parts = [single, single.engine, listeners, listeners.fold, listeners.identities, listeners.cards]
    watched = [weakref.ref(part) for part in parts]
    del single, listeners, parts
    assert [ref() for ref in watched] == [None] * len(watched)
    assert row.events > 0


@pytest.mark.parametrize("engine", [REFERENCE, COMPILED])
@pytest.mark.usefixtures("without_collector")
def test_no_cycle_holds_a_replication_that_was_broken_off(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same after Ctrl-C in the middle."""
    for module in ("reference", "compiled_general"):
        monkeypatch.setattr(f"sim.engines.{module}.EVERY", 500)
    single = Replication(_job(engine), 0)

    def stop(*_: int) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        single.play(None, stop)
    watched = [weakref.ref(part) for part in (single.engine, single._listeners.fold)]
    del single
    assert [ref() for ref in watched] == [None, None]


def _most_memory(path: Path, folder: Path | None, replications: int) -> int:
    """Bytes of Python and NumPy at the highest point of a run, above those before it."""
    loaded, compiled = prepare(path, ())
    play(loaded, compiled, Plan(engine=REFERENCE, replications=2), folder=folder)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    play(loaded, compiled, Plan(engine=REFERENCE, replications=replications), folder=folder)
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_many_replications_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    """Forty against ten: rows lie in the file and are pooled a few at a time, so only their places are more.

    A decoded row of this desk takes more than 100 kB.
    """
    path = desk(tmp_path)
    few, many = (_most_memory(path, tmp_path / "run", replications) for replications in (10, 40))
    assert many - few < 30 * 10_000
    row = rows_in(path, tmp_path / "run").rows[0]
    assert row.result.cube.sums.nbytes + row.result.daytime.wait.nbytes > 0


def test_a_row_lies_in_the_file_and_is_read_when_it_is_looked_at(tmp_path: Path) -> None:
    """Looked at twice, it is decoded twice: nothing keeps it."""
    path = desk(tmp_path, replications=3)
    outcome(path, folder=tmp_path / "run")
    rows = rows_in(path, tmp_path / "run")
    assert rows.rows[1] is not rows.rows[1]
    assert rows.rows[1].result.rows == rows.rows[1].result.rows
    assert [row.replication for row in rows.without(1).all()] == [0, 2]
    assert [row.replication for row in rows.without(1).in_order()] == [0]


@pytest.mark.parametrize("count", [1, 2, 9, 10, 17])
def test_pooled_a_few_at_a_time_is_pooled_all_at_once(count: int, tmp_path: Path) -> None:
    """Sums do not depend on how many are put together in one go."""
    played = outcome(desk(tmp_path, replications=count))
    pooled, results = pool(played.results), list(played.results)
    assert pooled.runs == count
    assert pooled.rows == sum(result.rows for result in results)
    joined = sum(result.cube.sums.sum(axis=2) for result in results)
    assert pooled.cube.sums.sum(axis=2).tolist() == joined.tolist()
    assert len(pooled.cube.waits) <= sum(len(result.cube.waits) for result in results)
    assert pooled.cube.waits.table()[2].sum() == sum(result.cube.waits.table()[2].sum() for result in results)
