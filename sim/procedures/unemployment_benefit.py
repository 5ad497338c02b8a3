"""Unemployment benefit, with the card, for who is registered as unemployed (U3)."""

from sim.office.fields import Employment, Field, Ledger
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import counter_time, money, one_of
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="unemployment_benefit",
    title="Unemployment benefit",
    title_zh="领取失业保险金",
    rules=("U3", "A6"),
    steps=(
        Step(
            "draw",
            ("U3", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                card_active("U3"),
                one_of(
                    Field.EMPLOYMENT,
                    Employment.UNEMPLOYED,
                    rule="U3",
                    why="The person is not registered as unemployed.",
                ),
            ),
            effects=(money(Sum.AMOUNT, Ledger.FUND, Ledger.FINANCIAL),),
            chip=Chip.READ,
            service="counter_time",
            help="Paid to the financial account of the card.",
        ),
    ),
    moves=(Move("draw", END),),
    parameters=(counter_time(),),
)
