"""Collection of the card, in person, where the application was accepted (A3; P2, A5, L5, L7)."""

from dataclasses import replace

from sim.office.fields import NEVER, Application, Bank, Card, Field, Generation, Ledger, OldCard, Reason, TemporaryCard
from sim.procedures.issue import AGAIN_PARAMETERS, come_again
from sim.procedures.model import (
    END,
    Act,
    At,
    Check,
    Chip,
    Effect,
    Guard,
    Kind,
    Move,
    Outcome,
    Paper,
    Parameter,
    Place,
    Procedure,
    Step,
    Sum,
)
from sim.procedures.shared import (
    HANDS_BACK_TEMPORARY,
    NO_USABLE_CARD,
    assumed,
    change,
    lead,
    money,
    none_of,
    office_step,
    one_of,
    put,
)

_READY = one_of(Field.APPLICATION, Application.READY, rule="A3", why="No card is ready for this person.")
_HERE = Guard(
    Check.SAME_PLACE,
    Field.OUTLET.name,
    rule="A3",
    why="The card is collected at the outlet that accepted the application.",
)
_GUARDS = (
    _READY,
    _HERE,
    NO_USABLE_CARD,
    HANDS_BACK_TEMPORARY,
)
_IN_HAND = (
    lead("application_to_hand", Field.APPLIED_AT),
    put(Field.CARD, Card.ISSUED),
    put(Field.CARD_BEFORE, Card.ISSUED),
    put(Field.BANK, Bank.INACTIVE),
    put(Field.APPLICATION, Application.NONE),
    put(Field.REASON, Reason.NONE),
    put(Field.LOST_AT, NEVER),
    put(Field.DAMAGED_AT, NEVER),
    put(Field.HOT_AT, NEVER),
    put(Field.HOT_UNTIL, NEVER),
    put(Field.GENERATION, Generation.PRESENT),
    change(Field.TEMPORARY, TemporaryCard.VALID, TemporaryCard.RETURNED),
    change(Field.TEMPORARY, TemporaryCard.EXTENDED, TemporaryCard.RETURNED),
)
_OLD_CARD_IN_HAND = (
    one_of(
        Field.REASON,
        Reason.NEW_GENERATION,
        rule="A5",
        why="The card that is ready was not applied for in exchange of the one in hand.",
    ),
    one_of(
        Field.CARD,
        Card.ISSUED,
        Card.ACTIVE,
        rule="A5",
        why="There is no old card to hand in: the new one is collected alone.",
    ),
)
_EXCHANGE_GUARDS = (_READY, _HERE, *_OLD_CARD_IN_HAND)
_EXCHANGE_EFFECTS = (
    put(Field.CARD, Card.EXCHANGED),
    put(Field.CARD_BEFORE, Card.EXCHANGED),
    put(Field.BANK, Bank.ACCOUNT_ONLY),
)
_ACCOUNT_STAYS = (
    Guard(
        Check.OTHER_BANK,
        Field.CARD_BANK.name,
        rule="L5",
        why="The card keeps its bank: the account goes on with the new card.",
    ),
    none_of(Field.FINANCIAL_FEN, 0, rule="L5", why="There is no money that could stay with the old bank."),
    one_of(Field.FORMER_FEN, 0, rule="L5", why="Money was left with the bank of an earlier card already."),
)
_LOSS_OVER = ((none_of(Field.REPORTED_AT, NEVER),), (none_of(Field.COST_FEN, 0),))
_MAY_CLAIM = (none_of(Field.CLAIMABLE_FEN, 0),)
_COLLECT = Step(
    "collect",
    ("A3",),
    Place.OUTLET,
    At.APPLIED,
    starts=True,
    papers=(Paper.IDENTITY,),
    guards=_GUARDS,
    effects=_IN_HAND,
    chip=Chip.CHECK,
    service="hand_over_time",
    help="The card is read and compared with the person's data, then handed over.",
)
_EXCHANGE = Step(
    "exchange",
    ("A5", "A3", "P2"),
    Place.OUTLET,
    At.APPLIED,
    starts=True,
    papers=(Paper.IDENTITY, Paper.CARD),
    guards=_EXCHANGE_GUARDS,
    effects=_EXCHANGE_EFFECTS,
    chip=Chip.WITHDRAW,
    service="hand_over_time",
    help="The card of the earlier generation is handed in and ends; then the new one is handed over.",
)


def _in_hand(step: str) -> tuple[Move, ...]:
    """What follows once the card is handed over."""
    return (*(Move(step, "replaced", when=when) for when in _LOSS_OVER), Move(step, "in_hand"))


PROCEDURE = Procedure(
    name="collect",
    title="Collection",
    title_zh="领卡",
    rules=("A3", "A5", "P2", "L5", "L7"),
    steps=(
        _COLLECT,
        replace(
            _COLLECT,
            name="over_the_counter",
            at=At.HERE,
            starts=False,
            help="An instantly made card is handed over in the same visit.",
        ),
        _EXCHANGE,
        replace(
            _EXCHANGE,
            name="exchange_here",
            at=At.HERE,
            starts=False,
            help="The same in the visit in which the new card was made.",
        ),
        office_step(
            "account_stays",
            ("L5", "C5"),
            guards=_ACCOUNT_STAYS,
            effects=(
                Effect(Act.COPY, Field.FORMER_BANK.name, other=Field.CARD_BANK.name),
                money(Sum.ALL, Ledger.FINANCIAL, Ledger.FORMER),
            ),
            help="The new card is of another bank: the account with the old one stays open, without a card.",
        ),
        office_step(
            "replaced",
            ("L5", "L6"),
            effects=(
                lead("report_to_hand", Field.REPORTED_AT),
                put(Field.REPORTED_AT, NEVER),
                Effect(Act.ADD, Field.CLAIMABLE_FEN.name, other=Field.COST_FEN.name),
                put(Field.COST_FEN, 0),
            ),
            help="The new card is in hand, the loss or damage is over: what was paid during it may be claimed.",
        ),
        office_step(
            "in_hand",
            ("A3",),
            effects=(Effect(Act.BANK, Field.CARD_BANK.name),),
            help="The card is of this outlet's bank.  Where will the person activate it?",
        ),
    ),
    moves=(
        *(
            move
            for step in ("collect", "over_the_counter")
            for move in (
                Move(step, "account_stays", when=_ACCOUNT_STAYS),
                *_in_hand(step),
                Move(step, "exchange", Outcome.REFUSED, when=(_READY, *_OLD_CARD_IN_HAND), wait="until_again"),
                come_again(step, "collect", (one_of(Field.APPLICATION, Application.READY),)),
            )
        ),
        *(
            move
            for step in ("exchange", "exchange_here")
            for move in (
                Move(step, "over_the_counter"),
                Move(step, "collect", Outcome.REFUSED, when=(_READY, NO_USABLE_CARD), wait="until_again"),
                come_again(step, "exchange", _EXCHANGE_GUARDS),
            )
        ),
        *_in_hand("account_stays"),
        Move("replaced", "reimburse", when=_MAY_CLAIM, share="claims_share", wait="until_claimed", fork=True),
        Move("replaced", "in_hand"),
        Move("in_hand", "activate_bank", share="at_bank_share", wait="until_activated"),
        Move("in_hand", "activate_hospital", share="at_hospital_share", wait="until_activated"),
        Move(
            "in_hand",
            "activate_pharmacy",
            when=(one_of(Field.OLD_CARD, OldCard.HELD),),
            share="at_pharmacy_share",
            wait="until_activated",
        ),
        Move(
            "in_hand",
            "activate_pharmacy.new_card_only",
            when=(none_of(Field.OLD_CARD, OldCard.HELD),),
            share="at_pharmacy_share",
            wait="until_activated",
        ),
        Move("in_hand", END),
    ),
    parameters=(
        Parameter(
            "hand_over_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "2 min", "cv": 0.6},
            "A",
            "counter time by business is not published",
            "reading the card, comparing, signing",
        ),
        *AGAIN_PARAMETERS,
        assumed("claims_share", Kind.SHARE, 0.0, "share of those with costs of their own who claim them"),
        assumed("until_claimed", Kind.WAIT, {"dist": "exponential", "mean": "5 d"}, "from collection to the claim"),
        assumed("at_bank_share", Kind.SHARE, 0.6, "share who activate at the bank"),
        assumed("at_hospital_share", Kind.SHARE, 0.6, "of the others, share who activate at a hospital"),
        assumed("at_pharmacy_share", Kind.SHARE, 0.7, "of the others, share who activate at a pharmacy"),
        assumed("until_activated", Kind.WAIT, {"dist": "exponential", "mean": "5 d"}, "from collection to activation"),
    ),
)
