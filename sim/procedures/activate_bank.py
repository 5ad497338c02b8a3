"""Activation at a branch of the card's bank, with card and original identity document (V1, A6)."""

from sim.office.fields import Bank, Card, Field
from sim.procedures.model import END, At, Chip, Kind, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, at_own_bank, one_of, put

_ISSUED = one_of(Field.CARD, Card.ISSUED, rule="V1", why="Only a card in hand that is not yet activated is activated.")
_INACTIVE = one_of(
    Field.BANK, Bank.INACTIVE, rule="V1", why="The card has no financial function that waits for activation."
)
_SOCIAL_ON = (put(Field.CARD, Card.ACTIVE), put(Field.CARD_BEFORE, Card.ACTIVE))

PROCEDURE = Procedure(
    name="activate_bank",
    title="Activation at the bank",
    title_zh="银行激活",
    rules=("V1", "A6"),
    steps=(
        Step(
            "both",
            ("V1", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(at_own_bank("V1"), _ISSUED, _INACTIVE),
            effects=(*_SOCIAL_ON, put(Field.BANK, Bank.ACTIVE)),
            chip=Chip.ACTIVATE_BOTH,
            service="counter_time",
            help="Both functions together; the medical account then works as normal.",
        ),
        Step(
            "social",
            ("V1", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(at_own_bank("V1"), _ISSUED),
            effects=_SOCIAL_ON,
            chip=Chip.ACTIVATE_SOCIAL,
            service="counter_time",
            help="The social security function alone, which an agent may have activated.",
        ),
        Step(
            "financial",
            ("V1", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(
                at_own_bank("V1"),
                one_of(
                    Field.CARD,
                    Card.ISSUED,
                    Card.ACTIVE,
                    rule="V1",
                    why="The card is not in hand or has been reported lost.",
                ),
                _INACTIVE,
            ),
            effects=(put(Field.BANK, Bank.ACTIVE),),
            chip=Chip.ACTIVATE_FINANCIAL,
            service="counter_time",
            help="The financial function alone, never by an agent.",
        ),
    ),
    moves=(Move("both", END), Move("social", END), Move("financial", END)),
    parameters=(
        assumed(
            "counter_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "4 min", "cv": 0.6},
            "identity check, setting the password, activation",
            "counter time of banks for this business is not published",
        ),
    ),
)
