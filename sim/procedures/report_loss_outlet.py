"""A loss reported at an outlet: formal at once, hence final (L1, L2, L3)."""

from sim.office.fields import Card, Field
from sim.procedures.loss import BANK_IN_USE, IN_HAND, REPORTED
from sim.procedures.model import END, Kind, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, counter_time, office_step, put

PROCEDURE = Procedure(
    name="report_loss_outlet",
    title="Loss report at an outlet",
    title_zh="网点挂失",
    rules=("L1", "L2", "L3"),
    steps=(
        Step(
            "report",
            ("L1", "A6"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            register_serves=True,
            guards=(IN_HAND,),
            effects=(*REPORTED, put(Field.CARD, Card.LOST)),
            service="counter_time",
            help="In person and in writing: final.",
        ),
        office_step("bank_side", ("L3",), help="Time to tell the bank, unless a replacement has ended that side too."),
    ),
    moves=(
        Move("bank_side", "report_loss_bank", when=BANK_IN_USE),
        Move("bank_side", END),
        Move("report", "bank_side", when=BANK_IN_USE, share="bank_too_share", wait="until_bank", fork=True),
        Move("report", "replace.same_visit", share="same_visit_share"),
        Move("report", END),
    ),
    parameters=(
        counter_time(),
        assumed("bank_too_share", Kind.SHARE, 0.8, "share who report to the bank as well"),
        assumed("until_bank", Kind.WAIT, "1 h", "from this report to the report to the bank"),
        assumed("same_visit_share", Kind.SHARE, 1.0, "share who apply for the replacement in the same visit"),
    ),
)
