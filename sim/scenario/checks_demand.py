"""Cross checks of the run, the calendar, demand, people and stories."""

from __future__ import annotations

from collections.abc import Iterator

from sim.calendar import ANNOUNCED_YEARS, DAY_MS, uncovered_years
from sim.procedures.model import Check, Procedure
from sim.scenario.checks import (
    World,
    hours_reference,
    is_fixed,
    named_step,
    offers,
    one_station,
    place_kinds,
    place_reference,
    reference,
    step_place,
)
from sim.scenario.checks_asked import check_asked
from sim.scenario.schema_people import DemandFile, DemandTable
from sim.scenario.schema_places import PLACES
from sim.scenario.schema_story import ActionTable
from sim.scenario.schema_validate import Finding
from sim.scenario.sizes import ranges
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import duration_text
from sim.scenario.values import Wait, expand

_TOLERANCE = 1e-6
_SOURCES = ("rate", "per_day", "per_year_share", "file")
_OF_PROCEDURES = ("where", "who", "agent_share", "amount", "incomplete_papers_share")
"""Keys of a demand that say how a procedure is begun."""
_OF_ARRIVALS = {key: key for key in ("time", "service", "patience", "priority")}
_OF_COUNTS = {key: key for key in ("placed", "counts_are", "every", "until", "count")} | {"from": "from_"}
"""Keys of a file that only one kind of file has, and the fields they are read into."""


def check_run(there: World) -> Iterator[Finding]:
    """The run and its calendar."""
    run = there.scenario.run
    if run.warm_up is not None and run.warm_up >= run.duration:
        yield Finding(("run", "warm_up"), "is not shorter than the run", f"less than {duration_text(run.duration)}")
    calendar = there.scenario.calendar
    for day in sorted(set(calendar.workdays) & set(calendar.holidays)):
        yield Finding(("calendar", "holidays"), f"{day} is also among the workdays", "each day in one of the two")
    years = missing_years(there)
    if years and uses_workdays(there):
        known = f"{min(ANNOUNCED_YEARS)} to {max(ANNOUNCED_YEARS)}"
        why = f"the working days of {ranges(years)} are not known, and the scenario uses working days"
        each = f"[{years[0]}]" if len(years) == 1 else f"[{years[0]}, ...]"
        yield Finding(("calendar", "covers"), why, f"{known}; or covers = {each} with its holidays and workdays")


def missing_years(there: World) -> tuple[int, ...]:
    """Years of the run whose working days nobody has announced."""
    run = there.scenario.run
    return uncovered_years(run.start, -(-run.duration // DAY_MS), there.scenario.calendar.covers)


def uses_workdays(there: World) -> bool:
    """Whether anything in the scenario asks which days are working days."""
    scenario = there.scenario
    tables = [table for kind in PLACES for table in scenario.places(kind).values()]
    named = {table.hours for table in tables} | {demand.hours for demand in scenario.demand.values()}
    if any(name in named and hours.public_holidays == "closed" for name, hours in scenario.hours.items()):
        return True
    if any(demand.on == "workdays" for demand in scenario.demand.values()):
        return True
    if any(table.returns is not None and table.returns.after.kind != "plain" for table in tables):
        return True
    asked = [demand.procedure for demand in scenario.demand.values()]
    asked += [action.does for story in scenario.story for action in story.actions]
    used = {name.partition(".")[0] for name in asked if name}
    waits = [value for name in used for value in scenario.procedures.get(name, {}).values()]
    return any(isinstance(value, Wait) and value.kind != "plain" for value in waits)


def check_procedures(there: World) -> Iterator[Finding]:
    """A term or rate the office asks for is the same for everybody; one of working days is given in these."""
    for name, procedure in there.catalogue.items():
        values = there.scenario.procedures.get(name, {})
        guards = [guard for step in procedure.steps for guard in step.guards]
        guards += [guard for move in procedure.moves for guard in move.when]
        asked = {guard.parameter for guard in guards} | {e.parameter for step in procedure.steps for e in step.effects}
        in_workdays = {guard.parameter for guard in guards if guard.check is Check.WORKDAYS_AFTER}
        for parameter, value in values.items():
            if parameter not in asked:
                continue
            path = ("procedures", name, parameter)
            if not is_fixed(value):
                yield Finding(path, "is a time limit and cannot vary", "one fixed value")
            elif parameter in in_workdays and not (isinstance(value, Wait) and value.kind == "workdays"):
                yield Finding(path, "is counted in working days", 'working days such as "10 workdays"')


def check_demand(there: World) -> Iterator[Finding]:
    """Every stream of people."""
    for name, table in there.scenario.demand.items():
        path = ("demand", name)
        yield from _source(path, table)
        for cohort in table.cohort:
            yield from reference((*path, "cohort"), "cohort", cohort, there.names["cohorts"])
        yield from reference((*path, "profile"), "profile", table.profile, there.names["profiles"])
        yield from hours_reference(there, (*path, "hours"), table.hours)
        yield from span(there, path, table.from_, table.until)
        yield from _target(there, path, table)
        yield from check_asked(there, path, table.procedure, table)
        yield from _priorities(there, path, table)


def _source(path: KeyPath, table: DemandTable) -> Iterator[Finding]:
    given = [key for key in _SOURCES if getattr(table, key) is not None]
    if len(given) != 1:
        why = " and ".join(given) + " are given" if given else "says not how many people come"
        yield Finding(path, why, "exactly one of " + ", ".join(_SOURCES))
    if table.per_year_share is not None and not table.cohort:
        yield Finding((*path, "cohort"), "is missing beside per_year_share", "name of a cohort")
    if table.file is not None:
        yield from _file((*path, "file"), table.file)
    if table.sine is not None and table.rate is None:
        yield Finding((*path, "sine"), "is allowed only beside rate", "rate and sine")
    for source in ("file", "sine"):
        for key in ("profile", "hours", "on"):
            if getattr(table, source) is not None and key in table.model_fields_set:
                says = "the file says when people come" if source == "file" else "the rate follows the sine alone"
                yield Finding((*path, key), f"has no effect beside {source}: {says}", f"{key} or {source}, not both")
    if table.sine is not None and table.rate is not None and table.sine.amplitude > table.rate * (1 + _TOLERANCE):
        why = "is larger than the rate, which would become negative"
        yield Finding((*path, "sine", "amplitude"), why, "the rate at most")


def _file(path: KeyPath, file: DemandFile) -> Iterator[Finding]:
    """One kind of file, with the keys of that kind."""
    if bool(file.arrivals) == bool(file.counts):
        yield Finding(path, "needs one file", "arrivals or counts")
        return
    kind, other = ("arrivals", _OF_COUNTS) if file.arrivals else ("counts", _OF_ARRIVALS)
    for key, field in other.items():
        if field in file.model_fields_set:
            yield Finding((*path, key), f"means nothing for a file of {kind}", f"no {key}")
    if file.every is not None and file.until:
        yield Finding((*path, "until"), "and every are both given", "one of until, every")
    if file.counts_are == "means" and file.placed == "even":
        yield Finding((*path, "placed"), "numbers that vary cannot come at equal distances", '"random"')


def _inside(there: World) -> str:
    run = there.scenario.run
    return f"a moment in the run, which lasts {duration_text(run.duration)} from {run.start} 00:00"


def span(there: World, path: KeyPath, first: int | None, until: int | None) -> Iterator[Finding]:
    """Moments must lie in the run, in order."""
    inside = _inside(there)
    if first is not None and not 0 <= first < there.duration_ms:
        yield Finding((*path, "from"), "is outside the run", inside)
    if until is not None and not 0 < until <= there.duration_ms:
        yield Finding((*path, "until"), "is outside the run", inside)
    if first is not None and until is not None and until <= first:
        yield Finding((*path, "until"), "is not later than from", "a later moment")


def _target(there: World, path: KeyPath, table: DemandTable) -> Iterator[Finding]:
    if bool(table.procedure) == bool(table.enters):
        why = "procedure and enters are both given" if table.procedure else "says not what people come for"
        yield Finding(path, why, "exactly one of procedure, enters")
    if table.enters:
        yield from one_station(there, (*path, "enters"), table.enters)
        for key in _OF_PROCEDURES:
            if key in table.model_fields_set:
                yield Finding((*path, key), "has no effect beside enters", "only beside procedure")
    kinds: set[str] = {"stations"}
    procedure: Procedure | None = None
    if table.procedure:
        procedure, step, findings = named_step(there, (*path, "procedure"), table.procedure)
        yield from findings
        kinds = place_kinds(procedure) if procedure else set(PLACES)
        first = step_place(step) if step else None
        if first is not None and not there.scenario.places(first):
            why = f"{table.procedure} happens at {first}, and there are none"
            yield Finding((*path, "procedure"), why, f"[{first}.X]")
    for name in table.where if procedure is not None else ():
        here = (*path, "where", name)
        unknown = list(place_reference(there, here, name, kinds))
        yield from unknown
        if procedure is not None and not unknown:
            yield from offers(there, here, name, procedure)
    total = sum(table.where.values())
    if table.procedure and table.where and abs(total - 1) > _TOLERANCE:
        yield Finding((*path, "where"), f"shares add up to {total:g}", "shares that add up to 1")


def _priorities(there: World, path: KeyPath, table: DemandTable) -> Iterator[Finding]:
    tables = [place for kind in PLACES for place in there.scenario.places(kind).values()]
    known = {name for place in tables for name in place.priorities}
    for name in table.priorities:
        yield from reference((*path, "priorities", name), "priority class", name, known)
    total = sum(table.priorities.values())
    if total > 1 + _TOLERANCE:
        yield Finding((*path, "priorities"), f"shares add up to {total:g}", "shares that add up to 1 at most")


def check_stories(there: World) -> Iterator[Finding]:
    """Every action of every story."""
    for number, story in enumerate(there.scenario.story):
        path = ("story", number)
        rules = there.rules()
        for index, rule in enumerate(story.rules):
            yield from reference((*path, "rules", index), "rule", rule, rules)
        if not story.actions:
            yield Finding(path, "has no actions, so it shows nothing", "actions = [{ at = …, person = …, does = … }]")
        before = 0
        for index, action in enumerate(story.actions):
            here = (*path, "actions", index)
            if 0 <= action.at < before:
                yield Finding((*here, "at"), "is earlier than the action before it", "actions in order of time")
            if action.at < there.duration_ms:
                before = max(before, action.at)
            yield from _action(there, here, action, rules)


def _action(there: World, path: KeyPath, action: ActionTable, rules: set[str]) -> Iterator[Finding]:
    run = there.scenario.run
    if not 0 <= action.at < run.duration:
        yield Finding((*path, "at"), "is outside the run", _inside(there))
    yield from reference((*path, "person"), "person", action.person, there.names["people"])
    yield from reference((*path, "card_of"), "person", action.card_of, there.names["people"])
    if action.card_of and action.card_of == action.person:
        yield Finding((*path, "card_of"), "is the person's own card", "somebody else, or no card_of")
    if action.expect.startswith("refused "):
        yield from reference((*path, "expect"), "rule", action.expect.removeprefix("refused "), rules)
    procedure, step, findings = named_step(there, (*path, "does"), action.does)
    yield from findings
    if procedure is None or step is None:
        return
    yield from check_asked(there, path, action.does, action)
    kind = step_place(step)
    if action.where:
        yield from _at_place(there, (*path, "where"), action, procedure, kind)
    elif kind is not None and not there.scenario.places(kind):
        yield Finding((*path, "does"), f"{action.does} happens at {kind}, and there are none", f"[{kind}.X]")


def _at_place(
    there: World, path: KeyPath, action: ActionTable, procedure: Procedure, kind: str | None
) -> Iterator[Finding]:
    if kind is None:
        yield Finding(path, f"{action.does} happens at no place", "no where")
        return
    wrong = list(place_reference(there, path, action.where, [kind]))
    if wrong and action.where in there.places:
        offering = sorted(name for name, kinds in there.places.items() if kind in kinds)
        yield Finding(path, f'"{action.where}" does not offer {action.does}', ", ".join(offering) or "none is defined")
        return
    yield from wrong
    yield from offers(there, path, action.where, procedure)


def group_names(there: World) -> set[str]:
    """Every name an expectation may give as its station."""
    names = set(there.places) | set(PLACES)
    for kind in PLACES:
        for name, table in there.scenario.places(kind).items():
            names.update(expand(name, table.count))
    return names
