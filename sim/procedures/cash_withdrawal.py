"""Cash drawn at a branch of the card's bank, never beyond the balance (U6, A9)."""

from sim.office.fields import Ledger
from sim.procedures.banking import BANK_TIME, FINANCIAL_ACTIVE, NO_OVERDRAFT
from sim.procedures.model import END, At, Chip, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import money

PROCEDURE = Procedure(
    name="cash_withdrawal",
    title="Cash withdrawal",
    title_zh="现金取款",
    rules=("U6", "A9", "L3"),
    steps=(
        Step(
            "withdraw",
            ("U6", "A9"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.OTHER),
            papers=(Paper.CARD,),
            guards=(*FINANCIAL_ACTIVE, NO_OVERDRAFT),
            effects=(money(Sum.AMOUNT, Ledger.FINANCIAL, Ledger.CASH),),
            chip=Chip.BANK,
            service="counter_time",
            help="Whoever has card and password is served.",
        ),
    ),
    moves=(Move("withdraw", END),),
    parameters=(BANK_TIME,),
)
