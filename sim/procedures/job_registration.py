"""Registration of a job or of unemployment, with the card (U3)."""

from sim.office.fields import Employment, Field
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time, none_of, put
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="job_registration",
    title="Registration of a job or of unemployment",
    title_zh="就业失业登记",
    rules=("U3", "A6"),
    steps=(
        Step(
            "unemployed",
            ("U3", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                card_active("U3"),
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    Employment.RETIRED,
                    rule="U3",
                    why="Who has an employer or is retired is not registered as unemployed.",
                ),
            ),
            effects=(put(Field.EMPLOYMENT, Employment.UNEMPLOYED),),
            chip=Chip.READ,
            service="counter_time",
            help="Registered as unemployed.",
        ),
        Step(
            "job",
            ("U3", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                card_active("U3"),
                none_of(
                    Field.EMPLOYMENT,
                    Employment.NONE,
                    Employment.UNEMPLOYED,
                    Employment.EMPLOYER_GONE,
                    Employment.RETIRED,
                    rule="U3",
                    why="There is no job to register: the person is not known as employed.",
                ),
            ),
            chip=Chip.READ,
            service="counter_time",
            help="The job is noted; insurance is the employer's business (P3).",
        ),
    ),
    moves=(Move("unemployed", END), Move("job", END)),
    parameters=(counter_time(),),
)
