"""The bank side of a loss: reported to the bank, apart from the social security side (L3)."""

from sim.office.fields import Bank, Field
from sim.procedures.model import END, At, Kind, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, at_own_bank, one_of, put

PROCEDURE = Procedure(
    name="report_loss_bank",
    title="Loss report to the bank",
    title_zh="银行挂失",
    rules=("L3",),
    steps=(
        Step(
            "report",
            ("L3", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(
                at_own_bank("L3"),
                one_of(
                    Field.BANK,
                    Bank.ACTIVE,
                    rule="L3",
                    why="The bank side is not in use: not activated, reported already, or ended by a replacement.",
                ),
            ),
            effects=(put(Field.BANK, Bank.REPORTED),),
            service="counter_time",
            help="The social security side is not touched: it has its own report.",
        ),
    ),
    moves=(Move("report", END),),
    parameters=(
        assumed(
            "counter_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "4 min", "cv": 0.6},
            "report at the bank",
            "counter time of banks for this business is not published",
        ),
    ),
)
