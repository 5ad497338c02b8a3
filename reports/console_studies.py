"""Verbs that play many runs for one answer: compare, sensitivity.  Exit codes as in reports.complaints."""

from __future__ import annotations

import shlex
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cardemu.host.claim import LIST, Claim, claimed
from cardemu.host.exitcodes import FINE, INTERRUPTED
from cardemu.host.printing import Printer, say, write_json
from reports.complaints import check_choice, explaining, kept_in
from reports.page import write_study
from reports.progress import RunProgress
from reports.run_output import number, settled_as_json, settled_in_words
from reports.sides import keys_set, labels
from reports.study import (
    Sides,
    Study,
    comparison_table,
    difference_picture,
    sentences,
    short,
    tornado_finding,
    tornado_picture,
    tornado_still,
    tornado_tables,
)
from reports.terms import places_of
from reports.words import LANGUAGES, Words
from sim.engines.choose import AUTO, ENGINES
from sim.errors import NotKeptError, Problem, ScenarioError, WorkersLostError
from sim.metrics.units import in_words
from sim.procedures.catalogue import catalogue
from sim.replications.compare import REPLICATIONS, sentence
from sim.replications.sensitivity import CHANGE, FEW
from sim.replications.studies import Comparison, Side, play_both, play_sensitivity
from sim.replications.values import KIND as SENSITIVITY
from sim.replications.workers import Crew, crew_of
from sim.run import Plan
from sim.sample import NONE, LogKept
from sim.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.replications.compare import Difference
    from sim.replications.sensitivity import Effect, Tornado
    from sim.replications.warm_up import Settled
    from sim.run import Outcome
    from sim.scenario.load import Loaded


@dataclass(frozen=True, slots=True)
class Common:
    """Options all studies share."""

    seed: int | None = None
    replications: int | None = None
    engine: str = AUTO
    out: Path | None = None
    lang: str = "en"
    workers: int | None = None
    cluster: str = ""
    as_json: bool = False
    quiet: bool = False
    resume: bool = False

    def crew(self, stack: ExitStack, say: Callable[[str], None]) -> Crew | None:
        """Who helps."""
        if self.workers == 1 and not self.cluster:
            return None
        return stack.enter_context(crew_of(self.workers, self.cluster, say))

    def plan(self, replications: int) -> Plan:
        """How each alternative is played: no log, so that only numbers are kept."""
        count = replications if self.replications is None else self.replications
        return Plan(self.seed, count, self.engine, LogKept(NONE), workers=self.workers, resume=self.resume)

    def progress(self) -> RunProgress:
        """A progress bar, if anybody looks."""
        return RunProgress(hidden=self.quiet or self.as_json)

    def check(self) -> None:
        """Refuse what is no language and no engine."""
        check_choice("--lang", self.lang, LANGUAGES)
        check_choice("--engine", self.engine, ENGINES)

    def say(self, *lines: str) -> None:
        """Print unless told to be quiet."""
        if not self.quiet:
            for line in lines:
                say(line)


@explaining
def compare(sides: tuple[Side, Side], metrics: tuple[str, ...], common: Common) -> int:
    """Compare two alternatives on the same people and say what is known."""
    common.check()
    plan = common.plan(REPLICATIONS)
    if plan.replications is not None and plan.replications < 2:
        raise ScenarioError((Problem("--replications", "", None, "one pair has no interval", "2 or more"),))
    same = sides[0].path == sides[1].path and set(sides[0].overrides) == set(sides[1].overrides)
    if same and sides[0].path.exists():
        why = "both alternatives are the same"
        raise ScenarioError((Problem("compare", "", None, why, "another scenario, or --set-b key=value"),))
    folder = common.out or Path("runs") / f"compare-{sides[0].path.stem}-{sides[1].path.stem}"
    with claimed(folder, "compare") as claim:
        return _compare_into(claim, sides, metrics, plan, common)


def _compare_into(claim: Claim, sides: tuple[Side, Side], metrics: tuple[str, ...], plan: Plan, common: Common) -> int:
    """Compare, with the rows of each side in a run folder of its own."""
    name = "compare.html" if common.lang == "en" else f"compare.{common.lang}.html"
    runs = tuple(f"{side}/{LIST}" for side in "ab")
    claim.add(name, *runs)
    placed = tuple(Side(side.path, side.overrides, claim.folder / at) for side, at in zip(sides, "ab", strict=True))
    with ExitStack() as stack, common.progress() as progress, _keeping(claim.folder):
        crew = common.crew(stack, progress.announce)
        comparison = play_both((placed[0], placed[1]), metrics, plan, crew, progress.beat, progress.announce)
    claim.clear(runs)
    page = claim.path(name)
    words = Words(common.lang)
    places = places_of((one.asked for one in comparison.differences), comparison.a.tables, words)
    said = Sides(*labels(sides, comparison, words), places)
    study = Study(
        title=f"{said.a} / {said.b}",
        description=_title(comparison.a.loaded, words) if sides[0].path == sides[1].path else "",
        sentences=sentences(comparison.differences, said, words),
        picture=difference_picture(comparison.differences, said, words),
        tables=(comparison_table(comparison.differences, said, words),),
        command=_compare_command(sides, metrics, comparison, common.lang),
        facts=_facts(comparison.a.replications, *comparison.settled, words=words),
    )
    write_study(study, page, common.lang)
    if common.as_json:
        write_json(_comparison_as_json(comparison, *keys_set(sides, Words("en")), page))
    else:
        warm_ups = [settled_in_words(one) for one in dict.fromkeys(comparison.settled) if one is not None]
        common.say(*study.sentences, *warm_ups, words("page.written", page=page))
    return FINE


def _title(loaded: Loaded, words: Words) -> str:
    """What the scenario is called."""
    return words.name(loaded.scenario.title, loaded.scenario.title_zh)


@contextmanager
def _keeping(folder: Path) -> Iterator[None]:
    """Say, where a study is broken off, that nothing finished is lost."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(f"interrupted{kept_in(folder)}") from error
    except (WorkersLostError, NotKeptError) as error:
        raise type(error)(f"{error}{kept_in(folder)}") from error


def _facts(replications: int, *settled: Settled | None, words: Words) -> tuple[tuple[str, str], ...]:
    """How often, and without which beginning; a warm-up that was found for two alternatives is the same for both."""
    found = [(words("facts.repeated"), words.plural("facts.repeated_n", replications))]
    for one in dict.fromkeys(settled):
        if one is not None:
            how = words("facts.settled", time=words.duration(one.warm_up_ms), n=one.pilots)
            found.append((words("facts.warm_up"), how))
    return tuple(found)


def _compare_command(sides: tuple[Side, Side], metrics: tuple[str, ...], comparison: Comparison, language: str) -> str:
    both = [text for text in sides[0].overrides if text in sides[1].overrides]
    only = [[text for text in side.overrides if text not in both] for side in sides]
    parts = ["cardmill", "compare", sides[0].path.as_posix(), sides[1].path.as_posix()]
    for option, texts in (("--set", both), ("--set-a", only[0]), ("--set-b", only[1]), ("--metric", metrics)):
        parts += [part for text in texts for part in (option, text)]
    counted = ("--seed", str(comparison.a.seed), "--replications", str(comparison.a.replications))
    return shlex.join([*parts, *counted, *_in_language(language)])


def _in_language(language: str) -> tuple[str, ...]:
    return () if language == "en" else ("--lang", language)


def _comparison_as_json(comparison: Comparison, a: str, b: str, page: Path) -> dict[str, object]:
    return {
        "a": _side_as_json(a, comparison.a, comparison.settled[0]),
        "b": _side_as_json(b, comparison.b, comparison.settled[1]),
        "seed": comparison.a.seed,
        "replications": comparison.a.replications,
        "differences": [_difference_as_json(one, a, b) for one in comparison.differences],
        "page": str(page),
    }


def _side_as_json(name: str, outcome: Outcome, settled: Settled | None) -> dict[str, object]:
    return {"name": name, "content_hash": outcome.content_hash, "settled": settled_as_json(settled)}


def _difference_as_json(one: Difference, a: str, b: str) -> dict[str, object]:
    return {
        "metric": one.asked.text,
        "unit": one.asked.unit.value,
        "a": number(one.a),
        "b": number(one.b),
        "difference": number(one.difference),
        "interval": None if one.interval.note else [one.interval.low, one.interval.high],
        "pairs": one.pairs,
        "finding": one.finding.value,
        "more_replications": one.more,
        "still_there": list(one.still),
        "undecided_by_still_there": one.undecided_by_still,
        "text": sentence(one, a, b),
    }


@dataclass(frozen=True, slots=True)
class SensitivityOptions:
    """What is varied and what is looked at."""

    side: Side
    metric: str = "wait.mean"
    place: str = ""
    change: str = "20%"


@explaining
def sensitivity(options: SensitivityOptions, common: Common) -> int:
    """Vary every assumption, one at a time, and show what it does to a metric."""
    common.check()
    change = read_change(options.change)
    folder = common.out or Path("runs") / f"sensitivity-{options.side.path.stem}"
    with claimed(folder, SENSITIVITY) as claim:
        return _sensitivity_into(claim, options, change, common)


def _sensitivity_into(claim: Claim, options: SensitivityOptions, change: Fraction, common: Common) -> int:
    name = "sensitivity.html" if common.lang == "en" else f"sensitivity.{common.lang}.html"
    claim.check(name)
    plan, side = common.plan(FEW), replace(options.side, folder=claim.folder)
    metric = (options.metric, options.place)
    with ExitStack() as stack, common.progress() as progress, _keeping(claim.folder):
        crew = common.crew(stack, progress.announce)
        tornado, partial = play_sensitivity(side, metric, change, plan, crew, progress.count, progress.announce)
    page = claim.path(name)
    words = Words(common.lang)
    changed = [part for text in side.overrides for part in ("--set", text)]
    place = ["--place", options.place] if options.place else []
    command = ["cardmill", "sensitivity", side.path.as_posix(), *changed, "--metric", options.metric, *place]
    command += ["--change", options.change, *(() if common.seed is None else ("--seed", str(common.seed)))]
    command += ["--replications", str(tornado.replications), *_in_language(common.lang)]
    study = Study(
        title=_title(load(side.path, side.overrides, catalogue()), words) or side.path.stem,
        description="",
        sentences=(
            tornado_finding(tornado, words),
            *tornado_still(tornado, words),
            *([words("notes.partial")] if partial else []),
        ),
        picture=tornado_picture(tornado, words),
        tables=tornado_tables(tornado, words),
        command=shlex.join(command),
        facts=_facts(tornado.replications, tornado.settled, words=words),
    )
    write_study(study, page, common.lang)
    if common.as_json:
        write_json(tornado_as_json(tornado, page))
    elif not common.quiet:
        print_tornado(tornado)
        warm_up = [] if tornado.settled is None else [settled_in_words(tornado.settled)]
        common.say(*study.sentences, *warm_up, words("page.written", page=page))
    return INTERRUPTED if partial else FINE


def read_change(text: str) -> Fraction:
    """A percentage between 0 and 100; raises ScenarioError."""
    try:
        change = Fraction(text.strip().rstrip("%").strip()) / 100 if text.strip().endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        change = Fraction(0)
    if not 0 < change < 1:
        allowed = f"more than 0 % and less than 100 %, such as {int(CHANGE * 100)}%"
        raise ScenarioError((Problem("--change", "", None, f'"{text}" is no change', allowed),))
    return change


def print_tornado(tornado: Tornado, most: int = 15) -> None:
    """The most influential assumptions as a table: narrow enough for a terminal of 80 columns."""
    unit, words = tornado.asked.unit, Words("en")

    def cell(effect: Effect) -> str:
        told = effect.note or in_words(effect.metric, unit)
        return f"{short(effect.value, words)}: {told}" if effect.value else told

    shown = [swing for swing in tornado.swings if swing.largest > 0][:most]
    if shown:
        rows = [(f"{s.key}\n  {short(s.value, words)}", cell(s.low), cell(s.high)) for s in shown]
        say(f"{tornado.asked.text}: {in_words(tornado.base, unit)} with all assumptions as they are")
        Printer().table(("assumption", "lower", "higher"), rows)
    rest = len(tornado.swings) - len(shown)
    say(f"{rest} more assumptions with less or no effect; {len(tornado.skipped)} could not be varied")


def tornado_as_json(tornado: Tornado, page: Path) -> dict[str, object]:
    """The study for programs."""

    def arm(effect: Effect) -> dict[str, object]:
        if effect.note:
            return {"value": effect.value, "note": effect.note}
        i = effect.interval
        return {
            "value": effect.value,
            "metric": number(effect.metric),
            "change": number(effect.change),
            "interval": None if i.note else [i.low, i.high],
            "still_there": effect.still,
        }

    return {
        "metric": tornado.asked.text,
        "unit": tornado.asked.unit.value,
        "base": number(tornado.base),
        "change": float(tornado.change),
        "replications": tornado.replications,
        "still_there": tornado.still,
        "settled": settled_as_json(tornado.settled),
        "assumptions": [
            {"key": s.key, "value": s.value, "low": arm(s.low), "high": arm(s.high), "matters": s.matters}
            for s in tornado.swings
        ],
        "skipped": [{"key": key, "why": why} for key, why in tornado.skipped],
        "page": str(page),
    }
