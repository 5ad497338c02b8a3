"""Interest on the medical balance (C3)."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engines.compiled_office import _interest
from sim.office.interest import interest_fen


@pytest.mark.parametrize(
    ("fen_days", "rate_ppm", "fen"),
    [
        (0, 3_500, 0),
        (100_000 * 360, 3_500, 350),
        (120_050 * 16, 3_500, 19),
        (36_000, 5_000, 0),
        (36_000 * 3, 5_000, 2),
        (36_001, 5_000, 1),
    ],
)
def test_interest_is_the_sum_of_daily_balances_at_a_360th_of_the_rate(fen_days: int, rate_ppm: int, fen: int) -> None:
    """1,000 yuan for 360 days at 0.35 % is 3.50 yuan; 0.5 fen goes to 0, 1.5 to 2, just over 0.5 to 1."""
    assert interest_fen(fen_days, rate_ppm) == fen


@given(st.integers(0, 10**12), st.integers(0, 100_000))
def test_rounding_never_costs_more_than_half_a_fen(fen_days: int, rate_ppm: int) -> None:
    """The paid interest is within half a fen of the exact one."""
    assert abs(2 * (interest_fen(fen_days, rate_ppm) * 360_000_000 - fen_days * rate_ppm)) <= 360_000_000


@pytest.mark.parametrize(
    ("fen_days", "fen"), [(36_000, 0), (36_001, 1), (36_000 * 3, 2), (36_000 * 5, 2), (10**12, 13_888_889)]
)
def test_the_compiled_engine_pays_the_same_fen(fen_days: int, fen: int) -> None:
    """At 0.5 %: 0.5, just over, 1.5 and 2.5 fen, and ten thousand million yuan for a day."""
    in_python = cast("Any", _interest).py_func  # the source itself: to compile it would take seconds
    assert in_python(fen_days, 5_000) == interest_fen(fen_days, 5_000) == fen
