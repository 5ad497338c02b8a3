"""An employment ends and the employer goes on: the person has no employer any more (P3)."""

from sim.office.fields import Employment, Field, Registration
from sim.procedures.model import END, Kind, Move, Procedure
from sim.procedures.shared import NONE_THROUGH_EMPLOYER, assumed, office_step, one_of, put

PROCEDURE = Procedure(
    name="job_ends",
    title="End of an employment",
    title_zh="终止劳动关系",
    rules=("P3", "U7"),
    steps=(
        office_step(
            "leave",
            ("P3", "U7"),
            guards=(
                one_of(
                    Field.EMPLOYMENT,
                    Employment.EMPLOYED,
                    rule="P3",
                    why="The person is not registered with an employer.",
                ),
            ),
            effects=(
                put(Field.EMPLOYMENT, Employment.NONE),
                put(Field.REGISTRATION, Registration.NONE),
                *NONE_THROUGH_EMPLOYER,
            ),
            help="Last day of work; medical and pension insurance in this city go on (C1).",
        ),
    ),
    moves=(
        Move("leave", "job_registration", share="registers_share", wait="until_registered"),
        Move("leave", END),
    ),
    parameters=(
        assumed("registers_share", Kind.SHARE, 0.0, "share who have themselves registered as unemployed"),
        assumed(
            "until_registered", Kind.WAIT, {"dist": "exponential", "mean": "10 d"}, "from the last day until they do"
        ),
    ),
)
