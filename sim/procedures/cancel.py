"""Cancellation: the bureau's notice, the bank takes notice and card, the account ends, the balance is paid (C1-C3)."""

from sim.office.fields import Account, Application, Bank, Cancellation, Card, Field, Insurance, InsuranceEnd, Ledger
from sim.procedures.model import (
    END,
    Act,
    At,
    Check,
    Chip,
    Effect,
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

_GROUND = (
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
)
"""Asked again at every step up to the bank's approval and the account's end (C2)."""

_CARD_IN_HAND = (
    one_of(
        Field.CARD,
        Card.ISSUED,
        Card.ACTIVE,
        Card.HOLDER_DIED,
        rule="C2",
        why="There is no card in hand for the bank to withdraw.",
    ),
    one_of(
        Field.APPLICATION,
        Application.NONE,
        Application.RETURNED,
        rule="C2",
        why="A new card is on its way: collect it first, so that no card is left.",
    ),
)
_DIED = (one_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="No death of the holder has been recorded."),)
_ALIVE = (none_of(Field.INSURANCE_END, InsuranceEnd.DIED),)

PROCEDURE = Procedure(
    name="cancel",
    title="Cancellation",
    title_zh="注销",
    rules=("C1", "C2", "C3", "C5", "P5", "A6"),
    steps=(
        Step(
            "notice",
            ("C2", "A6", "C1", "P5"),
            Place.BUREAU,
            starts=True,
            who=(Who.HOLDER, Who.AGENT, Who.HEIR),
            papers=(Paper.IDENTITY,),
            guards=(
                *_GROUND,
                none_of(
                    Field.CANCELLATION,
                    Cancellation.CARD_WITHDRAWN,
                    Cancellation.ACCOUNT_CANCELLED,
                    rule="C5",
                    why="The balance of the earlier cancellation has not been paid out yet.",
                ),
                *_CARD_IN_HAND,
            ),
            effects=(put(Field.CANCELLATION, Cancellation.NOTICED),),
            service="counter_time",
            help="The medical and work-injury treatment section checks the papers and prints the notice.",
        ),
        Step(
            "withdraw",
            ("C2", "A6", "C1", "P5", "C5"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HOLDER, Who.AGENT, Who.HEIR),
            papers=(Paper.NOTICE, Paper.CARD, Paper.IDENTITY),
            guards=(
                *_GROUND,
                one_of(
                    Field.CANCELLATION,
                    Cancellation.NOTICED,
                    rule="C2",
                    why="There is no cancellation notice of the bureau in force: go there first.",
                ),
                in_this_city("C2"),
                at_own_bank("C2"),
                *_CARD_IN_HAND,
            ),
            effects=(
                put(Field.CANCELLATION, Cancellation.CARD_WITHDRAWN),
                put(Field.CARD, Card.WITHDRAWN),
                put(Field.CARD_BEFORE, Card.WITHDRAWN),
                put(Field.BANK, Bank.ACCOUNT_ONLY),
                stamp(Field.APPROVED_AT),
                money(Sum.ALL, Ledger.MEDICAL, Ledger.RESERVED),
                Effect(Act.COPY, Field.RESERVED_FEN_DAYS.name, other=Field.FEN_DAYS.name),
                put(Field.FEN_DAYS, 0),
            ),
            chip=Chip.WITHDRAW,
            service="bank_time",
            help="Any outlet of the issuing bank takes notice and card: the bank's approval.  Now the balance is "
            "out of reach for everything but its payout (C5).",
        ),
        office_step(
            "cancel_account",
            ("C2",),
            guards=(
                *_GROUND,
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
                money(Sum.RESERVED_INTEREST, Ledger.FUND, Ledger.FINANCIAL, "interest_rate"),
                money(Sum.ALL, Ledger.RESERVED, Ledger.FINANCIAL),
                put(Field.CANCELLATION, Cancellation.PAID),
            ),
            help="The reserved balance and its interest to the financial account, whatever has happened since.",
        ),
        Step(
            "inherit",
            ("C3", "C1"),
            Place.BANK,
            At.ISSUER,
            starts=True,
            who=(Who.HEIR,),
            guards=(
                *_DIED,
                at_own_bank("C3"),
                none_of(Field.FINANCIAL_FEN, 0, rule="C3", why="There is nothing on the financial account."),
            ),
            effects=(money(Sum.ALL, Ledger.FINANCIAL, Ledger.CASH),),
            service="bank_time",
            help="What is on the financial account of a holder who has died, the payout included, goes to the heirs.",
        ),
    ),
    moves=(
        Move("notice", "withdraw", wait="until_bank"),
        Move("withdraw", "cancel_account"),
        Move("cancel_account", "pay_out", wait="payout"),
        Move("pay_out", "inherit", when=_DIED, wait="until_inherited"),
        Move("pay_out", "bank_account.close", when=_ALIVE, share="closes_share", wait="until_closed"),
        Move("pay_out", END),
        Move("inherit", END),
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
        assumed("closes_share", Kind.SHARE, 0.0, "share who then close the financial account"),
        assumed("until_closed", Kind.WAIT, {"dist": "exponential", "mean": "20 d"}, "from the payout until they do"),
        INTEREST_RATE,
    ),
)
