"""Runs the card work tests replay: each scenario is played once a session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sim.cardwork.outcome import CardWork
from sim.cardwork.work import Order, card_work
from sim.cardwork.world import World, world_of
from sim.procedures.rule_table import STORIES
from sim.products import products_of
from sim.region import region_of
from sim.run import play, prepare
from sim.store import RunReader

FILES = sorted(path.stem for path in STORIES.glob("*.toml") if path.name != "world.toml")
_KEPT: list[TemporaryDirectory[str]] = []


@dataclass(frozen=True, slots=True)
class Run:
    """A stored run."""

    folder: Path
    world: World
    log: np.ndarray

    def work(self, product: str = "generation-3", share: float = 1.0, folders: tuple[Path, ...] = ()) -> CardWork:
        """Its card work, in this process."""
        return card_work([self.log], Order(self.world, product, share, folders, jobs=1))


@lru_cache(maxsize=16)
def story_run(name: str) -> Run:
    """The stories of one file of scenarios/procedures, played."""
    kept = TemporaryDirectory()
    _KEPT.append(kept)
    folder = Path(kept.name) / name
    loaded, compiled = prepare(STORIES / f"{name}.toml", ())
    play(loaded, compiled, folder=folder)
    log = np.concatenate(list(RunReader(folder).chunks()))
    return Run(folder, world_of(compiled.program, region_of(loaded), products_of(loaded)), log)
