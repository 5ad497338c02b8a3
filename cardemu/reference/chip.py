"""The chip of a record: made, described, and read out once for the expected conversation."""

from __future__ import annotations

from itertools import count
from typing import Any

from cardemu.card import Card
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.personalise import personalise
from cardemu.reference.chipdump import DumpError, dump
from cardemu.reference.record import Record
from cardemu.session import Challenge
from cardemu.terminal.core import Terminal
from cardemu.terminal.errors import OK, english
from cardemu.terminal.everything import read_everything
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.reader import Reader
from cardemu.transports.in_process import InProcess, spoken
from cardemu.transports.recording import Recording
from cardemu.transports.traces import to_text


def predictable() -> Challenge:
    """Challenges that are the same in every run: 1, 2, 3 and so on in each byte."""
    numbers = count(1)
    return lambda size: bytes(next(numbers) & 0xFF for _ in range(size))


def make_chip(record: Record) -> Card:
    """The record's card, pre-personalised and personalised; DumpError when an item is refused."""
    card = Card.initialised(record.product.template, predictable(), record.region, record.serial)
    audit = Audit(record.values["card.number"])
    keys = Hsm(record.product.template.roots)
    personalise(card, record.product, record.items, keys, audit, record.region)
    if audit.failed:
        raise DumpError("; ".join(f"{item}: {why}" for item, why in audit.failed.items()))
    return card


def read_out(card: Card, record: Record) -> tuple[str, dict[str, Any]]:
    """The conversation of a complete read-out, as text a scripted card can play, and what was read.

    Challenges are counted, so the conversation is the same in every run; with a real card its authentications differ.
    """
    product = record.product
    card.random = predictable()
    wire = Recording(InProcess(spoken(card, product.protocol)))
    desk = Reader(Terminal(contact=wire, keys=Hsm(product.template.roots), card_product=product))
    code, found = read_everything(desk, product)
    if code != OK:
        raise DumpError(f"the card cannot be read: {code}: {english(code)}")
    head = f"# Complete read-out of {product.name} with all keys; challenges are counted from 01.\n"
    return head + to_text(wire.trace), found


def describe_chip(record: Record) -> tuple[Card, dict[str, Any]]:
    """The chip and its description."""
    card = make_chip(record)
    return card, dump(card, record.product)
