"""What the command line prints: progress, a short table, JSON, complaints; and the exit code.

Exit codes: 0 fine, 1 no worker left to go on, or nowhere to write, 2 scenario or usage error, 98 a procedure rule
broken (a story ended otherwise than the rules say, or the log contradicts itself), 99 an expectation not met, 130
interrupted.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from reports import card_console
from reports.info import InputRow, RunInfo
from reports.page import write_report
from reports.progress import RunProgress
from reports.run_output import print_run, run_as_json
from sim.engines.choose import AUTO, ENGINES
from sim.errors import NotKeptError, Problem, ScenarioError
from sim.procedures.catalogue import catalogue
from sim.replications.asked import read_asked
from sim.replications.kept import RowsError
from sim.replications.sensitivity import CHANGE
from sim.replications.sensitivity import REPLICATIONS as FEW
from sim.replications.stopping import LEAST, MOST, read_stopping
from sim.replications.studies import Side, play_sensitivity
from sim.replications.workers import WorkersLostError, crew_of
from sim.run import Outcome, Plan, play, prepare
from sim.sample import read_log_kept
from sim.scenario.schema import RULE_PARTS
from sim.scenario.schema_json import json_schema
from sim.scenario.units import nearest
from sim.settle import settle
from sim.store import RunFolderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.cardwork.outcome import CardWork
    from sim.compile.compiler import Compiled
    from sim.replications.sensitivity import Tornado

FINE, LOST, USAGE, BROKEN_RULE, NOT_MET, INTERRUPTED = 0, 1, 2, 98, 99, 130
LANGUAGES = ("en", "zh")
_RULE_PARTS = {
    "functions": ("Functions and purpose", "功能与用途"),
    "issuing": ("Issuing, conditions and procedure of application", "发放、申领条件和程序"),
    "use": ("Scope, restrictions, term and method of use", "使用范围、限制、期限和方法"),
    "loss": ("Loss and replacement", "挂失与补换"),
    "duties": ("Rights and duties of issuer, holder and others", "发卡人、持卡人及有关各方的权利义务"),
}


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


def explaining(act: Callable[..., int]) -> Callable[..., int]:
    """Turn the user's mistakes, folders that cannot be used and lost workers into clear messages and exit codes."""

    @wraps(act)
    def explained(*args: object, **named: object) -> int:
        try:
            return act(*args, **named)
        except (ScenarioError, RunFolderError, RowsError, *card_console.MISTAKES) as error:
            return complain(error)
        except (WorkersLostError, NotKeptError) as error:
            complain(error)
            return LOST
        except KeyboardInterrupt as error:
            complain(Exception(str(error) or "interrupted before anything was finished"))
            return INTERRUPTED

    return explained


@explaining
def run(options: RunOptions) -> int:
    """Play a scenario, write its report, say how it went."""
    check_choice("--lang", options.lang, LANGUAGES)
    check_choice("--engine", options.engine, ENGINES)
    card_console.check_cards(options.cards, log=options.log == "full")
    overrides = (*options.overrides, f'run.warm_up="{options.warm_up}"') if options.warm_up else options.overrides
    hidden = options.quiet or options.as_json
    ready = settle(options.scenario, overrides, options.engine, options.seed, RunProgress(hidden=hidden).announce)
    options, loaded, compiled = replace(options, overrides=ready.overrides), ready.loaded, ready.compiled
    folder = options.out or Path("runs") / options.scenario.stem
    plan = _plan(options, compiled)
    with RunProgress(hidden=hidden) as progress:
        try:
            outcome = play(loaded, compiled, plan, folder=folder, beat=progress.beat, announce=progress.announce)
        except (WorkersLostError, NotKeptError) as error:
            raise type(error)(f"{error}{kept_in(folder)}") from error
    tornado = _tornado(options) if options.sensitivity and not outcome.partial else None
    page = folder / ("report.html" if options.lang == "en" else f"report.{options.lang}.html")
    cards = _cards(folder, outcome, options)
    info = replace(_info(outcome, options), settled=ready.settled, cards=card_console.info(cards), tornado=tornado)
    write_report(outcome.tables, info, page, options.lang)
    if options.as_json:
        sys.stdout.write(
            json.dumps(run_as_json(outcome, page, ready.settled, cards), ensure_ascii=False, indent=2) + "\n"
        )
    elif not options.quiet:
        print_run(outcome, page, ready.settled, cards)
    return card_console.worse(_exit_code(outcome), cards)


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
    with crew_of(options.workers, options.cluster) as crew, RunProgress(hidden=hidden) as progress:
        return play_sensitivity(side, (options.sensitivity, ""), CHANGE, plan, crew, progress.count, progress.announce)[
            0
        ]


def kept_in(folder: Path) -> str:
    """Where what was finished is, if anything was."""
    return f"; what was finished is kept in {folder}: go on with --resume" if folder.is_dir() else ""


def check_choice(option: str, given: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the choices, with the nearest of many."""
    if given in allowed:
        return
    near = nearest(given, allowed)
    shown = f'did you mean "{near}"? {len(allowed)} in all' if near and len(allowed) > 5 else " or ".join(allowed)
    raise ScenarioError((Problem(option, "", None, f'there is no "{given}"', shown),))


def _plan(options: RunOptions, compiled: Compiled) -> Plan:
    """How to play it; raises ScenarioError for options that make no sense."""
    if options.replications is not None and options.until:
        why = "--replications says how many, --until when to stop"
        raise ScenarioError((Problem("--until", "", None, why, "one of them; --max-replications beside --until"),))
    if not options.until and (options.least, options.most) != (LEAST, MOST):
        why = "--min-replications and --max-replications mean nothing without --until"
        raise ScenarioError((Problem("--until", "", None, why, "--replications for a number that is known"),))
    if options.sensitivity:
        read_asked(options.sensitivity, compiled.names, "--sensitivity")
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


@explaining
def check(scenario: Path, overrides: tuple[str, ...]) -> int:
    """Check a scenario without playing it; print its warnings."""
    loaded, compiled = prepare(scenario, overrides)
    program = compiled.program
    out = Console()
    out.print(
        f"{scenario}: sound. {len(program.stations):,} stations, {len(program.procedures)} procedures, "
        f"{len(program.sources)} sources of demand, {len(loaded.scenario.expect)} expectations, "
        f"{len(loaded.scenario.story)} stories.",
        highlight=False,
    )
    for warning in loaded.warnings:
        out.print(f"note: {warning}", highlight=False)
    return FINE


@explaining
def rules(scenario: Path, lang: str) -> int:
    """Print the five parts of the region's rules; a missing part is said."""
    loaded, _ = prepare(scenario, ())
    region = loaded.scenario.region
    out = Console()
    if region is None:
        raise ScenarioError(
            (Problem(str(scenario), "region", None, "the scenario names no region", "a table [region]"),)
        )
    column = LANGUAGES.index(lang) if lang in LANGUAGES else 0
    out.print(f"{region.name_zh if column else region.name}: {region.responsible}", highlight=False)
    for part, titles in _RULE_PARTS.items():
        text = getattr(region.rules, part) or ("（缺）" if column else "(missing from the profile)")
        out.print(f"\n{titles[column]}\n  {text}", highlight=False, markup=False)
    return FINE


def schema() -> int:
    """Print the JSON Schema of scenario files."""
    sys.stdout.write(json.dumps(json_schema(catalogue()), ensure_ascii=False, indent=2) + "\n")
    return FINE


def complain(error: Exception) -> int:
    """Print what is wrong with the user's input."""
    err = Console(stderr=True, soft_wrap=True)
    for line in str(error).splitlines():
        err.print(line, style="red", highlight=False, markup=False)
    return USAGE


def _info(outcome: Outcome, options: RunOptions) -> RunInfo:
    """What the page says besides results."""
    scenario = outcome.loaded.scenario
    region = scenario.region
    changed = "".join(f" --set {text}" for text in options.overrides)
    language = "" if options.lang == "en" else f" --lang {options.lang}"
    return RunInfo(
        name=options.scenario.stem,
        start=scenario.run.start,
        duration_ms=scenario.run.duration,
        seed=outcome.seed,
        content_hash=outcome.content_hash,
        log_sha256=outcome.stored.log_sha256 if outcome.stored is not None else "",
        command=f"cardmill run {options.scenario.as_posix()}{changed} --seed {outcome.seed}"
        f" --replications {outcome.replications}{language}",
        title=scenario.title,
        title_zh=scenario.title_zh,
        description=scenario.description,
        region=region.name if region is not None else "",
        region_zh=region.name_zh if region is not None else "",
        replications=outcome.replications,
        warm_up_ms=scenario.run.warm_up or 0,
        engine=outcome.engine,
        versions=tuple(outcome.stored.versions.items()) if outcome.stored is not None else (),
        inputs=tuple(_inputs(outcome)),
        people=tuple((name, person.name) for name, person in scenario.people.items() if person.name),
        titles_zh=tuple(_titles_zh(outcome)),
        partial=outcome.partial,
        stopped=outcome.stopped,
        unannounced_years=outcome.loaded.unannounced_years,
        incomplete_profile=() if region is None else tuple(p for p in RULE_PARTS if not getattr(region.rules, p)),
        warnings=outcome.loaded.warnings,
    )


def _inputs(outcome: Outcome) -> Iterator[InputRow]:
    """Numbers that drive the answer: those written in the scenario, and defaults of procedures in use."""
    used = set(outcome.compiled.program.procedures)
    for row in outcome.loaded.provenance:
        parts = row.key.split(".")
        if parts[0] != "procedures" or parts[1] in used:
            yield InputRow(row.key, row.value, row.mark, row.source, row.note)


def _titles_zh(outcome: Outcome) -> Iterator[tuple[str, str]]:
    scenario = outcome.loaded.scenario
    titles = [(story.title, story.title_zh) for story in scenario.story]
    titles += [(expect.title, expect.title_zh) for expect in scenario.expect]
    return ((title, title_zh) for title, title_zh in titles if title and title_zh)
