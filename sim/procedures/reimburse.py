"""Reimbursement of medical costs paid between the loss report and the replacement, once (L6)."""

from sim.office.fields import NEVER, Field, Ledger
from sim.procedures.model import END, Kind, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import assumed, counter_time, money, none_of, office_step, one_of, put

PROCEDURE = Procedure(
    name="reimburse",
    title="Reimbursement",
    title_zh="医疗费用报销",
    rules=("L6", "A6"),
    steps=(
        Step(
            "claim",
            ("L6", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY, Paper.RECEIPTS),
            guards=(
                none_of(Field.REPORTED_AT, NEVER, rule="L6", why="No loss was reported."),
                none_of(Field.REPLACED_AT, NEVER, rule="L6", why="Claim when the replacement is in hand."),
                one_of(Field.CLAIMED, 0, rule="L6", why="The costs of this loss were claimed already."),
                none_of(
                    Field.COST_FEN,
                    0,
                    rule="L6",
                    why="No costs were paid between the loss report and the replacement.",
                ),
            ),
            effects=(put(Field.CLAIMED, 1),),
            service="counter_time",
            help="Receipts from before the report or after the replacement do not count.",
        ),
        office_step(
            "pay_out",
            ("L6",),
            guards=(one_of(Field.CLAIMED, 1, rule="L6", why="Nothing was claimed."),),
            effects=(money(Sum.COSTS, Ledger.FUND, Ledger.FINANCIAL), put(Field.COST_FEN, 0)),
            help="Examined and paid to the card's financial account.  assumed: in full.",
        ),
    ),
    moves=(Move("claim", "pay_out", wait="examination"), Move("pay_out", END)),
    parameters=(
        counter_time(),
        assumed("examination", Kind.WAIT, "20 workdays", "from the claim until it is examined"),
    ),
)
