"""A Program laid out as the arrays of the compiled engine."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_build_people import PeopleTables
from sim.engines.compiled_build_steps import StepTables
from sim.engines.compiled_drawers import DRAWER_MS
from sim.engines.compiled_lists import Lists
from sim.engines.compiled_pauses import DAYS_BEFORE
from sim.engines.compiled_world import CHUNK, MARGIN, World, free_cases, free_pool, long_table, table
from sim.engines.demand import DAY_MS, expected_arrivals
from sim.engines.draws import STATION_KEY
from sim.office.fields import NEVER, Field
from sim.office.hotlist import ONLINE
from sim.program import LONGEST_AGO_MS, NONE, StationRow, WaitKind, Where

if TYPE_CHECKING:
    from sim.program import Program

MOST_BUSINESSES = 62
"""Businesses are bits of one signed 64-bit word; so are the counters of a station with lines of their own."""
_DAYS_BEYOND = 800
"""Days of the calendar laid out beyond the run, for pauses that end after it; doubled as long as it is too short."""
_DRAWERS = 65_536
"""Half a year; a power of two."""
_NO_BANK = -2
_MORE_THAN_EXPECTED = 1.05
TIMES = tuple(field for field in Field if field.name.endswith("_AT") or field == Field.HOT_UNTIL)
"""Fields of a record that say when something happened."""


class Unsupported(Exception):  # noqa: N818 - an answer, not a fault
    """The compiled engine does not know this feature; the readable engine plays it."""


def unsupported(program: Program) -> tuple[str, ...]:
    """Features of a program that only the readable engine knows."""
    found = []
    if any(row.own_lines and len(row.skills) > MOST_BUSINESSES for row in program.stations):
        found.append("more than 62 counters with lines of their own")
    if len(program.businesses) > MOST_BUSINESSES:
        found.append("more than 62 businesses")
    if any(any(row.preempt) and row.batch_size > 1 for row in program.stations):
        found.append("service broken off at batch stations")
    plain = {row.station for row in program.steps if row.where == Where.FIXED}
    if any((row.gather or row.batch_size > 1) and at not in plain for at, row in enumerate(program.stations)):
        found.append("gathering or batches behind office steps")
    if any(row.incomplete_share > 0.0 and program.steps[row.action.step].office == NONE for row in program.sources):
        found.append("missing papers where no office asks")
    if any(_before_the_run(row.record) for row in program.cohorts):
        found.append("office times long before the run")
    return tuple(found)


def _before_the_run(record: tuple[int, ...]) -> bool:
    """Whether something in a record happened before the calendar laid out here begins."""
    return any(NEVER < record[field] < -LONGEST_AGO_MS for field in TIMES)


def build(program: Program, seed: int, replication: int, scale: int, *, short: bool = False) -> World:
    """All tables of one run.

    `scale` makes those that grow larger, after a run that found them too small.  `short`: for one of the short loops,
    which has a log of its own and no clock, and needs hardly any rows.
    """
    missing = unsupported(program)
    if missing:
        raise Unsupported(", ".join(missing))
    lists = Lists()
    steps = StepTables(program, lists)
    stations = _Stations(program, lists)
    people = PeopleTables(program, lists)
    margin = 1 if short else MARGIN * scale
    case = table(2 * margin, col.CASE_WIDTH)
    free_cases(case, 0, len(case), NONE)
    pool = table(2 * margin, col.POOL_WIDTH)
    free_pool(pool, 0)
    offline = sorted({(row.refresh_ms, row.refresh_offset_ms) for row in program.stations if row.refresh_ms > ONLINE})
    g = np.zeros(col.NOW_WIDTH, dtype=np.int64)
    g[col.OFFLINE_FROM], g[col.OFFLINE_TO] = lists.whole(number for pair in offline for number in pair)
    homes = sorted((row.first, place, station) for row in program.cohorts for place, station in row.homes)
    g[col.HOMES_FROM], g[col.HOMES_TO] = lists.whole(number for home in homes for number in home)
    g[col.FREE_CASES], g[col.FREE_POOLS], g[col.MARGIN_ROWS] = len(case), len(pool), margin
    g[col.NEAR], g[col.FREE_PAGE] = DRAWER_MS, NONE
    g[col.CLOCK_STEP] = program.clock_step_ms
    g[col.SEED], g[col.REPLICATION] = seed, replication
    g[col.END] = program.last_ms
    g[col.DRAIN], g[col.BUSINESSES] = program.drain, stations.lines
    g[col.DAY_LOW], g[col.DAY_HIGH] = 1, 0
    return World(
        g=g, heap=table(4 * margin, col.HEAP_WIDTH),
        drawer=np.full(1 if short else _DRAWERS, col.NO_PAGE, dtype=np.int64),
        page=table(margin, col.PAGE_WIDTH), case=case,
        log=np.zeros((1 if short else CHUNK + margin, 8), dtype=np.int64),
        block=np.zeros((0, col.BLOCK_WIDTH), dtype=np.int64),
        record=long_table(_records(program, people.count, margin), len(Field)),
        record_of=_nobody(people.count),
        pool=pool, stack=table(margin, col.STACK_WIDTH), leads=table(steps.most_effects, 2),
        ints=lists.int_array(), reals=lists.real_array(),
        station=stations.station, group=stations.group,
        line=stations.line, mask=stations.mask, change=stations.change, step=steps.step, move=steps.move,
        wait=steps.wait, dist=steps.dist, choice=steps.choice, source=people.source, cohort=people.cohort,
        guard=steps.guard, effect=steps.effect, office=steps.office, days=_days(program, scale),
    )  # fmt: skip


def _records(program: Program, people: int, margin: int) -> int:
    """Rows for office records: of all who are expected, so that none need be moved.  Memory is taken as they come."""
    if people == 0:
        return 1
    return min(people, int(_MORE_THAN_EXPECTED * expected_arrivals(program)) + margin)


def _nobody(people: int) -> np.ndarray:
    """For every person that there is no record yet."""
    rows = long_table(people, 1).reshape(-1)
    rows.fill(col.NO_RECORD)
    return rows


def _days(program: Program, scale: int) -> np.ndarray:
    """Working days among the days from DAYS_BEFORE the run on, for what counts them; the run tells which it used."""
    if not (program.office_steps or program.guards) and all(
        row.kind in (WaitKind.NOW, WaitKind.PLAIN) for row in program.waits
    ):
        return np.zeros(1, dtype=np.int64)
    last = program.last_ms // DAY_MS + _DAYS_BEYOND * scale
    return np.concatenate([[0], np.cumsum(program.calendar.peek_workdays(-DAYS_BEFORE, last))]).astype(np.int64)


class _Stations:
    """Stations, their groups, lines and timetables."""

    def __init__(self, program: Program, lists: Lists) -> None:
        self.lists = lists
        self.businesses = len(program.businesses)
        stations = table(len(program.stations) + 1, col.STATION_WIDTH)
        self.station = stations[1:]
        self.group = table(sum(len(row.skills) for row in program.stations), col.GROUP_WIDTH)
        self.groups = self.ranks = 0
        timetables = []
        changes: list[tuple[int, int, int, int]] = []
        for timetable in program.timetables:
            timetables.append((len(changes), len(changes) + len(timetable.changes)))
            changes += timetable.changes
        self.change = np.array(changes or [(0, 0, 0, 0)], dtype=np.int64)
        hours = []
        for opening in program.hours:
            first, last = lists.whole(opening.times_ms)
            days = range(0, opening.times_ms[-1] + DAY_MS, DAY_MS) if opening.times_ms else ()
            points = (bisect_right(opening.times_ms, day) for day in days)
            hours.append((first, last, lists.broken(opening.weight)[0], lists.whole(points)[0]))
        for number, row in enumerate(program.stations):
            out = self.station[number]
            out[col.CHANGE_FROM], out[col.CHANGE_TO] = timetables[row.timetable]
            out[col.CHANGE] = out[col.CHANGE_FROM]
            out[[col.HOURS_FROM, col.HOURS_TO, col.HOURS_WEIGHT, col.HOURS_DAYS]] = hours[row.hours]
            self._row(out, row)
            self._groups(out, row)
        nowhere = stations[0]
        nowhere[col.BANK], nowhere[col.MACHINE], nowhere[col.MENU] = _NO_BANK, NONE, NONE
        self.lines = max([self.businesses, *(len(row.skills) for row in program.stations if row.own_lines)])
        self.line = np.full((max(1, self.ranks * self.lines), 3), NONE, dtype=np.int64)
        self.line[:, 2] = 0
        self.mask = np.zeros(max(1, self.ranks), dtype=np.int64)

    def _row(self, out: np.ndarray, row: StationRow) -> None:
        lists = self.lists
        out[col.CAPACITY], out[col.LIFO], out[col.CLOSING] = row.capacity, row.lifo, row.closing
        out[col.WRAP_UP], out[col.PATIENCE] = row.wrap_up, row.patience
        out[col.BALK_QUEUE], out[col.CALLBACK_QUEUE] = row.balk_queue, row.callback_queue
        out[col.RETURN_WAIT], out[col.RETURN_AT_MOST] = row.return_wait, row.return_at_most
        shares = lists.broken((row.balk_share, row.return_share, row.callback_share))[0]
        out[col.BALK_SHARE], out[col.RETURN_SHARE], out[col.CALLBACK_SHARE] = shares, shares + 1, shares + 2
        out[col.GATHER], out[col.SETUP] = row.gather, row.setup
        out[col.BATCH_SIZE], out[col.BATCH_JOIN] = row.batch_size, row.batch_join
        out[col.CONSUMABLES], out[col.REFILL] = row.consumables, row.refill
        out[col.BREAKDOWN], out[col.REPAIR] = row.breakdown_after, row.repair
        out[col.MACHINE], out[col.MENU], out[col.BANK] = row.machine, row.menu, row.bank
        out[col.FACILITIES] = sum(1 << facility for facility in row.facilities)
        out[col.REFRESH], out[col.REFRESH_OFFSET] = row.refresh_ms, row.refresh_offset_ms
        out[col.THEN_FROM], out[col.THEN_TO] = lists.whole(row.then)
        out[col.STATION_KEY] = STATION_KEY << 32 | crc32(row.name.encode())
        out[col.RANK_OF] = lists.whole(row.priority_rank)[0]
        service = dict(row.service_of)
        out[col.SERVICE_OF] = lists.whole(service.get(business, col.NOT_GIVEN) for business in range(self.businesses))[
            0
        ]
        out[col.OPEN], out[col.NEXT_FAILURE] = 1, NONE
        out[col.OWN_LINES], out[col.JOCKEYING] = row.own_lines, row.jockeying

    def _groups(self, out: np.ndarray, row: StationRow) -> None:
        out[col.RANKS], out[col.MASKS] = max(row.priority_rank) + 1, self.ranks
        self.ranks += int(out[col.RANKS])
        out[col.GROUP_FROM], out[col.GROUP_TO] = self.groups, self.groups + len(row.skills)
        for number, skills in enumerate(row.skills):
            group = self.group[self.groups]
            group[col.SKILLS], group[col.LINES] = skills, 1 << number if row.own_lines else skills
            group[col.BREAKS_OFF] = row.breaks_off(number)
            group[[col.PENDING, col.GROUP_BATCH, col.SERVING, col.FIRST_BOARD, col.LAST_BOARD]] = NONE
            self.groups += 1
