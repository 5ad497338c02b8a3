"""Replacement of a damaged card, which is handed in (L4, L5, P2, P6)."""

from sim.office.fields import Bank, Card, Field, Reason
from sim.procedures.issue import ISSUE_PARAMETERS, issue_moves
from sim.procedures.model import At, Chip, Paper, Place, Procedure, Step, Who
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
    ACCOUNT_OPEN[0],
    one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="L4", why="There is no card in use to hand in."),
    NOTHING_PENDING,
    in_this_city("L4"),
    ONE_ACCOUNT_LEFT,
)

PROCEDURE = Procedure(
    name="replace_damaged",
    title="Replacement of a damaged card",
    title_zh="损坏换卡",
    rules=("L4", "L5", "A6", "P1", "P2", "P6"),
    steps=(
        Step(
            "apply",
            ("L4", "A6", "P2"),
            Place.OUTLET,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY, Paper.CARD),
            register_serves=True,
            guards=_GUARDS,
            effects=(
                *FILED,
                put(Field.REASON, Reason.DAMAGED),
                put(Field.CARD, Card.DAMAGED),
                put(Field.CARD_BEFORE, Card.DAMAGED),
                put(Field.BANK, Bank.ACCOUNT_ONLY),
            ),
            chip=Chip.WITHDRAW,
            service="counter_time",
            help="The damaged card stays at the outlet and has ended.",
        ),
    ),
    moves=issue_moves("apply", guards=_GUARDS),
    parameters=(counter_time(), *ISSUE_PARAMETERS),
)
