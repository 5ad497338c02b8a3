"""Assessment of working capacity and work-injury benefit, with the card (U4)."""

from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="working_capacity",
    title="Assessment of working capacity",
    title_zh="劳动能力鉴定",
    rules=("U4", "A6"),
    steps=(
        Step(
            "assess",
            ("U4", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(card_active("U4"),),
            chip=Chip.READ,
            service="counter_time",
            help="Request for the assessment or the benefit.",
        ),
    ),
    moves=(Move("assess", END),),
    parameters=(counter_time(),),
)
