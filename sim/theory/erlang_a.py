"""Erlang A: many servers, exponential services, and people of exponential patience (M/M/n+M).

Sources: Palm; Garnett, Mandelbaum & Reiman 2002, MSOM 4:208; Mandelbaum & Zeltyn, "The Palm/Erlang-A queue".
The number present is a birth-death process; its probabilities are computed as logarithms, so that thousands of servers
neither overflow nor vanish.  Distributions of the wait come from `patience`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.theory.patience import AbandonmentQueue, Array, exponential_patience

_NEGLIGIBLE = 60.0  # exp(-60) of the most likely state


@dataclass(frozen=True)
class ErlangA:
    """The queue M/M/n+M in its steady state, first come first served."""

    arrival_rate: float
    service_rate: float
    servers: int
    abandonment_rate: float

    def __post_init__(self) -> None:
        """Refuse rates that are no rates."""
        if min(self.arrival_rate, self.service_rate, self.abandonment_rate) <= 0 or self.servers < 1:
            raise ValueError(f"{self}: rates must be above 0 and servers at least 1")

    @cached_property
    def present(self) -> Array:
        """Probability of each number of people present, as far as it is not negligible."""
        size = 2 * self.servers + 64
        while True:
            n = np.arange(1, size)
            busy = np.minimum(n, self.servers)
            out = busy * self.service_rate + (n - busy) * self.abandonment_rate
            logs = np.concatenate(([0.0], np.cumsum(np.log(self.arrival_rate / out))))
            if logs[-1] < logs.max() - _NEGLIGIBLE and out[-1] > 2 * self.arrival_rate:
                weights = np.exp(logs - logs.max())
                return np.asarray(weights / weights.sum())
            size *= 2

    @property
    def mean_queue(self) -> float:
        """Mean number waiting."""
        waiting = np.maximum(np.arange(self.present.size) - self.servers, 0)
        return float(waiting @ self.present)

    @property
    def wait_probability(self) -> float:
        """Share of people who find all servers busy."""
        return float(self.present[self.servers :].sum())

    @property
    def mean_wait(self) -> float:
        """Mean time in the queue of all, whether served or not (Little)."""
        return self.mean_queue / self.arrival_rate

    @property
    def abandon_probability(self) -> float:
        """Share of people who leave without service."""
        return self.abandonment_rate * self.mean_wait

    @property
    def utilisation(self) -> float:
        """Share of time a server is busy."""
        return self.arrival_rate * (1 - self.abandon_probability) / (self.servers * self.service_rate)

    @cached_property
    def _waits(self) -> AbandonmentQueue:
        patience = exponential_patience(1 / self.abandonment_rate)
        return AbandonmentQueue(self.arrival_rate, self.service_rate, self.servers, patience)

    @property
    def mean_wait_served(self) -> float:
        """Mean time in the queue of those who are served."""
        return self._waits.mean_wait_served

    def wait_exceeds(self, threshold: float) -> float:
        """Return the share of all who are in the queue longer than `threshold`."""
        return self._waits.wait_exceeds(threshold)

    def service_level(self, threshold: float) -> float:
        """Return the share of all who are served after at most `threshold`."""
        return self._waits.service_level(threshold)

    def wait_quantile(self, share: float) -> float:
        """Return the time in the queue that `share` of all do not exceed."""
        return self._waits.wait_quantile(share)
