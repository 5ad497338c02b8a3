"""Arrivals, counts and staffing read from CSV files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario import units
from sim.scenario.csv_text import ABSENT, PLAIN, Columns, Layout, columns, number, whole
from sim.scenario.csv_times import Form, Local, Times, seconds, times
from sim.scenario.sizes import MAX_LINES, MAX_SERVERS
from sim.scenario.units import DAY_MS, WrongValueError, suggestion

OVERRIDES = ("service", "patience")


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Arrivals one by one, in order of time (rows of equal time in order of the file).

    Times in ms since the run's start, also before it and after its end.  -1 in the other arrays: not given for this
    arrival.  `priority` numbers `priority_names`.  `daily`: the times are times of day, of the first day.
    """

    file: str
    times_ms: Times
    service_ms: Times | None = None
    patience_ms: Times | None = None
    priority: NDArray[np.int64] | None = None
    priority_names: tuple[str, ...] = ()
    station_service_ms: Mapping[str, Times] | None = None
    station_patience_ms: Mapping[str, Times] | None = None
    daily: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many arrive in each interval, ms since the run's start; intervals in order and apart.

    `count` holds whole numbers unless means were asked for.
    """

    file: str
    from_ms: Times
    until_ms: Times
    count: NDArray[np.float64]
    daily: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """Servers from each time on; `daily`: the times are times of day and hold on every day."""

    file: str
    times_ms: Times
    servers: NDArray[np.int64]
    skills: tuple[tuple[str, ...], ...]
    daily: bool


def read_arrivals(
    file: str,
    content: bytes,
    local: Local,
    stations: Iterable[str] = (),
    priorities: Iterable[str] = (),
    layout: Layout = PLAIN,
) -> Arrivals:
    """Columns time[, service][, patience][, priority][, STATION.service][, STATION.patience]."""
    stations = sorted(stations)
    extra = [f"{station}.{what}" for what in OVERRIDES for station in stations]
    table = columns(file, content, ("time",), (*OVERRIDES, "priority", *extra), layout, ("time",))
    when, form = times(table, "time", local)
    order = np.argsort(when, kind="stable")
    given = {name: seconds(table, name)[order] for name in (*OVERRIDES, *extra) if name in table.cells}
    names = tuple(priorities)
    rank = _priority(table, names)[order] if "priority" in table.cells else None
    table.finish()
    per_station = {what: {s: given[f"{s}.{what}"] for s in stations if f"{s}.{what}" in given} for what in OVERRIDES}
    return Arrivals(
        file,
        when[order],
        given.get("service"),
        given.get("patience"),
        rank,
        names if rank is not None else (),
        per_station["service"],
        per_station["patience"],
        form is Form.CLOCK,
    )


def _priority(table: Columns, names: tuple[str, ...]) -> NDArray[np.int64]:
    rank = {name: position for position, name in enumerate(names)} | {"": ABSENT}

    def read(cell: str) -> int:
        if cell.strip() not in rank:
            raise WrongValueError(*suggestion("priority class", cell.strip(), names))
        return rank[cell.strip()]

    return table.each("priority", read)


def read_counts(
    file: str,
    content: bytes,
    local: Local,
    layout: Layout = PLAIN,
    every_ms: int | None = None,
    *,
    means: bool = False,
) -> Counts:
    """Columns from, until, count; without until where all intervals are `every_ms` long.

    `means`: the counts are means and may have decimals.
    """
    ends = () if every_ms is not None else ("until",)
    table = columns(file, content, ("from", *ends, "count"), (), layout, ("from",))
    first, form = times(table, "from", local, dates=True)
    until = first + every_ms if every_ms is not None else _ends(table, first, form, local)
    count = table.each("count", number if means else whole, np.float64)
    order = np.argsort(first, kind="stable")
    if not table.problems:
        for row in np.nonzero(until <= first)[0].tolist():
            table.wrong(
                "until", row, "is not later than from", "a later time; of an interval over midnight, with its day"
            )
    if not table.problems and every_ms is not None:
        _too_close(table, first[order], every_ms)
    if not table.problems:
        for earlier, later in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
            if first[later] < until[earlier]:
                same = first[later] == first[earlier] and until[later] == until[earlier]
                why = "is the same interval as" if same else "overlaps the interval"
                table.wrong("from", later, f"{why} on line {table.lines[earlier]}", "intervals apart from each other")
    table.finish()
    return Counts(file, first[order], until[order], count[order], form is Form.CLOCK)


def _too_close(table: Columns, first: Times, every_ms: int) -> None:
    """One sentence where rows are closer together than their length, instead of one for each."""
    apart = np.diff(first)
    close = apart[apart < every_ms]
    if len(close) < 2:  # a single one is told with its line
        return
    usual, many = np.unique(close, return_counts=True)
    most = int(usual[np.argmax(many)])
    why = f"{len(close):,} of {len(first):,} rows begin less than every = {units.duration_text(every_ms)} after another"
    allowed = f'every = "{units.duration_text(most)}"' if most else "each moment once"
    table.wrong("from", None, f"{why}, most of them {units.duration_text(most)}", allowed)


def _ends(table: Columns, first: Times, form: Form, local: Local) -> Times:
    """Ends of the intervals; a time of day beside a moment is of the same day, and 00:00 is the end of the day."""
    until, written = times(table, "until", local, dates=True)
    if written is Form.CLOCK and form is not Form.SECONDS:
        until[until == 0] = DAY_MS
        return until + first // DAY_MS * DAY_MS if form is Form.MOMENT else until
    if written is not form:
        why = f"has {written.value}, from has {form.value}"
        table.wrong("until", 0, why, "the same in both; or moments in from, times of day in until")
    return until


def read_staff(
    file: str,
    content: bytes,
    local: Local,
    skills: Collection[str] | None = None,
    layout: Layout = PLAIN,
    *,
    lines: bool = False,
) -> Staff:
    """Columns time, servers[, skills]; skills in one cell apart by spaces; from each time on, until the next.

    `skills`: those that are known; None: any, empty: none are possible.  `lines`: each server has a line of its own.
    """
    table = columns(file, content, ("time", "servers"), ("skills",), layout, ("time",))
    when, form = times(table, "time", local, dates=True)
    daily = form is Form.CLOCK
    servers = table.each("servers", whole)
    most = MAX_LINES if lines else MAX_SERVERS
    for row in np.nonzero(servers > most)[0].tolist():
        table.wrong("servers", row, f"{servers[row]:,} are too many", f"{most:,} at most")
    cells = table.cells.get("skills", [""] * len(table.lines))
    able = tuple(tuple(sorted(set(cell.split()))) for cell in cells)
    known = None if skills is None else set(skills)
    latest: dict[tuple[str, ...], int] = {}
    earliest: dict[tuple[str, ...], int] = {}
    for row, group in enumerate(able):
        for skill in group:
            if known == set():
                why = "with separate queues" if lines else "at a plain station"
                table.wrong("skills", row, f"{why} every counter serves everybody", "an empty cell")
            elif known is not None and skill not in known:
                table.wrong("skills", row, *suggestion("business", skill, known))
        if not table.problems and group in latest and latest[group] >= when[row]:
            table.wrong("time", row, "is not later than the row before it", "rows in order of time, " + units.CLOCK)
        latest[group] = int(when[row])
        if daily and not table.problems and when[row] - earliest.setdefault(group, int(when[row])) >= DAY_MS:
            table.wrong("time", row, "is 00:00 of the next day, which is given already", "each time of day once")
    if not table.problems and not servers.any():
        table.wrong("servers", None, "there are no servers at any time", "a number greater than 0")
    table.finish()
    return Staff(file, when, servers, able, daily)
