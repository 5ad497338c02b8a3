"""An employer registers a new employee with the agency, within 30 days of hiring; the agency finds who did not (P3)."""

from sim.office.fields import NEVER, Account, Employment, Field, Ledger
from sim.procedures.model import END, Act, Check, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import (
    ALL_FIVE,
    ITS_EMPLOYEE,
    assumed,
    counter_time,
    money,
    office_step,
    one_of,
    put,
    stamp,
    timed,
)

_HIRED = one_of(
    Field.EMPLOYMENT, Employment.HIRED, rule="P3", why="An employer registers only a person it has newly hired."
)
_FIRST = one_of(Field.ACCOUNT, Account.NONE, rule="P3", why="The person already has an account.")
_TERM_OVER = timed(
    Check.PAST_DAYS, Field.HIRED_AT, "deadline", rule="P3", why="The term for registering has not passed yet."
)
_NOT_ASSESSED = one_of(Field.ASSESSED_AT, NEVER, rule="P3", why="The premium of this hiring has been assessed already.")

_ASSESSED = (
    Effect(Act.FLAG, Field.LATE.name, 1),
    Effect(Act.COUNT, Field.PREMIUM_FEN.name, parameter="premium"),
    stamp(Field.ASSESSED_AT),
)

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
            guards=(_HIRED,),
            effects=(put(Field.EMPLOYMENT, Employment.EMPLOYED), *ALL_FIVE),
            service="counter_time",
            help="Insured in all five insurances.  Late is accepted too.",
        ),
        office_step("watch", ("P3",), help="The agency knows of the hiring and notes the last day for registering."),
        office_step("term_over", ("P3",), help="The last day has passed: has the employee been registered?"),
        office_step(
            "overdue",
            ("P3",),
            guards=(_TERM_OVER, _NOT_ASSESSED),
            effects=_ASSESSED,
            help="Flagged, and the premium due is assessed with the employer, whether anybody comes or not.",
        ),
        office_step(
            "missing",
            ("P3",),
            guards=(_HIRED, _NOT_ASSESSED),
            effects=_ASSESSED,
            help="The employer is deregistered and has never registered the employee: nobody waits for the last day.",
        ),
        office_step("assess_late", ("P3",), help="Registered after the last day: was it noticed already?"),
        office_step(
            "collect_premium",
            ("P3",),
            effects=(money(Sum.PREMIUM, Ledger.CASH, Ledger.FUND), put(Field.PREMIUM_FEN, 0)),
            help="The employer pays what was assessed (Social Insurance Law, article 63); what is not paid stays due.",
        ),
        office_step(
            "open_account",
            ("P3",),
            guards=(_FIRST,),
            effects=(put(Field.ACCOUNT, Account.OPEN),),
            help="A first registration opens the account; a closed one waits for reopening (P6).",
        ),
    ),
    moves=(
        Move("watch", "term_over", wait="deadline", dates=True),
        Move("term_over", "overdue", when=(_HIRED, _TERM_OVER, _NOT_ASSESSED)),
        Move("term_over", END),
        Move("overdue", "collect_premium", share="paid_share", wait="until_paid"),
        Move("overdue", END),
        Move("missing", "collect_premium", share="paid_share", wait="until_paid", fork=True),
        Move("missing", "deregister_employer.employee_goes", when=ITS_EMPLOYEE),
        Move("missing", END),
        Move("collect_premium", END),
        Move("register", "assess_late", when=(_TERM_OVER, _NOT_ASSESSED), fork=True),
        Move("register", "open_account", when=(_FIRST,)),
        Move("register", END),
        Move("assess_late", "overdue"),
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
        assumed(
            "premium",
            Kind.MONEY,
            "1000 yuan",
            "premium the agency assesses for an employee who was not registered in time",
            "set by the region; Social Insurance Law, article 62: 110 % of last month's, or as the agency says",
        ),
        assumed("paid_share", Kind.SHARE, 1.0, "share of assessed premiums that are paid; the others stay due"),
        assumed("until_paid", Kind.WAIT, "15 workdays", "from the assessment until the employer has paid"),
    ),
)
