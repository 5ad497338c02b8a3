"""A person is hired: the moment from which the employer's 30 days run (P3)."""

from sim.office.fields import NEVER, EmployerEnd, Employment, Field, InsuranceEnd
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import (
    ENDED_OTHERWISE,
    UNEMPLOYED_NO_LONGER,
    assumed,
    change,
    none_of,
    office_step,
    put,
    stamp,
)
from sim.procedures.use import count

PROCEDURE = Procedure(
    name="hire",
    title="Hiring",
    title_zh="用工",
    rules=("P3", "P7", "C1"),
    steps=(
        office_step(
            "begin",
            ("P3", "C1"),
            guards=(
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    Employment.RETIRED,
                    rule="P3",
                    why="This person already has an employer or is retired.",
                ),
                none_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="This person has died."),
            ),
            effects=(
                put(Field.EMPLOYMENT, Employment.HIRED),
                UNEMPLOYED_NO_LONGER,
                stamp(Field.HIRED_AT),
                count(Field.EMPLOYERS),
                put(Field.ASSESSED_AT, NEVER),
                change(Field.EMPLOYER_END, EmployerEnd.DISSOLVED, EmployerEnd.FORMER_DISSOLVED),
                *(change(Field.EMPLOYER_END, how, EmployerEnd.FORMER_OTHERWISE) for how in ENDED_OTHERWISE),
            ),
            help="First day of work; an earlier employer that has ended still has to deregister (P7).",
        ),
    ),
    moves=(
        Move("begin", "register_employer.watch", fork=True),
        Move("begin", "register_employer", wait="until_registration"),
    ),
    parameters=(
        assumed(
            "until_registration",
            Kind.WAIT,
            {"dist": "lognormal", "mean": "15 d", "cv": 0.5},
            "from the first day of work until the employer comes to register the employee",
        ),
    ),
)
