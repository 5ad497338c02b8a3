"""What is still to be done within one moment: a stack, worked off from the top.

The readable engine calls functions within functions; here the same order is kept by putting the later thing below.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World


@inlined
def push(w: World, frame: int, case: int, a: int, b: int, c: int) -> None:
    """Put one thing on top."""
    g = w.g
    at = g[col.STACK]
    if at == len(w.stack):
        g[col.TROUBLE] = 1
        return
    row = w.stack[at]
    row[col.FRAME] = frame
    row[col.FRAME_CASE] = case
    row[col.A], row[col.B], row[col.C] = a, b, c
    g[col.STACK] = at + 1


@compiled
def take_pool(w: World) -> int:
    """A free row of the pool."""
    g = w.g
    row = g[col.FREE_POOL]
    if row < 0:
        g[col.TROUBLE] = 1
        return 0
    g[col.FREE_POOL] = w.pool[row, col.POOL_ID]
    g[col.FREE_POOLS] -= 1
    return int(row)


@compiled
def give_pool(w: World, row: int) -> None:
    """A row of the pool is free again."""
    g = w.g
    w.pool[row, col.POOL_ID] = g[col.FREE_POOL]
    g[col.FREE_POOL] = row
    g[col.FREE_POOLS] += 1
