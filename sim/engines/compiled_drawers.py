"""Drawers for what happens later: one for every few minutes, opened when its time comes.

Most of what waits in a clock are pauses of days.  In one heap with what happens within the next minutes they would make
it larger than the caches, so they lie in drawers until then: unordered, on pages of some entries.  What lies beyond the
last drawer, and what finds no free page, stays in the heap.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_types import compiled
from sim.engines.compiled_world import World

_BITS = 18
DRAWER_MS = 1 << _BITS
"""How much time one drawer is for."""


@compiled
def _new_page(w: World, following: int) -> int:
    """An empty page before another one, -1 if there is none."""
    g = w.g
    page = g[col.FREE_PAGE]
    if page >= 0:
        g[col.FREE_PAGE] = w.page[page, col.NEXT_PAGE]
    elif g[col.PAGES] < len(w.page):
        page = g[col.PAGES]
        g[col.PAGES] += 1
    else:
        return -1
    w.page[page, col.NEXT_PAGE], w.page[page, col.FILLED] = following, 0
    return int(page)


@compiled
def put_away(w: World, t_ms: int, order: int, what: int, event: int) -> bool:
    """Lay an entry of the clock into its drawer; False if it belongs into the heap."""
    g, drawers = w.g, len(w.drawer)
    if t_ms < g[col.NEAR] or t_ms >= g[col.NEAR] + drawers * DRAWER_MS:
        return False
    drawer = (t_ms >> _BITS) % drawers
    page = w.drawer[drawer]
    if page < 0 or w.page[page, col.FILLED] == col.PAGE_ENTRIES:
        page = _new_page(w, page)
        if page < 0:
            return False
        w.drawer[drawer] = page
    row = w.page[page]
    place = col.FIRST_ENTRY + col.HEAP_WIDTH * row[col.FILLED]
    row[place], row[place + 1], row[place + 2], row[place + 3] = t_ms, order, what, event
    row[col.FILLED] += 1
    g[col.FAR] += 1
    return True


@compiled
def first_page(w: World) -> int:
    """The first page of the next drawer, -1 none."""
    return int(w.drawer[(w.g[col.NEAR] >> _BITS) % len(w.drawer)])


@compiled
def next_drawer(w: World) -> int:
    """Take out the pages of the next drawer; gives the first.  What happens in its time is near from now on."""
    page = first_page(w)
    w.drawer[(w.g[col.NEAR] >> _BITS) % len(w.drawer)] = -1
    w.g[col.NEAR] += DRAWER_MS
    return int(page)


@compiled
def give_page(w: World, page: int) -> int:
    """A page is free again; gives the one after it."""
    following = w.page[page, col.NEXT_PAGE]
    w.page[page, col.NEXT_PAGE] = w.g[col.FREE_PAGE]
    w.g[col.FREE_PAGE] = page
    return int(following)
