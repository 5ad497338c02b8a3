"""Settlement from the personal medical account at a hospital or pharmacy (U1, V4, L1; A8, P5)."""

from sim.office.fields import Account, Card, Field, Ledger
from sim.procedures.model import END, Check, Chip, Guard, Kind, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import SPENDS_NOTHING_WITHOUT_ACCOUNT, assumed, covered, money, none_of, one_of

_GUARDS = (
    one_of(
        Field.CARD_BEFORE,
        Card.ACTIVE,
        rule="V4",
        why="The card is not activated, or it has been withdrawn, handed in or has expired.",
    ),
    Guard(Check.HOT_LIST, "", rule="L1", why="The card has been reported lost."),
    none_of(Field.ACCOUNT, Account.CLOSED, Account.CANCELLED, rule="U1", why="The medical account is closed."),
    SPENDS_NOTHING_WITHOUT_ACCOUNT,
    covered(Field.MEDICAL_FEN, rule="U1", why="The balance of the medical account does not cover this."),
)
_WHO = (Who.HOLDER, Who.AGENT, Who.OTHER)
_EFFECTS = (money(Sum.AMOUNT, Ledger.MEDICAL, Ledger.PROVIDER),)

PROCEDURE = Procedure(
    name="settle",
    title="Settlement",
    title_zh="就医购药结算",
    rules=("U1", "V4", "L1", "A6", "A8"),
    steps=(
        Step(
            "hospital",
            ("U1", "A6", "A8"),
            Place.HOSPITAL,
            starts=True,
            who=_WHO,
            papers=(Paper.CARD,),
            guards=_GUARDS,
            effects=_EFFECTS,
            chip=Chip.SETTLE,
            service="till_time",
            help="The account part of the bill.  Nobody but a declared agent is asked who he is: the card is the key.",
        ),
        Step(
            "pharmacy",
            ("U1", "A6", "A8"),
            Place.PHARMACY,
            starts=True,
            who=_WHO,
            papers=(Paper.CARD,),
            guards=_GUARDS,
            effects=_EFFECTS,
            chip=Chip.SETTLE,
            service="till_time",
            help="The same at a pharmacy.",
        ),
    ),
    moves=(Move("hospital", END), Move("pharmacy", END)),
    parameters=(assumed("till_time", Kind.TIME, {"dist": "lognormal", "mean": "2 min", "cv": 0.6}, "at the till"),),
)
