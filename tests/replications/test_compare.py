"""Comparing two alternatives: on the same people, with intervals that hold together, in clear words."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.metrics.intervals import t_quantile
from sim.metrics.measures import measure
from sim.replications.compare import Finding, asked_of_both, compare, direction, more_needed, sentence
from sim.replications.studies import Side, play_both
from sim.run import Plan, prepare
from tests.replications.runs import desk


def test_the_same_people_come_to_both(tmp_path: Path) -> None:
    """Another counter changes the waits and nothing else: arrivals are equal in every replication."""
    path = desk(tmp_path)
    sides = Side(path), Side(path, ("stations.desk.counters=3",))
    played = play_both(sides, ["arrivals", "queue.mean at desk"], Plan(replications=8), None)
    found = {one.asked.text: one for one in played.differences}
    assert found["arrivals"].finding is Finding.EQUAL
    assert found["wait.mean at stations"].finding is Finding.B_BETTER
    assert found["utilisation at stations"].finding is Finding.DIFFERENT
    busy = found["utilisation at stations"]
    assert busy.difference == pytest.approx(-busy.a / 3, rel=0.05)
    assert "abandoned.share at stations" not in found
    text = sentence(found["queue.mean at desk"], "two", "three")
    assert text.startswith("queue.mean at desk: better with three; ")
    assert " less with three than with two (" in text


def test_intervals_are_paired_and_wide_enough_for_all_metrics_together(tmp_path: Path) -> None:
    """Student's t of the differences at 1 - 0.05 / k, by hand."""
    path = desk(tmp_path)
    played = play_both(
        (Side(path), Side(path, ("stations.desk.counters=3",))), ["arrivals"], Plan(replications=6), None
    )
    told = len(played.differences)
    for one in played.differences:
        a, b = ([measure(r, one.asked.question).value for r in side.results] for side in (played.a, played.b))
        change = np.array(b) - np.array(a)
        half = t_quantile(1 - 0.05 / told / 2, 5) * change.std(ddof=1) / math.sqrt(6)
        assert one.interval.high - one.interval.low == pytest.approx(2 * half)
        assert one.difference == pytest.approx(change.mean())


def test_pairing_is_sharper_than_two_samples(tmp_path: Path) -> None:
    """Common random numbers: the scatter of the differences is far below that of independent runs."""
    path = desk(tmp_path, duration="3 d")
    played = play_both((Side(path), Side(path, ("stations.desk.counters=3",))), [], Plan(replications=8), None)
    (one,) = (d for d in played.differences if d.asked.text == "utilisation at stations")
    a, b = (np.array(one.asked.of(side.results)) for side in (played.a, played.b))
    assert (b - a).var(ddof=1) < 0.7 * (a.var(ddof=1) + b.var(ddof=1))


def test_what_is_not_known_is_said_with_a_forecast(tmp_path: Path) -> None:
    """A quarter of a per cent more people: six days cannot show it."""
    path = desk(tmp_path)
    sides = Side(path), Side(path, ('demand.people.rate="20.05 per h"',))
    played = play_both(sides, [], Plan(replications=6), None)
    (one,) = (d for d in played.differences if d.asked.text == "wait.mean at stations")
    assert one.finding is Finding.UNKNOWN
    assert one.interval.low <= 0 <= one.interval.high
    text = sentence(one, "a", "b")
    assert "wait.mean at stations: not known yet which is better; " in text
    assert " more is possible" in text
    assert ("more replications would probably decide it" in text) == (one.more is not None)


def test_the_forecast_is_the_smallest_number_that_would_decide() -> None:
    """Mean 1, standard deviation 2: t(n) * 2 / sqrt(n) < 1 first at n = 18."""
    change = np.array([3.0, -1.0] * 8) * 2 / np.array([3.0, -1.0] * 8).std(ddof=1)
    change = change - change.mean() + 1.0
    assert change.std(ddof=1) == pytest.approx(2.0)
    assert more_needed(change, 0.95) == 18 - 16
    assert t_quantile(0.975, 17) * 2 / math.sqrt(18) < 1 < t_quantile(0.975, 16) * 2 / math.sqrt(17)
    assert more_needed(np.array([1.0, -1.0]), 0.95) is None
    assert more_needed(np.array([1.0, -0.9999]), 0.95) is None


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("wait.mean", -1), ("wait.within", 1), ("abandoned.share", -1), ("answered.share", 1), ("utilisation", 0)],
)
def test_which_way_is_better(metric: str, expected: int) -> None:
    """Waiting less is better, being answered more is; a busy server is neither."""
    assert direction(metric) == expected


def test_a_worse_alternative_is_named(tmp_path: Path) -> None:
    """A is better when B waits longer."""
    path = desk(tmp_path)
    played = play_both((Side(path, ("stations.desk.counters=3",)), Side(path)), [], Plan(replications=8), None)
    assert {d.finding for d in played.differences if d.asked.text.startswith("wait")} == {Finding.A_BETTER}


def test_metrics_must_exist_in_both(tmp_path: Path) -> None:
    """All mistakes at once."""
    names = prepare(desk(tmp_path), ())[1].names
    with pytest.raises(ScenarioError) as caught:
        asked_of_both(["wait.men", "p90 of wait.mean", "wait.mean at nowhere"], names, names)
    said = str(caught.value)
    assert 'did you mean "wait.mean"' in said
    assert "quantiles between replications cannot be compared in pairs" in said
    assert '"nowhere"' in said


def test_nothing_to_measure_is_left_out(tmp_path: Path) -> None:
    """And does not widen the others' intervals."""
    path = desk(tmp_path)
    played = play_both((Side(path), Side(path, ("stations.desk.counters=3",))), [], Plan(replications=3), None)
    asked = [d.asked for d in played.differences]
    assert len(compare(played.a.results, played.b.results, asked)) == 3
