"""Rows that the uses of the card with an agency have in common (U2 to U5)."""

from sim.office.fields import Card, Field
from sim.procedures.model import Guard
from sim.procedures.shared import one_of


def card_active(rule: str) -> Guard:
    """The card must be active; the office is asked, so a loss report counts at once."""
    return one_of(
        Field.CARD,
        Card.ACTIVE,
        rule=rule,
        why="The card is not active: not activated, reported lost, or ended.",
    )
