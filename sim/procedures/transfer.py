"""Changing city: the account is transferred, the card stays valid (P5)."""

from sim.office.fields import Account, Field, Ledger, Transfer
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import (
    ACCOUNT_OPEN,
    INSURED,
    INTEREST_RATE,
    VOID_NOTICE,
    counter_time,
    money,
    one_of,
    put,
)

PROCEDURE = Procedure(
    name="transfer",
    title="Transfer of the account",
    title_zh="账户转移接续",
    rules=("P5", "P6", "A6"),
    steps=(
        Step(
            "out",
            ("P5", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(
                ACCOUNT_OPEN[0],
                one_of(Field.ACCOUNT, Account.OPEN, rule="P5", why="There is no account here to transfer."),
            ),
            effects=(
                money(Sum.ALL, Ledger.MEDICAL, Ledger.ELSEWHERE),
                money(Sum.INTEREST, Ledger.FUND, Ledger.ELSEWHERE, "interest_rate"),
                put(Field.ACCOUNT, Account.MOVED),
                VOID_NOTICE,
                put(Field.TRANSFER, Transfer.OUT),
            ),
            chip=Chip.BRING,
            service="counter_time",
            help="To another city, balance and interest; nothing happens to the card.",
        ),
        Step(
            "into",
            ("P5", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(
                    Field.ACCOUNT,
                    Account.NONE,
                    Account.MOVED,
                    rule="P5",
                    why="The person has an account here already.",
                ),
            ),
            effects=(
                money(Sum.AMOUNT, Ledger.ELSEWHERE, Ledger.MEDICAL),
                put(Field.ACCOUNT, Account.OPEN),
                put(Field.TRANSFER, Transfer.INTO),
                *INSURED,
            ),
            chip=Chip.BRING,
            service="counter_time",
            help="From another city, with the balance that comes along.",
        ),
    ),
    moves=(Move("out", END), Move("into", END)),
    parameters=(counter_time(), INTEREST_RATE),
)
