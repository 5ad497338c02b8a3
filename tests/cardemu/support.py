"""What the card tests share: a host that knows the keys, and conversations written as text.

A conversation file (`conversations/*.apdu`) has one step a line: what is sent, `=`, what must come back.  Spaces inside
bytes do not matter, `#` starts a comment, `*` stands for any data before the status word.  Steps:

    card generation-2 [blank] [t0]      a new card, powered up; t0: behind a T=0 reader
    given pin none | pin-tries N | key-tries ID N | no-key ID | account FIELD=N ...  a state tedious to reach
    reset [= ATR]
    00A4 0400 05 D156000005 = * 9000    a command
    auth ID [wrong] [version V] = 9000  GET CHALLENGE, then EXTERNAL AUTHENTICATE with that key
    internal [version V] = 9000         INTERNAL AUTHENTICATE; the answer is checked
    mac HEADER ID [wrong] [data HEX] = 9000      GET CHALLENGE, then a command with data and a MAC under that key
    reload PIN [wrong] = 9000           PIN reload
    writekey P1 ID USE VERSION LIMIT VALUE [wrong] = 9000    WRITE KEY under the controlling key
    load FEN [wrong] [le LE] = 9000     both halves of a load; Le of the second
    purchase OWN SELF POOLED [wrong] [le LE] = 9000      both halves of a purchase, with a PSAM; Le of the second
    repeat N STEP                       the step N times, {n} its number from 1
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from cardemu.account import LOAD, Account
from cardemu.apdu import build
from cardemu.card import Card
from cardemu.conversation.grammar import Step, read_steps
from cardemu.crypto import factors
from cardemu.keys import CardKey, Use, encode_table, table
from cardemu.memory import Cell
from cardemu.pin import from_text
from cardemu.products import Product, product
from cardemu.psam import psam
from cardemu.session import Session
from cardemu.template import Template
from cardemu.transports.base import Port
from cardemu.wrappers.t0 import T0

CONVERSATIONS = Path(__file__).parent / "conversations"
PRODUCTS = Path(__file__).parent / "products"
REGION = "990301"
SERIAL = bytes.fromhex("0000002A")
TERMINAL = bytes.fromhex("410100000001")
TIME = bytes.fromhex("20260302091000")
HEADERS = {"unblock": "84240000", "reload": "84240001"}


def counting() -> Callable[[int], bytes]:
    """A challenge source anybody can predict: bytes 01 02 03 ..., going on from call to call."""
    position = 0

    def challenge(count: int) -> bytes:
        nonlocal position
        position += count
        return bytes((position - count + index + 1) & 0xFF for index in range(count))

    return challenge


def find_product(name: str) -> Product:
    """A product of the package or of the tests."""
    path = PRODUCTS / f"{name}.toml"
    return product(str(path) if path.is_file() else name)


def template(name: str) -> Template:
    """The template of a product of the package."""
    return product(name).template


def new_card(name: str = "generation-2", *, powered: bool = True) -> Card:
    """An initialised card of a product."""
    card = Card.initialised(find_product(name).template, counting(), REGION, SERIAL)
    if powered:
        card.reset()
    return card


def blank_card(name: str = "generation-2") -> Card:
    """A chip before COS activation, powered up."""
    card = Card.blank(product(name).template, counting())
    card.reset()
    return card


def session(card: Card) -> Session:
    """The card's session; the card must have power."""
    assert card.session is not None
    return card.session


class Host:
    """The other side: it looks the keys up in the card itself, and computes what a terminal or an issuer sends."""

    def __init__(self, card: Card, port: Port | None = None) -> None:
        self.card = card
        self.port: Port = card if port is None else port
        self.algorithm = card.template.algorithm

    def send(self, command: str | bytes) -> bytes:
        """One command."""
        return self.port.transmit(bytes.fromhex(command) if isinstance(command, str) else command)

    def whole(self, command: bytes) -> bytes:
        """One command whose data may be announced."""
        answer = self.send(command)
        return self.send(b"\x00\xc0\x00\x00" + answer[1:]) if answer[0] == 0x61 and len(answer) == 2 else answer

    def entry(self, number: int, version: int = 1) -> CardKey:
        """The card's key with this id, in the current DF or its environment."""
        here = session(self.card)
        owner = here.df.number if number & 0x80 else here.environment(here.df).number
        for entry in table(here.read(Cell.KEYS)):
            if entry.id == number and entry.version == version and (entry.df == owner or entry.use is Use.TRANSPORT):
                return entry
        raise KeyError(number)

    def key(self, number: int, version: int = 1) -> bytes:
        """Its bytes; zeros when the card has no such key."""
        try:
            return session(self.card).key_bytes(self.entry(number, version))
        except KeyError:
            return bytes(16)

    def challenge(self) -> bytes:
        """GET CHALLENGE of 8 bytes; zeros when the card refuses."""
        return self.send("0084000008")[:-2] or bytes(8)

    def authenticate(self, number: int, version: int = 0, *, wrong: bool = False) -> bytes:
        """EXTERNAL AUTHENTICATE with a key."""
        source = bytes.fromhex("A1A2A3A4A5A6A7A8")
        session_key = self.algorithm.session_key(self.key(number, version or 1), self.challenge())
        data = self.algorithm.auth_data(session_key, source) + source
        if wrong:
            data = bytes((data[0] ^ 1,)) + data[1:]
        return self.send(build(bytes((0x00, 0x82, 0x00, number)), data + (bytes((version,)) if version else b"")))

    def mac(self, header: str, number: int, data: bytes = b"", *, wrong: bool = False) -> bytes:
        """A command with data and MAC."""
        session_key = self.algorithm.session_key(self.key(number), self.challenge())
        return self.send(self.with_mac(header, session_key, data, wrong=wrong))

    def with_mac(self, header: str, session_key: bytes, data: bytes, *, wrong: bool = False) -> bytes:
        """The command bytes."""
        head = bytes.fromhex(header)
        mac = self.algorithm.mac(session_key, head + bytes((len(data) + 4,)) + data)
        return build(head, data + (bytes((mac[0] ^ 1,)) + mac[1:] if wrong else mac))

    def encrypted(self, header: str, number: int, plain: bytes, *, wrong: bool = False) -> bytes:
        """A command whose data are encrypted and carry a MAC, both under one key."""
        session_key = self.algorithm.session_key(self.key(number), self.challenge())
        return self.send(self.with_mac(header, session_key, self.algorithm.encrypt(session_key, plain), wrong=wrong))

    def load(self, amount_fen: int, *, wrong: bool = False, le: int | None = None) -> bytes:
        """Both halves of a load."""
        head = b"\x01" + amount_fen.to_bytes(4, "big") + TERMINAL
        first = self.whole(build(bytes.fromhex("B0280001"), head))
        if len(first) == 2:
            return first
        session_key = self.algorithm.session_key(self.key(0x91), first[8:12] + first[4:6] + b"\x80\x00")
        amount = amount_fen.to_bytes(4, "big")
        assert first[12:16] == self.algorithm.mac(session_key, first[:4] + amount + bytes((LOAD,)) + TERMINAL)
        mac2 = self.algorithm.mac(session_key, amount + bytes((LOAD,)) + TERMINAL + TIME)
        return self.send(build(bytes.fromhex("B02A0000"), TIME + (bytes(4) if wrong else mac2), le))

    def purchase(self, amounts_fen: tuple[int, int, int], *, wrong: bool = False, le: int | None = None) -> bytes:
        """Both halves of a purchase with a PSAM, whose last word is asked too."""
        amounts = b"".join(amount.to_bytes(4, "big") for amount in amounts_fen)
        first = self.whole(build(bytes.fromhex("B0280101"), b"\x01" + amounts + TERMINAL))
        if len(first) == 2:
            return first
        module = psam(counting(), REGION, TERMINAL)
        module.reset()
        if self.algorithm.block == 16:
            module.transmit(bytes.fromhex("00A40000 02 DDF1"))
        levels = b"".join(reversed(factors(REGION, self.card.historical)))
        data = first[18:22] + first[14:16] + amounts + b"\x02" + TIME + first[16:18] + levels
        counter_mac1 = module.transmit(build(bytes.fromhex("80700100"), data))
        assert counter_mac1[-2:] == b"\x90\x00", counter_mac1.hex()
        mac1 = bytes(4) if wrong else counter_mac1[4:8]
        answer = self.send(build(bytes.fromhex("B02C0100"), counter_mac1[:4] + TIME + mac1, le))
        if len(answer) > 2:
            assert module.transmit(build(bytes.fromhex("80720000"), answer[4:8])) == b"\x90\x00"
        return answer


def read_conversation(path: Path) -> list[Step]:
    """The steps of a file, repetitions written out."""
    return read_steps(path.read_text(encoding="utf-8"))


def plain(card: Card) -> Card:
    """The same card, memory and session, without an ear at its port."""
    same = Card(card.template, card.random, card.memory)
    same.session, same.power = card.session, card.power
    return same


def _le(words: list[str]) -> int | None:
    """The number behind `le`."""
    return int(words[words.index("le") + 1], 16) if "le" in words else None


class HeardT0:
    """A T=0 reader around a card; what it says to the terminal is noted too."""

    def __init__(self, card: Card, seen: list[tuple[bytes, int]]) -> None:
        self._reader = T0(card)
        self._seen = seen
        self.reset = self._reader.reset

    def transmit(self, command: bytes) -> bytes:
        """One TPDU."""
        answer = self._reader.transmit(command)
        self._seen.append((command, int.from_bytes(answer[-2:], "big")))
        return answer


class Conversation:
    """Plays steps on a card and notes every command with its status word."""

    def __init__(self) -> None:
        self.card = Card(product("generation-2").template, counting())
        self.port: Port = self.card
        self.seen: list[tuple[bytes, int]] = []
        self.over_t0: list[tuple[bytes, int]] = []
        """What a T=0 reader around the card said, where there was one."""
        self.listener: Callable[[Card, bytes], None] | None = None

    def play(self, step: Step) -> bytes:
        """One step; its last answer."""
        first, rest = step.words[0], list(step.words[1:])
        if first == "card":
            self.card = self.listening(blank_card(rest[0]) if "blank" in rest else new_card(rest[0]))
            self.port = HeardT0(self.card, self.over_t0) if "t0" in rest else self.card
            return b""
        if first == "given":
            self._given(rest)
            return b""
        if first == "reset":
            return self.port.reset()
        wrong = "wrong" in rest
        rest = [word for word in rest if word != "wrong"]
        actions: dict[str, Callable[[], bytes]] = {
            "auth": partial(self._auth, rest, wrong=wrong),
            "internal": partial(self._internal, rest),
            "mac": partial(self._mac, rest, wrong=wrong),
            "reload": partial(self._reload, rest, wrong=wrong),
            "writekey": partial(self._writekey, rest, wrong=wrong),
            "load": partial(self._load, rest, wrong=wrong),
            "purchase": partial(self._purchase, rest, wrong=wrong),
        }
        if first in actions:
            return actions[first]()
        return self.host.send("".join(step.words))

    @property
    def host(self) -> Host:
        """The other side of the card."""
        return Host(self.card, self.port)

    def listening(self, card: Card) -> Card:
        """The card with an ear at its port: every command is noted, and told to `listener` before it runs."""
        seen = self.seen

        class Listening(Card):
            __slots__ = ()

            def transmit(inner, command: bytes) -> bytes:  # noqa: N805 - self is the conversation here
                if self.listener is not None:
                    self.listener(plain(inner), command)
                answer = Card.transmit(inner, command)
                seen.append((command, int.from_bytes(answer[-2:], "big")))
                return answer

        listening = Listening(card.template, card.random, card.memory)
        listening.reset()
        return listening

    def _given(self, words: list[str]) -> None:
        cells, memory = self.card.memory.cells, self.card.memory
        if words[:2] == ["pin", "none"]:
            cells[Cell.PIN] = b""
        elif words[0] in {"pin-tries", "key-tries"}:
            slot = 0 if words[0] == "pin-tries" else Host(self.card).entry(int(words[1], 16)).slot
            counters = bytearray(memory.read(Cell.TRIES))
            counters[slot] = int(words[-1])
            cells[Cell.TRIES] = bytes(counters)
        elif words[0] == "no-key":
            entries = list(table(memory.read(Cell.KEYS)))
            place = Host(self.card).entry(int(words[1], 16)).slot - 1
            entries[place] = entries[place]._replace(version=99)
            cells[Cell.KEYS] = encode_table(entries)
        elif words[0] == "account":
            fields = {name: int(value) for name, value in (word.split("=") for word in words[1:])}
            cells[Cell.ACCOUNT] = Account()._replace(**fields).encode()  # type: ignore[arg-type]
        else:
            raise AssertionError(words)

    def _auth(self, words: list[str], *, wrong: bool) -> bytes:
        version = int(words[2]) if len(words) > 1 else 0
        return self.host.authenticate(int(words[0], 16), version, wrong=wrong)

    def _internal(self, words: list[str]) -> bytes:
        host = self.host
        process, source = bytes(range(1, 9)), bytes(range(0xA1, 0xA9))
        version = bytes((int(words[1]),)) if words else b""
        answer = host.send(build(bytes.fromhex("00880000"), process + source + version))
        if len(answer) > 2:
            algorithm = host.algorithm
            assert answer[:-2] == algorithm.auth_data(algorithm.session_key(host.key(0x00), process), source)
        return answer

    def _mac(self, words: list[str], *, wrong: bool) -> bytes:
        data = bytes.fromhex("".join(words[3:])) if len(words) > 2 else b""
        return self.host.mac(words[0], int(words[1], 16), data, wrong=wrong)

    def _reload(self, words: list[str], *, wrong: bool) -> bytes:
        return self.host.encrypted(HEADERS["reload"], 0x07, from_text(words[0]), wrong=wrong)

    def _writekey(self, words: list[str], *, wrong: bool) -> bytes:
        stage_key = 0x0F if session(self.card).life[0] == 1 else 0x04
        p1, number, use, version, limit, value = words
        plain = bytes.fromhex(use + version + limit + value)
        return self.host.encrypted(f"84D4{p1}{number}", stage_key, plain, wrong=wrong)

    def _load(self, words: list[str], *, wrong: bool) -> bytes:
        return self.host.load(int(words[0]), wrong=wrong, le=_le(words))

    def _purchase(self, words: list[str], *, wrong: bool) -> bytes:
        amounts = int(words[0]), int(words[1]), int(words[2])
        return self.host.purchase(amounts, wrong=wrong, le=_le(words))


def files() -> list[Path]:
    """Every conversation file."""
    return sorted(CONVERSATIONS.glob("*.apdu"))
