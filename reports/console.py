"""What the command line prints: progress, a short table, JSON, complaints; and the exit code.

Exit codes: 0 fine, 2 scenario or usage error, 98 a procedure rule broken (a story ended otherwise than the rules say,
or the log contradicts itself), 99 an expectation not met, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from reports import card_console
from reports.info import InputRow, RunInfo
from reports.page import write_report
from sim.errors import Problem, ScenarioError
from sim.metrics.identities import check_identities
from sim.metrics.measures import Unit
from sim.metrics.units import in_words
from sim.procedures.catalogue import catalogue
from sim.run import ENGINES, Beat, Outcome, play, prepare
from sim.scenario.schema import RULE_PARTS
from sim.scenario.schema_json import json_schema
from sim.store import RunFolderError, RunReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from sim.cardwork.outcome import CardWork

FINE, USAGE, BROKEN_RULE, NOT_MET, INTERRUPTED = 0, 2, 98, 99, 130
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
    engine: str = ENGINES[0]
    log: bool = True
    check: bool = False
    as_json: bool = False
    quiet: bool = False
    cards: str = "none"


def _explaining(act: Callable[..., int]) -> Callable[..., int]:
    """Turn the user's mistakes, and folders that cannot be used, into clear messages and exit code 2."""

    @wraps(act)
    def explained(*args: object) -> int:
        try:
            return act(*args)
        except (ScenarioError, RunFolderError, *card_console.MISTAKES) as error:
            return complain(error)

    return explained


@_explaining
def run(options: RunOptions) -> int:
    """Play a scenario, write its report, say how it went."""
    if options.lang not in LANGUAGES:
        raise ScenarioError((Problem("--lang", "", None, f'"{options.lang}" is not a language', "en or zh"),))
    if options.engine not in ENGINES:
        raise ScenarioError((Problem("--engine", "", None, f'"{options.engine}" is no engine', " or ".join(ENGINES)),))
    card_console.check_cards(options.cards, log=options.log)
    loaded, compiled = prepare(options.scenario, options.overrides)
    folder = options.out or Path("runs") / options.scenario.stem
    with _Progress(hidden=options.quiet or options.as_json) as progress:
        outcome = play(
            loaded,
            compiled,
            folder=folder if options.log else None,
            seed=options.seed,
            replications=options.replications,
            engine=options.engine,
            beat=progress.beat,
        )
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / ("report.html" if options.lang == "en" else f"report.{options.lang}.html")
    cards = _cards(folder, outcome, options)
    write_report(outcome.tables, replace(_info(outcome, options), cards=card_console.info(cards)), page, options.lang)
    violations = _violations(folder, outcome, options)
    if options.as_json:
        sys.stdout.write(json.dumps(_as_json(outcome, page, violations, cards), ensure_ascii=False, indent=2) + "\n")
    elif not options.quiet:
        _print(outcome, page, violations, cards)
    code = _exit_code(outcome, violations)
    return card_console.worse(code, cards)


def _cards(folder: Path, outcome: Outcome, options: RunOptions) -> CardWork | None:
    """Replay the log on emulated cards, if there is one and anybody wants it."""
    if outcome.stored is None or outcome.partial or options.cards == "none":
        return None
    hidden = options.quiet or options.as_json
    return card_console.work_on(
        folder, card_console.CardOptions(options.cards, quiet=hidden), (outcome.loaded, outcome.compiled)
    )


def _violations(folder: Path, outcome: Outcome, options: RunOptions) -> list[str]:
    if not (options.check and outcome.stored is not None):
        return []
    drained = outcome.compiled.program.drain and not outcome.partial
    return check_identities(RunReader(folder).chunks(), drained=drained)


def _exit_code(outcome: Outcome, violations: list[str]) -> int:
    if outcome.partial:
        return INTERRUPTED
    if violations or not outcome.stories_right:
        return BROKEN_RULE
    return FINE if outcome.expectations_met else NOT_MET


@_explaining
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


@_explaining
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


class _Progress:
    """A progress bar on standard error: simulated time, events a second, time left."""

    def __init__(self, *, hidden: bool) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=console,
            disable=hidden or not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("playing", total=1.0, speed="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def beat(self, beat: Beat) -> None:
        """Show how far the run has come."""
        done = (beat.replication + min(1.0, beat.t_ms / beat.duration_ms)) / beat.replications
        elapsed = self._bar.tasks[0].elapsed or 0.0
        days, rest = divmod(beat.t_ms, 86_400_000)
        when = f"day {days + 1} {rest // 3_600_000:02d}:{rest // 60_000 % 60:02d}"
        speed = f"{beat.events / elapsed:,.0f} events/s" if elapsed > 0.2 and beat.replications == 1 else ""
        self._bar.update(self._task, completed=done, description=f"playing {when}", speed=speed)


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
        warm_up_ms=scenario.run.warm_up,
        engine=options.engine,
        versions=tuple(outcome.stored.versions.items()) if outcome.stored is not None else (),
        inputs=tuple(_inputs(outcome)),
        people=tuple((name, person.name) for name, person in scenario.people.items() if person.name),
        titles_zh=tuple(_titles_zh(outcome)),
        partial=outcome.partial,
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


def _print(outcome: Outcome, page: Path, violations: list[str], cards: CardWork | None) -> None:
    """A short table of where people went and how long they waited, then the verdicts."""
    out = Console()
    head = outcome.tables.headline
    table = Table(box=None, pad_edge=False)
    for title in ("place", "arrivals", "served", "mean wait", "9 of 10 wait under", "servers busy", "gave up"):
        table.add_column(title, justify="left" if title == "place" else "right")
    for row, level in enumerate(head.level):
        if level == "kind" and head.arrivals[row] > 0:
            table.add_row(
                head.name[row].replace("_", " "),
                f"{head.arrivals[row]:,.0f}",
                f"{head.served[row]:,.0f}",
                _words(head.wait_mean_ms[row]),
                _words(head.wait_p90_ms[row]),
                _percent(head.utilisation[row]),
                _percent(head.abandoned_share[row]),
            )
    out.print(table)
    for verdict in outcome.verdicts:
        mark = "[green]met    [/green]" if verdict.ok else "[red]NOT MET[/red]"
        out.print(mark, end=" ")
        out.print(verdict.text, highlight=False, markup=False, soft_wrap=True)
    wrong = [story for story in outcome.stories if not story.ok]
    if outcome.stories:
        out.print(
            f"stories: {len(outcome.stories) - len(wrong)} of {len(outcome.stories)} actions ended as the rules say"
        )
    for story in wrong:
        out.print(f"[red]BROKEN[/red]  {story.story}: {story.text}", highlight=False, soft_wrap=True)
    for violation in violations:
        out.print(f"[red]BROKEN[/red]  {violation}", highlight=False, soft_wrap=True)
    if cards is not None and cards.tally.people:
        card_console.print_work(cards, out)
    for warning in outcome.loaded.warnings:
        out.print(f"note: {warning}", highlight=False, markup=False, soft_wrap=True)
    if outcome.partial:
        out.print("[yellow]interrupted:[/yellow] the log and the report hold what was played until then")
    out.print(f"report: {page}", highlight=False, soft_wrap=True)


def _words(value_ms: float) -> str:
    return "-" if value_ms != value_ms else in_words(value_ms, Unit.TIME)  # noqa: PLR0124 - NaN


def _percent(share: float) -> str:
    return "-" if share != share else f"{share:.1%}"  # noqa: PLR0124 - NaN


def _as_json(outcome: Outcome, page: Path, violations: list[str], cards: CardWork | None) -> dict[str, object]:
    """The outcome for programs: times in ms, shares 0..1."""
    head = outcome.tables.headline
    columns: list[tuple[str, Callable[[int], object]]] = [
        ("level", lambda row: head.level[row]),
        ("name", lambda row: head.name[row]),
        ("arrivals", lambda row: _number(head.arrivals[row])),
        ("served", lambda row: _number(head.served[row])),
        ("wait_mean_ms", lambda row: _number(head.wait_mean_ms[row])),
        ("wait_p90_ms", lambda row: _number(head.wait_p90_ms[row])),
        ("utilisation", lambda row: _number(head.utilisation[row])),
        ("abandoned_share", lambda row: _number(head.abandoned_share[row])),
    ]
    return {
        "title": outcome.loaded.scenario.title,
        "content_hash": outcome.content_hash,
        "seed": outcome.seed,
        "replications": outcome.replications,
        "partial": outcome.partial,
        "events": outcome.events,
        "log_sha256": outcome.stored.log_sha256 if outcome.stored is not None else None,
        "places": [{name: cell(row) for name, cell in columns} for row in range(len(head.level))],
        "expectations": [
            {
                "metric": verdict.expectation.metric,
                "where": verdict.expectation.where,
                "measured": _number(verdict.measured),
                "interval": verdict.ci,
                "ok": verdict.ok,
                "text": verdict.text,
            }
            for verdict in outcome.verdicts
        ],
        "stories": [
            {"story": s.story, "person": s.person, "does": s.does, "expected": s.expected, "got": s.got, "ok": s.ok}
            for s in outcome.stories
        ],
        "violations": violations,
        "cards": cards.as_json() if cards is not None else None,
        "warnings": list(outcome.loaded.warnings),
        "report": str(page),
    }


def _number(value: float) -> float | None:
    return None if value != value else float(value)  # noqa: PLR0124 - NaN
