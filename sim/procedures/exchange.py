"""Exchange of the old medical insurance card for a social security card, of whoever has none yet (A5, P2, P6)."""

from sim.office.fields import Field, OldCard, Reason
from sim.procedures.issue import ISSUE_PARAMETERS, issue_moves
from sim.procedures.model import Paper, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ACCOUNT_OPEN,
    FILED,
    NO_CARD_YET,
    NOTHING_PENDING,
    ONE_ACCOUNT_LEFT,
    counter_time,
    in_this_city,
    one_of,
    put,
)

_GUARDS = (
    one_of(
        Field.OLD_CARD,
        OldCard.HELD,
        rule="A5",
        why="There is no old medical insurance card to hand in.",
    ),
    *ACCOUNT_OPEN,
    *NO_CARD_YET,
    NOTHING_PENDING,
    in_this_city("A5"),
    ONE_ACCOUNT_LEFT,
)

PROCEDURE = Procedure(
    name="exchange",
    title="Exchange of the old medical insurance card",
    title_zh="旧医保卡换领",
    rules=("A5", "A4", "A6", "L4", "P2", "P6"),
    steps=(
        Step(
            "apply",
            ("A5", "A6"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY, Paper.OLD_CARD, Paper.MATCHING_PHOTO),
            guards=_GUARDS,
            effects=(*FILED, put(Field.OLD_CARD, OldCard.HANDED_IN), put(Field.REASON, Reason.EXCHANGE)),
            service="counter_time",
            help="Besides the identity document, the old card is handed in, with a photo that matches the document's.",
        ),
    ),
    moves=issue_moves("apply", guards=_GUARDS),
    parameters=(counter_time(), *ISSUE_PARAMETERS),
)
