"""The medical insurance in this city ends: the only ground for cancelling a card (C1); or the person is insured again.

Death has a procedure of its own.  A change of job or a transfer of the account ends nothing (P5).
"""

from sim.office.fields import Account, Employment, Field, Insurance, InsuranceEnd, Pension, Registration
from sim.procedures.model import END, Chip, Effect, Guard, Kind, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import INSURED, NOT_INSURED, assumed, change, counter_time, none_of, one_of, put, stamp

MOVED = none_of(
    Field.ACCOUNT,
    Account.MOVED,
    rule="P5",
    why="The account was transferred: the card stays valid, and there is no insurance here to end.",
)
_GUARDS = (
    MOVED,
    one_of(Field.INSURANCE, Insurance.INSURED, rule="C1", why="The person is not insured in this city."),
    none_of(
        Field.EMPLOYMENT,
        Employment.HIRED,
        rule="P3",
        why="An employer in this city has just hired the person and must register him here.",
    ),
)


_WORK_OVER = tuple(
    change(Field.EMPLOYMENT, was, Employment.NONE)
    for was in (Employment.FLEXIBLE, Employment.UNEMPLOYED, Employment.EMPLOYER_GONE)
)
"""Whoever draws a pension of this city and is insured elsewhere stays retired."""


def _ending(
    name: str, end: InsuranceEnd, proof: Paper, guards: tuple[Guard, ...], work: tuple[Effect, ...], text: str
) -> Step:
    """The agency records the end, on one ground."""
    return Step(
        name,
        ("C1", "A6", "P5", "P3"),
        Place.AGENCY,
        starts=True,
        who=(Who.HOLDER, Who.AGENT),
        papers=(Paper.IDENTITY, proof),
        guards=guards,
        effects=(
            put(Field.INSURANCE, Insurance.ENDED),
            put(Field.INSURANCE_END, end),
            stamp(Field.INSURANCE_ENDED_AT),
            *work,
            put(Field.REGISTRATION, Registration.NONE),
            *NOT_INSURED,
        ),
        chip=Chip.BRING,
        service="counter_time",
        help=text,
    )


PROCEDURE = Procedure(
    name="end_insurance",
    title="End of insurance in this city",
    title_zh="终止本市参保",
    rules=("C1", "P5", "P3", "A6"),
    steps=(
        _ending(
            "insured_elsewhere",
            InsuranceEnd.ELSEWHERE,
            Paper.INSURED_ELSEWHERE,
            (
                *_GUARDS,
                none_of(
                    Field.EMPLOYMENT,
                    Employment.EMPLOYED,
                    rule="C1",
                    why="An employer in this city insures the person; a change of job is not a ground.",
                ),
            ),
            _WORK_OVER,
            "Moved away and insured in another city, without a transfer of the account.",
        ),
        _ending(
            "emigrated",
            InsuranceEnd.EMIGRATED,
            Paper.EMIGRATION,
            _GUARDS,
            (put(Field.EMPLOYMENT, Employment.NONE), put(Field.PENSION, Pension.NONE)),
            "Settled abroad; whoever was employed or drew a pension here gives that up.",
        ),
        Step(
            "insured_again",
            ("C1", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(
                    Field.INSURANCE,
                    Insurance.ENDED,
                    rule="C1",
                    why="The insurance in this city has not ended.",
                ),
                one_of(
                    Field.ACCOUNT,
                    Account.OPEN,
                    rule="P6",
                    why="The account is not open: it is opened again, which insures the person too.",
                ),
            ),
            effects=INSURED,
            service="counter_time",
            help="Back in this city: insured again, and a cancellation that was begun has lost its ground.",
        ),
    ),
    moves=(
        Move("insured_elsewhere", "cancel", share="cancel_share", wait="until_bureau"),
        Move("insured_elsewhere", END),
        Move("emigrated", "cancel", share="cancel_share", wait="until_bureau"),
        Move("emigrated", END),
        Move("insured_again", END),
    ),
    parameters=(
        counter_time(),
        assumed("cancel_share", Kind.SHARE, 0.5, "share who go on to cancel the card; the others keep it for now"),
        assumed("until_bureau", Kind.WAIT, {"dist": "exponential", "mean": "10 d"}, "from the end until they do"),
    ),
)
