"""Times of people at plain stations: one by one, or those of a whole block of arrivals, which is faster."""

from __future__ import annotations

import math

from sim.engines import compiled_columns as col
from sim.engines import compiled_plain_columns as own
from sim.engines.compiled_types import Entry, compiled, plain_at, world_at
from sim.engines.compiled_world import Plain, World
from sim.engines.draws import For
from sim.engines.philox import uniform
from sim.engines.samplers import sample
from sim.program import FOREVER

_SERVICE, _PATIENCE = int(For.SERVICE), int(For.PATIENCE)
_EXPONENTIAL = 1
_FIRST_VISIT = 1 << 12


@compiled
def _sample(w: World, dist: int, number: int, key: int, purpose: int) -> int:
    row, reals = w.dist[dist], w.reals
    first = row[col.DIST_REALS]
    weights = first + 3 + row[col.DIST_VALUES]
    return sample(
        row[col.DIST_KIND], reals[first], reals[first + 1], reals[first + 2], reals[first + 3 : weights],
        reals[weights : weights + row[col.DIST_WEIGHTS]], w.g[col.SEED], w.g[col.REPLICATION], number, key, purpose, 0,
    )  # fmt: skip


@compiled
def _given(w: World, source: int, number: int, station: int, what: int) -> int:
    """A time the arrival table gives, or -1.  what: 0 service, 1 patience."""
    row, ints = w.source[source], w.ints
    for triple in range(row[col.OVERRIDES_FROM], row[col.OVERRIDES_TO], 3):
        if ints[triple + 1] == what and (ints[triple] == station or ints[triple] == -1):
            return int(ints[ints[triple + 2] + number])
    return -1


@compiled
def _service_of(w: World, station: int, step: int) -> int:
    """The distribution of a step's service at a station, -1 none."""
    dist = w.ints[w.station[station, col.SERVICE_OF] + w.step[step, col.BUSINESS]]
    return int(w.step[step, col.SERVICE]) if dist == col.NOT_GIVEN else int(dist)


@compiled
def time_of(w: World, source: int, number: int, step: int, visit: int, what: int) -> int:
    """Service (what 0) or patience (1, -1 without end) of a case at a step: given or drawn, in steps of the clock."""
    station = w.step[step, col.STEP_STATION]
    length = _given(w, source, number, station, what)
    if length < 0:
        dist = _service_of(w, station, step) if what == 0 else w.station[station, col.PATIENCE]
        if dist < 0:
            return -what
        purpose = w.step[step, col.STEP_KEY] | (visit & 0xFFFF) << 12 | (_SERVICE if what == 0 else _PATIENCE)
        length = _sample(w, dist, number, w.source[source, col.SOURCE_KEY], purpose)
    clock = w.g[col.CLOCK_STEP]
    return int(length if clock == 1 else -(-length // clock) * clock)


@compiled
def _draw_exponential(w: World, p: Plain, column: int, dist: int, purpose: int) -> None:
    """As `sample` for a block of one source: all uniform numbers first, then all logarithms."""
    block, uniforms = p.block, p.uniforms
    mean = w.reals[w.dist[dist, col.DIST_REALS]]
    seed, replication, key = w.g[col.SEED], w.g[col.REPLICATION], w.source[block[0, own.FROM], col.SOURCE_KEY]
    for at in range(len(block)):
        uniforms[at] = uniform(seed, replication, block[at, own.COUNT], key, purpose, 0)
    for at in range(len(block)):
        x = -mean * math.log(uniforms[at])
        block[at, column] = FOREVER if x >= 2.0e18 else max(0, int(math.floor(x + 0.5)))


@Entry
def draw_ahead(pairs: int, tables: int, one_source: int) -> int:
    """First service and patience of everybody in a block of arrivals: shape (people, ARRIVAL_WIDTH)."""
    w, p = world_at(pairs), plain_at(tables)
    block = p.block
    for what in range(2):
        column = own.FIRST_LENGTH + what
        if one_source:
            source = block[0, own.FROM]
            step = w.source[source, col.SOURCE_STEP]
            station = w.step[step, col.STEP_STATION]
            if what == 1 and not p.desk[(station << own.DESK_BITS) + own.PATIENT]:
                continue
            dist = _service_of(w, station, step) if what == 0 else w.station[station, col.PATIENCE]
            if (
                dist >= 0
                and w.g[col.CLOCK_STEP] == 1
                and w.dist[dist, col.DIST_KIND] == _EXPONENTIAL
                and w.source[source, col.OVERRIDES_FROM] == w.source[source, col.OVERRIDES_TO]
            ):
                purpose = w.step[step, col.STEP_KEY] | _FIRST_VISIT | (_SERVICE if what == 0 else _PATIENCE)
                _draw_exponential(w, p, column, dist, purpose)
                continue
        for at in range(len(block)):
            source = block[at, own.FROM]
            block[at, column] = time_of(w, source, block[at, own.COUNT], w.source[source, col.SOURCE_STEP], 1, what)
    return 0
