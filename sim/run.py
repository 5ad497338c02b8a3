"""One run: a scenario file in, measured replications out.

Replications are played here and by workers (`replications/single.py`).  What one measured is packed as soon as it is
over and read again when it counts, one at a time: many replications need no more memory than two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cardemu.host.claim import Claim, claimed
from sim.engines.choose import AUTO, ready
from sim.errors import writing
from sim.expectations import check_errors, expectation
from sim.metrics.build import build_tables
from sim.metrics.build_counts import stories_table
from sim.metrics.expect import Expectation, Verdict, evaluate, needs
from sim.metrics.fold import Result
from sim.metrics.measures import Question
from sim.prepare import prepare
from sim.replications.common import Common
from sim.replications.rows import ROWS_FILE, Numbered, Row, RowFile, Rows, key_of, read_rows
from sim.replications.session import Beat, Enough, Fixed, Session, Task
from sim.replications.single import Engine, Job, Replication, engine_of, play_alone, play_log, play_task
from sim.replications.stopping import Stopped, Stopping
from sim.replications.workers import Crew, Shared, check_workers, cores, crew_of
from sim.sample import FULL_LOG, NONE, LogKept
from sim.scenario.toml_write import to_toml
from sim.store import COMPLETE, KIND, OWN_FILES, RunInfo, RunReader, RunWriter, is_run_folder
from sim.stories import StoryResult

if TYPE_CHECKING:
    from sim.compile.compiler import Compiled
    from sim.engines.running import Progress
    from sim.metrics.tables import Tables
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
    results: Sequence[Result]  # one of each replication, read when it is looked at
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
    ScenarioError, RowsError (rows in the folder that do not go with this run), WorkersLostError, NotKeptError, and
    OutputError for a folder that is in use or holds something else.
    """
    run = loaded.scenario.run
    expectations = [expectation(table) for table in loaded.scenario.expect]
    enough: Enough = plan.stopping or Fixed(run.replications if plan.replications is None else plan.replications)
    check_errors(expectations, enough.most)
    with ExitStack() as stack:
        claim = None if folder is None else stack.enter_context(claimed(folder, KIND))
        if crew is None and plan.cluster:  # it must answer before anything is written
            crew = stack.enter_context(crew_of(plan.workers, plan.cluster, announce))
        engine = ready(plan.engine, compiled.program, enough.most, announce, crew)
        plan = replace(plan, engine=engine)
        job = job_of(loaded, compiled, plan, expectations)
        helpers = _helpers(plan, crew)
        before = _rows_before(folder, job, plan)
        player = _Player(job, before)
        file = None if claim is None else stack.enter_context(RowFile(player.prepare(claim)))
        lent = crew is not None
        eager = lent or plan.workers is not None
        session = Session(player, enough, helpers, file, before, beat, eager=eager, along=not lent)
        session.run()
    counted = session.counted
    if not counted:
        raise KeyboardInterrupt
    results = Numbered(range(len(counted)), lambda at: counted[at].result)
    verdicts = tuple(evaluate(expectations, results, interrupted=session.partial))
    events, stories, violations = _told_in(counted)
    return Outcome(
        loaded=loaded, compiled=compiled, content_hash=job.key.content_hash, seed=job.key.seed, engine=job.engine,
        replications=len(counted), partial=session.partial, events=events,
        stored=player.stored, verdicts=verdicts, stories=tuple(stories), results=results,
        tables=build_tables(results, verdicts, stories_table([_story_row(story) for story in stories])),
        violations=violations,
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


def _helpers(plan: Plan, crew: Crew | None) -> Callable[[], Crew] | None:
    """Who helps this process, which is a worker itself unless there is a crew."""
    check_workers(plan.workers)
    if crew is not None:
        return lambda: Shared(crew)
    others = (plan.workers or cores()) - 1
    return (lambda: crew_of(others)) if others else None


def _rows_before(folder: Path | None, job: Job, plan: Plan) -> Rows:
    """Rows of this run in its folder, to go on from; none unless that is asked for."""
    if folder is None or not plan.resume:
        return Rows(job.key, job.compiled.names)
    rows = read_rows(folder / ROWS_FILE, job.key, job.compiled.names)
    if job.log.kind == NONE or _log_in(folder, job) is not None:
        return rows
    return rows.without(0)


def _log_in(folder: Path, job: Job) -> RunInfo | None:
    """The whole log of this run's replication 0 in the folder, if it is there."""
    if not is_run_folder(folder):
        return None
    info = RunReader(folder).info
    wanted = (job.key.content_hash, job.key.seed, str(job.log), COMPLETE)
    return info if (info.content_hash, info.seed, info.log, info.status) == wanted else None


def _told_in(rows: Iterable[Row]) -> tuple[int, list[StoryResult], tuple[str, ...]]:
    """Events, stories and violations of all rows, which are read once for them."""
    events, stories, violations = 0, list[StoryResult](), dict[str, None]()
    for row in rows:
        events += row.events
        stories += row.stories
        violations |= dict.fromkeys(row.violations)
    return events, stories, tuple(violations)


def _story_row(story: StoryResult) -> tuple[str, str, int, str, str, str, str, str, bool]:
    return (
        story.story, ", ".join(story.rules), story.at_ms, story.person, story.does, story.where, story.expected,
        story.got, story.ok,
    )  # fmt: skip


class _Player:
    """Plays replications here, the first one with its log, and packs them for workers."""

    def __init__(self, job: Job, before: Rows) -> None:
        self.key, self.names = job.key, job.compiled.names
        self.duration_ms = job.compiled.program.duration_ms
        self.stored: RunInfo | None = None
        self._job = job
        self._writer: RunWriter | None = None
        self._current: Replication | None = None
        self._common: Common | None = None
        self._before = before

    def prepare(self, claim: Claim) -> Path:
        """Make the run folder ready; returns the path of its rows."""
        job, folder = self._job, claim.folder
        keep = (ROWS_FILE,) if self._before.rows else ()
        claim.check(*OWN_FILES, ROWS_FILE)
        if job.log.kind == NONE:
            with writing(folder):
                claim.clear(claim.before if self._before.rows else ())
        elif 0 in self._before.rows:
            self.stored = _log_in(folder, job)
        else:
            info = RunInfo(
                seed=job.key.seed, content_hash=job.key.content_hash, title=job.loaded.scenario.title,
                engine=job.engine, log=str(job.log),
            )  # fmt: skip
            copy = {**job.loaded.contents, "scenario.toml": to_toml(job.loaded.merged).encode()}
            self._writer = RunWriter.create(folder, info, self.names, copy, replace_old=True, keep=keep)
        with writing(folder):
            return claim.path(ROWS_FILE)

    def here(self, replication: int, progress: Progress) -> Row:
        """Play one in this process; the first one into the run folder."""
        self._current = single = Replication(self._job, replication)
        writer = self._writer if replication == 0 else None
        try:
            single.play(writer, progress)
        finally:
            self.stored = writer.info if writer is not None else self.stored
        self._current = None  # the next one begins when this one's memory is free
        return single.row()

    def broken_off(self) -> Row | None:
        """What was counted of the replication that was stopped."""
        return None if self._current is None else self._current.row(self._current.engine.clock.now_ms)

    def task(self, replication: int) -> Task:
        """A replication for a worker."""
        self._common = self._common or Common.of(self._job)
        return self._common, replication

    def play_task(self) -> Callable[[Task], bytes]:
        """What a worker does with it."""
        return play_task
