"""Expectations: every comparison, its words, and what is missing when it cannot be made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.log import LEADS
from sim.metrics.catalogue import FIXED, Unit, declared
from sim.metrics.cube import UnknownNameError
from sim.metrics.expect import Expectation, Verdict, check, evaluate, needs
from sim.metrics.fold import Fold, Result, fold
from sim.metrics.measures import known_metrics
from sim.metrics.names import DAY_MS
from sim.metrics.units import in_words
from tests.metrics.metric_logs import NAMES, E, in_order, log_of, queue_log, row


def run(*waits_s: int, expectations: tuple[Expectation, ...] = (), service_ms: int = 1000) -> Result:
    """One run at haishu in which people wait so many seconds, each behind somebody served for that long."""
    rows = []
    for number, wait in enumerate(waits_s):
        t = 1_000_000 * number
        rows += queue_log(np.array([t, t]), np.array([wait * 1000, service_ms]), first_case=10 * number)
    running = Fold(replace(NAMES, duration_ms=10_000_000), *needs(expectations))
    running.add(in_order(rows))
    return running.result()


def judge(expectation: Expectation, *results: Result) -> Verdict:
    """The verdict on one expectation."""
    (verdict,) = evaluate([expectation], results)
    return verdict


MEAN = Expectation("wait.mean", "haishu", title="waiting")


@pytest.mark.parametrize(
    ("expectation", "ok", "text"),
    [
        (replace(MEAN, at_most=60_000), True, "waiting: 60 s, expected at most 60 s"),
        (replace(MEAN, at_most=50_000), False, "waiting: 60 s, expected at most 50 s: 10 s too much"),
        (replace(MEAN, at_least=61_000), False, "waiting: 60 s, expected at least 61 s: 1 s too little"),
        (replace(MEAN, equals=60_000), True, "waiting: 60 s, expected 60 s"),
        (replace(MEAN, equals=59_999.5), False, "waiting: 60 s, expected 60 s: differs by 0.5 ms"),
        (replace(MEAN, equals=59_000, within=1000), True, "waiting: 60 s, expected 59 s, within 1 s"),
        (replace(MEAN, equals=60_300, within_rel=0.005), True, "waiting: 60 s, expected 60.3 s, within 0.5 % of it"),
        (replace(MEAN, equals=63_100, within_rel=0.05), True, "waiting: 60 s, expected 63.1 s, within 5 % of it"),
        (
            replace(MEAN, equals=57_100, within_rel=0.05),
            False,
            "waiting: 60 s, expected 57.1 s, within 5 % of it: differs by 5.079 % of it: 2.9 s",
        ),
        (
            replace(MEAN, equals=66_000, within_rel=0.005),
            False,
            "waiting: 60 s, expected 66 s, within 0.5 % of it: differs by 9.091 % of it: 6 s",
        ),
        (
            replace(MEAN, equals=60_000, z=3.5),
            False,
            (
                "waiting: 60 s, expected 60 s, within 3.5 standard errors: "
                "z needs at least 2 replications with a value, there are 1"
            ),
        ),
    ],
)
def test_one_replication(expectation: Expectation, ok: bool, text: str) -> None:
    """Waits of 0 and 120 s: the mean is 60 s."""
    verdict = judge(expectation, run(120))
    assert (verdict.ok, verdict.text) == (ok, text)
    assert (verdict.measured, verdict.n, verdict.unit) == (60_000, 2, Unit.TIME)
    assert verdict.ci is None


def test_replications_are_compared_by_their_own_standard_error() -> None:
    """Means 50, 60 and 70 s: standard error 10/sqrt(3) = 5.7735 s, t(2) = 4.3027."""
    runs = run(100), run(120), run(140)
    verdict = judge(replace(MEAN, equals=80_000, z=3.5), *runs)
    assert verdict.ok
    assert verdict.interval.error == pytest.approx(5773.502691896)
    assert verdict.ci == pytest.approx((60_000 - 4.302652730 * 5773.502691896, 60_000 + 4.302652730 * 5773.502691896))
    assert verdict.n == 6
    verdict = judge(replace(MEAN, equals=80_000, z=3.4), *runs)
    assert not verdict.ok
    assert verdict.text.endswith("differs by 3.46 standard errors")


def test_several_replications_are_judged_by_all_people_together() -> None:
    """A quiet day with two people (mean 5 s) and a busy one with six (mean 50 s): 38.75 s, not 27.5 s."""
    quiet, busy = run(10), run(100, 100, 100)
    verdict = judge(replace(MEAN, at_most=30_000), quiet, busy)
    assert (verdict.measured, verdict.n) == (38_750, 8)
    assert verdict.text.endswith("expected at most 30 s: 8.75 s too much")


def test_no_expectation_of_a_run_that_was_interrupted_is_judged() -> None:
    """Neither met nor missed: what was measured is told, and why it decides nothing."""
    for limit in (60_000, 50_000):
        (verdict,) = evaluate([replace(MEAN, at_most=limit)], [run(120)], interrupted=True)
        assert (verdict.judged, verdict.ok) == (False, False)
        assert verdict.text == f"waiting: 60 s, expected at most {limit // 1000} s: not judged, the run was interrupted"


def test_shares_differ_by_percentage_points() -> None:
    """Half of the people wait: 10 percentage points less than 60 %, not "10 %" of it."""
    waited = Expectation("wait.positive", "haishu", title="waiting")
    verdict = judge(replace(waited, at_least=0.6), run(120))
    assert verdict.text == "waiting: 50 %, expected at least 60 %: 10 percentage points too little"
    verdict = judge(replace(waited, equals=0.52, within=0.01), run(120))
    assert verdict.text == ("waiting: 50 %, expected 52 %, within 1 percentage point: differs by 2 percentage points")


def test_equal_replications_have_no_interval_and_say_why() -> None:
    """Not "60 s to 60 s"."""
    assert judge(replace(MEAN, equals=60_000), run(120), run(120)).text == (
        "waiting: 60 s (the same in all 2 replications), expected 60 s"
    )


def test_replications_that_all_agree_leave_no_room() -> None:
    """No scatter: the expected value must be met exactly."""
    assert judge(replace(MEAN, equals=60_000, z=1), run(120), run(120)).ok
    verdict = judge(replace(MEAN, equals=60_001, z=1), run(120), run(120))
    assert verdict.text.endswith(": differs by 1 ms, the same in all 2 replications")


def test_a_share_of_nobody_is_judged_by_the_scatter_that_is_expected() -> None:
    """None of 80 people waits: 1 % is within 1 standard error of that (0.9), 20 % is not within 4 (4.47)."""
    waited = Expectation("wait.positive", "haishu", title="waiting", z=4)
    runs = [run(*[0] * 10, service_ms=1000 + number) for number in range(4)]
    assert judge(replace(waited, equals=0.01, z=1), *runs).ok
    verdict = judge(replace(waited, equals=0.2), *runs)
    assert verdict.n == 80
    assert verdict.text == (
        "waiting: 0 % (95 %: 0 % to 60.24 %), expected 20 %, within 4 standard errors: differs by 4.47 standard errors"
    )


def test_a_limit_in_percent_of_a_share_is_told_as_such() -> None:
    """1 % of 52 % is half a point: what it differs by is told in both."""
    waited = Expectation("wait.positive", "haishu", title="waiting")
    verdict = judge(replace(waited, equals=0.52, within_rel=0.01), run(120))
    assert verdict.text == (
        "waiting: 50 %, expected 52 %, within 1 % of it: differs by 3.846 % of it: 2 percentage points"
    )
    assert judge(replace(waited, equals=0.505, within_rel=0.01), run(120)).ok


def test_the_longest_wait_is_the_longest_of_all_replications() -> None:
    """Not the mean of 100, 120 and 140 s; and the standard error that z needs does not exist."""
    longest = Expectation("wait.max", "haishu", title="longest")
    runs = run(100), run(120), run(140)
    assert judge(replace(longest, at_most=140_000), *runs).ok
    assert judge(replace(longest, at_most=130_000), *runs).text == (
        "longest: 2.333 min, expected at most 2.167 min: 10 s too much"
    )
    assert judge(replace(longest, equals=140_000, z=1), *runs).text.endswith(
        "z needs a standard error: a maximum has no interval"
    )


def test_nothing_measured_is_a_failure() -> None:
    """An expectation about people who never came is not met by silence."""
    verdict = judge(replace(MEAN, station="town", at_most=1), run(120))
    assert not verdict.ok
    assert verdict.text == "waiting: nothing, expected at most 1 ms: nothing to measure"


def test_windows_thresholds_and_filters_reach_the_fold() -> None:
    """Only the second pair, who come in the second 1,000 s: 10 s and 0 s; within 5 s one of two."""
    expectations = tuple(
        replace(expectation, from_ms=1_000_000, until_ms=2_000_000)
        for expectation in (
            Expectation("wait.mean", "outlets", equals=5000, demand="walk_in"),
            Expectation("wait.within", "haishu", threshold_ms=5000, equals=0.5, business="apply"),
            Expectation("arrivals", equals=2, procedure="apply", rule="A3"),
            Expectation("funnel.apply.submit.share", equals=1),
            Expectation("wip.apply.submit.mean", equals=0.021),
        )
    )
    result = run(100, 10, 50, expectations=expectations)
    verdicts = evaluate(expectations, [result])
    assert [v.text for v in verdicts if not v.ok] == []
    assert verdicts[1].text == (
        "wait.within (haishu, business apply, from 16.67 min, until 33.33 min, within 5 s): 50 %, expected 50 %"
    )


def test_expectations_are_checked_before_the_run() -> None:
    """Unknown metric, station, demand, and a missing threshold: one sentence each."""
    wrong = [
        Expectation("wait.mea"),
        Expectation("wait.mean", "hashu"),
        Expectation("wait.mean", demand="nobody"),
        Expectation("wait.within"),
        MEAN,
    ]
    assert check(wrong, NAMES) == [
        'wait.mea: no metric "wait.mea"; did you mean "wait.mean"?',
        'wait.mean: no station, group of stations or kind of place "hashu" in this run; did you mean "haishu"?',
        'wait.mean: no demand "nobody" in this run; known: booked, calls, walk_in',
        'wait.within: "wait.within" needs a threshold',
    ]


def test_a_threshold_the_fold_did_not_count_is_refused() -> None:
    """Thresholds must be given before the log is read."""
    with pytest.raises(UnknownNameError, match="waits up to 7 ms were not counted, only up to 20000, 600000, 1800000"):
        judge(Expectation("wait.within", threshold_ms=7), Fold(NAMES).result())


def test_every_metric_there_is_can_be_measured_in_its_unit_and_is_explained() -> None:
    """One list: whatever a run can be asked for is declared with its unit and its meaning, and the other way round."""
    result = run(120, expectations=(Expectation("wait.within", threshold_ms=20_000),))
    for metric in known_metrics(NAMES):
        known = declared(metric)
        assert known is not None, metric
        assert known.about, metric
        assert judge(Expectation(metric, threshold_ms=20_000), result).unit is known.unit, metric
    assert f"lead.{LEADS[0]}.p90" in known_metrics(NAMES)
    assert set(FIXED) < set(known_metrics(NAMES))


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.0, Unit.TIME, "0 s"),
        (134_000.0, Unit.TIME, "2.233 min"),
        (7_200_000.0, Unit.TIME, "2 h"),
        (2.5 * DAY_MS, Unit.TIME, "2.5 d"),
        (-90_000.0, Unit.TIME, "-90 s"),
        (0.123456, Unit.SHARE, "12.35 %"),
        (12_345.0, Unit.COUNT, "12,345"),
        (6.313796911, Unit.LEVEL, "6.3138"),
        (7.2 / 3_600_000, Unit.RATE, "7.2 per h"),
        (float("nan"), Unit.TIME, "nothing"),
    ],
)
def test_values_are_printed_in_peoples_units(value: float, unit: Unit, words: str) -> None:
    """Milliseconds become what one would say."""
    assert in_words(value, unit) == words


def test_large_averages_are_written_out() -> None:
    """The mean of several replications is seldom a whole number: 263,390.4 calls are not 2.6339e+05."""
    assert in_words(263_390.4, Unit.COUNT) == "263,390"
    assert in_words(12.3456, Unit.LEVEL) == "12.346"
    assert in_words(15_432.1 / 3_600_000, Unit.RATE) == "15,432 per h"


def test_a_lead_time_of_one_way_is_not_mixed_with_that_of_another() -> None:
    """Six cards ready at once at the counter, four after three days from the factory: of those, nine of ten 3 days."""
    instant, central = ({"step": step, "station": 0} for step in (0, 1))
    rows = [row(n, n, E.LEAD, code=0, value=60_000, **instant) for n in range(6)]
    rows += [row(n, n, E.LEAD, code=0, value=3 * DAY_MS, **central) for n in range(6, 10)]
    every, made = (
        Expectation("lead.application_to_ready.p50", step=step, at_least=DAY_MS) for step in ("", "apply.produce")
    )
    selections, _ = needs([every, made])
    verdicts = evaluate([every, made], [fold(NAMES, [log_of(rows)], selections)])
    assert [(v.ok, v.measured, v.n) for v in verdicts] == [(False, 60_000, 10), (True, 3 * DAY_MS, 4)]
    assert made.where == "step apply.produce"


def test_standard_errors_are_those_of_replications_never_of_the_days_of_one_run() -> None:
    """Seven days at a station give an interval, but z asks for replications: one is not enough."""
    rows = []
    for day in range(7):
        at = day * DAY_MS
        rows += queue_log(np.array([at, at]), np.array([10_000 * (day + 1), 1000]), first_case=10 * day)
    run_of_a_week = fold(replace(NAMES, duration_ms=7 * DAY_MS), [in_order(rows)])
    verdict = judge(replace(MEAN, equals=20_000, z=3), run_of_a_week)
    assert (verdict.measured, verdict.interval.observations) == (20_000, 7)
    assert not verdict.ok
    assert verdict.text.endswith("z needs at least 2 replications with a value, there are 1")
