"""What to make of simulation output: when it has settled, how many runs, how sure a number is, which design is best.

Sources: White, Cobb & Spratt 2000 (MSER-5); Hoad, Robinson & Davies 2010, JORS 61:1632 (number of replications);
Conover, Practical Nonparametric Statistics (intervals for quantiles); Law, Simulation Modeling and Analysis, ch. 9;
Kim & Nelson 2001, ACM TOMACS 11:251 (selection of the best); Chen, Lin, Yucesan & Chick 2000 (computing budget);
Cinlar 1975 (arrivals by inversion).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.theory.patience import Array

_BATCH = 5  # observations, the 5 of MSER-5


@dataclass(frozen=True)
class WarmUp:
    """Where MSER-5 cuts a run."""

    batches: int
    observations: int
    statistic: float
    settled: bool
    """False if the best cut is the last one allowed: the run is too short to tell."""


def mser5(values: npt.ArrayLike) -> WarmUp:
    """Return how much of the beginning to leave out, so that the mean of the rest is known best.

    Batches of five; the cut d, at most half of them, with the smallest sum of squares over (n - d)^2.
    """
    series = np.asarray(values, dtype=float)
    count = series.size // _BATCH
    if count < 2:
        raise ValueError(f"{series.size} observations are too few: MSER-5 needs at least {2 * _BATCH}")
    means = series[: count * _BATCH].reshape(count, _BATCH).mean(axis=1)
    last = count // 2
    statistics = [float(np.sum((means[d:] - means[d:].mean()) ** 2)) / (count - d) ** 2 for d in range(last + 1)]
    best = statistics.index(min(statistics))
    return WarmUp(best, best * _BATCH, statistics[best], settled=best < last)


def look_ahead(k_limit: int, replications: int) -> float:
    """Return for how many more replications the precision has to hold before the number is believed."""
    return k_limit * max(replications, 100) / 100


@dataclass(frozen=True)
class QuantileRanks:
    """Order statistics `low` and `high` (counted from 1) that enclose a quantile with probability `coverage`."""

    low: int
    high: int
    coverage: float


def quantile_ranks(count: int, share: float, confidence: float = 0.95) -> QuantileRanks:
    """Return the ranks of a distribution-free interval for the quantile `share` of `count` observations.

    The number of observations below the quantile is binomial; each side leaves out at most half of 1 - confidence.
    """
    k = np.arange(count + 1)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, count + 1)))))
    logs = log_factorials[count] - log_factorials[k] - log_factorials[count - k]
    cumulative = np.cumsum(np.exp(logs + k * math.log(share) + (count - k) * math.log1p(-share)))
    side = (1 - confidence) / 2
    low = int(np.searchsorted(cumulative, side, side="right"))
    high = int(np.searchsorted(cumulative, 1 - side, side="left")) + 1
    if low < 1 or high > count:
        raise ValueError(f"{count} observations are too few for an interval of the quantile {share}")
    return QuantileRanks(low, high, float(cumulative[high - 1] - cumulative[low - 1]))


def _t_upper(x: float, degrees: int) -> float:
    """Return P(T > x), x >= 0, of Student's t: the finite series of Abramowitz & Stegun 26.7.3 and 26.7.4."""
    angle = math.atan(x / math.sqrt(degrees))
    cosine2 = 1 / (1 + x * x / degrees)
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(odd, degrees - 1, 2):
        total += term
        term *= cosine2 * (k + 1) / (k + 2)
    middle = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return (1 - middle) / 2


def t_quantile(share: float, degrees: int) -> float:
    """Return the quantile `share` above one half of Student's t."""
    if not 0.5 <= share < 1 or degrees < 1:
        raise ValueError(f"quantile {share} with {degrees} degrees of freedom: needs 0.5 <= share < 1, degrees >= 1")
    low, high = 0.0, 1.0
    while _t_upper(high, degrees) > 1 - share:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if _t_upper(middle, degrees) > 1 - share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True)
class MeanInterval:
    """Mean of independent replications, their variance, and the half-width of the confidence interval."""

    mean: float
    variance: float
    half_width: float


def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> MeanInterval:
    """Return the confidence interval of the mean by Student's t."""
    series = np.asarray(values, dtype=float)
    if series.size < 2:
        raise ValueError("one replication tells nothing about its precision: at least two are needed")
    variance = float(series.var(ddof=1))
    t = t_quantile((1 + confidence) / 2, series.size - 1)
    return MeanInterval(float(series.mean()), variance, t * math.sqrt(variance / series.size))


def kim_nelson_eta(designs: int, first_runs: int, error: float) -> float:
    """Return the constant eta of the KN procedure, Bonferroni form, for `designs` compared with `first_runs` each."""
    exponent = -2 / (first_runs - 1)
    return (math.pow(2 * error / (designs - 1), exponent) - 1) / 2


def ocba_fractions(means: Sequence[float], deviations: Sequence[float]) -> list[float]:
    """Return how to share a computing budget among designs, the smallest mean being the best.

    N_i is proportional to (s_i / d_i)^2, d_i the distance from the best, and N_b = s_b sqrt(sum N_i^2 / s_i^2).
    """
    mean = np.asarray(means, dtype=float)
    deviation = np.asarray(deviations, dtype=float)
    best = int(mean.argmin())
    others = np.arange(mean.size) != best
    distance = mean[others] - mean[best]
    if not distance.size or distance.min() <= 0:
        raise ValueError("the best design is not alone at the top: the shares are not defined")
    shares = np.empty_like(mean)
    shares[others] = (deviation[others] / distance) ** 2
    shares[best] = deviation[best] * math.sqrt(float(np.sum((shares[others] / deviation[others]) ** 2)))
    return [float(share) for share in shares / shares.sum()]


def arrivals_by_inversion(edges: npt.ArrayLike, rates: npt.ArrayLike, unit_epochs: npt.ArrayLike) -> Array:
    """Return the arrival times of a Poisson process of stepwise rates, from epochs of a process of rate 1.

    T = L^-1(S), L the integral of the rate; epochs beyond L's end are left out.  A rate of 0 is passed over: an epoch
    exactly at the end of a step arrives at that moment, not after the pause that follows.
    """
    edge = np.asarray(edges, dtype=float)
    rate = np.asarray(rates, dtype=float)
    epoch = np.asarray(unit_epochs, dtype=float)
    if edge.size != rate.size + 1 or np.any(np.diff(edge) <= 0) or np.any(rate < 0) or np.any(epoch <= 0):
        raise ValueError("stepwise rates need rising edges, one more than rates, no rate below 0 and epochs above 0")
    total = np.concatenate(([0.0], np.cumsum(rate * np.diff(edge))))
    epoch = epoch[epoch <= total[-1]]
    step = np.clip(np.searchsorted(total, epoch, side="left") - 1, 0, rate.size - 1)
    return np.asarray(edge[step] + (epoch - total[step]) / rate[step])
