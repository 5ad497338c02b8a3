"""A procedure with three mistakes, each of which breaks a rule after some other procedure has been through.

It stands in the place of `change_number`, which refuses everybody and changes nothing, so that the engines can play it.
"""

from __future__ import annotations

from sim.office.fields import Application, Card, Field, Ledger
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Sum
from sim.procedures.shared import counter_time, money, office_step, one_of, put

HOST = "change_number"


def procedure_of(*steps: Step) -> Procedure:
    """A procedure of these steps, each an end."""
    moves = tuple(Move(step.name, END) for step in steps)
    return Procedure(HOST, "Planted", "测试", ("P1",), steps, moves, (counter_time(),))


SECOND_CARD = procedure_of(
    Step(
        "again",
        ("A3",),
        Place.OUTLET,
        starts=True,
        papers=(Paper.IDENTITY,),
        guards=(one_of(Field.APPLICATION, Application.READY, rule="A3", why="No card is ready."),),
        effects=(put(Field.CARD, Card.ISSUED), put(Field.CARD_BEFORE, Card.ISSUED), put(Field.APPLICATION, 0)),
        chip=Chip.CHECK,
        service="counter_time",
        help="Hands the new card over whatever became of the old one (P2).",
    )
)
EARLY_PAYOUT = procedure_of(
    office_step(
        "pay_now",
        ("C3",),
        effects=(money(Sum.ALL, Ledger.RESERVED, Ledger.FINANCIAL),),
        help="Pays the reserved balance without waiting ten working days (C3).",
    )
)
TAKEN_AND_FORGOTTEN = procedure_of(
    Step(
        "take_in",
        ("L4",),
        Place.AGENCY,
        starts=True,
        papers=(Paper.IDENTITY, Paper.CARD),
        guards=(one_of(Field.CARD, Card.ISSUED, Card.ACTIVE, rule="L4", why="There is no card to hand in."),),
        effects=(put(Field.CARD, Card.DAMAGED), put(Field.CARD_BEFORE, Card.DAMAGED)),
        chip=Chip.WITHDRAW,
        service="counter_time",
        help="Takes a damaged card in and files no replacement: there is no way to a card any more (P2).",
    )
)
