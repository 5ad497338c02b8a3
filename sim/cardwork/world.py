"""What card work must know of a run besides its log: what each step does to card and record, who had a card before.

Small and frozen, so that it can be sent to every process.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sim.office.fields import Application, Card, Field
from sim.procedures.model import Act, Chip
from sim.products import CardProducts

if TYPE_CHECKING:
    from sim.procedures.model import Effect
    from sim.program import Program

RECORD_ONLY = "record_only"
"""The conversation of a step that changes the record of a card which is not there."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step: its conversation ("" if no card is concerned), and what it does to the record of the card.

    `card`: (field, value or None, field copied) in order; `orders`: a new card's number is assigned; `hands_over`:
    the card that was ready is in the holder's hand from now on.
    """

    procedure: str
    name: str
    chip: Chip
    conversation: str
    orders: bool
    hands_over: bool
    card: tuple[tuple[Field, int | None, Field], ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The people of one cohort: the number of the first, and their cards when the run begins."""

    first: int
    card: Card
    chip: Card
    ready: bool  # a new card waits for them
    ordered: bool  # one is in production, or ready
    serial: int
    product: str = ""  # of the cards in their hands; empty: by the region's shares


@dataclass(frozen=True, slots=True)
class World:
    """A run as card work sees it."""

    start: date
    region: str
    total: int
    steps: tuple[StepFacts, ...]
    beginnings: tuple[Beginning, ...]
    products: CardProducts

    def beginning(self, person: int) -> Beginning:
        """How a person began."""
        return self.beginnings[bisect_right(self.beginnings, person, key=lambda row: row.first) - 1]

    @property
    def concerning(self) -> tuple[int, ...]:
        """Steps that concern a card."""
        return tuple(number for number, step in enumerate(self.steps) if step.conversation)


def world_of(program: Program, region: str, products: CardProducts | None = None) -> World:
    """From the program that was played.  `region`: the beginning of its division codes, as numbers are given out."""
    steps = tuple(_facts(program, row.office, row.name) for row in program.steps)
    products = products or CardProducts()
    beginnings = tuple(_beginning(row.first, row.record, products.held.get(row.name, "")) for row in program.cohorts)
    return World(program.start, region, sum(row.size for row in program.cohorts), steps, beginnings, products)


def _facts(program: Program, office: int, name: str) -> StepFacts:
    if office < 0:
        return StepFacts("", name, Chip.NONE, "", orders=False, hands_over=False, card=())
    procedure, step = program.office_steps[office]
    card = tuple(change for effect in step.effects if (change := _change(effect)) is not None)
    touches = any(field is Field.CARD for field, _, _ in card)
    conversation = step.chip.value if step.chip is not Chip.NONE else RECORD_ONLY if touches else ""
    return StepFacts(
        procedure.name,
        step.name,
        step.chip,
        conversation,
        orders=any(e.act is Act.COUNT and e.field == Field.CARD_SERIAL.name for e in step.effects),
        hands_over=step.chip is Chip.CHECK and any(change[:2] == (Field.CARD, Card.ISSUED) for change in card),
        card=card,
    )


def _change(effect: Effect) -> tuple[Field, int | None, Field] | None:
    """What an effect does to the state of the card in the record."""
    followed = {Field.CARD.name: Field.CARD, Field.CARD_BEFORE.name: Field.CARD_BEFORE}
    if effect.field not in followed:
        return None
    if effect.act is Act.SET:
        return followed[effect.field], effect.value, Field.CARD
    if effect.act is Act.COPY:
        return followed[effect.field], None, followed[effect.other]
    raise ValueError(f"card work does not know how {effect.act} changes {effect.field}")


def _beginning(first: int, record: tuple[int, ...], product: str) -> Beginning:
    application = record[Field.APPLICATION]
    return Beginning(
        first,
        Card(record[Field.CARD]),
        Card(record[Field.CARD_BEFORE]),
        ready=application == Application.READY,
        ordered=application in (Application.IN_PRODUCTION, Application.READY),
        serial=record[Field.CARD_SERIAL],
        product=product,
    )
