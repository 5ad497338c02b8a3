"""A financial account without a card: cash at the counter with the identity document, until it is closed (C5, L5)."""

from sim.office.fields import NOWHERE, Bank, Cancellation, Field, InsuranceEnd, Ledger
from sim.procedures.banking import BANK_TIME, NO_OVERDRAFT
from sim.procedures.model import END, At, Check, Guard, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import at_own_bank, covered, money, none_of, one_of, put

_WITHOUT_CARD = one_of(
    Field.BANK,
    Bank.ACCOUNT_ONLY,
    rule="C5",
    why="Only an account whose card was taken in is drawn without a card, and none of this person's is open.",
)
_LEFT_HERE = Guard(
    Check.SAME_BANK, Field.FORMER_BANK.name, rule="C5", why="No account of an earlier card was left with this bank."
)

PROCEDURE = Procedure(
    name="bank_account",
    title="Financial account without a card",
    title_zh="无卡金融账户支取与销户",
    rules=("C5", "L5", "A9"),
    steps=(
        Step(
            "withdraw",
            ("C5", "A9"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(at_own_bank("C5"), _WITHOUT_CARD, NO_OVERDRAFT),
            effects=(money(Sum.AMOUNT, Ledger.FINANCIAL, Ledger.CASH),),
            service="counter_time",
            help="After a cancellation, or while a damaged card is replaced: in person.",
        ),
        Step(
            "close",
            ("C5",),
            Place.BANK,
            At.ISSUER,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(
                at_own_bank("C5"),
                _WITHOUT_CARD,
                none_of(
                    Field.CANCELLATION,
                    Cancellation.CARD_WITHDRAWN,
                    Cancellation.ACCOUNT_CANCELLED,
                    rule="C5",
                    why="The payout of the medical account, balance or interest, is still to come.",
                ),
                one_of(Field.CLAIMED_FEN, 0, rule="C5", why="Claimed costs may still be paid to this account."),
            ),
            effects=(money(Sum.ALL, Ledger.FINANCIAL, Ledger.CASH), put(Field.BANK, Bank.CLOSED)),
            service="counter_time",
            help="The holder draws what is left and closes it.",
        ),
        Step(
            "withdraw_former",
            ("C5", "A9"),
            Place.BANK,
            At.FORMER,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(
                _LEFT_HERE,
                covered(Field.FORMER_FEN, rule="A9", why="The account does not cover this, and there is no overdraft."),
            ),
            effects=(money(Sum.AMOUNT, Ledger.FORMER, Ledger.CASH),),
            service="counter_time",
            help="From the account that was left behind when the card changed its bank.",
        ),
        Step(
            "close_former",
            ("C5",),
            Place.BANK,
            At.FORMER,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(_LEFT_HERE,),
            effects=(money(Sum.ALL, Ledger.FORMER, Ledger.CASH), put(Field.FORMER_BANK, NOWHERE)),
            service="counter_time",
            help="The holder draws what is left there and closes it.",
        ),
        Step(
            "inherit_former",
            ("C5", "C1"),
            Place.BANK,
            At.FORMER,
            starts=True,
            who=(Who.HEIR,),
            guards=(
                one_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="No death of the holder was recorded."),
                _LEFT_HERE,
            ),
            effects=(money(Sum.ALL, Ledger.FORMER, Ledger.CASH), put(Field.FORMER_BANK, NOWHERE)),
            service="counter_time",
            help="Of a holder who has died, the heirs.",
        ),
    ),
    moves=tuple(Move(step, END) for step in ("withdraw", "close", "withdraw_former", "close_former", "inherit_former")),
    parameters=(BANK_TIME,),
)
