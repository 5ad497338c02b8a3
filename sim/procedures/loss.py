"""Rows that the ways of reporting a loss have in common (L1, L2)."""

from sim.office.fields import NEVER, Bank, Card, Field
from sim.procedures.model import Act, Effect
from sim.procedures.shared import lead, one_of, put, stamp

IN_HAND = one_of(
    Field.CARD,
    Card.ISSUED,
    Card.ACTIVE,
    rule="L1",
    why="There is no card in use to report: none was issued, it has ended, or the loss is reported already.",
)

BANK_IN_USE = (one_of(Field.BANK, Bank.ACTIVE),)
"""When the bank side is worth a report of its own (L3)."""

REPORTED = (
    lead("loss_to_report", Field.LOST_AT),
    stamp(Field.REPORTED_AT),
    stamp(Field.HOT_AT),
    put(Field.REPLACED_AT, NEVER),
    put(Field.CLAIMED, 0),
    Effect(Act.EXPOSURE),
)
"""A first report: the hot list, and costs may be claimed from now on (L6).  No byte of the chip changes."""

TEMPORARILY_REPORTED = (*REPORTED, put(Field.CARD, Card.TEMPORARY_LOSS))
"""A report without papers, by telephone or online: it lapses unless made formal (L2)."""
