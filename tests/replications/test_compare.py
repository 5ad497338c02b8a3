"""Comparing two alternatives: on the same people, with intervals that hold together, in clear words."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.metrics.catalogue import Unit
from sim.metrics.intervals import Interval, t_quantile
from sim.metrics.measures import Question
from sim.metrics.replicated import Part, Replicated, paired_difference
from sim.replications.asked import Asked
from sim.replications.compare import (
    Difference,
    Finding,
    _finding,
    asked_of_both,
    compare,
    direction,
    more_needed,
    sentence,
)
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


def test_a_plan_that_leaves_people_waiting_is_seen_to(tmp_path: Path) -> None:
    """Staff who go home in a full hall shorten the mean wait of those who were called: that is not better."""
    path = desk(tmp_path)
    (path.parent / "leave.csv").write_text("time,servers\n2026-03-02 00:00,9\n2026-03-02 03:00,0\n", "utf-8")
    sides = Side(path), Side(path, ('stations.desk.counters={file = "leave.csv"}', 'run.overload="allow"'))
    found = {one.asked.text: one for one in play_both(sides, [], Plan(replications=10), None).differences}
    wait = found["wait.mean at stations"]
    assert (wait.finding, wait.undecided_by_still) == (Finding.UNKNOWN, True)
    assert wait.interval.high < 0.0
    text = sentence(wait, "today", "plan")
    assert text.startswith("wait.mean at stations: not known which is better; ")
    assert "but not so with those who still waited or were inside; not in it: who was still there at the end, " in text
    still = found["still_waiting.count at stations"]
    assert wait.still == (round(10 * still.a), round(10 * still.b))
    assert still.finding is Finding.A_BETTER
    assert still.b > still.a + 10


def test_intervals_are_paired_and_wide_enough_for_all_metrics_together(tmp_path: Path) -> None:
    """Ratios of sums; Student's t at 1 - 0.05 / k with what each pair moves their difference by, by hand."""
    path, three = desk(tmp_path), "stations.desk.counters=3"
    played = play_both((Side(path), Side(path, (three,))), ["arrivals"], Plan(replications=4), None)
    told = len(played.differences)
    means = [one for one in played.differences if "p90" not in one.asked.text]
    assert len(means) == 4
    for one in means:
        parts = [[one.asked.part(r) for r in side.results] for side in (played.a, played.b)]
        moves, ratios = [], []
        for side in parts:
            y, x = (np.array([getattr(part, name) for part in side]) for name in ("above", "below"))
            ratios.append(y.sum() / x.sum())
            moves.append((y - ratios[-1] * x) / x.sum())
        half = t_quantile(1 - 0.05 / told / 2, 3) * math.sqrt(4 / 3 * ((moves[1] - moves[0]) ** 2).sum())
        assert one.difference == pytest.approx(ratios[1] - ratios[0])
        if one.finding is not Finding.EQUAL:
            assert one.interval.high - one.interval.low == pytest.approx(2 * half)


def test_pairing_is_sharper_than_two_samples(tmp_path: Path) -> None:
    """Common random numbers: the error of the difference is far below that of independent runs, of quantiles too."""
    path = desk(tmp_path, duration="3 d")
    played = play_both((Side(path), Side(path, ("stations.desk.counters=3",))), [], Plan(replications=8), None)
    for text, sharper in (("utilisation at stations", 0.7), ("wait.p90 at stations", 1.0)):
        (one,) = (d for d in played.differences if d.asked.text == text)
        a, b = (one.asked.over(map(one.asked.part, side.results)).interval() for side in (played.a, played.b))
        assert one.interval.error**2 < sharper * (a.error**2 + b.error**2)


def test_a_difference_of_shares_stays_between_all_and_nothing() -> None:
    """Two of two pairs: of everybody to nobody, and of some to nobody; Student's limit is beyond 100 points."""
    a = Replicated(Unit.SHARE, [Part(10, 10, 10), Part(2, 10, 10)])
    b = Replicated(Unit.SHARE, [Part(0, 10, 10), Part(0, 10, 10)])
    found = paired_difference(a, b)
    assert found.error == pytest.approx(0.4)
    assert (found.low, found.high) == (-1.0, 1.0)


def test_a_difference_without_chance_is_that_of_every_pair() -> None:
    """Five seconds in every pair: no interval of no width."""
    asked = Asked("wait.mean", Question("wait.mean"), Unit.TIME)
    a, b = (Replicated(Unit.TIME, [Part(wait, 1, 1)] * 3) for wait in (10_000.0, 5_000.0))
    one = Difference(asked, a.value, b.value, paired_difference(a, b), Finding.B_BETTER, 3, None)
    assert one.interval.low == one.interval.high == -5000
    assert sentence(one, "old", "new") == (
        "wait.mean: better with new; 5 s less with new than with old (in every pair of replications)"
    )


def test_what_is_not_known_is_said_with_a_forecast(tmp_path: Path) -> None:
    """A twentieth of a per cent more people: six days cannot show it."""
    path = desk(tmp_path)
    sides = Side(path), Side(path, ('demand.people.rate="20.01 per h"',))
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
    sixteen = Interval(0.0, 2.0, 2.0 / math.sqrt(16), 16)
    assert more_needed(1.0, sixteen, 0.95) == 18 - 16
    assert t_quantile(0.975, 17) * 2 / math.sqrt(18) < 1 < t_quantile(0.975, 16) * 2 / math.sqrt(17)
    assert more_needed(0.0, sixteen, 0.95) is None
    assert more_needed(1e-5, sixteen, 0.95) is None


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
    assert len(compare(played.a.results, played.b.results, asked)) == 4


def test_what_is_asked_for_has_its_answer(tmp_path: Path) -> None:
    """Nobody can give up on either side, and nothing has a lead time: `--metric` hears that, not silence."""
    sides = Side(desk(tmp_path)), Side(desk(tmp_path), ("stations.desk.counters=3",))
    asked = ["abandoned.share", "lead.application_to_hand.p90"]
    told = play_both(sides, asked, Plan(replications=3), None).differences[-2:]
    assert [sentence(one, "A", "B") for one in told] == [
        "abandoned.share: the same in every replication (0 %)",
        "lead.application_to_hand.p90: not known, nothing to measure",
    ]


@pytest.mark.parametrize(
    ("low", "high", "finding"),
    [
        (0.0, 5.0, Finding.UNKNOWN),
        (-5.0, 0.0, Finding.UNKNOWN),
        (0.5, 5.0, Finding.A_BETTER),
        (-5.0, -0.5, Finding.B_BETTER),
        (0.0, 0.0, Finding.EQUAL),
    ],
)
def test_an_interval_that_reaches_nothing_at_one_end_decides_nothing(low: float, high: float, finding: Finding) -> None:
    """Its limits are possible values themselves."""
    asked = Asked("wait.mean", Question("wait.mean"), Unit.TIME)
    assert _finding(asked, Interval(low, high, 1.0, 8)) is finding
