"""A card is damaged: the moment in fact, from which it takes a while until it is handed in (L4, L6)."""

from sim.office.fields import NEVER, Field
from sim.procedures.loss import mishap
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import assumed, one_of

PROCEDURE = Procedure(
    name="damage_card",
    title="A card is damaged",
    title_zh="卡片损坏",
    rules=("L4", "L1"),
    steps=(
        mishap(
            "damage",
            "L4",
            Field.DAMAGED_AT,
            one_of(Field.DAMAGED_AT, NEVER, rule="L4", why="The card is damaged already."),
            help="From now on its chip does not work; what the holder pays himself may count (L6).",
        ),
    ),
    moves=(Move("damage", "replace_damaged", wait="until_noticed"),),
    parameters=(
        assumed(
            "until_noticed", Kind.WAIT, {"dist": "exponential", "mean": "3 d"}, "from the damage until it is handed in"
        ),
    ),
)
