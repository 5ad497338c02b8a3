"""A credit line asked for on the card: refused, the card is debit only (A9)."""

from sim.procedures.banking import BANK_TIME
from sim.procedures.model import END, At, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import forbidden

PROCEDURE = Procedure(
    name="credit",
    title="Request for credit",
    title_zh="申请授信",
    rules=("A9",),
    steps=(
        Step(
            "ask",
            ("A9",),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(forbidden(rule="A9", why="The card is debit only: there is no credit."),),
            service="counter_time",
            help="The financial application is debit.",
        ),
    ),
    moves=(Move("ask", END),),
    parameters=(BANK_TIME,),
)
