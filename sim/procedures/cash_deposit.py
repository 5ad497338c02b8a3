"""Cash paid in at a branch of the card's bank (U6)."""

from sim.office.fields import Ledger
from sim.procedures.banking import BANK_TIME, FINANCIAL_ACTIVE
from sim.procedures.model import END, At, Chip, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import money

PROCEDURE = Procedure(
    name="cash_deposit",
    title="Cash deposit",
    title_zh="现金存款",
    rules=("U6", "L3", "A6"),
    steps=(
        Step(
            "deposit",
            ("U6", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=FINANCIAL_ACTIVE,
            effects=(money(Sum.AMOUNT, Ledger.CASH, Ledger.FINANCIAL),),
            chip=Chip.BANK,
            service="counter_time",
            help="Renminbi cash into the financial account.",
        ),
    ),
    moves=(Move("deposit", END),),
    parameters=(BANK_TIME,),
)
