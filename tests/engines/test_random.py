"""Keyed random numbers: published vectors, laws of the samplers, and what the keys are for."""

from __future__ import annotations

import math
import random
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile.rows import dist_row, mean
from sim.engines.demand import arrivals, permute
from sim.engines.philox import philox, uniform
from sim.engines.samplers import normal_quantile, sample
from sim.log import Event
from sim.program import DistRow
from sim.scenario.values import Dist
from tests.engines.programs import compiled, play

_WORDS = st.integers(0, 2**64 - 1)
_DESK = '[stations.desk]\ncounters = 2\nservice = {dist = "exponential", mean = "40 s"}\n'


def test_philox_gives_the_published_words_for_key_0_and_counter_0() -> None:
    """Random123's known answer for Philox4x64-10."""
    zero = np.uint64(0)
    words = [f"{int(word):016x}" for word in philox(zero, zero, zero, zero, zero, zero)]
    assert words == ["16554d9eca36314c", "db20fe9d672d0fdc", "d7e772cee186176b", "7e68b68aec7ba23b"]


@given(st.tuples(_WORDS, _WORDS, _WORDS, _WORDS), st.tuples(_WORDS, _WORDS))
def test_philox_agrees_with_numpy_for_any_counter_and_key(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    """NumPy steps its counter before use, so it is given the one before."""
    whole = sum(word << (64 * place) for place, word in enumerate(counter))
    before = (whole - 1) % 2**256
    peer = np.random.Philox(key=key[0] | key[1] << 64, counter=before)
    ours = philox(*(np.uint64(word) for word in (*counter, *key)))
    assert [int(word) for word in ours] == peer.random_raw(4).tolist()


def test_uniform_numbers_stay_inside_the_open_interval() -> None:
    """Neither 0 nor 1 may come, since logarithms are taken."""
    numbers = [uniform(1, 0, case, 7, 3, 0) for case in range(20_000)]
    assert 0.0 < min(numbers) < 0.001
    assert 0.999 < max(numbers) < 1.0
    assert abs(sum(numbers) / len(numbers) - 0.5) < 5 * math.sqrt(1 / 12 / 20_000)


def test_the_normal_quantile_is_the_standard_librarys() -> None:
    """Python's statistics module uses the same published algorithm, AS 241."""
    draw = random.Random(4)
    for power in (1, 4, 16, 60):
        for _ in range(500):
            p = draw.random() ** power
            if 0.0 < p < 1.0:
                assert normal_quantile(p) == NormalDist().inv_cdf(p)


@pytest.mark.parametrize(
    ("dist", "cv"),
    [
        (Dist("constant", 1000.0), 0.0),
        (Dist("exponential", 1000.0), 1.0),
        (Dist("erlang", 1000.0, 4.0), 0.5),
        (Dist("uniform", 400.0, 1600.0), 1200.0 / math.sqrt(12) / 1000.0),
        (Dist("triangular", 0.0, 600.0, 2400.0), math.sqrt((2400**2 + 600**2 - 2400 * 600) / 18) / 1000.0),
        (Dist("lognormal", 1000.0, 0.6), 0.6),
        (Dist("gamma", 1000.0, 0.4), 0.4),
        (Dist("gamma", 1000.0, 1.6), 1.6),
        (Dist("weibull", 1000.0, 2.0), math.sqrt(math.gamma(2.0) / math.gamma(1.5) ** 2 - 1.0)),
        (Dist("hyperexponential", values=(500.0, 2500.0), weights=(0.75, 0.25)), math.sqrt(2.5)),
        (Dist("empirical", values=(0.0, 2000.0), weights=(1.0, 1.0)), 1.0),
    ],
)
def test_each_sampler_has_the_mean_and_spread_of_its_law(dist: Dist, cv: float) -> None:
    """Within five standard errors of the mean, and a twentieth of the spread."""
    row = dist_row(dist)
    values, weights = np.array(row.values), np.array(row.weights)
    number = 40_000
    drawn = np.array(
        [sample(int(row.kind), row.a, row.b, row.c, values, weights, 3, 0, i, 11, 5, 0) for i in range(number)]
    )
    assert mean(row) == pytest.approx(1000.0)
    assert abs(drawn.mean() - 1000.0) <= 5.0 * 1000.0 * cv / math.sqrt(number) + 0.01
    assert drawn.std() == pytest.approx(1000.0 * cv, rel=0.05, abs=0.01)


def test_times_never_come_out_negative_or_broken() -> None:
    """A mean beyond all calendars overflows to for ever, never to nonsense."""
    row: DistRow = dist_row(Dist("exponential", 1e18))
    none = np.empty(0)
    drawn = [sample(int(row.kind), row.a, row.b, 0.0, none, none, 1, 0, i, 1, 1, 0) for i in range(5_000)]
    assert min(drawn) >= 0
    assert max(drawn) == 1 << 61


@given(st.integers(1, 5_000), st.integers(0, 2**40))
def test_people_come_in_an_order_in_which_nobody_comes_twice(size: int, key: int) -> None:
    """The order of a cohort is a permutation for every size and key."""
    assert sorted(permute(size, key, number) for number in range(size)) == list(range(size))


def _times(tmp_path: Path, text: str, source: int) -> list[int]:
    program = compiled(tmp_path, text + _DESK).program
    return [
        int(t)
        for block in arrivals(program, 1, 0)
        for t, which in zip(block.t_ms, block.source, strict=True)
        if which == source
    ]


def test_a_sources_arrivals_do_not_change_when_another_source_is_added(tmp_path: Path) -> None:
    """Numbers are keyed by the source's name."""
    one = '[demand.one]\nenters = "desk"\nrate = "100 per h"\n'
    two = '[demand.two]\nenters = "desk"\nrate = "50 per h"\n'
    assert _times(tmp_path, one, 0) == _times(tmp_path, two + one, 1)


def test_more_demand_moves_every_arrival_forward(tmp_path: Path) -> None:
    """The n-th arrival comes earlier at a higher rate: alternatives are compared on the same people."""
    slow = _times(tmp_path, '[demand.one]\nenters = "desk"\nrate = "100 per h"\n', 0)
    fast = _times(tmp_path, '[demand.one]\nenters = "desk"\nrate = "125 per h"\n', 0)
    assert len(fast) > len(slow)
    for early, late in zip(fast, slow, strict=False):
        assert early == pytest.approx(late * 0.8, abs=1.0)


def test_another_counter_changes_no_service_time(tmp_path: Path) -> None:
    """Staffing does not touch the random numbers of a case."""
    demand = '[demand.one]\nenters = "desk"\nrate = "150 per h"\n'
    services = []
    for counters in (2, 3):
        log = play(compiled(tmp_path, demand + _DESK, f"stations.desk.counters={counters}"))
        ends = log[log[:, 5] == Event.END]
        services.append(dict(zip(ends[:, 1].tolist(), ends[:, 7].tolist(), strict=True)))
    common = services[0].keys() & services[1].keys()
    assert len(common) > 100
    assert all(services[0][case] == services[1][case] for case in common)


def test_the_same_seed_gives_the_same_log_and_another_seed_another(tmp_path: Path) -> None:
    """Byte for byte."""
    program = compiled(tmp_path, '[demand.one]\nenters = "desk"\nrate = "150 per h"\n' + _DESK)
    assert play(program).tobytes() == play(program).tobytes()
    assert play(program).tobytes() != play(program, seed=2).tobytes()
    assert play(program).tobytes() != play(program, replication=1).tobytes()


def test_arrivals_in_a_piece_of_rate_are_poisson_with_that_mean(tmp_path: Path) -> None:
    """Counts over replications: mean and variance both 300, within five standard errors."""
    text = '[demand.one]\nenters = "desk"\nrate = "300 per h"\n' + _DESK
    program = compiled(tmp_path, text, 'run.overload="allow"').program
    counts = np.array([sum(len(block.t_ms) for block in arrivals(program, 9, number)) for number in range(400)])
    assert abs(counts.mean() - 300.0) < 5.0 * math.sqrt(300.0 / 400)
    assert counts.var() == pytest.approx(300.0, rel=5.0 * math.sqrt(2.0 / 400))


def test_blocks_of_any_size_hold_the_same_people(tmp_path: Path) -> None:
    """Two sources and a table: when, from where, the number there."""
    (tmp_path / "given.csv").write_text("time\n5\n5\n70\n", encoding="utf-8")
    demand = "".join(
        f'[demand.{name}]\nenters = "desk"\n{how}\n'
        for name, how in (
            ("some", 'rate = "100 per min"'),
            ("others", 'rate = "3 per min"\nbatch = 2'),
            ("given", 'file = {arrivals = "given.csv"}'),
        )
    )
    program = compiled(tmp_path, _DESK + demand, "run.overload='allow'").program
    whole, parts = ([*arrivals(program, 1, 0, people)] for people in (65_536, 100))
    assert len(whole) == 1
    assert len(parts) > 30
    for column in ("t_ms", "source", "number", "person"):
        many, one = (np.concatenate([getattr(block, column) for block in blocks]) for blocks in (parts, whole))
        np.testing.assert_array_equal(many, one)


def test_a_sine_begins_where_the_demand_begins(tmp_path: Path) -> None:
    """`from` used to be dropped without a word: nobody comes before it, and as many as the rate says after it."""
    text = '[demand.one]\nenters = "desk"\nrate = "300 per h"\nfrom = 2026-03-02T00:30:00\n'
    text += 'sine = {amplitude = "300 per h", period = "1 h"}\n' + _DESK
    program = compiled(tmp_path, text, 'run.overload="allow"').program
    moments = [np.concatenate([b.t_ms for b in arrivals(program, 9, number)]) for number in range(300)]
    expected = 150.0 - 300.0 / math.pi
    assert min(t.min() for t in moments) >= 1_800_000
    assert np.mean([len(t) for t in moments]) == pytest.approx(expected, abs=5.0 * math.sqrt(expected / 300))
    assert program.sources[0].expected(program.duration_ms) == pytest.approx(expected)
