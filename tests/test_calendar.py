"""Working days: literal dates from the State Council's lists, and properties."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar import ANNOUNCED_YEARS, DAY_MS, Calendar, uncovered_years

NINE = 9 * 3_600_000


def test_ten_working_days_from_24_september_2026_is_15_october() -> None:
    """The National Day holiday and the make-up Saturday 10 October are counted (C3)."""
    calendar = Calendar(date(2026, 9, 24), 30)
    due = calendar.add_workdays(NINE, 10, NINE)
    assert calendar.date_of(calendar.day_of(due)) == date(2026, 10, 15)
    assert due % DAY_MS == NINE
    assert calendar.workdays_between(NINE, due) == 10
    assert calendar.workdays_between(NINE, due - DAY_MS) == 9


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
)
def test_make_up_days_are_working_days(day: date) -> None:
    """Make-up working Saturdays and Sundays of 2025 and 2026."""
    calendar = Calendar(day, 1)
    assert day.weekday() >= 5
    assert calendar.is_workday(0)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 2, 17), date(2026, 10, 1), date(2026, 3, 7)])
def test_holidays_and_ordinary_weekends_are_not_working_days(day: date) -> None:
    """New Year, Spring Festival, National Day, a Saturday."""
    assert not Calendar(day, 1).is_workday(0)


def test_overrides_change_single_days() -> None:
    """A scenario may close a Monday and open a Sunday."""
    calendar = Calendar(date(2026, 3, 1), 7, workdays=[date(2026, 3, 1)], holidays=[date(2026, 3, 2)])
    assert calendar.workday_flags(0, 6).tolist() == [True, False, True, True, True, True, False]


def test_a_year_given_by_the_scenario_ignores_the_announced_list() -> None:
    """`covers` means that the scenario's own days are all there is."""
    calendar = Calendar(date(2026, 10, 1), 10, covers=[2026])
    assert calendar.workday_flags(0, 9).tolist() == [True, True, False, False, True, True, True, True, True, False]
    assert calendar.unannounced_years == ()


def test_an_unannounced_year_is_counted_monday_to_friday_and_flagged() -> None:
    """2027 is not announced: never silent."""
    calendar = Calendar(date(2027, 1, 1), 3)
    assert calendar.workday_flags(0, 2).tolist() == [True, False, False]
    assert calendar.unannounced_years == (2027,)
    assert uncovered_years(date(2026, 12, 31), 2) == (2027,)
    assert uncovered_years(date(2026, 12, 31), 1) == ()
    assert uncovered_years(date(2026, 12, 31), 2, [2027]) == ()


def test_a_year_is_flagged_only_once_somebody_relies_on_it() -> None:
    """A payout in the next January flags the year, the run itself does not."""
    calendar = Calendar(date(2026, 12, 21), 5)
    assert list(calendar.unannounced_years) == []
    due = calendar.add_workdays(0, 10, 0)
    assert calendar.date_of(calendar.day_of(due)) == date(2027, 1, 4)
    assert list(calendar.unannounced_years) == [2027]


def test_days_before_the_start_have_negative_numbers() -> None:
    """Records may begin with moments before the run."""
    calendar = Calendar(date(2026, 10, 15), 1)
    assert calendar.day_of(-1) == -1
    assert calendar.day_number(date(2026, 9, 24)) == -21
    assert calendar.workdays_between(-21 * DAY_MS, 0) == 10
    assert calendar.add_workdays(-21 * DAY_MS, 10, 0) == 0
    assert calendar.weekday(-1) == 2
    assert calendar.date_of(-600) == date(2025, 2, 22)
    assert not calendar.is_workday(-600)


def test_no_working_days_lie_between_a_moment_and_an_earlier_one() -> None:
    """Counting backwards gives 0, and going back is refused."""
    calendar = Calendar(date(2026, 3, 2), 5)
    assert calendar.workdays_between(3 * DAY_MS, DAY_MS) == 0
    assert calendar.add_workdays(NINE, 0, 5) == 5
    with pytest.raises(ValueError, match="cannot go back 1 working days"):
        calendar.add_workdays(0, -1, 0)


def test_chinese_calendar_knows_2004_to_2026() -> None:
    """The years known without help of the scenario; a longer list would need new release notes."""
    assert min(ANNOUNCED_YEARS) == 2004
    assert {2025, 2026} <= ANNOUNCED_YEARS


@given(st.integers(-400, 400), st.integers(1, 300))
def test_the_nth_working_day_is_a_working_day_and_the_nth(day: int, n: int) -> None:
    """Adding and counting agree, whatever was asked for before."""
    calendar = Calendar(date(2025, 3, 3), 10)
    due = calendar.add_workdays(day * DAY_MS + 7, n, NINE)
    assert calendar.is_workday(calendar.day_of(due))
    assert calendar.workdays_between(day * DAY_MS, due) == n
    assert sum(calendar.workday_flags(day + 1, calendar.day_of(due)).tolist()) == n


def test_days_are_of_the_kind_a_service_lives_by() -> None:
    """Mon to Fri, then Sat, Sun; a make-up Sunday is worked, a Tuesday off is like a Sunday."""
    calendar = Calendar(date(2026, 3, 2), 14, workdays=[date(2026, 3, 15)], holidays=[date(2026, 3, 10)])
    assert calendar.kinds(14).tolist() == [0, 0, 0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 1, 0]
