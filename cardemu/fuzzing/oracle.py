"""What must hold after every command, and after any number of them: the fuzzer's idea of a card that is in order."""

from __future__ import annotations

from collections.abc import Callable

from cardemu import keys, pin, tlv
from cardemu.account import Account
from cardemu.apdu import split
from cardemu.card import Card
from cardemu.files import DEDICATED, FIRST_FILE, Kind, Node, encode_tree, tree
from cardemu.fuzzing.corpus import Target, fixed
from cardemu.lifecycle import Stage
from cardemu.memory import Cell
from cardemu.state import load, save
from cardemu.status import known

GATE = frozenset({0x9000, 0x6700, 0x9303, 0x6A81, 0x6985, 0x6E00})
"""Status words any command may get before it runs, and success."""
UNKNOWN = frozenset({0x6700, 0x6D00, 0x6E00, 0x6A81, 0x9303, 0x6985})
"""Those of commands that do not exist."""
COUNTED = frozenset({0x9302})
"""Refusals that may write (a lost try), besides 63Cx."""


class BrokenError(AssertionError):
    """Something that must hold does not; the message says what."""


def need(condition: object, what: str) -> None:
    """BrokenError unless it holds."""
    if not condition:
        raise BrokenError(what)


class Answers:
    """Which answers a target's commands may give."""

    __slots__ = ("_allowed",)

    def __init__(self, target: Target) -> None:
        self._allowed = {
            cla << 8 | spec.ins: GATE | frozenset(spec.statuses) for spec in target.specs for cla in spec.cla
        }

    def check(self, command: bytes, answer: bytes, writes: int) -> int:
        """Data and a status word its command may give; its status word."""
        need(len(answer) >= 2, f"an answer of {len(answer)} bytes")
        status = answer[-2] << 8 | answer[-1]
        if status == 0x9000:
            if len(answer) > 2:
                self._right_length(command, len(answer) - 2)
            return status
        need(len(answer) == 2, f"{len(answer) - 2} bytes of data with {status:04X}")
        counted = status >> 4 == 0x63C
        if writes:
            need(counted or status in COUNTED, f"{status:04X} after writing {writes} pages")
        plain = 0x63C0 if counted else status
        allowed = self._allowed.get(command[0] << 8 | command[1], UNKNOWN) if len(command) > 3 else UNKNOWN
        need(plain in allowed or status >> 8 == 0x6C, f"{status:04X}, which the catalogue does not name here")
        need(known(status), f"{status:04X}, which no specification names")
        return plain

    @staticmethod
    def _right_length(command: bytes, size: int) -> None:
        parsed = split(command)
        need(parsed is not None, "data for a command whose lengths do not add up")
        le = parsed.le if parsed is not None else None
        need(le is None or le >= 256 or le == size, f"{size} bytes of data where {le} were asked for")


class Watch:
    """What may change from command to command on one card: counters only as they should."""

    __slots__ = ("_account", "_blocked", "_stage", "_tries", "card")

    def __init__(self, card: Card) -> None:
        self.card = card
        self._read()

    def _read(self) -> None:
        memory = self.card.memory
        life = memory.read(Cell.LIFE)
        self._stage, self._blocked = life[0], int.from_bytes(life[1:], "little")
        self._tries = memory.read(Cell.TRIES)
        self._account = Account.decode(memory.read(Cell.ACCOUNT))

    def after_writes(self) -> None:
        """To be called after each command that wrote, and after each power cut."""
        stage, blocked, tries, account = self._stage, self._blocked, self._tries, self._account
        self._read()
        need(self._stage >= stage, f"stage {stage} became {self._stage}")
        need(self._blocked & blocked == blocked, "a locked application came back")
        limit = self.card.template.pin.limit
        need(self._tries[0] in {tries[0], tries[0] - 1, limit}, f"PIN tries went from {tries[0]} to {self._tries[0]}")
        loads, purchases = self._account.loads - account.loads, self._account.purchases - account.purchases
        need((loads, purchases) in {(0, 0), (1, 0), (0, 1)}, f"{loads} loads and {purchases} purchases in one command")
        if not loads and not purchases:
            need(self._account.balance_fen == account.balance_fen, "the balance changed without a transaction")
        if purchases:
            need(self._account.balance_fen <= account.balance_fen, "a purchase made the balance grow")


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
    need(len(memory.read(Cell.IDENTITY)) in {0, 16}, "identity of a wrong length")
    files = tree(memory.read(Cell.TREE))
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
    if tries == memory.image[Cell.TRIES] == b"\x00":  # a PSAM counts no tries
        return
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


def check_saved(card: Card) -> None:
    """The card can be saved, and what is loaded is the same card."""
    text = save(card)
    again = load(text, lambda _: card.template, fixed)
    need(again.memory.cells == card.memory.cells, "the loaded card is another one")
    need(save(again) == text, "saved, loaded and saved again is not the same")
