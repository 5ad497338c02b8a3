"""A holder dies: insurance, card and accounts end, and the heirs receive what is left (C1 to C3, C5).

assumed: the rules name death as a ground and nothing more.  That balances are inherited follows from the national
medical insurance decision of 1998 (principal and interest of the personal account may be inherited) and, for money in
the bank, from the law of succession.  Heirs prove kinship; who of them gets which share is not the office's business.
"""

from sim.office.fields import (
    NEVER,
    Account,
    Application,
    Bank,
    Cancellation,
    Card,
    Employment,
    Field,
    Insurance,
    InsuranceEnd,
    Ledger,
    Pension,
    Reason,
    Registration,
)
from sim.procedures.model import END, Kind, Move, Place, Procedure, Step, Sum, Who
from sim.procedures.shared import (
    INTEREST_RATE,
    NOT_INSURED,
    TEMPORARY_ENDS,
    assumed,
    change,
    counter_time,
    money,
    none_of,
    office_step,
    one_of,
    put,
    stamp,
)

_RECORDED = one_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="No death of the holder has been recorded.")
_IN_HAND = one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="C1", why="There is no card in hand to stop.")
_REPORTED = one_of(Field.CARD, Card.TEMPORARY_LOSS, rule="L2", why="No telephone report is in force.")
_NO_CARD = none_of(
    Field.CARD,
    Card.ISSUED,
    Card.ACTIVE,
    Card.TEMPORARY_LOSS,
    Card.HOLDER_DIED,
    rule="C2",
    why="There is a card: it is cancelled first, by notice and withdrawal.",
)
_ACCOUNT_HERE = one_of(
    Field.ACCOUNT, Account.OPEN, Account.CLOSED, rule="C1", why="There is no account of the holder to close here."
)
_NOTHING_RESERVED = none_of(
    Field.CANCELLATION,
    Cancellation.CARD_WITHDRAWN,
    Cancellation.ACCOUNT_CANCELLED,
    rule="C3",
    why="The balance of the cancelled account waits for its payout.",
)
_LOST_IN_FACT = (none_of(Field.LOST_AT, NEVER), _ACCOUNT_HERE)
_CLOSABLE = (_NO_CARD, _ACCOUNT_HERE, _NOTHING_RESERVED)

_FROZEN = tuple(change(Field.BANK, state, Bank.FROZEN) for state in (Bank.INACTIVE, Bank.ACTIVE, Bank.REPORTED))
"""Reporting a loss to one side leaves the other usable (L3), the death of the holder does not."""

PROCEDURE = Procedure(
    name="death",
    title="Death of a holder",
    title_zh="持卡人死亡",
    rules=("C1", "C2", "C3", "L2"),
    steps=(
        office_step(
            "dies",
            ("C1",),
            guards=(one_of(Field.DIED_AT, NEVER, rule="C1", why="This person has died already."),),
            effects=(stamp(Field.DIED_AT),),
            help="Nobody at the office knows yet; the card works until the heirs report it.",
        ),
        Step(
            "report",
            ("C1",),
            Place.AGENCY,
            starts=True,
            who=(Who.HEIR,),
            guards=(
                none_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="The death has been recorded already."),
            ),
            effects=(
                put(Field.INSURANCE, Insurance.ENDED),
                put(Field.INSURANCE_END, InsuranceEnd.DIED),
                stamp(Field.INSURANCE_ENDED_AT),
                put(Field.EMPLOYMENT, Employment.NONE),
                put(Field.APPLICATION, Application.NONE),
                put(Field.REASON, Reason.NONE),
                put(Field.PENSION, Pension.NONE),
                put(Field.REGISTRATION, Registration.NONE),
                *_FROZEN,
                *NOT_INSURED,
                *TEMPORARY_ENDS,
            ),
            service="counter_time",
            help="All insurance ends.  Nobody acts for the holder any more but the heirs; assumed: the agency tells "
            "the bank, which freezes its side, whatever was reported of the card.",
        ),
        office_step(
            "stop_card",
            ("C1",),
            guards=(_RECORDED, _IN_HAND),
            effects=(put(Field.CARD, Card.HOLDER_DIED), stamp(Field.HOT_AT)),
            help="Refused wherever the office is asked.",
        ),
        office_step(
            "loss_final",
            ("L2",),
            guards=(_RECORDED, _REPORTED),
            effects=(put(Field.CARD, Card.LOST),),
            help="A telephone report in force does not lapse: nobody is left who could use the card.",
        ),
        Step(
            "card_not_found",
            ("C1", "L1"),
            Place.AGENCY,
            starts=True,
            who=(Who.HEIR,),
            guards=(
                _RECORDED,
                one_of(Field.CARD, Card.HOLDER_DIED, rule="L1", why="There is no card that could not be found."),
            ),
            effects=(put(Field.CARD, Card.LOST),),
            service="counter_time",
            help="The heirs declare that the card is not to be found: there is none that the bank could withdraw.",
        ),
        Step(
            "close_account",
            ("C3", "C1", "C2"),
            Place.AGENCY,
            starts=True,
            who=(Who.HEIR,),
            guards=(_RECORDED, *_CLOSABLE),
            effects=(
                money(Sum.ALL, Ledger.MEDICAL, Ledger.CASH),
                money(Sum.INTEREST, Ledger.FUND, Ledger.CASH, "interest_rate"),
                put(Field.ACCOUNT, Account.CANCELLED),
            ),
            service="counter_time",
            help="No card to withdraw: balance and interest go to the heirs at once.  assumed: no other way is left.",
        ),
    ),
    moves=(
        Move("dies", "report", wait="until_reported"),
        Move("report", "stop_card", when=(_IN_HAND,)),
        Move("report", "loss_final", when=(_REPORTED,)),
        Move("report", "close_account", when=_CLOSABLE),
        Move("report", END),
        Move("stop_card", "card_not_found", when=_LOST_IN_FACT, wait="until_bureau"),
        Move("stop_card", "cancel", when=(_ACCOUNT_HERE,), wait="until_bureau"),
        Move("stop_card", END),
        Move("card_not_found", "close_account", when=(_ACCOUNT_HERE, _NOTHING_RESERVED)),
        Move("card_not_found", END),
        Move("loss_final", "close_account", when=_CLOSABLE),
        Move("loss_final", END),
        Move("close_account", "cancel.inherit", when=(none_of(Field.FINANCIAL_FEN, 0),), wait="until_inherited"),
        Move("close_account", END),
    ),
    parameters=(
        counter_time(),
        INTEREST_RATE,
        assumed(
            "until_reported", Kind.WAIT, {"dist": "exponential", "mean": "14 d"}, "from the death until it is reported"
        ),
        assumed("until_bureau", Kind.WAIT, "3 d", "from the report until the heirs ask for the cancellation"),
        assumed(
            "until_inherited", Kind.WAIT, {"dist": "exponential", "mean": "20 d"}, "until the heirs come to the bank"
        ),
    ),
)
