"""The social security number asked to be changed: refused, it is the citizen number, one for life (P1)."""

from sim.procedures.model import END, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import counter_time, forbidden

PROCEDURE = Procedure(
    name="change_number",
    title="Request to change the social security number",
    title_zh="变更社会保障号码",
    rules=("P1",),
    steps=(
        Step(
            "ask",
            ("P1",),
            Place.AGENCY,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(
                forbidden(rule="P1", why="The social security number is the citizen number; no procedure changes it."),
            ),
            service="counter_time",
            help="A wrong citizen number is a matter for the population register.",
        ),
    ),
    moves=(Move("ask", END),),
    parameters=(counter_time(),),
)
