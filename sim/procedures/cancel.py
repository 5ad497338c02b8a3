"""Cancellation: the bureau's notice, the bank takes notice and card, the account ends, the balance is paid (C1-C3)."""

from sim.office.fields import Account, Bank, Cancellation, Card, Field, Insurance, InsuranceEnd, Ledger
from sim.procedures.model import (
    END,
    At,
    Check,
    Chip,
    Kind,
    Move,
    Paper,
    Parameter,
    Place,
    Procedure,
    Step,
    Sum,
    Who,
)
from sim.procedures.shared import (
    INTEREST_RATE,
    assumed,
    at_own_bank,
    counter_time,
    in_this_city,
    lead,
    money,
    none_of,
    office_step,
    one_of,
    put,
    stamp,
    timed,
)

_CARD_IN_HAND = one_of(
    Field.CARD,
    Card.ISSUED,
    Card.ACTIVE,
    Card.HOLDER_DIED,
    rule="C2",
    why="There is no card in hand for the bank to withdraw.",
)

PROCEDURE = Procedure(
    name="cancel",
    title="Cancellation",
    title_zh="注销",
    rules=("C1", "C2", "C3", "P5", "A6"),
    steps=(
        Step(
            "notice",
            ("C2", "A6", "C1", "P5"),
            Place.BUREAU,
            starts=True,
            who=(Who.HOLDER, Who.AGENT, Who.HEIR),
            papers=(Paper.IDENTITY,),
            guards=(
                none_of(
                    Field.ACCOUNT,
                    Account.MOVED,
                    rule="P5",
                    why="The account was transferred: the card stays valid and is not cancelled for that.",
                ),
                one_of(
                    Field.INSURANCE,
                    Insurance.ENDED,
                    rule="C1",
                    why="The basic medical insurance in this city has not ended; a change of job is not a ground.",
                ),
                _CARD_IN_HAND,
            ),
            effects=(put(Field.CANCELLATION, Cancellation.NOTICED),),
            service="counter_time",
            help="The medical and work-injury treatment section checks the papers and prints the notice.",
        ),
        Step(
            "withdraw",
            ("C2", "A6"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT, Who.HEIR),
            papers=(Paper.NOTICE, Paper.CARD, Paper.IDENTITY),
            guards=(
                one_of(
                    Field.CANCELLATION,
                    Cancellation.NOTICED,
                    rule="C2",
                    why="The bureau has not printed a cancellation notice: go there first.",
                ),
                in_this_city("C2"),
                at_own_bank("C2"),
                _CARD_IN_HAND,
            ),
            effects=(
                put(Field.CANCELLATION, Cancellation.CARD_WITHDRAWN),
                put(Field.CARD, Card.WITHDRAWN),
                put(Field.CARD_BEFORE, Card.WITHDRAWN),
                put(Field.BANK, Bank.CLOSED),
                stamp(Field.APPROVED_AT),
            ),
            chip=Chip.WITHDRAW,
            service="bank_time",
            help="Any outlet of the issuing bank takes notice and card; this is the bank's approval.",
        ),
        office_step(
            "cancel_account",
            ("C2",),
            guards=(
                one_of(
                    Field.CANCELLATION,
                    Cancellation.CARD_WITHDRAWN,
                    rule="C2",
                    why="The bank has not withdrawn the card yet.",
                ),
            ),
            effects=(put(Field.ACCOUNT, Account.CANCELLED), put(Field.CANCELLATION, Cancellation.ACCOUNT_CANCELLED)),
            help="Then the medical account is cancelled.",
        ),
        office_step(
            "pay_out",
            ("C3", "C2"),
            guards=(
                one_of(
                    Field.CANCELLATION,
                    Cancellation.ACCOUNT_CANCELLED,
                    rule="C2",
                    why="The medical account is not cancelled, or is paid out already.",
                ),
                timed(
                    Check.WORKDAYS_AFTER,
                    Field.APPROVED_AT,
                    "payout",
                    rule="C3",
                    why="Ten working days have not passed since the bank's approval.",
                ),
            ),
            effects=(
                lead("approval_to_payout", Field.APPROVED_AT),
                money(Sum.ALL, Ledger.MEDICAL, Ledger.FINANCIAL),
                money(Sum.INTEREST, Ledger.FUND, Ledger.FINANCIAL, "interest_rate"),
                put(Field.CANCELLATION, Cancellation.PAID),
            ),
            help="Balance and interest to the card's financial account.",
        ),
    ),
    moves=(
        Move("notice", "withdraw", wait="until_bank"),
        Move("withdraw", "cancel_account"),
        Move("cancel_account", "pay_out", wait="payout"),
        Move(
            "pay_out", "death.inherit", when=(one_of(Field.INSURANCE_END, InsuranceEnd.DIED),), wait="until_inherited"
        ),
        Move("pay_out", END),
    ),
    parameters=(
        counter_time(),
        assumed(
            "bank_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "5 min", "cv": 0.6},
            "at the bank",
            "counter time of banks for this business is not published",
        ),
        assumed("until_bank", Kind.WAIT, "1 d", "from the notice until the person goes to the bank"),
        Parameter(
            "payout",
            Kind.WAIT,
            "10 workdays",
            "P",
            "published cancellation procedure of a city (aggregator, city not named)",
            "working days from the bank's approval to the payout",
        ),
        assumed(
            "until_inherited",
            Kind.WAIT,
            {"dist": "exponential", "mean": "20 d"},
            "from the payout until the heirs of a holder who has died come to the bank",
        ),
        INTEREST_RATE,
    ),
)
