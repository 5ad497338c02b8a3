"""A person without a usable card pays for treatment himself and keeps the receipts (L6)."""

from sim.office.fields import Field
from sim.procedures.model import Kind, Move, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, stamp

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
    ),
    moves=(Move("pay", "cost_window"),),
    parameters=(
        assumed("till_time", Kind.TIME, {"dist": "lognormal", "mean": "2 min", "cv": 0.6}, "at the hospital's till"),
    ),
)
