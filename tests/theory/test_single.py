"""Queues of constant and Erlang service, groups, priorities: special cases that must coincide, and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theory.erlang import ErlangC
from sim.theory.single import (
    GroupService,
    allen_cunneen,
    cobham,
    constant_service_wait,
    erlang2_service_wait,
    feedback,
    group_arrivals_present,
    pollaczek_khinchine,
)


@given(load=st.floats(0.05, 0.97))
def test_one_server_is_the_single_server_queue(load: float) -> None:
    """The many-server formulas give Pollaczek and Khinchine's mean for one server."""
    assert constant_service_wait(load, 1.0, 1) == pytest.approx(pollaczek_khinchine(load, 1.0, 0.0), rel=1e-9)
    assert erlang2_service_wait(load, 1.0, 1) == pytest.approx(pollaczek_khinchine(load, 1.0, 0.5), rel=1e-8)


@given(servers=st.integers(2, 12), utilisation=st.floats(0.3, 0.95))
def test_steadier_service_means_shorter_waits(servers: int, utilisation: float) -> None:
    """Constant service waits less than Erlang service, which waits less than exponential."""
    rate = servers * utilisation
    constant, erlang = constant_service_wait(rate, 1.0, servers), erlang2_service_wait(rate, 1.0, servers)
    assert constant < erlang < ErlangC(rate, 1.0, servers).mean_wait


def test_near_the_limit_the_wait_of_constant_service_is_half_that_of_exponential() -> None:
    """In heavy traffic only the variation counts."""
    assert constant_service_wait(9.99, 1.0, 10) / ErlangC(9.99, 1.0, 10).mean_wait == pytest.approx(0.5, abs=0.005)


def test_equal_classes_of_no_priority_wait_like_one() -> None:
    """A single class is Pollaczek and Khinchine's queue; more classes keep the mean work."""
    assert cobham([0.8], [1.0], [1.0]) == pytest.approx([4.0])
    first, second = cobham([0.3, 0.5], [1.0, 1.0], [1.0, 1.0])
    assert 0.3 * first + 0.5 * second == pytest.approx(0.8 * 4.0)


def test_groups_of_one_are_single_people() -> None:
    """Group arrivals of one, and service of one, are M/M/1."""
    assert group_arrivals_present(0.5, 1.0, 1.0, 1.0) == pytest.approx(1.0)
    assert GroupService(0.5, 1.0, 1).mean_present == pytest.approx(1.0)


def test_variation_of_arrivals_counts_like_that_of_services() -> None:
    """Allen and Cunneen: regular arrivals and services of M/M/c's variation halve the wait."""
    queue = ErlangC(7.2, 1.0, 8)
    assert allen_cunneen(queue, 1.0, 0.0) == pytest.approx(queue.mean_wait / 2)


def test_people_who_come_back_add_to_the_load() -> None:
    """One in ten comes again: the servers are busy one ninth more."""
    assert feedback(2.7, 1.0, 6, 0.1).utilisation == pytest.approx(0.5)


@pytest.mark.parametrize(
    "wait",
    [
        lambda: pollaczek_khinchine(1.0, 1.0, 1.0),
        lambda: cobham([0.6, 0.6], [1.0, 1.0], [1.0, 1.0]),
        lambda: group_arrivals_present(0.5, 2.0, 4.0, 1.0),
        lambda: GroupService(2.0, 1.0, 2).mean_stay,
        lambda: constant_service_wait(5.0, 1.0, 5),
        lambda: erlang2_service_wait(5.0, 1.0, 5),
    ],
)
def test_a_queue_without_steady_state_is_refused(wait: object) -> None:
    """Full load has no mean wait."""
    assert callable(wait)
    with pytest.raises(ValueError, match="no steady state"):
        wait()
