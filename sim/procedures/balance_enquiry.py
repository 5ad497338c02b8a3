"""The balance of the financial account, asked at the bank (U6)."""

from sim.procedures.banking import BANK_TIME, FINANCIAL_ACTIVE
from sim.procedures.model import END, At, Chip, Move, Paper, Place, Procedure, Step, Who

PROCEDURE = Procedure(
    name="balance_enquiry",
    title="Balance enquiry",
    title_zh="余额查询",
    rules=("U6", "L3", "A6"),
    steps=(
        Step(
            "ask",
            ("U6", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=FINANCIAL_ACTIVE,
            chip=Chip.BANK,
            service="counter_time",
            help="Nothing moves.",
        ),
    ),
    moves=(Move("ask", END),),
    parameters=(BANK_TIME,),
)
