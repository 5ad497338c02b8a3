"""Logs for the tests: written by hand, or played by a small queue of our own that shares nothing with the engines."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.log import Event
from sim.metrics.names import DAY_MS, Names, ProcedureName, Role, RuleName, ServerGroup, StationName, StepName
from sim.procedures.model import Place

Ints = NDArray[np.int64]
E = Event

NAMES = Names(
    stations=(
        StationName("haishu", "haishu", Place.OUTLET, "Haishu", "海曙", district="haishu"),
        StationName("town-001", "town", Place.OUTLET, "Town", "镇"),
        StationName("town-002", "town", Place.OUTLET, "Town", "镇"),
        StationName("line", "line", Place.HOTLINE, "Hotline", "热线", (ServerGroup("agents"),)),
        StationName("line menu", "line", Place.HOTLINE, servers=(ServerGroup("menu", Role.SELF_SERVICE),)),
    ),
    steps=(
        StepName("apply", "submit", "Submit", "提交"),
        StepName("apply", "produce", "Produce", "制卡"),
        StepName("apply", "collect", "Collect", "领取", "collect"),
        StepName("hotline", "menu", "Menu", "菜单"),
        StepName("hotline", "agent", "Agent", "人工"),
    ),
    rules=(RuleName("A3", "photo missing", "缺照片"), RuleName("A7", "wrong outlet", "网点不符")),
    sources=("walk_in", "booked", "calls"),
    procedures=(
        ProcedureName("apply", "Apply", "申领", (0, 1, 2)),
        ProcedureName("hotline", "Hotline", "热线", (3, 4)),
    ),
    duration_ms=DAY_MS,
)


def row(t: int, case: int, kind: Event, **other: int) -> tuple[int, ...]:
    """One row of a log; person = case unless given."""
    return (
        t, case, other.get("person", case), other.get("step", -1), other.get("station", -1), int(kind),
        other.get("code", 0), other.get("value", 0),
    )  # fmt: skip


def log_of(rows: Iterable[tuple[int, ...]]) -> Ints:
    """Rows as a chunk."""
    return np.array(list(rows), dtype=np.int64).reshape(-1, 8)


def queue_log(  # one server, first come first served
    arrivals: Ints, services: Ints, station: int = 0, source: int = 0, step: int = 0, first_case: int = 0
) -> list[tuple[int, ...]]:
    """Lindley's recursion as log rows: start = max(arrival, end of the one before)."""
    rows: list[tuple[int, ...]] = []
    free_at = 0
    for number, (t, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        case, start = first_case + number, max(t, free_at)
        free_at = start + service
        at = {"station": station, "step": step}
        rows += [
            row(t, case, E.ARRIVE, code=source),
            row(t, case, E.JOIN, **at),
            row(start, case, E.START, value=start - t, **at),
            row(free_at, case, E.END, value=service, **at),
            row(free_at, case, E.DONE, **at),
            row(free_at, case, E.LEAVE, code=int(E.DONE), value=free_at - t),
        ]
    return rows


def in_order(rows: list[tuple[int, ...]]) -> Ints:
    """Rows by time; those of the same moment as they were given."""
    log = log_of(rows)
    return log[np.argsort(log[:, 0], kind="stable")]


def busy_office(seed: int, people: int, clock_ms: int = 60_000) -> Ints:
    """Two stations, two servers each, with everything that a log can hold; times on a coarse clock, so ties abound.

    People may be refused entry, give up, be sent home, return, be refused by the office, fork a second case and go on
    to the second station.  Written as a plain event loop over a heap.
    """
    return _Office(np.random.default_rng(seed), clock_ms).play(people)


class _Office:
    def __init__(self, random: np.random.Generator, clock_ms: int) -> None:
        self.random, self.clock = random, clock_ms
        self.rows: list[tuple[int, ...]] = []
        self.heap: list[tuple[int, int, str, int]] = []
        self.order = 0
        self.queues: list[list[tuple[int, int]]] = [[], []]  # (case, joined)
        self.free = [2, 2]
        self.born: dict[int, int] = {}
        self.next_case = 0
        self.where: dict[int, int] = {}

    def later(self, t: int, what: str, case: int) -> None:
        self.order += 1
        heapq.heappush(self.heap, (t, self.order, what, case))

    def ticks(self, high: int) -> int:
        return int(self.random.integers(0, high)) * self.clock

    def put(self, t: int, case: int, kind: Event, **other: int) -> None:
        station = self.where.get(case, 0)
        at = {"station": station, "step": 2 * station} if kind != E.LEAVE else {}
        self.rows.append(row(t, case, kind, **at, **other))

    def play(self, people: int) -> Ints:
        for station in (0, 1):
            self.rows.append(row(0, -1, E.CAPACITY, station=station, value=2))
        t = 0
        for _ in range(people):
            t += self.ticks(4)
            self.later(t, "arrive", self.new_case())
            if self.random.random() < 0.2:
                self.later(t + self.ticks(30), "roster", int(self.random.integers(0, 4)))
        while self.heap:
            t, _, what, case = heapq.heappop(self.heap)
            getattr(self, what)(t, case)
        return log_of(self.rows)

    def roster(self, t: int, servers: int) -> None:
        self.rows.append(row(t, -1, E.CAPACITY, station=servers % 2, value=servers))  # told, not obeyed

    def new_case(self) -> int:
        self.next_case += 1
        return self.next_case * 7 % 1009 + 1009 * (self.next_case // 1009)  # numbers not in order of birth

    def arrive(self, t: int, case: int) -> None:
        self.born[case] = t
        self.rows.append(row(t, case, E.ARRIVE, code=int(self.random.integers(0, 3))))
        self.join(t, case)

    def leave(self, t: int, case: int, because: Event) -> None:
        self.rows.append(row(t, case, E.LEAVE, code=int(because), value=t - self.born[case]))

    def join(self, t: int, case: int) -> None:
        chance = self.random.random()
        if chance < 0.15:
            kind = (E.BALK, E.BLOCKED, E.TURNED_AWAY)[int(chance * 20)]
            self.put(t, case, kind)
            if chance < 0.03:
                self.put(t, case, E.RETURN, value=5 * self.clock)
                self.later(t + 5 * self.clock, "join", case)
            else:
                self.leave(t, case, kind)
            return
        station = self.where.get(case, 0)
        self.put(t, case, E.JOIN, code=int(self.random.integers(0, 2)), value=len(self.queues[station]))
        self.queues[station].append((case, t))
        self.later(t + self.ticks(40), "give_up", case)
        self.call(t, station)

    def give_up(self, t: int, case: int) -> None:
        station = self.where.get(case, 0)
        for place, (waiting, joined) in enumerate(self.queues[station]):
            if waiting == case:
                del self.queues[station][place]
                kind = E.ABANDON if self.random.random() < 0.7 else E.TURNED_AWAY
                self.put(t, case, kind, value=t - joined)
                self.leave(t, case, kind)
                return

    def call(self, t: int, station: int) -> None:
        while self.free[station] and self.queues[station]:
            case, joined = self.queues[station].pop(0)
            self.free[station] -= 1
            self.put(t, case, E.START, value=t - joined)
            service = self.ticks(12)
            self.rows_end(t, case, service)

    def rows_end(self, t: int, case: int, service: int) -> None:
        self.later(t + service, "end", case)
        self.where[-1 - case] = t

    def end(self, t: int, case: int) -> None:
        station = self.where.get(case, 0)
        self.put(t, case, E.END, value=t - self.where.pop(-1 - case))
        wrap_up = self.ticks(3)
        self.later(t + wrap_up, f"free_{station}", -2 - wrap_up)
        if self.random.random() < 0.2:
            self.put(t, case, E.REFUSED, code=int(self.random.integers(0, 2)))
            self.leave(t, case, E.REFUSED)
            return
        self.put(t, case, E.DONE)
        ledgers = int(self.random.integers(0, 6)) * 16 + int(self.random.integers(0, 6))
        self.put(t, case, E.MONEY, code=ledgers, value=int(self.random.integers(1, 9999)))
        if self.random.random() < 0.2:
            child = self.new_case()
            self.put(t, case, E.FORK, value=child)
            self.born[child] = t
            self.where[child] = 1
            self.later(t + self.ticks(30), "join", child)
        if station == 0 and self.random.random() < 0.6:
            self.where[case] = 1
            self.later(t + self.ticks(300), "join", case)
            return
        if self.random.random() < 0.8:
            self.put(t, case, E.LEAD, code=int(self.random.integers(0, 6)), value=t - self.born[case])
        self.leave(t, case, E.DONE)

    def free_0(self, t: int, wrap_up: int) -> None:
        self.release(t, 0, -2 - wrap_up)

    def free_1(self, t: int, wrap_up: int) -> None:
        self.release(t, 1, -2 - wrap_up)

    def release(self, t: int, station: int, wrap_up: int) -> None:
        if wrap_up:
            self.rows.append(row(t, -1, E.FREE, station=station, step=2 * station, value=wrap_up))
        self.free[station] += 1
        self.call(t, station)
