"""Activation at a designated hospital: the first registration with the card does it (V2)."""

from sim.office.fields import Card, Field
from sim.procedures.model import END, Chip, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, one_of, put

PROCEDURE = Procedure(
    name="activate_hospital",
    title="Activation at a hospital",
    title_zh="医院激活",
    rules=("V2", "A6"),
    steps=(
        Step(
            "register",
            ("V2", "A6"),
            Place.HOSPITAL,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                one_of(
                    Field.CARD,
                    Card.ISSUED,
                    rule="V2",
                    why="Only the first registration with a card in hand activates it.",
                ),
            ),
            effects=(put(Field.CARD, Card.ACTIVE), put(Field.CARD_BEFORE, Card.ACTIVE)),
            chip=Chip.ACTIVATE_SOCIAL,
            service="registration_time",
            help="First out-patient registration or admission.",
        ),
    ),
    moves=(
        Move("register", "activate_bank.financial", share="financial_share", wait="until_financial"),
        Move("register", END),
    ),
    parameters=(
        assumed(
            "registration_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "2 min", "cv": 0.6},
            "registration at the hospital's desk",
        ),
        Parameter(
            "financial_share",
            Kind.SHARE,
            0.8,
            "P",
            "80 % of Guangdong's cards had the financial account active, 2019 (aggregator)",
            "share who later have the financial function activated at the bank",
        ),
        assumed("until_financial", Kind.WAIT, {"dist": "exponential", "mean": "30 d"}, "until they go to the bank"),
    ),
)
