"""The enquiry and handling system: first the card proves itself, then the service (U5)."""

from sim.procedures.model import END, At, Chip, Kind, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import assumed
from sim.procedures.use import card_active

PROCEDURE = Procedure(
    name="online_service",
    title="Online service",
    title_zh="网上服务",
    rules=("U5",),
    steps=(
        Step(
            "authenticate",
            ("U5",),
            Place.ONLINE,
            starts=True,
            papers=(Paper.CARD,),
            guards=(card_active("U5"),),
            chip=Chip.AUTHENTICATE,
            service="authentication_time",
            keep=True,
            help="Card authentication through the person's reader or telephone.",
        ),
        Step(
            "serve",
            ("U5",),
            Place.ONLINE,
            At.HERE,
            service="session_time",
            help="Enquiry or handling.",
        ),
    ),
    moves=(Move("authenticate", "serve"), Move("serve", END)),
    parameters=(
        assumed("authentication_time", Kind.TIME, "5 s", "card authentication"),
        assumed("session_time", Kind.TIME, {"dist": "lognormal", "mean": "4 min", "cv": 1.0}, "the service itself"),
    ),
)
