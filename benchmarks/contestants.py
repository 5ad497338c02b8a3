"""The same two queueing models written directly in SimPy, in the two usual ways.

`people` arrive at given moments and bring their service times and patience, all in whole milliseconds, so every way
must find exactly the same waits.  `plain` is how SimPy's documentation writes it: a process for each person, a Resource
for the servers.  `callbacks` uses SimPy's clock alone: events that call functions, and queues of our own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from tests.truth.traces import Trace


@dataclass(frozen=True)
class Model:
    """Stations in a row: servers of each, and the columns with service times and patience ("" none)."""

    name: str
    servers: int
    stations: tuple[tuple[str, str], ...]


EIGHT_SERVERS = Model("M/M/8", 8, (("service", ""),))
TANDEM = Model("M/M/4+M, ./M/4+M", 4, (("front.service", "front.patience"), ("back.service", "back.patience")))


@dataclass(frozen=True)
class Path:
    """What a run found: for each station who waited how long."""

    waits: list[int]
    abandoned: int


def _column(trace: Trace, name: str) -> list[int]:
    never = 1 << 61
    return trace.columns[name].tolist() if name else [never] * len(trace.t_ms)


def plain(model: Model, trace: Trace) -> list[Path]:
    """A process for each person, a Resource for each station."""
    env = simpy.Environment()
    paths = [Path([], 0) for _ in model.stations]
    left = [0] * len(paths)
    resources = [simpy.Resource(env, model.servers) for _ in model.stations]
    services = [_column(trace, service) for service, _ in model.stations]
    patience = [_column(trace, name) for _, name in model.stations]
    impatient = [bool(name) for _, name in model.stations]

    def person(who: int) -> Generator[simpy.Event, Any, None]:
        for station, resource in enumerate(resources):
            came = env.now
            with resource.request() as request:
                if impatient[station]:
                    yield request | env.timeout(patience[station][who])
                else:
                    yield request
                paths[station].waits.append(int(env.now - came))
                if not request.triggered:
                    left[station] += 1
                    return
                yield env.timeout(services[station][who])

    def arrivals() -> Generator[simpy.Event, Any, None]:
        for who, when in enumerate(trace.t_ms.tolist()):
            yield env.timeout(when - env.now)
            env.process(person(who))

    env.process(arrivals())
    env.run()
    return [Path(path.waits, gone) for path, gone in zip(paths, left, strict=True)]


class _Desk:
    """A station that calls back: free servers, and who waits since when."""

    def __init__(self, world: _World, number: int) -> None:
        self.world = world
        self.number = number
        service, patience = world.model.stations[number]
        self.service, self.patience = _column(world.trace, service), _column(world.trace, patience)
        self.impatient = bool(patience)
        self.free = world.model.servers
        self.queue: deque[list[int]] = deque()
        self.waits: list[int] = []
        self.abandoned = 0

    def join(self, who: int) -> None:
        if self.free:
            self.free -= 1
            self.waits.append(0)
            self.world.after(self.service[who], self.ends, who)
            return
        ticket = [who, int(self.world.env.now)]
        self.queue.append(ticket)
        if self.impatient:
            self.world.after(self.patience[who], self.gives_up, ticket)

    def ends(self, event: Any) -> None:
        while self.queue:
            ticket = self.queue.popleft()
            if ticket[0] >= 0:
                who, since = ticket
                ticket[0] = -1
                self.waits.append(int(self.world.env.now) - since)
                self.world.after(self.service[who], self.ends, who)
                break
        else:
            self.free += 1
        self.world.next_station(self.number, event.value)

    def gives_up(self, event: Any) -> None:
        ticket = event.value
        if ticket[0] >= 0:
            ticket[0] = -1
            self.waits.append(int(self.world.env.now) - ticket[1])
            self.abandoned += 1


class _World:
    def __init__(self, model: Model, trace: Trace) -> None:
        self.env = simpy.Environment()
        self.model, self.trace = model, trace
        self.times = trace.t_ms.tolist()
        self.desks = [_Desk(self, number) for number in range(len(model.stations))]
        self.after(self.times[0], self.arrives, 0)

    def after(self, delay: int, action: Any, value: object) -> None:
        timeout = simpy.Timeout(self.env, delay, value)
        timeout.callbacks = [action]

    def arrives(self, event: Any) -> None:
        who = event.value
        if who + 1 < len(self.times):
            self.after(self.times[who + 1] - self.times[who], self.arrives, who + 1)
        self.desks[0].join(who)

    def next_station(self, number: int, who: int) -> None:
        if number + 1 < len(self.desks):
            self.desks[number + 1].join(who)


def callbacks(model: Model, trace: Trace) -> list[Path]:
    """SimPy's clock alone; no processes, no resources."""
    world = _World(model, trace)
    world.env.run()
    return [Path(desk.waits, desk.abandoned) for desk in world.desks]
