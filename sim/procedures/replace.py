"""Replacement of a lost or stolen card, applied for at an outlet (L4, L5; L2, P2, P6)."""

from sim.office.fields import Bank, Card, Field, Reason
from sim.procedures.issue import ISSUE_PARAMETERS, issue_moves
from sim.procedures.model import Act, At, Check, Effect, Guard, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ACCOUNT_OPEN,
    FILED,
    NOTHING_PENDING,
    ONE_ACCOUNT_LEFT,
    counter_time,
    in_this_city,
    one_of,
    put,
)

_GUARDS = (
    Guard(
        Check.REASON,
        "",
        (Reason.NONE, Reason.LOST, Reason.STOLEN),
        rule="L4",
        why="A damaged card is handed in for its replacement.",
    ),
    ACCOUNT_OPEN[0],
    one_of(
        Field.CARD,
        Card.TEMPORARY_LOSS,
        Card.LOST,
        rule="L4",
        why="The loss must be reported first, and the report must not have lapsed.",
    ),
    NOTHING_PENDING,
    in_this_city("L4"),
    ONE_ACCOUNT_LEFT,
)
_EFFECTS = (
    *FILED,
    Effect(Act.REASON, Field.REASON.name, int(Reason.LOST)),
    put(Field.CARD, Card.LOST),
    put(Field.BANK, Bank.REPORTED),
)

PROCEDURE = Procedure(
    name="replace",
    title="Replacement of a lost or stolen card",
    title_zh="遗失被盗补卡",
    rules=("L4", "L5", "L2", "A6", "P1", "P2", "P6"),
    steps=(
        Step(
            "apply",
            ("L4", "A6", "L2", "P2"),
            Place.OUTLET,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            register_serves=True,
            guards=_GUARDS,
            effects=_EFFECTS,
            service="counter_time",
            help="Applying in person makes a telephone report formal: the old card has ended, bank side too (P2).",
        ),
        Step(
            "same_visit",
            ("L4", "A6", "P2"),
            Place.OUTLET,
            At.HERE,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            register_serves=True,
            guards=_GUARDS,
            effects=_EFFECTS,
            service="counter_time",
            help="The same, right after the loss report at the same counter.",
        ),
    ),
    moves=issue_moves("apply", "same_visit", guards=_GUARDS),
    parameters=(counter_time(), *ISSUE_PARAMETERS),
)
