"""Personalised cards by the thousand: the memory personalisation leaves behind, written directly.

The conversation of `personalise` takes a few hundred microseconds a card; a city of cards that exist already when a
run begins needs no conversation.  A test holds cards of both kinds against each other, cell by cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cardemu import tlv
from cardemu.account import Account
from cardemu.card import Card
from cardemu.files import FIRST_FILE, Kind, tree
from cardemu.memory import Cell
from cardemu.personalisation.data import Item
from cardemu.pin import from_text, padded
from cardemu.products import Product
from cardemu.session import Challenge


class Batch:
    """Makes cards of one product and region."""

    def __init__(self, product: Product, region: str) -> None:
        self._template, self._region = product.template, region
        self._image = product.template.image
        nodes = tree(self._image[Cell.TREE]).nodes
        names = {node.number: f"DF{node.header.fid & 0xFF:02X}" for node in nodes if node.kind is Kind.ADF}
        self._places: dict[tuple[str, int, int], tuple[int, int]] = {}
        for node in nodes:
            if node.parent is None or node.kind not in {Kind.LINEAR_VARIABLE, Kind.TRANSPARENT}:
                continue
            key = f"{names.get(node.parent.number, 'SSSE')}EF{node.header.fid & 0xFF:02X}"
            cell = FIRST_FILE + node.number
            if node.kind is Kind.TRANSPARENT:
                self._places[key, 0, 1] = cell, 0
                continue
            seen: Counter[int] = Counter()
            for record in tlv.parse_simple(self._image.get(cell, b"")):
                seen[record.tag] += 1
                self._places[key, record.tag, seen[record.tag]] = cell, record.start + 2

    def card(self, random: Challenge, serial: bytes, made: Iterable[Item]) -> Card:
        """A card as `personalise` leaves it: keys diversified for it, every item on it, the initial PIN."""
        card = Card.initialised(self._template, random, self._region, serial)
        cells, image = card.memory.cells, self._image
        for item in made:
            cell, offset = self._places[
                item.row.key, item.element.tag if item.element is not None else 0, item.occurrence
            ]
            content = cells.get(cell) or image.get(cell, b"")
            cells[cell] = content[:offset] + item.value + content[offset + len(item.value) :]
        for cell in [cell for cell, content in cells.items() if content == image.get(cell)]:
            del cells[cell]
        return card


def activate(card: Card, pin: str, start_day: bytes, balance_fen: int) -> None:
    """What activation leaves behind: the holder's own PIN, the medical year, one load if there was money."""
    card.memory.cells[Cell.PIN] = padded(from_text(pin))
    account = Account(loads=int(balance_fen > 0), balance_fen=balance_fen, start_day=start_day)
    if account != Account():
        card.memory.cells[Cell.ACCOUNT] = account.encode()
