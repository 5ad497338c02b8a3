"""Drawers for what happens later: one for every few minutes, opened when its time comes.

Most of what waits in a clock are pauses of days.  In one heap with what happens within the next minutes they would make
it larger than the caches, so they lie in drawers until then: unordered, on pages of some entries.  What lies beyond the
last drawer, and what finds no free page, stays in the heap.
"""

from __future__ import annotations

from sim.engines import compiled_columns as col
from sim.engines.compiled_types import compiled, inlined
from sim.engines.compiled_world import World

_BITS = 18
DRAWER_MS = 1 << _BITS
"""How much time one drawer is for."""


@inlined
def _drawer_of(w: World, t_ms: int) -> int:
    """Which drawer a moment belongs to: there are so many that their number is a power of two."""
    return t_ms >> _BITS & (len(w.drawer) - 1)


@compiled
def _new_page(w: World) -> int:
    """An empty page, -1 if there is none."""
    g = w.g
    page = g[col.FREE_PAGE]
    if page >= 0:
        g[col.FREE_PAGE] = w.page[page, col.LINK] >> col.FILLED_BITS
    elif g[col.PAGES] < len(w.page):
        page = g[col.PAGES]
        g[col.PAGES] += 1
    return int(page)


@inlined
def put_away(w: World, t_ms: int, order: int, what: int, event: int) -> bool:
    """Lay an entry of the clock into its drawer; False if it belongs into the heap.

    Only the drawer's link is read.  What is written on the page need not be waited for.
    """
    g, drawers = w.g, len(w.drawer)
    if t_ms < g[col.NEAR] or t_ms >= g[col.NEAR] + drawers * DRAWER_MS:
        return False
    drawer = _drawer_of(w, t_ms)
    link = w.drawer[drawer]
    filled = link & col.FILLED
    if link == col.NO_PAGE or filled == col.PAGE_ENTRIES:
        page = _new_page(w)
        if page < 0:
            return False
        w.page[page, col.LINK] = link
        link, filled = page << col.FILLED_BITS, 0
    w.drawer[drawer] = link + 1
    row, place = w.page[link >> col.FILLED_BITS], col.FIRST_ENTRY + col.HEAP_WIDTH * filled
    row[place], row[place + 1], row[place + 2], row[place + 3] = t_ms, order, what, event
    g[col.FAR] += 1
    return True


@compiled
def first_page(w: World) -> int:
    """The link of the next drawer to its first page."""
    return int(w.drawer[_drawer_of(w, w.g[col.NEAR])])


@compiled
def next_drawer(w: World) -> int:
    """Take out the pages of the next drawer; gives the link.  What happens in its time is near from now on."""
    link = first_page(w)
    w.drawer[_drawer_of(w, w.g[col.NEAR])] = col.NO_PAGE
    w.g[col.NEAR] += DRAWER_MS
    return link


@compiled
def give_page(w: World, page: int) -> int:
    """A page is free again; gives its link to the one after it."""
    link = w.page[page, col.LINK]
    w.page[page, col.LINK] = w.g[col.FREE_PAGE] << col.FILLED_BITS
    w.g[col.FREE_PAGE] = page
    return int(link)
