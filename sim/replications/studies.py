"""Studies of scenarios: many runs for one answer."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from sim.errors import ScenarioError
from sim.expectations import expectation
from sim.metrics.expect import Verdict
from sim.replications.asked import Asked, read_asked
from sim.replications.compare import Difference, asked_of_both, compare, headline
from sim.replications.rows import decoded
from sim.replications.sensitivity import Tornado, alternatives, tornado, variations
from sim.replications.spread import map_unordered
from sim.replications.vary import Variation
from sim.replications.workers import Crew, HereExecutor
from sim.run import Beat, Job, Outcome, Plan, job_of, play, play_task, prepare, unpacked
from sim.scenario.load import Loaded
from sim.scenario.values import Provenance

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


def play_both(
    sides: tuple[Side, Side],
    metrics: Sequence[str],
    plan: Plan,
    crew: Crew | None,
    beat: Callable[[Beat], None] | None = None,
) -> Comparison:
    """Play two alternatives with the same seed and compare them.  Raises ScenarioError for mistakes in either."""
    prepared = [prepare(side.path, side.overrides) for side in sides]
    names = [compiled.names for _, compiled in prepared]
    asked = [*headline(names[0], names[1]), *asked_of_both(metrics, names[0], names[1])]
    seed = prepared[0][0].scenario.run.seed if plan.seed is None else plan.seed
    plan = replace(plan, seed=seed, questions=tuple(one.question for one in asked))
    outcomes = []
    for (loaded, compiled), side in zip(prepared, sides, strict=True):
        outcomes.append(play(loaded, compiled, plan, folder=side.folder, beat=beat, crew=crew))
        if outcomes[-1].partial:
            raise KeyboardInterrupt
    a, b = outcomes
    return Comparison(a, b, tuple(compare(a.results, b.results, list(dict.fromkeys(asked)))))


Measured = tuple[bytes, int, Asked]
"""A replication of a packed job, of which one number is asked for."""


def play_measured(task: Measured) -> tuple[str, int, float]:
    """Play one replication in a worker; returns content hash, replication and the number asked for."""
    packed, number, asked = task
    key, row = decoded(play_task((packed, number)), unpacked(packed).compiled.names)
    return key.content_hash, number, asked.of([row.result])[0]


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
    job_of: dict[str, Job] = field(default_factory=dict)  # by content hash
    refused: dict[str, str] = field(default_factory=dict)

    def tasks(self) -> Iterator[Measured]:
        """One for each replication of each alternative; the next is prepared when there is room for it."""
        for text in self.texts:
            try:
                loaded, compiled = prepare(self.path, (*self.overrides, text) if text else self.overrides)
            except ScenarioError as error:
                self.refused[text] = error.problems[0].why
                continue
            bare = replace(self.plan, questions=(self.asked.question,))
            job = job_of(loaded, compiled, bare, [expectation(table) for table in loaded.scenario.expect])
            self.hash_of[text] = job.key.content_hash
            if job.key.content_hash not in self.job_of:
                self.job_of[job.key.content_hash] = job
                packed = pickle.dumps(job)
                yield from ((packed, number, self.asked) for number in range(self.replications))

    def values(self, found: dict[tuple[str, int], float]) -> dict[str, list[float]]:
        """The metric of each replication by override, of those that are finished."""
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
) -> tuple[Tornado, bool]:
    """Play every assumption lower and higher; `metric` and place.  Returns the outcome and whether it is partial.

    Ctrl-C ends it early with what is finished, if the scenario as it is was finished.
    """
    loaded, compiled = prepare(side.path, side.overrides)
    asked = read_asked(metric[0], compiled.names, "--metric", metric[1])
    found, skipped = variations(assumptions(loaded, compiled.program.procedures), change)
    replications = plan.replications or loaded.scenario.run.replications
    jobs = _Alternatives(side.path, side.overrides, plan, asked, replications, ["", *alternatives(found)])
    values: dict[tuple[str, int], float] = {}
    partial = False
    try:
        for content_hash, number, value in map_unordered(crew or HereExecutor(), play_measured, jobs.tasks()):
            values[content_hash, number] = value
            if look is not None:
                look(len(values), replications * len(jobs.texts))
    except KeyboardInterrupt:
        partial = True
    by_text = jobs.values(values)
    if "" not in by_text:
        raise KeyboardInterrupt
    return tornado(asked, change, found, skipped, by_text, jobs.refused), partial


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
        loaded, compiled = prepare(path, ())
        outcome = play(loaded, compiled, Plan(engine=engine, check=check), beat=beat, crew=crew)
        if outcome.partial:
            raise KeyboardInterrupt
        yield outcome, [Case(path.stem, outcome.engine, verdict, z_score(verdict)) for verdict in outcome.verdicts]


def z_score(verdict: Verdict) -> float | None:
    """How many standard errors lie between what was measured and what is expected."""
    expected = verdict.expectation.equals
    if verdict.expectation.z is None or expected is None or not verdict.interval.error > 0.0:
        return None
    return (verdict.measured - expected) / verdict.interval.error


__all__ = ["Case", "Comparison", "Side", "Variation", "play_both", "play_sensitivity", "play_truth"]
