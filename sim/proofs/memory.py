"""What the invariants remember beyond the record: the chip in the holder's hand, and money that was promised.

None of it is read by a table.  It is what the rules say independently of what the tables write down: a chip changes
only when it is present (design: two life cycles), and a sum accepted or approved stays owed until it is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum, unique

from sim.office.fields import Card, Field, Ledger
from sim.procedures.model import Act, Chip, Procedure, Step, Sum
from sim.proofs.space import Copy, Map, Operation, Space


@unique
class ChipState(IntEnum):
    """The chip of the card last handed over."""

    NONE = 0
    ISSUED = 1
    ACTIVE = 2
    TAKEN_IN = 3


CHIP, OWED, PROMISED = "chip", "owed", "promised"
SIZES = {CHIP: len(ChipState), OWED: 3, PROMISED: 2}
"""`owed`: claims accepted and not paid (L6); `promised`: the balance at the bank's approval, not paid (C3, C5)."""
NEEDS = {CHIP: {Field.CARD}, OWED: {Field.CLAIMED_FEN}, PROMISED: {Field.MEDICAL_FEN, Field.RESERVED_FEN}}
"""What a view must follow for a memory to mean something."""

_ACTIVATES = frozenset({Chip.ACTIVATE_SOCIAL, Chip.ACTIVATE_BOTH})
_CHIP_OF_CARD = {
    Card.ISSUED: ChipState.ISSUED,
    Card.ACTIVE: ChipState.ACTIVE,
    Card.TEMPORARY_LOSS: ChipState.ACTIVE,
    Card.LOST: ChipState.ACTIVE,
    Card.DAMAGED: ChipState.TAKEN_IN,
    Card.WITHDRAWN: ChipState.TAKEN_IN,
    Card.EXCHANGED: ChipState.TAKEN_IN,
}


def sizes(fields: frozenset[Field]) -> dict[str, int]:
    """The memories of a view that follows these fields."""
    return {name: size for name, size in SIZES.items() if NEEDS[name] <= fields}


def beginning(record: list[int]) -> dict[str, int]:
    """What is remembered of a person with this record when the story begins."""
    return {CHIP: int(_CHIP_OF_CARD.get(Card(record[Field.CARD]), ChipState.NONE))}


def moves(step: Step, source: Ledger | None, target: Ledger | None, which: Sum | None = None) -> bool:
    """Whether the step moves money from one ledger to another (None: any)."""
    return any(
        effect.act is Act.MONEY
        and (source is None or effect.field == source.name)
        and (target is None or effect.other == target.name)
        and (which is None or effect.value == which)
        for effect in step.effects
    )


def sets(step: Step, field: Field, *values: int) -> bool:
    """Whether the step gives the field one of these values (none named: any)."""
    return any(
        effect.act is Act.SET and effect.field == field.name and (not values or effect.value in values)
        for effect in step.effects
    )


def hands_over(step: Step) -> bool:
    """Whether a new card is handed over."""
    return step.chip is Chip.CHECK and sets(step, Field.CARD, Card.ISSUED)


def claims(owner: Procedure, step: Step) -> bool:
    """Whether a claim to costs is filed."""
    return owner.name == "reimburse" and step.starts


def remembered(space: Space, owner: Procedure, step: Step) -> Iterator[Operation]:
    """Changes of memory when the step is accepted, before its effects."""
    yield from _chip(space, step)
    if OWED in space.index:
        owed, most = space.index[OWED], SIZES[OWED] - 1
        if claims(owner, step):
            yield Map(owed, tuple(min(value + 1, most) for value in range(most + 1)))
        elif moves(step, Ledger.CLAIMS, None):
            yield Map(owed, tuple(max(value - 1, 0) for value in range(most + 1)))
    if PROMISED in space.index:
        promised = space.index[PROMISED]
        if any(effect.act is Act.STAMP and effect.field == Field.APPROVED_AT.name for effect in step.effects):
            yield Copy(promised, space.index[Field.MEDICAL_FEN.name])
        elif moves(step, Ledger.RESERVED, Ledger.FINANCIAL):
            yield Map(promised, (0,) * SIZES[PROMISED])


def _chip(space: Space, step: Step) -> Iterator[Operation]:
    if CHIP not in space.index:
        return
    var = space.index[CHIP]
    after: Mapping[Chip, ChipState] = {Chip.WITHDRAW: ChipState.TAKEN_IN} | dict.fromkeys(_ACTIVATES, ChipState.ACTIVE)
    if hands_over(step):
        yield Map(var, (ChipState.ISSUED,) * len(ChipState))
    elif step.chip in after:
        yield Map(var, (after[step.chip],) * len(ChipState))
