"""An employer that has come to an end deregisters; its employees' accounts close unless transferred (P7)."""

from sim.office.fields import Account, EmployerEnd, Employment, Field
from sim.procedures.model import END, Act, Check, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import counter_time, office_step, one_of, put, timed

_REGISTERED = one_of(
    Field.EMPLOYMENT, Employment.EMPLOYED, rule="P7", why="The person is not registered with an employer."
)
_GONE = (put(Field.EMPLOYMENT, Employment.EMPLOYER_GONE),)
_OPEN = (one_of(Field.ACCOUNT, Account.OPEN),)

PROCEDURE = Procedure(
    name="deregister_employer",
    title="Deregistration of an employer",
    title_zh="用人单位注销登记",
    rules=("P7",),
    steps=(
        Step(
            "with_approval",
            ("P7",),
            Place.AGENCY,
            starts=True,
            who=(Who.EMPLOYER,),
            papers=(Paper.APPROVAL,),
            guards=(
                _REGISTERED,
                one_of(
                    Field.EMPLOYER_END,
                    EmployerEnd.DISSOLVED,
                    EmployerEnd.APPROVED,
                    rule="P7",
                    why="The employer was neither dissolved nor approved as ended.",
                ),
            ),
            effects=_GONE,
            service="counter_time",
            help="Dissolved, bankrupt, revoked, merged, or approved as ended: with the department's approval.",
        ),
        Step(
            "at_tax_office",
            ("P7",),
            Place.TAX,
            starts=True,
            who=(Who.EMPLOYER,),
            papers=(Paper.LICENCE,),
            guards=(
                _REGISTERED,
                one_of(
                    Field.EMPLOYER_END,
                    EmployerEnd.DEREGISTERED,
                    rule="P7",
                    why="The employer has neither deregistered nor lost its licence.",
                ),
            ),
            effects=_GONE,
            service="counter_time",
            help="Deregistered or licence lost: with the local tax authority.",
        ),
        office_step(
            "flag_late",
            ("P7",),
            effects=(Effect(Act.FLAG, Field.LATE.name, 2),),
            help="More than 30 days after the end.",
        ),
        office_step(
            "close_account",
            ("P7",),
            guards=(one_of(Field.ACCOUNT, Account.OPEN, rule="P7", why="There is no open account to close."),),
            effects=(put(Field.ACCOUNT, Account.CLOSED),),
            help="The employee's account is closed; one that was transferred is not here any more.",
        ),
    ),
    moves=(
        *(
            move
            for step, term in (("with_approval", "approval_deadline"), ("at_tax_office", "duty_deadline"))
            for move in (
                Move(
                    step,
                    "close_account",
                    when=(timed(Check.WITHIN_DAYS, Field.EMPLOYER_ENDED_AT, term), *_OPEN),
                ),
                Move(step, END, when=(timed(Check.WITHIN_DAYS, Field.EMPLOYER_ENDED_AT, term),)),
                Move(step, "flag_late"),
            )
        ),
        Move("flag_late", "close_account", when=_OPEN),
        Move("flag_late", END),
        Move("close_account", END),
    ),
    parameters=(
        counter_time(),
        Parameter(
            "approval_deadline",
            Kind.TIME,
            "30 d",
            "P",
            "the term is part of rule P7",
            "days after the competent department's approval",
        ),
        Parameter(
            "duty_deadline",
            Kind.TIME,
            "30 d",
            "P",
            "the term is part of rule P7",
            "days after the duty to pay ended",
        ),
    ),
)
