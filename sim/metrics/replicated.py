"""A metric over replications: of all people together, as one would count them if all had come to one office.

A replication adds a `Part`: two sums, or the values of a distribution.  Their mean or share is the ratio of the sums
over all replications: busy replications have more people and count for more, as they do for whoever waits.  A maximum
is the largest of all.  The mean of
the replications' own ratios, that of a typical replication, is another number and has a name of its own (`mean of
METRIC`, `asked.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from sim.metrics.catalogue import Unit
from sim.metrics.counting import Bools, Distribution, Floats, Ints, quantile
from sim.metrics.intervals import (
    LEVEL,
    NO_NUMBER,
    REPLICATIONS,
    Counted,
    Interval,
    certain,
    none_because,
    of_quantile,
    of_ratio,
    of_residuals,
    quantile_residuals,
    ratio_residuals,
    too_few,
)

NO_INTERVAL_OF_MAXIMA = "a maximum has no interval"
_DIFFERENT = 2


@dataclass(frozen=True)
class Part:
    """What one replication adds to a metric."""

    above: float = 0.0
    below: float = 0.0  # 0: there is nothing to measure
    count: int = 0  # observations
    values: Distribution | None = None  # of a quantile
    share: float = 0.0  # which quantile
    note: str = ""  # why there is no number
    largest: bool = False  # of a maximum
    fixed: str = ""  # why the value can be no other, whatever is drawn
    run: int = 0  # of a share that is 0 or 1: what the replication is known by (`Result.fingerprint`)
    still: int = 0  # people whose wait, or visit, was not over at the end and is not in it

    @property
    def value(self) -> float:
        """The number of this replication alone."""
        if self.values is not None:
            return quantile(*self.values.counted(), self.share)
        return self.above / self.below if self.below else NO_NUMBER

    def alone(self) -> Part:
        """The same as one observation among others, however many people it has."""
        value = self.value
        below = 0.0 if math.isnan(value) else 1.0
        return Part(value if below else 0.0, below, self.count if below else 0, note=self.note, still=self.still)


class Replicated:
    """Is told of the replications one after the other; keeps two numbers of each, or some hundred counts."""

    def __init__(self, unit: Unit, parts: Iterable[Part] = ()) -> None:
        self.unit = unit
        self.count, self.share, self.still = 0, 0.0, 0
        self._note, self.largest = "", False
        self._fixed: str | None = None
        self._runs: set[int] = set()  # at most two: one if all are the same
        self._above: list[float] = []
        self._below: list[float] = []
        self._all: Distribution | None = None
        self._coarse: list[tuple[np.ndarray, np.ndarray]] = []
        for part in parts:
            self.add(part)

    def add(self, part: Part) -> None:
        """The next replication."""
        self.count += part.count
        self.still += part.still
        self.largest = self.largest or part.largest
        self._note = self._note or part.note
        self._fixed = part.fixed if self._fixed is None else self._fixed and part.fixed
        if len(self._runs) < _DIFFERENT:
            self._runs.add(part.run)
        self._above.append(part.above)
        self._below.append(part.below)
        if part.values is not None:
            self.share = part.share
            self._all = part.values if self._all is None else Distribution.together([self._all, part.values])
            bucket, count = part.values.coarse()
            self._coarse.append((bucket.astype(np.uint16), count.astype(np.uint32)))  # some hundred numbers

    @property
    def value(self) -> float:
        """The number, of all replications together."""
        if self._all is not None:
            return quantile(*self._all.counted(), self.share)
        if self.largest:
            return max((y / x for y, x in zip(self._above, self._below, strict=True) if x), default=NO_NUMBER)
        below = sum(self._below)
        return sum(self._above) / below if below else NO_NUMBER

    def interval(self, level: float = LEVEL) -> Interval:
        """The interval for it."""
        if self._note:
            return none_because(self._note, len(self._below))
        if self.largest:
            return none_because(NO_INTERVAL_OF_MAXIMA, len(self._below))
        if self._all is not None:
            return of_quantile(self._counted, self.share, self._cumulated, REPLICATIONS, level)
        if self._fixed:
            return certain(self.value, self._fixed, len(self._below))
        share = self.unit is Unit.SHARE
        sampling = replace(REPLICATIONS, bounds=len(self._runs) == _DIFFERENT or 0 in self._runs)
        return of_ratio(np.array(self._above), np.array(self._below), sampling, level, share=share)

    @property
    def _counted(self) -> Counted:
        return (np.empty(0), np.empty(0, dtype=np.int64)) if self._all is None else self._all.counted()

    @property
    def _cumulated(self) -> Ints:
        """Per replication, how many values are at or below the end of each coarse bucket."""
        buckets = np.unique(np.concatenate([bucket for bucket, _ in self._coarse]))
        table = np.zeros((len(self._coarse), len(buckets)), dtype=np.int64)
        for row, (bucket, count) in zip(table, self._coarse, strict=True):
            row[np.searchsorted(buckets, bucket)] = count
        return np.cumsum(table, axis=1)

    @property
    def known(self) -> Bools:
        """Which replications have anything to measure."""
        if self._all is not None:
            return np.array([count.sum() > 0 for _, count in self._coarse], dtype=bool)
        return np.array([below != 0.0 for below in self._below], dtype=bool)

    def residuals(self) -> Floats:
        """By how much each replication moves the value."""
        if self._all is not None:
            return quantile_residuals(self._counted, self.share, self._cumulated)
        return ratio_residuals(np.array(self._above), np.array(self._below))


def paired_difference(a: Replicated, b: Replicated, level: float = LEVEL) -> Interval:
    """Interval for b - a of replications that met the same people: what each pair moves the difference by.

    Residual by residual (Cochran, Sampling Techniques, 1977, sec. 6.16, for two ratios from the same sample).  Where
    every pair moves it alike both limits are the difference itself.
    """
    if a.largest or b.largest:
        return none_because(NO_INTERVAL_OF_MAXIMA, len(a.known))
    both = a.known & b.known
    if int(both.sum()) < REPLICATIONS.least:
        return too_few(int(both.sum()))
    value = b.value - a.value
    found = of_residuals(value, (b.residuals() - a.residuals())[both], REPLICATIONS, level)
    if found.error == 0.0:
        return replace(found, note="")
    if a.unit is not Unit.SHARE or max(a.value, b.value) > 1.0:
        return found
    return Interval(max(-1.0, found.low), min(1.0, found.high), found.error, found.observations)
