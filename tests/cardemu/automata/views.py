"""What a card is asked while its behaviour is learnt: for each question about it, a small alphabet of commands.

A symbol is a whole act of a terminal (a challenge and the authentication made from it), its output the last status
word.  Cards have two tries for the PIN and for each key, so that an automaton stays small enough to be read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cardemu.account import LOAD
from cardemu.apdu import build
from cardemu.card import Card
from cardemu.crypto import factors
from cardemu.products import FOLDER, from_data
from cardemu.psam import psam
from cardemu.template import Template
from tests.cardemu.support import REGION, SERIAL, TERMINAL, TIME, Host, counting

TRIES = 2
AMOUNTS = bytes(12)
Act = Callable[["Desk"], bytes]


@lru_cache(maxsize=1)
def terminal_module() -> Card:
    """The PSAM of every desk; its counter goes on, which no card minds."""
    return psam(counting(), REGION, TERMINAL)


class Desk(Host):
    """A terminal with a card; what it began it remembers, as it needs the card's answer for the second half."""

    def __init__(self, card: Card) -> None:
        super().__init__(card)
        self.begun = b""

    def begin_load(self) -> bytes:
        """INITIALISE FOR LOAD of nothing."""
        self.begun = self.send(build(bytes.fromhex("B0280001"), b"\x01" + bytes(4) + TERMINAL))
        return self.begun

    def credit(self, *, wrong: bool = False) -> bytes:
        """CREDIT ACCOUNT, with the host's MAC if there was an answer it can be made from."""
        mac = bytes(4)
        if len(self.begun) == 18 and not wrong:
            session_key = self.algorithm.session_key(self.key(0x91), self.begun[8:12] + self.begun[4:6] + b"\x80\x00")
            mac = self.algorithm.mac(session_key, bytes(4) + bytes((LOAD,)) + TERMINAL + TIME)
        return self.send(build(bytes.fromhex("B02A0000"), TIME + mac))

    def begin_purchase(self, own: int = 0) -> bytes:
        """INITIALISE FOR PURCHASE, of nothing unless told otherwise."""
        amounts = own.to_bytes(4, "big") + bytes(8)
        self.begun = self.send(build(bytes.fromhex("B0280101"), b"\x01" + amounts + TERMINAL))
        return self.begun

    def debit(self, *, wrong: bool = False) -> bytes:
        """DEBIT ACCOUNT with the PSAM's MAC."""
        counter_mac = bytes(8)
        if len(self.begun) == 24 and not wrong:
            module = terminal_module()
            module.reset()
            if self.algorithm.block == 16:
                module.transmit(bytes.fromhex("00A4000002DDF1"))
            levels = b"".join(reversed(factors(REGION, self.card.historical)))
            data = self.begun[18:22] + self.begun[14:16] + AMOUNTS + b"\x02" + TIME + self.begun[16:18] + levels
            counter_mac = module.transmit(build(bytes.fromhex("80700100"), data))
        return self.send(build(bytes.fromhex("B02C0100"), counter_mac[:4] + TIME + counter_mac[4:8]))

    def reset(self) -> bytes:
        """Power off and on."""
        self.card.reset()
        return b"\x90\x00"


def sent(command: str) -> Act:
    """A command as it stands."""
    return lambda desk: desk.send(command)


def proof(number: int, *, wrong: bool = False) -> Act:
    """EXTERNAL AUTHENTICATE with a key."""
    return lambda desk: desk.authenticate(number, wrong=wrong)


def secured(header: str, number: int, *, wrong: bool = False) -> Act:
    """A command that is a MAC alone."""
    return lambda desk: desk.mac(header, number, wrong=wrong)


def key_written(p1: str, number: int) -> Act:
    """WRITE KEY under the transport key: UKSSSE, and so the last one if P1 says so."""
    return lambda desk: desk.encrypted(f"84D4{p1}{number:02X}", 0x0F, bytes((2, 1, TRIES)) + bytes(range(16)))


ENVIRONMENT = sent("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
HOUSEHOLD = sent("00A4040006D15600000500")
MEDICAL = sent("00A4040006D15600000503")
MF = sent("00A40000023F00")
RESET: Act = Desk.reset
RIGHT_PIN, WRONG_PIN = sent("0020000003123456"), sent("0020000003999999")
NEW_PIN = sent("805E010007123456FF123456")


@dataclass(frozen=True, slots=True)
class View:
    """One question about a card."""

    name: str
    question: str
    acts: Mapping[str, Act]
    hints: tuple[tuple[str, ...], ...] = ()
    """Ways that matter, of which no single step shows anything: a learner may miss them."""
    blank: bool = False


VIEWS = (
    View(
        "holder",
        "when can the holder's number be read and written?",
        {
            "select environment": ENVIRONMENT,
            "select DF01": HOUSEHOLD,
            "select MF": MF,
            "internal authentication": sent("0088000010" + "00" * 16),
            "RKSSSE": proof(0x0A),
            "RKSSSE wrong": proof(0x0A, wrong=True),
            "UKSSSE": proof(0x04),
            "read number": sent("00B2083014"),
            "write sex": sent("00DC0A30030A0131"),
            "reset": RESET,
        },
        hints=(
            ("select environment", "internal authentication", "RKSSSE", "read number"),
            ("select environment", "RKSSSE", "internal authentication", "select DF01", "read number"),
            ("select environment", "RKSSSE", "internal authentication", "RKSSSE wrong", "read number"),
        ),
    ),
    View(
        "pin",
        "what does the PIN open, and when is it locked?",
        {
            "select DF01": HOUSEHOLD,
            "select environment": ENVIRONMENT,
            "right PIN": RIGHT_PIN,
            "wrong PIN": WRONG_PIN,
            "change PIN": NEW_PIN,
            "PUK": proof(0x06),
            "unblock": secured("84240000", 0x06),
            "RK1DF01": proof(0x88),
            "read household": sent("00B2012C00"),
            "reset": RESET,
        },
    ),
    View(
        "account",
        "in which order does the medical account work?",
        {
            "select DF04": MEDICAL,
            "right PIN": RIGHT_PIN,
            "begin load": Desk.begin_load,
            "credit": Desk.credit,
            "credit wrong": lambda desk: desk.credit(wrong=True),
            "begin purchase": Desk.begin_purchase,
            "begin purchase of too much": lambda desk: desk.begin_purchase(1),
            "debit": Desk.debit,
            "debit wrong": lambda desk: desk.debit(wrong=True),
            "balance": sent("B026000104"),
            "reset": RESET,
        },
    ),
    View(
        "locks",
        "what is left of a locked application, and of a locked card?",
        {
            "select environment": ENVIRONMENT,
            "select DF04": MEDICAL,
            "challenge": sent("0084000008"),
            "lock application": secured("841E0001", 0x05),
            "lock application, wrong MAC": secured("841E0001", 0x05, wrong=True),
            "lock card": secured("84160000", 0x05),
            "reset": RESET,
        },
    ),
    View(
        "making",
        "in which order does a chip become a card?",
        {
            "load transport key": sent("80D4000020" + "00814A4446866099030000002A" + REGION + "40" * 16),
            "transport key": proof(0x0F),
            "transport key wrong": proof(0x0F, wrong=True),
            "create file": sent("80E00000186216820304000083027F01800200408801058604010001" + "04"),
            "write key": key_written("00", 0x0A),
            "write last key": key_written("01", 0x04),
            "right PIN": sent("00200000"),
            "reset": RESET,
        },
        blank=True,
    ),
)


@lru_cache(maxsize=8)
def template(name: str, **changes: str) -> Template:
    """A product of the package with two tries, and perhaps another read rule of the cardholder file."""
    data: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    data["pin"]["limit"] = data["keys"]["limit"] = TRIES
    if "holder_read" in changes:
        data["access"] = {"SSSEEF06": {"read": changes["holder_read"]}}
    return from_data(data).template


def card_for(view: View, made: Template) -> Card:
    """A fresh card, powered up."""
    card = Card.blank(made, counting()) if view.blank else Card.initialised(made, counting(), REGION, SERIAL)
    card.reset()
    return card
