"""The enquiry and handling system: first the person proves who he is, then one service (U5).

The card is the key to enquiry and certificate.  Who reports its loss has it no more: he proves who he is with number
and password (assumed), and the report holds as one by telephone does.
"""

from sim.office.fields import Field
from sim.procedures.loss import IN_HAND, TEMPORARILY_REPORTED
from sim.procedures.model import END, At, Chip, Kind, Move, Paper, Place, Procedure, Step
from sim.procedures.shared import assumed
from sim.procedures.use import card_active, count


def _authenticated(name: str, what: str) -> Step:
    return Step(
        name,
        ("U5",),
        Place.ONLINE,
        starts=True,
        papers=(Paper.CARD,),
        guards=(card_active("U5"),),
        chip=Chip.AUTHENTICATE,
        service="authentication_time",
        keep=True,
        help=f"Card authentication through the person's reader or telephone, for {what}.",
    )


PROCEDURE = Procedure(
    name="online_service",
    title="Online service",
    title_zh="网上服务",
    rules=("U5", "U7", "L1"),
    steps=(
        _authenticated("authenticate", "an enquiry"),
        Step("serve", ("U5",), Place.ONLINE, At.HERE, service="session_time", help="Enquiry; nothing changes."),
        _authenticated("for_certificate", "a certificate"),
        Step(
            "certificate",
            ("U5",),
            Place.ONLINE,
            At.HERE,
            guards=(card_active("U5"),),
            effects=(count(Field.CERTIFICATES),),
            service="session_time",
            help="Certificate of insurance, drawn up and noted.",
        ),
        Step(
            "report_loss",
            ("L1",),
            Place.ONLINE,
            starts=True,
            guards=(IN_HAND,),
            effects=TEMPORARILY_REPORTED,
            service="session_time",
            help="Report of loss, with number and password; it lapses as one by telephone does (L2).",
        ),
    ),
    moves=(
        Move("authenticate", "serve"),
        Move("serve", END),
        Move("for_certificate", "certificate"),
        Move("certificate", END),
        Move("report_loss", "report_loss.runs"),
    ),
    parameters=(
        assumed("authentication_time", Kind.TIME, "5 s", "card authentication"),
        assumed("session_time", Kind.TIME, {"dist": "lognormal", "mean": "4 min", "cv": 1.0}, "the service itself"),
    ),
)
