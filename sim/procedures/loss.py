"""Rows that the ways of reporting a loss have in common (L1, L2)."""

from sim.office.fields import NEVER, Bank, Card, Field, Reason
from sim.procedures.model import Act, Effect, Guard, Step
from sim.procedures.shared import TEMPORARY_ENDS, lead, none_of, office_step, one_of, put, stamp

IN_HAND = one_of(
    Field.CARD,
    Card.ISSUED,
    Card.ACTIVE,
    rule="L1",
    why="There is no card in use to report: none was issued, it has ended, or the loss is reported already.",
)

BANK_IN_USE = (one_of(Field.BANK, Bank.ACTIVE), none_of(Field.REPORTED_AT, NEVER))
"""When the bank side is worth a report of its own (L3): it is in use, and the loss is not over meanwhile."""

REPORTED = (
    lead("loss_to_report", Field.LOST_AT),
    stamp(Field.REPORTED_AT),
    stamp(Field.HOT_AT),
    Effect(Act.EXPOSURE),
)
"""A first report: the hot list.  No byte of the chip changes."""

AS_BEFORE = (
    Effect(Act.COPY, Field.CARD.name, other=Field.CARD_BEFORE.name),
    stamp(Field.HOT_UNTIL),
    put(Field.REPORTED_AT, NEVER),
    *TEMPORARY_ENDS,
)
"""A report has lapsed or was released: the card is as before, and a temporary one given in its place ends (L7)."""

COSTS_OPEN = (none_of(Field.COST_FEN, 0),)
"""When it matters whether the time for own costs goes on (L6)."""

NOT_APPLIED_FOR = one_of(
    Field.REASON,
    Reason.NONE,
    Reason.NEW_GENERATION,
    rule="L8",
    why="A new card in its place has been applied for: this one is not released any more.",
)
"""An exchange for the present generation is no replacement: the card is found, and handed in for the new one."""

FOUND = put(Field.LOST_AT, NEVER)
"""The holder has the card again; one that was damaged before it was lost is damaged still."""

TEMPORARILY_REPORTED = (*REPORTED, put(Field.CARD, Card.TEMPORARY_LOSS))
"""A report without papers, by telephone or online: it lapses unless made formal (L2)."""


def mishap(name: str, rule: str, since: Field, *guards: Guard, help: str) -> Step:  # noqa: A002 - the row's own word
    """Something happens to the card in the holder's hand, which nobody at the office knows yet."""
    return office_step(
        name,
        (rule,),
        guards=(
            one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="L1", why=f"There is no card in hand to {name}."),
            one_of(Field.LOST_AT, NEVER, rule="L1", why="The card is lost already."),
            *guards,
        ),
        effects=(stamp(since),),
        help=help,
    )
