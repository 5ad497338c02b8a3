"""Queues whose service is not exponential, or whose people come or are served in groups.

Sources: Pollaczek & Khinchine, and Gross, Shortle, Thompson & Harris, Fundamentals of Queueing Theory (M/G/1, groups);
Cobham 1954, Operations Research 2:70 (priorities); Crommelin 1932 and Tijms, A First Course in Stochastic Models,
section 9.6 (constant service); Seelen, Tijms & van Hoorn 1985 (Erlang service); Neuts 1981, Matrix-Geometric Solutions;
Lee & Longton 1959, Allen & Cunneen (see Whitt 1993, Production and Operations Management 2:114); Jackson 1957.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.theory.erlang import ErlangC
from sim.theory.patience import Array

_STEPS = 200  # of a bisection
_MOST_STEPS = 100_000  # of a matrix iteration
_EXACT = 1e-14


def _require_stable(utilisation: float) -> None:
    if not 0 < utilisation < 1:
        raise ValueError(f"no steady state: utilisation {utilisation:.6g} must lie between 0 and 1")


def pollaczek_khinchine(arrival_rate: float, service_mean: float, service_scv: float) -> float:
    """Return the mean wait of M/G/1; `service_scv` is variance over squared mean."""
    utilisation = arrival_rate * service_mean
    _require_stable(utilisation)
    return arrival_rate * service_mean**2 * (1 + service_scv) / (2 * (1 - utilisation))


def cobham(
    arrival_rates: Sequence[float], service_means: Sequence[float], service_scvs: Sequence[float]
) -> list[float]:
    """Return the mean wait of each class of M/G/1 with priorities, the first class first, services not interrupted."""
    classes = list(zip(arrival_rates, service_means, service_scvs, strict=True))
    _require_stable(sum(rate * mean for rate, mean, _ in classes))
    residual = sum(rate * mean**2 * (1 + scv) / 2 for rate, mean, scv in classes)
    waits = []
    above = 0.0
    for rate, mean, _ in classes:
        with_own = above + rate * mean
        waits.append(residual / ((1 - above) * (1 - with_own)))
        above = with_own
    return waits


def group_arrivals_present(
    group_rate: float, size_mean: float, size_second_moment: float, service_rate: float
) -> float:
    """Return the mean number present of M[X]/M/1, where people come in groups but are served singly."""
    utilisation = group_rate * size_mean / service_rate
    _require_stable(utilisation)
    return group_rate * (size_mean + size_second_moment) / (2 * service_rate * (1 - utilisation))


@dataclass(frozen=True)
class GroupService:
    """The queue M/M[K]/1: one server serves up to `size` people together; latecomers may join while there is room."""

    arrival_rate: float
    service_rate: float
    size: int

    @property
    def ratio(self) -> float:
        """The number present is geometric with this ratio r: the root of mu (r + ... + r^K) = lambda below 1."""
        _require_stable(self.arrival_rate / (self.service_rate * self.size))
        low, high = 0.0, 1.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self.service_rate * sum(middle**k for k in range(1, self.size + 1)) < self.arrival_rate:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    @property
    def mean_present(self) -> float:
        """Mean number waiting or served."""
        return self.ratio / (1 - self.ratio)

    @property
    def mean_stay(self) -> float:
        """Mean wait and service together (Little)."""
        return self.mean_present / self.arrival_rate


def gathering_wait(arrival_rate: float, size: int) -> float:
    """Return the mean wait until a group of `size` is complete, people coming one by one."""
    return (size - 1) / (2 * arrival_rate)


def feedback(arrival_rate: float, service_rate: float, servers: int, again: float) -> ErlangC:
    """Return the station as those see it who come back at once with probability `again` (Jackson 1957).

    `mean_wait` is then the wait of one pass.  The flow before the servers is not Poisson; the state is as if it were.
    """
    return ErlangC(arrival_rate / (1 - again), service_rate, servers)


def constant_service_wait(arrival_rate: float, service: float, servers: int) -> float:
    """Return the mean wait of M/D/c, exactly.

    Crommelin 1932: seen every D, the number present has a generating function whose numerator vanishes at the c - 1
    roots of z^c = exp(a (z - 1)) inside the unit disk; its derivative at 1 is the mean.
    """
    load = arrival_rate * service
    _require_stable(load / servers)
    present = load - (servers * (servers - 1) - load**2) / (2 * (servers - load))
    for k in range(1, servers):
        present += (1 / (1 - _root(load, servers, k))).real
    return (present - load) / arrival_rate


def _root(load: float, servers: int, k: int) -> complex:
    """Return the k-th root of z^c = exp(a (z - 1)) inside the unit disk: Newton's method on its c-th root."""
    turn = cmath.exp(2j * math.pi * k / servers)
    z = 0j
    for _ in range(_MOST_STEPS):
        image = turn * cmath.exp(load * (z - 1) / servers)
        step = (z - image) / (1 - load / servers * image)
        z -= step
        if abs(step) < _EXACT:
            return z
    raise ArithmeticError(f"root {k} of {servers} at load {load} was not found")


def erlang2_service_wait(arrival_rate: float, service_mean: float, servers: int) -> float:
    """Return the mean wait of M/E2/c: services of two exponential phases, exactly up to rounding.

    A state is (people present, servers in their first phase).  Above c people the levels repeat, so their probabilities
    are pi(c) R^k (Neuts 1981), and only the levels up to c need a linear system.
    """
    _require_stable(arrival_rate * service_mean / servers)
    phase_rate = 2 / service_mean
    up, stay, down = _repeating_blocks(arrival_rate, phase_rate, servers)
    ratio = _rate_matrix(up, stay, down)
    probability = _boundary(arrival_rate, phase_rate, servers, stay + ratio @ down, ratio)
    rest = np.linalg.inv(np.eye(servers + 1) - ratio)
    mean_queue = float((probability[-(servers + 1) :] @ ratio @ rest @ rest).sum())
    return mean_queue / arrival_rate


def _repeating_blocks(arrival_rate: float, phase_rate: float, servers: int) -> tuple[Array, Array, Array]:
    """Return the rates one level up, within and one level down, where all servers are busy."""
    first = np.arange(servers + 1)
    up = arrival_rate * np.eye(servers + 1)
    stay = np.diag(phase_rate * first[1:].astype(float), -1)
    down = np.diag(phase_rate * (servers - first[:-1]).astype(float), 1)  # the next person begins a first phase
    stay -= np.eye(servers + 1) * (arrival_rate + servers * phase_rate)
    return up, stay, down


def _rate_matrix(up: Array, stay: Array, down: Array) -> Array:
    """Return the smallest solution R of up + R stay + R^2 down = 0."""
    ratio = np.zeros_like(up)
    for _ in range(_MOST_STEPS):
        following = -up @ np.linalg.inv(stay + ratio @ down)
        if np.abs(following - ratio).max() < _EXACT:
            return np.asarray(following)
        ratio = following
    raise ArithmeticError("the rate matrix did not converge: the load is too close to the capacity")


def _boundary(arrival_rate: float, phase_rate: float, servers: int, last: Array, ratio: Array) -> Array:
    """Return the probabilities of all states with at most c people, one level after the other."""
    offset = [level * (level + 1) // 2 for level in range(servers + 2)]
    size = offset[-1]
    flow = np.zeros((size, size))
    for level in range(servers + 1):
        for first in range(level + 1):
            here = offset[level] + first
            if level < servers:
                flow[here, offset[level + 1] + first + 1] += arrival_rate
                if first:
                    flow[here, here - 1] += first * phase_rate
            if first < level:
                flow[here, offset[level - 1] + first] += (level - first) * phase_rate
    top = slice(offset[servers], size)
    inner = slice(0, offset[servers])
    flow[inner, inner] -= np.diag(flow[inner].sum(axis=1))
    flow[top, top] = last
    weight = np.ones(size)
    weight[top] = np.linalg.inv(np.eye(servers + 1) - ratio).sum(axis=1)
    system = flow.T.copy()
    system[0] = weight  # one balance equation follows from the others: put the total in its place
    total = np.zeros(size)
    total[0] = 1.0
    return np.asarray(np.linalg.solve(system, total))


def allen_cunneen(queue: ErlangC, service_scv: float, arrival_scv: float = 1.0) -> float:
    """Return the approximate mean wait of G/G/c: that of M/M/c times the mean of the two squared variations.

    With Poisson arrivals this is Lee & Longton's formula.
    """
    return queue.mean_wait * (arrival_scv + service_scv) / 2
