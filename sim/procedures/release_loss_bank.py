"""Release of the loss report to the bank, apart from the social security side (L8, L3)."""

from sim.office.fields import Bank, Field
from sim.procedures.banking import BANK_TIME
from sim.procedures.loss import NOT_APPLIED_FOR
from sim.procedures.model import END, At, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import at_own_bank, one_of, put

PROCEDURE = Procedure(
    name="release_loss_bank",
    title="Release of the loss report to the bank",
    title_zh="银行解除挂失",
    rules=("L8", "L3"),
    steps=(
        Step(
            "release",
            ("L8", "L3"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(
                at_own_bank("L3"),
                one_of(Field.BANK, Bank.REPORTED, rule="L8", why="No loss was reported to the bank."),
                NOT_APPLIED_FOR,
            ),
            effects=(put(Field.BANK, Bank.ACTIVE),),
            service="counter_time",
            help="In person; the social security side is not touched: it has its own release.",
        ),
    ),
    moves=(Move("release", END),),
    parameters=(BANK_TIME,),
)
