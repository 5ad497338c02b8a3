"""Collection of the card, in person, where the application was accepted (A3; P2, L5, L7)."""

from sim.office.fields import NEVER, Application, Bank, Card, Field, OldCard, TemporaryCard
from sim.procedures.issue import AGAIN_PARAMETERS, come_again
from sim.procedures.model import END, At, Check, Chip, Guard, Kind, Move, Paper, Parameter, Place, Procedure, Step
from sim.procedures.shared import (
    HANDS_BACK_TEMPORARY,
    NO_USABLE_CARD,
    assumed,
    lead,
    none_of,
    office_step,
    one_of,
    put,
    stamp,
)

_GUARDS = (
    one_of(Field.APPLICATION, Application.READY, rule="A3", why="No card is ready for this person."),
    Guard(
        Check.SAME_PLACE,
        Field.OUTLET.name,
        rule="A3",
        why="The card is collected at the outlet that accepted the application.",
    ),
    NO_USABLE_CARD,
    HANDS_BACK_TEMPORARY,
)
_IN_HAND = (
    lead("application_to_hand", Field.APPLIED_AT),
    put(Field.CARD, Card.ISSUED),
    put(Field.CARD_BEFORE, Card.ISSUED),
    put(Field.BANK, Bank.INACTIVE),
    put(Field.APPLICATION, Application.NONE),
    put(Field.LOST_AT, NEVER),
    put(Field.HOT_AT, NEVER),
    put(Field.HOT_UNTIL, NEVER),
)
_LOSS_REPORTED = (none_of(Field.REPORTED_AT, NEVER), one_of(Field.REPLACED_AT, NEVER))
_TEMPORARY_OUT = (TemporaryCard.VALID, TemporaryCard.EXTENDED)

PROCEDURE = Procedure(
    name="collect",
    title="Collection",
    title_zh="领卡",
    rules=("A3", "P2", "L5", "L7"),
    steps=(
        Step(
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
        ),
        Step(
            "over_the_counter",
            ("A3",),
            Place.OUTLET,
            At.HERE,
            papers=(Paper.IDENTITY,),
            guards=_GUARDS,
            effects=_IN_HAND,
            chip=Chip.CHECK,
            service="hand_over_time",
            help="An instantly made card is handed over in the same visit.",
        ),
        office_step(
            "replaced",
            ("L5", "L6"),
            effects=(lead("report_to_hand", Field.REPORTED_AT), stamp(Field.REPLACED_AT)),
            help="The replacement is in hand: the time in which costs may be claimed ends.",
        ),
        office_step(
            "take_back_temporary",
            ("L7",),
            guards=(
                one_of(Field.TEMPORARY, *_TEMPORARY_OUT, rule="L7", why="There is no temporary card to take back."),
            ),
            effects=(put(Field.TEMPORARY, TemporaryCard.RETURNED),),
            help="The temporary medical card is handed back.",
        ),
        office_step("in_hand", ("A3",), help="Where will the person activate it?"),
    ),
    moves=(
        *(
            move
            for step in ("collect", "over_the_counter")
            for move in (
                Move(step, "replaced", when=_LOSS_REPORTED),
                Move(step, "take_back_temporary", when=(one_of(Field.TEMPORARY, *_TEMPORARY_OUT),)),
                Move(step, "in_hand"),
                come_again(step, "collect", (one_of(Field.APPLICATION, Application.READY),)),
            )
        ),
        Move("replaced", "take_back_temporary", when=(one_of(Field.TEMPORARY, *_TEMPORARY_OUT),)),
        Move("replaced", "in_hand"),
        Move("take_back_temporary", "in_hand"),
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
        assumed("at_bank_share", Kind.SHARE, 0.6, "share who activate at the bank"),
        assumed("at_hospital_share", Kind.SHARE, 0.6, "of the others, share who activate at a hospital"),
        assumed("at_pharmacy_share", Kind.SHARE, 0.7, "of the others, share who activate at a pharmacy"),
        assumed("until_activated", Kind.WAIT, {"dist": "exponential", "mean": "5 d"}, "from collection to activation"),
    ),
)
