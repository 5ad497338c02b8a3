"""Terms: the last moment, or the whole last day, still counts."""

from __future__ import annotations

from datetime import date

import pytest

from sim.calendar import Calendar
from sim.office.checks import Checks
from sim.office.fields import NEVER
from sim.office.rows import CheckCode, GuardData
from sim.office.verdict import Attempt
from tests.office.desk import DAY, HOUR, PLACES

_CHECKS = Checks(Calendar(date(2026, 3, 2), 400), PLACES).by_code()


def holds(code: CheckCode, since_ms: int, term: GuardData, now_ms: int) -> bool:
    """Whether a check of a term holds, whoever asks."""
    return _CHECKS[code](since_ms, term, [], Attempt(0, 0, 0, 0, 0), now_ms)


@pytest.mark.parametrize(("now_ms", "met"), [(30 * DAY, True), (31 * DAY - 1, True), (31 * DAY, False)])
def test_a_term_in_dates_is_met_to_the_end_of_its_last_day(now_ms: int, met: bool) -> None:
    """Hired at eleven in the evening of day 0, 30 days: the whole of day 30, whatever the hour (P3)."""
    assert holds(CheckCode.WITHIN_DAYS, 23 * HOUR, 30, now_ms) is met
    assert not holds(CheckCode.WITHIN_DAYS, NEVER, 30, now_ms)


def test_a_term_in_hours_is_met_to_its_last_millisecond() -> None:
    """24 hours from ten o'clock (L2)."""
    since, term = 10 * HOUR, 24 * HOUR
    assert [holds(CheckCode.WITHIN, since, term, since + term + more) for more in (-1, 0, 1)] == [True, True, False]
    assert [holds(CheckCode.AFTER, since, term, since + term + more) for more in (-1, 0, 1)] == [False, True, True]


def test_working_days_are_over_with_the_day_that_completes_them() -> None:
    """From Thursday, 5 March 2026, two working days are over on Monday."""
    thursday, saturday, sunday, monday = (day * DAY + 9 * HOUR for day in (3, 5, 6, 7))
    days = [holds(CheckCode.WORKDAYS_AFTER, thursday, 2, now) for now in (saturday, sunday, monday)]
    assert days == [False, False, True]
    assert holds(CheckCode.WORKDAYS_AFTER, NEVER, 2, thursday)
