"""Staffing when arrivals change over the day: how many servers, by which rule, and how late people really are.

The offered load m(t), the mean number busy if there were always a free server, follows the arrival rate flattened and
about one service later.  Staffing by m(t) keeps the delay even (modified offered load, MOL); staffing by the arrival
rate of the moment (pointwise, PSA) or of a period (SIPP) is late on the way up and early on the way down.

Sources: Eick, Massey & Whitt 1993, Management Science 39:241 (offered load); Jennings, Mandelbaum, Massey & Whitt 1996,
Management Science 42:1383 and Feldman, Mandelbaum, Massey & Whitt 2008, Management Science 54:324 (MOL, stable delay);
Green, Kolesar & Soares 2001, Operations Research 49:549 (SIPP, lagged SIPP).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.theory.erlang import fewest_servers_for_delay
from sim.theory.patience import Array

Rate = Callable[[Array], Array]
Summary = Literal["average", "maximum"]


@dataclass(frozen=True)
class SineRate:
    """An arrival rate that swings around its mean: mean + amplitude * sin(frequency * t)."""

    mean: float
    amplitude: float
    frequency: float = 1.0
    """In radians per unit of time: 2 pi over the period."""

    def __post_init__(self) -> None:
        """Refuse a rate that falls below 0."""
        if abs(self.amplitude) > self.mean:
            raise ValueError(f"amplitude {self.amplitude} exceeds the mean rate {self.mean}: the rate falls below 0")

    def __call__(self, t: npt.ArrayLike) -> Array:
        """Return the rate at `t`."""
        return np.asarray(self.mean + self.amplitude * np.sin(self.frequency * np.asarray(t, dtype=float)))

    def offered_load(self, service_rate: float) -> Rate:
        """Return m(t) in the periodic steady state of Mt/M/infinity (Eick, Massey & Whitt 1993)."""
        mu, omega = service_rate, self.frequency
        scale = self.amplitude / (mu * mu + omega * omega)

        def load(t: Array) -> Array:
            angle = omega * np.asarray(t, dtype=float)
            return np.asarray(self.mean / mu + scale * (mu * np.sin(angle) - omega * np.cos(angle)))

        return load


@dataclass(frozen=True)
class StepRate:
    """An arrival rate constant between edges, and 0 before and after."""

    edges: Array
    rates: Array

    def __post_init__(self) -> None:
        """Refuse edges that do not rise or do not fit."""
        if len(self.edges) != len(self.rates) + 1 or np.any(np.diff(self.edges) <= 0) or np.any(self.rates < 0):
            raise ValueError("stepwise rates need rising edges, one more than rates, and no rate below 0")

    def __call__(self, t: npt.ArrayLike) -> Array:
        """Return the rate at `t`, from the right at an edge."""
        padded = np.concatenate(([0.0], self.rates, [0.0]))
        return np.asarray(padded[np.searchsorted(self.edges, np.asarray(t, dtype=float), side="right")])

    def offered_load(self, service_rate: float, initial: float = 0.0) -> Rate:
        """Return m(t) from `initial` people at the first edge: m' = rate - mu m, solved step by step."""
        at_edges = [initial]
        for rate, width in zip(self.rates, np.diff(self.edges), strict=True):
            settled = float(rate) / service_rate
            at_edges.append(settled + (at_edges[-1] - settled) * math.exp(-service_rate * float(width)))
        start = np.array(at_edges)
        settled_rates = np.concatenate((self.rates, [0.0])) / service_rate

        def load(t: Array) -> Array:
            step = np.searchsorted(self.edges, np.asarray(t, dtype=float), side="right") - 1
            if np.any(step < 0):
                raise ValueError("the offered load is not known before the first edge")
            decay = np.exp(-service_rate * (np.asarray(t, dtype=float) - self.edges[step]))
            return np.asarray(settled_rates[step] + (start[step] - settled_rates[step]) * decay)

        return load


def square_root_staffing(load: npt.ArrayLike, beta: float) -> npt.NDArray[np.int64]:
    """Return load + beta * sqrt(load), rounded up: MOL if `load` is the offered load, PSA if it is rate / mu."""
    offered = np.asarray(load, dtype=float)
    return np.asarray(np.ceil(offered + beta * np.sqrt(offered)), dtype=np.int64)


def poisson_staffing(load: float, delayed: float) -> int:
    """Return the fewest servers s with P(N >= s) <= `delayed`, N of Poisson distribution with mean `load`.

    Exact at every moment where the abandonment rate equals the service rate: the number present is then that of
    infinitely many servers (Feldman et al. 2008).
    """
    if not 0 < delayed < 1 or load < 0:
        raise ValueError(f"load {load} must not be negative, the share of delayed people {delayed} between 0 and 1")
    servers, below = 0, 0.0
    while 1 - below > delayed:
        below += math.exp(servers * math.log(load) - load - math.lgamma(servers + 1)) if load else 1.0
        servers += 1
    return servers


def period_values(of: Rate, edges: npt.ArrayLike, how: Summary, *, lag: float = 0.0, points: int = 20) -> Array:
    """Return one value per staffing period of a rate or load: its average or maximum, seen `lag` earlier.

    Each period is cut into `points` parts; the maximum is over the parts' ends, the average is Simpson's.
    """
    edge = np.asarray(edges, dtype=float)
    share = np.linspace(0.0, 1.0, 2 * points + 1)
    t = edge[:-1, None] + np.diff(edge)[:, None] * share - lag
    values = of(t.ravel()).reshape(t.shape)
    if how == "maximum":
        return np.asarray(values.max(axis=1))
    weights = np.ones(share.size)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    return np.asarray(values @ weights / weights.sum())


def delay_staffing(loads: npt.ArrayLike, delayed: float) -> npt.NDArray[np.int64]:
    """Return for each load the fewest servers with which Erlang C delays at most the share `delayed`.

    `loads` decides the method: period averages or maxima of rate / mu are SIPP, the same seen one mean service earlier
    lagged SIPP, those of the offered load MOL.
    """
    return np.array([fewest_servers_for_delay(float(load), delayed) for load in np.atleast_1d(loads)], dtype=np.int64)
