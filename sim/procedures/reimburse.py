"""Reimbursement of medical costs paid while the card was lost or damaged, once (L6)."""

from sim.office.fields import Bank, Field, Ledger
from sim.procedures.model import END, Act, Effect, Kind, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import assumed, counter_time, covered, money, none_of, office_step, put

_CLAIMED = (
    none_of(Field.CLAIMED_FEN, 0, rule="L6", why="Nothing was claimed, or it has been examined already."),
    covered(Field.CLAIMED_FEN, rule="L6", why="This is more than what was claimed and not examined yet."),
)

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
            who=(Who.HOLDER, Who.AGENT, Who.HEIR),
            papers=(Paper.IDENTITY, Paper.RECEIPTS),
            guards=(
                none_of(
                    Field.CLAIMABLE_FEN,
                    0,
                    rule="L6",
                    why="No costs are open to a claim: none counted, all were claimed, or the new card is not in hand.",
                ),
                none_of(
                    Field.BANK,
                    Bank.NONE,
                    Bank.CLOSED,
                    rule="L6",
                    why="The person has no financial account to be paid to.",
                ),
            ),
            effects=(
                Effect(Act.CARRY, Field.CLAIMABLE_FEN.name),
                money(Sum.AMOUNT, Ledger.FUND, Ledger.CLAIMS),
                put(Field.CLAIMABLE_FEN, 0),
            ),
            service="counter_time",
            help="The claim takes its sum along, frozen; whatever happens to the card later changes nothing of it.",
        ),
        office_step(
            "pay_out",
            ("L6",),
            guards=_CLAIMED,
            effects=(money(Sum.AMOUNT, Ledger.CLAIMS, Ledger.FINANCIAL),),
            help="Examined and paid to the financial account.  assumed: in full.",
        ),
        office_step(
            "reject",
            ("L6",),
            guards=_CLAIMED,
            effects=(money(Sum.AMOUNT, Ledger.CLAIMS, Ledger.FUND),),
            help="Examined and found not to be owed.",
        ),
    ),
    moves=(
        Move("claim", "reject", share="rejected_share", wait="examination"),
        Move("claim", "pay_out", wait="examination"),
        Move("pay_out", END),
        Move("reject", END),
    ),
    parameters=(
        counter_time(),
        assumed("examination", Kind.WAIT, "20 workdays", "from the claim until it is examined, each claim by itself"),
        assumed("rejected_share", Kind.SHARE, 0.0, "share of claims that the examination rejects"),
    ),
)
