"""Pauses and visits: when people come, and never while it is closed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from sim.calendar import Calendar
from sim.engines.pauses import Pauses, visit_time
from sim.engines.queue import Case
from sim.program import HoursRow, WaitKind, WaitRow

_HOUR = 3_600_000
_DAY = 24 * _HOUR


def _hours(*days: tuple[tuple[int, int], ...]) -> HoursRow:
    """Hours with weight 1 an hour, one tuple of (from, to) hours a day."""
    times, weights, total = [], [], 0.0
    for day, intervals in enumerate(days):
        points = [(day * _DAY, total)]
        for first, until in intervals:
            points.append((day * _DAY + first * _HOUR, total))
            total += until - first
            points.append((day * _DAY + until * _HOUR, total))
        times += [t for t, _ in points]
        weights += [w for _, w in points]
    return HoursRow((*times, len(days) * _DAY), (*weights, total))


_WEEK = _hours(((9, 12), (14, 17)), (), ((9, 12),))


def test_half_the_remaining_opening_time_is_where_the_middle_number_falls() -> None:
    """Free from 11:00 on: one hour of the morning and three of the afternoon are left; their middle is 15:00."""
    assert visit_time(_WEEK, 11 * _HOUR, 0.5) == 15 * _HOUR


def test_after_closing_people_come_on_the_next_day_that_is_open() -> None:
    """Day 1 is closed all day."""
    assert visit_time(_WEEK, 17 * _HOUR, 0.0) == 2 * _DAY + 9 * _HOUR


def test_a_place_that_never_opens_again_is_never_visited() -> None:
    """The time given lies beyond every run."""
    assert visit_time(_WEEK, 2 * _DAY + 13 * _HOUR, 0.5) >= 1 << 60


def test_a_place_that_is_always_open_is_visited_at_once() -> None:
    """No hours, no waiting."""
    assert visit_time(HoursRow(), 12_345, 0.7) == 12_345


@given(st.integers(0, 2 * _DAY + 11 * _HOUR), st.floats(0.0, 1.0, exclude_max=True))
def test_every_visit_is_later_than_the_wish_and_within_opening_hours(t_ms: int, share: float) -> None:
    """For any moment and any random number."""
    visit = visit_time(_WEEK, t_ms, share)
    assert visit >= t_ms
    open_spans = [(9, 12), (14, 17), (2 * 24 + 9, 2 * 24 + 12)]
    assert any(first * _HOUR <= visit <= until * _HOUR for first, until in open_spans)


@given(st.integers(0, _DAY), st.lists(st.floats(0.0, 0.999), min_size=2, max_size=5))
def test_a_larger_random_number_never_means_an_earlier_visit(t_ms: int, shares: list[float]) -> None:
    """Monotone, as common random numbers want it."""
    visits = [visit_time(_WEEK, t_ms, share) for share in sorted(shares)]
    assert all(one <= other for one, other in pairwise(visits))


def test_who_is_ready_at_the_very_cut_off_goes_with_the_next() -> None:
    """Batches leave at 9:00 and 15:00 on working days: a millisecond before nine with the first, at nine at three."""
    program: Any = SimpleNamespace(calendar=Calendar(date(2026, 3, 6), 7))  # a Friday
    clock: Any = SimpleNamespace(now_ms=0)
    pauses, row = Pauses(program, clock, cast("Any", None)), WaitRow(WaitKind.NEXT, clocks_ms=(9 * _HOUR, 15 * _HOUR))
    left = []
    for now_ms in (9 * _HOUR - 1, 9 * _HOUR, 15 * _HOUR, _DAY + 8 * _HOUR):
        clock.now_ms, case = now_ms, Case(0, 0, 0, 0, 0)
        left.append(pauses._plain(case, row))
        assert case.batch == left[-1]
    assert left == [9 * _HOUR, 15 * _HOUR, 3 * _DAY + 9 * _HOUR, 3 * _DAY + 9 * _HOUR]


def test_a_term_in_dates_ends_at_the_midnight_after_its_last_day() -> None:
    """30 days from 8:00 of day 2, or from its first or last moment: midnight between day 32 and day 33."""
    clock: Any = SimpleNamespace(now_ms=0)
    draws: Any = SimpleNamespace(time=lambda *_: 30 * _DAY)
    pauses, row = Pauses(cast("Any", None), clock, draws), WaitRow(WaitKind.DATES, 0)
    for now_ms in (2 * _DAY + 8 * _HOUR, 2 * _DAY, 3 * _DAY - 1):
        clock.now_ms = now_ms
        assert pauses._plain(Case(0, 0, 0, 0, 0), row) == 33 * _DAY
