"""Exact whole-number counting: sums by group, distributions of durations, time integrals of step functions.

Everything here is additive and in integers, so the order and size of the portions in which rows come cannot matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.engines.counting_columns import COUNT, DAY_MS, EXACT, TALLY_BITS, VALUE_BITS
from sim.engines.counting_tables import KeyedTable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FINE_BITS = 10
"""Log buckets of distributions: 1,024 to an octave, values below 2,048 exact; middle of a bucket is off by < 0.05 %."""
COARSE_BITS = 4
"""Log buckets of distributions by cluster (only for the width of intervals): 16 to an octave."""
EXACT_LIMIT = 1 << 18
"""Different (group, value) pairs up to which a distribution is kept exactly."""

_EXACT_FLOAT = 1 << 53
_LOW_BITS = 24
_VALUE = (1 << VALUE_BITS) - 1
_CLOSE = 8
"""Where fewer values than this would be possible for each that occurred, counting puts them in order sooner."""


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

    def add_counted(self, group: Ints, kept: Ints, counts: Ints) -> None:
        """Add lines of another distribution's table, of the same form as this one's."""
        self.add_keys((group << VALUE_BITS) + kept, counts)

    def add_keys(self, keys: Ints, counts: Ints) -> None:
        """The same of lines that have group and value in one number."""
        self._waiting.append((keys, counts))
        self._waiting_rows += len(keys)
        if self._waiting_rows > max(EXACT_LIMIT, len(self._keys)):
            self._merge()

    def _merge(self) -> None:
        """Bring the waiting portions, if there are any, into the sorted table."""
        if not self._waiting:
            return
        portions, self._waiting, self._waiting_rows = self._waiting, [], 0
        more = _merged([k for k, _ in portions], [c for _, c in portions])
        self._keys, self._counts = _inserted((self._keys, self._counts), more)
        if self.exact and len(self._keys) > self.limit:
            self.exact = False
            self._keys, self._counts = _merged([self._in_buckets()], [self._counts])

    def _in_buckets(self) -> Ints:
        """The keys with numbers of buckets in the place of values."""
        value = self._keys & _VALUE
        return self._keys - value + to_bucket(value, self.bits)

    def __len__(self) -> int:
        """How many different (group, value) pairs there are."""
        self._merge()
        return len(self._keys)

    def table(self) -> tuple[Ints, Ints, Ints]:
        """Groups, values (or bucket numbers when not exact) and counts, sorted by group and value."""
        self._merge()
        return self._keys >> VALUE_BITS, self._keys & _VALUE, self._counts

    def of(self, groups: Bools) -> tuple[Floats, Ints]:
        """Values (or bucket middles when not exact) in rising order with their counts, the chosen groups together."""
        return self.chosen(groups).counted()

    def chosen(self, groups: Bools) -> Distribution:
        """The chosen groups together as the one group of a distribution."""
        self._merge()
        chosen = np.flatnonzero(groups)
        begin, end = (np.searchsorted(self._keys, edge << VALUE_BITS).tolist() for edge in (chosen, chosen + 1))
        lines = [slice(a, b) for a, b in zip(begin, end, strict=True) if a < b]
        one = Distribution(self.bits, self.limit, exact=self.exact)
        one._keys, one._counts = _merged(
            [self._keys[mine] & _VALUE for mine in lines], [self._counts[mine] for mine in lines]
        )
        return one

    def counted(self) -> tuple[Floats, Ints]:
        """Values (or bucket middles when not exact) of the only group in rising order, with their counts."""
        self._merge()
        return (self._keys.astype(np.float64) if self.exact else bucket_middle(self._keys, self.bits)), self._counts

    def values(self) -> Floats:
        """The value (or bucket middle when not exact) of each line of the table."""
        kept = self.table()[1]
        return kept.astype(np.float64) if self.exact else bucket_middle(kept, self.bits)

    def coarse(self) -> tuple[Ints, Ints]:
        """Numbers of coarse buckets in rising order, and how many values of the only group are in each."""
        self._merge()
        values = self._keys if self.exact else bucket_low(self._keys, self.bits)
        return _merged([to_bucket(values, COARSE_BITS)], [self._counts])

    def quantile_by_group(self, level: float, groups: int) -> Floats:
        """A quantile of each of the first groups; NaN of an empty one."""
        group, _, count = self.table()
        values = self.values()
        edges = np.searchsorted(group, np.arange(groups + 1)).tolist()
        return np.array(
            [quantile(values[a:b], count[a:b], level) for a, b in pairwise(edges)],
            dtype=np.float64,
        )

    def without_nothing(self) -> Self:
        """The same without values that were taken back as often as they were counted."""
        self._merge()
        there = self._counts != 0
        if not there.all():
            self._keys, self._counts = self._keys[there], self._counts[there]
        return self

    @classmethod
    def together(cls, parts: Sequence[Distribution]) -> Distribution:
        """All of these, which keep values in the same way, as one (pooled replications)."""
        filled = [part for part in parts if len(part)] or parts[:1]
        exact = all(part.exact for part in parts)
        if len(filled) == 1 and filled[0].exact == exact:
            return filled[0]
        both = cls(parts[0].bits, parts[0].limit, exact=exact)
        for part in sorted(filled, key=len, reverse=True):
            both.add_keys(part._in_buckets() if part.exact and not both.exact else part._keys, part._counts)  # noqa: SLF001
            if len(both._keys) == 0:
                both.table()  # the largest is there: few go into many without sorting the many anew
        both.table()
        return both


def _merged(keys: Sequence[Ints], counts: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Sorted keys without repetition, counts of equal keys added."""
    filled = [(key, count) for key, count in zip(keys, counts, strict=True) if len(key)]
    if len(filled) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if len(filled) == 1 and (filled[0][0][1:] > filled[0][0][:-1]).all():
        return filled[0]
    groups = 1 + max(int(key.max()) >> VALUE_BITS for key, _ in filled)
    width = 1 + max(int((key & _VALUE).max()) for key, _ in filled)
    if groups * width < _CLOSE * sum(len(key) for key, _ in filled):
        return _counted(filled, groups, width)
    everything, how_often = (np.concatenate(column) for column in zip(*filled, strict=True))
    order = np.argsort(everything, kind="stable")  # merges portions that are in order already
    everything, how_often = everything[order], how_often[order]
    first = np.flatnonzero(np.concatenate(([True], everything[1:] != everything[:-1])))
    return everything[first], np.add.reduceat(how_often, first)


def _inserted(many: tuple[Ints, Ints], few: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Two sorted tables without repetition as one: in the time and the room of one copy of the larger."""
    if len(many[0]) < len(few[0]):
        many, few = few, many
    if len(few[0]) == 0:
        return many
    place = np.searchsorted(many[0], few[0])
    new = many[0][np.minimum(place, len(many[0]) - 1)] != few[0]
    keys, counts = (np.insert(old, place[new], more[new]) for old, more in zip(many, few, strict=True))
    counts[(place + np.cumsum(new))[~new]] += few[1][~new]
    return keys, counts


def _counted(portions: Sequence[tuple[Ints, Ints]], groups: int, width: int) -> tuple[Ints, Ints]:
    """The same with a place for every key there may be."""
    found = np.zeros(groups * width, dtype=np.int64)
    for key, count in portions:
        np.add.at(found, key if groups == 1 else (key >> VALUE_BITS) * width + (key & _VALUE), count)
    place = np.flatnonzero(found > 0)
    return place if groups == 1 else (place // width << VALUE_BITS) + place % width, found[place]


def quantile(values: Floats, counts: Ints, level: float) -> float:
    """Smallest value with at least the share `level` of the counts at or below it; NaN of nothing."""
    total = int(counts.sum())
    if total == 0:
        return float("nan")
    rank = max(1, int(np.ceil(level * total - 1e-9)))
    return float(values[np.searchsorted(np.cumsum(counts), rank)])


class Tally:
    """A distribution while compiled code counts it."""

    def __init__(self, bits: int = FINE_BITS, limit: int = EXACT_LIMIT, *, exact: bool = True) -> None:
        self._bits, self._limit, self._exact = bits, limit, exact
        self._table = KeyedTable(TALLY_BITS, *((EXACT, limit + 1) if exact else (bits,)))

    @property
    def address(self) -> int:
        """Where compiled code finds it, also when it has grown."""
        return self._table.address

    def make_room(self) -> None:
        """Grow if it is full; from the limit on count in buckets."""
        while self._table.full:
            if self._exact and len(self._table) > self._limit:
                group, bucket, count = self.distribution().table()
                self._exact = False
                self._table.refill(np.stack([(group << VALUE_BITS) + bucket, count], axis=1), self._bits)
            else:
                self._table.grow()

    def distribution(self) -> Distribution:
        """What was counted until now, which later rows do not change."""
        lines, waiting = self._table.used(), self._table.waiting()
        now = Distribution(self._bits, self._limit, exact=self._exact)
        keys, counts = (lines[:, 0], waiting), (lines[:, COUNT], np.ones_like(waiting))
        now.add_keys(np.concatenate(keys), np.concatenate(counts))
        return now.without_nothing()


def block_edges(blocks: int, block_ms: int, until_ms: int) -> tuple[Ints, Ints]:
    """When each block of time begins and ends; the last one ends with all."""
    start = np.arange(blocks, dtype=np.int64) * block_ms
    end = np.minimum(start + block_ms, until_ms)
    end[-1] = until_ms
    return start, np.maximum(end, start)


def block_lengths(blocks: int, block_ms: int, from_ms: int, until_ms: int) -> Ints:
    """Measured time in each block."""
    start, end = block_edges(blocks, block_ms, until_ms)
    return np.maximum(end - np.maximum(start, from_ms), 0)


def areas(levels: Ints, block_ms: int, until_ms: int) -> Ints:
    """Time integrals of step functions by block of time, ms * level: [..., block] from [..., block, steps and moments].

    With H the sum of steps in a block and M the sum of step * its moment, the integral over a block from s to e is
    (level at s + H) * (e - s) - (M - H * s).
    """
    start, end = block_edges(levels.shape[-2], block_ms, until_ms)
    steps, moments = levels[..., 0], levels[..., 1]
    result: Ints = np.cumsum(steps, axis=-1) * (end - start) - (moments - steps * start)
    return result


def areas_by_day(levels: Ints, by_day: Ints, end: Ints) -> Ints:
    """The same by kind of day and time of day, all days of a kind together: [kind, entity, slot].

    `levels`: [kind, slot, entity, steps and moments in their day]; `by_day`: [entity, kind], sum of step * the days of
    that kind before its own; `end`: `slot_time` of the end, [kind, slot].

    G_kb(t) is the time before t that lies in slot b of days of kind k; a unit step up at s contributes
    G_kb(end) - G_kb(s).
    """
    slots = levels.shape[1]
    slot_ms = DAY_MS // slots
    steps, moments = (levels[..., column].transpose(0, 2, 1) for column in (0, 1))
    later = np.cumsum(steps[..., ::-1], axis=2)[..., ::-1] - steps  # steps in later slots of their day
    inside = moments - steps * (np.arange(slots, dtype=np.int64) * slot_ms)
    before = slot_ms * (by_day.T[:, :, None] + later) + inside
    total = steps.sum(axis=(0, 2))
    result: Ints = total[None, :, None] * end[:, None, :] - before
    return result


def slot_time(slots: int, end_ms: int, kind: int, before: Ints) -> Ints:
    """Time before a moment in each slot of the day: [kind, slot].

    `kind`: of the moment's day; `before`: days of each kind before it.
    """
    slot_ms = DAY_MS // slots
    start = np.arange(slots, dtype=np.int64) * slot_ms
    time = np.repeat(before[:, None] * slot_ms, slots, axis=1)
    time[kind] += np.clip(end_ms % DAY_MS - start, 0, slot_ms)
    return time
