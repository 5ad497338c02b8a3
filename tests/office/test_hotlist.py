"""When terminals know of a loss (L1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.office.fields import NEVER
from sim.office.hotlist import exposure_ms, is_listed, last_refresh_ms


def test_a_terminal_knows_what_its_last_refresh_said() -> None:
    """Refreshes at 5, 20, 35 minutes: at 19 min it knows the list of 5 min, at 20 min that of 20 min."""
    assert last_refresh_ms(19 * 60_000, 15 * 60_000, 5 * 60_000) == 5 * 60_000
    assert last_refresh_ms(20 * 60_000, 15 * 60_000, 5 * 60_000) == 20 * 60_000


def test_a_card_is_listed_from_its_report_until_its_release() -> None:
    """Reported at 100 and released at 500: unknown at 99, listed from 100 to 499, free at 500."""
    assert [is_listed(100, 500, known) for known in (99, 100, 499, 500)] == [False, True, True, False]


def test_a_card_never_reported_is_not_listed() -> None:
    """Without a report the list never holds the card."""
    assert not is_listed(NEVER, NEVER, 10**12)


def test_a_second_report_lists_the_card_again() -> None:
    """Released at 500, reported again at 700: a terminal of 400 still holds the first report, one of 600 does not."""
    assert [is_listed(700, 500, known) for known in (400, 600, 700)] == [True, False, True]


def test_the_exposure_window_ends_with_the_last_terminal() -> None:
    """At 10:07 one terminal refreshes at 10:15 and one at 11:00: 53 minutes remain; at a refresh none."""
    terminals = [(15 * 60_000, 0), (60 * 60_000, 0)]
    assert exposure_ms(607 * 60_000, terminals) == 53 * 60_000
    assert exposure_ms(660 * 60_000, terminals) == 0
    assert exposure_ms(607 * 60_000, []) == 0


@given(st.integers(0, 10**9), st.integers(1, 10**7), st.integers(0, 10**7))
def test_after_the_exposure_window_the_terminal_refuses(report: int, refresh: int, offset: int) -> None:
    """At the end of the window the terminal's list holds the card, one millisecond before it does not."""
    end = report + exposure_ms(report, [(refresh, offset)])
    assert is_listed(report, NEVER, last_refresh_ms(end, refresh, offset))
    if end > report:
        assert not is_listed(report, NEVER, last_refresh_ms(end - 1, refresh, offset))
