"""Loads a scenario: files and overrides -> one checked `Scenario`, or every mistake at once."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.procedures.model import Procedure
from sim.scenario.checks import World, world
from sim.scenario.checks_demand import (
    check_demand,
    check_procedures,
    check_run,
    check_stories,
    missing_years,
)
from sim.scenario.checks_expect import check_expectations
from sim.scenario.checks_people import check_people
from sim.scenario.checks_places import check_places
from sim.scenario.csv_demand import Arrivals, Counts, Staff
from sim.scenario.csv_tables import Tables
from sim.scenario.files import Reader
from sim.scenario.schema import Scenario
from sim.scenario.schema_places import PLACES
from sim.scenario.schema_procedures import defaults
from sim.scenario.schema_validate import Checked, Finding, more, real_path, validate
from sim.scenario.sizes import MAX_PLACES, MAX_PROBLEMS, ranges
from sim.scenario.terms import check_terms, missing_parts
from sim.scenario.toml_lines import KeyPath
from sim.scenario.tree import OVERRIDE, Marks, Tree, is_nation, override, shown
from sim.scenario.units import moment, nearest
from sim.scenario.values import Note, Provenance, SourceFile

_CHECKS: tuple[Callable[[World], Iterator[Finding]], ...] = (
    check_run,
    check_places,
    check_procedures,
    check_demand,
    check_people,
    check_stories,
    check_expectations,
    check_terms,
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
    notes: tuple[Note, ...] = ()
    """What does not take place: rows outside the run, a demand of which nobody comes."""
    told_by_values: frozenset[str] = frozenset()
    """Those of `warnings` that `unannounced_years` and the scenario tell too: a report says them in its own words."""


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
    if checked.scenario is not None:
        _refuse_crowds(checked.scenario, file)
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
        tuple(_warnings(checked.scenario, years)),
        years,
        tables.arrivals,
        tables.counts,
        tables.staff,
        tables.contents,
        tables.files,
        tuple(tables.notes),
        frozenset(_told_by_values(checked.scenario, years)),
    )


def _refuse_crowds(scenario: Scenario, file: str) -> None:
    """Too many places even to look for further mistakes."""
    many = sum(table.count for kind in PLACES for table in scenario.places(kind).values())
    if many > MAX_PLACES:
        raise ScenarioError((Problem(file, "", None, f"has {many:,} places", f"{MAX_PLACES:,} at most"),))


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
    found = (finding for check in _CHECKS for finding in check(there))
    own = (one for one in found if not any(_related(one.path, broken) for broken in checked.broken))
    yield from islice(own, MAX_PROBLEMS)
    if next(own, None) is not None:
        yield more()


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

    def place(one: Problem) -> tuple[int, str, float]:
        unlisted = one.line is None and not one.key and one.why.startswith("and ")
        return rank.get(one.file, len(rank)), one.file, math.inf if unlisted else one.line or 0

    return tuple(sorted(unique, key=place))


def _warnings(scenario: Scenario, years: Sequence[int]) -> Iterator[str]:
    yield from _told_by_values(scenario, years)
    region = scenario.region
    if region is not None and region.division and not region.division.startswith("99"):
        yield f"region.division {region.division} may be a real place; codes 99.. are assigned to none"


def _told_by_values(scenario: Scenario, years: Sequence[int]) -> Iterator[str]:
    """Warnings whose reasons are values as well, which a report says in its own language."""
    if years:
        which = f"the working days of {ranges(years)} are not announced"
        yield f"{which}; Monday to Friday would be assumed where asked for"
    if scenario.run.warm_up is None:
        yield "run.warm_up is found by pilot runs whenever the scenario is played"
    if scenario.region is None:
        return
    lacking = missing_parts(scenario.region.rules)
    if lacking:
        yield f"the region's published rules are incomplete (G2), missing: {', '.join(lacking)}"
