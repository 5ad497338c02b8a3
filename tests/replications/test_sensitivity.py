"""Assumptions varied one at a time: what is varied and how, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.replications.studies import Side, play_sensitivity
from sim.replications.vary import CannotVaryError, scaled, vary
from sim.run import Plan, prepare
from sim.scenario.units import duration
from sim.scenario.values import Provenance
from tests.replications.runs import desk

FIFTH = Fraction(1, 5)
TOWN = Path(__file__).parent.parent / "data" / "town.toml"


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("0.05", "0.04", "0.06"),
        ("10", "8", "12"),
        ("2", "1", "3"),
        ('"5 min"', '"4 min"', '"6 min"'),
        ('"1 s"', '"0.8 s"', '"1.2 s"'),
        ('"1 workdays"', '"0 workdays"', '"2 workdays"'),
        ('"10 workdays"', '"8 workdays"', '"12 workdays"'),
        ('"12.5 yuan"', '"10.00 yuan"', '"15.00 yuan"'),
        ('"20 per h"', '"16 per h"', '"24 per h"'),
        (
            '{dist = "lognormal", mean = "4 min", cv = 0.6}',
            '{dist = "lognormal", mean = "3.2 min", cv = 0.6}',
            '{dist = "lognormal", mean = "4.8 min", cv = 0.6}',
        ),
        (
            '{dist = "empirical", values = ["1 d", "5 d"], weights = [3, 1]}',
            '{dist = "empirical", values = ["0.8 d", "4 d"], weights = [3, 1]}',
            '{dist = "empirical", values = ["1.2 d", "6 d"], weights = [3, 1]}',
        ),
        ('{workdays = 10, at = "16:00"}', '{workdays = 8, at = "16:00"}', '{workdays = 12, at = "16:00"}'),
    ],
)
def test_each_kind_of_quantity_is_scaled_in_its_own_form(value: str, low: str, high: str) -> None:
    """Numbers, counts (by one at least), times, money, rates, and distributions by their place, not their shape."""
    varied = vary(Provenance("a.b", value, "A", ""), FIFTH)
    assert (varied.low_value, varied.high_value) == (low, high)
    assert (varied.low, varied.high) == (f"a.b={low}", f"a.b={high}")


def test_a_share_stays_a_share() -> None:
    """0.9 goes up to 1; 1 goes down only."""
    assert vary(Provenance("p.x_share", "0.9", "A", ""), FIFTH).high_value == "1.0"
    whole = vary(Provenance("p.x_share", "1.0", "A", ""), FIFTH)
    assert (whole.low_value, whole.high, whole.high_value) == ("0.8", "", "")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('"16:00"', "no quantity"),
        ('{next = ["16:00"]}', "a time of day"),
        ("[1, 2]", "a list"),
        ("{a = 0.5, b = 0.5}", "a table of several values"),
        ('{dist = "never"}', "it never happens"),
        ("true", "yes or no"),
        ("0", "changes nothing"),
        ("[1, 2...", "too long"),
    ],
)
def test_what_is_no_quantity_is_not_varied_and_the_reason_is_said(value: str, why: str) -> None:
    """So that the page can name it."""
    with pytest.raises(CannotVaryError, match=why):
        vary(Provenance("a.b", value, "A", ""), FIFTH)


@given(st.integers(1, 10**5), st.sampled_from(["ms", "s", "min", "h", "d"]), st.integers(1, 199))
def test_scaled_durations_are_whole_milliseconds_within_half_of_one(number: int, unit: str, percent: int) -> None:
    """Whatever the factor."""
    written = f"{number} {unit}"
    other = duration(scaled(written, Fraction(percent, 100)))
    assert other.denominator == 1
    assert abs(other - duration(written) * Fraction(percent, 100)) <= Fraction(1, 2)


def test_keys_of_arrays_are_written_as_overrides() -> None:
    """story[0].x becomes story.0.x."""
    assert vary(Provenance("story[0].x", "5", "A", ""), FIFTH).low == "story.0.x=4"


def test_the_service_time_moves_the_wait_and_the_value_is_that_of_a_run_with_set(tmp_path: Path) -> None:
    """Longer service, longer wait, in every pair; the same number as playing that scenario by itself."""
    path = desk(tmp_path)
    tornado, partial = play_sensitivity(Side(path), ("wait.mean", "desk"), FIFTH, Plan(replications=4), None)
    assert not partial
    (swing,) = tornado.swings
    assert swing.key == "stations.desk.service"
    assert swing.low.metric < tornado.base < swing.high.metric
    assert swing.matters
    assert swing.low.interval.high < 0 < swing.high.interval.low
    assert swing.low.change == swing.low.metric - tornado.base
    from tests.replications.runs import outcome  # noqa: PLC0415

    slower = desk(tmp_path, more="")
    text = slower.read_text("utf-8").replace("5 min", "6 min")
    slower.write_text(text, "utf-8")
    results = outcome(slower, Plan(replications=4)).results
    assert swing.high.metric == pytest.approx(tornado.asked.over(map(tornado.asked.part, results)).value, rel=1e-12)


def test_one_replication_tells_nothing_about_chance(tmp_path: Path) -> None:
    """A change without an interval is not called more than chance."""
    tornado, _ = play_sensitivity(Side(desk(tmp_path)), ("wait.mean", "desk"), FIFTH, Plan(replications=1), None)
    (swing,) = tornado.swings
    assert swing.largest > 0
    assert not swing.matters
    assert not tornado.tells_chance
    assert swing.low.interval.note == "needs at least 2 replications"


def test_a_quantile_between_replications_cannot_be_compared_in_pairs(tmp_path: Path) -> None:
    """Refused before anything is played, as by compare."""
    with pytest.raises(ScenarioError, match="cannot be compared in pairs"):
        play_sensitivity(Side(desk(tmp_path)), ("p90 of wait.mean", "desk"), FIFTH, Plan(replications=1), None)


@pytest.mark.slow
def test_every_assumption_in_use_is_varied_or_named_with_a_reason() -> None:
    """A town for a day: all A-marked inputs of its procedures turn up once."""
    overrides = ('run.duration="2 d"',)
    loaded, compiled = prepare(TOWN, overrides)
    used = {r.key for r in loaded.provenance if r.mark == "A" and r.key.split(".")[1] in compiled.program.procedures}
    tornado, _ = play_sensitivity(Side(TOWN, overrides), ("arrivals", ""), FIFTH, Plan(replications=1), None)
    keys = [swing.key for swing in tornado.swings] + [key for key, _ in tornado.skipped]
    assert sorted(keys) == sorted(used)
    assert all(reason for _, reason in tornado.skipped)
    largest = [swing.largest for swing in tornado.swings]
    assert largest == sorted(largest, reverse=True)


def test_an_unknown_metric_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    """With the nearest."""
    with pytest.raises(ScenarioError, match=r'did you mean "wait\.mean"'):
        play_sensitivity(Side(desk(tmp_path)), ("wait.men", ""), FIFTH, Plan(replications=4), None)


def test_ctrl_c_keeps_what_is_finished(tmp_path: Path) -> None:
    """After the scenario as it is and one alternative: that one is told, the other is said not to have been played."""

    def stop_after(runs: int) -> Callable[[int, int], None]:
        def look(finished: int, planned: int) -> None:
            assert planned == 12
            if finished == runs:
                raise KeyboardInterrupt

        return look

    side, plan = Side(desk(tmp_path)), Plan(replications=4)
    tornado, partial = play_sensitivity(side, ("wait.mean", ""), FIFTH, plan, None, stop_after(9))
    assert partial
    assert tornado.swings[0].low.metric < tornado.base
    assert tornado.swings[0].high.note == "not played"
    with pytest.raises(KeyboardInterrupt):
        play_sensitivity(side, ("wait.mean", ""), FIFTH, plan, None, stop_after(3))
