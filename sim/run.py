"""One run: a scenario file in, measured replications out.

The engine's log goes three ways as it comes: to the run folder, to the metrics, to the stories.  Nothing else is
kept, so a long run needs no more memory than a short one.
"""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from sim.compile.compiler import Compiled, compile_scenario
from sim.compile.feasibility import overloads
from sim.engines.choose import AUTO, REFERENCE, choose, ready
from sim.engines.reference import ReferenceEngine
from sim.errors import Problem, ScenarioError
from sim.metrics.build import build_tables
from sim.metrics.build_counts import stories_table
from sim.metrics.expect import Expectation, Verdict, evaluate, needs
from sim.metrics.fold import Fold, Result
from sim.procedures.catalogue import catalogue
from sim.registry import DEFAULT_REGION, Registry, room
from sim.scenario.load import Loaded, load
from sim.scenario.toml_write import to_toml
from sim.store import RunInfo, RunWriter
from sim.stories import StoryBook, StoryResult

if TYPE_CHECKING:
    import numpy as np

    from sim.metrics.tables import Tables
    from sim.program import Program
    from sim.scenario.schema_story import ExpectTable
    from sim.scenario.values import Measure

LARGEST_SEED = 2**63 - 1


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

    def run(self, progress: Callable[[int, int], bool] | None = None) -> None:
        """Play to the end."""


def engine_of(name: str, program: Program, seed: int, replication: int, sink: Callable[[np.ndarray], None]) -> Engine:
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
class Beat:
    """How far a run has come."""

    replication: int
    replications: int
    t_ms: int
    duration_ms: int
    events: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    loaded: Loaded
    compiled: Compiled
    content_hash: str
    seed: int
    engine: str  # which one played
    replications: int  # finished or begun
    partial: bool
    events: int
    stored: RunInfo | None
    tables: Tables
    verdicts: tuple[Verdict, ...]
    stories: tuple[StoryResult, ...]
    results: tuple[Result, ...]

    @property
    def expectations_met(self) -> bool:
        """Whether every `[[expect]]` holds."""
        return all(verdict.ok for verdict in self.verdicts)

    @property
    def stories_right(self) -> bool:
        """Whether every story ended as it must."""
        return all(story.ok for story in self.stories)


def prepare(path: Path, overrides: Sequence[str]) -> tuple[Loaded, Compiled]:
    """Load, check and compile a scenario; raises ScenarioError with every problem found."""
    loaded = load(path, overrides, catalogue())
    try:
        compiled = compile_scenario(loaded, catalogue())
    except ScenarioError as error:
        raise ScenarioError(tuple(replace(one, file=one.file or str(path)) for one in error.problems)) from error
    problems = [Problem(str(path), *problem) for problem in _impossible(loaded, compiled)]
    if problems:
        raise ScenarioError(tuple(problems))
    return loaded, compiled


def _impossible(loaded: Loaded, compiled: Compiled) -> Iterator[tuple[str, None, str, str]]:
    """What can only be seen of the whole: a region that is real or too small, a demand that can never be served."""
    region = region_of(loaded)
    if not re.fullmatch(r"99\d{0,4}", region):
        why = f"{region} may be a real place; synthetic people need a code that is assigned to none"
        yield "region.division", None, why, "99 and up to four more digits"
    else:
        crowded = room(compiled.program, region)
        if crowded:
            yield "cohorts", None, crowded, "fewer people in one region, or a shorter region.division"
    if loaded.scenario.run.seed > LARGEST_SEED:
        yield "run.seed", None, "is too large for the random numbers", "0 to 2^63 - 1"
    for row in compiled.program.stations:
        if row.preempt and row.batch_size > 1:
            why = "a service for several people together cannot be broken off"
            yield f"stations.{row.group}", None, why, "batch or preempt, not both"
    if loaded.scenario.run.overload == "refuse":
        for text in overloads(compiled.program):
            yield "demand", None, text, 'more servers, less demand, or run.overload = "allow"'


def region_of(loaded: Loaded) -> str:
    """Division code of the scenario's region, a neutral one if it names none."""
    region = loaded.scenario.region
    return region.division if region is not None and region.division else DEFAULT_REGION


def play(
    loaded: Loaded,
    compiled: Compiled,
    *,
    folder: Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    engine: str = AUTO,
    beat: Callable[[Beat], None] | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Play all replications.  `folder`: where the log of the first one goes (replacing an older run of ours).

    `announce` is told what takes a while before the run begins.

    KeyboardInterrupt ends the run early; what was played until then is kept and the outcome says `partial`.
    """
    run = loaded.scenario.run
    seed = run.seed if seed is None else seed
    replications = run.replications if replications is None else replications
    engine = ready(engine, compiled.program, replications, announce)
    expectations = [expectation(table) for table in loaded.scenario.expect]
    content_hash = compiled.program.content_hash()
    results: list[Result] = []
    stories: list[StoryResult] = []
    events, partial, stored = 0, False, None
    for number in range(replications):
        writer = None
        if folder is not None and number == 0:
            info = RunInfo(seed=seed, content_hash=content_hash, title=loaded.scenario.title, engine=engine)
            writer = RunWriter.create(folder, info, compiled.names, _scenario_copy(loaded), replace_old=True)
        single = _Replication(compiled, engine, seed, number, expectations)
        if writer is not None:
            single.registry = Registry(compiled.program, region_of(loaded), seed, number)
        try:
            with _Interruptible() as interruptible:
                single.play(writer, _beating(beat, interruptible, number, replications, run.duration))
        except KeyboardInterrupt:
            partial = True
        events += single.engine.clock.events
        results.append(single.fold.result(single.engine.clock.now_ms if partial else None))
        stories += single.stories.results(loaded.scenario)
        stored = writer.info if writer is not None else stored
        if partial:
            break
    verdicts = tuple(evaluate(expectations, results))
    tables = build_tables(results, verdicts, stories_table([_story_row(story) for story in stories]))
    return Outcome(
        loaded, compiled, content_hash, seed, engine, len(results), partial, events, stored, tables, verdicts,
        tuple(stories), tuple(results),
    )  # fmt: skip


class _Replication:
    """One replication with all that listens to it."""

    def __init__(
        self, compiled: Compiled, engine: str, seed: int, number: int, expectations: Sequence[Expectation]
    ) -> None:
        selections, thresholds = needs(expectations)
        self.fold = Fold(compiled.names, selections, thresholds) if thresholds else Fold(compiled.names, selections)
        self.stories = StoryBook(compiled.program, compiled.names)
        self.writer: RunWriter | None = None
        self.registry: Registry | None = None
        self.engine = engine_of(engine, compiled.program, seed, number, self._chunk)

    def _chunk(self, chunk: np.ndarray) -> None:
        if self.writer is not None:
            self.writer.add(chunk)
        if self.registry is not None:
            self.registry.add(chunk)
        self.fold.add(chunk)
        self.stories.add(chunk)

    def play(self, writer: RunWriter | None, progress: Callable[[int, int], bool]) -> None:
        """Play to the end; the run folder is closed as complete, or as interrupted."""
        with ExitStack() as stack:
            if writer is not None:
                self.writer = stack.enter_context(writer)
                stack.callback(self._register, writer)
            self.engine.run(progress)

    def _register(self, writer: RunWriter) -> None:
        """Add who came and which cards were ordered to the run folder, also when the run was broken off."""
        if self.registry is not None:
            for table in self.registry.tables():
                writer.write_table(writer.folder / "names" / f"{table.name}.parquet", table)


def expectation(table: ExpectTable) -> Expectation:
    """An `[[expect]]` as the metrics want it."""

    def value(measure: Measure | None) -> float | None:
        return None if measure is None else measure.value

    return Expectation(
        metric=table.metric,
        station=table.station,
        business=table.business,
        demand=table.demand,
        procedure=table.procedure,
        rule=table.rule,
        threshold_ms=table.threshold,
        equals=value(table.equals),
        within=value(table.within),
        within_rel=table.within_rel,
        z=table.z,
        at_most=value(table.at_most),
        at_least=value(table.at_least),
        from_ms=table.from_,
        until_ms=table.until,
        title=table.title,
    )


def _story_row(story: StoryResult) -> tuple[str, str, int, str, str, str, str, str, bool, str]:
    return (
        story.story, ", ".join(story.rules), story.at_ms, story.person, story.does, story.where, story.expected,
        story.got, story.ok, story.text,
    )  # fmt: skip


class _Interruptible:
    """Ctrl-C waits for the next pause between events, so that no file is left half-written; a second one does not."""

    def __init__(self) -> None:
        self.asked = False
        self._restore = ExitStack()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGINT, self._ask)
            self._restore.callback(signal.signal, signal.SIGINT, before)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore.close()

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _beating(
    beat: Callable[[Beat], None] | None,
    interruptible: _Interruptible,
    number: int,
    replications: int,
    duration_ms: int,
) -> Callable[[int, int], bool]:
    def progress(t_ms: int, events: int) -> bool:
        if interruptible.asked:
            raise KeyboardInterrupt
        if beat is not None:
            beat(Beat(number, replications, t_ms, duration_ms, events))
        return False

    return progress


def _scenario_copy(loaded: Loaded) -> Mapping[str, bytes]:
    """The scenario as it was played, includes and overrides carried out."""
    return {"scenario.toml": to_toml(loaded.merged).encode()}
