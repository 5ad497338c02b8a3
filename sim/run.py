"""One run: a scenario file in, measured replications out.

The engine's log goes three ways as it comes: to the run folder, to the metrics, to the stories.  Nothing else is
kept, so a long run needs no more memory than a short one.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sim.conservation import CardIdentities
from sim.engines.choose import AUTO, REFERENCE, choose, ready
from sim.engines.reference import ReferenceEngine
from sim.errors import Problem, ScenarioError, writing
from sim.expectations import check_errors, expectation
from sim.metrics.build import build_tables
from sim.metrics.build_counts import stories_table
from sim.metrics.expect import Expectation, Verdict, evaluate, needs
from sim.metrics.fold import Fold, Result
from sim.metrics.identities import Identities
from sim.metrics.measures import Question
from sim.prepare import prepare
from sim.region import region_of
from sim.registry import Registry
from sim.replications.kept import packed
from sim.replications.rows import ROWS_FILE, Key, Row, RowFile, Rows, code_digest, key_of, read_rows
from sim.replications.session import Beat, Enough, Fixed, Session
from sim.replications.shares import telling
from sim.replications.stopping import Stopped, Stopping
from sim.replications.workers import Crew, Shared, check_workers, cores, crew_of
from sim.sample import FULL_LOG, NONE, LogKept
from sim.scenario.toml_write import to_toml
from sim.store import COMPLETE, RunInfo, RunReader, RunWriter, is_run_folder, make_room
from sim.stories import StoryBook, StoryResult

if TYPE_CHECKING:
    import numpy as np

    from sim.compile.compiler import Compiled
    from sim.engines.running import Progress, Sink
    from sim.metrics.cube import Selection
    from sim.metrics.tables import Tables
    from sim.program import Program
    from sim.scenario.load import Loaded

__all__ = [
    "Beat",
    "Engine",
    "Job",
    "Outcome",
    "Plan",
    "engine_of",
    "job_of",
    "play",
    "play_alone",
    "play_log",
    "play_task",
    "prepare",
]


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
class Plan:
    """How a scenario is to be played.  None: as the scenario says."""

    seed: int | None = None
    replications: int | None = None
    engine: str = AUTO
    log: LogKept = FULL_LOG
    check: bool = False  # the identities every log must satisfy, in every replication
    stopping: Stopping | None = None  # instead of a number of replications
    questions: tuple[Question, ...] = ()  # to be counted besides the expectations
    workers: int | None = 1  # processes; None: one a core, if the run is long enough to be worth it
    cluster: str = ""  # address of a Dask scheduler instead
    resume: bool = False


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
    violations: tuple[str, ...] = ()
    stopped: Stopped | None = None  # why there were so many replications, if that was not decided beforehand

    @property
    def expectations_met(self) -> bool:
        """Whether every `[[expect]]` holds."""
        return all(verdict.ok for verdict in self.verdicts)

    @property
    def stories_right(self) -> bool:
        """Whether every story ended as it must."""
        return all(story.ok for story in self.stories)


def play(
    loaded: Loaded,
    compiled: Compiled,
    plan: Plan = Plan(),
    *,
    folder: Path | None = None,
    beat: Callable[[Beat], None] | None = None,
    announce: Callable[[str], None] = lambda _: None,
    crew: Crew | None = None,
) -> Outcome:
    """Play all replications.  `folder`: where rows and the log of the first one go (replacing an older run of ours).

    `announce` is told what takes a while before the run begins; `crew`: workers somebody else has called and will
    dismiss, instead of the plan's.

    KeyboardInterrupt ends the run early; what was played until then is kept and the outcome says `partial`.  Raises
    ScenarioError, RunFolderError, RowsError (rows in the folder that do not go with this run) and WorkersLostError.
    """
    run = loaded.scenario.run
    expectations = [expectation(table) for table in loaded.scenario.expect]
    enough: Enough = plan.stopping or Fixed(run.replications if plan.replications is None else plan.replications)
    check_errors(expectations, enough.most)
    plan = replace(plan, engine=ready(plan.engine, compiled.program, enough.most, announce))
    job = job_of(loaded, compiled, plan, expectations)
    with ExitStack() as stack:
        helpers = _crew(plan, stack) if crew is None else (lambda: Shared(crew))
        before = _rows_before(folder, job, plan)
        player = _Player(job, before)
        file = None if folder is None else stack.enter_context(RowFile(player.prepare(folder)))
        lent = crew is not None or bool(plan.cluster)
        eager = lent or plan.workers is not None
        session = Session(player, enough, helpers, file, before, beat, eager=eager, along=not lent)
        session.run()
    counted = session.counted
    if not counted:
        raise KeyboardInterrupt
    results = [row.result for row in counted]
    stories = [story for row in counted for story in row.stories]
    verdicts = tuple(evaluate(expectations, results, interrupted=session.partial))
    return Outcome(
        loaded=loaded, compiled=compiled, content_hash=job.key.content_hash, seed=job.key.seed, engine=job.engine,
        replications=len(counted), partial=session.partial, events=sum(row.events for row in counted),
        stored=player.stored, verdicts=verdicts, stories=tuple(stories), results=tuple(results),
        tables=build_tables(results, verdicts, stories_table([_story_row(story) for story in stories])),
        violations=tuple(dict.fromkeys(text for row in counted for text in row.violations)),
        stopped=None if plan.stopping is None else plan.stopping.outcome(interrupted=session.partial),
    )  # fmt: skip


def job_of(loaded: Loaded, compiled: Compiled, plan: Plan, expectations: Sequence[Expectation]) -> Job:
    """What all replications have in common.  A warm-up that is to be found must have been found."""
    if loaded.scenario.run.warm_up is None:
        raise ValueError("the warm-up has not been found: sim.settle does that")
    selections, thresholds = needs(expectations)
    questions = (*plan.questions, *(plan.stopping.questions if plan.stopping is not None else ()))
    selections = tuple(dict.fromkeys((*selections, *(question.selection for question in questions))))
    asked = {question.threshold_ms for question in questions if question.threshold_ms is not None}
    thresholds = tuple(sorted({*thresholds, *asked}))
    seed = loaded.scenario.run.seed if plan.seed is None else plan.seed
    key = key_of(compiled.program.content_hash(), seed, compiled.names, selections, thresholds, checked=plan.check)
    return Job(loaded, compiled, plan.engine, plan.log, selections, thresholds, plan.check, key)


def _crew(plan: Plan, stack: ExitStack) -> Callable[[], Crew] | None:
    """Who helps this process, which is a worker itself; a cluster must answer before anything is written."""
    check_workers(plan.workers)
    if plan.cluster:
        opened = stack.enter_context(crew_of(plan.workers, plan.cluster))
        return lambda: opened
    others = (plan.workers or cores()) - 1
    return (lambda: crew_of(others)) if others else None


def _rows_before(folder: Path | None, job: Job, plan: Plan) -> Rows:
    """Rows of this run in its folder, to go on from; none unless that is asked for."""
    if folder is None or not plan.resume:
        return Rows(job.key)
    rows = read_rows(folder / ROWS_FILE, job.key, job.compiled.names)
    if job.log.kind == NONE or _log_in(folder, job) is not None:
        return rows
    return Rows.of(job.key, [row for row in rows.rows.values() if row.replication != 0])


def _log_in(folder: Path, job: Job) -> RunInfo | None:
    """The whole log of this run's replication 0 in the folder, if it is there."""
    if not is_run_folder(folder):
        return None
    info = RunReader(folder).info
    wanted = (job.key.content_hash, job.key.seed, str(job.log), COMPLETE)
    return info if (info.content_hash, info.seed, info.log, info.status) == wanted else None


def _story_row(story: StoryResult) -> tuple[str, str, int, str, str, str, str, str, bool, str]:
    return (
        story.story, ", ".join(story.rules), story.at_ms, story.person, story.does, story.where, story.expected,
        story.got, story.ok, story.text,
    )  # fmt: skip


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


class _Player:
    """Plays replications here, the first one with its log, and packs them for workers."""

    def __init__(self, job: Job, before: Rows) -> None:
        self.key, self.names = job.key, job.compiled.names
        self.duration_ms = job.compiled.program.duration_ms
        self.stored: RunInfo | None = None
        self._job = job
        self._writer: RunWriter | None = None
        self._current: _Replication | None = None
        self._packed = b""
        self._before = before

    def prepare(self, folder: Path) -> Path:
        """Make the run folder ready; returns the path of its rows."""
        job, rows = self._job, folder / ROWS_FILE
        going_on = bool(self._before.rows)
        if job.log.kind == NONE:
            with writing(folder):
                make_room(folder, going_on=going_on)
        elif 0 in self._before.rows:
            self.stored = _log_in(folder, job)
        else:
            info = RunInfo(
                seed=job.key.seed, content_hash=job.key.content_hash, title=job.loaded.scenario.title,
                engine=job.engine, log=str(job.log),
            )  # fmt: skip
            keep = (ROWS_FILE,) if going_on else ()
            copy = {**job.loaded.contents, "scenario.toml": to_toml(job.loaded.merged).encode()}
            with writing(folder):
                self._writer = RunWriter.create(folder, info, self.names, copy, replace_old=True, keep=keep)
        if not going_on:
            rows.unlink(missing_ok=True)
        return rows

    def here(self, replication: int, progress: Progress) -> Row:
        """Play one in this process; the first one into the run folder."""
        self._current = single = _Replication(self._job, replication)
        writer = self._writer if replication == 0 else None
        try:
            single.play(writer, progress)
        finally:
            self.stored = writer.info if writer is not None else self.stored
        return single.row()

    def broken_off(self) -> Row | None:
        """What was counted of the replication that was stopped."""
        return None if self._current is None else self._current.row(self._current.engine.clock.now_ms)

    def task(self, replication: int) -> tuple[bytes, int]:
        """A replication for a worker."""
        self._packed = self._packed or pickle.dumps(self._job)
        return self._packed, replication

    def play_task(self) -> Callable[[tuple[bytes, int]], bytes]:
        """What a worker does with it."""
        return play_task


def play_task(task: tuple[bytes, int]) -> bytes:
    """Play one replication in a worker; returns its row, encoded and packed: the parent has enough to do."""
    key, row = play_alone(task)
    return packed(row.encoded(key))


def play_alone(task: tuple[bytes, int]) -> tuple[Key, Row]:
    """Play one replication of a packed job for what it measures, without its log."""
    job = job_in(task[0])
    single = _Replication(job, task[1])
    single.play(None, telling(job.key.content_hash, job.key.seed, task[1], job.compiled.program.duration_ms))
    return replace(job.key, code=code_digest()), single.row()


@lru_cache(maxsize=4)
def job_in(task: bytes) -> Job:
    """The job of a task, in the worker that got it."""
    job: Job = pickle.loads(task)  # noqa: S301 - from our own parent, over the executor's connection
    return job


class _Replication:
    """One replication with all that listens to it."""

    def __init__(self, job: Job, number: int) -> None:
        self._job, self.number = job, number
        names, program = job.compiled.names, job.compiled.program
        self.fold = Fold(names, job.selections, job.thresholds_ms)
        self.stories = StoryBook(program, names)
        self.identities = Identities(drained=program.drain) if job.check else None
        self.cards = CardIdentities(program) if job.check else None
        self.writer: RunWriter | None = None
        self.registry: Registry | None = None
        self.engine = engine_of(job.engine, program, job.key.seed, number, self._chunk)

    def _chunk(self, chunk: np.ndarray) -> None:
        if self.writer is not None and self.registry is not None:
            kept = self._job.log.rows(chunk, self._job.key.seed)
            self.writer.add(kept)
            self.registry.add(kept)
        if self.identities is not None and self.cards is not None:
            self.identities.add(chunk)
            self.cards.add(chunk)
        self.fold.add(chunk)
        self.stories.add(chunk)

    def play(self, writer: RunWriter | None, progress: Progress | None) -> None:
        """Play to the end; the run folder is closed as complete, or as interrupted."""
        with ExitStack() as stack:
            if writer is not None:
                program = self._job.compiled.program
                self.registry = Registry(program, region_of(self._job.loaded), self._job.key.seed, self.number)
                self.writer = stack.enter_context(writer)
                stack.callback(self._register, writer)
            self.engine.run(progress)

    def _register(self, writer: RunWriter) -> None:
        """Add who came and which cards were ordered to the run folder, also when the run was broken off."""
        if self.registry is not None:
            for table in self.registry.tables():
                writer.write_table(writer.folder / "names" / f"{table.name}.parquet", table)

    def row(self, end_ms: int | None = None) -> Row:
        """What was measured; `end_ms` of a replication that was broken off."""
        found = [] if self.identities is None else self.identities.violations(whole=end_ms is None)
        found += [] if self.cards is None else self.cards.violations()
        stories = tuple(self.stories.results(self._job.loaded.scenario))
        return Row(self.number, self.engine.clock.events, self.fold.result(end_ms), stories, tuple(found))
