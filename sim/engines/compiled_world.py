"""The world of the compiled engine: every table compiled code reads or writes, as arrays.

`ints` and `reals` hold all lists of varying length; the other tables point into them.  A table that is too small is
replaced between two events by a longer copy (`roomier`); compiled code only says that it needs one.
"""

from __future__ import annotations

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import NamedTuple

import numpy as np

from sim.engines import compiled_columns as col
from sim.office.fields import Field

MARGIN = 4_096
"""Rows that are free in every table before an event begins."""
CHUNK = 65_536
"""Rows of the log that are handed on together."""
_SMALL = 4_096
_LINE = 8
"""Whole numbers in a line of the cache, and bytes of a whole number."""
ROWS_OF_A_CASE = 8
"""Rows of the log that one case may write at once, on average."""


class World(NamedTuple):
    """Arrays of one run; columns are named in sim.engines.compiled_columns."""

    g: np.ndarray  # what changes with every event
    heap: np.ndarray
    drawer: np.ndarray  # link to the first page of each drawer
    page: np.ndarray
    case: np.ndarray
    log: np.ndarray
    block: np.ndarray
    record: np.ndarray  # office records
    record_of: np.ndarray  # row of each person's record, NO_RECORD, or PROMISED less the row until he arrives
    pool: np.ndarray
    stack: np.ndarray
    leads: np.ndarray
    ints: np.ndarray
    reals: np.ndarray
    station: np.ndarray  # the row before the first, number -1, is the place nobody is at
    group: np.ndarray
    line: np.ndarray  # first and last case of each line, and how many: one for each station, rank and business
    mask: np.ndarray  # businesses for which somebody waits: one for each station and rank
    change: np.ndarray  # timetables
    step: np.ndarray
    move: np.ndarray
    wait: np.ndarray
    dist: np.ndarray
    choice: np.ndarray
    source: np.ndarray
    cohort: np.ndarray
    guard: np.ndarray
    effect: np.ndarray
    office: np.ndarray
    days: np.ndarray  # days[i]: working days among the first i days laid out, DAYS_BEFORE of them before the run


WIDTHS = (
    0, col.HEAP_WIDTH, 0, col.PAGE_WIDTH, col.CASE_WIDTH, 8, col.BLOCK_WIDTH, len(Field), 0, col.POOL_WIDTH,
    col.STACK_WIDTH, 2, 0, 0, col.STATION_WIDTH, col.GROUP_WIDTH, 3, 0, 4, col.STEP_WIDTH, col.MOVE_WIDTH,
    col.WAIT_WIDTH, col.DIST_WIDTH, col.CHOICE_WIDTH, col.SOURCE_WIDTH, col.COHORT_WIDTH, col.GUARD_WIDTH,
    col.EFFECT_WIDTH, col.OFFICE_WIDTH, 0,
)  # fmt: skip
"""Columns of each table of the World, 0 for a list."""


class Plain(NamedTuple):
    """Arrays of the short way for plain stations (sim.engines.compiled_plain_loop), beside those of the World."""

    s: np.ndarray  # what changes with every event
    case: np.ndarray
    desk: np.ndarray
    path: np.ndarray
    available: np.ndarray  # of each station with patience: when its servers are free for one more, a heap
    ends: np.ndarray  # heap of (t, key): services
    give_ups: np.ndarray  # heap of (t, key): patience of those who will lose it
    times: np.ndarray  # arrivals of a block: when,
    sources: np.ndarray  # from where,
    numbers: np.ndarray  # the how manieth from there,
    lengths: np.ndarray  # their first service
    patiences: np.ndarray  # and patience
    next_lengths: np.ndarray  # their second ones, or NOT_DRAWN
    next_patiences: np.ndarray
    log: np.ndarray


class Single(NamedTuple):
    """Arrays of the loop for a single station (sim.engines.compiled_single_loop), beside those of the World."""

    s: np.ndarray  # what changes with every event
    people: np.ndarray  # a ring: those who have been taken in and not called yet
    serving: np.ndarray  # whom each server serves
    busy: np.ndarray  # sorted: when each server is free for one more, and then which one that is
    ends: np.ndarray  # a ring: services whose end is known and has not been yet
    times: np.ndarray  # of a block of arrivals, as in Plain
    sources: np.ndarray
    lengths: np.ndarray
    log: np.ndarray


class Ahead(NamedTuple):
    """Arrays for drawing the first two times of a block of arrivals (sim.engines.compiled_plain_draws)."""

    patient: np.ndarray  # of each station: whether anybody there may run out of patience
    path: np.ndarray  # of each step: station, and what follows
    sources: np.ndarray
    numbers: np.ndarray
    lengths: np.ndarray
    patiences: np.ndarray
    next_lengths: np.ndarray
    next_patiences: np.ndarray
    uniforms: np.ndarray


AS_WORDS = -1
"""In place of columns: plain words from an address on."""
AHEAD_WIDTHS = (AS_WORDS, AS_WORDS, 0, 0, *[AS_WORDS] * 4, 0)


def table(rows: int, width: int) -> np.ndarray:
    """An empty table, with a row at least.  It begins with a line of the cache, unless it is small."""
    rows = max(1, rows)
    if rows * width < _SMALL:
        return np.zeros((rows, width), dtype=np.int64)
    words = np.zeros(rows * width + _LINE, dtype=np.int64)
    first = -words.ctypes.data // words.itemsize % _LINE
    return words[first : first + rows * width].reshape(rows, width)


def long_table(rows: int, width: int) -> np.ndarray:
    """The same for a table that is filled slowly and seldom read again, on small pages taken as they are written to.

    NumPy would ask for huge pages.  Clearing them, where memory is new, took a quarter of the time of a year of Ningbo.
    """
    if rows * width < _SMALL:
        return table(rows, width)
    room = mmap(-1, rows * width * _LINE, flags=MAP_PRIVATE | MAP_ANONYMOUS)
    return np.frombuffer(room, dtype=np.int64).reshape(rows, width)


def free_cases(case: np.ndarray, first: int, last: int, then: int) -> None:
    """Chain the rows first..last-1 of the case table as free ones, `then` after the last."""
    case[first:last, col.NEXT] = np.arange(first + 1, last + 1)
    case[last - 1, col.NEXT] = then


def free_pool(pool: np.ndarray, first: int) -> None:
    """Chain the rows from `first` on of the pool as free ones."""
    pool[first:, col.POOL_ID] = np.arange(first + 1, len(pool) + 1)
    pool[-1, col.POOL_ID] = -1


def roomier(world: World, margin: int) -> World:
    """The same world with room for the next event in every table."""
    g = world.g
    changed: dict[str, np.ndarray] = {}
    if g[col.FREE_CASES] < margin:
        old = len(world.case)
        case = _longer(world.case, 2 * old + margin)
        free_cases(case, old, len(case), int(g[col.FREE_CASE]))
        g[col.FREE_CASE] = old
        g[col.FREE_CASES] += len(case) - old
        changed["case"] = case
    alive = int(g[col.ALIVE])
    entries = int(g[col.HEAP] + g[col.FAR])
    if len(world.heap) < entries + alive + margin:
        changed["heap"] = _longer(world.heap, 2 * (entries + alive) + margin)
    if g[col.FREE_PAGE] < 0 and g[col.PAGES] == len(world.page):
        changed["page"] = _longer(world.page, 2 * len(world.page))
    if len(world.log) < g[col.LOG] + ROWS_OF_A_CASE * alive + margin:
        log = np.zeros((2 * ROWS_OF_A_CASE * alive + CHUNK + margin, 8), dtype=np.int64)
        log[: g[col.LOG]] = world.log[: g[col.LOG]]
        changed["log"] = log
    if len(world.stack) < alive + margin:
        changed["stack"] = _longer(world.stack, 2 * alive + margin)
    if g[col.FREE_POOLS] < alive + margin:
        old = len(world.pool)
        pool = _longer(world.pool, 2 * old + alive + margin)
        free_pool(pool, old)
        pool[-1, col.POOL_ID] = g[col.FREE_POOL]
        g[col.FREE_POOL] = old
        g[col.FREE_POOLS] += len(pool) - old
        changed["pool"] = pool
    return world._replace(**changed) if changed else world


def _longer(array: np.ndarray, rows: int) -> np.ndarray:
    longer = table(rows, array.shape[1])
    longer[: len(array)] = array
    return longer
