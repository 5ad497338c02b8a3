"""Opening hours, rosters and demand that do not fit together: what a run plays, but hardly anybody means.

A place may be staffed while its doors are closed, be open while nobody who can do a business is on duty, and be come to
while it is closed.  All of it can be right (people clear up after hours), so none of it is a mistake; but utilisation
counts time on duty whether the doors are open or not, and who finds nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from sim.compile.feasibility import stations_of
from sim.compile.hours import ALWAYS, Opening
from sim.program import NONE, UNLIMITED, Change, Closing
from sim.scenario.schema_places import PLACES
from sim.scenario.values import Note

if TYPE_CHECKING:
    from sim.metrics.names import Names
    from sim.program import Program, SourceRow, StationRow
    from sim.scenario.schema import Scenario
    from sim.scenario.schema_story import ExpectTable

_HOUR_MS = 3_600_000
_LEAST_PEOPLE = 0.5
_LEAST_SHARE = 0.01
"""Of those who come to a place: fewer at closed doors are told by `turned_away.count` alone."""
_NAMED = 3

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Place:
    """One table of places: when its doors are open, and who is on duty."""

    key: str
    row: StationRow
    open: Spans
    closed: Spans  # empty where doors never close
    duty: list[list[tuple[int, int, int]]]  # per group of servers: from, until, servers (0 too)


@dataclass(frozen=True, slots=True)
class _Comers:
    """People of a source, and which share of them comes first to each group of stations."""

    source: SourceRow
    shares: dict[str, float]


def misfits(scenario: Scenario, program: Program, names: Names) -> Iterator[Note]:
    """A note for everything that does not fit."""
    opening = Opening(scenario, program.calendar, program.day_starts)
    places = {place.row.group: place for place in _places(scenario, program, opening)}
    comers = [_Comers(source, _shares(program, source)) for source in program.sources]
    wanted = _wanted(program)
    told: dict[Note, list[str]] = {}
    for place in places.values():
        unstaffed = _open_without_staff(place, program, wanted.get(place.row.group, set()), comers)
        for note in (*_never_open(place), *_staffed_while_closed(place, program), *unstaffed):
            told.setdefault(note, []).append(place.key)
    yield from (Note(f"{_named(keys).en}: {note.en}", f"{_named(keys).zh}：{note.zh}") for note, keys in told.items())
    for one in comers:
        if not one.source.alone:
            yield from _come_while_closed(one, places, program)
    for number, table in enumerate(scenario.expect):
        yield from _measured_while_closed(number, table, places, names, program)


def _places(scenario: Scenario, program: Program, opening: Opening) -> Iterator[_Place]:
    first: dict[tuple[str, str], StationRow] = {}
    for row in program.stations:
        first.setdefault((row.place, row.group), row)
    end = program.duration_ms
    spans: dict[str, tuple[Spans, Spans]] = {ALWAYS: ([(0, end)], [])}
    for kind in PLACES:
        for name, table in scenario.places(kind).items():
            row = first[kind, name]
            if table.hours not in spans:
                opened = _within(opening.spans(table.hours), end)
                spans[table.hours] = opened, _rest(opened, end)
            opened, closed = spans[table.hours]
            yield _Place(
                f"{kind}.{name}", row, opened, [] if row.closing == Closing.KEEP else closed, _duty(program, row)
            )


def _duty(program: Program, row: StationRow) -> list[list[tuple[int, int, int]]]:
    """Per group of servers, from when to when how many are on duty."""
    changes: list[list[tuple[int, int]]] = [[(0, 0)] for _ in row.skills]
    for t_ms, what, group, servers in program.timetables[row.timetable].changes:
        if what == Change.CAPACITY and t_ms < program.duration_ms:
            changes[group].append((t_ms, servers))
    ends = [[*(t_ms for t_ms, _ in group[1:]), program.duration_ms] for group in changes]
    return [
        [(since, until, servers) for (since, servers), until in zip(group, end, strict=True) if until > since]
        for group, end in zip(changes, ends, strict=True)
    ]


# --- staffed while closed, open without staff --------------------------------------------------------------------


def _never_open(place: _Place) -> Iterator[Note]:
    if not place.open:
        yield Note("the doors are closed in the whole run", "整个运行期都关门")


def _staffed_while_closed(place: _Place, program: Program) -> Iterator[Note]:
    idle, total, example = 0, 0, None
    for group in place.duty:
        staffed = [(since, until, servers) for since, until, servers in group if 0 < servers < UNLIMITED]
        total += sum((until - since) * servers for since, until, servers in staffed)
        for since, until, servers in _cut(staffed, place.closed):
            idle += (until - since) * servers
            example = min(example, (since, until)) if example else (since, until)
    if example is None:
        return
    part, of, when = _hours(idle), _hours(total), _when(program, *example)
    yield Note(
        f"{part} of {of} server hours on duty are at times when the doors are closed (such as {when.en}); they count "
        "as time on duty, and nobody comes in then",
        f"在岗的 {of} 个工时中有 {part} 个在关门期间（如 {when.zh}）；这些时间计入在岗时间，但没有人能进来",
    )


def _open_without_staff(place: _Place, program: Program, wanted: set[int], comers: Sequence[_Comers]) -> Iterator[Note]:
    """Open hours without anybody at all; and without anybody for each business, where that is more."""
    everybody = frozenset(range(len(place.duty)))
    able: dict[frozenset[int], list[int]] = {everybody: []}
    for business in sorted(wanted):
        groups = frozenset(number for number in everybody if place.row.skills[number] >> business & 1)
        able.setdefault(groups, []).append(business)
    nobody = _gaps(place, everybody)
    for groups, businesses in able.items():
        gaps = nobody if groups == everybody else _gaps(place, groups)
        if not gaps or (groups != everybody and gaps == nobody):
            continue
        if place.open == [(0, program.duration_ms)] and not _anybody_in(gaps, place.row.group, comers):
            continue
        names = [] if groups == everybody else [program.businesses[number] for number in businesses]
        yield _unstaffed(place, program, gaps, names)


def _gaps(place: _Place, groups: Iterable[int]) -> Spans:
    """When the place is open and nobody of these groups is on duty."""
    staffed = sorted((a, b) for number in groups for a, b, servers in place.duty[number] if servers)
    end = place.open[-1][1] if place.open else 0
    return [(a, b) for a, b, _ in _cut([(*span, 1) for span in _rest(staffed, end)], place.open)]


def _anybody_in(gaps: Spans, group: str, comers: Sequence[_Comers]) -> bool:
    """Whether people come in the gaps to a place that never closes, as far as the demand says: else no gap matters."""
    there = [(one.source, one.shares[group]) for one in comers if group in one.shares]
    return not there or sum(share * _coming(source, gaps) for source, share in there) >= _LEAST_PEOPLE


def _unstaffed(place: _Place, program: Program, gaps: Spans, businesses: Sequence[str]) -> Note:
    named = _named(businesses)
    who, who_zh = (f"nobody who can do {named.en}", f"能办理 {named.zh} 的人") if businesses else ("nobody", "人")
    without, of = _length(gaps), _length(place.open)
    if without == of:
        return Note(
            f"{who} is on duty at any time when the doors are open: who comes waits in vain",
            f"开门期间始终没有{who_zh}在岗，来的人只能白等",
        )
    part, all_of, when = _hours(without), _hours(of), _when(program, *gaps[0])
    return Note(
        f"{who} is on duty in {part} of the {all_of} hours when the doors are open (such as {when.en}); who comes then "
        "waits",
        f"开门的 {all_of} 小时中有 {part} 小时没有{who_zh}在岗（如 {when.zh}），这时来的人只能等",
    )


def _wanted(program: Program) -> dict[str, set[int]]:
    """Which businesses people may come for, by group of stations."""
    found: dict[str, set[int]] = {}
    for step in program.steps:
        for station, _ in stations_of(program, step):
            found.setdefault(program.stations[station].group, set()).add(step.business)
    return found


# --- people who come while it is closed --------------------------------------------------------------------------


def _come_while_closed(comers: _Comers, places: dict[str, _Place], program: Program) -> Iterator[Note]:
    """How many of a source come to closed doors, all places together."""
    source = comers.source
    everybody = source.expected(program.duration_ms)
    closed: list[tuple[_Place, float]] = []
    came: dict[int, float] = {}  # places with the same hours share their spans
    for group, share in comers.shares.items():
        spans = places[group].closed
        in_vain = came[id(spans)] = came[id(spans)] if id(spans) in came else _coming(source, spans)
        if share * in_vain >= _LEAST_PEOPLE and in_vain >= _LEAST_SHARE * everybody:
            closed.append((places[group], share * in_vain))
    if not closed:
        return
    example = next(span for span in closed[0][0].closed if _coming(source, [span]) > 0.0)
    where, when = _named([place.key for place, _ in closed]), _when(program, *example)
    part, of = _people(sum(many for _, many in closed)), _people(everybody)
    yield Note(
        f"demand.{source.name}: about {part} of {of} people come while the doors are closed (to {where.en}, such as "
        f"{when.en}) and are turned away",
        f"demand.{source.name}：约 {of} 人次中有 {part} 人次在关门期间到来（{where.zh}，如 {when.zh}），进不了门",
    )


def _shares(program: Program, source: SourceRow) -> dict[str, float]:
    """Where the people of a source come first."""
    there = stations_of(program, program.steps[source.action.step])
    if source.choices != NONE:
        row = program.choices[source.choices]
        before = (0.0, *row.cumulative[:-1])
        there = ((at, upto - low) for at, upto, low in zip(row.stations, row.cumulative, before, strict=True))
    shares: dict[str, float] = {}
    for at, share in there:
        group = program.stations[at].group
        shares[group] = shares.get(group, 0.0) + share
    return shares


def _coming(source: SourceRow, spans: Spans) -> float:
    """How many people of a source come within some spans, on average."""
    if not spans:
        return 0.0
    first, until = np.array(spans, dtype=np.int64).T
    return float((source.expected_until(until) - source.expected_until(first)).sum())


# --- what is measured while it is closed -------------------------------------------------------------------------


def _measured_while_closed(
    number: int, table: ExpectTable, places: dict[str, _Place], names: Names, program: Program
) -> Iterator[Note]:
    """A window of an expectation in which none of its places is open."""
    if table.from_ is None and table.until is None:
        return
    groups = {s.group for s in names.stations if table.station in ("", s.name, s.group, s.kind.value)}
    mine = [places[group] for group in groups if group in places]
    window = (table.from_ or 0, program.duration_ms if table.until is None else table.until)
    if mine and not any(_cut([(*window, 1)], place.open) for place in mine):
        when = _when(program, *window)
        where = table.station or "every place"
        yield Note(
            f"expect[{number}]: {where} is closed in the whole of its window ({when.en})",
            f"expect[{number}]：在它的时段内（{when.zh}），{table.station or '所有地点'}一直关门",
        )


# --- spans and words ---------------------------------------------------------------------------------------------


def _within(spans: Iterable[tuple[int, int]], end: int) -> Spans:
    return [(first, min(until, end)) for first, until in spans if first < end]


def _rest(spans: Iterable[tuple[int, int]], end: int) -> Spans:
    """What spans in order of their beginning leave free from 0 to the end."""
    free: Spans = []
    at = 0
    for first, until in spans:
        if first > at:
            free.append((at, min(first, end)))
        at = max(at, until)
    return [*free, (at, end)] if at < end else free


def _cut(levels: Sequence[tuple[int, int, int]], spans: Spans) -> list[tuple[int, int, int]]:
    """The parts of levels (from, until, how many) that lie in spans; both in order and each apart."""
    found, at = [], 0
    for since, until, many in levels:
        while at < len(spans) and spans[at][1] <= since:
            at += 1
        number = at
        while number < len(spans) and spans[number][0] < until:
            found.append((max(since, spans[number][0]), min(until, spans[number][1]), many))
            number += 1
    return found


def _length(spans: Spans) -> int:
    return sum(until - first for first, until in spans)


def _hours(ms: int) -> str:
    return f"{ms / _HOUR_MS:,.4g}" if ms < 10_000 * _HOUR_MS else f"{ms / _HOUR_MS:,.0f}"


def _people(many: float) -> str:
    return f"{many:,.1f}" if many < 10.0 else f"{many:,.0f}"


def _named(names: Sequence[str]) -> Note:
    """The first of some names."""
    more = len(names) - _NAMED
    en, zh = ", ".join(names[:_NAMED]), "、".join(names[:_NAMED])
    return Note(f"{en} and {more} more", f"{zh} 等 {len(names)} 项") if more > 0 else Note(en, zh)


def _when(program: Program, first_ms: int, until_ms: int) -> Note:
    """A span in words."""
    midnight = datetime(program.start.year, program.start.month, program.start.day)
    try:
        first, until = (midnight + timedelta(milliseconds=ms) for ms in (first_ms, until_ms))
    except OverflowError:  # a run that ends after the year 9999
        return Note(f"{first_ms // 1000} s to {until_ms // 1000} s", f"{first_ms // 1000} 秒至 {until_ms // 1000} 秒")
    last = f"{until:%H:%M}" if until.date() == first.date() else f"{until:%Y-%m-%d %H:%M}"
    return Note(f"{first:%Y-%m-%d %H:%M} to {last}", f"{first:%Y-%m-%d %H:%M} 至 {last}")
