"""Exact counting: sums, distributions and time integrals agree with counting one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engines import counting_columns as col
from sim.engines.compiled_tables import pairs_of
from sim.engines.compiled_types import Entry, counts_at
from sim.engines.counting_keyed import tally
from sim.metrics.counting import (
    COARSE_BITS,
    FINE_BITS,
    Distribution,
    Tally,
    areas,
    areas_by_day,
    block_lengths,
    bucket_low,
    bucket_middle,
    quantile,
    slot_time,
    to_bucket,
    total_by,
)
from sim.metrics.names import DAY_MS


@Entry
def _count(tables: int, address: int, group: int, value: int) -> None:
    """What the loop of the fold does with a duration."""
    tally(counts_at(tables), address, group, value)


def counted(into: Tally, values: list[int], group: int = 0) -> Tally:
    """The tally with these durations counted, and room made as in a run."""
    head = np.zeros(col.COUNTS_HEAD, dtype=np.int64)
    nothing, rows = np.zeros(1, dtype=np.int64), np.zeros((1, col.ROW_WIDTH), dtype=np.int64)
    tables = col.Counts(head, rows, *[nothing] * (len(col.Counts._fields) - 2))
    pairs = pairs_of(tables)
    for value in values:
        _count(pairs.ctypes.data, into.address, group, value)
        into.make_room()
    return into


def distribution(values: list[int], limit: int = col.FOREVER, group: int = 0) -> Distribution:
    """These durations as a distribution."""
    return counted(Tally(limit=limit), values, group).distribution()


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
def test_a_tally_is_exact_up_to_its_limit(values: list[int], cut: int, limit: int) -> None:
    """Counted as they come, with a look in between: the values, or their buckets, sorted, with how often each came."""
    running = counted(Tally(limit=limit), values[:cut], group=3)
    running.distribution()
    found = counted(running, values[cut:], group=3).distribution()
    kept = values if len(set(values)) <= limit else to_bucket(array(values), FINE_BITS).tolist()
    expected = sorted(Counter(kept).items())
    assert found.exact == (len(set(values)) <= limit)
    assert [column.tolist() for column in found.table()] == [
        [3] * len(expected), [value for value, _ in expected], [count for _, count in expected],
    ]  # fmt: skip


def test_a_tally_grows_with_what_it_counts() -> None:
    """Ten thousand different durations, then buckets of them: none is lost."""
    values = [number * number for number in range(10_000)]
    exact, rough = distribution(values), distribution(values, limit=5000)
    assert exact.table()[1].tolist() == values
    assert not rough.exact
    assert rough.table()[2].sum() == 10_000
    assert rough.table()[1].tolist() == sorted(set(to_bucket(array(values), FINE_BITS).tolist()))


@given(st.lists(st.integers(0, 1 << 40), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_quantiles_in_buckets_are_within_a_thousandth(values: list[int], level: float) -> None:
    """The quantile from buckets is that of the sorted values within 0.1 %."""
    rough = distribution(values, limit=0)
    exact = sorted(values)[max(0, int(np.ceil(level * len(values) - 1e-9)) - 1)]
    assert quantile(*rough.of(np.array([True])), level) == pytest.approx(exact, rel=1e-3, abs=0)


def test_quantiles_of_a_few_values_are_exact() -> None:
    """The 90 % quantile of 1..10 is the ninth value; of nothing it is no number."""
    table = distribution([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])
    values, counts = table.of(np.array([True]))
    assert [quantile(values, counts, level) for level in (0.0, 0.1, 0.5, 0.9, 0.91, 1.0)] == [1, 1, 5, 9, 10, 10]
    assert (
        quantile(np.arange(1.0, 101.0), np.ones(100, dtype=np.int64), 0.55) == 55
    )  # 0.55 * 100 > 55 in floating point
    assert np.isnan(quantile(values[:0], counts[:0], 0.5))
    assert table.quantile_by_group(0.5, 2).tolist()[0] == 5
    assert np.isnan(table.quantile_by_group(0.5, 2)[1])


def test_pooling_an_exact_and_a_rough_distribution_gives_a_rough_one() -> None:
    """Replications may differ in how many different waits they saw."""
    both = Distribution.together([distribution([5000], limit=2), distribution([5001, 9000, 7], limit=2)])
    assert not both.exact
    assert both.table()[2].tolist() == [1, 2, 1]


def test_a_part_that_alone_has_anything_is_the_whole() -> None:
    """Often nobody loses patience: nothing is put together with nothing, and not copied."""
    one, nothing = distribution([3, 1, 3]), distribution([])
    assert Distribution.together([nothing, one, nothing]) is one
    assert len(Distribution.together([nothing, nothing])) == 0
    assert Distribution.together([one, one, one]).table()[2].sum() == 3 * one.table()[2].sum()


LINES = st.lists(st.tuples(st.integers(0, 3), st.one_of(st.integers(0, 30), st.integers(0, 1 << 40))), max_size=40)


@pytest.mark.slow
@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from([5, 1000]))
def test_distributions_together_are_that_of_all_values(parts: list[list[tuple[int, int]]], limit: int) -> None:
    """Close together or far apart, exact or in buckets, of one group or of several, in any order."""
    together = []
    for order in (parts, parts[::-1]):
        made = [Distribution(limit=limit) for _ in order]
        for one, lines in zip(made, order, strict=True):
            group, value = (array([line[n] for line in lines]) for n in (0, 1))
            one.add_counted(group, value, np.ones_like(value))
        together.append(Distribution.together(made))
    everything = [line for lines in parts for line in lines]
    exact = len(set(everything)) <= limit
    kept = [(group, value if exact else int(to_bucket(array([value]), FINE_BITS)[0])) for group, value in everything]
    expected = sorted(Counter(kept).items())
    for found in together:
        assert found.exact == exact
        assert list(zip(*(column.tolist() for column in found.table()), strict=True)) == [
            (group, value, count) for (group, value), count in expected
        ]


@given(LINES, st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_values_of_some_groups_are_those_of_their_lines(lines: list[tuple[int, int]], chosen: list[bool]) -> None:
    """Equal values of two groups are one value with the counts of both."""
    found = Distribution()
    group, value = (array([line[n] for line in lines]) for n in (0, 1))
    found.add_counted(group, value, np.ones_like(value))
    values, counts = found.of(np.array(chosen))
    expected = sorted(Counter(value for group, value in lines if chosen[group]).items())
    assert list(zip(values.tolist(), counts.tolist(), strict=True)) == expected


STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5000), st.integers(-3, 3)), max_size=20)


@pytest.mark.slow
@given(STEPS, st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 8))
def test_areas_are_those_of_counting_every_millisecond(
    steps: list[tuple[int, int, int]], start: int, length: int, blocks: int
) -> None:
    """The integral by block is the sum of the level over each millisecond of the window."""
    end = start + length
    levels = np.zeros((3, blocks, 2), dtype=np.int64)
    for who, when, by in steps:
        t = min(max(when, start), end)
        levels[who, min(t // 700, blocks - 1)] += (by, by * t)
    expected = np.zeros((3, blocks), dtype=np.int64)
    for who, when, by in steps:
        for ms in range(max(start, when), min(end, 5000)):
            expected[who, min(ms // 700, blocks - 1)] += by
    assert areas(levels, 700, min(end, 5000)).tolist() == expected.tolist()
    assert int(block_lengths(blocks, 700, start, min(end, 5000)).sum()) == max(0, min(end, 5000) - start)


HOUR = DAY_MS // 24


@given(
    st.lists(st.tuples(st.integers(0, 71), st.integers(-2, 2)), max_size=12),
    st.integers(0, 40),
    st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_areas_by_time_of_day_add_up_all_days_of_a_kind(
    steps: list[tuple[int, int]], start: int, kinds: list[int]
) -> None:
    """Three days of two kinds by the hour, steps at half past: the integral is that of counting half hours."""
    levels, by_day = np.zeros((2, 24, 1, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64)
    before = np.array([[kinds[:day].count(kind) for kind in (0, 1)] for day in range(4)])
    for hour, by in steps:
        day, in_day = divmod(max(hour * HOUR + HOUR // 2, start * HOUR), DAY_MS)
        levels[kinds[day], in_day // HOUR, 0] += (by, by * in_day)
        by_day[0] += by * before[day]
    expected = np.zeros((2, 24), dtype=np.int64)
    for hour, by in steps:
        for half in range(max(2 * hour + 1, 2 * start), 144):
            expected[kinds[half // 48], half // 2 % 24] += by * HOUR // 2
    end = slot_time(24, 3 * DAY_MS, 0, before[3])
    assert areas_by_day(levels, by_day, end)[:, 0].tolist() == expected.tolist()


def test_time_by_kind_of_day_ends_in_the_middle_of_a_day() -> None:
    """Two whole days of kind 1, half an hour of a day of kind 0."""
    time = slot_time(24, 2 * DAY_MS + HOUR // 2, 0, array([0, 2]))
    assert time.tolist() == [[HOUR // 2, *[0] * 23], [2 * HOUR] * 24]
