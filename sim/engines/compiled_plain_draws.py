"""Times of people at plain stations: one by one, or those of a whole block of arrivals, which is faster."""

from __future__ import annotations

import math

from sim.engines import compiled_columns as col
from sim.engines import compiled_plain_columns as own
from sim.engines.compiled_types import Entry, Words, ahead_at, compiled, world_at
from sim.engines.compiled_world import Ahead, World
from sim.engines.draws import For
from sim.engines.near_log import near_log
from sim.engines.philox import uniform, uniform_block
from sim.engines.samplers import sample
from sim.program import FOREVER

_SERVICE, _PATIENCE = int(For.SERVICE), int(For.PATIENCE)
_EXPONENTIAL = 1
_DOUBT = 1e-12
"""Far more than `near_log` and the rounding of what is made of it can be wrong, as a part of the mean."""


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
def _exponential(mean: float, number: float) -> int:
    """As sim.engines.samplers.sample for exponential times, from a uniform number."""
    x = -mean * math.log(number)
    return FOREVER if x >= 2.0e18 else max(0, int(math.floor(x + 0.5)))


@compiled
def time_of(w: World, source: int, number: int, step: int, station: int, visit: int, what: int) -> int:
    """Service (what 0) or patience (1, -1 without end) of a case at a step: given or drawn, in steps of the clock."""
    length = _given(w, source, number, station, what)
    if length < 0:
        dist = _service_of(w, station, step) if what == 0 else w.station[station, col.PATIENCE]
        if dist < 0:
            return -what
        purpose = w.step[step, col.STEP_KEY] | (visit & 0xFFFF) << 12 | (_SERVICE if what == 0 else _PATIENCE)
        key = w.source[source, col.SOURCE_KEY]
        if w.dist[dist, col.DIST_KIND] == _EXPONENTIAL:
            drawn = uniform(w.g[col.SEED], w.g[col.REPLICATION], number, key, purpose, 0)
            length = _exponential(w.reals[w.dist[dist, col.DIST_REALS]], drawn)
        else:
            length = _sample(w, dist, number, key, purpose)
    clock = w.g[col.CLOCK_STEP]
    return int(length if clock == 1 else -(-length // clock) * clock)


@compiled
def _block_of_exponential(w: World, p: Ahead, out: Words, dist: int, purpose: int) -> None:
    """For a block of one source: all uniform numbers first, then all logarithms, many at once.

    These logarithms are not the last digit's; where that could decide how a time is rounded, `_exponential` says.
    """
    uniforms, numbers, people = p.uniforms, p.numbers, len(p.numbers)
    mean = w.reals[w.dist[dist, col.DIST_REALS]]
    seed, replication, key = w.g[col.SEED], w.g[col.REPLICATION], w.source[p.sources[0], col.SOURCE_KEY]
    uniform_block(seed, replication, numbers[0], key, purpose, uniforms)
    doubt, doubtful = _DOUBT * mean, 0
    for at in range(people):
        x = 0.5 - mean * near_log(uniforms[at])
        whole = math.floor(x)
        sure = (x - whole > doubt) & (x - whole < 1.0 - doubt)
        out[at] = int(whole) if sure else -1
        doubtful += int(not sure)
    if doubtful:
        for at in range(people):
            if out[at] < 0:
                out[at] = _exponential(mean, uniforms[at])


@compiled
def _is_simple(w: World, source: int, dist: int) -> bool:
    """Whether all of a source draw from an exponential distribution and nothing is given."""
    row = w.source[source]
    return bool(
        dist >= 0
        and w.g[col.CLOCK_STEP] == 1
        and w.dist[dist, col.DIST_KIND] == _EXPONENTIAL
        and row[col.OVERRIDES_FROM] == row[col.OVERRIDES_TO]
    )


@compiled
def _visit(w: World, p: Ahead, visit: int, what: int, out: Words) -> None:
    """Times of everybody in a block at his first or second step, where that is the same for all of a source."""
    people, one_source = len(p.numbers), len(w.source) == 1
    for at in range(people):
        step = w.source[p.sources[at], col.SOURCE_STEP]
        if visit > 1:
            step = p.path[(step << own.PATH_BITS) + own.AFTER]
        if step < 0:
            if one_source and step != own.DRAWN:
                return
            out[at] = own.NOT_DRAWN
            continue
        station = w.step[step, col.STEP_STATION]
        if at == 0 and one_source:
            if what == 1 and not p.patient[station]:
                return
            dist = _service_of(w, station, step) if what == 0 else w.station[station, col.PATIENCE]
            if _is_simple(w, p.sources[0], dist):
                purpose = w.step[step, col.STEP_KEY] | visit << 12 | (_SERVICE if what == 0 else _PATIENCE)
                _block_of_exponential(w, p, out, dist, purpose)
                return
        out[at] = time_of(w, p.sources[at], p.numbers[at], step, station, visit, what)


@Entry
def draw_ahead(pairs: int, tables: int) -> int:
    """The first two services and patiences of everybody in a block of arrivals."""
    w, p = world_at(pairs), ahead_at(tables)
    _visit(w, p, 1, 0, p.lengths)
    _visit(w, p, 1, 1, p.patiences)
    _visit(w, p, 2, 0, p.next_lengths)
    _visit(w, p, 2, 1, p.next_patiences)
    return 0
