"""What a row of the log means for the places its case was and is at, as bits, looked up.

A case is outside, waiting (since JOIN, or again since PREEMPT) or being served (since START).  Every change is a step
up or down in the number of people waiting or served at a station.  A visit is one attempt to be served, however often
its service is broken off: being called ends it, a break opens it again, and its wait is that of all spells in the
queue together.

A menu is no station of its own here: a call counts where it goes on to, or as self-service when it is over.
"""

from __future__ import annotations

import numpy as np

from sim.engines.counting_columns import Ending
from sim.log import Event

ENDING = 15
"""Bits of the Ending of an attempt, and 1; 0 if the row ends none."""
(
    HAD_QUEUED,  # the attempt began when the case joined the queue
    BY_MENU,  # if the case is over with DONE: a call the menu dealt with
    STAYS,  # a stay is over, at the place before
    OFFERS,  # somebody came to the door, the queue or the line
    OUT_OF_QUEUE,  # of the place before
    INTO_QUEUE,
    OUT_OF_SERVICE,  # of the place before
    INTO_SERVICE,
    ENDS_SERVICE,
    DECIDES,  # the office did the step or refused it
    REFUSES,
    BEGINS,  # a case
    JOCKEYS,  # to another line of the station
    REOPENS,  # the attempt of a visit that had been called
) = (1 << bit for bit in range(4, 18))
KIND_BITS = 5
"""An index is kind_before << 8 | kind << 3 | from_menu << 2 | menu << 1 | moved: the case's kind of row before and now,
whether it was and is at a menu, and whether it is at another place than before."""
_WITHOUT_SERVICE = {
    Event.ABANDON: Ending.ABANDONED,
    Event.BALK: Ending.BALKED,
    Event.BLOCKED: Ending.BLOCKED,
    Event.TURNED_AWAY: Ending.TURNED_AWAY,
}


def _actions() -> np.ndarray:
    """What a row does, for each index."""
    index = np.arange(1 << 3 + 2 * KIND_BITS)
    before, kind = index >> 3 + KIND_BITS, index >> 3 & (1 << KIND_BITS) - 1
    from_menu, menu, moved = ((index & bit) > 0 for bit in (4, 2, 1))
    was_waiting, is_waiting = (before == Event.JOIN) & ~from_menu, np.isin(kind, (Event.JOIN, Event.JOCKEY)) & ~menu
    was_called, is_called = (before == Event.START) & ~from_menu, (kind == Event.START) & ~menu
    was_kept, is_kept = (before == Event.CONTINUE) & ~from_menu, (kind == Event.CONTINUE) & ~menu
    was_served, is_served = was_called | was_kept, is_called | is_kept
    broken_off, was_broken_off = (kind == Event.PREEMPT) & ~menu, (before == Event.PREEMPT) & ~from_menu
    was_in_line = was_waiting | was_broken_off
    out_of_service = was_served & (~is_served | moved)
    into_queue = is_waiting & (~was_waiting | moved)
    into_service = is_served & (~was_served | moved)
    called = into_service & is_called
    settled = np.isin(kind, tuple(_WITHOUT_SERVICE))
    left_queue = was_in_line & ((kind == Event.ABANDON) | (kind == Event.TURNED_AWAY))
    actions = np.where(called, 1 + Ending.SERVED, 0)
    for event, ending in _WITHOUT_SERVICE.items():
        actions[kind == event] = 1 + ending
    actions[left_queue & (kind == Event.TURNED_AWAY)] = 1 + Ending.SENT_HOME
    for bit, holds in (
        (HAD_QUEUED, called | (settled & was_in_line)),
        (BY_MENU, (kind == Event.LEAVE) & from_menu),
        (STAYS, (out_of_service & was_called & ~broken_off) | left_queue),
        (OFFERS, into_queue | (settled & ~was_in_line) | (called & ~was_in_line)),
        (OUT_OF_QUEUE, was_in_line & (~(is_waiting | broken_off) | moved)),
        (INTO_QUEUE, into_queue | broken_off),
        (OUT_OF_SERVICE, out_of_service),
        (INTO_SERVICE, into_service),
        (ENDS_SERVICE, (kind == Event.END) & ~menu & ~was_kept),
        (DECIDES, (kind == Event.DONE) | (kind == Event.REFUSED)),
        (REFUSES, kind == Event.REFUSED),
        (BEGINS, kind == Event.ARRIVE),
        (JOCKEYS, kind == Event.JOCKEY),
        (REOPENS, broken_off & was_served),
    ):
        actions[holds] |= bit
    return actions.astype(np.int64)


ACTIONS = _actions()
"""Looked up instead of asked anew for each row: questions whose answers cannot be foretold are what takes the time."""
