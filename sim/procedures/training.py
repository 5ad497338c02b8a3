"""Employment training, with the card (U3)."""

from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="training",
    title="Employment training",
    title_zh="就业培训",
    rules=("U3", "A6"),
    steps=(
        Step(
            "enrol",
            ("U3", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(card_active("U3"),),
            chip=Chip.READ,
            service="counter_time",
            help="Enrolment in a course.",
        ),
    ),
    moves=(Move("enrol", END),),
    parameters=(counter_time(),),
)
