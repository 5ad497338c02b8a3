"""Loads a scenario: files and overrides -> one checked `Scenario`, or every mistake at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.procedures.model import Procedure
from sim.scenario.checks import World, world
from sim.scenario.checks_demand import (
    check_demand,
    check_people,
    check_procedures,
    check_run,
    check_stories,
    missing_years,
)
from sim.scenario.checks_expect import check_expectations
from sim.scenario.checks_places import check_places
from sim.scenario.csv_demand import Arrivals, Counts, Staff
from sim.scenario.csv_tables import Tables
from sim.scenario.files import Reader
from sim.scenario.schema import RULE_PARTS, Scenario
from sim.scenario.schema_procedures import defaults
from sim.scenario.schema_validate import Checked, Finding, real_path, validate
from sim.scenario.toml_lines import KeyPath
from sim.scenario.tree import OVERRIDE, Marks, Tree, is_nation, override, shown
from sim.scenario.units import moment, nearest
from sim.scenario.values import Provenance, SourceFile

_CHECKS: tuple[Callable[[World], Iterator[Finding]], ...] = (
    check_run,
    check_places,
    check_procedures,
    check_demand,
    check_people,
    check_stories,
    check_expectations,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that can be played, and what is to be said about it.

    `merged` is the tree with includes and overrides carried out and marks kept, for the copy in the run's folder.
    `arrivals` and `counts` are by name of the demand, `staff` by place ("outlets.haishu"); `contents` are the CSV files
    themselves, under the names that `merged` gives them; `read` has those names by the key that names the file.
    """

    scenario: Scenario
    provenance: tuple[Provenance, ...]
    files: tuple[SourceFile, ...]
    merged: Mapping[str, Any]
    warnings: tuple[str, ...]
    unannounced_years: tuple[int, ...]
    arrivals: Mapping[str, Arrivals] = field(default_factory=dict)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)


def load(path: Path | str, overrides: Sequence[str], catalogue: Mapping[str, Procedure]) -> Loaded:
    """Read a scenario file, carry out `key=value` overrides, check everything.

    Raises ScenarioError with all problems.
    """
    reader = Reader(Path(path))
    tree = reader.tree()
    if reader.problems:
        raise ScenarioError(tuple(reader.problems))
    tree.values = copy.deepcopy(tree.values)
    file = shown(reader.entry)
    if is_nation(tree):
        raise ScenarioError((Problem(file, "", None, "is a nation, not a scenario", f"cardmill nation {file}"),))
    problems = [problem for text in overrides for problem in override(tree, text)]
    marks = Marks()
    bare = marks.strip(tree.values)
    problems += [tree.problem(where, why, allowed, file) for where, why, allowed in marks.problems]
    start = _start(bare)
    raw = copy.deepcopy(bare)
    checked = validate(bare, {"start": start, "catalogue": catalogue})
    findings = [*checked.findings, *_cross(checked, catalogue, raw)]
    found = [_problem(tree, raw, finding, file) for finding in findings]
    problems += found
    tables = Tables(reader, tree, raw)
    if checked.scenario is not None:
        tables.read(checked.scenario, world(checked.scenario, catalogue, raw))
    problems += tables.problems
    if problems or checked.scenario is None:
        raise ScenarioError(_ordered(problems, list(reader.folders)))
    there = world(checked.scenario, catalogue, raw)
    years = missing_years(there)
    return Loaded(
        checked.scenario,
        (*marks.provenance, *defaults(catalogue, tree.values.get("procedures", {}))),
        tuple(reader.files.values()),
        tree.values,
        (*_warnings(checked.scenario, years), *tables.notes),
        years,
        tables.arrivals,
        tables.counts,
        tables.staff,
        tables.contents,
        tables.files,
    )


def _start(bare: Mapping[str, Any]) -> date:
    """First day of the run, as far as it can be read; moments count from it."""
    run = bare.get("run")
    given = run.get("start") if isinstance(run, dict) else None
    try:
        return moment(given).date()
    except ValueError:
        return date(2026, 1, 1)


def _cross(checked: Checked, catalogue: Mapping[str, Procedure], raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Mistakes between tables, but for those at or around places where a stand-in was put."""
    if checked.scenario is None:
        return
    there = world(checked.scenario, catalogue, raw)
    for check in _CHECKS:
        for finding in check(there):
            if not any(_related(finding.path, broken) for broken in checked.broken):
                yield finding


def _related(path: KeyPath, broken: KeyPath) -> bool:
    """Whether one is above the other or its misspelling, or (run.start, run.duration) every moment depends on it."""
    if broken[:1] == ("run",) and path[-1] in ("at", "from", "until", "warm_up", "covers"):
        return True
    if path[:-1] == broken[:-1] and nearest(str(broken[-1]), [str(path[-1])]):
        return True
    shorter = min(len(path), len(broken))
    return path[:shorter] == broken[:shorter]


def _problem(tree: Tree, raw: Mapping[str, Any], finding: Finding, file: str) -> Problem:
    path, _ = real_path(raw, finding.path)
    return tree.problem(path, finding.why, finding.allowed, file)


def _ordered(problems: Iterable[Problem], files: Sequence[str]) -> tuple[Problem, ...]:
    """Command line first, then file by file, line by line; each once."""
    rank = {OVERRIDE: -1} | {file: number for number, file in enumerate(files)}
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda one: (rank.get(one.file, len(rank)), one.file, one.line or 0)))


def _warnings(scenario: Scenario, years: Sequence[int]) -> Iterator[str]:
    for year in years:
        yield f"the working days of {year} are not announced; Monday to Friday would be assumed where asked for"
    if scenario.run.warm_up is None:
        yield "run.warm_up is found by pilot runs whenever the scenario is played"
    if scenario.run.replications < 2 and any(table.z is not None for table in scenario.expect):
        yield "z of [[expect]] needs a standard error: play it with --replications 2 or more"
    if scenario.region is None:
        return
    lacking = [part for part in RULE_PARTS if not getattr(scenario.region.rules, part)]
    if lacking:
        yield f"the region's published rules are incomplete (G2), missing: {', '.join(lacking)}"
    if scenario.region.division and not scenario.region.division.startswith("99"):
        yield f"region.division {scenario.region.division} may be a real place; codes 99.. are assigned to none"
