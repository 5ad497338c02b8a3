"""An employer that has come to an end deregisters; its employees' accounts close unless transferred (P7).

The duty is the employer's: it runs on, and is flagged when it is late, whether the person has left meanwhile, was hired
by another employer or was never registered (P3).
"""

from sim.office.fields import NEVER, Account, EmployerEnd, Employment, Field, Registration
from sim.procedures.model import END, Act, Check, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ENDED_OTHERWISE,
    ITS_EMPLOYEE,
    NONE_THROUGH_EMPLOYER,
    counter_time,
    office_step,
    one_of,
    put,
    timed,
)

_DISSOLVED = (EmployerEnd.DISSOLVED, EmployerEnd.FORMER_DISSOLVED)
_OTHERWISE = (*ENDED_OTHERWISE, EmployerEnd.FORMER_OTHERWISE)
_DUE = one_of(
    Field.EMPLOYER_END,
    *_DISSOLVED,
    *_OTHERWISE,
    rule="P7",
    why="No employer of this person has ended and not deregistered.",
)
_NEVER_REGISTERED = (
    ITS_EMPLOYEE[0],
    one_of(Field.EMPLOYMENT, Employment.HIRED),
    one_of(Field.ASSESSED_AT, NEVER),
)
_LOSES_ACCOUNT = (one_of(Field.EMPLOYMENT, Employment.EMPLOYER_GONE), one_of(Field.ACCOUNT, Account.OPEN))
_TERM = "the term is part of rule P7"

PROCEDURE = Procedure(
    name="deregister_employer",
    title="Deregistration of an employer",
    title_zh="用人单位注销登记",
    rules=("P7", "P3"),
    steps=(
        Step(
            "with_approval",
            ("P7",),
            Place.AGENCY,
            starts=True,
            who=(Who.EMPLOYER,),
            papers=(Paper.APPROVAL,),
            guards=(
                one_of(
                    Field.EMPLOYER_END,
                    *_DISSOLVED,
                    rule="P7",
                    why="No employer of this person was dissolved, bankrupt or revoked and has still to deregister; "
                    "any other end goes to the tax authority.",
                ),
            ),
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
                one_of(
                    Field.EMPLOYER_END,
                    *_OTHERWISE,
                    rule="P7",
                    why="No employer of this person has merged, been approved as ended, deregistered or lost its "
                    "licence and has still to deregister here.",
                ),
            ),
            service="counter_time",
            help="Merged, approved as ended, deregistered or licence lost: with the local tax authority.",
        ),
        office_step(
            "employee_goes",
            ("P7",),
            guards=ITS_EMPLOYEE,
            effects=(
                put(Field.EMPLOYMENT, Employment.EMPLOYER_GONE),
                put(Field.REGISTRATION, Registration.NONE),
                *NONE_THROUGH_EMPLOYER,
            ),
            help="Who works there still has no employer any more; who has left has nothing to do with it.",
        ),
        office_step("watch_approval", ("P7",), help="The agency notes the last day, from the approval."),
        office_step(
            "watch_duty", ("P7",), help="The tax authority notes the last day, from the end of the duty to pay."
        ),
        office_step("term_over", ("P7",), help="The last day has passed: has the employer deregistered?"),
        office_step(
            "flag_late",
            ("P7",),
            guards=(_DUE,),
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
        office_step(
            "duty_done",
            ("P7",),
            guards=(_DUE,),
            effects=(put(Field.EMPLOYER_END, EmployerEnd.NONE), put(Field.EMPLOYER_ENDED_AT, NEVER)),
            help="Deregistered: no term runs any more.",
        ),
    ),
    moves=(
        *(
            move
            for step in ("with_approval", "at_tax_office")
            for move in (
                Move(step, "register_employer.missing", when=_NEVER_REGISTERED),
                Move(step, "employee_goes", when=ITS_EMPLOYEE),
                Move(step, "duty_done"),
            )
        ),
        Move("employee_goes", "duty_done"),
        Move("duty_done", "close_account", when=_LOSES_ACCOUNT),
        Move("duty_done", END),
        Move("close_account", END),
        Move("watch_approval", "term_over", wait="approval_deadline", dates=True),
        Move("watch_duty", "term_over", wait="duty_deadline", dates=True),
        Move(
            "term_over",
            "flag_late",
            when=(
                one_of(Field.EMPLOYER_END, *_DISSOLVED),
                timed(Check.PAST_DAYS, Field.EMPLOYER_ENDED_AT, "approval_deadline"),
            ),
        ),
        Move(
            "term_over",
            "flag_late",
            when=(
                one_of(Field.EMPLOYER_END, *_OTHERWISE),
                timed(Check.PAST_DAYS, Field.EMPLOYER_ENDED_AT, "duty_deadline"),
            ),
        ),
        Move("term_over", END),
        Move("flag_late", END),
    ),
    parameters=(
        counter_time(),
        Parameter("approval_deadline", Kind.TIME, "30 d", "P", _TERM, "days after the competent department's approval"),
        Parameter("duty_deadline", Kind.TIME, "30 d", "P", _TERM, "days after the duty to pay ended"),
    ),
)
