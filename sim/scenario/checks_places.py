"""Cross checks of places, opening hours, counters and banks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.scenario.checks import ALWAYS, World, hours_reference, one_station, place_kinds, reference
from sim.scenario.schema_places import (
    PLACES,
    CounterGroup,
    Counters,
    FactoryTable,
    HotlineTable,
    Intervals,
    OutletTable,
    PlaceTable,
    StationTable,
    TerminalTable,
)
from sim.scenario.schema_validate import Finding
from sim.scenario.sizes import MAX_LINES
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import suggestion
from sim.scenario.values import UNLIMITED, expand

_DAY = (0, 86_400_000)
_TOLERANCE = 1e-6
_NOT_BROKEN_OFF = "with separate queues services are not broken off"
_NO_STANDING = ("hotlines", "factories", "online")


def check_places(there: World) -> Iterator[Finding]:
    """Every place table of every kind."""
    yield from _duplicates(there)
    yield from _hours(there)
    for kind in PLACES:
        for name, table in there.scenario.places(kind).items():
            path = (kind, name)
            if name in PLACES:
                yield Finding(path, f'"{name}" is the name of a kind of place', "any other name")
            yield from hours_reference(there, (*path, "hours"), table.hours)
            yield from _counters(there, path, table)
            yield from _business(there, path, table)
            yield from _separate_queues(path, table)
            yield from _special(there, path, table)


def _duplicates(there: World) -> Iterator[Finding]:
    owners: dict[str, KeyPath] = {}
    for kind in PLACES:
        for name, table in there.scenario.places(kind).items():
            for station in dict.fromkeys((name, *expand(name, table.count))):
                if station in owners:
                    other = ".".join(str(part) for part in owners[station])
                    yield Finding((kind, name), f'the name "{station}" is taken by {other}', "names used once")
                owners.setdefault(station, (kind, name))


def _hours(there: World) -> Iterator[Finding]:
    for name, table in there.scenario.hours.items():
        if name == ALWAYS:
            yield Finding(("hours", name), f'"{ALWAYS}" is built in', "any other name")
        elif not any(table.of(weekday) for weekday in range(7)):
            yield Finding(("hours", name), "is never open", "intervals on at least one day")


def servers_of(kind: str, table: PlaceTable) -> tuple[str, Counters | None, bool]:
    """Key, value and necessity of the servers of a place."""
    if isinstance(table, HotlineTable):
        return "agents", table.agents, True
    if isinstance(table, FactoryTable):
        return "machines", table.machines, True
    return "counters", table.counters, kind in ("outlets", "stations")


def _counters(there: World, path: KeyPath, table: PlaceTable) -> Iterator[Finding]:
    key, counters, needed = servers_of(str(path[0]), table)
    here = (*path, key)
    if key != "counters" and table.counters is not None:
        yield Finding((*path, "counters"), f"{path[0]} have {key}", key)
    if counters is None:
        if needed:
            yield Finding(here, f"is missing: nobody serves at {path[1]}", "a number or an array of groups")
        return
    if counters.file and counters.groups:
        yield Finding(here, "has groups and a file", "one of them")
    if counters.file:
        return
    for index, group in enumerate(counters.groups):
        if isinstance(group.hours, str) and group.hours:
            yield from hours_reference(there, (*here, index, "hours"), group.hours)
        yield from _skills(there, (*here, index, "skills"), group.skills)
    if not any(_on_duty(there, group, table) for group in counters.groups):
        yield Finding(here, f"{path[1]} has no {key} at any time", "a number greater than 0, during the opening hours")


def _skills(there: World, path: KeyPath, skills: Sequence[str]) -> Iterator[Finding]:
    """Businesses there are; a plain station has but one."""
    if path[0] == "stations" and skills:
        yield Finding(path, "a plain station has one business, which every counter does", "no skills")
        return
    for number, skill in enumerate(skills):
        yield from reference((*path, number), "business", skill, there.businesses())


def _on_duty(there: World, group: CounterGroup, table: PlaceTable) -> bool:
    """Whether a group has servers at some time the place is open."""
    if group.count == 0:
        return False
    return any(
        begin < close and opening < end
        for weekday in range(7)
        for opening, close in _intervals(there, table.hours, weekday)
        for begin, end in _intervals(there, group.hours or ALWAYS, weekday)
    )


def _intervals(there: World, when: str | Intervals, weekday: int) -> Intervals:
    if not isinstance(when, str):
        return when
    table = there.scenario.hours.get(when)
    return table.of(weekday) if table is not None else (_DAY,)


def _separate_queues(path: KeyPath, table: PlaceTable) -> Iterator[Finding]:
    """What goes with a line at each counter: counters that serve everybody, one after another."""
    here = (*path, "queue")
    if table.queue == "shared":
        if table.jockeying:
            yield Finding((*path, "jockeying"), "has no effect: all wait in one line", 'queue = "separate"')
        return
    if path[0] in _NO_STANDING:
        yield Finding(here, f"people do not stand in line at {path[0]}", '"shared"')
        return
    if table.counters is None:
        yield Finding(here, "nobody waits where counters are unlimited", "a number of counters")
        return
    lines = sum(group.count for group in table.counters.groups)
    if lines > MAX_LINES:
        yield Finding(here, f"{lines:,} counters with a line each are too many", f"{MAX_LINES:,} at most")
    if table.counters.preempt:
        yield Finding((*path, "counters", "preempt"), _NOT_BROKEN_OFF, "false")
    for index, group in enumerate(table.counters.groups):
        yield from _counters_with_lines((*path, "counters", index), group)
    if isinstance(table, StationTable):
        if table.gather or table.batch is not None:
            yield Finding(here, "people who go on or are served together wait in one line", '"shared"')
        if table.discipline == "lifo":
            yield Finding((*path, "discipline"), "a line at each counter is first come, first served", '"fifo"')


def _counters_with_lines(here: KeyPath, group: CounterGroup) -> Iterator[Finding]:
    if group.count == UNLIMITED:
        yield Finding((*here, "count"), "nobody waits where counters are unlimited", "a number of counters")
    if group.preempt:
        yield Finding((*here, "preempt"), _NOT_BROKEN_OFF, "false")
    if group.skills:
        yield Finding((*here, "skills"), "with separate queues every counter serves everybody", "no skills")


def _business(there: World, path: KeyPath, table: PlaceTable) -> Iterator[Finding]:
    """Procedures offered, and the counters' skills for them."""
    if path[0] != "stations":
        for business in table.service:
            yield from reference((*path, "service", business), "business", business, there.businesses())
    for index, name in enumerate(table.offers or ()):
        here = (*path, "offers", index)
        procedure = there.catalogue.get(name)
        if procedure is None:
            yield Finding(here, *suggestion("procedure", name, there.catalogue))
            continue
        if str(path[0]) not in place_kinds(procedure):
            yield Finding(here, f"{name} has no step at {path[0]}", ", ".join(sorted(_possible(there, str(path[0])))))
            continue
        yield from _skilled(
            path,
            here,
            table,
            {
                step.business or name
                for step in procedure.steps
                if step.place is not None and step.place.value == path[0]
            },
        )


def _possible(there: World, kind: str) -> set[str]:
    return {name for name, procedure in there.catalogue.items() if kind in place_kinds(procedure)}


def _skilled(path: KeyPath, here: KeyPath, table: PlaceTable, businesses: set[str]) -> Iterator[Finding]:
    _, counters, _ = servers_of(str(path[0]), table)
    groups = [group for group in counters.groups if group.count != 0] if counters and not counters.file else []
    for business in sorted(businesses):
        if groups and all(group.skills and business not in group.skills for group in groups):
            yield Finding(here, f"no counter of {path[1]} has the skill {business}", "counters with this skill")


def _special(there: World, path: KeyPath, table: PlaceTable) -> Iterator[Finding]:
    """Keys of single kinds of place."""
    if len(set(table.priorities)) != len(table.priorities):
        yield Finding((*path, "priorities"), "names a class twice", "each class once")
    yield from _last_ticket(there, path, table)
    if isinstance(table, HotlineTable) and table.lines is not None and table.capacity is not None:
        yield Finding((*path, "capacity"), "and lines are both given", "one of them: calls in the system at most")
    if isinstance(table, OutletTable):
        yield from reference((*path, "bank"), "bank", table.bank, there.banks)
        yield from _instant(path, table)
    if isinstance(table, TerminalTable) and table.online and table.refresh is not None:
        yield Finding((*path, "refresh"), "is of no use with online = true", "online = true or refresh")
    if isinstance(table, TerminalTable) and "refresh_offset" in table.model_fields_set and table.refresh is None:
        yield Finding((*path, "refresh_offset"), "has no effect without refresh", "refresh as well")
    if isinstance(table, StationTable):
        yield from _station(there, path, table)


def _last_ticket(there: World, path: KeyPath, table: PlaceTable) -> Iterator[Finding]:
    """A time within the opening hours of some day, where doors close."""
    last = table.last_ticket
    if last is None:
        return
    here = (*path, "last_ticket")
    if table.hours == ALWAYS or table.closing == "keep":
        yield Finding(here, "has no effect where doors never close", "opening hours, and a closing other than keep")
    elif not any(a < last < b for weekday in range(7) for a, b in _intervals(there, table.hours, weekday)):
        yield Finding(here, "is at no time within the opening hours", "a time while the place is open")


def _instant(path: KeyPath, table: OutletTable) -> Iterator[Finding]:
    if table.instant is None:
        return
    here = (*path, "instant")
    if table.instant.consumables and table.instant.refill.kind == "never":
        yield Finding((*here, "refill"), "is missing beside consumables", "a time distribution")
    for key, other in (("refill", "consumables"), ("repair", "breakdown_after")):
        if key in table.instant.model_fields_set and other not in table.instant.model_fields_set:
            yield Finding((*here, key), f"has no effect without {other}", f"{other} as well")
    if table.instant.breakdown_after.kind != "never" and table.instant.repair.kind == "never":
        yield Finding((*here, "repair"), "is missing beside breakdown_after", "a time distribution")


def _station(there: World, path: KeyPath, table: StationTable) -> Iterator[Finding]:
    for name in table.then:
        yield from one_station(there, (*path, "then", name), name)
    if table.gather and "service" in table.model_fields_set:
        yield Finding((*path, "service"), "has no effect beside gather: who is complete goes on at once", "no service")
    total = sum(table.then.values())
    if total > 1 + _TOLERANCE:
        yield Finding((*path, "then"), f"shares add up to {total:g}", "shares that add up to 1 at most")
    traced = any(demand.file is not None and demand.file.arrivals for demand in there.scenario.demand.values())
    if not table.service and not table.gather and not traced:
        yield Finding((*path, "service"), "is missing", "a time distribution")
    for business in table.service:
        if business:
            yield Finding((*path, "service"), "a plain station has one service time", "a time distribution")
            break
