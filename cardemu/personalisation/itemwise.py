"""One item of a card's data over a link: written under its update key, tried without, read back."""

from __future__ import annotations

from cardemu.files import Kind
from cardemu.personalisation.data import Item
from cardemu.terminal.link import Link


def write_item(link: Link, item: Item) -> None:
    """Under its update key; StatusError when the card refuses it."""
    link.enter(item.row.df)
    link.fulfil(item.row.write, item.row.df)
    write_unproved(link, item)


def write_unproved(link: Link, item: Item) -> None:
    """Without proving anything first."""
    row = item.row
    link.select(row.df, row.fid)
    if item.element is not None:
        link.write_record(row, item.element, item.value, item.occurrence)
    elif row.kind is Kind.CYCLIC:
        link.update(bytes.fromhex("00DC0003"), item.value)
    else:
        link.write_binary(item.value)


def read_item(link: Link, item: Item) -> bytes:
    """The value there is in the item's place (a transparent file's, as long as the item), under its read key."""
    row = item.row
    link.enter(row.df)
    link.fulfil(row.read, row.df)
    link.select(row.df, row.fid)
    if item.element is not None:
        return link.read_record(row, item.element, item.occurrence)
    if row.kind is Kind.CYCLIC:
        return link.channel.ask(bytes((0x00, 0xB2, item.occurrence, 0x04, len(item.value))))
    return link.read_binary(row)[: len(item.value)]
