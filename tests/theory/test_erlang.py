"""Erlang B, C and A: properties, limits, inverses and refusals beyond the cases with a known answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theory.erlang import (
    ErlangC,
    erlang_b,
    erlang_c,
    fewest_servers,
    fewest_servers_for_delay,
    garnett,
    garnett_beta,
    halfin_whitt,
    halfin_whitt_beta,
    normal_hazard,
)
from sim.theory.erlang_a import ErlangA


@given(load=st.floats(0.1, 50), servers=st.integers(1, 60))
def test_blocking_is_the_ratio_of_two_sums(load: float, servers: int) -> None:
    """The recursion gives a^c/c! over the sum of a^k/k!, its definition."""
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms), rel=1e-9)


def test_thousands_of_servers_do_not_overflow() -> None:
    """At 10000 erlangs and 10100 servers (beta = 1) the delay is near its limit, 0.2234."""
    assert erlang_c(10_000.0, 10_100) == pytest.approx(0.2234, abs=0.002)


def test_everybody_waits_when_the_load_is_too_high() -> None:
    """With as much load as servers the queue never ends."""
    assert erlang_c(8.0, 8) == 1.0


def test_waits_of_the_queue_of_one_server() -> None:
    """M/M/1 with load 1/2: half wait; the rest follows from the exponential tail."""
    queue = ErlangC(1.0, 2.0, 1)
    assert queue.utilisation == 0.5
    assert queue.wait_exceeds(1.0) == pytest.approx(0.5 * math.exp(-1.0))
    assert queue.wait_quantile(0.4) == 0.0
    assert queue.wait_quantile(0.9) == pytest.approx(math.log(5.0))
    assert queue.mean_stay == pytest.approx(1.0)
    assert queue.mean_present == pytest.approx(1.0)


@given(load=st.floats(0.5, 80), delayed=st.floats(0.01, 0.99))
def test_one_server_fewer_would_not_do(load: float, delayed: float) -> None:
    """The number for a delay target reaches it, and is the smallest that does."""
    servers = fewest_servers_for_delay(load, delayed)
    assert erlang_c(load, servers) <= delayed
    assert erlang_c(load, servers - 1) > delayed


def test_a_target_of_all_or_none_is_refused() -> None:
    """A share of 0 or 1 has no finite or no sensible answer."""
    with pytest.raises(ValueError, match=r"service level 1\.0 must lie between 0 and 1"):
        fewest_servers(1.0, 1.0, 0.0, 1.0)
    with pytest.raises(ValueError, match=r"share of delayed people 0\.0 must lie"):
        fewest_servers_for_delay(1.0, 0.0)
    with pytest.raises(ValueError, match=r"share of delayed people 1\.5 must lie"):
        garnett_beta(1.5, 1.0)


def test_an_unstable_queue_is_refused() -> None:
    """The message names arrivals and capacity."""
    with pytest.raises(ValueError, match=r"arrivals 9.0 must be above 0 and below 8 servers x 1.0"):
        ErlangC(9.0, 1.0, 8)
    with pytest.raises(ValueError, match="must not be negative"):
        erlang_b(-1.0, 3)


@given(delayed=st.floats(0.01, 0.99), ratio=st.floats(0.05, 20))
def test_the_inverses_invert(delayed: float, ratio: float) -> None:
    """Beta for a delay gives that delay, with and without patience."""
    assert halfin_whitt(halfin_whitt_beta(delayed)) == pytest.approx(delayed, abs=1e-9)
    assert garnett(garnett_beta(delayed, ratio), ratio) == pytest.approx(delayed, abs=1e-9)


def test_beta_for_a_tenth_delayed_with_patience_of_two_services() -> None:
    """The value used for even delays over a swinging day."""
    assert garnett_beta(0.1, 0.5) == pytest.approx(1.3386, abs=5e-5)


def test_without_spare_servers_everybody_waits_in_the_limit() -> None:
    """Halfin and Whitt's limit is 1 for beta <= 0."""
    assert halfin_whitt(0.0) == 1.0


def test_the_normal_hazard_is_continuous_where_its_formula_changes() -> None:
    """The asymptotic series takes over without a step."""
    assert normal_hazard(25.0) == pytest.approx(normal_hazard(25.0 + 1e-9), rel=1e-8)
    assert normal_hazard(0.0) == pytest.approx(math.sqrt(2 / math.pi))


@given(
    arrivals=st.floats(1, 120),
    servers=st.integers(1, 100),
    theta=st.floats(0.05, 5),
)
def test_states_and_waits_agree(arrivals: float, servers: int, theta: float) -> None:
    """Two calculations of Erlang A, by states and by the density of the wait, give the same numbers."""
    queue = ErlangA(arrivals, 1.0, servers, theta)
    assert queue.present.sum() == pytest.approx(1.0)
    assert queue.wait_exceeds(0.0) == pytest.approx(queue.wait_probability, rel=1e-7, abs=1e-12)
    served, gone = 1 - queue.abandon_probability, queue.abandon_probability
    assert queue.service_level(1e9) == pytest.approx(served, abs=1e-9)
    if gone > 1e-6:
        mean_wait_gone = (queue.mean_wait - served * queue.mean_wait_served) / gone
        assert mean_wait_gone > 0


def test_quantile_and_tail_of_the_wait_agree() -> None:
    """A tenth waits longer than the 90 % quantile."""
    queue = ErlangA(48.0, 1.0, 50, 0.5)
    assert queue.wait_exceeds(queue.wait_quantile(0.9)) == pytest.approx(0.1, abs=1e-9)
    assert queue.wait_quantile(0.5) == 0.0


def test_rates_of_erlang_a_must_be_rates() -> None:
    """An abandonment rate of 0 is Erlang C, not Erlang A."""
    with pytest.raises(ValueError, match="rates must be above 0"):
        ErlangA(1.0, 1.0, 1, 0.0)
