"""Settlement with the temporary medical card: in this city only, while it is in force (L7)."""

from sim.office.fields import Account, Facility, Field, Ledger, TemporaryCard
from sim.procedures.model import END, Kind, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import SPENDS_NOTHING_WITHOUT_ACCOUNT, assumed, covered, money, none_of, offers, one_of

PROCEDURE = Procedure(
    name="settle_temporary",
    title="Settlement with the temporary medical card",
    title_zh="临时医疗卡结算",
    rules=("L7", "U1"),
    steps=(
        Step(
            "settle",
            ("L7", "A6"),
            Place.HOSPITAL,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.TEMPORARY_CARD,),
            guards=(
                one_of(
                    Field.TEMPORARY,
                    TemporaryCard.VALID,
                    TemporaryCard.EXTENDED,
                    rule="L7",
                    why="No temporary medical card is in force: none was given, or it has expired or was handed back.",
                ),
                offers(
                    Facility.IN_THIS_CITY,
                    rule="L7",
                    why="The temporary medical card is valid in this city only.",
                ),
                none_of(
                    Field.ACCOUNT, Account.CLOSED, Account.CANCELLED, rule="U1", why="The medical account is closed."
                ),
                SPENDS_NOTHING_WITHOUT_ACCOUNT,
                covered(Field.MEDICAL_FEN, rule="U1", why="The balance of the medical account does not cover this."),
            ),
            effects=(money(Sum.AMOUNT, Ledger.MEDICAL, Ledger.PROVIDER),),
            service="till_time",
            help="The account part of the bill.",
        ),
    ),
    moves=(Move("settle", END),),
    parameters=(
        assumed("till_time", Kind.TIME, {"dist": "lognormal", "mean": "2 min", "cv": 0.6}, "at the hospital's till"),
    ),
)
