"""Columns of the tables of the short way for plain stations, and how its numbers are packed."""

from __future__ import annotations

# --- what changes: one row of numbers ---------------------------------------------------------------------------------
NOW, EVENTS, LOG, CASES = 0, 1, 2, 3
NEXT_ARRIVAL, LAST_BLOCK = 4, 5
FREE_SLOT, ENDS, GIVE_UPS = 6, 7, 8
PEOPLE, ROOM = 9, 10  # arrivals in the block; rows the log has room for
STATE_WIDTH = 11

# --- a case: two cache lines, the second one for what is drawn ahead --------------------------------------------------
ID, NUMBER, BORN, JOINED, LENGTH, STEP, SOURCE, BEHIND = 0, 1, 2, 3, 4, 5, 6, 7
NEXT_LENGTH, NEXT_PATIENCE = 8, 9
CASE_BITS = 4
VISIT_SHIFT = 32
"""SOURCE also counts the steps entered, above the number of the source."""
SLOT_BITS = 24
"""A key of a heap: number of the case, then its row."""

# --- a station --------------------------------------------------------------------------------------------------------
FREE, WAITING, INSIDE, HEAD, TAIL, CAPACITY, PATIENT, SERVERS, AVAILABLE = 0, 1, 2, 3, 4, 5, 6, 7, 8
DESK_BITS = 4

# --- a step -----------------------------------------------------------------------------------------------------------
STATION, AFTER = 0, 1
PATH_BITS = 1
DRAWN = -2
"""AFTER: the step that follows, -1 none, or DRAWN if that is decided case by case."""

# --- numbers with a meaning -------------------------------------------------------------------------------------------
NOT_DRAWN = -2
"""A time that is drawn only when somebody comes to its station."""
