"""An employer that has come to an end deregisters; its employees' accounts close unless transferred (P7)."""

from sim.office.fields import Account, EmployerEnd, Employment, Field, Registration
from sim.procedures.model import END, Act, Check, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import NONE_THROUGH_EMPLOYER, counter_time, office_step, one_of, put, timed

_REGISTERED = one_of(
    Field.EMPLOYMENT, Employment.EMPLOYED, rule="P7", why="The person is not registered with an employer."
)
_GONE = (
    put(Field.EMPLOYMENT, Employment.EMPLOYER_GONE),
    put(Field.REGISTRATION, Registration.NONE),
    *NONE_THROUGH_EMPLOYER,
)
_OPEN = (one_of(Field.ACCOUNT, Account.OPEN),)
_OTHERWISE = (EmployerEnd.MERGED, EmployerEnd.APPROVED, EmployerEnd.DEREGISTERED)
_TERM = "the term is part of rule P7"

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
                    rule="P7",
                    why="The employer was not dissolved, bankrupt or revoked; any other end goes to the tax authority.",
                ),
            ),
            effects=_GONE,
            service="counter_time",
            help="Dissolved, bankrupt or revoked: with the competent department's approval.",
        ),
        Step(
            "at_tax_office",
            ("P7",),
            Place.TAX,
            starts=True,
            who=(Who.EMPLOYER,),
            papers=(Paper.LICENCE, Paper.END_OF_EMPLOYER),
            guards=(
                _REGISTERED,
                one_of(
                    Field.EMPLOYER_END,
                    *_OTHERWISE,
                    rule="P7",
                    why="The employer has neither merged, been approved as ended, deregistered nor lost its licence.",
                ),
            ),
            effects=_GONE,
            service="counter_time",
            help="Merged, approved as ended, deregistered or licence lost: with the local tax authority.",
        ),
        office_step("watch_approval", ("P7",), help="The agency notes the last day, from the approval."),
        office_step(
            "watch_duty", ("P7",), help="The tax authority notes the last day, from the end of the duty to pay."
        ),
        office_step("term_over", ("P7",), help="The last day has passed: has the employer deregistered?"),
        office_step(
            "flag_late",
            ("P7",),
            guards=(_REGISTERED,),
            effects=(Effect(Act.FLAG, Field.LATE.name, 2),),
            help="More than 30 days after the end: flagged, whether anybody comes or not.",
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
        Move("with_approval", "close_account", when=_OPEN),
        Move("with_approval", END),
        Move("at_tax_office", "close_account", when=_OPEN),
        Move("at_tax_office", END),
        Move("watch_approval", "term_over", wait="approval_deadline", dates=True),
        Move("watch_duty", "term_over", wait="duty_deadline", dates=True),
        Move(
            "term_over",
            "flag_late",
            when=(
                _REGISTERED,
                one_of(Field.EMPLOYER_END, EmployerEnd.DISSOLVED),
                timed(Check.PAST_DAYS, Field.EMPLOYER_ENDED_AT, "approval_deadline"),
            ),
        ),
        Move(
            "term_over",
            "flag_late",
            when=(
                _REGISTERED,
                one_of(Field.EMPLOYER_END, *_OTHERWISE),
                timed(Check.PAST_DAYS, Field.EMPLOYER_ENDED_AT, "duty_deadline"),
            ),
        ),
        Move("term_over", END),
        Move("flag_late", END),
        Move("close_account", END),
    ),
    parameters=(
        counter_time(),
        Parameter("approval_deadline", Kind.TIME, "30 d", "P", _TERM, "days after the competent department's approval"),
        Parameter("duty_deadline", Kind.TIME, "30 d", "P", _TERM, "days after the duty to pay ended"),
    ),
)
