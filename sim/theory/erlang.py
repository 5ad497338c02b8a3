"""Erlang B and C: many servers, Poisson arrivals, exponential services; and how many servers a target needs.

Sources: Gross, Shortle, Thompson & Harris, Fundamentals of Queueing Theory, ch. 2 (B by its recursion, C from B);
Halfin & Whitt 1981, Operations Research 29:567 (square-root staffing without abandonment);
Garnett, Mandelbaum & Reiman 2002, MSOM 4:208 (the same with abandonment).

Rates and times are in any one unit; `load` is in erlangs, arrival rate times mean service time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 200  # of a bisection: more than a double can resolve


def erlang_b(load: float, servers: int) -> float:
    """Return the share of arrivals that find all servers busy, where nobody can wait.

    The recursion B(k) = a B(k-1) / (k + a B(k-1)) is stable for any size.
    """
    if load < 0 or servers < 0:
        raise ValueError(f"load {load} and servers {servers} must not be negative")
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return blocking


def erlang_c(load: float, servers: int) -> float:
    """Return the share of arrivals that wait, where all wait as long as it takes; 1 if the load is too high."""
    if load >= servers:
        return 1.0
    blocking = erlang_b(load, servers)
    return blocking / (1 - load / servers * (1 - blocking))


@dataclass(frozen=True)
class ErlangC:
    """The queue M/M/c in its steady state, first come first served."""

    arrival_rate: float
    service_rate: float
    servers: int

    def __post_init__(self) -> None:
        """Refuse a queue that has no steady state."""
        if not 0 < self.arrival_rate < self.servers * self.service_rate:
            raise ValueError(
                f"no steady state: arrivals {self.arrival_rate} must be above 0 and below "
                f"{self.servers} servers x {self.service_rate}"
            )

    @property
    def load(self) -> float:
        """Offered load in erlangs, which is also the mean number of busy servers."""
        return self.arrival_rate / self.service_rate

    @property
    def utilisation(self) -> float:
        """Share of time a server is busy."""
        return self.load / self.servers

    @property
    def wait_probability(self) -> float:
        """Share of people who wait."""
        return erlang_c(self.load, self.servers)

    @property
    def spare_rate(self) -> float:
        """By how much the servers together are faster than the arrivals."""
        return self.servers * self.service_rate - self.arrival_rate

    @property
    def mean_wait(self) -> float:
        """Mean wait of all, also those who wait 0."""
        return self.wait_probability / self.spare_rate

    @property
    def mean_stay(self) -> float:
        """Mean wait and service together."""
        return self.mean_wait + 1 / self.service_rate

    @property
    def mean_queue(self) -> float:
        """Mean number waiting (Little)."""
        return self.arrival_rate * self.mean_wait

    @property
    def mean_present(self) -> float:
        """Mean number waiting or served (Little)."""
        return self.arrival_rate * self.mean_stay

    def wait_exceeds(self, threshold: float) -> float:
        """Return the share who wait longer than `threshold`."""
        return self.wait_probability * math.exp(-self.spare_rate * threshold)

    def service_level(self, threshold: float) -> float:
        """Return the share who wait at most `threshold`."""
        return 1 - self.wait_exceeds(threshold)

    def wait_quantile(self, share: float) -> float:
        """Return the wait that `share` of the people do not exceed."""
        exceeding = (1 - share) / self.wait_probability
        return 0.0 if exceeding >= 1 else -math.log(exceeding) / self.spare_rate


def _fewest(load: float, enough: Callable[[int], bool]) -> int:
    """Count up from the first stable number of servers until there are enough."""
    servers = math.floor(load) + 1
    while not enough(servers):
        servers += 1
    return servers


def fewest_servers(arrival_rate: float, service_rate: float, threshold: float, level: float) -> int:
    """Return the fewest servers with which the share `level` waits at most `threshold`."""
    if not 0 < level < 1:
        raise ValueError(f"service level {level} must lie between 0 and 1")
    return _fewest(
        arrival_rate / service_rate,
        lambda servers: ErlangC(arrival_rate, service_rate, servers).service_level(threshold) >= level,
    )


def fewest_servers_for_delay(load: float, delayed: float) -> int:
    """Return the fewest servers with which at most the share `delayed` waits at all."""
    if not 0 < delayed < 1:
        raise ValueError(f"share of delayed people {delayed} must lie between 0 and 1")
    return _fewest(load, lambda servers: erlang_c(load, servers) <= delayed)


def normal_hazard(x: float) -> float:
    """Return phi(x) / (1 - Phi(x)) of the standard normal distribution."""
    if x > 25:  # the tail soon is smaller than a double; the asymptotic series is right to eleven digits from here
        return x + 1 / x - 2 / x**3 + 10 / x**5 - 74 / x**7
    return _NORMAL.pdf(x) / (0.5 * math.erfc(x / math.sqrt(2)))


def halfin_whitt(beta: float) -> float:
    """Return the limit of P(wait) with load + beta * sqrt(load) servers, nobody leaving the queue."""
    if beta <= 0:
        return 1.0
    return 1 / (1 + beta * _NORMAL.cdf(beta) / _NORMAL.pdf(beta))


def garnett(beta: float, patience_ratio: float) -> float:
    """Return the limit of P(wait) with load + beta * sqrt(load) servers and exponential patience.

    `patience_ratio` is the abandonment rate over the service rate (theta / mu).
    """
    root = math.sqrt(patience_ratio)
    return 1 / (1 + root * normal_hazard(beta / root) / normal_hazard(-beta))


def _beta_for(delayed: float, limit: Callable[[float], float], low: float, high: float) -> float:
    """Invert a falling function of beta by bisection."""
    if not 0 < delayed < 1:
        raise ValueError(f"share of delayed people {delayed} must lie between 0 and 1")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if limit(middle) > delayed:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def halfin_whitt_beta(delayed: float) -> float:
    """Return the beta with which the share `delayed` waits, nobody leaving the queue."""
    return _beta_for(delayed, halfin_whitt, 0.0, 30.0)


def garnett_beta(delayed: float, patience_ratio: float) -> float:
    """Return the beta with which the share `delayed` waits, with exponential patience."""
    return _beta_for(delayed, lambda beta: garnett(beta, patience_ratio), -30.0, 30.0)
