"""Exact whole-number counting: sums by group, distributions of durations, time integrals of step functions.

Everything here is additive and in integers, so the order and size of the portions in which rows come cannot matter.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.metrics.names import DAY_MS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FINE_BITS = 10
"""Log buckets of distributions: 1,024 to an octave, values below 2,048 exact; middle of a bucket is off by < 0.05 %."""
COARSE_BITS = 4
"""Log buckets of distributions by cluster (only for the width of intervals): 16 to an octave."""
EXACT_LIMIT = 1 << 18
"""Different (group, value) pairs up to which a distribution is kept exactly."""

_VALUE_BITS = 44
_EXACT_FLOAT = 1 << 53
_LOW_BITS = 24


def total_by(index: Ints, weights: Ints | None, size: int) -> Ints:
    """Sums of whole numbers by group, exact.

    numpy sums weights in floating point, which is exact below 2^53; larger sums go in two parts.
    """
    if weights is None:
        return np.bincount(index, minlength=size).astype(np.int64)
    if len(weights) == 0:
        return np.zeros(size, dtype=np.int64)
    largest = max(int(weights.max()), -int(weights.min()))
    if largest * len(weights) < _EXACT_FLOAT:
        return np.bincount(index, weights, minlength=size).astype(np.int64)
    high = weights >> _LOW_BITS
    low = weights - (high << _LOW_BITS)
    return (total_by(index, high, size) << _LOW_BITS) + total_by(index, low, size)


def to_bucket(values: Ints, bits: int) -> Ints:
    """Number of the log bucket of each value (>= 0); `2**bits` buckets to an octave."""
    shift = np.maximum(np.frexp(values.astype(np.float64))[1].astype(np.int64) - (bits + 1), 0)
    bucket: Ints = (shift << bits) + (values >> shift)
    return bucket


def bucket_low(buckets: Ints, bits: int) -> Ints:
    """Smallest value of each bucket."""
    shift = np.maximum((buckets >> bits) - 1, 0)
    low: Ints = (buckets - (shift << bits)) << shift
    return low


def bucket_middle(buckets: Ints, bits: int) -> Floats:
    """Middle of each bucket."""
    shift = np.maximum((buckets >> bits) - 1, 0)
    middle: Floats = bucket_low(buckets, bits) + ((1 << shift) - 1) / 2.0
    return middle


class Distribution:
    """How often each value occurred, by group, in bounded memory.

    Exact until more than `limit` different (group, value) pairs have been seen, then all in log buckets: the outcome
    depends on the values alone.  Values are >= 0 and < 2^44.
    """

    def __init__(self, bits: int = FINE_BITS, limit: int = EXACT_LIMIT, *, exact: bool = True) -> None:
        self.bits, self.limit, self.exact = bits, limit, exact
        self._keys: Ints = np.empty(0, dtype=np.int64)
        self._counts: Ints = np.empty(0, dtype=np.int64)
        self._waiting: list[tuple[Ints, Ints]] = []
        self._waiting_rows = 0

    def add(self, group: Ints | int, values: Ints) -> None:
        """Count each value once."""
        if len(values) == 0:
            return
        if int(values.min()) < 0:
            raise ValueError(f"a duration in the log is negative: {int(values.min())} ms")
        kept = values if self.exact else to_bucket(values, self.bits)
        keys, counts = np.unique((np.int64(1) * group << _VALUE_BITS) + kept, return_counts=True)
        self._later(keys, counts.astype(np.int64))

    def add_counted(self, group: Ints, kept: Ints, counts: Ints) -> None:
        """Add lines of another distribution's table, of the same form as this one's."""
        self._later((group << _VALUE_BITS) + kept, counts)

    def _later(self, keys: Ints, counts: Ints) -> None:
        self._waiting.append((keys, counts))
        self._waiting_rows += len(keys)
        if self._waiting_rows > max(1 << 16, len(self._keys)):
            self._merge()

    def _merge(self) -> None:
        """Bring the waiting portions into the sorted table."""
        portions = [(self._keys, self._counts), *self._waiting]
        self._waiting, self._waiting_rows = [], 0
        self._keys, self._counts = _merged([k for k, _ in portions], [c for _, c in portions])
        if self.exact and len(self._keys) > self.limit:
            self.exact = False
            value = self._keys & ((1 << _VALUE_BITS) - 1)
            keys = self._keys - value + to_bucket(value, self.bits)
            self._keys, self._counts = _merged([keys], [self._counts])

    def table(self) -> tuple[Ints, Ints, Ints]:
        """Groups, values (or bucket numbers when not exact) and counts, sorted by group and value."""
        if self._waiting:
            self._merge()
        return self._keys >> _VALUE_BITS, self._keys & ((1 << _VALUE_BITS) - 1), self._counts

    def of(self, groups: Bools) -> tuple[Floats, Ints]:
        """Values (bucket middles when not exact) in rising order with their counts, the chosen groups together."""
        group, value, count = self.table()
        mine = groups[group]
        values, inverse = np.unique(value[mine], return_inverse=True)
        counts = total_by(inverse.astype(np.int64), count[mine], len(values))
        return (values.astype(np.float64) if self.exact else bucket_middle(values, self.bits)), counts

    def quantile_by_group(self, level: float, groups: int) -> Floats:
        """A quantile of each of the first groups; NaN of an empty one."""
        group, value, count = self.table()
        values = value.astype(np.float64) if self.exact else bucket_middle(value, self.bits)
        edges = np.searchsorted(group, np.arange(groups + 1)).tolist()
        return np.array(
            [quantile(values[a:b], count[a:b], level) for a, b in pairwise(edges)],
            dtype=np.float64,
        )

    def with_other(self, other: Distribution) -> Distribution:
        """Both together (pooled replications)."""
        tables = self.table(), other.table()
        both = Distribution(self.bits, self.limit, exact=self.exact and other.exact)
        for part, (group, value, count) in zip((self, other), tables, strict=True):
            kept = to_bucket(value, self.bits) if part.exact and not both.exact else value
            both.add_counted(group, kept, count)
        both.table()
        return both


def _merged(keys: list[Ints], counts: list[Ints]) -> tuple[Ints, Ints]:
    """Sorted keys without repetition, counts of equal keys added."""
    everything, how_often = np.concatenate(keys), np.concatenate(counts)
    if (everything[1:] > everything[:-1]).all():  # of one table, or of several one behind the other
        return everything, how_often
    order = np.argsort(everything, kind="stable")
    everything, how_often = everything[order], how_often[order]
    first = np.flatnonzero(np.concatenate(([True], everything[1:] != everything[:-1])))
    return everything[first], np.add.reduceat(how_often, first)


def quantile(values: Floats, counts: Ints, level: float) -> float:
    """Smallest value with at least the share `level` of the counts at or below it; NaN of nothing."""
    total = int(counts.sum())
    if total == 0:
        return float("nan")
    rank = max(1, int(np.ceil(level * total - 1e-9)))
    return float(values[np.searchsorted(np.cumsum(counts), rank)])


class Areas:
    """Time integrals of step functions by entity and block of time, from unit steps up and down in any order.

    With H the sum of steps in a block and R the sum of step * (time since the block began), the integral over a
    block up to e is (level at its start + H) * (e - start) - R.  Steps outside [from_ms, until_ms] count at its edge.
    """

    def __init__(self, entities: int, blocks: int, block_ms: int, from_ms: int, until_ms: int) -> None:
        self.entities, self.blocks, self.block_ms = entities, blocks, block_ms
        self.from_ms, self.until_ms = from_ms, until_ms
        self._steps = np.zeros(entities * blocks, dtype=np.int64)
        self._moments = np.zeros(entities * blocks, dtype=np.int64)

    def add(self, entity: Ints, t_ms: Ints, step: Ints) -> None:
        """Level of `entity` changes by `step` at `t_ms`."""
        t = np.clip(t_ms, self.from_ms, self.until_ms)
        block = np.minimum(t // self.block_ms, self.blocks - 1)
        cell = entity * self.blocks + block
        self._steps += total_by(cell, step, len(self._steps))
        self._moments += total_by(cell, step * (t - block * self.block_ms), len(self._steps))

    def length_ms(self, end_ms: int) -> Ints:
        """Measured time in each block of a run that ended at end_ms."""
        start, end = self._edges(end_ms)
        return np.maximum(end - np.maximum(start, self.from_ms), 0)

    def _edges(self, end_ms: int) -> tuple[Ints, Ints]:
        start = np.arange(self.blocks, dtype=np.int64) * self.block_ms
        end = np.minimum(start + self.block_ms, min(end_ms, self.until_ms))
        end[-1] = min(end_ms, self.until_ms)
        return start, np.maximum(end, start)

    def result(self, end_ms: int) -> Ints:
        """Integral by entity and block, ms * level, of a run that ended at end_ms."""
        start, end = self._edges(end_ms)
        steps = self._steps.reshape(self.entities, self.blocks)
        level = np.cumsum(steps, axis=1)
        return level * (end - start) - self._moments.reshape(self.entities, self.blocks)


class DayAreas:
    """The same by time of day, all days together: entities x slots, whatever the length of the run.

    G_b(t) is the time before t that lies in slot b of its day; a unit step up at s contributes G_b(end) - G_b(s).
    """

    def __init__(self, entities: int, slots: int, from_ms: int) -> None:
        self.entities, self.slots, self.from_ms = entities, slots, from_ms
        self.slot_ms = DAY_MS // slots
        self._total = np.zeros(entities, dtype=np.int64)
        self._days = np.zeros(entities, dtype=np.int64)
        self._steps = np.zeros(entities * slots, dtype=np.int64)
        self._moments = np.zeros(entities * slots, dtype=np.int64)

    def add(self, entity: Ints, t_ms: Ints, step: Ints) -> None:
        """Level of `entity` changes by `step` at `t_ms`."""
        t = np.maximum(t_ms, self.from_ms)
        day = t // DAY_MS
        in_day = t - day * DAY_MS
        slot = in_day // self.slot_ms
        cell = entity * self.slots + slot
        self._total += total_by(entity, step, self.entities)
        self._days += total_by(entity, step * day, self.entities)
        self._steps += total_by(cell, step, len(self._steps))
        self._moments += total_by(cell, step * (in_day - slot * self.slot_ms), len(self._steps))

    def result(self, end_ms: int) -> Ints:
        """Integral by entity and slot, ms * level, of a run that ended at end_ms."""
        steps = self._steps.reshape(self.entities, self.slots)
        later = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1] - steps  # steps in later slots of their day
        before = self.slot_ms * (self._days[:, None] + later) + self._moments.reshape(self.entities, self.slots)
        return self._total[:, None] * self.slot_time(end_ms) - before

    def slot_time(self, end_ms: int) -> Ints:
        """Time before end_ms in each slot of the day, all days together."""
        day, in_day = divmod(end_ms, DAY_MS)
        start = np.arange(self.slots, dtype=np.int64) * self.slot_ms
        return day * self.slot_ms + np.clip(in_day - start, 0, self.slot_ms)
