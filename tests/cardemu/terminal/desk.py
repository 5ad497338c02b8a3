"""A counter with a terminal and a card on it, for the tests of terminal and personalisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cardemu.card import Card
from cardemu.identifiers import Sex
from cardemu.people import Person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import Item, items, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.products import product
from cardemu.psam import psam
from cardemu.terminal.core import Terminal
from cardemu.terminal.keyholder import Hsm, KeyHolder, Psam
from cardemu.terminal.port import Slot
from cardemu.terminal.reader import Reader
from cardemu.wrappers.t0 import T0
from tests.cardemu.support import REGION, SERIAL, TERMINAL, counting

PRODUCTS = ("generation-1", "generation-2", "generation-3")
LI_MIN = Person("990301199003070024", "李敏", Sex.FEMALE, date(1990, 3, 7), "01")
VALUES = values_of(LI_MIN, REGION, SERIAL, "20260302", 1)
CARD_INFO = "990301D1560000050000002AFFFFFFFF|A00000011|"


def made(name: str) -> tuple[Item, ...]:
    """What 李敏 brings for a card of a product."""
    return items(product(name), VALUES)


def new_card(name: str) -> Card:
    """A pre-made card without a person."""
    return Card.initialised(product(name).template, counting(), REGION, SERIAL)


def card_of(name: str) -> Card:
    """李敏's card."""
    card = new_card(name)
    audit = personalise(card, product(name), made(name), Hsm(), Audit("test"), REGION)
    assert audit.complete, audit.failed
    return card


@dataclass
class Pad:
    """A PIN pad on which the answers are typed beforehand; it notes what it was asked."""

    typed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __call__(self, prompt: str) -> str:
        """The next answer."""
        self.asked.append(prompt)
        return self.typed.pop(0)


def keys(kind: str) -> KeyHolder | None:
    """A PSAM of the test terminal, an HSM, or nobody."""
    if kind == "psam":
        return Psam(psam(counting(), REGION, TERMINAL))
    return Hsm(terminal=TERMINAL) if kind == "hsm" else None


def reader(card: Slot | None, kind: str = "psam", *typed: str) -> Reader:
    """A terminal with a card in its contact slot."""
    return Reader(
        Terminal(contact=card, keys=keys(kind), pin_pad=Pad(list(typed)), number=TERMINAL.hex(), device="TEST0001")
    )


def over_t0(card: Card) -> T0:
    """The card behind a T=0 reader."""
    return T0(card)


def text(out: bytearray) -> str:
    """What a call left in its buffer."""
    return out.decode("gb18030")
