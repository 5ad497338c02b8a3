"""The event log: an engine's only output.

One row per event, eight 64-bit integers.  The order of rows is the order in which things happened; it is part
of the engine's specification and the same in every engine.  `value` carries what a reader would otherwise have
to look up in earlier rows (the wait, the service time), so that rows can be counted as they come and dropped.
"""

from __future__ import annotations

from enum import IntEnum, unique

COLUMNS = ("t_ms", "case", "person", "step", "station", "kind", "code", "value")
"""Column names.  t_ms: since the start of the run; -1 in person, step or station: none."""


@unique
class Event(IntEnum):
    """Kinds of row, with the meaning of `code` and `value`."""

    ARRIVE = 1  # a case begins; code: demand source
    JOIN = 2  # takes a ticket; code: priority class (0 first); value: people waiting before
    START = 3  # called to a server; code: server group; value: wait ms since JOIN or PREEMPT
    END = 4  # service over; code: server group; value: service ms since START or CONTINUE
    FREE = 5  # server released later than END (wrap-up, or kept while a machine works); value: ms since END
    DONE = 6  # the office accepted the step; code: index in CHIP_ACTS; value: see Step notes (lead, exposure), else 0
    REFUSED = 7  # the office refused; code: rule number; value: missing paper number + 1, or 0
    ABANDON = 8  # left the queue, out of patience; value: wait ms since JOIN or PREEMPT
    BALK = 9  # saw the crowd and did not join; value: people waiting
    TURNED_AWAY = 10  # door closed on arrival, or sent home at closing; value: wait ms since JOIN or PREEMPT
    BLOCKED = 11  # no place or line free; value: people inside
    RETURN = 12  # will try the step again; value: ms until then
    LEAVE = (
        13  # the case is over; code: the Event kind it ended on (DONE, REFUSED, ABANDON, ...); value: ms since ARRIVE
    )
    FORK = 14  # a second case begins for the same person; value: its case number, its own: a term from before is over
    CAPACITY = 15  # servers on duty changed; code: server group; value: servers
    DOWN = 16  # a machine stopped (breakdown or refill); code: 0 breakdown, 1 refill
    UP = 17  # it works again; value: ms down
    MONEY = 18  # code: from_ledger * 16 + to_ledger; value: fen
    BALANCE = 19  # at the end of the run, per person: code: ledger; value: fen; of money owed or left behind: if any
    CONTINUE = 24  # the next business of the same visit begins at the counter that was kept; code: server group
    OPENING = 23  # a person with money is met for the first time: code: ledger; value: fen he has
    STATE = 22  # a field of the office record when a story's action is over; code: Field; value: its value
    PREEMPT = (
        21  # service broken off, the case waits again; code: server group; value: service ms since START or CONTINUE
    )
    JOCKEY = 25  # changes over to another counter's line; code: its server group; value: that of the line it leaves
    LEAD = 20  # a lead time became known; code: index in LEADS; value: ms


LEADS = (
    "application_to_ready",
    "application_to_hand",
    "loss_to_report",
    "report_to_hand",
    "exposure",
    "approval_to_payout",
)
"""What a LEAD row measures.  exposure: from the loss report until the last offline terminal has the hot list."""
