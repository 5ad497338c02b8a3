"""Exact counting: sums, distributions and time integrals agree with counting one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.metrics.counting import (
    COARSE_BITS,
    FINE_BITS,
    Areas,
    DayAreas,
    Distribution,
    bucket_low,
    bucket_middle,
    quantile,
    to_bucket,
    total_by,
)
from sim.metrics.names import DAY_MS

DURATIONS = st.lists(st.integers(0, 1 << 40), max_size=60)


def array(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A column of the log."""
    return np.array(values, dtype=np.int64)


def test_sums_beyond_floating_point_are_exact() -> None:
    """2^60 + 1 and friends come out to the last digit, positive and negative."""
    weights = array([2**60 + 1, 2**60 + 2, -(2**55) - 3])
    assert total_by(array([0, 0, 1]), weights, 3).tolist() == [2**61 + 3, -(2**55) - 3, 0]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-(2**58), 2**58)), max_size=16))
def test_sums_are_those_of_python(pairs: list[tuple[int, int]]) -> None:
    """Whatever the weights, each group has the sum Python's whole numbers have."""
    found = total_by(array([g for g, _ in pairs]), array([w for _, w in pairs]), 5)
    assert found.tolist() == [sum(w for g, w in pairs if g == group) for group in range(5)]


def test_buckets_begin_where_told() -> None:
    """Values below 2,048 have a bucket each; then 1,024 buckets to an octave."""
    values = array([0, 1, 2047, 2048, 2049, 2050, 4095, 4096])
    assert to_bucket(values, FINE_BITS).tolist() == [0, 1, 2047, 2048, 2048, 2049, 3071, 3072]
    assert bucket_low(array([2047, 2048, 2049, 3072]), FINE_BITS).tolist() == [2047, 2048, 2050, 4096]


@given(st.integers(0, (1 << 44) - 1), st.sampled_from([(FINE_BITS, 0.0005), (COARSE_BITS, 0.03125)]))
def test_the_middle_of_a_bucket_is_near_every_value_in_it(value: int, resolution: tuple[int, float]) -> None:
    """Fine buckets are off by at most 0.05 %, coarse ones by 3.2 %."""
    bits, error = resolution
    middle = float(bucket_middle(to_bucket(array([value]), bits), bits)[0])
    assert abs(middle - value) <= error * value


@given(DURATIONS)
def test_buckets_keep_the_order_of_values(values: list[int]) -> None:
    """A larger value is never in a smaller bucket."""
    buckets = to_bucket(array(sorted(values)), FINE_BITS)
    assert (np.diff(buckets) >= 0).all()


@given(DURATIONS, st.integers(1, 59), st.sampled_from([4, 1000]))
def test_a_distribution_does_not_depend_on_portions(values: list[int], cut: int, limit: int) -> None:
    """Two portions give the table of one, exact or in buckets."""
    whole, parts = Distribution(limit=limit), Distribution(limit=limit)
    whole.add(3, array(values))
    parts.add(3, array(values[:cut]))
    parts.table()
    parts.add(3, array(values[cut:]))
    for one, other in zip(whole.table(), parts.table(), strict=True):
        assert one.tolist() == other.tolist()
    assert whole.exact == parts.exact == (len(set(values)) <= limit)


@given(st.lists(st.integers(0, 1 << 40), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_quantiles_in_buckets_are_within_a_thousandth(values: list[int], level: float) -> None:
    """The quantile from buckets is that of the sorted values within 0.1 %."""
    rough = Distribution(limit=0)
    rough.add(0, array(values))
    exact = sorted(values)[max(0, int(np.ceil(level * len(values) - 1e-9)) - 1)]
    assert quantile(*rough.of(np.array([True])), level) == pytest.approx(exact, rel=1e-3, abs=0)


def test_quantiles_of_a_few_values_are_exact() -> None:
    """The 90 % quantile of 1..10 is the ninth value; of nothing it is no number."""
    table = Distribution()
    table.add(0, array([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]))
    values, counts = table.of(np.array([True]))
    assert [quantile(values, counts, level) for level in (0.0, 0.1, 0.5, 0.9, 0.91, 1.0)] == [1, 1, 5, 9, 10, 10]
    assert (
        quantile(np.arange(1.0, 101.0), np.ones(100, dtype=np.int64), 0.55) == 55
    )  # 0.55 * 100 > 55 in floating point
    assert np.isnan(quantile(values[:0], counts[:0], 0.5))
    assert table.quantile_by_group(0.5, 2).tolist()[0] == 5
    assert np.isnan(table.quantile_by_group(0.5, 2)[1])


def test_a_negative_duration_is_refused() -> None:
    """A log with a negative wait is wrong, and said to be."""
    with pytest.raises(ValueError, match="negative: -5 ms"):
        Distribution().add(0, array([3, -5]))


def test_pooling_an_exact_and_a_rough_distribution_gives_a_rough_one() -> None:
    """Replications may differ in how many different waits they saw."""
    exact, rough = Distribution(limit=2), Distribution(limit=2)
    exact.add(0, array([5000]))
    rough.add(0, array([5001, 9000, 7]))
    both = exact.with_other(rough)
    assert not both.exact
    assert both.table()[2].tolist() == [1, 2, 1]


STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5000), st.integers(-3, 3)), max_size=20)


@given(STEPS, st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 8))
def test_areas_are_those_of_counting_every_millisecond(
    steps: list[tuple[int, int, int]], start: int, length: int, blocks: int
) -> None:
    """The integral by block is the sum of the level over each millisecond of the window."""
    areas = Areas(3, blocks, 700, start, start + length)
    entity, t, change = (array(list(column)) for column in zip(*steps, strict=True)) if steps else [array([])] * 3
    areas.add(entity, t, change)
    expected = np.zeros((3, blocks), dtype=np.int64)
    for who, when, by in steps:
        for ms in range(max(start, when), min(start + length, 5000)):
            expected[who, min(ms // 700, blocks - 1)] += by
    assert areas.result(5000).tolist() == expected.tolist()
    assert int(areas.length_ms(5000).sum()) == max(0, min(start + length, 5000) - start)


HOUR = DAY_MS // 24


@given(st.lists(st.tuples(st.integers(0, 71), st.integers(-2, 2)), max_size=12), st.integers(0, 40))
def test_areas_by_time_of_day_add_up_all_days(steps: list[tuple[int, int]], start: int) -> None:
    """Three days by the hour, steps at half past: the integral by hour of the day is that of counting half hours."""
    areas = DayAreas(1, 24, start * HOUR)
    times = array([h * HOUR + HOUR // 2 for h, _ in steps])
    areas.add(np.zeros(len(steps), dtype=np.int64), times, array([by for _, by in steps]))
    expected = np.zeros(24, dtype=np.int64)
    for hour, by in steps:
        for half in range(max(2 * hour + 1, 2 * start), 144):
            expected[half // 2 % 24] += by * HOUR // 2
    assert areas.result(3 * DAY_MS)[0].tolist() == expected.tolist()
    assert areas.slot_time(DAY_MS + HOUR // 2).tolist() == [HOUR + HOUR // 2, *[HOUR] * 23]
