"""What must hold after every command: answers the catalogue names, counters that move as they should, saved cards."""

from __future__ import annotations

from collections.abc import Mapping

from cardemu import keys
from cardemu.account import Account
from cardemu.apdu import split
from cardemu.card import Card
from cardemu.fuzzing.corpus import Target, fixed
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.soundness import need
from cardemu.state import load, save
from cardemu.status import known

GATE = frozenset({0x9000, 0x6700, 0x9303, 0x6A81, 0x6985, 0x6E00})
"""Status words any command may get before it runs, and success."""
UNKNOWN = frozenset({0x6700, 0x6D00, 0x6E00, 0x6A81, 0x9303, 0x6985})
"""Those of commands that do not exist."""
IN_CLEAR = frozenset({0x00D6, 0x00DC})
"""UPDATE without secure messaging: its catalogue entry, 9302 included, is that of CLA 04 too."""
WRONG_MAC, LOCKED, OUT_OF_ORDER = 0x9302, 0x9303, 0x6901
SELECT_INS = 0xA4


class Answers:
    """Which answers a target's commands may give, and which of them are held against a secret."""

    __slots__ = ("_allowed", "_compared")

    def __init__(self, target: Target) -> None:
        self._allowed = {
            cla << 8 | spec.ins: GATE | frozenset(spec.statuses) for spec in target.specs for cla in spec.cla
        }
        self._compared = {place for place, words in self._allowed.items() if words & {0x63C0, WRONG_MAC}} - IN_CLEAR

    def shows_secret(self, command: bytes) -> bool:
        """Whether the command carries what a card compares with a secret: a PIN, a proof, a MAC."""
        parsed = split(command)
        return parsed is not None and parsed.cla << 8 | parsed.ins in self._compared and bool(parsed.data)

    def check(self, command: bytes, answer: bytes) -> int:
        """Data and a status word its command may give; its status word."""
        need(len(answer) >= 2, f"an answer of {len(answer)} bytes")
        status = answer[-2] << 8 | answer[-1]
        if status == 0x9000:
            if len(answer) > 2:
                self._right_length(command, len(answer) - 2)
            return status
        need(len(answer) == 2, f"{len(answer) - 2} bytes of data with {status:04X}")
        counted = status >> 4 == 0x63C
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


def volatile(session: Session | None) -> tuple[object, ...]:
    """What a card knows only under power: place, proofs, challenge, what was begun."""
    if session is None:
        return ()
    place = session.df, session.ef, session.record, session.blocked
    return (*place, session.granted, session.challenge, session.pending)


class Watch:
    """What may change from command to command on one card: counters only as they should, nothing by a refusal.

    `note` before each command; then `answered`, or `torn` when the power went.
    """

    __slots__ = ("_account", "_answers", "_blocked", "_cells", "_keys", "_stage", "_tries", "_volatile", "card")

    def __init__(self, card: Card, answers: Answers) -> None:
        self.card = card
        self._answers = answers
        self._read()
        self.note()

    def _read(self) -> None:
        memory = self.card.memory
        life = memory.read(Cell.LIFE)
        self._stage, self._blocked = life[0], int.from_bytes(life[1:], "little")
        self._tries, self._keys = memory.read(Cell.TRIES), memory.read(Cell.KEYS)
        self._account = Account.decode(memory.read(Cell.ACCOUNT))

    def note(self) -> None:
        """How things are before a command."""
        self._cells = dict(self.card.memory.cells)
        self._volatile = volatile(self.card.session)

    def answered(self, command: bytes, status: int, writes: int) -> None:
        """After an answer.  `status` with 63C0 for 63Cx; `writes`: page writes of the command."""
        shown = self._answers.shows_secret(command)
        if status == 0x9000:
            need(not shown or writes > 1, "a secret was compared before its try was written")
        elif shown and status in {0x63C0, WRONG_MAC}:
            need(self._one_try_less(), f"{status:04X} did not cost just one try")
            need(volatile(self.card.session)[:4] == self._volatile[:4], f"{status:04X} changed the place")
        else:
            need(self.card.memory.cells == self._cells, f"{status:04X} changed the memory")
            if status != LOCKED or command[1] != SELECT_INS:
                self._unmoved(status, shown=shown)
        if writes:
            self.after_writes()

    def _unmoved(self, status: int, *, shown: bool) -> None:
        """A refusal changed nothing; only a challenge is used up, and what was begun dropped by a step out of order."""
        before, now = self._volatile, volatile(self.card.session)
        need(now[:5] == before[:5], f"{status:04X} changed what the card knows")
        need(now[5] == before[5] or (shown and now[5] is None), f"{status:04X} changed the challenge")
        need(now[6] == (None if status == OUT_OF_ORDER else before[6]), f"{status:04X} changed what was begun")

    def torn(self, command: bytes, writes: int, status: int, after: Mapping[int, bytes]) -> None:
        """After a power cut behind so many writes.  `status`, `after`: what a twin whose power lasted came to."""
        cells, shown = self.card.memory.cells, self._answers.shows_secret(command)
        if not writes:
            need(cells == self._cells, "a power cut before the first write changed the memory")
        elif shown and (status == WRONG_MAC or status >> 4 == 0x63C):
            need(self._one_try_less(), "a wrong try that was torn did not cost just one try")
        elif shown:
            need(cells == after or self._one_try_less(), "the card is neither after the command nor one try short")
        else:
            need(cells in (self._cells, after), "the card is neither before the command nor after")
        self.after_writes()

    def _one_try_less(self) -> bool:
        """Whether nothing has changed since `note` but one counter, which is lower by one."""
        memory = self.card.memory
        others = ({**cells, Cell.TRIES: b""} for cells in (memory.cells, self._cells))
        fell = [before - now for before, now in zip(self._tries, memory.read(Cell.TRIES), strict=True) if before != now]
        return fell == [1] and next(others) == next(others)

    def after_writes(self) -> None:
        """To be called after each command that wrote, and after each power cut."""
        stage, blocked, tries, table, account = self._stage, self._blocked, self._tries, self._keys, self._account
        self._read()
        need(self._stage >= stage, f"stage {stage} became {self._stage}")
        need(self._blocked & blocked == blocked, "a locked application came back")
        limits = [self.card.template.pin.limit]
        if self._keys == table:
            limits += [entry.limit for entry in keys.table(table)]
        for slot, limit in enumerate(limits):
            before, now = tries[slot], self._tries[slot]
            name = f"tries of key {slot}" if slot else "PIN tries"
            need(now in {before, before - 1, limit}, f"{name} went from {before} to {now}")
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
