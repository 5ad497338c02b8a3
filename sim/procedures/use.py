"""Rows that the uses of the card with an agency have in common (U2 to U5, U7)."""

from sim.office.fields import Card, Field
from sim.procedures.model import Act, Chip, Effect, Guard, Paper, Place, Step, Who
from sim.procedures.shared import one_of


def card_active(rule: str) -> Guard:
    """The card must be active; the office is asked, so a loss report counts at once."""
    return one_of(
        Field.CARD,
        Card.ACTIVE,
        rule=rule,
        why="The card is not active: not activated, reported lost, or ended.",
    )


def count(field: Field) -> Effect:
    """One more of what the field counts."""
    return Effect(Act.COUNT, field.name, 1)


def at_the_agency(
    name: str,
    rule: str,
    *,
    guards: tuple[Guard, ...] = (),
    effects: tuple[Effect, ...] = (),
    help: str,  # noqa: A002 - the row's own word
) -> Step:
    """Holder or agent comes to the agency with the card, which is read and brought up to date there (U7)."""
    return Step(
        name,
        (rule, "A6"),
        Place.AGENCY,
        starts=True,
        who=(Who.HOLDER, Who.AGENT),
        papers=(Paper.CARD,),
        guards=(card_active(rule), *guards),
        effects=effects,
        chip=Chip.READ,
        service="counter_time",
        help=help,
    )
