"""The words for a Program's numbers, as metrics and reports want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compile.places import MACHINE, MENU
from sim.engines.counting_columns import Ending
from sim.metrics.names import Names, ProcedureName, Role, RuleName, ServerGroup, StationName, StepName
from sim.office.rows import rule_names
from sim.office.wording import RULES
from sim.procedures.model import Place
from sim.program import NONE, UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.calendar import Calendar
    from sim.procedures.model import Procedure
    from sim.program import HoursRow, Program, StationRow
    from sim.scenario.load import Loaded

_MINUTE_MS = 60_000


def names_of(program: Program, loaded: Loaded, catalogue: Mapping[str, Procedure], calendar: Calendar) -> Names:
    """Everything a reader of the log needs."""
    scenario = loaded.scenario
    minutes = [_open_min(hours, program.duration_ms) for hours in program.hours]
    given = _given_patience(program)
    steps = []
    for row in program.steps:
        if row.office < 0:
            steps.append(StepName("", row.name, row.name, row.name, ""))
            continue
        procedure, step = program.office_steps[row.office]
        steps.append(StepName(procedure.name, step.name, _title(step.name), _title(step.name), step.business))
    return Names(
        stations=tuple(
            _station(program, number, minutes[row.hours], given) for number, row in enumerate(program.stations)
        ),
        steps=tuple(steps),
        rules=tuple(_rule(rule) for rule in rule_names(program.office_steps)),
        sources=tuple(row.name for row in program.sources),
        procedures=tuple(
            ProcedureName(
                name,
                catalogue[name].title,
                catalogue[name].title_zh,
                tuple(index for index, row in enumerate(program.steps) if row.procedure == number),
            )
            for number, name in enumerate(program.procedures)
        ),
        start=program.start,
        duration_ms=program.duration_ms,
        warm_up_ms=program.warm_up_ms,
        title=scenario.title,
        title_zh=scenario.title_zh or scenario.title,
        day_kinds=tuple(calendar.kinds(calendar.days).tolist()),
    )


def _rule(rule: str) -> RuleName:
    words = RULES.get(rule)
    return RuleName(rule) if words is None else RuleName(rule, words.en, words.zh)


def _title(name: str) -> str:
    return name.replace("_", " ")


def _open_min(hours: HoursRow, duration_ms: int) -> int:
    """Minutes a place with these hours is open during the run."""
    if not hours.times_ms:
        return duration_ms // _MINUTE_MS
    return sum(
        (min(b, duration_ms) - min(a, duration_ms)) // _MINUTE_MS
        for a, b, low, high in zip(hours.times_ms, hours.times_ms[1:], hours.weight, hours.weight[1:], strict=False)
        if high > low
    )


def _given_patience(program: Program) -> set[int]:
    """Stations at which a table of arrivals says how long people are willing to wait; NONE: at all of them."""
    tables = (source.table for source in program.sources)
    return {at for table in tables if table is not None for at, what, _ in table.overrides if what == 1}


def _never(row: StationRow, number: int, role: Role, given: set[int]) -> tuple[Ending, ...]:
    """How no visit to a station can end: a share of them is 0 for certain, not for want of a rare event."""
    possible = {
        Ending.ABANDONED: row.patience != NONE or bool(given & {number, NONE}),
        Ending.BLOCKED: row.capacity < UNLIMITED,
        Ending.BALKED: row.balk_queue != NONE and row.balk_share > 0.0,
        Ending.SELF_SERVICE: role is Role.SELF_SERVICE,
    }
    return tuple(ending for ending, may in possible.items() if not may)


def _station(program: Program, number: int, open_min: int, given: set[int]) -> StationName:
    row = program.stations[number]
    role = Role.COUNTER
    if row.name.endswith(MENU) and row.place == Place.HOTLINE.value:
        role = Role.SELF_SERVICE
    elif row.name.endswith(MACHINE) or row.place == Place.FACTORY.value:
        role = Role.MACHINE
    servers = "counter" if row.own_lines else "group"
    return StationName(
        name=row.name,
        group=row.group,
        kind=Place(row.place),
        title=row.title,
        title_zh=row.title_zh,
        group_title=row.group_title,
        group_title_zh=row.group_title_zh,
        servers=tuple(ServerGroup(f"{servers} {number + 1}", role) for number in range(len(row.skills))),
        bank=program.banks[row.bank] if row.bank >= 0 else "",
        district=row.district,
        opening_min=open_min,
        never=_never(row, number, role, given),
    )
