"""Confidence intervals: published quantiles and ranks, and intervals that keep their promise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.metrics.cube import Selection
from sim.metrics.fold import fold
from sim.metrics.intervals import (
    REPLICATIONS,
    beta_ratio,
    of_means,
    of_quantile,
    of_ratio,
    quantile_ranks,
    t_cdf,
    t_quantile,
)
from sim.metrics.measures import Question, measure
from sim.metrics.names import DAY_MS
from tests.metrics.metric_logs import NAMES, in_order, queue_log


@pytest.mark.parametrize(
    ("level", "freedom", "expected"),
    [
        (0.975, 1, 12.706204736),
        (0.975, 2, 4.302652730),
        (0.975, 9, 2.262157163),
        (0.95, 9, 1.833112933),
        (0.995, 29, 2.756385904),
        (0.975, 120, 1.979930405),
        (0.9, 5, 1.475884049),
    ],
)
def test_quantiles_of_students_t_are_those_of_the_tables(level: float, freedom: int, expected: float) -> None:
    """The usual table values, to nine decimals."""
    assert t_quantile(level, freedom) == pytest.approx(expected, abs=5e-10)
    assert t_quantile(1 - level, freedom) == pytest.approx(-expected, abs=5e-9)


@pytest.mark.parametrize("t", [0.1, 1.0, 3.0, 30.0])
def test_student_with_one_and_two_degrees_of_freedom_has_a_closed_form(t: float) -> None:
    """Cauchy: 1/2 + atan(t)/pi; two degrees: 1/2 + t / (2 sqrt(2 + t^2))."""
    assert t_cdf(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, rel=1e-13)
    assert t_cdf(-t, 2) == pytest.approx(0.5 - t / (2 * math.sqrt(2 + t * t)), rel=1e-9)


@given(st.floats(0.501, 0.9999), st.integers(1, 5000))
def test_the_quantile_inverts_the_distribution_function(level: float, freedom: int) -> None:
    """t_cdf(t_quantile(p)) = p."""
    assert t_cdf(t_quantile(level, freedom), freedom) == pytest.approx(level, abs=1e-11)


def test_quantiles_that_do_not_exist_are_refused() -> None:
    """No degrees of freedom, or a level of 1."""
    with pytest.raises(ValueError, match="0 degrees"):
        t_quantile(0.9, 0)
    with pytest.raises(ValueError, match="level 1"):
        t_quantile(1.0, 3)


def test_the_incomplete_beta_function_of_whole_numbers_is_a_polynomial() -> None:
    """I_x(2, 3) = 6x^2 - 8x^3 + 3x^4."""
    assert beta_ratio(2, 3, 0.4) == pytest.approx(0.5248, rel=1e-14)
    assert (beta_ratio(2, 3, 0.0), beta_ratio(2, 3, 1.0)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("count", "share", "low", "high", "coverage"),
    [(100, 0.9, 84, 96, 0.955690), (1000, 0.95, 936, 964, 0.958095)],
)
def test_ranks_that_enclose_a_quantile(count: int, share: float, low: int, high: int, coverage: float) -> None:
    """Binomial order statistics: 84 and 96 of 100 enclose the 90 % quantile with probability 0.955690."""
    ranks = quantile_ranks(count, share)
    assert ranks is not None
    assert (ranks.low, ranks.high) == (low, high)
    assert ranks.coverage == pytest.approx(coverage, abs=5e-7)


def test_ten_values_cannot_enclose_the_ninety_percent_quantile() -> None:
    """The largest of ten lies below it with probability 0.35: no ranks; level and share are checked."""
    assert quantile_ranks(10, 0.9) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile_ranks(10, 1.0)


@given(st.integers(8, 300), st.floats(0.2, 0.8), st.sampled_from([0.8, 0.9, 0.95]))
def test_ranks_keep_their_promise_and_are_as_narrow_as_they_can(count: int, share: float, level: float) -> None:
    """Coverage by exact binomial sums is at least the level, and the tails outside hold no more than half the rest."""
    ranks = quantile_ranks(count, share, level)
    if ranks is None:
        return

    def below(rank: int) -> float:
        return math.fsum(math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(rank))

    tail = (1 - level) / 2
    assert below(ranks.high) - below(ranks.low) == pytest.approx(ranks.coverage, abs=1e-10)
    assert ranks.coverage >= level - 1e-9
    assert below(ranks.low) <= tail + 1e-9 < below(ranks.low + 1) + 2e-9
    assert below(ranks.high - 1) - 1e-9 < 1 - tail


def test_ten_days_of_a_bank_with_five_tellers() -> None:
    """Law, Simulation Modeling and Analysis, Table 9.1: mean 2.03, 90 % half-width 0.32."""
    delays = np.array([1.53, 1.66, 1.24, 2.34, 2.00, 1.69, 2.69, 2.86, 1.70, 2.60])
    interval = of_means(delays, 0.9)
    assert (interval.high + interval.low) / 2 == pytest.approx(2.0310, abs=1e-4)
    assert (interval.high - interval.low) / 2 == pytest.approx(0.3223, abs=1e-4)
    assert interval.observations == 10


def test_replications_without_a_value_do_not_count() -> None:
    """NaN is left out; one value alone has no interval."""
    assert of_means(np.array([1.0, np.nan, 3.0])).observations == 2
    assert of_means(np.array([1.0, np.nan])).note == "needs at least 2 replications"


def test_the_interval_of_a_ratio_worked_by_hand() -> None:
    """Y = 1..5, X = 1: the usual interval of a mean, s = sqrt(2.5), t(4) = 2.776445."""
    interval = of_ratio(np.array([1, 2, 3, 4, 5, 0]), np.array([1, 1, 1, 1, 1, 0]))
    assert interval.error == pytest.approx(math.sqrt(2.5 / 5), rel=1e-14)
    assert interval.high == pytest.approx(3 + 2.776445105 * math.sqrt(0.5), abs=1e-9)
    assert interval.observations == 5


def test_fewer_than_five_clusters_have_no_interval() -> None:
    """Four station days promise nothing, and say so; so do their quantiles."""
    four = np.array([1, 2, 3, 4])
    assert of_ratio(four, four).note == "4 station days, an interval needs 5"
    assert of_quantile((four.astype(float), four), 0.5, np.cumsum(np.eye(4, dtype=np.int64), axis=1)).note == (
        "4 station days, an interval needs 5"
    )


def test_observations_that_all_agree_have_no_interval_and_say_so() -> None:
    """43.06 % on each of seven days is no "43.06 % to 43.06 %"."""
    days = of_ratio(np.full(7, 4306), np.full(7, 10_000), share=True)
    assert (days.note, days.error, days.half_width) == ("the same on all 7 station days", 0.0, 0.0)
    assert days.low == days.high == 0.4306
    runs = of_ratio(np.array([1, 2]), np.array([3, 6]), REPLICATIONS)
    assert runs.note == "the same in all 2 replications"
    equal = of_quantile((np.array([1.0, 2.0]), np.array([2, 2])), 0.5, np.array([[1, 2], [1, 2]]), REPLICATIONS)
    assert equal.note == "the same in all 2 replications"


def test_the_interval_of_a_share_is_made_of_shares() -> None:
    """Three runs with 7, 10 and 10 of 10: Student says 67.0 % to 113.0 %; its upper limit is Wilson's, 98.97 %.

    Effective number 0.9 * 0.1 / 0.1^2 = 9, t(2) = 4.302653: (0.9 + t^2/18 + t sqrt(0.01 + t^2/324)) / (1 + t^2/9).
    """
    found = of_ratio(np.array([7, 10, 10]), np.array([10, 10, 10]), REPLICATIONS, share=True)
    t = 4.302652730
    assert found.error == pytest.approx(0.1, rel=1e-12)
    assert found.low == pytest.approx(0.9 - 0.1 * t, abs=1e-9)
    upper = (0.9 + t * t / 18 + t * math.sqrt(0.01 + t * t / 324)) / (1 + t * t / 9)
    assert found.high == pytest.approx(upper, rel=1e-9)
    assert 0.98 < upper < 1.0
    loose = of_ratio(np.array([7, 10, 10]), np.array([10, 10, 10]), REPLICATIONS)
    assert loose.high == pytest.approx(0.9 + 0.1 * t, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=40), st.booleans())
def test_no_limit_is_where_no_value_can_be(pairs: list[tuple[int, int]], share: bool) -> None:
    """Times and levels have no negative limit, shares none outside 0 to 1; the value lies between the limits."""
    below = np.array([n for _, n in pairs])
    above = np.array([min(k, n) if share else k for k, n in pairs])
    found = of_ratio(above, below, REPLICATIONS, share=share)
    if found.note:
        return
    value = above.sum() / below.sum()
    assert 0.0 <= found.low <= value * (1 + 1e-12)
    assert value <= found.high * (1 + 1e-12)
    assert found.high <= 1.0 or not share


def test_skewed_observations_have_a_longer_upper_arm() -> None:
    """Hall's interval of 0, 0, 0, 0, 10: mean 2, error 2, skewness sqrt(5), by sqrt(5) 1.

    T + T^2/3 + T^3/27 + 1/6 = -+2.776445 has the roots 3 (cbrt(1 -+ 2.776445 - 1/6) - 1).
    """
    found = of_ratio(np.array([0, 0, 0, 0, 10]), np.ones(5, dtype=np.int64))
    low, high = (3 * (math.cbrt(1 + t - 1 / 6) - 1) for t in (2.776445105, -2.776445105))
    for t, root in ((2.776445105, low), (-2.776445105, high)):
        assert root + root**2 / 3 + root**3 / 27 + 1 / 6 == pytest.approx(t, abs=1e-9)
    assert found.error == pytest.approx(2.0)
    assert found.low == max(0.0, 2 - 2 * low)
    assert found.high == pytest.approx(2 - 2 * high, rel=1e-9)
    assert found.high - 2 > 2 - found.low


def days_of_single_server(seed: int, days: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Independent days at a counter: 09:00 to about 11:30, exponential, load 0.8."""
    random = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        arrivals = (day * DAY_MS + 9 * 3_600_000 + np.cumsum(random.exponential(100_000, 90))).astype(np.int64)
        rows += queue_log(arrivals, random.exponential(80_000, 90).astype(np.int64) + 1, first_case=100 * day)
    return in_order(rows)


@pytest.mark.slow
def test_intervals_of_one_run_contain_the_truth_as_often_as_they_promise() -> None:
    """Of 200 runs of 20 days about 95 % contain the mean, the share of those who wait and the 90 % quantile.

    Waits of one day depend on each other: intervals that take them for independent contain the mean in about half of
    the runs only.  The truth is the pooled value of all runs.
    """
    names = replace(NAMES, duration_ms=20 * DAY_MS)
    metrics = ("wait.mean", "wait.positive", "wait.p90")
    runs = [fold(names, [days_of_single_server(seed, 20)]) for seed in range(200)]
    answers = {m: [measure(run, Question(m, "haishu")) for run in runs] for m in metrics}
    for metric in metrics:
        truth = float(np.mean([a.value for a in answers[metric]]))
        hits = sum(a.interval.low <= truth <= a.interval.high for a in answers[metric])
        assert all(a.interval.observations == 20 for a in answers[metric])
        assert 180 <= hits <= 200, (metric, hits)


def test_long_runs_of_many_stations_take_several_days_as_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for 60 clusters, 20 days of 6 places become blocks of two days: same mean, half the clusters."""
    names, log = replace(NAMES, duration_ms=20 * DAY_MS), days_of_single_server(1, 20)
    question = Question("wait.mean", "haishu")
    fine = measure(fold(names, [log]), question)
    monkeypatch.setattr("sim.metrics.cube.MAX_CLUSTERS", 60)
    rough = measure(fold(names, [log]), question)
    assert rough.value == fine.value
    assert (fine.interval.observations, rough.interval.observations) == (20, 10)
    assert rough.interval.error == pytest.approx(fine.interval.error, rel=0.5)


def test_the_interval_of_a_quantile_holds_the_values_that_a_test_does_not_refuse() -> None:
    """Twenty days with five waits each: every value is tested by itself, with plain arithmetic."""
    waits = np.random.default_rng(3).integers(0, 400, (20, 5)) + 40 * (np.arange(20) % 7 == 0)[:, None] * np.arange(5)
    values, counts = np.unique(waits, return_counts=True)
    cumulated = np.array([[int((day <= value).sum()) for value in values] for day in waits])
    t = 2.093024054  # t(19)

    def refused(column: int) -> bool:
        part = cumulated[:, column].sum() / 100
        rest = [(int(n) - 5 * part) / 100 for n in cumulated[:, column]]
        error = math.sqrt(20 / 19 * sum(r * r for r in rest))
        if error == 0.0:
            return True
        spread = sum(r * r for r in rest) / 20
        skew = sum(r**3 for r in rest) / 20 / spread**1.5 * math.sqrt(20 * 19) / 18 / math.sqrt(20)
        x = (part - 0.9) / error
        return bool(abs(x + skew * x * x / 3 + skew * skew * x**3 / 27 + skew / 6) > t)

    kept = [float(value) for column, value in enumerate(values) if not refused(column)]
    found = of_quantile((values.astype(float), counts), 0.9, cumulated)
    after = float(values[list(values).index(kept[-1]) + 1])
    assert found.low == kept[0]
    assert kept[-1] <= found.high <= after
    assert found.observations == 20


def test_the_interval_of_a_quantile_of_a_run() -> None:
    """Five days with two people each; one or both do not wait: the median is 0, between 0 and 1,000 ms."""
    rows = []
    for day, gap in enumerate((500, 2000, 500, 2000, 500)):
        arrivals = day * DAY_MS + np.array([0, gap])
        rows += queue_log(arrivals, np.array([1500, 10]), first_case=2 * day)
    answer = measure(fold(replace(NAMES, duration_ms=5 * DAY_MS), [in_order(rows)]), Question("wait.p50", "haishu"))
    assert (answer.value, answer.interval.low, answer.interval.high) == (0, 0, 1000)


@pytest.mark.slow
def test_a_single_server_agrees_with_pollaczek_and_khinchine() -> None:
    """M/D/1 at load 0.8: mean wait 2 services, 0.8 of all wait, utilisation 0.8, queue 1.6 (|z| < 3.5, 24 runs)."""
    service = 1000
    window = Selection(from_ms=500_000, until_ms=9_500_000)
    expected = {"wait.mean": 2000.0, "wait.positive": 0.8, "busy.mean": 0.8, "queue.mean": 1.6, "stay.mean": 3000.0}
    found: dict[str, list[float]] = {metric: [] for metric in expected}
    for seed in range(24):
        random = np.random.default_rng(seed)
        arrivals = np.cumsum(random.exponential(service / 0.8, 8200)).astype(np.int64)
        run = fold(NAMES, [in_order(queue_log(arrivals, np.full(8200, service)))], [window])
        for metric, values in found.items():
            values.append(measure(run, Question(metric, "haishu", window)).value)
    for metric, truth in expected.items():
        interval = of_means(np.array(found[metric]))
        middle = (interval.low + interval.high) / 2
        assert abs(middle - truth) < 3.5 * interval.error, (metric, middle, interval.error)


@pytest.mark.parametrize(("count", "high"), [(5, 0.52182), (10, 0.30850), (20, 0.16843), (100, 0.03622)])
def test_a_share_of_nobody_in_all_replications_may_be_as_large_as_the_exact_limit(count: int, high: float) -> None:
    """Clopper & Pearson's upper limits for none of 5, 10, 20 and 100; all of them is the mirror image."""
    people = np.full(count, 400)
    none, everybody = (of_ratio(above, people, REPLICATIONS, share=True) for above in (0 * people, people))
    assert (none.low, everybody.high) == (0.0, 1.0)
    assert (none.high, 1 - everybody.low) == pytest.approx((high, high), abs=5e-6)
    assert none.note == everybody.note == ""
    assert none.half_width == pytest.approx(high / 2, abs=5e-6)


@pytest.mark.parametrize(("days", "bad", "then"), [(10, 0.05, 0.3), (20, 0.05, 0.3), (20, 0.02, 1.0), (40, 0.02, 0.1)])
def test_intervals_of_rare_shares_cover_although_all_days_seen_were_good(days: int, bad: float, then: float) -> None:
    """Days of 300 people; on a bad one many give up.  Studies that saw none would miss without width."""
    rng = np.random.default_rng(9)
    people, truth, held, plain = np.full(days, 300), bad * then, 0, 0
    for _ in range(1000):
        gone = rng.binomial(300, then * (rng.random(days) < bad))
        interval = of_ratio(gone, people, REPLICATIONS, share=True)
        held += bool(interval.low <= truth <= interval.high)
        plain += bool(gone.any())
    assert held >= 940
    assert plain < 900
