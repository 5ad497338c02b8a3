"""Conversations, those of readers in the field among them, against cards served over real PC/SC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cardemu.card import Card
from cardemu.conversation.grammar import matches
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import items, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.products import product
from cardemu.serving import issued
from cardemu.session import Session
from cardemu.terminal.core import Terminal
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.reader import Reader as Desk
from cardemu.transports import pcsc
from cardemu.transports.base import Port
from cardemu.transports.in_process import InProcess, spoken
from cardemu.transports.pcscd import OwnPcscd
from cardemu.transports.recording import Recording
from cardemu.transports.traces import Exchange
from cardemu.transports.vpcd import Reader
from tests.cardemu import support
from tests.cardemu.support import REGION

pytestmark = pytest.mark.slow  # starts a PC/SC service

FIELD = ("read-generation-1", "read-generation-3")
"""The two read-outs that readers do: generations 1 and 2 by tags, generation 3 after both authentications."""
ENVIRONMENT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


@dataclass
class Place:
    """What lies in the virtual reader: another card without taking one out."""

    card: Port

    def reset(self) -> bytes:
        """Of the card that is there now."""
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """To the card that is there now."""
        return self.card.transmit(command)


@dataclass
class Desktop:
    """A virtual reader with a place for cards, and the PC/SC connection to it."""

    place: Place
    wire: pcsc.PcscCard
    sent: int = field(default=0)


@pytest.fixture(scope="module")
def desktop(own_pcscd: OwnPcscd) -> Iterator[Desktop]:
    """One reader, connected."""
    pytest.importorskip("smartcard")
    name, port = own_pcscd.names[0], own_pcscd.ports[0]
    pcsc.wait_for_card(name, present=False)
    place = Place(support.new_card())
    with Reader(place, port):
        wire = pcsc.PcscCard(name)
        wire.connect()
        yield Desktop(place, wire)
        wire.close()


class WiredCard(Card):
    """A card that is reached over PC/SC; its memory and session are those of the card in the reader."""

    __slots__ = ("_desktop", "_inside")

    def __init__(self, desktop: Desktop, inside: Card) -> None:
        self._desktop = desktop
        self._inside = inside
        super().__init__(inside.template, inside.random, inside.memory)

    @property
    def session(self) -> Session | None:
        """What the card in the reader knows."""
        return self._inside.session

    @session.setter
    def session(self, value: Session | None) -> None:
        assert value is None

    def reset(self) -> bytes:
        """A cold reset by PC/SC."""
        return self._desktop.wire.connect()

    def transmit(self, command: bytes) -> bytes:
        """Over the wire; a single byte or none is no command in the driver's protocol."""
        if len(command) < 2:
            return Card.transmit(self._inside, command)
        self._desktop.sent += 1
        return self._desktop.wire.transmit(command)


class Wired(support.Conversation):
    """Plays conversations over PC/SC."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__()
        self._desktop = desktop

    def listening(self, card: Card) -> Card:
        """The card, put into the reader and reset."""
        self._desktop.place.card = card
        wired = WiredCard(self._desktop, card)
        wired.reset()
        return wired


@pytest.mark.parametrize("path", support.files(), ids=lambda path: path.stem)
def test_conversation_over_pcsc(desktop: Desktop, path: Path) -> None:
    """Every conversation of the tests has the same answers over the wire."""
    sent, player = desktop.sent, Wired(desktop)
    for step in support.read_conversation(path):
        answer = player.play(step)
        assert matches(step.expected, answer), f"{path.name}:{step.line}: {answer.hex().upper()}"
    assert desktop.sent > sent + 10
    assert set(FIELD) <= {file.stem for file in support.files()}


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_terminal_reads_a_served_card(desktop: Desktop, name: str) -> None:
    """IReadCardBas over PC/SC with T=0: the same commands, in the order of the field, and the same data as without."""
    made = product(name)
    card, holder = issued(made, 7)
    twin = Card(made.template, card.random, card.memory)
    desktop.place.card = spoken(card, made.protocol)
    found = []
    for slot in (desktop.wire, InProcess(spoken(twin, made.protocol))):
        recording, out = Recording(slot), bytearray()
        assert Desk(Terminal(contact=recording, keys=Hsm())).iReadCardBas(1, out) == 0
        headers = [step.command[:4].hex() for step in recording.trace if isinstance(step, Exchange)]
        found.append((headers, out.decode("gb18030")))
    assert found[0] == found[1]
    assert holder.split(", ")[1] in found[0][1].split("|")
    assert found[0][0][0] == ENVIRONMENT[:4].hex()
    assert ("00880000" in found[0][0], "0082000a" in found[0][0]) == (name == "generation-3",) * 2


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_chip_becomes_a_persons_card_over_pcsc(desktop: Desktop, name: str) -> None:
    """Initialisation, keys, personalisation through the reader: afterwards the card is as one made in the process."""
    made = product(name)
    values = values_of(person(1, REGION, 3), REGION, support.SERIAL, "20260302", 3)
    cards = [Card.blank(made.template, support.counting()) for _ in range(2)]
    desktop.place.card = spoken(cards[0], made.protocol)
    for slot in (desktop.wire, InProcess(spoken(cards[1], made.protocol))):
        hsm, audit = Hsm(made.template.roots), Audit("A")
        PrePersonaliser(Chip(made, REGION, support.SERIAL), hsm, audit).run(slot, values)
        personalise(slot, made, items(made, values), hsm, audit, REGION)
        assert audit.complete, audit.failed
    assert cards[0].memory.cells == cards[1].memory.cells
    out = bytearray()
    assert Desk(Terminal(contact=desktop.wire, keys=Hsm())).iReadCardBas(1, out) == 0
    assert values["person.name"] in out.decode("gb18030").split("|")
