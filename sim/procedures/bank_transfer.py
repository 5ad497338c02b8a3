"""Money sent to another account, never beyond the balance (U6, A9)."""

from sim.office.fields import Ledger
from sim.procedures.banking import BANK_TIME, FINANCIAL_ACTIVE, NO_OVERDRAFT
from sim.procedures.model import END, At, Chip, Move, Paper, Place, Procedure, Step, Sum
from sim.procedures.shared import money

PROCEDURE = Procedure(
    name="bank_transfer",
    title="Bank transfer",
    title_zh="转账",
    rules=("U6", "A9", "L3"),
    steps=(
        Step(
            "send",
            ("U6", "A9"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(*FINANCIAL_ACTIVE, NO_OVERDRAFT),
            effects=(money(Sum.AMOUNT, Ledger.FINANCIAL, Ledger.CASH),),
            chip=Chip.BANK,
            service="counter_time",
            help="To somebody else's account.",
        ),
    ),
    moves=(Move("send", END),),
    parameters=(BANK_TIME,),
)
