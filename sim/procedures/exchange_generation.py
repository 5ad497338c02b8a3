"""Exchange of a social security card of an earlier generation for the present one (A5, P2, P6)."""

from sim.office.fields import Card, Field, Generation, Reason
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
    one_of(
        Field.CARD,
        Card.ISSUED,
        Card.ACTIVE,
        rule="A5",
        why="There is no card in hand to exchange: none was issued, it is reported lost or has ended.",
    ),
    one_of(Field.GENERATION, Generation.EARLIER, rule="A5", why="The card is of the present generation already."),
    ACCOUNT_OPEN[0],
    NOTHING_PENDING,
    in_this_city("A5"),
    ONE_ACCOUNT_LEFT,
)

PROCEDURE = Procedure(
    name="exchange_generation",
    title="Exchange of a card of an earlier generation",
    title_zh="换发新一代卡",
    rules=("A5", "A6", "P2", "P6", "L5"),
    steps=(
        Step(
            "apply",
            ("A5", "A6"),
            Place.OUTLET,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY, Paper.CARD),
            guards=_GUARDS,
            effects=(*FILED, put(Field.REASON, Reason.NEW_GENERATION)),
            chip=Chip.READ,
            service="counter_time",
            help="The old card is shown and works on until it is handed in for the new one (P2).",
        ),
    ),
    moves=issue_moves("apply", guards=_GUARDS),
    parameters=(counter_time(), *ISSUE_PARAMETERS),
)
