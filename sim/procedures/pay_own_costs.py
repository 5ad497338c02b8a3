"""A person without a usable card pays for treatment himself and keeps the receipts (L6)."""

from sim.office.fields import NEVER, Field
from sim.procedures.model import END, Act, Effect, Kind, Move, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, none_of, office_step, one_of, stamp

_BETWEEN = (
    none_of(Field.REPORTED_AT, NEVER, rule="L6", why="No loss was reported."),
    one_of(Field.REPLACED_AT, NEVER, rule="L6", why="The replacement is in hand."),
)

PROCEDURE = Procedure(
    name="pay_own_costs",
    title="Treatment paid by the person",
    title_zh="自费就医",
    rules=("L6",),
    steps=(
        Step(
            "pay",
            ("L6",),
            Place.HOSPITAL,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            effects=(stamp(Field.COST_AT),),
            service="till_time",
            help="In cash; nobody refuses that.",
        ),
        office_step(
            "may_be_claimed",
            ("L6",),
            guards=_BETWEEN,
            effects=(Effect(Act.ADD_AMOUNT, Field.COST_FEN.name),),
            help="Paid between the loss report and the replacement: this receipt counts.",
        ),
    ),
    moves=(
        Move("pay", "may_be_claimed", when=_BETWEEN),
        Move("pay", END),
        Move("may_be_claimed", END),
    ),
    parameters=(
        assumed("till_time", Kind.TIME, {"dist": "lognormal", "mean": "2 min", "cv": 0.6}, "at the hospital's till"),
    ),
)
