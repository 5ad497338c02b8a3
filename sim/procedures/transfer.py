"""Changing city: the account is transferred, the card stays valid (P5)."""

from sim.office.fields import Account, Field, Ledger, Transfer
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import (
    INSURED,
    INTEREST_RATE,
    VOID_NOTICE,
    counter_time,
    money,
    none_of,
    one_of,
    put,
)

_NOT_CLOSED = none_of(
    Field.ACCOUNT,
    Account.CLOSED,
    Account.CANCELLED,
    rule="P6",
    why="The account here is closed: have it opened again before anything is transferred.",
)
"""P7 has an account either transferred or closed; of one that is closed P6 asks that it be opened again first.  That is
always granted, so no balance is out of reach, here or in the other city.  assumed: P6 speaks of applications alone."""

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
                _NOT_CLOSED,
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
            guards=(_NOT_CLOSED,),
            effects=(
                money(Sum.AMOUNT, Ledger.ELSEWHERE, Ledger.MEDICAL),
                put(Field.ACCOUNT, Account.OPEN),
                put(Field.TRANSFER, Transfer.INTO),
                *INSURED,
            ),
            chip=Chip.BRING,
            service="counter_time",
            help="From another city, with the balance that comes along; added to what is on an account here.",
        ),
    ),
    moves=(Move("out", END), Move("into", END)),
    parameters=(counter_time(), INTEREST_RATE),
)
