"""What card work must know of a run besides its log: what each step does to card and record, who had a card before.

Small and frozen, so that it can be sent to every process.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sim.identities import Identities
from sim.office.fields import Application, Card, Field
from sim.procedures.model import Act, Chip
from sim.products import CardProducts

if TYPE_CHECKING:
    from sim.procedures.model import Effect
    from sim.program import Program

RECORD_ONLY = "record_only"
"""The conversation of a step that changes the record of a card which is not there."""


class Change(NamedTuple):
    """What one effect does to a record; `other` is the field that is copied or added."""

    act: Act
    field: Field
    value: int
    was: int
    other: Field

    def on(self, record: list[int], now_ms: int) -> bool:
        """Make it, as `sim.office.office` does; whether it wrote at all: a CHANGE may find something else there."""
        field, before = self.field, record[self.field]
        if self.act is Act.SET:
            record[field] = self.value
        elif self.act is Act.STAMP:
            record[field] = now_ms
        elif self.act is Act.COUNT:
            record[field] = before + self.value
        elif self.act is Act.FLAG:
            record[field] = before | self.value
        elif self.act is Act.CHANGE:
            record[field] = self.value if before == self.was else before
        else:
            record[field] = record[self.other] + (before if self.act is Act.ADD else 0)
        return self.act is not Act.CHANGE or before == self.was


_FOLLOWED = (Act.SET, Act.STAMP, Act.COUNT, Act.COPY, Act.FLAG, Act.ADD, Act.CHANGE)
"""Acts of which a log row says enough."""
_UNTOLD = (Act.PLACE, Act.BANK, Act.REASON, Act.ADD_AMOUNT)
"""Acts of which it does not: the fields they write no card shows."""
_SHOWN = frozenset(
    field.name
    for field in (
        *(Field.CARD, Field.CARD_BEFORE, Field.EMPLOYMENT, Field.INSURANCE, Field.EMPLOYERS, Field.REGISTRATION),
        *(Field.PENSION, Field.BENEFIT_MONTHS, Field.TRAININGS, Field.QUALIFICATIONS, Field.INJURY, Field.INJURIES),
        *(Field.CAPACITY, Field.TRANSFER, Field.LOST_AT, Field.DAMAGED_AT, Field.PENSION_INSURANCE),
        *(Field.UNEMPLOYMENT_INSURANCE, Field.INJURY_INSURANCE, Field.MATERNITY_INSURANCE),
    )
)
"""Fields of which something must be on the card, or which say whether it is there."""


@dataclass(frozen=True)
class StepFacts:
    """One step: its conversation ("" if no card is concerned), and what it does to the person's record.

    `changes`: in order; `orders`: a new card's number is assigned; `hands_over`:
    the card that was ready is in the holder's hand from now on.
    """

    procedure: str
    name: str
    chip: Chip
    conversation: str
    orders: bool
    hands_over: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The people of one cohort: the number of the first, and their cards when the run begins."""

    first: int
    card: Card
    chip: Card
    ready: bool  # a new card waits for them
    ordered: bool  # one is in production, or ready
    serial: int
    record: tuple[int, ...]
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
    identities: Identities

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
    identities = Identities(program.cohorts, region, program.start)
    return World(
        program.start, region, sum(row.size for row in program.cohorts), steps, beginnings, products, identities
    )


def _facts(program: Program, office: int, name: str) -> StepFacts:
    if office < 0:
        return StepFacts("", name, Chip.NONE, "", orders=False, hands_over=False, changes=())
    procedure, step = program.office_steps[office]
    changes = tuple(change for effect in step.effects if (change := _change(effect)) is not None)
    touches = any(change.field is Field.CARD for change in changes)
    conversation = step.chip.value if step.chip is not Chip.NONE else RECORD_ONLY if touches else ""
    return StepFacts(
        procedure.name,
        step.name,
        step.chip,
        conversation,
        orders=any(e.act is Act.COUNT and e.field == Field.CARD_SERIAL.name for e in step.effects),
        hands_over=step.chip is Chip.CHECK
        and any((change.act, change.field, change.value) == (Act.SET, Field.CARD, Card.ISSUED) for change in changes),
        changes=changes,
    )


def _change(effect: Effect) -> Change | None:
    """What an effect does to the record; ValueError if it makes of what a card shows what a log row does not tell."""
    if effect.act in _FOLLOWED:
        return Change(effect.act, Field[effect.field], effect.value, effect.was, Field[effect.other or effect.field])
    if effect.act in _UNTOLD and effect.field in _SHOWN:
        raise ValueError(f"card work does not know how {effect.act} changes {effect.field}")
    return None


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
        record=record,
    )
