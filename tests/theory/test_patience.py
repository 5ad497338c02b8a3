"""Patience: queues of any patience, and what waits tell about it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theory.patience import (
    AbandonmentQueue,
    abandonment_rate,
    constant_patience,
    exponential_patience,
    kaplan_meier,
    nelson_aalen,
    uniform_patience,
)


@given(arrivals=st.floats(1, 130), mean=st.floats(0.2, 3), kind=st.sampled_from(["M", "D", "U"]))
def test_shares_are_shares(arrivals: float, mean: float, kind: str) -> None:
    """Only people who wait leave, servers are busy at most all the time, and the tail begins at P(wait)."""
    patience = {
        "M": exponential_patience(mean),
        "D": constant_patience(mean),
        "U": uniform_patience(mean / 2, mean * 1.5),
    }[kind]
    queue = AbandonmentQueue(arrivals, 1.0, 100, patience)
    assert 0 <= queue.abandon_probability <= queue.wait_probability <= 1
    assert queue.utilisation <= 1 + 1e-9
    assert queue.wait_exceeds(0.0) == pytest.approx(queue.wait_probability)


def test_nobody_waits_longer_than_a_common_patience() -> None:
    """With the patience of all equal to 1 the longest wait is 1, and most reach it under overload."""
    queue = AbandonmentQueue(110.0, 1.0, 100, constant_patience(1.0))
    assert queue.wait_exceeds(1.0) == 0.0
    assert queue.wait_quantile(0.999) == pytest.approx(1.0)
    assert queue.wait_quantile(1e-6) == 0.0


def test_people_who_are_served_waited_less_than_all_under_a_common_patience() -> None:
    """Those who leave have waited the longest possible time, 1."""
    queue = AbandonmentQueue(110.0, 1.0, 100, constant_patience(1.0))
    gone = queue.abandon_probability
    assert gone * 1.0 + (1 - gone) * queue.mean_wait_served == pytest.approx(queue.mean_wait)


def test_uniform_patience_from_above_zero() -> None:
    """Survival of patience between 1 and 3, and its integral, at chosen points."""
    patience = uniform_patience(1.0, 3.0)
    x = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    assert patience.survival(x).tolist() == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert patience.integral(x).tolist() == [0.5, 1.0, 1.75, 2.0, 2.0]


def test_too_much_load_for_endless_patience_is_refused() -> None:
    """Nearly endless patience cannot make up for too few servers."""
    with pytest.raises(ValueError, match="too few leave the queue"):
        _ = AbandonmentQueue(110.0, 1.0, 100, exponential_patience(1e40)).wait_probability


def test_services_at_the_time_of_an_abandonment_still_count_as_at_risk() -> None:
    """Two left at 2 and one was served at 2: three were at risk."""
    waits, left = [2.0, 2.0, 2.0, 5.0], [True, True, False, False]
    assert nelson_aalen(waits, left).times.tolist() == [2.0]
    assert nelson_aalen(waits, left).values.tolist() == [0.5]
    assert kaplan_meier(waits, left).values.tolist() == [0.5]


def test_patience_cannot_be_learned_from_nothing() -> None:
    """Without waiting there is no rate, and waits need outcomes."""
    with pytest.raises(ValueError, match="nobody waited"):
        abandonment_rate([0.0, 0.0], [False, False])
    with pytest.raises(ValueError, match="do not match"):
        nelson_aalen([1.0, 2.0], [True])


@pytest.mark.slow
def test_the_estimates_find_the_patience_that_was_put_in() -> None:
    """From 200000 simulated waits, cut off by service, patience of mean 2 comes back."""
    generator = np.random.default_rng(7)
    patience, offered = generator.exponential(2.0, 200_000), generator.exponential(1.0, 200_000)
    waits, left = np.minimum(patience, offered), patience < offered
    assert abandonment_rate(waits, left) == pytest.approx(0.5, rel=0.02)
    curve = kaplan_meier(waits, left)
    assert curve.values[np.searchsorted(curve.times, 2.0)] == pytest.approx(np.exp(-1.0), abs=0.01)
