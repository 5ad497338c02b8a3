"""Staffing over the day, and the exact queue it is judged by: steady limits, steps, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theory.erlang_a import ErlangA
from sim.theory.time_varying import (
    SineRate,
    StepRate,
    delay_staffing,
    period_values,
    poisson_staffing,
    square_root_staffing,
)
from sim.theory.transient import ChangingQueue, delay_by_period, empty, poisson


def test_the_offered_load_of_steps_is_that_of_the_sine_when_the_steps_are_fine() -> None:
    """Two closed forms, one for a sine and one for steps, agree after the start is forgotten."""
    sine = SineRate(100.0, 20.0)
    edges = np.linspace(0.0, 20.0, 20_001)
    steps = StepRate(edges, sine((edges[:-1] + edges[1:]) / 2))
    t = np.linspace(15.0, 19.9, 50)
    assert steps.offered_load(1.0)(t) == pytest.approx(sine.offered_load(1.0)(t), abs=1e-4)


def test_the_offered_load_of_one_step_rises_and_then_falls() -> None:
    """Ten per hour for one hour, services of one hour: 10 (1 - 1/e), then e-fold less each hour."""
    load = StepRate(np.array([0.0, 1.0]), np.array([10.0])).offered_load(1.0)
    full = 10 * (1 - math.exp(-1))
    assert load(np.array([0.0, 1.0, 2.0])) == pytest.approx([0.0, full, full / math.e])


def test_a_step_rate_is_read_from_the_right_and_is_zero_outside() -> None:
    """At an edge the new step has begun."""
    rate = StepRate(np.array([8.0, 9.0, 10.0]), np.array([5.0, 7.0]))
    assert rate([7.9, 8.0, 9.0, 9.9, 10.0]).tolist() == [0.0, 5.0, 7.0, 7.0, 0.0]
    with pytest.raises(ValueError, match="not known before the first edge"):
        rate.offered_load(1.0)(np.array([7.0]))


def test_rates_below_zero_are_refused() -> None:
    """A swing wider than the mean, falling edges, and a negative step are mistakes."""
    with pytest.raises(ValueError, match="the rate falls below 0"):
        SineRate(10.0, 11.0)
    with pytest.raises(ValueError, match="rising edges"):
        StepRate(np.array([0.0, 0.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="no rate below 0"):
        StepRate(np.array([0.0, 1.0]), np.array([-1.0]))


def test_period_values_of_a_straight_line() -> None:
    """Average and maximum of t over half-hours, also seen an hour earlier."""

    def line(t: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return t

    edges = [0.0, 0.5, 1.0]
    assert period_values(line, edges, "average") == pytest.approx([0.25, 0.75])
    assert period_values(line, edges, "maximum") == pytest.approx([0.5, 1.0])
    assert period_values(line, edges, "maximum", lag=1.0) == pytest.approx([-0.5, 0.0])


def test_staffing_of_known_loads() -> None:
    """Load 100 and beta 1 is 110; an empty period still has a server on duty; 8 erlangs need 13 for a tenth delayed."""
    assert square_root_staffing([100.0, 0.0], 1.0).tolist() == [110, 0]
    assert delay_staffing([0.0, 8.0], 0.1).tolist() == [1, 13]


@given(load=st.floats(0.0, 300), delayed=st.floats(0.01, 0.99))
def test_poisson_staffing_is_the_smallest_that_does(load: float, delayed: float) -> None:
    """P(N >= s) is at most the target, and above it with one server fewer."""

    def tail(servers: int) -> float:
        return 1 - float(poisson(load, 800)[:servers].sum()) if load else float(servers == 0)

    servers = poisson_staffing(load, delayed)
    assert tail(servers) <= delayed + 1e-9
    assert servers == 0 or tail(servers - 1) > delayed - 1e-9


def test_poisson_staffing_refuses_a_share_that_is_none() -> None:
    """The share of delayed people lies between 0 and 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        poisson_staffing(10.0, 0.0)


def test_a_steady_queue_settles_at_erlang_a() -> None:
    """With constant rates the moment-by-moment queue forgets its start."""
    queue = ChangingQueue(lambda t: np.full(t.shape, 4.4), 1.0, lambda t: np.full(t.shape, 4.0), 0.25)
    delayed = queue.delay_probability(np.linspace(0.0, 60.0, 61), empty(120))
    assert delayed[0] == 0.0
    assert delayed[-1] == pytest.approx(ErlangA(4.4, 1.0, 4, 0.25).wait_probability, abs=1e-8)


def test_with_patience_of_a_service_the_number_present_stays_poisson() -> None:
    """The theorem behind exact staffing: theta = mu, and the delay is the Poisson tail at every moment."""
    rate = SineRate(20.0, 8.0)
    queue = ChangingQueue(rate, 1.0, lambda t: np.full(t.shape, 22.0), 1.0)
    times = np.linspace(0.0, 6.0, 13)
    load = rate.offered_load(1.0)(times)
    delayed = queue.delay_probability(times, poisson(float(load[0]), 150))
    assert delayed == pytest.approx([1 - poisson(float(m), 150)[:22].sum() for m in load], abs=1e-8)


def test_delay_by_period_weighs_by_arrivals() -> None:
    """Without servers everybody is delayed, and the arrivals of each period are counted."""
    rate = StepRate(np.array([0.0, 1.0, 2.0]), np.array([3.0, 0.0]))
    queue = ChangingQueue(rate, 1.0, np.zeros_like)
    first, second = delay_by_period(queue, [0.0, 1.0, 2.0], empty(60), points=50)
    assert [first.delayed, first.arrivals] == pytest.approx([1.0, 3.0])
    assert [second.delayed, second.arrivals] == [0.0, 0.0]


def test_a_bound_that_is_reached_is_refused() -> None:
    """Turning people away would falsify the answer without a word."""
    queue = ChangingQueue(lambda t: np.full(t.shape, 50.0), 1.0, lambda t: np.full(t.shape, 2.0))
    with pytest.raises(ValueError, match="20 people do not suffice as a bound"):
        queue.delay_probability([0.0, 5.0], empty(20))
