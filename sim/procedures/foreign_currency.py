"""Business in another currency asked for on the card: refused, renminbi only (A9)."""

from sim.procedures.banking import BANK_TIME
from sim.procedures.model import END, At, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import forbidden

PROCEDURE = Procedure(
    name="foreign_currency",
    title="Request for foreign currency",
    title_zh="外币业务",
    rules=("A9",),
    steps=(
        Step(
            "ask",
            ("A9",),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.CARD, Paper.IDENTITY),
            guards=(forbidden(rule="A9", why="The card is in renminbi only."),),
            service="counter_time",
            help="The financial application is in renminbi.",
        ),
    ),
    moves=(Move("ask", END),),
    parameters=(BANK_TIME,),
)
