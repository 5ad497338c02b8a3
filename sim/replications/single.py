"""One replication with everything that listens to it, in whatever process it is played.

The engine's log goes three ways as it comes: to the run folder, to the metrics, to the stories.  Nothing else is
kept, and nothing that listens knows the engine: when a replication is over its memory is free at once.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sim.conservation import CardIdentities
from sim.engines.choose import AUTO, REFERENCE, choose
from sim.engines.reference import ReferenceEngine
from sim.errors import Problem, ScenarioError
from sim.metrics.fold import Fold
from sim.metrics.identities import Identities
from sim.products import products_of
from sim.region import region_of
from sim.registry import Registry
from sim.replications.common import Common
from sim.replications.kept import packed
from sim.replications.rows import Key, Row, code_digest
from sim.replications.shares import telling
from sim.stories import StoryBook

if TYPE_CHECKING:
    import numpy as np

    from sim.compile.compiler import Compiled
    from sim.engines.running import Progress, Sink
    from sim.metrics.cube import Selection
    from sim.program import Program
    from sim.sample import LogKept
    from sim.scenario.load import Loaded
    from sim.store import RunWriter


class _Clock(Protocol):
    """How far an engine has come."""

    @property
    def now_ms(self) -> int:
        """Simulated time."""

    @property
    def events(self) -> int:
        """Events so far."""


class Engine(Protocol):
    """What plays a Program."""

    @property
    def clock(self) -> _Clock:
        """Its clock."""

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end."""


def play_log(compiled: Compiled, engine: str, seed: int, replication: int, sink: Sink) -> None:
    """Play one replication for its log alone."""
    engine_of(engine, compiled.program, seed, replication, sink).run()


def engine_of(name: str, program: Program, seed: int, replication: int, sink: Sink) -> Engine:
    """Make the engine of that name: both write the same log.

    Raises ScenarioError where the compiled one does not support a feature.
    """
    if name == AUTO:
        name = choose(program)
    if name == REFERENCE:
        return ReferenceEngine(program, seed, replication, sink)
    from sim.engines.compiled import CompiledEngine, Unsupported  # noqa: PLC0415 - takes a moment to load

    try:
        return CompiledEngine(program, seed, replication, sink)
    except Unsupported as error:
        problem = Problem("--engine", "", None, f"the compiled engine does not support: {error}", "reference")
        raise ScenarioError((problem,)) from error


@dataclass(frozen=True, slots=True)
class Job:
    """What all replications of a run have in common; it goes to the workers."""

    loaded: Loaded
    compiled: Compiled
    engine: str
    log: LogKept
    selections: tuple[Selection, ...]
    thresholds_ms: tuple[int, ...]
    check: bool
    key: Key


def play_task(task: tuple[Common, int]) -> bytes:
    """Play one replication in a worker; returns its row, encoded and packed: the parent has enough to do."""
    key, row = play_alone(task)
    return packed(row.encoded(key))


def play_alone(task: tuple[Common, int]) -> tuple[Key, Row]:
    """Play one replication of a job for what it measures, without its log."""
    job: Job = task[0].opened()
    single = Replication(job, task[1])
    single.play(None, telling(job.key.content_hash, job.key.seed, task[1], job.compiled.program.duration_ms))
    return replace(job.key, code=code_digest()), single.row()


class _Listeners:
    """All that hears the log of a replication."""

    def __init__(self, job: Job) -> None:
        names, program = job.compiled.names, job.compiled.program
        self._job = job
        self.fold = Fold(names, job.selections, job.thresholds_ms)
        self.stories = StoryBook(program, names)
        self.identities = Identities(drained=program.drain) if job.check else None
        self.cards = CardIdentities(program) if job.check else None
        self.writer: RunWriter | None = None
        self.registry: Registry | None = None

    def add(self, chunk: np.ndarray) -> None:
        """Hear the next rows."""
        if self.writer is not None and self.registry is not None:
            kept = self._job.log.rows(chunk, self._job.key.seed)
            self.writer.add(kept)
            self.registry.add(kept)
        if self.identities is not None and self.cards is not None:
            self.identities.add(chunk)
            self.cards.add(chunk)
        self.fold.add(chunk)
        self.stories.add(chunk)

    def register(self) -> None:
        """Add who came and which cards were ordered to the run folder, also when the run was broken off."""
        if self.writer is not None and self.registry is not None:
            for table in self.registry.tables():
                self.writer.write_table(f"names/{table.name}.parquet", table)

    def violations(self, *, whole: bool) -> tuple[str, ...]:
        """What the identities found."""
        found = [] if self.identities is None else self.identities.violations(whole=whole)
        return (*found, *(() if self.cards is None else self.cards.violations()))


class Replication:
    """One replication: the engine, and what listens to it."""

    def __init__(self, job: Job, number: int) -> None:
        self._job, self.number = job, number
        self._listeners = _Listeners(job)
        self.engine = engine_of(job.engine, job.compiled.program, job.key.seed, number, self._listeners.add)

    def play(self, writer: RunWriter | None, progress: Progress | None) -> None:
        """Play to the end; the run folder is closed as complete, or as interrupted."""
        heard = self._listeners
        with ExitStack() as stack:
            if writer is not None:
                program, products = self._job.compiled.program, products_of(self._job.loaded)
                heard.registry = Registry(
                    program, region_of(self._job.loaded), self._job.key.seed, self.number, products
                )
                heard.writer = stack.enter_context(writer)
                stack.callback(heard.register)
            self.engine.run(progress)

    def row(self, end_ms: int | None = None) -> Row:
        """What was measured; `end_ms` of a replication that was broken off."""
        heard = self._listeners
        stories = tuple(heard.stories.results(self._job.loaded.scenario))
        result = heard.fold.result(end_ms)
        return Row(self.number, self.engine.clock.events, result, stories, heard.violations(whole=end_ms is None))
