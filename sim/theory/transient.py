"""The queue Mt/M/st+M moment by moment: the exact answer that staffing rules are judged by.

The number present is a birth-death process with rates that change; its probabilities obey the Kolmogorov forward
equations, integrated here by the classical Runge-Kutta method.  When servers go off duty in the middle of a service the
person goes back to the queue (preemptive), so the number present is all there is to know.  Rates: any one unit of time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.theory.patience import Array

Rate = Callable[[Array], Array]

_STABLE = 1.0  # step times twice the largest rate; the method is stable up to 2.78
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class ChangingQueue:
    """Arrivals at `arrival_rate(t)`, `servers(t)` on duty, exponential service and (if not 0) exponential patience."""

    arrival_rate: Rate
    service_rate: float
    servers: Rate
    abandonment_rate: float = 0.0

    def delay_probability(self, times: npt.ArrayLike, initial: npt.ArrayLike) -> Array:
        """Return P(number present >= servers) at each time: what somebody arriving then meets.

        `initial` is the distribution of the number present at the first time; its length bounds the number present, and
        people who would exceed it are turned away.  `servers` is read once at each time and holds until the next.
        """
        moments = np.asarray(times, dtype=float)
        state = np.asarray(initial, dtype=float)
        staff = self.servers(moments)
        delayed = np.empty(moments.size)
        for k, moment in enumerate(moments):
            delayed[k] = state[int(staff[k]) :].sum()
            if k + 1 < moments.size:
                state = self._advance(state, moment, moments[k + 1], float(staff[k]))
        if state[-1] > _NEGLIGIBLE:
            raise ValueError(f"{state.size - 1} people do not suffice as a bound: give a longer initial distribution")
        return delayed

    def _advance(self, state: Array, begin: float, end: float, staff: float) -> Array:
        """Integrate from `begin` to `end` with `staff` servers, in steps short enough to be stable."""
        present = np.arange(state.size)
        busy = np.minimum(present, staff)
        leaving: Array = np.asarray(busy * self.service_rate + (present - busy) * self.abandonment_rate)
        fastest = float(leaving[-1]) + float(self.arrival_rate(np.array([begin, end])).max())
        steps = max(1, int(np.ceil((end - begin) * 2 * fastest / _STABLE)))
        width = (end - begin) / steps
        rates = self.arrival_rate(np.linspace(begin, end, 2 * steps + 1))
        for k in range(steps):
            first = _change(state, leaving, rates[2 * k])
            second = _change(state + width / 2 * first, leaving, rates[2 * k + 1])
            third = _change(state + width / 2 * second, leaving, rates[2 * k + 1])
            fourth = _change(state + width * third, leaving, rates[2 * k + 2])
            state = state + width / 6 * (first + 2 * second + 2 * third + fourth)
        return state


def _change(state: Array, leaving: Array, arrival_rate: float) -> Array:
    """Return the derivative of the distribution: what flows up from each state and what flows down."""
    flow = arrival_rate * state[:-1] - leaving[1:] * state[1:]
    change = np.zeros_like(state)
    change[:-1] -= flow
    change[1:] += flow
    return change


def empty(bound: int) -> Array:
    """Return the distribution of nobody present, where at most `bound` people fit."""
    state = np.zeros(bound + 1)
    state[0] = 1.0
    return state


def poisson(mean: float, bound: int) -> Array:
    """Return the Poisson distribution of up to `bound` people."""
    logs = np.concatenate(([0.0], np.cumsum(np.log(mean / np.arange(1, bound + 1)))))
    return np.asarray(np.exp(logs - mean))


@dataclass(frozen=True)
class PeriodDelay:
    """How late people are in one staffing period."""

    delayed: float
    """Share of its arrivals who wait."""
    arrivals: float


def delay_by_period(
    queue: ChangingQueue, edges: npt.ArrayLike, initial: npt.ArrayLike, points: int = 20
) -> list[PeriodDelay]:
    """Return for each period the share of its arrivals who wait, weighted by the arrival rate (trapezes)."""
    edge = np.asarray(edges, dtype=float)
    share = np.arange(points) / points
    times = np.append((edge[:-1, None] + np.diff(edge)[:, None] * share).ravel(), edge[-1])
    delayed = queue.delay_probability(times, initial)
    rate = queue.arrival_rate(times)
    periods = []
    for k in range(edge.size - 1):
        part = slice(k * points, (k + 1) * points)
        arrivals = float(rate[part].sum())
        width = float(edge[k + 1] - edge[k]) / points
        periods.append(PeriodDelay(float(rate[part] @ delayed[part]) / arrivals if arrivals else 0.0, arrivals * width))
    return periods
