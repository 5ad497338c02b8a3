"""A scenario that can be played: where it leaves its warm-up to be found, pilot runs have found it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ScenarioError
from sim.prepare import prepare
from sim.replications.warm_up import PILOTS, Settled, find_warm_up
from sim.run import play_log
from sim.scenario.units import duration_text

if TYPE_CHECKING:
    from sim.compile.compiler import Compiled
    from sim.scenario.load import Loaded

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Playable:
    """What is played, and the overrides that make it of the file: the warm-up that was found is one of them."""

    path: Path
    overrides: tuple[str, ...]
    loaded: Loaded
    compiled: Compiled
    settled: Settled | None = None

    def with_warm_up(self, settled: Settled) -> Playable:
        """The same with a warm-up that was found."""
        overrides = (*self.overrides, f'run.warm_up="{duration_text(settled.warm_up_ms)}"')
        return Playable(self.path, overrides, *prepare(self.path, overrides), settled)


def settle(
    path: Path, overrides: Sequence[str], engine: str, seed: int | None = None, announce: Announce = lambda _: None
) -> Playable:
    """Load, check and compile a scenario, and find its warm-up if that is `auto`.

    The pilots have the seed that will be played (None: the scenario's), so the same study finds the same warm-up.
    `announce` is told before they begin.  Raises ScenarioError.
    """
    loaded, compiled = prepare(path, overrides)
    playable = Playable(path, tuple(overrides), loaded, compiled)
    if loaded.scenario.run.warm_up is not None:
        return playable
    announce(f"{path}: {PILOTS} pilot runs, to find the warm-up")
    played = loaded.scenario.run.seed if seed is None else seed
    try:
        settled = find_warm_up(compiled.program, compiled.names, partial(play_log, compiled, engine, played))
    except ScenarioError as error:
        raise ScenarioError(tuple(replace(one, file=one.file or str(path)) for one in error.problems)) from error
    return playable.with_warm_up(settled)


def settle_both(
    a: tuple[Path, Sequence[str]],
    b: tuple[Path, Sequence[str]],
    engine: str,
    seed: int | None = None,
    announce: Announce = lambda _: None,
) -> tuple[Playable, Playable]:
    """Two alternatives to be compared with one seed (None: the first one's).

    Where the warm-ups of both are to be found, the longer one is for both: the same people are counted.
    """
    one = settle(*a, engine, seed, announce)
    other = settle(*b, engine, one.loaded.scenario.run.seed if seed is None else seed, announce)
    if one.settled is None or other.settled is None or one.settled.warm_up_ms == other.settled.warm_up_ms:
        return one, other
    if one.settled.warm_up_ms < other.settled.warm_up_ms:
        return one.with_warm_up(other.settled), other
    return one, other.with_warm_up(one.settled)
