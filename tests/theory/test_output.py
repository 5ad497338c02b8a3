"""Output analysis: edges of the procedures, and a check of each against something independent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theory.output import (
    arrivals_by_inversion,
    kim_nelson_eta,
    mean_interval,
    mser5,
    ocba_fractions,
    quantile_ranks,
    t_quantile,
)


def test_a_run_that_never_settles_says_so() -> None:
    """A steady climb has its best cut at the last place allowed."""
    assert not mser5(np.arange(100.0)).settled


def test_a_settled_run_is_cut_nowhere() -> None:
    """A series without drift keeps all its observations."""
    found = mser5([1.0, -1.0, 1.0, -1.0, 0.0] * 20)
    assert (found.batches, found.settled) == (0, True)


def test_too_few_observations_are_refused() -> None:
    """Two batches of five are the least."""
    with pytest.raises(ValueError, match="9 observations are too few"):
        mser5(range(9))
    with pytest.raises(ValueError, match="too few for an interval"):
        quantile_ranks(20, 0.99)
    with pytest.raises(ValueError, match="at least two"):
        mean_interval([1.0])


@pytest.mark.parametrize(
    ("share", "degrees", "known"),
    [(0.95, 9, 1.833113), (0.975, 1, 12.706205), (0.975, 2, 4.302653), (0.975, 4, 2.776445), (0.995, 30, 2.749996)],
)
def test_quantiles_of_student(share: float, degrees: int, known: float) -> None:
    """The printed table of Student's t."""
    assert t_quantile(share, degrees) == pytest.approx(known, abs=1e-6)


def test_quantiles_of_student_are_asked_for_above_the_median() -> None:
    """The lower half is the upper half mirrored."""
    assert t_quantile(0.5, 5) == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match=r"needs 0\.5 <= share < 1"):
        t_quantile(0.1, 5)


@given(count=st.integers(100, 3000), share=st.floats(0.1, 0.9))
def test_ranks_enclose_the_quantile_often_enough(count: int, share: float) -> None:
    """The coverage is at least what was asked for, and the ranks lie on both sides of the quantile."""
    ranks = quantile_ranks(count, share)
    assert ranks.coverage >= 0.95
    assert 1 <= ranks.low <= share * count + 1
    assert share * count <= ranks.high <= count


def test_more_designs_need_a_larger_constant() -> None:
    """Two designs at 5 % with ten first runs, by the formula worked out by hand: (0.1^(-2/9) - 1) / 2."""
    assert kim_nelson_eta(2, 10, 0.05) == pytest.approx(0.33405, abs=1e-5)


def test_a_tie_for_the_best_has_no_budget_shares() -> None:
    """Equal means would need endless runs."""
    with pytest.raises(ValueError, match="not alone at the top"):
        ocba_fractions([1.0, 1.0, 2.0], [1.0, 1.0, 1.0])


def test_pauses_are_passed_over() -> None:
    """Nobody comes at a rate of 0; an epoch at the end of a step is still before the pause; late epochs fall away."""
    arrivals = arrivals_by_inversion([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 2.0], [1.0, 2.0, 3.0, 4.0, 4.5])
    assert arrivals.tolist() == [0.5, 1.0, 2.5, 3.0]


@given(st.lists(st.floats(0.001, 400), min_size=1, max_size=30))
def test_inversion_keeps_the_order(epochs: list[float]) -> None:
    """A faster clock is still a clock: sorted epochs give sorted arrivals inside the edges."""
    arrivals = arrivals_by_inversion([0.0, 1.0, 2.0, 5.0], [60.0, 0.0, 100.0], sorted(epochs))
    assert np.all(np.diff(arrivals) >= 0)
    assert np.all((arrivals > 0) & (arrivals <= 5.0))


def test_steps_that_do_not_fit_are_refused() -> None:
    """One edge more than rates; epochs of a unit-rate process are above 0."""
    with pytest.raises(ValueError, match="rising edges"):
        arrivals_by_inversion([0.0, 1.0], [1.0, 2.0], [0.5])
    with pytest.raises(ValueError, match="epochs above 0"):
        arrivals_by_inversion([0.0, 1.0], [1.0], [0.0])
