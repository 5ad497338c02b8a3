"""Units: exact arithmetic, round trips, and what is said about a wrong value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import units
from sim.scenario.units import WrongValueError


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90 s", 90_000),
        ("5 min", 300_000),
        ("1.5 h", 5_400_000),
        ("2 d", 172_800_000),
        ("500 ms", 500),
        ("1 week", 604_800_000),
        ("1 h 30 min", 5_400_000),
        ("1h30min", 5_400_000),
        ("0.1 s", 100),
        ("0.29 s", 290),
        ("1.23456 h", 4_444_416),
        ("0 s", 0),
    ],
)
def test_durations_are_exact_milliseconds(text: str, ms: int) -> None:
    """0.29 s is 290 ms although 0.29 * 1000 is not 290 in floating point."""
    assert units.duration_ms(text) == ms


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("-5 min", '"-5 min" is negative'),
        (5, "5 is not a duration: the unit is missing"),
        ("5", '"5" is not a duration: the unit is missing'),
        ("5 minutes", '"5 minutes" is not a duration'),
        ("5 min and 3 s", '"5 min and 3 s" is not a duration'),
        ("five min", '"five min" is not a duration'),
        ("", '"" is not a duration'),
        ("0.0005 s", '"0.0005 s" is not a whole number of milliseconds'),
        ("10 workdays", '"10 workdays": working days are not allowed here'),
        ("٣ s", '"٣ s" is not a duration'),
        (True, "true is not a duration"),
    ],
)
def test_wrong_durations_are_named(value: object, why: str) -> None:
    """The message has the value as it was written."""
    with pytest.raises(WrongValueError) as caught:
        units.duration_ms(value)
    assert str(caught.value) == why
    allowed = 'a number and a unit ms, s, min, h, d or week, such as "90 s", "1.5 h" or "1 h 30 min"'
    assert caught.value.parts[0].allowed == allowed


@pytest.mark.slow
@given(st.integers(0, 10**13))
def test_durations_survive_writing_and_reading(ms: int) -> None:
    """Every whole number of milliseconds has a text that reads back."""
    assert units.duration_ms(units.duration_text(ms)) == ms


@given(st.decimals(0, 10**6, places=6))
def test_decimal_durations_are_exact(number: object) -> None:
    """A decimal of any unit is its exact fraction."""
    assert units.duration(f"{number} min") == Fraction(str(number)) * 60_000


@given(st.integers(0, units.DAY_MS))
def test_times_of_day_survive_writing_and_reading(ms: int) -> None:
    """Down to the millisecond, and 24:00 at the end."""
    assert units.clock_ms(units.clock_text(ms)) == ms


@given(st.integers(0, 10**15))
def test_amounts_survive_writing_and_reading(fen: int) -> None:
    """Fen are exact at any size."""
    assert units.money_fen(units.money_text(fen)) == fen


@given(st.integers(0, 10**9), st.sampled_from(["ms", "s", "min", "h", "d", "week", "year"]))
def test_rates_are_exact(number: int, unit: str) -> None:
    """A rate times its unit is the number again."""
    ms = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "week": 604_800_000}
    assert units.rate(f"{number} per {unit}") * ms.get(unit, 31_536_000_000) == number


def test_clocks_intervals_and_moments_are_milliseconds() -> None:
    """TOML's own dates and times are understood as well as texts."""
    assert units.clock_ms("08:30") == 30_600_000
    assert units.clock_ms("8:30:15.250") == 30_615_250
    assert units.clock_ms(time(8, 30)) == 30_600_000
    assert units.clock_ms("24:00") == 86_400_000
    assert units.interval("08:30-12:00") == (30_600_000, 43_200_000)
    start = date(2026, 3, 2)
    assert units.moment_ms("2026-03-02 09:10", start) == 33_000_000
    assert units.moment_ms("2026-03-03T09:10:30.250", start) == 119_430_250
    assert units.moment_ms(datetime(2026, 3, 2, 9, 10), start) == 33_000_000
    assert units.moment_ms(date(2026, 3, 3), start) == 86_400_000
    assert units.moment_ms("2026-03-01", start) == -86_400_000


@pytest.mark.parametrize("value", ["25:00", "24:01", "12:60", "noon", 8, "8.30", time(8, tzinfo=UTC)])
def test_wrong_times_of_day_are_refused(value: object) -> None:
    """Beyond midnight, or not a time at all."""
    with pytest.raises(WrongValueError, match="is not a time of day"):
        units.clock_ms(value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("12:00-08:30", '"12:00-08:30" does not end after it begins'),
        ("22:00-06:00", '"22:00-06:00" does not end after it begins'),
        ("12:00", '"12:00" is not an interval'),
        ("12:00-25:00", '"12:00-25:00" is not an interval'),
        (12, "12 is not an interval"),
    ],
)
def test_wrong_intervals_are_refused(value: object, why: str) -> None:
    """An interval over midnight must be written as two."""
    with pytest.raises(WrongValueError) as caught:
        units.interval(value)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2026-02-30 09:00", '"2026-02-30 09:00" is not a moment'),
        ("tomorrow", '"tomorrow" is not a moment'),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02 00:00:00+00:00 has a time zone; times are local"),
        (datetime(2026, 3, 2, 0, 0, 0, 1), "2026-03-02 00:00:00.000001 is not a whole number of milliseconds"),
        (7, "7 is not a moment"),
    ],
)
def test_wrong_moments_are_refused(value: object, why: str) -> None:
    """Days that do not exist, time zones, parts of milliseconds."""
    with pytest.raises(WrongValueError) as caught:
        units.moment_ms(value, date(2026, 3, 2))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("12.505 yuan", '"12.505 yuan" has more than 2 decimals'),
        ("-1 yuan", '"-1 yuan" is negative'),
        ("12", '"12" is not an amount of money'),
        (12.5, "12.5 is not an amount of money"),
    ],
)
def test_wrong_amounts_are_refused(value: object, why: str) -> None:
    """At most two decimals, never negative, with the currency."""
    with pytest.raises(WrongValueError) as caught:
        units.money_fen(value)
    assert str(caught.value) == why


@pytest.mark.parametrize("value", ["7 per fortnight", "7", 7, "per d", "7/d"])
def test_wrong_rates_are_refused(value: object) -> None:
    """A rate needs a number and a unit of time."""
    with pytest.raises(WrongValueError, match="is not a rate"):
        units.rate(value)


@pytest.mark.parametrize(("value", "why"), [(1.5, "is out of range"), (-0.1, "is out of range"), ("50 %", "is not a")])
def test_wrong_shares_are_refused(value: object, why: str) -> None:
    """A share is a number from 0 to 1."""
    with pytest.raises(WrongValueError, match=why):
        units.share(value)
    with pytest.raises(WrongValueError, match="is not a finite number"):
        units.share(float("nan"))


def test_the_nearest_word_is_suggested() -> None:
    """Long lists are cut to the words most alike."""
    assert units.suggestion("hours", "windw", ["window", "always"]) == (
        'unknown hours "windw", did you mean "window"?',
        "always, window",
    )
    assert units.suggestion("hours", "x", []) == ('unknown hours "x"', "none is defined")
    words = [f"word{number}" for number in range(30)]
    assert units.suggestion("word", "word12", words)[1].endswith(" and 24 more")
