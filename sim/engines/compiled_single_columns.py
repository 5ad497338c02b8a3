"""Columns of the tables of the loop for a single station."""

from __future__ import annotations

from sim.engines import compiled_plain_columns as plain

# --- what changes: one row of numbers, which begins as that of the loop for plain stations ----------------------------
NOW, EVENTS, LOG = plain.NOW, plain.EVENTS, plain.LOG
NEXT_ARRIVAL, LAST_BLOCK, PEOPLE, ROOM = plain.NEXT_ARRIVAL, plain.LAST_BLOCK, plain.PEOPLE, plain.ROOM
TAKEN, CAME, KNOWN, GONE = range(plain.STATE_WIDTH, plain.STATE_WIDTH + 4)
"""How many people have been taken in ahead, and have come; how many ends are known, and have been."""
SERVERS, MASK, ALL_KNOWN = range(plain.STATE_WIDTH + 4, plain.STATE_WIDTH + 7)
"""MASK: rows of each of the two rings, less one."""
STATE_WIDTH = plain.STATE_WIDTH + 7

# --- somebody who has been taken in: a row of a ring, by number -------------------------------------------------------
BORN, SOURCE, GONE_BEFORE = 0, 1, 2
PERSON_BITS = 2

# --- a service that ends: a row of a ring, in order; whom a server serves: the first four of them --------------------
CASE, SINCE, FROM, LENGTH, ENDS, CAME_BEFORE = 0, 1, 2, 3, 4, 5
SERVER_BITS = 2
END_BITS = 3
