"""Pension matters, with the card (U2)."""

from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="pension",
    title="Pension matters",
    title_zh="养老保险事务",
    rules=("U2", "A6"),
    steps=(
        Step(
            "handle",
            ("U2", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(card_active("U2"),),
            chip=Chip.READ,
            service="counter_time",
            help="Enquiry, claim or confirmation of the pension.",
        ),
    ),
    moves=(Move("handle", END),),
    parameters=(counter_time(),),
)
