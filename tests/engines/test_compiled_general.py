"""What only the compiled engine's general loop has: drawers for later, a log written over, people made ready."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.engines import compiled_blocks, compiled_build, compiled_general
from sim.engines.compiled import is_plain
from sim.engines.compiled_coming import get_ready
from sim.engines.compiled_general import GeneralEngine
from sim.engines.compiled_world import CHUNK
from sim.log import Event
from sim.run import prepare
from tests.engines.programs import compiled
from tests.engines.test_agreement import assert_same
from tests.test_whole_runs import TOWN

pytestmark = pytest.mark.slow  # compiles once for about a minute

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000


def test_pauses_of_minutes_and_of_more_than_half_a_year_end_in_their_order(tmp_path: Path) -> None:
    """Some lie in one of the first drawers, some in one of the last, some beyond all of them."""
    text = (
        '[stations.desk]\ncounters = 1\nservice = "30 s"\npatience = "1 min"\n'
        'returns = {share = 1, after = {dist = "lognormal", mean = "30 d", cv = 6}, at_most = 5}\n'
        '[demand.people]\nenters = "desk"\nrate = "4 per min"\nuntil = "2026-03-02 10:00"\n'
    )
    program = compiled(tmp_path, text, "run.duration='400 d'", "run.overload='allow'").program
    assert not is_plain(program)
    log = assert_same(program)
    pauses = log[log[:, 5] == Event.RETURN, 7]
    assert pauses.min() < 60 * _MINUTE_MS
    assert pauses.max() > 200 * _DAY_MS
    assert log[-1, 0] > 200 * _DAY_MS


def test_patience_that_is_taken_back_is_thrown_out_of_the_drawers(tmp_path: Path) -> None:
    """Thousands wait with the patience of hours and are called before; the others still lose theirs in time."""
    text = (
        '[stations.desk]\ncounters = 5\nservice = "2 s"\nwrap_up = "1 s"\n'
        'patience = {dist = "uniform", low = "1 min", high = "10 h"}\n'
        '[demand.people]\nenters = "desk"\nrate = "200 per s"\nuntil = "2026-03-02 00:01"\n'
    )
    log = assert_same(compiled(tmp_path, text, "run.duration='12 h'", "run.overload='allow'").program)
    waited = (log[:, 5] == Event.START) & (log[:, 7] > 0)
    assert np.count_nonzero(waited) > 9_000
    assert np.count_nonzero(log[:, 5] == Event.ABANDON) > 500


def test_a_chunk_that_somebody_keeps_is_not_written_over(tmp_path: Path) -> None:
    """Chunks are parts of the engine's own log: kept until the end, they say what they said when they came."""
    text = (
        '[stations.desk]\ncounters = "unlimited"\nservice = "2 s"\nwrap_up = "1 s"\n'
        '[demand.people]\nenters = "desk"\nrate = "100 per s"\nuntil = "2026-03-02 00:05"\n'
    )
    program = compiled(tmp_path, text, "run.overload='allow'").program
    kept: list[np.ndarray] = []
    copies: list[np.ndarray] = []

    def keep(chunk: np.ndarray) -> None:
        kept.append(chunk)
        copies.append(chunk.copy())

    GeneralEngine(program, 1, 0, keep).run()
    lengths: list[int] = []
    GeneralEngine(program, 1, 0, lambda chunk: lengths.append(len(chunk))).run()
    assert [len(chunk) for chunk in kept] == lengths
    assert sum(lengths) > 2 * CHUNK
    np.testing.assert_array_equal(np.concatenate(kept), np.concatenate(copies))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of few people, on a machine with a processor to spare."""
    monkeypatch.setattr(compiled_blocks, "_PEOPLE", 100)
    monkeypatch.setattr(compiled_general, "WORTH_A_THREAD", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.mark.usefixtures("small_blocks")
def test_people_made_ready_by_a_second_thread_do_what_they_do_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dozens of blocks, each made ready while the one before it is played."""
    names: list[str] = []

    def noticed(pairs: int, records: int) -> int:
        names.append(threading.current_thread().name)
        return int(get_ready(pairs, records))

    monkeypatch.setattr(compiled_blocks, "get_ready", noticed)
    assert_same(prepare(TOWN, ())[1].program)
    assert len(names) > 30
    assert {name.split("_")[0] for name in names} == {threading.main_thread().name, "beside"}


@pytest.mark.usefixtures("small_blocks")
def test_more_people_may_come_than_records_were_provided_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of records begins with one row and grows while it is in use."""
    monkeypatch.setattr(compiled_build, "_records", lambda *_: 1)
    assert_same(prepare(TOWN, ())[1].program)


@pytest.mark.usefixtures("small_blocks")
def test_whoever_has_not_arrived_when_a_run_is_broken_off_has_no_balances() -> None:
    """His record is made ready already, but nobody has asked for it."""
    chunks: list[np.ndarray] = []
    GeneralEngine(prepare(TOWN, ())[1].program, 1, 0, chunks.append).run(lambda _, events: events > 0)
    log = np.concatenate(chunks)
    came = set(log[log[:, 5] == Event.ARRIVE, 2].tolist()) - {-1}
    assert len(came) > 100
    assert set(log[log[:, 5] == Event.BALANCE, 2].tolist()) == came


def _more_than(most: int, _: int, events: int) -> bool:
    return events > most


@pytest.mark.usefixtures("small_blocks")
def test_the_memory_of_a_run_is_free_as_soon_as_its_engine_is() -> None:
    """Whole or broken off: no cycle of references keeps the tables of one city while the next is played."""
    program = prepare(TOWN, ())[1].program
    gc.collect()
    gc.disable()
    try:
        for most in (1, 1_000_000_000):
            engine = GeneralEngine(program, 1, 0, lambda _: None)
            engine.run(partial(_more_than, most))
            tables = weakref.ref(engine._world.record.base)
            del engine
            assert tables() is None
    finally:
        gc.enable()
