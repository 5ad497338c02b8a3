"""The clock of the readable engine: a SimPy environment with integer time and a defined order of equal times.

SimPy orders equal times by priority, then by the accident of who was scheduled first.  Here the priority is the
whole order, `rank` then a number of its own, so the accident is never asked.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from enum import IntEnum, unique
from typing import Any, cast

import simpy
from simpy.events import EventPriority

_RANK_SHIFT = 48
_COMPACT_FROM = 4096


@unique
class Rank(IntEnum):
    """What happens first within one millisecond.  Part of the specification of every engine."""

    CHANGE = 0  # timetables: doors, servers on duty (by station)
    UP = 1  # a machine works again (by station)
    END = 2  # a service ends (by case)
    FREE = 3  # a server is free after wrap-up (by service number)
    WALK = 4  # a pause is over (by case)
    PATIENCE = 5  # patience runs out (by case): who is called in the same millisecond is still served
    ARRIVAL = 6  # new cases, in the order of sim.engines.demand


class Due(simpy.Event):
    """Something that will happen: calls `action(what)` at its time unless cancelled."""

    def __init__(self, clock: Clock, t_ms: int, action: Callable[[Any], None], what: object) -> None:
        self.env = clock
        self.t_ms = t_ms
        self.action = action
        self.what = what
        self.callbacks = [_act]
        self._ok = True
        self._value = None


def _act(event: Any) -> None:
    """SimPy's callback of a Due."""
    event.action(event.what)


class Clock(simpy.Environment):
    """SimPy's environment, with times rounded up to a step and cancelled events swept out of the heap."""

    def __init__(self, step_ms: int = 1) -> None:
        super().__init__(initial_time=0)
        self.step_ms = step_ms
        self.now_ms = 0
        self.events = 0
        self._cancelled = 0

    def at(self, t_ms: int, rank: int, number: int, action: Callable[[Any], None], what: object) -> Due:
        """Schedule `action(what)`; `number` orders events of one rank in one millisecond and must be unique there."""
        if self.step_ms > 1:
            t_ms = -(-t_ms // self.step_ms) * self.step_ms
        due = Due(self, t_ms, action, what)
        self.schedule(due, EventPriority(rank << _RANK_SHIFT | number), t_ms - self.now_ms)
        return due

    def cancel(self, due: Due) -> None:
        """Take an event back.  It leaves the heap when cancelled ones are half of it, not when its time comes."""
        due.callbacks = []
        self._cancelled += 1
        if self._cancelled > _COMPACT_FROM and 2 * self._cancelled > len(self._queue):
            self._queue[:] = [entry for entry in self._queue if entry[3].callbacks]
            heapq.heapify(self._queue)
            self._cancelled = 0

    def forget(self) -> None:
        """Nothing more will happen: what was to happen, and whom it was to happen to, is let go."""
        for _, _, _, due in self._queue:
            cast("Due", due).what = None
        self._queue.clear()

    def play(self, until_ms: int, every: int, pause: Callable[[], bool], finished: Callable[[], bool]) -> None:
        """Let things happen before `until_ms` or until `finished`; after each `every` events ask `pause`.

        What was taken back is no event: it is not counted, and the clock does not stop at it.
        """
        queue = self._queue
        while queue and not finished():
            t_ms, _, _, due = queue[0]
            if t_ms >= until_ms:
                return
            if not due.callbacks:
                heapq.heappop(queue)
                self._cancelled -= 1
                continue
            self.now_ms = int(t_ms)
            self.step()
            self.events += 1
            if self.events % every == 0 and pause():
                return
