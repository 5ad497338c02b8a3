"""What is kept of a log: everything, a keyed share of people, or nothing; the metrics never notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.metrics.fold import fold
from sim.replications.codec import encode
from sim.run import Plan, play, prepare
from sim.sample import LogKept, keyed, read_log_kept
from sim.store import RunReader

TOWN = Path(__file__).parent / "data" / "town.toml"
SHORT = ['run.duration="4 d"']


def _log(folder: Path) -> np.ndarray:
    return np.concatenate(list(RunReader(folder).chunks()))


def test_what_may_be_asked_for_is_read_and_the_rest_refused() -> None:
    """full, sample, sample:SHARE, none."""
    assert [str(read_log_kept(text)) for text in ("full", "none", "sample", "sample:0.25")] == [
        "full",
        "none",
        "sample:0.01",
        "sample:0.25",
    ]
    for wrong in ("yes", "sample:0", "sample:2", "sample:x", "full:1", ""):
        with pytest.raises(ScenarioError, match="is not a kind of log; allowed: full, sample"):
            read_log_kept(wrong)


def test_keyed_numbers_are_splitmix64() -> None:
    """Published first outputs for seed 1234567, its generator's states being seed + n * golden gamma."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    gamma = 0x9E3779B97F4A7C15
    # keyed() starts from (2 n + 1) gamma + seed: number 0 is the generator's first output, 1 its third
    assert keyed(np.array([0, 1]), 1234567).tolist() == [(expected[0] >> 11) * 2.0**-53, (expected[2] >> 11) * 2.0**-53]
    assert gamma % 2 == 1


def test_keyed_numbers_are_uniform_and_differ_by_seed() -> None:
    """A tenth of a hundred thousand numbers falls below 0.1; another seed picks others."""
    one, other = (keyed(np.arange(100_000), seed) < 0.1 for seed in (1, 2))
    assert abs(one.sum() - 10_000) < 3.5 * np.sqrt(9000)
    assert abs((one & other).sum() - 1000) < 3.5 * np.sqrt(1000)


@pytest.mark.slow
def test_metrics_folded_on_the_fly_are_those_of_the_stored_log(tmp_path: Path) -> None:
    """To the last digit, in a town with money, refusals and lead times; whatever is kept of the log."""
    loaded, compiled = prepare(TOWN, SHORT)
    played = play(loaded, compiled, folder=tmp_path / "full")
    stored = fold(compiled.names, RunReader(tmp_path / "full").chunks())
    assert stored.rows > 10_000
    assert encode(stored) == encode(played.results[0])
    for kept in (LogKept("none"), LogKept("sample", 0.1)):
        again = play(loaded, compiled, Plan(log=kept), folder=tmp_path / kept.kind)
        assert encode(again.results[0]) == encode(stored)


@pytest.mark.slow
def test_a_sample_holds_all_rows_of_some_people_and_of_what_is_nobodys(tmp_path: Path) -> None:
    """In order, complete for each person, about the share asked for; run.json says that it is a sample."""
    loaded, compiled = prepare(TOWN, SHORT)
    play(loaded, compiled, folder=tmp_path / "full")
    play(loaded, compiled, Plan(log=LogKept("sample", 0.1)), folder=tmp_path / "sample")
    full, sample = _log(tmp_path / "full"), _log(tmp_path / "sample")
    people = np.unique(sample[sample[:, 2] >= 0, 2])
    everybody = np.unique(full[full[:, 2] >= 0, 2])
    assert 0.05 < len(people) / len(everybody) < 0.15
    nobody = (full[:, 1] < 0) & (full[:, 2] < 0)
    assert nobody.any()
    assert np.array_equal(sample, full[np.isin(full[:, 2], people) | nobody])
    assert RunReader(tmp_path / "sample").info.log == "sample:0.1"
    assert RunReader(tmp_path / "sample").verify() == []


def test_people_without_a_number_are_chosen_by_their_case() -> None:
    """At plain stations nobody has a person number."""
    rows = np.full((1000, 8), -1, dtype=np.int64)
    rows[:, 1] = np.arange(1000)
    kept = LogKept("sample", 0.5).rows(rows, 3)
    assert 400 < len(kept) < 600
    assert np.array_equal(kept[:, 1], np.arange(1000)[keyed(np.arange(1000), 3) < 0.5])
    assert LogKept().rows(rows, 3) is rows
