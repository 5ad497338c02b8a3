"""Arrivals and staffing read from CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.scenario import units
from sim.scenario.csv_text import ABSENT, Columns, Times, columns, seconds, times
from sim.scenario.units import WrongValueError, suggestion

OVERRIDES = ("service", "patience")


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Arrivals one by one, in order of time (rows of equal time in order of the file).

    Times in ms since the run's start.  -1 in the other arrays: not given for this arrival.  `priority` numbers
    `priority_names`.
    """

    file: str
    times_ms: Times
    service_ms: Times | None = None
    patience_ms: Times | None = None
    priority: NDArray[np.int64] | None = None
    priority_names: tuple[str, ...] = ()
    business: tuple[str, ...] | None = None
    station_service_ms: Mapping[str, Times] | None = None
    station_patience_ms: Mapping[str, Times] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many arrive in each interval, ms since the run's start."""

    file: str
    from_ms: Times
    until_ms: Times
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """Servers from each time on; `daily`: the times are times of day and hold on every day."""

    file: str
    times_ms: Times
    servers: NDArray[np.int64]
    skills: tuple[tuple[str, ...], ...]
    daily: bool


def read_arrivals(
    file: str, content: bytes, start: date, stations: Iterable[str] = (), priorities: Iterable[str] = ()
) -> Arrivals:
    """Columns time[, business][, service][, patience][, priority][, STATION.service][, STATION.patience]."""
    stations = sorted(stations)
    extra = [f"{station}.{what}" for what in OVERRIDES for station in stations]
    table = columns(file, content, ("time",), ("business", *OVERRIDES, "priority", *extra))
    when, _ = times(table, "time", start)
    order = np.argsort(when, kind="stable")
    given = {name: seconds(table, name)[order] for name in (*OVERRIDES, *extra) if name in table.cells}
    names = tuple(priorities)
    rank = _priority(table, names)[order] if "priority" in table.cells else None
    business: tuple[str, ...] | None = None
    if "business" in table.cells:
        cells = table.cells["business"]
        business = tuple(cells[row].strip() for row in order.tolist())
    table.finish()
    per_station = {what: {s: given[f"{s}.{what}"] for s in stations if f"{s}.{what}" in given} for what in OVERRIDES}
    return Arrivals(
        file,
        when[order],
        given.get("service"),
        given.get("patience"),
        rank,
        names if rank is not None else (),
        business,
        per_station["service"],
        per_station["patience"],
    )


def _priority(table: Columns, names: tuple[str, ...]) -> NDArray[np.int64]:
    rank = {name: number for number, name in enumerate(names)} | {"": ABSENT}

    def read(cell: str) -> int:
        if cell.strip() not in rank:
            raise WrongValueError(*suggestion("priority class", cell.strip(), names))
        return rank[cell.strip()]

    return table.each("priority", read)


def _whole(cell: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 12:
        raise WrongValueError(f'"{text}" is not a whole number', "a whole number, 0 or more")
    return int(text)


def read_counts(file: str, content: bytes, start: date) -> Counts:
    """Columns from, until, count."""
    table = columns(file, content, ("from", "until", "count"), ())
    first, _ = times(table, "from", start)
    until, _ = times(table, "until", start)
    count = table.each("count", _whole)
    if not table.problems:
        for row in np.nonzero(until <= first)[0].tolist():
            table.wrong("until", row, "is not later than from", "a later time")
    table.finish()
    return Counts(file, first, until, count)


def read_staff(file: str, content: bytes, start: date, skills: Iterable[str] | None = None) -> Staff:
    """Columns time, servers[, skills]; skills in one cell apart by spaces; from each time on, until the next.

    `skills`: those that are known; None: any, empty: none are possible.
    """
    table = columns(file, content, ("time", "servers"), ("skills",))
    when, daily = times(table, "time", start)
    servers = table.each("servers", _whole)
    cells = table.cells.get("skills", [""] * len(table.lines))
    able = tuple(tuple(cell.split()) for cell in cells)
    known = None if skills is None else set(skills)
    latest: dict[tuple[str, ...], int] = {}
    for row, group in enumerate(able):
        for skill in group:
            if known == set():
                table.wrong("skills", row, "with separate queues every counter serves everybody", "an empty cell")
            elif known is not None and skill not in known:
                table.wrong("skills", row, *suggestion("business", skill, known))
        if not table.problems and latest.get(group, -1) >= when[row]:
            table.wrong("time", row, "is not later than the row before it", "rows in order of time, " + units.CLOCK)
        latest[group] = int(when[row])
    if not table.problems and not servers.any():
        table.wrong("servers", None, "there are no servers at any time", "a number greater than 0")
    table.finish()
    return Staff(file, when, servers, able, daily)
