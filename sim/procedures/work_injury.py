"""A work injury or occupational disease is recognised, on the employer's or the person's request (U4)."""

from sim.office.fields import Employment, Field, Injury
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time, none_of, one_of, put
from sim.procedures.use import count

PROCEDURE = Procedure(
    name="work_injury",
    title="Recognition of a work injury",
    title_zh="工伤认定",
    rules=("U4", "U7", "A6"),
    steps=(
        Step(
            "recognise",
            ("U4", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.EMPLOYER, Who.HOLDER, Who.AGENT),
            papers=(Paper.EMPLOYMENT_CONTRACT,),
            guards=(
                one_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    rule="U4",
                    why="Only who has an employer can have been injured at work.",
                ),
                none_of(
                    Field.INJURY, Injury.RECOGNISED, rule="U4", why="An injury is recognised already and not yet paid."
                ),
            ),
            effects=(put(Field.INJURY, Injury.RECOGNISED), count(Field.INJURIES)),
            chip=Chip.BRING,
            service="counter_time",
            help="No card is asked for: the employer may come.",
        ),
    ),
    moves=(Move("recognise", END),),
    parameters=(counter_time(),),
)
