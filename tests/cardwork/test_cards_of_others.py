"""A card says whose it is: a desk that has another's before it finds out before it has changed a byte (A3, V1, L4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cardemu.conversation.player import DisagreementError
from cardemu.identifiers import Sex
from cardemu.people import Person
from cardemu.products import product
from sim.cardwork.conversations import conversations
from sim.cardwork.desk import Desk, Held
from sim.procedures.model import Chip

SISTER = Person("990902199001010026", "何姐", Sex.FEMALE, date(1990, 1, 1), "01")
BROTHER = Person("990902199202020038", "何弟", Sex.MALE, date(1992, 2, 2), "01")
NEW = {Chip.CHECK, Chip.ACTIVATE_SOCIAL, Chip.ACTIVATE_FINANCIAL, Chip.ACTIVATE_BOTH}
"""Done to a card that has not been used."""
OPEN = [kind for kind in Chip if kind not in {Chip.NONE, Chip.PERSONALISE}]


def desk_of(name: str) -> Desk:
    """A desk with the package's own conversations."""
    made = product(name)
    return Desk(made, "990900", date(2026, 3, 2), conversations(made, ()), 100)


def card_of(desk: Desk, number: int, person: Person, kind: Chip) -> Held:
    """A card that was issued, and is in use where that comes before."""
    return desk.issued(number, 1, person, {}) if kind in NEW else desk.in_use(number, 1, person, {}, 50_000)


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
@pytest.mark.parametrize("kind", OPEN, ids=[kind.value for kind in OPEN])
def test_a_desk_that_has_anothers_card_before_it_stops_and_has_changed_nothing(kind: Chip, name: str) -> None:
    """The sister comes with her brother's card: the conversation ends at his number, or at his PIN at the latest."""
    desk = desk_of(name)
    hers, his = card_of(desk, 1, SISTER, kind), card_of(desk, 2, BROTHER, kind)
    before = dict(his.card.memory.cells)
    with pytest.raises(DisagreementError):
        desk.talk(replace(hers, card=his.card, player=his.player), kind.value, 0, 1)
    assert dict(his.card.memory.cells) == before
