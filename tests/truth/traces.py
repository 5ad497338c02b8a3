"""Traces with a known answer: the same arrivals, services and patience other simulators were given.

Two sources: numpy's PCG64 generator, as a comparison of eight engines used it; and the generator of Law's Simulation
Modeling and Analysis (ch. 1, ch. 2 and appendix 7A), with which the book's printed runs of a single server and of a
bank with several tellers can be repeated.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

START = datetime(2026, 3, 2)
UNIT_MS = 500_000_000
"""A unit of time of the PCG64 traces: so long that whole milliseconds change no mean wait by 1e-9 units."""
HOUR_MS = 3_600_000
"""A unit of time of Law's runs."""

Times = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trace:
    """An arrivals file: when people come, and columns of times."""

    t_ms: Times
    columns: dict[str, Times]

    def text(self) -> str:
        """Return the file, moments and seconds exact to the millisecond."""
        lines = [",".join(("time", *self.columns))]
        for when, *cells in zip(self.t_ms.tolist(), *(c.tolist() for c in self.columns.values()), strict=True):
            moment = (START + timedelta(milliseconds=when)).isoformat(sep=" ", timespec="milliseconds")
            lines.append(",".join((moment, *(f"{ms // 1000}.{ms % 1000:03d}" for ms in cells))))
        return "\n".join(lines) + "\n"

    def first(self, count: int) -> Trace:
        """Return the first arrivals only."""
        return Trace(self.t_ms[:count], {name: values[:count] for name, values in self.columns.items()})


def _ms(values: npt.NDArray[np.float64]) -> Times:
    return np.rint(values * UNIT_MS).astype(np.int64)


def eight_servers(seed: int, count: int = 200_000) -> Trace:
    """Return arrivals and services for M/M/8 at 90 % load."""
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    arrivals = np.cumsum(generator.exponential(1 / 7.2, count))
    return Trace(_ms(arrivals), {"service": _ms(generator.exponential(1, count))})


def tandem(seed: int, count: int = 200_000) -> Trace:
    """Return two stations in a row with impatient people; the generator goes on where `eight_servers` left it."""
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    generator.exponential(1 / 7.2, count)
    generator.exponential(1, count)
    arrivals = np.cumsum(generator.exponential(1 / 4.4, count))
    means = {"front.service": 1, "front.patience": 4, "back.service": 1, "back.patience": 2}
    return Trace(_ms(arrivals), {name: _ms(generator.exponential(mean, count)) for name, mean in means.items()})


def lcgrand(seed: int) -> Iterator[float]:
    """Yield Law's random numbers: multiplier 630360016, modulus 2^31 - 1, the upper 24 bits with the last one set."""
    while True:
        seed = 630_360_016 * seed % 2_147_483_647
        yield (seed >> 7 | 1) / 16_777_216


LAW_STREAM_1 = 1_973_272_912
LAW_STREAM_2 = 281_629_770


def law_single_server(delays: int = 1000) -> Trace:
    """Return the people of Law's first program (fig. 1.37): all times come from stream 1 in the order of its events.

    An arrival takes the time to the next one, then its service if the server is idle; a departure takes the service of
    the person who is next.
    """
    numbers = lcgrand(LAW_STREAM_1)
    queue: deque[int] = deque()
    arrivals, services = [-math.log(next(numbers))], list[float]()
    leaves = math.inf
    while len(services) < delays:
        if arrivals[-1] < leaves:
            now = arrivals[-1]
            arrivals.append(now - math.log(next(numbers)))
            if math.isfinite(leaves):
                queue.append(1)
                continue
        else:
            now = leaves
            if not queue:
                leaves = math.inf
                continue
            queue.pop()
        services.append(-0.5 * math.log(next(numbers)))
        leaves = now + services[-1]
    came = np.rint(np.array(arrivals[: len(services) + len(queue)]) * HOUR_MS).astype(np.int64)
    waiting = [0.0] * len(queue)  # never served within the run
    return Trace(came, {"service": np.rint(np.array(services + waiting) * HOUR_MS).astype(np.int64)})


def law_bank(tellers: int, between: Iterator[float], services: Iterator[float]) -> Trace:
    """Return the people of one day in Law's bank (ch. 2, multiteller bank with jockeying), random numbers given.

    Every teller has a line, in which the person being served stands first.  Whoever begins to be served takes the next
    service time.  When somebody leaves, the next of the line begins, and then the last of the nearest line with two
    people more changes over.  The doors close after 480 minutes; who is inside is served.
    """
    came, service = list[float](), dict[int, float]()
    ends: list[tuple[float, int]] = []
    lines = [deque[int]() for _ in range(tellers)]

    def served(teller: int, now: float) -> None:
        service[lines[teller][0]] = time = -4.5 * math.log(next(services))
        heapq.heappush(ends, (now + time, teller))

    def joins(who: int, teller: int, now: float) -> None:
        lines[teller].append(who)
        if len(lines[teller]) == 1:
            served(teller, now)

    following = -math.log(next(between))
    while ends or following <= DOORS_CLOSE:
        if following <= DOORS_CLOSE and (not ends or following <= ends[0][0]):
            came.append(following)
            joins(len(came) - 1, min(range(tellers), key=lambda teller: len(lines[teller])), following)
            following -= math.log(next(between))
            continue
        now, free = heapq.heappop(ends)
        lines[free].popleft()
        if lines[free]:
            served(free, now)
        longer = [teller for teller in range(tellers) if len(lines[teller]) > len(lines[free]) + 1]
        if longer:
            joins(lines[min(longer, key=lambda teller: abs(teller - free))].pop(), free, now)
    times = np.array([service[who] for who in range(len(came))])
    came_ms, service_ms = (np.rint(values * HOUR_MS).astype(np.int64) for values in (np.array(came), times))
    return Trace(came_ms, {"service": service_ms})


def law_banks() -> dict[int, Trace]:
    """Return Law's days with four to seven tellers: the streams go on from day to day."""
    between, services = lcgrand(LAW_STREAM_1), lcgrand(LAW_STREAM_2)
    return {tellers: law_bank(tellers, between, services) for tellers in range(4, 8)}


def waits(trace: Trace, servers: int) -> list[int]:
    """Return everybody's wait at one station without patience: first come, first served, in whole ms."""
    free = [0] * servers
    found = []
    for came, service in zip(trace.t_ms.tolist(), trace.columns["service"].tolist(), strict=True):
        start = max(came, heapq.heappop(free))
        heapq.heappush(free, start + service)
        found.append(start - came)
    return found


def tandem_waits(trace: Trace, servers: int) -> tuple[list[int], list[int], list[int]]:
    """Return the waits at the front, the waits at the back, and how many gave up at each."""
    came = list(zip(trace.t_ms.tolist(), range(len(trace.t_ms)), strict=True))
    all_waits, given_up = [], []
    for station in ("front", "back"):
        service, patience = (trace.columns[f"{station}.{what}"].tolist() for what in ("service", "patience"))
        wait, left, came = _impatient(came, service, patience, servers)
        all_waits.append(wait)
        given_up.append(left)
    return all_waits[0], all_waits[1], given_up


def _impatient(
    came: Sequence[tuple[int, int]], service: list[int], patience: list[int], servers: int
) -> tuple[list[int], int, list[tuple[int, int]]]:
    """Serve people in order of arrival; who would wait longer than his patience leaves when it ends."""
    free, found, left, went_on = [0] * servers, [], 0, []
    for when, who in came:
        wait = max(0, free[0] - when)
        if wait > patience[who]:
            found.append(patience[who])
            left += 1
            continue
        found.append(wait)
        end = when + wait + service[who]
        heapq.heapreplace(free, end)
        went_on.append((end, who))
    return found, left, sorted(went_on)


DOORS_CLOSE = 480.0
"""Minutes after which Law's bank lets nobody in."""

EXAMPLE = 40
"""People in the committed examples of the long traces."""


def files() -> dict[str, str]:
    """Return the committed traces by name."""
    return {
        "mm8.csv": eight_servers(20240).first(EXAMPLE).text(),
        "tandem.csv": tandem(20240).first(EXAMPLE).text(),
        "law_mm1.csv": law_single_server().text(),
        **{f"law_bank{tellers}.csv": trace.text() for tellers, trace in law_banks().items()},
    }
