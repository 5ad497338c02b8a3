"""Stopping when intervals are narrow: what may be asked, and that it is decided honestly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.metrics.catalogue import Unit
from sim.metrics.intervals import REPLICATIONS, of_ratio
from sim.metrics.names import Names
from sim.metrics.replicated import Part
from sim.replications.asked import of_quantiles, read_asked
from sim.replications.stopping import Stopping, read_stopping
from sim.run import Plan, prepare
from tests.replications.runs import desk, outcome


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Names:
    """Words of the desk."""
    return prepare(desk(tmp_path_factory.mktemp("names")), ())[1].names


def _stopping(names: Names, *texts: str, least: int = 5, most: int = 1000) -> Stopping:
    found = read_stopping(texts, names, least, most)
    assert found is not None
    return found


def test_conditions_are_read_with_place_threshold_quantile_and_limit(names: Names) -> None:
    """All forms, several in one text or in several."""
    found = _stopping(
        names, "ci(wait.p90) < 30 s and ci(wait.mean at desk) < 5 %", "ci( wait.within 10 min at stations ) <0.02",
        "ci(p90 of wait.mean) < 1.5 min; ci(throughput) < 2 per h",
    )  # fmt: skip
    read = [(c.asked.question.metric, c.asked.question.station, c.asked.share, c.limit) for c in found.conditions]
    assert read == [
        ("wait.p90", "", None, 30_000.0),
        ("wait.mean", "desk", None, 0.05),
        ("wait.within", "stations", None, 0.02),
        ("wait.mean", "", 0.9, 90_000.0),
        ("throughput", "", None, 2 / 3_600_000),
    ]
    assert found.conditions[2].asked.question.threshold_ms == 600_000
    assert [c.relative for c in found.conditions] == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wait.p90 < 30 s", "is no condition; allowed: ci"),
        ("ci(wait.p9) < 30 s", 'no metric "wait.p9"; did you mean "wait.p99"'),
        ("ci(wait.mean at dsk) < 30 s", 'kind of place "dsk" in this run; did you mean "desk"'),
        ("ci(wait.mean) < 30", "the unit is missing; allowed: a number and a unit"),
        ("ci(utilisation) < 3 s", '"3 s" is not a number; allowed: a number between 0 and 1, or a percentage'),
        ("ci(wait.within) < 0.1", "wait.within needs a duration"),
        ("ci(wait.mean 20 s) < 1 s", "wait.mean takes no duration"),
        ("ci(p80 of wait.mean) < 1 s", "there is no quantile p80; allowed: p50, p90, p95, p99"),
        ("ci(wait.mean) < 0 s", "no interval is that narrow"),
        ("ci(wait.mean) < x %", '"x" is not a number'),
        (
            "ci(wait.max) < 1 s",
            "wait.max is the largest seen, which has no interval and only grows; allowed: ci(mean",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_what_is_allowed(names: Names, text: str, said: str) -> None:
    """In the user's words."""
    with pytest.raises(ScenarioError) as caught:
        read_stopping([text], names)
    assert said in str(caught.value)


def test_all_mistakes_come_at_once(names: Names) -> None:
    """Two conditions and the number of replications."""
    with pytest.raises(ScenarioError) as caught:
        read_stopping(["ci(wat.mean) < 1 s and foo"], names, least=9, most=4)
    assert len(caught.value.problems) == 3
    assert read_stopping([], names) is None


def _play(stopping: Stopping, values: list[float]) -> int:
    for number, value in enumerate(values, 1):
        if stopping.next([Part(value, 1.0)] * len(stopping.conditions)):
            return number
    return 0


def test_a_narrow_interval_must_stay_narrow_for_five_more(names: Names) -> None:
    """Equal values from the start: narrow after 2, stays so until 7; the minimum is 5."""
    stopping = _stopping(names, "ci(wait.mean) < 1 s")
    assert _play(stopping, [1000.0] * 20) == 7
    done = stopping.outcome()
    assert (done.replications, done.reached, done.held_from) == (7, True, 2)
    assert _play(_stopping(names, "ci(wait.mean) < 1 s", least=10), [1000.0] * 20) == 10


def test_an_interval_that_widens_again_starts_the_count_anew(names: Names) -> None:
    """The outlier at number 6 makes it too wide until the scatter has averaged out."""
    values = [1000.0] * 5 + [9000.0] + [1000.0] * 200
    stopping = _stopping(names, "ci(wait.mean) < 1 s")
    stopped = _play(stopping, values)
    held = stopping.outcome().held_from
    assert held is not None
    assert 7 < held < stopped
    assert stopped == held + 5
    widths = [of_ratio(np.array(values[:n]), np.ones(n), REPLICATIONS).half_width for n in (held - 1, held)]
    assert widths[0] >= 1000 > widths[1]


@pytest.mark.slow
def test_the_look_ahead_grows_with_the_number_of_replications(names: Names) -> None:
    """Beyond a hundred, 5 of every hundred: k * n / 100 (Hoad, Robinson & Davies 2010)."""
    rng = np.random.default_rng(3)
    values = rng.normal(10_000, 1000, 2000).tolist()
    stopping = _stopping(names, "ci(wait.mean) < 100 ms")
    stopped = _play(stopping, values)
    held = stopping.outcome().held_from
    assert held is not None
    assert held > 300
    assert stopped == held + 5 * held // 100


def test_the_most_is_the_end_and_it_is_said_that_it_was_not_enough(names: Names) -> None:
    """Never silently."""
    rng = np.random.default_rng(1)
    stopping = _stopping(names, "ci(wait.mean) < 1 ms", most=30)
    assert _play(stopping, rng.normal(1e5, 1e4, 100).tolist()) == 30
    assert not stopping.outcome().reached


def test_a_share_of_nobody_is_not_known_at_once(names: Names) -> None:
    """None of 100 people on five days: the half-width is 26 points, and 1 point takes 182 days and 9 more."""
    stopping = _stopping(names, "ci(abandoned.share) < 0.01")
    stopped = 0
    while not stopping.next([Part(0.0, 100.0, 100)]):
        stopped += 1
    assert (stopping.outcome().held_from, stopped + 1) == (183, 192)


def test_a_percentage_of_nobody_is_never_reached_and_the_reason_is_given(names: Names) -> None:
    """5 % of 0 is no limit."""
    stopping = _stopping(names, "ci(abandoned.share) < 5 %", most=8)
    assert _play(stopping, [0.0] * 20) == 8
    (width,) = stopping.outcome().widths
    assert (stopping.reached, width.half, width.note) == (False, "nothing", "0 has no percentage")


def test_who_still_waits_at_the_end_is_told_beside_the_width(names: Names) -> None:
    """Three after each of seven replications are in no mean wait."""
    stopping = _stopping(names, "ci(wait.mean) < 1 s")
    while not stopping.next([Part(60_000.0, 1.0, 1, still=3)]):
        pass
    (width,) = stopping.outcome().widths
    assert (width.note, width.still) == ("the same in all 7 replications", 21)


def test_quantiles_between_replications_have_the_interval_of_their_order_statistics(names: Names) -> None:
    """Conover: with 5 values there is none for p90, with 40 the ranks 33 and 40 enclose it."""
    asked = read_asked("p90 of wait.mean", names, "--metric")
    values = [float(n) for n in range(40)]
    assert asked.unit is Unit.TIME
    over = asked.over(Part(value, 1.0) for value in values)
    assert over.value == 35.0
    interval = over.interval()
    assert (interval.low, interval.high) == (31.0, 39.0)
    assert "too few" in of_quantiles(np.arange(5.0), 0.9).note


@pytest.mark.slow
def test_a_run_stops_by_itself_and_says_why(tmp_path: Path) -> None:
    """The same number of replications whoever plays them; every interval is as narrow as asked for."""
    path = desk(tmp_path)
    names = prepare(path, ())[1].names

    def plan(limit: str, *, resume: bool) -> Plan:
        return Plan(stopping=_stopping(names, f"ci(wait.mean at desk) < {limit}"), resume=resume)

    played = outcome(path, plan("150 s", resume=False), tmp_path / "run")
    assert played.stopped is not None
    assert played.stopped.reached
    assert played.replications == played.stopped.replications
    assert 7 <= played.replications < 200
    assert outcome(path, plan("150 s", resume=True), tmp_path / "run").stopped == played.stopped
    narrower = outcome(path, plan("120 s", resume=True), tmp_path / "run")
    assert narrower.replications > played.replications


def test_a_typical_replication_has_a_name_of_its_own(names: Names) -> None:
    """One person waits 0, another day nine wait 100 s: all people 90 s on average, a typical day 50 s."""
    days = [Part(0.0, 1.0, 1), Part(900_000.0, 9.0, 9)]
    plain, typical = (read_asked(text, names, "--metric") for text in ("wait.mean", "mean of wait.mean"))
    assert plain.over(days).value == 90_000
    assert typical.typical
    assert typical.over(day.alone() for day in days).value == 50_000
    assert typical.over([Part().alone(), days[1].alone()]).value == 100_000


def test_a_number_without_chance_is_known_at_once(names: Names) -> None:
    """No scatter, no width: the condition holds, and the interval says why there is none."""
    over = read_asked("wait.mean", names, "--metric").over([Part(6.0, 2.0, 2), Part(12.0, 4.0, 4)])
    assert over.interval().note == "the same in all 2 replications"
    assert over.interval().half_width == 0.0
