"""Pension matters, with the card: claim, yearly confirmation, enquiry (U2)."""

from sim.office.fields import Account, Age, Employment, Field, Pension, Registration
from sim.procedures.model import END, Move, Procedure
from sim.procedures.shared import NOT_INSURED, counter_time, none_of, one_of, put, stamp
from sim.procedures.use import at_the_agency

PROCEDURE = Procedure(
    name="pension",
    title="Pension matters",
    title_zh="养老保险事务",
    rules=("U2", "U7", "A6"),
    steps=(
        at_the_agency(
            "claim",
            "U2",
            guards=(
                one_of(Field.PENSION, Pension.NONE, rule="U2", why="The pension is being drawn already."),
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    rule="P3",
                    why="An employer has just hired the person and must register him first.",
                ),
                none_of(
                    Field.ACCOUNT,
                    Account.MOVED,
                    rule="P5",
                    why="The account was transferred to another city: the pension is claimed there.",
                ),
                one_of(
                    Field.AGE,
                    Age.RETIREMENT,
                    rule="U2",
                    why="The person has not reached the statutory retirement age.",
                ),
            ),
            effects=(
                put(Field.PENSION, Pension.DRAWING),
                put(Field.EMPLOYMENT, Employment.RETIRED),
                put(Field.REGISTRATION, Registration.NONE),
                *NOT_INSURED,
            ),
            help="Retirement: contributions end, medical insurance goes on.  assumed: years of contribution are not "
            "checked.",
        ),
        at_the_agency(
            "confirm",
            "U2",
            guards=(one_of(Field.PENSION, Pension.DRAWING, rule="U2", why="No pension is being drawn."),),
            effects=(stamp(Field.CONFIRMED_AT),),
            help="Confirmation that the pension is still due.",
        ),
        at_the_agency("enquire", "U2", help="Enquiry; nothing changes."),
    ),
    moves=(Move("claim", END), Move("confirm", END), Move("enquire", END)),
    parameters=(counter_time(),),
)
