"""Arrivals of every source, in time order: the one stream of new cases both engines play.

Statistical sources are non-homogeneous Poisson processes by inversion (Cinlar, Introduction to Stochastic
Processes, 1975): the n-th arrival of a source is where the integrated rate reaches the sum of n unit exponentials,
each looked up by its number.  So a source's arrivals do not change when another source is added, and move
monotonically when its rate changes.

Of people who were counted it is known how many came in an interval, not when: given their number, the moments of a
Poisson process are independent and uniform (Cox & Lewis, The Statistical Analysis of Series of Events, 1966), so they
are drawn so, in every replication anew, in order of time (Bentley & Saxe, Generating sorted lists of random numbers,
ACM TOMS 6, 1980).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engines.draws import Draws
from sim.engines.kernels import kernel
from sim.engines.philox import uniform, uniform_block
from sim.engines.samplers import sample_real
from sim.program import FOREVER, NONE, CohortRow, Program, SourceRow, TermRow, WaitKind
from sim.rates import sine_integral

if TYPE_CHECKING:
    from sim.calendar import Calendar

DAY_MS = 86_400_000
_BLOCK = 65_536
_AHEAD = 512
_PURPOSE_GAP = 1
_PURPOSE_DAY = 2
_GAMMA = 6
_NO_TABLE = np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Block:
    """Arrivals in time order: when, from which source, the number within that source, and the person (-1 none)."""

    t_ms: np.ndarray
    source: np.ndarray
    number: np.ndarray
    person: np.ndarray


@kernel()
def _mix(x: np.uint64) -> np.uint64:
    """A 64-bit finaliser (Steele, Lea & Flood, SplitMix, OOPSLA 2014): the round function of `permute`."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel()
def permute(size: int, key: int, number: int) -> int:
    """The number-th element of a keyed permutation of 0..size-1 (Feistel network, cycle walking).

    People of a cohort come in this order, so nobody comes twice before everybody has come once.
    """
    half = 1
    while (1 << (2 * half)) < size:
        half += 1
    mask = np.uint64((1 << half) - 1)
    x = np.uint64(number % size)
    while True:
        left, right = x >> np.uint64(half), x & mask
        for turn in range(4):
            left, right = right, left ^ (_mix(right ^ _mix(np.uint64(key) + np.uint64(turn))) & mask)
        x = (left << np.uint64(half)) | right
        if x < np.uint64(size):
            return int(x)


@kernel(nogil=True)
def _places(size: int, key: int, numbers: np.ndarray) -> np.ndarray:
    out = np.empty(len(numbers), dtype=np.int64)
    for i in range(len(numbers)):
        out[i] = permute(size, key, numbers[i])
    return out


@kernel(nogil=True)
def _from_segments(
    ends: np.ndarray,
    starts: np.ndarray,
    rates: np.ndarray,
    cumulative: np.ndarray,
    seed: int,
    replication: int,
    key: int,
    epoch: float,
    count: int,
    room: int,
    until: float,
) -> tuple[np.ndarray, float, int]:
    """Arrival times before `until` (at most `room`), the epoch reached and how many came so far."""
    out = np.empty(room, dtype=np.int64)
    gaps = np.empty(_AHEAD)
    n = ahead = 0
    segment = 0
    while n < room:
        if ahead == n:  # all uniform numbers first, then all logarithms: faster than one by one
            uniform_block(seed, replication, count, key, _PURPOSE_GAP, gaps)
            for i in range(_AHEAD):
                gaps[i] = math.log(gaps[i])
            ahead += _AHEAD
        target = epoch - gaps[n % _AHEAD]
        while segment < len(ends) and cumulative[segment + 1] < target:
            segment += 1
        if segment == len(ends):
            break
        t = starts[segment] + (target - cumulative[segment]) / rates[segment]
        if t >= until:
            break
        out[n] = int(math.floor(t + 0.5))
        n += 1
        count += 1
        epoch = target
    return out[:n], epoch, count


@kernel(nogil=True)
def _from_sine(
    mean: float,
    amplitude: float,
    period: float,
    phase: float,
    stop: float,
    seed: int,
    replication: int,
    key: int,
    epoch: float,
    count: int,
    room: int,
    until: float,
) -> tuple[np.ndarray, float, int]:
    """As `_from_segments` for the rate mean + amplitude sin(2 pi t / period + phase), inverted by bisection."""
    out = np.empty(room, dtype=np.int64)
    n = 0
    omega = 2.0 * math.pi / period
    swing = amplitude / omega
    while n < room:
        target = epoch - math.log(uniform(seed, replication, count, key, _PURPOSE_GAP, 0))
        low = max(0.0, (target - 2.0 * abs(swing)) / mean)
        high = (target + 2.0 * abs(swing)) / mean
        for _ in range(200):
            t = 0.5 * (low + high)
            if mean * t + swing * (math.cos(phase) - math.cos(omega * t + phase)) < target:
                low = t
            else:
                high = t
            if high - low < 1e-4:
                break
        t = 0.5 * (low + high)
        if t >= until or t >= stop:
            break
        out[n] = int(math.floor(t + 0.5))
        n += 1
        count += 1
        epoch = target
    return out[:n], epoch, count


@kernel(nogil=True)
def _from_counts(
    begins: np.ndarray,
    spans: np.ndarray,
    before: np.ndarray,
    even: bool,
    seed: int,
    replication: int,
    key: int,
    epoch: float,
    count: int,
    room: int,
    until: float,
) -> tuple[np.ndarray, float, int]:
    """As `_from_segments` for counted people; `before` has the number of people before each interval, and of all.

    Of n people still to come in what is left of an interval, the first comes after a share of it of 1 - u^(1/n).
    `epoch` is the logarithm of the share that is left.  Where `even`, the i-th of n comes at (i + 1/2) / n of it.
    """
    out = np.empty(room, dtype=np.int64)
    n = interval = 0
    while n < room and count < before[-1]:
        while before[interval + 1] <= count:
            interval += 1
        many, place = before[interval + 1] - before[interval], count - before[interval]
        span = spans[interval]
        left = epoch if place > 0 else 0.0
        if even:
            whole, rest = span // (2 * many), span % (2 * many)
            after = (2 * place + 1) * whole + (2 * place + 1) * rest // (2 * many)
        else:
            left += math.log(uniform(seed, replication, count, key, _PURPOSE_GAP, 0)) / (many - place)
            after = min(span - 1, int(-math.expm1(left) * span))
        if begins[interval] + after >= until:
            break
        out[n] = begins[interval] + after
        n += 1
        count += 1
        epoch = left
    return out[:n], epoch, count


class _Terms:
    """The ends of a term that runs since before the run, of everybody of a cohort: at its end, or at the start."""

    def __init__(self, row: SourceRow, term: TermRow, program: Program, draws: Draws) -> None:
        self.row = row
        cohort = program.cohorts[row.cohort]
        ended = np.maximum(0, _ends(term, -draws.agos(cohort.first, term.size, cohort.ago), program.calendar))
        order = np.argsort(ended, kind="stable")
        self._t_ms = ended[order]
        self._persons = cohort.first + order
        self._horizon_ms = program.duration_ms
        self._position = 0

    def until(self, t_ms: int) -> np.ndarray:
        """Ends before t_ms."""
        end = int(np.searchsorted(self._t_ms, min(t_ms, self._horizon_ms), side="left"))
        part: np.ndarray = self._t_ms[self._position : end]
        self._position = end
        return part

    def persons(self, numbers: np.ndarray) -> np.ndarray:
        """Whose they are."""
        out: np.ndarray = self._persons[numbers]
        return out


def _ends(term: TermRow, begun_ms: np.ndarray, calendar: Calendar) -> np.ndarray:
    """When a term ends that began then."""
    if term.kind == WaitKind.DATES:
        return (begun_ms // DAY_MS + term.length // DAY_MS + 1) * DAY_MS
    if term.kind == WaitKind.PLAIN:
        return begun_ms + term.length
    days, which = np.unique(begun_ms // DAY_MS, return_inverse=True)
    last = np.array([calendar.add_workdays(int(day) * DAY_MS, term.length, 0) for day in days], dtype=np.int64)
    return last[which] + (begun_ms % DAY_MS if term.clock_ms == NONE else term.clock_ms)


class _Stream:
    """One source's arrivals, produced window by window."""

    def __init__(
        self,
        row: SourceRow,
        cohorts: Sequence[CohortRow],
        seed: int,
        replication: int,
        horizon_ms: int,
        people: int = _BLOCK,
    ) -> None:
        self.row = row
        self.cohorts = cohorts
        self.most = people + people // 16  # so that a window of about so many people is one part
        self.seed = seed
        self.replication = replication
        self.horizon_ms = min(horizon_ms, row.stop_ms)
        self.epoch = 0.0
        self.count = 0
        self.position = 0
        self.skipped = 0
        if row.counted is not None:
            self.before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(row.counted.count)])
            self.spans = row.counted.until_ms - row.counted.from_ms
        elif row.sine is not None:
            self.epoch = sine_integral(*row.sine, float(row.start_ms))
        elif row.table is None:
            segments = [(a, b, r * self._busyness(a)) for a, b, r in row.segments if r > 0.0]
            self.starts = np.array([s[0] for s in segments], dtype=np.float64)
            self.ends = np.array([s[1] for s in segments], dtype=np.float64)
            self.rates = np.array([s[2] for s in segments], dtype=np.float64)
            self.cumulative = np.concatenate([[0.0], np.cumsum((self.ends - self.starts) * self.rates)])

    def _busyness(self, t_ms: int) -> float:
        """The day's factor: gamma with mean 1 and the stated coefficient of variation, the same all day."""
        cv = self.row.day_cv
        if cv == 0.0:
            return 1.0
        shape = 1.0 / (cv * cv)
        return float(
            sample_real(
                _GAMMA, shape, 1.0 / shape, 0.0, _NO_TABLE, _NO_TABLE, self.seed, self.replication,
                t_ms // DAY_MS, self.row.key, _PURPOSE_DAY, 0,
            )
        )  # fmt: skip

    def persons(self, numbers: np.ndarray) -> np.ndarray:
        """Who comes: the story's person, the cohorts in their permuted order, or nobody in particular."""
        row = self.row
        if row.person >= 0:
            return np.full(len(numbers), row.person, dtype=np.int64)
        if row.cohort < 0:
            return np.full(len(numbers), -1, dtype=np.int64)
        groups = [self.cohorts[number] for number in (row.cohort, *row.others)]
        before = np.cumsum([0, *(group.size for group in groups)])
        places = _places(int(before[-1]), row.key, numbers)
        group = np.searchsorted(before, places, side="right") - 1
        out: np.ndarray = places + (np.array([one.first for one in groups], dtype=np.int64) - before[:-1])[group]
        return out

    def until(self, t_ms: int) -> np.ndarray:
        """Times of the next arrivals before t_ms."""
        limit = min(t_ms, self.horizon_ms)
        if self.row.table is not None:
            times = self.row.table.t_ms
            end = int(np.searchsorted(times, limit, side="left"))
            part = times[self.position : end]
            self.position = max(self.position, end)
            return part
        parts = []
        while True:
            room = min(self.most, max(0, -(-self.row.at_most // self.row.batch) + self.skipped - self.count))
            part = self._more(room, float(limit))
            early = int(np.searchsorted(part, self.row.start_ms))
            self.skipped += early
            parts.append(part[early:])
            if len(part) < room or room == 0:
                break
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _more(self, room: int, limit: float) -> np.ndarray:
        keys = (self.seed, self.replication, self.row.key)
        times: np.ndarray
        if self.row.counted is not None:
            times, self.epoch, self.count = _from_counts(
                self.row.counted.from_ms, self.spans, self.before, self.row.counted.even, *keys, self.epoch, self.count,
                room, limit,
            )  # fmt: skip
        elif self.row.sine is not None:
            mean, amplitude, period, phase = self.row.sine
            times, self.epoch, self.count = _from_sine(
                mean, amplitude, period, phase, float(self.horizon_ms), *keys, self.epoch, self.count, room, limit
            )
        else:
            times, self.epoch, self.count = _from_segments(
                self.ends, self.starts, self.rates, self.cumulative, *keys, self.epoch, self.count, room, limit
            )
        return times


def expected_arrivals(program: Program) -> float:
    """How many arrivals a run has on average."""
    return sum(row.expected(program.duration_ms) for row in program.sources)


def arrivals(program: Program, seed: int, replication: int, people: int = _BLOCK) -> Iterator[Block]:
    """All arrivals of a run in blocks of about so many people; ties in time are ordered by source, then number."""
    horizon = program.duration_ms
    draws = Draws(program, seed, replication)
    streams = [
        _Stream(row, program.cohorts, seed, replication, horizon, people)
        if row.term is None
        else _Terms(row, row.term, program, draws)
        for row in program.sources
    ]
    windows = max(1, math.ceil(expected_arrivals(program) / people))
    width = -(-horizon // windows)
    given = [0] * len(streams)
    for window in range(windows):
        times, sources, numbers, persons = [], [], [], []
        for index, stream in enumerate(streams):
            t = stream.until(horizon if window == windows - 1 else (window + 1) * width)
            if stream.row.batch > 1:
                t = np.repeat(t, stream.row.batch)
            t = t[: max(0, min(len(t), stream.row.at_most - given[index]))]
            new = np.arange(given[index], given[index] + len(t), dtype=np.int64)
            given[index] += len(t)
            times.append(t)
            sources.append(np.full(len(t), index, dtype=np.int64))
            numbers.append(new)
            persons.append(stream.persons(new))
        if len(streams) == 1:
            yield Block(times[0], sources[0], numbers[0], persons[0])
        elif streams:
            columns = [np.concatenate(parts) for parts in (times, sources, numbers, persons)]
            order = np.argsort(columns[0], kind="stable")  # sources follow one another, the numbers of each in order
            yield Block(*(column[order] for column in columns))


__all__ = ["DAY_MS", "FOREVER", "Block", "arrivals", "expected_arrivals", "permute"]
