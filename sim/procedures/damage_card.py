"""A card is damaged: the moment in fact, from which it takes a while until it is handed in (L4, L6)."""

from sim.office.fields import Card, Field
from sim.procedures.loss import NOT_LOST_YET
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import assumed, office_step, one_of, stamp

PROCEDURE = Procedure(
    name="damage_card",
    title="A card is damaged",
    title_zh="卡片损坏",
    rules=("L4", "L1"),
    steps=(
        office_step(
            "damage",
            ("L4",),
            guards=(
                one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="L1", why="There is no card in hand to damage."),
                NOT_LOST_YET,
            ),
            effects=(stamp(Field.LOST_AT),),
            help="Nobody at the office knows yet; what the holder pays himself from now on may count (L6).",
        ),
    ),
    moves=(Move("damage", "replace_damaged", wait="until_noticed"),),
    parameters=(
        assumed(
            "until_noticed", Kind.WAIT, {"dist": "exponential", "mean": "3 d"}, "from the damage until it is handed in"
        ),
    ),
)
