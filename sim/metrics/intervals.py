"""Confidence intervals: within one run from clusters, over replications from Student's t, for quantiles from ranks.

One run: visits at one station on one day depend on each other, so a (station, day) is one observation (a cluster).
Means and shares are ratios of cluster sums; the variance of a ratio R = Y/X is k/(k-1) * sum (y - R x)^2 / X^2 over
the k clusters (linearisation; Cochran, Sampling Techniques, 1977, ch. 6).  A quantile's interval is that of the
distribution function at the quantile, read back on the other axis (Woodruff, JASA 47, 1952).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.metrics.counting import Floats, Ints, quantile

LEAST_CLUSTERS = 5
"""With fewer observations an interval would promise more than it can keep."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits and standard error; `note` says why there are none."""

    low: float
    high: float
    error: float  # standard error
    observations: int  # clusters or replications
    note: str = ""


NO_NUMBER = float("nan")


def none_because(note: str, observations: int = 0) -> Interval:
    """No interval, and why."""
    return Interval(NO_NUMBER, NO_NUMBER, NO_NUMBER, observations, note)


@lru_cache(maxsize=4096)
def t_quantile(level: float, freedom: int) -> float:
    """Quantile of Student's t with `freedom` degrees of freedom, 0 < level < 1, to about 1e-12 relative."""
    if freedom < 1 or not 0.0 < level < 1.0:
        raise ValueError(f"no quantile of Student's t at level {level} with {freedom} degrees of freedom")
    if level < 0.5:
        return -t_quantile(1.0 - level, freedom)
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < level:
        low, high = high, 2.0 * high
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if t_cdf(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return high


def t_cdf(t: float, freedom: int) -> float:
    """Distribution function of Student's t (Abramowitz & Stegun 26.7.1 by the incomplete beta function)."""
    tail = 0.5 * beta_ratio(freedom / 2.0, 0.5, freedom / (freedom + t * t))
    return 1.0 - tail if t >= 0.0 else tail


def beta_ratio(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function by its continued fraction (A&S 26.5.8, evaluated by Lentz's method)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_ratio(b, a, 1.0 - x)
    scale = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    value, c, d = 1.0, 1.0, 0.0
    for m in range(10_000):
        if m == 0:
            term = 1.0
        elif m % 2 == 0:
            k = m // 2
            term = k * (b - k) * x / ((a + m - 1) * (a + m))
        else:
            k = m // 2
            term = -(a + k) * (a + b + k) * x / ((a + m - 1) * (a + m))
        d = 1.0 / ((1.0 + term * d) or tiny)
        c = (1.0 + term / c) or tiny
        value *= c * d
        if m and abs(1.0 - c * d) < 1e-16:
            break
    return scale * (value - 1.0)


def of_means(means: Floats, level: float = LEVEL) -> Interval:
    """Interval for the expectation from independent replications' values, by Student's t."""
    values = means[~np.isnan(means)]
    count = len(values)
    if count < 2:
        return none_because("needs at least 2 replications", count)
    error = float(values.std(ddof=1)) / math.sqrt(count)
    half = t_quantile(0.5 + level / 2.0, count - 1) * error
    middle = float(values.mean())
    return Interval(middle - half, middle + half, error, count)


def of_ratio(above: Ints | Floats, below: Ints | Floats, level: float = LEVEL) -> Interval:
    """Interval for sum(above)/sum(below), one entry per cluster; clusters with nothing below do not count."""
    used = below != 0
    y, x = above[used].astype(np.float64), below[used].astype(np.float64)
    count = len(x)
    if count < LEAST_CLUSTERS:
        return none_because(f"{count} station days, an interval needs {LEAST_CLUSTERS}", count)
    total = float(x.sum())
    ratio = float(y.sum()) / total
    rest = y - ratio * x
    error = math.sqrt(count / (count - 1) * float(rest @ rest)) / abs(total)
    half = t_quantile(0.5 + level / 2.0, count - 1) * error
    return Interval(ratio - half, ratio + half, error, count)


def of_quantile(
    values: Floats, counts: Ints, share: float, at_or_below: Ints, in_cluster: Ints, level: float = LEVEL
) -> Interval:
    """Woodruff's interval for the quantile `share` of a distribution.

    `at_or_below` and `in_cluster`: per cluster, how many values are at or below the quantile, and how many there are.
    The standard error is the interval's width by that of the normal approximation.
    """
    spread = of_ratio(at_or_below, in_cluster, level)
    if spread.note:
        return spread
    half = (spread.high - spread.low) / 2.0
    low = quantile(values, counts, max(share - half, 0.0))
    high = quantile(values, counts, min(share + half, 1.0))
    error = (high - low) / (2.0 * t_quantile(0.5 + level / 2.0, spread.observations - 1))
    return Interval(low, high, error, spread.observations)


@dataclass(frozen=True, slots=True)
class Ranks:
    """Order statistics (1 = smallest) that enclose a quantile with probability `coverage`."""

    low: int
    high: int
    coverage: float


def quantile_ranks(count: int, share: float, level: float = LEVEL) -> Ranks | None:
    """Ranks l < u of `count` independent values between which the quantile lies with at least the given probability.

    P(X_(l) <= quantile < X_(u)) = P(l <= B < u) with B binomial (Conover, Practical Nonparametric Statistics, ch. 3).
    l is the largest rank with P(B < l) <= alpha/2 and u the smallest with P(B < u) >= 1 - alpha/2.  None: too few
    values for the level.
    """
    tail = (1.0 - level) / 2.0
    below = np.concatenate(([0.0], np.cumsum(_binomial(count, share))))  # below[r] = P(B < r)
    low = int(np.searchsorted(below, tail * (1 + 1e-12), side="right")) - 1
    high = int(np.searchsorted(below, (1.0 - tail) * (1 - 1e-12)))
    if low < 1 or high > count:
        return None
    return Ranks(low, high, float(below[high] - below[low]))


def _binomial(count: int, share: float) -> Floats:
    """Binomial probabilities 0..count by logarithms."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"a quantile lies between 0 and 1, not at {share}")
    logs = [
        math.lgamma(count + 1)
        - math.lgamma(k + 1)
        - math.lgamma(count - k + 1)
        + k * math.log(share)
        + (count - k) * math.log1p(-share)
        for k in range(count + 1)
    ]
    probabilities: Floats = np.exp(np.array(logs, dtype=np.float64))
    return probabilities
