"""A flexible worker registers himself, voluntarily (P4)."""

from sim.office.fields import Account, Cover, Employment, Field, InsuranceEnd
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import INSURED, UNEMPLOYED_NO_LONGER, counter_time, none_of, office_step, one_of, put

PROCEDURE = Procedure(
    name="register_flexible",
    title="Registration of a flexible worker",
    title_zh="灵活就业人员参保登记",
    rules=("P4", "C1"),
    steps=(
        Step(
            "register",
            ("P4", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(
                none_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    Employment.EMPLOYED,
                    rule="P4",
                    why="Who is insured through an employer is registered by the employer.",
                ),
                none_of(Field.EMPLOYMENT, Employment.FLEXIBLE, rule="P4", why="Already registered as flexible worker."),
                none_of(
                    Field.EMPLOYMENT, Employment.RETIRED, rule="P4", why="Who is retired is not a flexible worker."
                ),
                none_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="This person has died."),
            ),
            effects=(
                put(Field.EMPLOYMENT, Employment.FLEXIBLE),
                UNEMPLOYED_NO_LONGER,
                *INSURED,
                put(Field.PENSION_INSURANCE, Cover.INSURED),
            ),
            chip=Chip.BRING,
            service="counter_time",
            help="Self-employed without employees, part-timers and others: medical and pension insurance only.",
        ),
        office_step(
            "open_account",
            ("P4",),
            guards=(one_of(Field.ACCOUNT, Account.NONE, rule="P4", why="The person already has an account."),),
            effects=(put(Field.ACCOUNT, Account.OPEN),),
            help="A first registration opens the account; a closed one waits for reopening (P6).",
        ),
    ),
    moves=(
        Move("register", "open_account", when=(one_of(Field.ACCOUNT, Account.NONE),)),
        Move("register", END),
        Move("open_account", END),
    ),
    parameters=(counter_time(),),
)
