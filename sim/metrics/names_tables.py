"""Names as flat tables and back: how a run folder keeps what the numbers in its log stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.counting_columns import Ending
from sim.metrics.names import Names, ProcedureName, Role, RuleName, ServerGroup, StationName, StepName
from sim.procedures.model import Place


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length: whole numbers, or text (dtype object)."""

    name: str
    columns: dict[str, NDArray[Any]]


_STATIONS = (
    *("name", "group_name", "kind", "title", "title_zh", "bank", "district", "opening_min"),
    *("group_title", "group_title_zh", "never"),
)
_RUN = ("start", "duration_ms", "warm_up_ms", "title", "title_zh")


def _table(name: str, columns: Sequence[str], rows: Sequence[tuple[str | int, ...]], numbers: Sequence[str]) -> Table:
    """A table of rows; the columns in `numbers` are whole numbers, the others text."""
    return Table(
        name,
        {
            column: np.array([row[k] for row in rows], dtype=np.int64 if column in numbers else object)
            for k, column in enumerate(columns)
        },
    )


def _group(station: StationName) -> tuple[str, str, str]:
    never = " ".join(ending.name.lower() for ending in station.never)
    return station.group_title, station.group_title_zh, never


def tables_of_names(names: Names) -> tuple[Table, ...]:
    """Every table, with the number used in the log as first column where there is one."""
    stations = [
        (n, s.name, s.group, s.kind.value, s.title, s.title_zh, s.bank, s.district, s.opening_min, *_group(s))
        for n, s in enumerate(names.stations)
    ]
    servers = [(n, g, x.name, x.role.value) for n, s in enumerate(names.stations) for g, x in enumerate(s.servers)]
    steps = [(n, s.procedure, s.step, s.title, s.title_zh, s.business) for n, s in enumerate(names.steps)]
    rules = [(n, r.rule, r.why, r.why_zh) for n, r in enumerate(names.rules)]
    procedures = [(n, p.name, p.title, p.title_zh) for n, p in enumerate(names.procedures)]
    order = [(n, k, step) for n, p in enumerate(names.procedures) for k, step in enumerate(p.steps)]
    days = list(enumerate(names.day_kinds))
    run = [(names.start.isoformat(), names.duration_ms, names.warm_up_ms, names.title, names.title_zh)]
    return (
        _table("stations", ("station", *_STATIONS), stations, ("station", "opening_min")),
        _table("server_groups", ("station", "code", "name", "role"), servers, ("station", "code")),
        _table("steps", ("step", "procedure", "name", "title", "title_zh", "business"), steps, ("step",)),
        _table("rules", ("rule", "name", "why", "why_zh"), rules, ("rule",)),
        _table("sources", ("source", "name"), list(enumerate(names.sources)), ("source",)),
        _table("procedures", ("procedure", "name", "title", "title_zh"), procedures, ("procedure",)),
        _table("procedure_steps", ("procedure", "position", "step"), order, ("procedure", "position", "step")),
        _table("days", ("day", "kind"), days, ("day", "kind")),
        _table("run", _RUN, run, ("duration_ms", "warm_up_ms")),
    )


def _endings(text: str = "") -> tuple[Ending, ...]:
    """Endings by name; a folder that an earlier version wrote has none."""
    return tuple(Ending[name.upper()] for name in text.split())


def names_from_tables(read: Callable[[str], list[tuple[Any, ...]]]) -> Names:
    """Names again, from a function that returns all rows of a table in order."""
    servers: dict[int, list[ServerGroup]] = {}
    for station, _, name, role in read("server_groups"):
        servers.setdefault(station, []).append(ServerGroup(name, Role(role)))
    order: dict[int, list[int]] = {}
    for procedure, _, step in read("procedure_steps"):
        order.setdefault(procedure, []).append(step)
    (start, duration_ms, warm_up_ms, title, title_zh) = read("run")[0]
    return Names(
        stations=tuple(
            StationName(
                *(name, group, Place(kind), en, zh, tuple(servers.get(n, ()))),
                *(bank, district, minutes, group_en, group_zh, _endings(*never)),
            )
            for n, name, group, kind, en, zh, bank, district, minutes, group_en, group_zh, *never in read("stations")
        ),
        steps=tuple(StepName(*row[1:]) for row in read("steps")),
        rules=tuple(RuleName(*row[1:]) for row in read("rules")),
        sources=tuple(row[1] for row in read("sources")),
        procedures=tuple(
            ProcedureName(name, en, zh, tuple(order.get(n, ()))) for n, name, en, zh in read("procedures")
        ),
        start=date.fromisoformat(start),
        duration_ms=duration_ms,
        warm_up_ms=warm_up_ms,
        title=title,
        title_zh=title_zh,
        day_kinds=tuple(kind for _, kind in read("days")),
    )
