"""From a scenario file to a Program, with everything refused that can be seen before a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cardemu.elements.codec import ElementError, split_name
from sim.compile.compiler import Compiled, compile_scenario
from sim.compile.feasibility import overloads
from sim.compile.on_duty import misfits
from sim.compile.steady import unsteady
from sim.errors import Problem, ScenarioError
from sim.identities import Identities
from sim.procedures.catalogue import catalogue
from sim.program import Program
from sim.region import region_of, room
from sim.scenario.load import Loaded, load
from sim.scenario.sizes import MAX_PEOPLE, MAX_PER_MS
from sim.scenario.values import Note

LARGEST_SEED = 2**63 - 1


def _too_many(program: Program) -> Iterator[tuple[str, None, str, str]]:
    """More people than a machine can play, together or at once."""
    many = sum(row.expected(program.duration_ms) for row in program.sources)
    if many > MAX_PEOPLE:
        yield "demand", None, f"{many:,.0f} people would come in a replication", f"{MAX_PEOPLE:,} at most"
    for row in program.sources:
        if row.most_per_ms > MAX_PER_MS:
            why = f"{row.most_per_ms * 1000:,.0f} people would come in a second"
            yield f"demand.{row.name}", None, why, f"{MAX_PER_MS * 1000:,} a second at most"


def _unknown_people(loaded: Loaded, compiled: Compiled, region: str) -> Iterator[tuple[str, None, str, str]]:
    """People of the stories who cannot be as the file says: no card has room for the name, no number says the birth."""
    for name, person in loaded.scenario.people.items():
        try:
            split_name(person.name)
        except ElementError as error:
            yield f"people.{name}.name", None, str(error), "a name that a card can hold, or none"
    try:
        Identities(compiled.program.cohorts, region, compiled.program.start)
    except ValueError as error:
        yield "people", None, str(error), "a birth at most 95 years ago and before 2026"


def prepare(path: Path, overrides: Sequence[str]) -> tuple[Loaded, Compiled]:
    """Load, check and compile a scenario; raises ScenarioError with every problem found."""
    loaded = load(path, overrides, catalogue())
    try:
        compiled = compile_scenario(loaded, catalogue())
    except ScenarioError as error:
        raise ScenarioError(tuple(replace(one, file=one.file or str(path)) for one in error.problems)) from error
    problems = [Problem(str(path), *problem) for problem in _impossible(loaded, compiled)]
    if problems:
        raise ScenarioError(tuple(problems))
    sources = [row for row in compiled.program.sources if not row.alone]
    nobody = [row.name for row in sources if row.expected(compiled.program.duration_ms) == 0.0]
    notes = (
        Note(f"nobody comes of demand.{name} in the whole run", f"demand.{name}：整个运行期内没有人到来")
        for name in nobody
    )
    fit = misfits(loaded.scenario, compiled.program, compiled.names)
    return replace(loaded, notes=(*loaded.notes, *notes, *fit)), compiled


def _impossible(loaded: Loaded, compiled: Compiled) -> Iterator[tuple[str, None, str, str]]:
    """What can only be seen of the whole: a region that is real or too small, a demand that can never be served."""
    region = region_of(loaded)
    if not re.fullmatch(r"99\d{0,4}", region):
        why = f"{region} may be a real place; synthetic people need a code that is assigned to none"
        yield "region.division", None, why, "99 and up to four more digits"
    else:
        crowded = room(compiled.program, region)
        if crowded:
            yield "cohorts", None, crowded, "fewer people in one region, or a shorter region.division"
        else:
            yield from _unknown_people(loaded, compiled, region)
    if loaded.scenario.run.seed > LARGEST_SEED:
        yield "run.seed", None, "is too large for the random numbers", "0 to 2^63 - 1"
    why = unsteady(compiled.program) if loaded.scenario.run.warm_up is None else ""
    if why:
        yield "run.warm_up", None, why, 'a duration, such as "1 d"'
    for row in compiled.program.stations:
        if any(row.preempt) and row.batch_size > 1:
            why = "a service for several people together cannot be broken off"
            yield f"stations.{row.group}", None, why, "batch or preempt, not both"
    yield from _too_many(compiled.program)
    if loaded.scenario.run.overload == "refuse":
        for text in overloads(compiled.program):
            yield "demand", None, text, 'more servers, less demand, or run.overload = "allow"'
