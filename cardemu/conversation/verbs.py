"""What a line of a conversation does: a command as written, or one of a few words for what needs a key.

    reset [= ATR]                        power up
    00A4 0400 05 D156000005 = * 9000     a command; {name} stands for a value of the card or its person
    internal = * 9000                    GET CHALLENGE, INTERNAL AUTHENTICATE; the card's proof is checked
    auth UKSSSE [wrong] = 9000           GET CHALLENGE, EXTERNAL AUTHENTICATE with that key of the sector
    mac 841E0001 BK [wrong] [data HEX] = 9000    GET CHALLENGE, a command with data and their MAC under that key
    load {amount} = * 9000               both halves of a load; amounts are 4 bytes
    purchase {amount} {none} {none} = * 9000     both halves of a purchase: account, self-pay, pooled
    write [unproved] = 9000              what the card lacks of the record: each file's application, key and records;
                                         unproved: the first of them, without the key
    held = 9000                          what it must have of the record, read under each file's key, is there
    unchanged                            not a byte of the memory differs from when the conversation began

A line with a value the product has no place for (the name extension of a first-generation card) is left out.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cardemu.account import LOAD
from cardemu.apdu import build
from cardemu.conversation.grammar import Step
from cardemu.keys import KeyRow
from cardemu.personalisation.itemwise import read_item, write_item, write_unproved
from cardemu.terminal.errors import ReaderError, english
from cardemu.terminal.keyholder import Debit
from cardemu.terminal.link import ROWS, Link
from cardemu.terminal.port import StatusError

if TYPE_CHECKING:
    from cardemu.conversation.player import Player

_FIELD = re.compile(r"\{([^{}]*)\}")
_HEADER_BYTES = 4
_SOURCE = bytes.fromhex("A1A2A3A4A5A6A7A8")
CHALLENGE = bytes.fromhex("0084000008")


class LineError(ValueError):
    """A line that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bytes with places for values: constant parts, and names (`named` says which is which)."""

    parts: tuple[bytes | str, ...]
    named: tuple[bool, ...]
    constant: bytes | None

    @classmethod
    def of(cls, text: str) -> Pattern:
        """From hexadecimal text with {names}."""
        parts: list[bytes | str] = []
        for number, piece in enumerate(_FIELD.split("".join(text.split()))):
            if number % 2:
                parts.append(piece)
            elif piece:
                try:
                    parts.append(bytes.fromhex(piece))
                except ValueError:
                    raise LineError(f"{piece!r} is neither whole bytes in hexadecimal nor a word") from None
        constant = b"".join(part for part in parts if isinstance(part, bytes))
        named = tuple(isinstance(part, str) for part in parts)
        return cls(tuple(parts), named, None if any(named) else constant)

    @property
    def names(self) -> frozenset[str]:
        """The values it needs."""
        return frozenset(part for part in self.parts if isinstance(part, str))

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The bytes."""
        if self.constant is not None:
            return self.constant
        pairs = zip(self.parts, self.named, strict=True)
        return b"".join([values[part] if named else part for part, named in pairs])  # type: ignore[index,misc]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come back: whole, or after `*` its end only.  Without a pattern anything may."""

    pattern: Pattern | None
    end_only: bool = False

    @classmethod
    def of(cls, text: str) -> Expected:
        """From the text behind `=`."""
        if not text:
            return cls(None)
        return cls(Pattern.of(text.removeprefix("*")), text.startswith("*"))

    @property
    def names(self) -> frozenset[str]:
        """The values it needs."""
        return frozenset() if self.pattern is None else self.pattern.names

    def met(self, answer: bytes, values: Mapping[str, bytes]) -> bool:
        """Whether the answer is as expected."""
        if self.pattern is None:
            return True
        wanted = self.pattern.fill(values)
        return (answer.endswith(wanted) and len(answer) > len(wanted)) if self.end_only else answer == wanted

    def text(self, values: Mapping[str, bytes]) -> str:
        """For the person who reads what went wrong."""
        wanted = b"" if self.pattern is None else self.pattern.fill(values)
        return ("any data, then " if self.end_only else "") + wanted.hex().upper()


@dataclass(frozen=True, slots=True)
class Verb(ABC):
    """One line.  `play` gives the card's last answer."""

    step: Step
    expected: Expected

    @property
    def names(self) -> frozenset[str]:
        """The values the line needs."""
        return self.expected.names

    @abstractmethod
    def play(self, player: Player) -> bytes:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Send(Verb):
    """A command as written."""

    command: Pattern

    @property
    def names(self) -> frozenset[str]:
        """The values the line needs."""
        return self.command.names | self.expected.names

    def play(self, player: Player) -> bytes:
        """One exchange."""
        return player.send(self.command.fill(player.values))


@dataclass(frozen=True, slots=True)
class PowerUp(Verb):
    """`reset`."""

    def play(self, player: Player) -> bytes:
        """The ATR."""
        return player.reset()


@dataclass(frozen=True, slots=True)
class Unchanged(Verb):
    """`unchanged`."""

    def play(self, player: Player) -> bytes:
        """Nothing is sent; the player compares the card's memory."""
        player.require_unchanged(self.step)
        return b""


@dataclass(frozen=True, slots=True)
class Internal(Verb):
    """`internal`."""

    def play(self, player: Player) -> bytes:
        """The card proves that it has the IRK; a wrong proof is no answer the line can expect."""
        challenge = player.challenge()
        answer = player.send(build(bytes.fromhex("00880000"), challenge + _SOURCE))
        if len(answer) > 2:
            player.require(answer[:-2], player.keys.authentication(player.holder, ROWS["IRK"], challenge, _SOURCE))
        return answer


@dataclass(frozen=True, slots=True)
class Authenticate(Verb):
    """`auth KEY`."""

    row: KeyRow
    wrong: bool

    def play(self, player: Player) -> bytes:
        """The terminal proves a key."""
        proof = player.keys.authentication(player.holder, self.row, player.challenge(), _SOURCE)
        return player.send(build(bytes((0x00, 0x82, 0x00, self.row.id)), _spoilt(proof, self.wrong) + _SOURCE))


@dataclass(frozen=True, slots=True)
class Secured(Verb):
    """`mac HEADER KEY [data HEX]`."""

    header: bytes
    row: KeyRow
    wrong: bool
    data: Pattern

    @property
    def names(self) -> frozenset[str]:
        """The values the line needs."""
        return self.data.names | self.expected.names

    def play(self, player: Player) -> bytes:
        """A command with a MAC over header, length and data."""
        data = self.data.fill(player.values)
        message = self.header + bytes((len(data) + 4,)) + data
        code = player.keys.mac(player.holder, self.row, player.challenge(), message)
        return player.send(build(self.header, data + _spoilt(code, self.wrong)))


@dataclass(frozen=True, slots=True)
class Load(Verb):
    """`load FEN`."""

    amount: Pattern

    @property
    def names(self) -> frozenset[str]:
        """The values the line needs."""
        return self.amount.names | self.expected.names | {"time"}

    def play(self, player: Player) -> bytes:
        """INITIALISE FOR LOAD, whose MAC1 is checked, then CREDIT ACCOUNT."""
        amount, terminal, kind = self.amount.fill(player.values), player.keys.terminal, bytes((LOAD,))
        first = player.send(build(bytes.fromhex("B0280001"), b"\x01" + amount + terminal))
        if len(first) == 2:
            return first
        seed, row = first[8:12] + first[4:6] + b"\x80\x00", ROWS["DLK"]
        player.require(first[12:16], player.keys.mac(player.holder, row, seed, first[:4] + amount + kind + terminal))
        time = player.values["time"]
        mac2 = player.keys.mac(player.holder, row, seed, amount + kind + terminal + time)
        return player.send(build(bytes.fromhex("B02A0000"), time + mac2))


@dataclass(frozen=True, slots=True)
class Purchase(Verb):
    """`purchase OWN SELF POOLED`."""

    amounts: Pattern

    @property
    def names(self) -> frozenset[str]:
        """The values the line needs."""
        return self.amounts.names | self.expected.names | {"time"}

    def play(self, player: Player) -> bytes:
        """INITIALISE FOR PURCHASE, the terminal's MAC, DEBIT ACCOUNT, whose MAC2 is checked."""
        amounts, time = self.amounts.fill(player.values), player.values["time"]
        first = player.send(build(bytes.fromhex("B0280101"), b"\x01" + amounts + player.keys.terminal))
        if len(first) == 2:
            return first
        begun = player.keys.begin_purchase(player.holder, Debit(first[18:22] + first[14:16], amounts, time, first[16]))
        answer = player.send(build(bytes.fromhex("B02C0100"), begun.counter + time + begun.mac1))
        if len(answer) > 2:
            player.require_true(player.keys.finish_purchase(answer[4:8]), "MAC2 of the card")
        return answer


class _Wire:
    """The player as the port of a terminal."""

    def __init__(self, player: Player) -> None:
        self.transmit = player.send


def _at_terminal(player: Player, work: Callable[[Link], None]) -> bytes:
    """Work of a terminal with the player's keys and PIN, that knows of no proof yet; the last status word."""
    holder = player.holder

    def pin() -> str:
        return player.values["pin"].hex().rstrip("f")

    link = Link(_Wire(player), player.values["atr"], player.keys, ask_pin=pin, region=holder.region)
    link.algorithm = holder.algorithm
    try:
        work(link)
    except StatusError as error:
        return error.status.to_bytes(2, "big")
    except ReaderError as error:
        player.disagree(f"{error.code}: {english(error.code)}")
    return b"\x90\x00"


@dataclass(frozen=True, slots=True)
class Write(Verb):
    """`write [unproved]`."""

    unproved: bool

    def play(self, player: Player) -> bytes:
        """Records under their keys, until one is refused; its answer."""

        def write(link: Link) -> None:
            for item in player.behind[:1] if self.unproved else player.behind:
                if self.unproved:
                    write_unproved(link, item)
                else:
                    write_item(link, item)

        return _at_terminal(player, write)


@dataclass(frozen=True, slots=True)
class Read(Verb):
    """`held`."""

    def play(self, player: Player) -> bytes:
        """READ RECORD of all, until one is refused; one that differs is no answer the line can expect."""

        def read(link: Link) -> None:
            for item in player.held():
                player.require(read_item(link, item), item.value, f"{item.name} is not what the record said last")

        return _at_terminal(player, read)


def _spoilt(proof: bytes, wrong: bool) -> bytes:
    return bytes((proof[0] ^ 1,)) + proof[1:] if wrong else proof


def verb(step: Step) -> Verb:
    """What a step does; LineError when it cannot be understood."""
    if not step.words:
        raise LineError("nothing is sent before =")
    first, rest = step.words[0], [word for word in step.words[1:] if word != "wrong"]
    wrong, expected = "wrong" in step.words[1:], Expected.of(step.expected)
    if first == "write" and rest in (["unproved"], []) and not wrong:
        return Write(step, expected, unproved=bool(rest))
    if first in {"reset", "internal", "unchanged", "held"}:
        if rest or wrong:
            raise LineError(f"{first} takes nothing behind it")
        plain: dict[str, type[Verb]] = {"reset": PowerUp, "internal": Internal, "unchanged": Unchanged, "held": Read}
        return plain[first](step, expected)
    if first == "auth":
        if len(rest) != 1:
            raise LineError("auth needs the name of one key")
        return Authenticate(step, expected, _row(rest[0]), wrong)
    if first == "mac":
        return _secured(step, expected, rest, wrong=wrong)
    if first == "load":
        return Load(step, expected, _amounts(rest, 1))
    if first == "purchase":
        return Purchase(step, expected, _amounts(rest, 3))
    command = Pattern.of("".join(step.words))
    if command.constant is not None and len(command.constant) < _HEADER_BYTES:
        raise LineError(f"{''.join(step.words)!r} is shorter than the {_HEADER_BYTES} bytes of a header")
    return Send(step, expected, command)


def _row(name: str) -> KeyRow:
    if name not in ROWS:
        raise LineError(f"{name} is no key of the sector; keys: {', '.join(ROWS)}")
    return ROWS[name]


def _secured(step: Step, expected: Expected, rest: list[str], *, wrong: bool) -> Secured:
    if len(rest) < 2 or (len(rest) > 2 and rest[2] != "data"):
        raise LineError("mac needs a header of 4 bytes and a key, then perhaps data and bytes")
    header = Pattern.of(rest[0]).constant or b""
    if len(header) != _HEADER_BYTES:
        raise LineError(f"{rest[0]} is not a header of 4 bytes")
    return Secured(step, expected, header, _row(rest[1]), wrong, Pattern.of("".join(rest[3:])))


def _amounts(words: list[str], count: int) -> Pattern:
    if len(words) != count:
        raise LineError(f"{count} amount(s) are needed, not {len(words)}")
    pieces = [word if word.startswith("{") else f"{int(word):08X}" for word in words if word.isdecimal() or "{" in word]
    if len(pieces) != count:
        raise LineError("an amount is a number of fen or a {name}")
    return Pattern.of("".join(pieces))
