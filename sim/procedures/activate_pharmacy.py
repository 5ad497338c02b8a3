"""Activation at a designated pharmacy: the old medical insurance card first, then the new card (V3)."""

from typing import Any

from sim.office.fields import Card, Field, OldCard
from sim.procedures.model import END, At, Chip, Kind, Move, Outcome, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, none_of, office_step, one_of, put

_ISSUED = one_of(Field.CARD, Card.ISSUED, rule="V3", why="Only a card in hand that is not yet activated is activated.")
_ACTIVE = (put(Field.CARD, Card.ACTIVE), put(Field.CARD_BEFORE, Card.ACTIVE))
_INSERTED = (one_of(Field.OLD_CARD, OldCard.INSERTED),)
_TERMINAL: dict[str, Any] = {"dist": "lognormal", "mean": "1 min", "cv": 0.5}

PROCEDURE = Procedure(
    name="activate_pharmacy",
    title="Activation at a pharmacy",
    title_zh="药店激活",
    rules=("V3", "A6"),
    steps=(
        Step(
            "old_card",
            ("V3", "A6"),
            Place.PHARMACY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.OLD_CARD,),
            guards=(
                one_of(Field.OLD_CARD, OldCard.HELD, rule="V3", why="The person has no old medical insurance card."),
            ),
            effects=(put(Field.OLD_CARD, OldCard.INSERTED),),
            service="terminal_time",
            help="The terminal reads the old card.",
        ),
        Step(
            "new_card",
            ("V3", "A6"),
            Place.PHARMACY,
            At.HERE,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                one_of(
                    Field.OLD_CARD, OldCard.INSERTED, rule="V3", why="The old medical insurance card goes in first."
                ),
                _ISSUED,
            ),
            effects=_ACTIVE,
            chip=Chip.ACTIVATE_SOCIAL,
            service="terminal_time",
            help="Then the new card.",
        ),
        Step(
            "new_card_only",
            ("V3", "A6"),
            Place.PHARMACY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.CARD,),
            guards=(
                none_of(
                    Field.OLD_CARD,
                    OldCard.HELD,
                    OldCard.INSERTED,
                    rule="V3",
                    why="The person has an old medical insurance card: it goes in first.",
                ),
                _ISSUED,
            ),
            effects=_ACTIVE,
            chip=Chip.ACTIVATE_SOCIAL,
            service="terminal_time",
            help="Who never had an old card, or has handed it in, inserts the new card alone.",
        ),
        office_step(
            "give_back",
            ("V3",),
            guards=(one_of(Field.OLD_CARD, OldCard.INSERTED, rule="V3", why="No old card is in the terminal."),),
            effects=(put(Field.OLD_CARD, OldCard.HELD),),
            help="The old card is given back.",
        ),
    ),
    moves=(
        Move("old_card", "new_card"),
        Move("new_card", "give_back", when=_INSERTED),
        Move("new_card", "give_back", Outcome.REFUSED, when=_INSERTED),
        Move("new_card_only", END),
        Move("give_back", END),
    ),
    parameters=(assumed("terminal_time", Kind.TIME, _TERMINAL, "one card in the pharmacy's terminal"),),
)
