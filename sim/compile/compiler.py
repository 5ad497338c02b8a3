"""A loaded scenario and the procedure tables in, a Program and the names of its rows out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.calendar import Calendar
from sim.compile.hours import DAY_MS, Opening
from sim.compile.names import names_of
from sim.compile.places import PlaceCompiler, Places
from sim.compile.rows import Rows, cumulative
from sim.compile.sources import SourceCompiler
from sim.compile.steps import StepCompiler, office_numbers, passed_alone, reachable
from sim.errors import Problem, ScenarioError
from sim.procedures.running import running
from sim.program import NONE, MoveRow, Program
from sim.scenario.beginnings import beginnings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sim.metrics.names import Names
    from sim.procedures.model import Procedure
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Scenario

_DRAIN_DAYS = 400
_MOST_DAYS = 3_700
"""Days laid out at most: beyond ten years only places that never close make sense."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a run needs: the program, the words for its numbers, and which person each story name is."""

    program: Program
    names: Names
    people: dict[str, int]


def compile_scenario(loaded: Loaded, catalogue: Mapping[str, Procedure]) -> Compiled:
    """Compile; raises ScenarioError when the scenario lacks what its procedures need."""
    scenario = loaded.scenario
    rows = Rows()
    run = scenario.run
    days = min(_MOST_DAYS, -(-run.duration // DAY_MS) + 1 + (_DRAIN_DAYS if run.drain else 0))
    table = scenario.calendar
    calendar = Calendar(
        run.start, min(days, -(-run.duration // DAY_MS)), workdays=table.workdays, holidays=table.holidays,
        covers=table.covers,
    )  # fmt: skip
    if run.duration > _MOST_DAYS * DAY_MS and (scenario.hours or scenario.story or loaded.staff):
        why = "is too long for a scenario with opening hours, rosters or stories"
        raise ScenarioError((Problem("", "run.duration", None, why, f"at most {_MOST_DAYS} d"),))
    opening = Opening(scenario, calendar, days)
    entries = [demand.procedure for demand in scenario.demand.values() if demand.procedure]
    entries += [action.does for story in scenario.story for action in story.actions]
    visited = reachable(catalogue, entries, scenario.procedures)
    alone = _passed_by_terms(scenario, catalogue, visited)
    procedures = tuple(name for name in catalogue if name in visited or name in {owner for owner, _ in alone})
    steps = StepCompiler(scenario, catalogue, procedures, rows, alone=alone)
    places = PlaceCompiler(loaded, catalogue, rows, opening, steps.businesses()).compile()
    steps.compile(places)
    places = _link_stations(places, steps, loaded, rows)
    sources = SourceCompiler(loaded, catalogue, rows, opening, steps, places)
    if steps.problems:
        raise ScenarioError(tuple(dict.fromkeys(steps.problems)))
    sources.compile()
    program = Program(
        title=scenario.title,
        start=run.start,
        duration_ms=run.duration,
        warm_up_ms=run.warm_up or 0,
        drain=run.drain,
        clock_step_ms=run.clock_step,
        day_starts=days,
        last_ms=run.duration + (_DRAIN_DAYS * DAY_MS if run.drain else 0),
        businesses=steps.businesses(),
        priorities=places.priorities,
        banks=places.banks,
        procedures=procedures,
        stations=places.stations,
        timetables=tuple(rows.timetables.rows),
        hours=tuple(rows.hours.rows),
        choices=tuple(steps.choices),
        steps=tuple(steps.steps),
        moves=tuple(rows.moves.rows),
        guards=tuple(steps.guards),
        guard_owners=tuple(steps.guard_owners),
        waits=tuple(rows.waits.rows),
        dists=tuple(rows.dists.rows),
        cohorts=tuple(sources.cohorts),
        sources=tuple(sources.sources),
        office_steps=tuple(steps.office_steps),
        numbers=tuple(office_numbers(catalogue, procedures, scenario.procedures)),
        workdays=tuple(calendar.is_workday(day) for day in range(min(days, -(-run.duration // DAY_MS)))),
        calendar=calendar,
    )
    return Compiled(program, names_of(program, loaded, catalogue, calendar), sources.people)


def _passed_by_terms(
    scenario: Scenario, catalogue: Mapping[str, Procedure], visited: Collection[str]
) -> frozenset[tuple[str, str]]:
    """Steps that terms pass which run since before the run, of procedures nobody sets out for."""
    terms = [f"{row.procedure}.{row.to}" for one in beginnings(scenario) for row in running(one.record)]
    return frozenset(
        (name, step) for name, step in passed_alone(catalogue, terms, scenario.procedures) if name not in visited
    )


def _link_stations(places: Places, steps: StepCompiler, loaded: Loaded, rows: Rows) -> Places:
    """Where people of a plain station go next: shares become moves, tried in turn."""
    from dataclasses import replace  # noqa: PLC0415

    stations = list(places.stations)
    for name, table in loaded.scenario.stations.items():
        left = 1.0
        moves = []
        for target, share in table.then.items():
            chance = min(1.0, share / left) if left > 1e-12 else 0.0
            step = steps.station_step(places.by_group[target][0])
            moves.append(rows.moves.add(MoveRow(step, 1.0 if chance > 1.0 - 1e-12 else chance)))
            left -= share
        for number in places.by_group[name]:
            stations[number] = replace(stations[number], then=tuple(moves))
    return replace(places, stations=tuple(stations))


__all__ = ["NONE", "Compiled", "compile_scenario", "cumulative"]
