"""Whether a card is in order: its memory, files, keys and counters, and what its session knows of them."""

from __future__ import annotations

from collections.abc import Callable

from cardemu import keys, pin, tlv
from cardemu.account import Account
from cardemu.card import Card
from cardemu.files import DEDICATED, FIRST_FILE, Kind, Node, encode_tree, tree
from cardemu.lifecycle import Stage
from cardemu.memory import Cell


class BrokenError(AssertionError):
    """Something that must hold does not; the message says what."""


def need(condition: object, what: str) -> None:
    """BrokenError unless it holds."""
    if not condition:
        raise BrokenError(what)


def check_state(card: Card) -> None:
    """The whole of a card's memory and session is in order."""
    memory = card.memory
    for cell, value in memory.cells.items():
        need(value != memory.image.get(cell, b""), f"cell {cell} is kept although it equals the product's")
    need(memory.journal is None, "a journal is open between commands")
    _check_keys(card)
    life = memory.read(Cell.LIFE)
    need(life and life[0] in Stage.__members__.values(), f"life cycle {life.hex()}")
    shown = memory.read(Cell.PIN)
    need(not shown or (len(shown) == 8 and pin.digits(shown)), f"PIN {shown.hex()}")
    account = memory.read(Cell.ACCOUNT)
    need(Account.decode(account).encode() == account or not account, f"account {account.hex()}")
    identity = memory.read(Cell.IDENTITY)
    need(not identity or (len(identity) == 16 and identity[13:].hex().isdecimal()), f"identity {identity.hex()}")
    files = tree(memory.read(Cell.TREE))
    need(files.nodes, "there is no file, not even the MF")
    need(encode_tree([node.header for node in files.nodes]) == memory.read(Cell.TREE), "the tree does not round-trip")
    for cell in memory.cells:
        if cell >= FIRST_FILE:
            need(cell - FIRST_FILE < len(files.nodes), f"cell {cell} belongs to no file")
            check_content(files.nodes[cell - FIRST_FILE], memory.read(cell))
    _check_session(card)


def _check_keys(card: Card) -> None:
    memory = card.memory
    entries = keys.table(memory.read(Cell.KEYS))
    need(keys.encode_table(list(entries)) == memory.read(Cell.KEYS), "the key table does not round-trip")
    tries = memory.read(Cell.TRIES)
    need(len(tries) == 1 + len(entries), f"{len(tries)} try counters for {len(entries)} keys and the PIN")
    need(tries[0] <= card.template.pin.limit, f"{tries[0]} tries of the PIN")
    for entry in entries:
        need(tries[entry.slot] <= entry.limit, f"{tries[entry.slot]} tries of key {entry.id:02X}")


def _check_session(card: Card) -> None:
    session, memory = card.session, card.memory
    if session is None:
        return
    need(not session.staged, "writes wait between commands")
    need(session.life == memory.read(Cell.LIFE), "the session does not know the life cycle")
    need(session.tree is tree(memory.read(Cell.TREE)), "the session does not know the tree")
    need(session.tree.nodes[session.df.number] is session.df, "the current DF is none")
    need(session.df.kind in DEDICATED, "the current DF is an EF")
    need(session.ef is None or session.ef.parent is session.df, "the current EF lies elsewhere")
    need(session.record >= 0, "a record pointer below 0")


def _variable(node: Node, content: bytes) -> None:
    need(len(content) <= node.header.size, f"{len(content)} bytes in a file of {node.header.size}")
    try:
        tlv.parse_simple(content)
    except tlv.TlvError as error:
        raise BrokenError(f"file {node.header.fid:04X}: {error}") from error


def _fixed(node: Node, content: bytes) -> None:
    size = node.header.record_bytes
    need(len(content) % size == 0 and len(content) <= size * node.header.records, f"{len(content)} bytes of records")


def _cyclic(node: Node, content: bytes) -> None:
    size, records = node.header.record_bytes, node.header.records
    need(not content or len(content) == 2 + size * records, f"{len(content)} bytes in a cyclic file")
    need(not content or (content[0] < records and 1 <= content[1] <= records), f"cyclic pointers {content[:2].hex()}")


def _transparent(node: Node, content: bytes) -> None:
    need(len(content) <= node.header.size, f"{len(content)} bytes in a file of {node.header.size}")


def _dedicated(node: Node, content: bytes) -> None:
    need(not content, f"DF {node.header.fid:04X} has a content")


CONTENTS: dict[Kind, Callable[[Node, bytes], None]] = {
    Kind.MF: _dedicated,
    Kind.DDF: _dedicated,
    Kind.ADF: _dedicated,
    Kind.TRANSPARENT: _transparent,
    Kind.LINEAR_VARIABLE: _variable,
    Kind.LINEAR_FIXED: _fixed,
    Kind.CYCLIC: _cyclic,
}


def check_content(node: Node, content: bytes) -> None:
    """A file holds what its kind allows."""
    CONTENTS[node.kind](node, content)
