"""A person is hired: the moment from which the employer's 30 days run (P3)."""

from sim.office.fields import Employment, Field
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import assumed, none_of, office_step, put, stamp
from sim.procedures.use import count

PROCEDURE = Procedure(
    name="hire",
    title="Hiring",
    title_zh="用工",
    rules=("P3",),
    steps=(
        office_step(
            "begin",
            ("P3",),
            guards=(
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    Employment.RETIRED,
                    rule="P3",
                    why="This person already has an employer or is retired.",
                ),
            ),
            effects=(put(Field.EMPLOYMENT, Employment.HIRED), stamp(Field.HIRED_AT), count(Field.EMPLOYERS)),
            help="First day of work.",
        ),
    ),
    moves=(Move("begin", "register_employer", wait="until_registration"),),
    parameters=(
        assumed(
            "until_registration",
            Kind.WAIT,
            {"dist": "lognormal", "mean": "15 d", "cv": 0.5},
            "from the first day of work until the employer comes to register the employee",
        ),
    ),
)
