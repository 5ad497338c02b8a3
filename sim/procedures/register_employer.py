"""An employer registers a new employee with the agency, within 30 days of hiring (P3)."""

from sim.office.fields import Account, Employment, Field
from sim.procedures.model import END, Act, Check, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import INSURED_AGAIN, counter_time, office_step, one_of, put, timed

PROCEDURE = Procedure(
    name="register_employer",
    title="Registration of a new employee",
    title_zh="单位职工参保登记",
    rules=("P3",),
    steps=(
        Step(
            "register",
            ("P3",),
            Place.AGENCY,
            starts=True,
            who=(Who.EMPLOYER,),
            papers=(Paper.EMPLOYMENT_CONTRACT, Paper.LICENCE),
            guards=(
                one_of(
                    Field.EMPLOYMENT,
                    Employment.HIRED,
                    rule="P3",
                    why="An employer registers only a person it has newly hired.",
                ),
            ),
            effects=(put(Field.EMPLOYMENT, Employment.EMPLOYED), *INSURED_AGAIN),
            service="counter_time",
            help="Late is accepted too: the premium due is assessed and the case is flagged.",
        ),
        office_step(
            "flag_late",
            ("P3",),
            effects=(Effect(Act.FLAG, Field.LATE.name, 1),),
            help="More than 30 days after hiring: the agency assesses the premium due.",
        ),
        office_step(
            "open_account",
            ("P3",),
            guards=(one_of(Field.ACCOUNT, Account.NONE, rule="P3", why="The person already has an account."),),
            effects=(put(Field.ACCOUNT, Account.OPEN),),
            help="A first registration opens the account; a closed one waits for reopening (P6).",
        ),
    ),
    moves=(
        Move(
            "register",
            "open_account",
            when=(timed(Check.WITHIN_DAYS, Field.HIRED_AT, "deadline"), one_of(Field.ACCOUNT, Account.NONE)),
        ),
        Move("register", END, when=(timed(Check.WITHIN_DAYS, Field.HIRED_AT, "deadline"),)),
        Move("register", "flag_late"),
        Move("flag_late", "open_account", when=(one_of(Field.ACCOUNT, Account.NONE),)),
        Move("flag_late", END),
        Move("open_account", END),
    ),
    parameters=(
        counter_time(),
        Parameter(
            "deadline",
            Kind.TIME,
            "30 d",
            "P",
            "Social Insurance Law, article 58",
            "days after hiring within which the employer registers",
        ),
    ),
)
