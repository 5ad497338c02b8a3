"""A lost card is found by its holder, reported or not (L8, L6)."""

from sim.office.fields import Card, Field
from sim.procedures.loss import COSTS_OPEN, FOUND
from sim.procedures.model import END, Kind, Move, Procedure, Step, Who
from sim.procedures.shared import assumed, one_of

PROCEDURE = Procedure(
    name="find_card",
    title="A lost card is found",
    title_zh="找回卡片",
    rules=("L8", "L6"),
    steps=(
        Step(
            "find",
            ("L8",),
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            guards=(
                one_of(
                    Field.CARD,
                    Card.ISSUED,
                    Card.ACTIVE,
                    Card.TEMPORARY_LOSS,
                    Card.LOST,
                    rule="L8",
                    why="There is no card to find: none was issued, or it was taken in.",
                ),
            ),
            effects=(FOUND,),
            help="Nobody at the office knows; a report stands until it lapses or is released.",
        ),
    ),
    moves=(
        Move(
            "find",
            "release_loss",
            when=(one_of(Field.CARD, Card.TEMPORARY_LOSS, Card.LOST),),
            share="released_share",
            wait="until_released",
        ),
        Move("find", "cost_window.look_again", when=COSTS_OPEN),
        Move("find", END),
    ),
    parameters=(
        assumed(
            "released_share", Kind.SHARE, 0.0, "share who have the report released; with the rest it lapses or stands"
        ),
        assumed("until_released", Kind.WAIT, "1 h", "from finding the card until they set out to have it released"),
    ),
)
