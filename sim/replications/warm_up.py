"""How long a steady state takes to settle: pilot runs, cut by MSER-5.

The series is the number of people waiting or being served at all places together, averaged over a slice of time and
over the pilots.  MSER-5 (White, Cobb & Spratt 2000) cuts where the rest is known best, in the first half at most; a
cut at the end of that half says that the run is too short to tell, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.metrics.counter import Counter
from sim.metrics.counting import Floats, Ints
from sim.metrics.cube import Cube, Selection
from sim.metrics.daytime import Daytime
from sim.metrics.flows import Flows
from sim.metrics.names import Names
from sim.program import Program
from sim.theory.output import mser5

KEY = "run.warm_up"
PILOTS = 5
FIRST_PILOT = 1 << 20
"""Number of the first pilot's replication: none of those that are counted later has it."""
SLICES = 1000

PlayPilot = Callable[[int, Callable[[Ints], None]], None]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the pilots said."""

    warm_up_ms: int
    pilots: int
    slice_ms: int


class Presence:
    """People waiting or being served at all places together, averaged over slices of time."""

    def __init__(self, names: Names, duration_ms: int) -> None:
        self.slice_ms = max(1, -(-duration_ms // SLICES))
        self.slices = duration_ms // self.slice_ms
        self._end_ms = self.slices * self.slice_ms
        whole = replace(names, duration_ms=max(1, self._end_ms))
        self._cube = Cube(whole, Selection(from_ms=0, until_ms=self._end_ms), (), block_ms=self.slice_ms, together=True)
        self._counter = Counter(names, [self._cube], [], Daytime(names), Flows(names))

    def add(self, chunk: Ints) -> None:
        """Follow the next rows of a log."""
        self._counter.add(chunk)

    def series(self) -> Floats:
        """One average a slice."""
        waiting, inside, *_ = self._cube.areas(self._end_ms)
        return np.asarray((waiting + inside)[0] / self.slice_ms)


def find_warm_up(program: Program, names: Names, play: PlayPilot, pilots: int = PILOTS) -> Settled:
    """Play pilots and find where the steady state begins.

    Raises ScenarioError where the run is too short to tell.
    """
    total: Floats | None = None
    slice_ms = 1
    for number in range(pilots):
        presence = Presence(names, program.duration_ms)
        play(FIRST_PILOT + number, presence.add)
        series, slice_ms = presence.series(), presence.slice_ms
        total = series if total is None else total + series
    if total is None or len(total) < 10:
        raise ScenarioError((Problem("", KEY, None, "the run is too short for MSER-5", "at least 10 ms"),))
    cut = mser5(total / pilots)
    if not cut.settled:
        why = "the run has not settled: of all cuts in its first half, MSER-5 takes the last"
        raise ScenarioError((Problem("", KEY, None, why, "a longer run.duration, or a warm-up of your own"),))
    return Settled(cut.observations * slice_ms, pilots, slice_ms)
