"""What `cardmill run` does and prints: progress, a short table, JSON; and the exit code."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cardemu.host.claim import Claim, claimed
from cardemu.host.exitcodes import BROKEN_RULE, FINE, INTERRUPTED, NOT_MET
from cardemu.host.printing import write_json
from reports import card_console
from reports.complaints import check_choice, explaining, kept_in
from reports.files import use_of_file
from reports.info import InputRow, RunInfo
from reports.progress import RunProgress
from reports.run_output import print_run, run_as_json
from reports.words import LANGUAGES, Words
from sim.engines.choose import AUTO, ENGINES
from sim.errors import NotKeptError, Problem, ScenarioError, WorkersLostError
from sim.replications.asked import read_paired
from sim.replications.sensitivity import CHANGE, FEW
from sim.replications.stopping import LEAST, MOST, read_stopping
from sim.replications.studies import Side, play_sensitivity
from sim.replications.workers import crew_of
from sim.run import Outcome, Plan, play
from sim.sample import read_log_kept
from sim.scenario.inputs import file_uses, inputs_of
from sim.scenario.terms import missing_parts
from sim.scenario.tree import OVERRIDE
from sim.settle import settle
from sim.store import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.studio import Studio
    from sim.cardwork.outcome import CardWork
    from sim.compile.compiler import Compiled
    from sim.replications.sensitivity import Tornado
    from sim.settle import Playable


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user asked `cardmill run` for."""

    scenario: Path
    overrides: tuple[str, ...] = ()
    seed: int | None = None
    replications: int | None = None
    out: Path | None = None
    lang: str = "en"
    engine: str = AUTO
    log: str = "full"
    check: bool = False
    until: tuple[str, ...] = ()
    least: int = LEAST
    most: int = MOST
    warm_up: str = ""
    workers: int | None = None
    cluster: str = ""
    resume: bool = False
    sensitivity: str = ""
    as_json: bool = False
    quiet: bool = False
    cards: str = "none"


@explaining
def run(options: RunOptions, studio: Studio) -> int:
    """Play a scenario, have its report written, say how it went."""
    check_choice("--lang", options.lang, LANGUAGES)
    check_choice("--engine", options.engine, ENGINES)
    card_console.check_cards(options.cards, log=options.log == "full")
    folder = options.out or Path("runs") / options.scenario.stem
    page = "report.html" if options.lang == "en" else f"report.{options.lang}.html"
    with claimed(folder, KIND) as claim:
        claim.check(page)
        return _run_into(claim, page, options, studio)


def _run_into(claim: Claim, page: str, options: RunOptions, studio: Studio) -> int:
    """Play it into a folder that is ours."""
    folder, hidden = claim.folder, options.quiet or options.as_json
    ready = _settled(options, RunProgress(hidden=hidden))
    options, loaded, compiled = replace(options, overrides=ready.overrides), ready.loaded, ready.compiled
    plan = _plan(options, compiled)
    with RunProgress(hidden=hidden) as progress:
        try:
            outcome = play(loaded, compiled, plan, folder=folder, beat=progress.beat, announce=progress.announce)
        except (WorkersLostError, NotKeptError) as error:
            raise type(error)(f"{error}{kept_in(folder)}") from error
    tornado = _tornado(options) if options.sensitivity and not outcome.partial else None
    cards = _cards(folder, outcome, options)
    info = replace(_info(outcome, options), settled=ready.settled, cards=card_console.info(cards), tornado=tornado)
    path = claim.path(page)
    studio.report(outcome.tables, info, path, options.lang)
    if options.as_json:
        write_json(run_as_json(outcome, path, ready.settled, cards))
    elif not options.quiet:
        print_run(outcome, path, ready.settled, cards)
    return card_console.worse(_exit_code(outcome), cards)


def _settled(options: RunOptions, progress: RunProgress) -> Playable:
    """The scenario with its warm-up; what is wrong with --warm-up is said of that option."""
    asked = (f'run.warm_up="{options.warm_up}"',) if options.warm_up else ()
    overrides = (*options.overrides, *asked)
    try:
        return settle(options.scenario, overrides, options.engine, options.seed, progress.announce)
    except ScenarioError as error:
        if not asked:
            raise
        place = (OVERRIDE, "run.warm_up")
        problems = (replace(p, file="--warm-up") if (p.file, p.key) == place else p for p in error.problems)
        raise ScenarioError(tuple(problems)) from error


def _cards(folder: Path, outcome: Outcome, options: RunOptions) -> CardWork | None:
    """Replay the log on emulated cards, if there is one and anybody wants it."""
    nobody = options.cards == "none" or not outcome.compiled.program.cohorts
    if nobody or options.log != "full" or outcome.stored is None or outcome.partial:
        return None
    hidden = options.quiet or options.as_json
    return card_console.work_on(
        folder, card_console.CardOptions(options.cards, quiet=hidden), (outcome.loaded, outcome.compiled)
    )


def _tornado(options: RunOptions) -> Tornado:
    """What the answer owes to each assumption, for the page."""
    plan = Plan(options.seed, FEW, options.engine)
    side = Side(options.scenario, options.overrides)
    hidden = options.quiet or options.as_json
    with (
        RunProgress(hidden=hidden) as progress,
        crew_of(options.workers, options.cluster, progress.announce) as crew,
    ):
        return play_sensitivity(side, (options.sensitivity, ""), CHANGE, plan, crew, progress.count, progress.announce)[
            0
        ]


def _plan(options: RunOptions, compiled: Compiled) -> Plan:
    """How to play it; raises ScenarioError for options that make no sense."""
    if options.replications is not None and options.until:
        why = "--replications says how many, --until when to stop"
        raise ScenarioError((Problem("--until", "", None, why, "one of them; --max-replications beside --until"),))
    if not options.until and (options.least, options.most) != (LEAST, MOST):
        why = "--min-replications and --max-replications mean nothing without --until"
        raise ScenarioError((Problem("--until", "", None, why, "--replications for a number that is known"),))
    if options.sensitivity:
        read_paired(options.sensitivity, compiled.names, "--sensitivity")
    return Plan(
        seed=options.seed,
        replications=options.replications,
        engine=options.engine,
        log=read_log_kept(options.log),
        check=options.check,
        stopping=read_stopping(options.until, compiled.names, options.least, options.most),
        workers=options.workers,
        cluster=options.cluster,
        resume=options.resume,
    )


def _exit_code(outcome: Outcome) -> int:
    if outcome.partial:
        return INTERRUPTED
    if outcome.violations or not outcome.stories_right:
        return BROKEN_RULE
    return FINE if outcome.expectations_met else NOT_MET


def _info(outcome: Outcome, options: RunOptions) -> RunInfo:
    """What the page says besides results."""
    scenario = outcome.loaded.scenario
    region = scenario.region
    changed = [part for text in options.overrides for part in ("--set", text)]
    language = [] if options.lang == "en" else ["--lang", options.lang]
    command = ["cardmill", "run", options.scenario.as_posix(), *changed, "--seed", str(outcome.seed)]
    return RunInfo(
        name=options.scenario.stem,
        start=scenario.run.start,
        duration_ms=scenario.run.duration,
        seed=outcome.seed,
        content_hash=outcome.content_hash,
        log_sha256=outcome.stored.log_sha256 if outcome.stored is not None else "",
        command=shlex.join([*command, "--replications", str(outcome.replications), *language]),
        title=scenario.title,
        title_zh=scenario.title_zh,
        description=scenario.description,
        description_zh=scenario.description_zh,
        region=region.name if region is not None else "",
        region_zh=region.name_zh if region is not None else "",
        replications=outcome.replications,
        warm_up_ms=scenario.run.warm_up or 0,
        engine=outcome.engine,
        versions=tuple(outcome.stored.versions.items()) if outcome.stored is not None else (),
        inputs=tuple(_inputs(outcome, Words(options.lang))),
        people=tuple((name, person.name) for name, person in scenario.people.items() if person.name),
        titles_zh=tuple(_titles_zh(outcome)),
        partial=outcome.partial,
        stopped=outcome.stopped,
        unannounced_years=outcome.loaded.unannounced_years,
        incomplete_profile=() if region is None else missing_parts(region.rules),
        warnings=(
            *(text for text in outcome.loaded.warnings if text not in outcome.loaded.told_by_values),
            *(note.zh if options.lang == "zh" else note.en for note in outcome.loaded.notes),
        ),
    )


def _inputs(outcome: Outcome, words: Words) -> Iterator[InputRow]:
    """All that drives the answer: the scenario's numbers and files, and defaults of procedures in use."""
    uses = file_uses(outcome.loaded)
    for row in inputs_of(outcome.loaded, outcome.compiled.program.procedures):
        use = use_of_file(uses[row.key], words) if row.key in uses else ""
        yield InputRow(row.key, row.value, row.mark, row.source, "; ".join(part for part in (row.note, use) if part))


def _titles_zh(outcome: Outcome) -> Iterator[tuple[str, str]]:
    scenario = outcome.loaded.scenario
    titles = [(story.title, story.title_zh) for story in scenario.story]
    titles += [(expect.title, expect.title_zh) for expect in scenario.expect]
    return ((title, title_zh) for title, title_zh in titles if title and title_zh)
