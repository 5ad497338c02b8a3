"""Registration of a job or of unemployment, with the card (U3)."""

from sim.office.fields import Employment, Field, Registration
from sim.procedures.model import END, Move, Procedure
from sim.procedures.shared import counter_time, none_of, put, still_insured
from sim.procedures.use import at_the_agency

PROCEDURE = Procedure(
    name="job_registration",
    title="Registration of a job or of unemployment",
    title_zh="就业失业登记",
    rules=("U3", "U7", "A6"),
    steps=(
        at_the_agency(
            "unemployed",
            "U3",
            guards=(
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    Employment.RETIRED,
                    rule="U3",
                    why="Who has an employer or is retired is not registered as unemployed.",
                ),
                none_of(
                    Field.EMPLOYMENT,
                    Employment.UNEMPLOYED,
                    rule="U3",
                    why="The person is registered as unemployed already.",
                ),
                still_insured("U3"),
            ),
            effects=(
                put(Field.EMPLOYMENT, Employment.UNEMPLOYED),
                put(Field.REGISTRATION, Registration.UNEMPLOYED),
                put(Field.BENEFIT_MONTHS, 0),
            ),
            help="Registered as unemployed; months of benefit are counted anew.",
        ),
        at_the_agency(
            "job",
            "U3",
            guards=(
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
            effects=(put(Field.REGISTRATION, Registration.JOB),),
            help="The job is registered; insurance is the employer's business (P3).",
        ),
    ),
    moves=(Move("unemployed", END), Move("job", END)),
    parameters=(counter_time(),),
)
