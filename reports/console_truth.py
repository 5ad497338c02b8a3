"""What `cardmill truth` does: plays the models whose answers are known, and says how far off the simulator is."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from cardemu.host.exitcodes import FINE, INTERRUPTED, NOT_MET
from cardemu.host.printing import Printer, write_json
from reports.complaints import check_choice, complain, explaining
from reports.run_output import number
from sim.engines.choose import COMPILED, ENGINES, REFERENCE
from sim.metrics.units import in_words
from sim.replications.studies import Case, play_truth
from sim.shipped import SCENARIOS

if TYPE_CHECKING:
    from reports.console_studies import Common

BOTH = "both"
TRUTH = SCENARIOS / "truth"


@explaining
def truth(engine: str, only: tuple[str, ...], common: Common, *, check: bool = False) -> int:
    """Play every scenario with a known answer and print how far off the simulator is."""
    check_choice("--engine", engine, (*ENGINES, BOTH))
    paths = truth_scenarios(only)
    cases: list[Case] = []
    violations: list[str] = []
    with ExitStack() as stack, common.progress() as progress:
        crew, interrupted = common.crew(stack, progress.announce), False
        try:
            for one in (REFERENCE, COMPILED) if engine == BOTH else (engine,):
                for outcome, found in play_truth(paths, one, crew, check=check, beat=progress.beat):
                    cases += found
                    violations += [f"{found[0].scenario} ({one}): {text}" for text in outcome.violations]
        except KeyboardInterrupt:
            interrupted = True
    failed = sum(not case.verdict.ok for case in cases)
    said = f"{len(cases) - failed} of {len(cases)} answers are as known from theory"
    if common.as_json:
        write_json({"cases": [_case_as_json(case) for case in cases], "failed": failed, "violations": violations})
    elif not common.quiet:
        headings = ("scenario", "engine", "measured", "expected", "z", "", "case")
        Printer().table(headings, [_truth_row(case) for case in cases], right=("z",))
        kept = ["every log satisfies the identities"] if check and not violations else []
        common.say(*(f"BROKEN  {text}" for text in violations), *kept, said)
    if interrupted:
        complain(Exception("interrupted: the other scenarios were not played"))
        return INTERRUPTED
    return NOT_MET if failed or violations else FINE


def truth_scenarios(only: tuple[str, ...]) -> list[Path]:
    """The scenarios with known answers, all or those named; raises ScenarioError for a name that is none."""
    known = {path.stem: path for path in sorted(TRUTH.glob("*.toml"))}
    for name in only:
        check_choice("SCENARIO", name, tuple(known))
    return [path for name, path in known.items() if not only or name in only]


def _truth_row(case: Case) -> tuple[str | Text, ...]:
    verdict = case.verdict
    expected = verdict.expectation.equals
    metric = f"{verdict.expectation.metric} ({verdict.expectation.where})"
    return (
        case.scenario,
        case.engine,
        in_words(verdict.measured, verdict.unit),
        "-" if expected is None else in_words(expected, verdict.unit),
        "exact" if case.z is None else f"{case.z:+.2f}",
        Text("met", "green") if verdict.ok else Text("NOT MET", "red"),
        verdict.expectation.title or metric,
    )


def _case_as_json(case: Case) -> dict[str, object]:
    verdict = case.verdict
    return {
        "scenario": case.scenario,
        "engine": case.engine,
        "metric": verdict.expectation.metric,
        "where": verdict.expectation.where,
        "title": verdict.expectation.title,
        "measured": number(verdict.measured),
        "expected": verdict.expectation.equals,
        "z": case.z,
        "ok": verdict.ok,
    }
