"""An employer comes to an end, on one of the grounds of P7; its 30 days run from here."""

from sim.office.fields import EmployerEnd, Employment, Field
from sim.procedures.model import Kind, Move, Procedure
from sim.procedures.shared import assumed, office_step, one_of, put, stamp

_GUARDS = (
    one_of(Field.EMPLOYMENT, Employment.HIRED, Employment.EMPLOYED, rule="P7", why="The person has no employer."),
    one_of(
        Field.EMPLOYER_END,
        EmployerEnd.NONE,
        rule="P7",
        why="This employer has come to an end already, or an earlier one has and has not deregistered yet.",
    ),
)
"""Whether the employees have been registered is another matter (P3).  assumed: an earlier employer is followed until it
has deregistered, one at a time."""

_GROUNDS = (
    ("dissolved", EmployerEnd.DISSOLVED, "Dissolved, bankrupt or revoked; the approval is dated today."),
    ("approved", EmployerEnd.APPROVED, "No commerce registration; its department approves the end today."),
    ("deregistered", EmployerEnd.DEREGISTERED, "Deregistered or licence lost; the duty to pay ends today."),
    ("merged", EmployerEnd.MERGED, "Merged into another; the duty to pay ends today."),
)

PROCEDURE = Procedure(
    name="employer_ends",
    title="End of an employer",
    title_zh="用人单位终止",
    rules=("P7",),
    steps=tuple(
        office_step(
            name,
            ("P7",),
            guards=_GUARDS,
            effects=(put(Field.EMPLOYER_END, how), stamp(Field.EMPLOYER_ENDED_AT)),
            help=text,
        )
        for name, how, text in _GROUNDS
    ),
    moves=(
        Move("dissolved", "deregister_employer.watch_approval", fork=True),
        Move("dissolved", "deregister_employer", wait="until_deregistered"),
        *(
            move
            for step in ("approved", "deregistered", "merged")
            for move in (
                Move(step, "deregister_employer.watch_duty", fork=True),
                Move(step, "deregister_employer.at_tax_office", wait="until_deregistered"),
            )
        ),
    ),
    parameters=(
        assumed(
            "until_deregistered",
            Kind.WAIT,
            {"dist": "lognormal", "mean": "20 d", "cv": 0.5},
            "from the end until the employer comes to deregister",
        ),
    ),
)
