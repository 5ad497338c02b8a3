"""Confidence intervals of ratios of sums and of quantiles of all people, from independent observations.

Observations are replications; or, of one run, station days (visits at one station on one day depend on each other).
A mean or share is the ratio R = Y/X of their sums, linearised: observation i moves it by r = (y - R x) / X, and its
variance is k/(k-1) * sum r^2 (Cochran, Sampling Techniques, 1977, ch. 6).

Waits on days that differ are skewed: a few busy days hold most of the waiting, and Student's interval misses on the
side of the longer waits.  From five observations on, its limits are corrected by Hall's monotone cubic transformation
(JRSS B 54, 1992, 221), which takes the sample's skewness out of the studentised value.  Measured coverage:
benchmarks/results/coverage.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.metrics.counting import Floats, Ints, quantile

LEVEL = 0.95
_LEAST_FOR_SKEWNESS = 5
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits and standard error; `note` says why there are none (NaN), or why they are the value itself."""

    low: float
    high: float
    error: float  # standard error
    observations: int  # station days or replications
    note: str = ""

    @property
    def half_width(self) -> float:
        """Half of its width; NaN where there is none."""
        return (self.high - self.low) / 2.0


@dataclass(frozen=True, slots=True)
class Sampling:
    """What the observations are: how many there must be, and what is said of too few and of equal ones.

    `bounds`: a share that is 0, or 1, in all of them has an interval for all that: something in them was random.
    """

    least: int
    few: str
    same: str
    bounds: bool = False


REPLICATIONS = Sampling(2, "needs at least 2 replications", "the same in all {count} replications", bounds=True)
STATION_DAYS = Sampling(5, "{count} station days, an interval needs 5", "the same on all {count} station days")
"""With fewer an interval would promise more than it can keep."""
NO_NUMBER = float("nan")
NOTHING = "nothing to measure"


def none_because(note: str, observations: int = 0) -> Interval:
    """No interval, and why."""
    return Interval(NO_NUMBER, NO_NUMBER, NO_NUMBER, observations, note)


def too_few(count: int, sampling: Sampling = REPLICATIONS) -> Interval:
    """No interval for want of observations, or because there is nothing at all."""
    return none_because(sampling.few.format(count=count) if count else NOTHING, count)


def certain(value: float, note: str, observations: int = 0) -> Interval:
    """Limits that are the value itself, and why it can be no other."""
    return Interval(value, value, 0.0, observations, note)


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
    if count < REPLICATIONS.least:
        return too_few(count)
    error = float(values.std(ddof=1)) / math.sqrt(count)
    half = t_quantile(0.5 + level / 2.0, count - 1) * error
    middle = float(values.mean())
    return Interval(middle - half, middle + half, error, count)


def ratio_residuals(above: Ints | Floats, below: Ints | Floats) -> Floats:
    """By how much each observation moves sum(above)/sum(below); 0 for one with nothing below."""
    y, x = above.astype(np.float64), below.astype(np.float64)
    total = float(x.sum())
    rest: Floats = np.where(x != 0.0, y - float(y.sum()) / total * x, 0.0) / total
    return rest


def of_ratio(
    above: Ints | Floats,
    below: Ints | Floats,
    sampling: Sampling = STATION_DAYS,
    level: float = LEVEL,
    *,
    share: bool = False,
) -> Interval:
    """Interval for sum(above)/sum(below), one entry per observation; those with nothing below do not count.

    `share`: what is above is a part of what is below.  Then no limit leaves 0 to 1; otherwise none is below 0.
    """
    used = below != 0
    y, x = above[used], below[used]
    if len(x) < sampling.least:
        return too_few(len(x), sampling)
    ratio = float(y.sum()) / float(x.sum())
    found = of_residuals(ratio, ratio_residuals(y, x), sampling, level)
    share = share and bool((y <= x).all())
    if share and ratio in (0.0, 1.0) and sampling.bounds:
        return _of_none_or_all(ratio, len(x), level)
    if found.note:
        return found
    if share:
        return replace(found, low=_share_limit(found, ratio, level, -1), high=_share_limit(found, ratio, level, 1))
    return replace(found, low=max(0.0, found.low))


def of_residuals(value: float, residuals: Floats, sampling: Sampling, level: float = LEVEL) -> Interval:
    """Interval for a value from what each of its observations moves it by."""
    count = len(residuals)
    if count < sampling.least:
        return too_few(count, sampling)
    if float(np.abs(residuals).max()) * count <= _ROUNDING * abs(value):
        return certain(value, sampling.same.format(count=count), count)
    error, skew = float(_error(residuals)), float(_skewness(residuals))
    t = t_quantile(0.5 + level / 2.0, count - 1)
    return Interval(value - error * _untransformed(t, skew), value - error * _untransformed(-t, skew), error, count)


def _of_none_or_all(share: float, count: int, level: float) -> Interval:
    """Interval for a share that is 0, or 1, in every observation: seeing nothing proves nothing of what is rare.

    The exact limits for none, or all, of `count` (Clopper & Pearson, Biometrika 26, 1934, 404).  The people of one
    replication may all share one fate (a day on which everybody gives up), and how far they do cannot be seen where
    nobody did: so only the replications count, which are independent.
    """
    far = ((1.0 - level) / 2.0) ** (1.0 / count)
    low, high = (0.0, 1.0 - far) if share == 0.0 else (far, 1.0)
    return Interval(low, high, (high - low) / (2.0 * t_quantile(0.5 + level / 2.0, count - 1)), count)


def _share_limit(interval: Interval, share: float, level: float, side: int) -> float:
    """The limit itself where it is a share, else that of the score interval, which always is one.

    Wilson (JASA 22, 1927, 209), with the effective number of observations (share * (1 - share) / error^2; Kish, Survey
    Sampling, 1965) and Student's quantile in the place of the normal one.
    """
    limit = interval.low if side < 0 else interval.high
    if 0.0 < limit < 1.0:
        return limit
    t = t_quantile(0.5 + level / 2.0, interval.observations - 1)
    weight = t * t * interval.error**2 / (share * (1.0 - share))  # t^2 by the effective number
    spread = t * math.sqrt(interval.error**2 + weight * weight / (4.0 * t * t))
    return (share + weight / 2.0 + side * spread) / (1.0 + weight)


def _error(residuals: Floats) -> Floats:
    """Standard error of what has these residuals, one row per observation."""
    count = len(residuals)
    error: Floats = np.sqrt(count / (count - 1) * (residuals**2).sum(axis=0))
    return error


def _skewness(residuals: Floats) -> Floats:
    """Adjusted sample skewness by the root of the number of observations; 0 of fewer than five, which tell nothing."""
    count = len(residuals)
    if count < _LEAST_FOR_SKEWNESS:
        return np.zeros(residuals.shape[1:])
    squares, cubes = (residuals**2).mean(axis=0), (residuals**3).mean(axis=0)
    skew: Floats = np.divide(cubes, squares**1.5, out=np.zeros_like(squares), where=squares > 0.0)
    return skew * math.sqrt(count - 1) / (count - 2)


def _transformed(t: Floats, skew: Floats) -> Floats:
    """Hall's transformation of a studentised value (`skew`: skewness by the root of the number of observations)."""
    made: Floats = t + skew * t**2 / 3.0 + skew**2 * t**3 / 27.0 + skew / 6.0
    return made


def _untransformed(t: float, skew: float) -> float:
    """The studentised value that is transformed to t."""
    if abs(skew) < _ROUNDING:
        return t
    return 3.0 / skew * (math.cbrt(1.0 + skew * (t - skew / 6.0)) - 1.0)


Counted = tuple[Floats, Ints]
"""Values in rising order and how often each occurred."""


def of_quantile(
    counted: Counted, share: float, cumulated: Ints, sampling: Sampling = STATION_DAYS, level: float = LEVEL
) -> Interval:
    """Interval for the quantile `share` of all values: those at which the distribution function may be the share.

    `cumulated`: per observation (row) how many values are at or below each of some rising values; the last column is
    all.  Where on them the distribution function, a ratio over observations, differs from the share by more than chance
    the quantile is not (test inversion; Woodruff, JASA 47, 1952, 635; Francisco & Fuller, Annals of Statistics 19,
    1991, 454); between two of them the limit is interpolated.  The standard error is the interval's width by that of
    the normal approximation.
    """
    used = cumulated[cumulated[:, -1] > 0].astype(np.float64) if cumulated.size else np.zeros((0, 1))
    count = len(used)
    if count < sampling.least:
        return too_few(count, sampling)
    everything = float(used[:, -1].sum())
    below: Floats = used.sum(axis=0) / everything
    residuals = (used - below * used[:, -1:]) / everything
    t = t_quantile(0.5 + level / 2.0, count - 1)
    error = _error(residuals)
    values, counts = counted
    if not error.any():
        value = quantile(values, counts, share)
        return certain(value, sampling.same.format(count=count), count)
    tested: Floats = np.select([below < share, below > share], [-np.inf, np.inf], 0.0)  # where all agree
    differ = error > 0.0
    tested[differ] = _transformed((below[differ] - share) / error[differ], _skewness(residuals)[differ])
    at = int(np.searchsorted(below, share - _ROUNDING))
    low = _crossing(below, tested, -t, np.flatnonzero(tested[:at] < -t)[-1:])
    high = _crossing(below, tested, t, at - 1 + np.flatnonzero(tested[at:] > t)[:1])
    first, last = quantile(values, counts, min(low, share)), quantile(values, counts, max(high, share))
    return Interval(first, last, (last - first) / (2.0 * t), count)


def _crossing(below: Floats, tested: Floats, limit: float, before: Ints) -> float:
    """Where between a point, if there is one, and the next the tested value crosses a limit: in shares of all values.

    No point: at the end on that side.
    """
    if not len(before):
        return 0.0 if limit < 0.0 else 1.0
    place = int(before[0])
    high, after = float(below[place + 1]), float(tested[place + 1])
    low, first = (float(below[place]), float(tested[place])) if place >= 0 else (0.0, -math.inf)
    if not (math.isfinite(first) and math.isfinite(after)):
        return low if limit < 0.0 else high
    return low + (limit - first) / (after - first) * (high - low)


def quantile_residuals(counted: Counted, share: float, cumulated: Ints) -> Floats:
    """By how much each observation moves a quantile of all values, found by leaving it out; 0 for one without values.

    Delete-a-group jackknife (Shao & Wu, Annals of Statistics 17, 1989, 1176).  What is left of a coarse bucket is taken
    to lie in it as all values do.
    """
    row, everything = np.arange(len(cumulated)), cumulated.sum(axis=0)
    rest = np.concatenate((np.zeros((len(row), 1)), everything - cumulated), axis=1)
    all_below = np.concatenate(([0], everything))
    wanted = share * rest[:, -1]
    at = np.maximum((rest < wanted[:, None] - _ROUNDING).sum(axis=1), 1)  # the bucket's end
    inside = rest[row, at] - rest[row, at - 1]
    part = np.divide(wanted - rest[row, at - 1], inside, out=np.zeros(len(row)), where=inside > 0)
    levels = (all_below[at - 1] + part * (all_below[at] - all_below[at - 1])) / all_below[-1]
    without = np.array([quantile(*counted, float(level)) for level in levels])
    used = cumulated[:, -1] > 0
    count = int(used.sum())
    moves: Floats = np.where(used, without[used].mean() - without, 0.0) * (count - 1) / count
    return moves


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
