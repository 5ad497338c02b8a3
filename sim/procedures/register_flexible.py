"""A flexible worker registers himself, voluntarily (P4)."""

from sim.office.fields import Account, Employment, Field
from sim.procedures.model import END, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import INSURED_AGAIN, counter_time, none_of, office_step, one_of, put

PROCEDURE = Procedure(
    name="register_flexible",
    title="Registration of a flexible worker",
    title_zh="灵活就业人员参保登记",
    rules=("P4",),
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
            ),
            effects=(put(Field.EMPLOYMENT, Employment.FLEXIBLE), *INSURED_AGAIN),
            service="counter_time",
            help="Self-employed without employees, part-timers and other flexible workers.",
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
