"""A card is lost: the moment in fact, from which it takes a while until somebody reports it (L1)."""

from sim.office.fields import Field
from sim.procedures.loss import mishap
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import assumed

PROCEDURE = Procedure(
    name="lose_card",
    title="A card is lost",
    title_zh="卡片遗失",
    rules=("L1",),
    steps=(
        mishap(
            "lose",
            "L1",
            Field.LOST_AT,
            help="Nobody at the office knows yet; the card works until the report, for whoever finds it.",
        ),
    ),
    moves=(
        Move("lose", "pay_own_costs", share="treated_share", wait="until_treated", fork=True),
        Move("lose", "report_loss", share="phone_first_share", wait="until_noticed"),
        Move("lose", "report_loss_outlet", wait="until_noticed"),
    ),
    parameters=(
        assumed(
            "until_noticed", Kind.WAIT, {"dist": "exponential", "mean": "12 h"}, "from the loss until it is reported"
        ),
        assumed("phone_first_share", Kind.SHARE, 0.7, "share who report by telephone first"),
        assumed("treated_share", Kind.SHARE, 0.0, "share who need treatment meanwhile and pay the amount themselves"),
        assumed("until_treated", Kind.WAIT, {"dist": "exponential", "mean": "1 d"}, "from the loss until treatment"),
    ),
)
