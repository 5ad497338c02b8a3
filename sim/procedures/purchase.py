"""A purchase paid with the card in a shop, never beyond the balance (U6, A9)."""

from sim.office.fields import Ledger
from sim.procedures.banking import FINANCIAL_ACTIVE, NO_OVERDRAFT
from sim.procedures.model import END, Chip, Move, Paper, Procedure, Step, Sum, Who
from sim.procedures.shared import money

PROCEDURE = Procedure(
    name="purchase",
    title="Purchase",
    title_zh="消费",
    rules=("U6", "A9", "L3"),
    steps=(
        Step(
            "pay",
            ("U6", "A9"),
            starts=True,
            who=(Who.HOLDER, Who.OTHER),
            papers=(Paper.CARD,),
            guards=(*FINANCIAL_ACTIVE, NO_OVERDRAFT),
            effects=(money(Sum.AMOUNT, Ledger.FINANCIAL, Ledger.CASH),),
            chip=Chip.BANK,
            help="At a shop's terminal; shops and their queues are not modelled.",
        ),
    ),
    moves=(Move("pay", END),),
)
