"""Studies of scenarios: many runs for one answer."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from sim.compile.compiler import Compiled
from sim.engines.choose import ready
from sim.errors import ScenarioError
from sim.expectations import expectation
from sim.metrics.expect import Verdict, error_to_judge_by
from sim.metrics.replicated import Part
from sim.replications.asked import Asked, read_paired
from sim.replications.common import Common
from sim.replications.compare import Difference, asked_of_both, compare, headline
from sim.replications.kept import RowsError
from sim.replications.sensitivity import Tornado, alternatives, tornado, variations
from sim.replications.spread import map_unordered
from sim.replications.values import StudyKey, kept_values
from sim.replications.vary import Variation
from sim.replications.warm_up import Settled
from sim.replications.workers import Crew
from sim.run import Beat, Job, Outcome, Plan, job_of, play, play_alone, prepare
from sim.scenario.load import Loaded
from sim.scenario.values import Provenance
from sim.settle import settle, settle_both

Look = Callable[[int, int], None]
"""Told how many of how many runs are finished."""


@dataclass(frozen=True, slots=True)
class Side:
    """One alternative: a scenario file and its overrides."""

    path: Path
    overrides: tuple[str, ...] = ()
    folder: Path | None = None  # for its rows


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both alternatives, played."""

    a: Outcome
    b: Outcome
    differences: tuple[Difference, ...]
    settled: tuple[Settled | None, Settled | None] = (None, None)  # the warm-ups that were found


def play_both(
    sides: tuple[Side, Side],
    metrics: Sequence[str],
    plan: Plan,
    crew: Crew | None,
    beat: Callable[[Beat], None] | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Play two alternatives with the same seed and compare them.  Raises ScenarioError for mistakes in either."""
    first, second = ((side.path, side.overrides) for side in sides)
    both = settle_both(first, second, plan.engine, plan.seed, announce)
    names = [one.compiled.names for one in both]
    usual, wanted = headline(names[0], names[1]), asked_of_both(metrics, names[0], names[1])
    seed = both[0].loaded.scenario.run.seed if plan.seed is None else plan.seed
    plan = replace(plan, seed=seed, questions=tuple(one.question for one in (*usual, *wanted)))
    outcomes = []
    for one, side in zip(both, sides, strict=True):
        outcomes.append(
            play(one.loaded, one.compiled, plan, folder=side.folder, beat=beat, announce=announce, crew=crew)
        )
        if outcomes[-1].partial:
            raise KeyboardInterrupt
    a, b = outcomes
    differences = compare(a.results, b.results, usual, wanted)
    return Comparison(a, b, tuple(differences), (both[0].settled, both[1].settled))


Measured = tuple[Common, int, Asked]
"""A replication of a job, of which one number is asked for."""


def play_measured(task: Measured) -> tuple[str, int, Part]:
    """Play one replication in a worker; returns content hash, replication and what it adds to the number asked for."""
    common, number, asked = task
    key, row = play_alone((common, number))
    ours = common.opened().key
    if key != ours:
        raise RowsError(f"a worker's run does not go with ours: {ours.difference(key)}")
    return key.content_hash, number, asked.part(row.result)


@dataclass(slots=True)
class _Alternatives:
    """Every alternative of a sensitivity study that makes a difference to what is played, each packed once."""

    path: Path
    overrides: tuple[str, ...]
    plan: Plan
    asked: Asked
    replications: int
    texts: list[str]
    hash_of: dict[str, str] = field(default_factory=dict)  # by override
    packed: set[str] = field(default_factory=set)  # content hashes of those that were given out
    refused: dict[str, str] = field(default_factory=dict)

    def tasks(self, finished: Container[tuple[str, int]]) -> Iterator[Measured]:
        """One for each replication of each alternative that is not finished yet; each prepared when there is room."""
        for text in self.texts:
            try:
                loaded, compiled = prepare(self.path, (*self.overrides, text) if text else self.overrides)
            except ScenarioError as error:
                self.refused[text] = error.problems[0].why
                continue
            job = self.job(loaded, compiled)
            played = job.key.content_hash
            self.hash_of[text] = played
            to_do = [number for number in range(self.replications) if (played, number) not in finished]
            if to_do and played not in self.packed:
                self.packed.add(played)
                common = Common.of(job)
                yield from ((common, number, self.asked) for number in to_do)

    def job(self, loaded: Loaded, compiled: Compiled) -> Job:
        """What all replications of an alternative have in common."""
        bare = replace(self.plan, questions=(self.asked.question,))
        return job_of(loaded, compiled, bare, [expectation(table) for table in loaded.scenario.expect])

    def values(self, found: dict[tuple[str, int], Part]) -> dict[str, list[Part]]:
        """What each replication adds to the metric by override, of those that are finished."""
        numbers = range(self.replications)
        whole = {text: [found.get((key, n)) for n in numbers] for text, key in self.hash_of.items()}
        return {text: [v for v in row if v is not None] for text, row in whole.items() if None not in row}


def play_sensitivity(
    side: Side,
    metric: tuple[str, str],
    change: Fraction,
    plan: Plan,
    crew: Crew | None,
    look: Look | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> tuple[Tornado, bool]:
    """Play every assumption lower and higher; `metric` and place.  Returns the outcome and whether it is partial.

    All alternatives have the warm-up of the scenario as it is.  Ctrl-C ends it early with what is finished, if the
    scenario as it is was finished.  Finished runs are kept in the side's folder, where the plan may go on with them.
    """
    scenario = settle(side.path, side.overrides, plan.engine, plan.seed, announce)
    loaded, compiled = scenario.loaded, scenario.compiled
    asked = read_paired(metric[0], compiled.names, "--metric", metric[1])
    found, skipped = variations(assumptions(loaded, compiled.program.procedures), change)
    replications = plan.replications or loaded.scenario.run.replications
    played = replications * (1 + 2 * len(found))
    plan = replace(plan, engine=ready(plan.engine, compiled.program, played, announce, crew))
    jobs = _Alternatives(side.path, scenario.overrides, plan, asked, replications, ["", *alternatives(found)])
    key = StudyKey.of(jobs.job(loaded, compiled).key, asked)
    partial = False
    with kept_values(side.folder, key, resume=plan.resume) as values:
        tasks = jobs.tasks(values.found.copy())
        try:
            for finished in map(play_measured, tasks) if crew is None else map_unordered(crew, play_measured, tasks):
                values.add(*finished)
                if look is not None:
                    planned = replications * len(jobs.texts)
                    look(min(len(values.found), planned), planned)
        except KeyboardInterrupt:
            partial = True
    by_text = jobs.values(values.found)
    if "" not in by_text:
        raise KeyboardInterrupt
    return tornado(asked, change, found, skipped, by_text, jobs.refused, scenario.settled), partial


def assumptions(loaded: Loaded, procedures: Sequence[str]) -> list[Provenance]:
    """Inputs marked A that what is played can depend on: not those of procedures nobody uses."""
    used = set(procedures)
    rows = [row for row in loaded.provenance if row.mark == "A"]
    return [row for row in rows if not row.key.startswith("procedures.") or row.key.split(".")[1] in used]


@dataclass(frozen=True, slots=True)
class Case:
    """One known answer and what the simulator says."""

    scenario: str
    engine: str
    verdict: Verdict
    z: float | None  # standard errors between them; None: compared digit by digit


def play_truth(
    paths: Sequence[Path], engine: str, crew: Crew | None, *, check: bool, beat: Callable[[Beat], None] | None = None
) -> Iterator[tuple[Outcome, list[Case]]]:
    """Play scenarios with known answers on an engine, one after the other."""
    for path in paths:
        scenario = settle(path, (), engine)
        outcome = play(scenario.loaded, scenario.compiled, Plan(engine=engine, check=check), beat=beat, crew=crew)
        if outcome.partial:
            raise KeyboardInterrupt
        yield outcome, [Case(path.stem, outcome.engine, verdict, z_score(verdict)) for verdict in outcome.verdicts]


def z_score(verdict: Verdict) -> float | None:
    """How many standard errors lie between what was measured and what is expected."""
    expected = verdict.expectation.equals
    if verdict.expectation.z is None or expected is None:
        return None
    error = error_to_judge_by(expected, verdict)
    return (verdict.measured - expected) / error if error > 0.0 else None


__all__ = ["Case", "Comparison", "Side", "Variation", "play_both", "play_sensitivity", "play_truth"]
