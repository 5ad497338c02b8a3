"""Queues whose people leave when they have waited too long, and how to learn patience from what was seen.

Sources: Baccelli & Hebuterne 1981 (density of the offered wait); Zeltyn & Mandelbaum 2005, Queueing Systems 51:361
(performance by the integrals J and J_H); Aalen 1978 and Kaplan & Meier 1958 (patience from waits that ended in
service, which tell only that patience was longer); Brown et al. 2005, JASA 100:36.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sim.theory.erlang import erlang_b

Array = npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANELS = 200  # per smooth stretch: 3200 points; errors are far below 1e-9
_NEGLIGIBLE = 50.0  # exp(-50) of the largest density is not worth integrating
_STEPS = 100  # of a bisection


@dataclass(frozen=True)
class Patience:
    """How long people are ready to wait.

    `survival(x)` is the share with more patience than x; `integral(x)` its integral from 0 to x; `kinks` are the
    points where survival jumps or bends, at which the numerical integration starts anew.
    """

    survival: Callable[[Array], Array]
    integral: Callable[[Array], Array]
    kinks: tuple[float, ...] = ()


def exponential_patience(mean: float) -> Patience:
    """Return patience without memory."""
    return Patience(lambda x: np.exp(-x / mean), lambda x: -mean * np.expm1(-x / mean))


def constant_patience(value: float) -> Patience:
    """Return the same patience for all."""
    return Patience(
        lambda x: np.where(x < value, 1.0, 0.0),
        lambda x: np.minimum(x, value),
        kinks=(value,),
    )


def uniform_patience(low: float, high: float) -> Patience:
    """Return patience evenly spread from `low` to `high`."""

    def survival(x: Array) -> Array:
        return np.clip((high - x) / (high - low), 0.0, 1.0)

    def integral(x: Array) -> Array:
        inside = np.clip(x, low, high) - low
        return np.minimum(x, low) + inside - inside**2 / (2 * (high - low))

    return Patience(survival, integral, kinks=(low, high))


@dataclass(frozen=True)
class AbandonmentQueue:
    """The queue M/M/n+G in its steady state, first come first served."""

    arrival_rate: float
    service_rate: float
    servers: int
    patience: Patience

    def _exponent(self, x: Array) -> Array:
        return self.arrival_rate * self.patience.integral(x) - self.servers * self.service_rate * x

    @cached_property
    def _end(self) -> float:
        """Wait beyond which the density of the offered wait is negligible."""
        x = 1 / (self.servers * self.service_rate)
        largest = 0.0
        for _ in range(60):
            exponent = float(self._exponent(np.array(x)))
            largest = max(largest, exponent)
            if exponent < largest - _NEGLIGIBLE:
                return x
            x *= 2
        raise ValueError(
            f"no steady state: arrivals {self.arrival_rate} exceed {self.servers} servers x {self.service_rate} "
            "and too few leave the queue"
        )

    def _points(self, begin: float) -> tuple[Array, Array]:
        """Return points and weights from `begin` to the end, each smooth stretch cut into panels."""
        inner = [kink for kink in self.patience.kinks if begin < kink < self._end]
        edges = [begin, *inner, max(self._end, begin)]
        cuts = np.unique(np.concatenate([np.linspace(a, b, _PANELS + 1) for a, b in pairwise(edges)]))
        half = np.diff(cuts) / 2
        x = (cuts[:-1] + half)[:, None] + half[:, None] * _NODES
        return x.ravel(), (half[:, None] * _WEIGHTS).ravel()

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """Largest exponent, and the probability density of the offered wait where the exponent is the largest."""
        x, weight = self._points(0.0)
        exponent = self._exponent(x)
        largest = max(0.0, float(exponent.max()))
        inverse_b = 1 / erlang_b(self.arrival_rate / self.service_rate, self.servers - 1)
        total = inverse_b * math.exp(-largest) + self.arrival_rate * float(weight @ np.exp(exponent - largest))
        return largest, self.arrival_rate / total

    def expect(self, of: Callable[[Array], Array], longer_than: float = 0.0) -> float:
        """Return the integral of `of(x)` over the density of the offered wait x > `longer_than`.

        The offered wait is how long somebody of endless patience would wait; it is 0 with the remaining probability.
        """
        largest, density = self._scale
        x, weight = self._points(longer_than)
        return density * float(weight @ (of(x) * np.exp(self._exponent(x) - largest)))

    @property
    def wait_probability(self) -> float:
        """Share of people who find all servers busy."""
        return self.expect(np.ones_like)

    @property
    def abandon_probability(self) -> float:
        """Share of people who leave without service."""
        return self.expect(lambda x: 1 - self.patience.survival(x))

    @property
    def mean_wait(self) -> float:
        """Mean time in the queue of all, whether served or not, also those who wait 0."""
        return self.expect(self.patience.integral)

    @property
    def mean_wait_served(self) -> float:
        """Mean time in the queue of those who are served."""
        return self.expect(lambda x: x * self.patience.survival(x)) / (1 - self.abandon_probability)

    @property
    def utilisation(self) -> float:
        """Share of time a server is busy."""
        return self.arrival_rate * (1 - self.abandon_probability) / (self.servers * self.service_rate)

    def wait_exceeds(self, threshold: float) -> float:
        """Return the share of all who are in the queue longer than `threshold`."""
        patient = float(self.patience.survival(np.array(threshold)))
        return patient * self.expect(np.ones_like, threshold)

    def service_level(self, threshold: float) -> float:
        """Return the share of all who are served after at most `threshold`."""
        late = self.expect(self.patience.survival, threshold)
        return 1 - self.abandon_probability - late

    def wait_quantile(self, share: float) -> float:
        """Return the time in the queue that `share` of all do not exceed."""
        low, high = 0.0, self._end
        if self.wait_exceeds(0.0) <= 1 - share:
            return 0.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self.wait_exceeds(middle) > 1 - share:
                low = middle
            else:
                high = middle
        return high


@dataclass(frozen=True)
class Curve:
    """A step function: from each of `times` on, the value at the same place."""

    times: Array
    values: Array


def _at_risk(waits: npt.ArrayLike, abandoned: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Return the times of abandonment, how many left then, and how many were still in the queue just before."""
    wait = np.asarray(waits, dtype=float)
    left = np.asarray(abandoned, dtype=bool)
    if wait.shape != left.shape or wait.ndim != 1:
        raise ValueError(f"{wait.shape} waits and {left.shape} outcomes do not match")
    times, count = np.unique(wait[left], return_counts=True)
    still = wait.size - np.searchsorted(np.sort(wait), times, side="left")
    return times, count.astype(float), still.astype(float)


def nelson_aalen(waits: npt.ArrayLike, abandoned: npt.ArrayLike) -> Curve:
    """Return the cumulative hazard of patience; a wait that ended in service is censored there (Aalen 1978)."""
    times, count, still = _at_risk(waits, abandoned)
    return Curve(times, np.cumsum(count / still))


def kaplan_meier(waits: npt.ArrayLike, abandoned: npt.ArrayLike) -> Curve:
    """Return the share with more patience than a time; served waits are censored (Kaplan & Meier 1958)."""
    times, count, still = _at_risk(waits, abandoned)
    return Curve(times, np.asarray(np.cumprod(1 - count / still)))


def abandonment_rate(waits: npt.ArrayLike, abandoned: npt.ArrayLike) -> float:
    """Return the rate of exponential patience that fits best: abandonments over all time waited (Brown et al. 2005)."""
    total = float(np.sum(np.asarray(waits, dtype=float)))
    if total <= 0:
        raise ValueError("nobody waited: patience cannot be estimated")
    return float(np.count_nonzero(np.asarray(abandoned, dtype=bool))) / total
