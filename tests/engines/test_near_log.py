"""The quick logarithm is as near as it says, and where that is not enough the exact one decides."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.engines.near_log import near_log

_WRONG_AT_MOST = 1e-13


@njit
def _all(numbers: np.ndarray, logs: np.ndarray) -> None:
    for at in range(len(numbers)):
        logs[at] = near_log(numbers[at])


def test_the_quick_logarithm_is_wrong_by_less_than_it_says() -> None:
    """At random, at every power of two and beside it, at the smallest and the largest number there can be."""
    powers = 2.0 ** -np.arange(54.0)
    numbers = np.concatenate(
        [np.random.default_rng(1).random(200_000), powers, np.nextafter(powers, 0.0), powers / np.sqrt(2.0), [2.0**-54]]
    )
    logs = np.empty_like(numbers)
    _all(numbers, logs)
    assert np.max(np.abs(logs - np.log(numbers))) < _WRONG_AT_MOST
