"""What must hold after every command: answers the catalogue names, counters that move as they should, saved cards."""

from __future__ import annotations

from cardemu.account import Account
from cardemu.apdu import split
from cardemu.card import Card
from cardemu.fuzzing.corpus import Target, fixed
from cardemu.memory import Cell
from cardemu.soundness import need
from cardemu.state import load, save
from cardemu.status import known

GATE = frozenset({0x9000, 0x6700, 0x9303, 0x6A81, 0x6985, 0x6E00})
"""Status words any command may get before it runs, and success."""
UNKNOWN = frozenset({0x6700, 0x6D00, 0x6E00, 0x6A81, 0x9303, 0x6985})
"""Those of commands that do not exist."""
COUNTED = frozenset({0x9302})
"""Refusals that may write (a lost try), besides 63Cx."""


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


def check_saved(card: Card) -> None:
    """The card can be saved, and what is loaded is the same card."""
    text = save(card)
    again = load(text, lambda _: card.template, fixed)
    need(again.memory.cells == card.memory.cells, "the loaded card is another one")
    need(save(again) == text, "saved, loaded and saved again is not the same")
