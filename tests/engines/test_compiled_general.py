"""What only the compiled engine's general loop has: drawers for what happens later, a log that is written over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.engines.compiled import is_plain
from sim.engines.compiled_general import GeneralEngine
from sim.engines.compiled_world import CHUNK
from sim.log import Event
from tests.engines.programs import compiled
from tests.engines.test_agreement import assert_same

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
