"""One card at a terminal: where it stands, who it is, what has been proved to it.

The sequences are those of the traces.  Generations 1 and 2: application environment, EF05, its tags, EF06, its tags.
Generation 3 (GWI, C2): two challenges, INTERNAL AUTHENTICATE, two challenges, EXTERNAL AUTHENTICATE with RKSSSE, then
EF06.  Of two challenges the first is the source, the second, which the card remembers, the process factor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cardemu import tlv
from cardemu.apdu import build
from cardemu.cleantext import SEPARATORS
from cardemu.crypto import ALGORITHMS, DES, Algorithm
from cardemu.elements import codec
from cardemu.elements.codec import ElementError
from cardemu.elements.layout import DFS, SSSE_NAME
from cardemu.elements.model import Element, FileRow
from cardemu.files import Kind, describe
from cardemu.keys import KEY_ROWS, KeyRow
from cardemu.pin import from_text
from cardemu.products import Product, product
from cardemu.terminal.errors import Code, ReaderError, from_status
from cardemu.terminal.keyholder import Holder, KeyHolder
from cardemu.terminal.port import Channel, Listener, Port, StatusError, historical
from cardemu.tlv import TlvError

ROWS: dict[str, KeyRow] = {row.name: row for row in KEY_ROWS}
AIDS: dict[str, bytes] = {"SSSE": SSSE_NAME, **{row.df: row.aid for row in DFS}}
CHUNK_BYTES = 240
ISSUER_FID = 0xEF05
CHALLENGE = bytes.fromhex("0084000008")
NOT_THERE = frozenset({0x6A82, 0x6A83})

Ask = Callable[[], str]
"""Asks the holder for the PIN."""


class Pair(NamedTuple):
    """Two challenges of the card: the source, and the process factor."""

    process: bytes
    source: bytes


def no_pin() -> str:
    """A terminal without PIN pad."""
    raise ReaderError(Code.CANCELLED)


class Link:
    """A card under power.  `region` is needed only where the card does not carry its identification yet."""

    def __init__(
        self,
        port: Port,
        atr: bytes,
        keys: KeyHolder | None = None,
        *,
        ask_pin: Ask = no_pin,
        card_product: Product | None = None,
        region: str = "",
        listener: Listener | None = None,
    ) -> None:
        self.channel = Channel(port, listener)
        self.historical = historical(atr)
        self.algorithm: Algorithm = DES
        self.keys = keys
        self.ask_pin = ask_pin
        self.region = region
        self._product = card_product
        self._named_algorithm = False
        self._df = ""
        self._fid = 0
        self._proved: set[str] = set()
        self._secured = False

    # ---- place

    def enter(self, df: str = "SSSE") -> bytes:
        """Select the environment or an application; its FCI.  Nothing happens when it is current already.

        Proofs under keys of an application end when it is left; those of the environment stay.
        """
        if df == self._df:
            return b""
        fci = self.channel.ask(build(bytes.fromhex("00A40400"), AIDS[df]))
        self._df, self._fid = df, 0
        self._proved = {name for name in self._proved if name in {"pin", "internal"} or ROWS[name].df == "SSSE"}
        if df == "SSSE":
            self._read_algorithm(fci)
        return fci

    def _read_algorithm(self, fci: bytes) -> None:
        """9F0C 86 01 xx in the FCI names the cipher; without it the card computes 3DES (C2)."""
        found = self._inside(self._inside(self._inside(fci, 0x6F), 0xA5), 0x9F0C)
        code = self._inside(found, 0x86)
        self._named_algorithm = bool(code)
        if code:
            known = {cipher.code: cipher for cipher in ALGORITHMS.values()}
            if code[0] not in known:
                raise ReaderError(Code.UNSUPPORTED)
            self.algorithm = known[code[0]]

    @staticmethod
    def _inside(data: bytes, tag: int) -> bytes:
        try:
            return tlv.find(tlv.parse_ber(data), tag) or b""
        except TlvError:
            return b""

    def select(self, df: str, fid: int) -> None:
        """Make an EF current, its application first; nothing happens when it is."""
        self.enter(df)
        if fid != self._fid:
            self.channel.ask(bytes.fromhex("00A4020002") + fid.to_bytes(2, "big"))
            self._fid = fid

    # ---- identity

    def identify(self) -> None:
        """Learn the region from the card identification (EF05, tag 01), unless it was given."""
        self.enter()
        if self.region:
            return
        self.select("SSSE", ISSUER_FID)
        region = self.channel.ask(bytes.fromhex("00B2010012"))[2:5].hex()
        if not region.isdecimal():
            raise ReaderError(Code.BAD_CARD_ID)
        self.region = region

    @property
    def holder(self) -> Holder:
        """The card as a key holder wants it."""
        return Holder(self.algorithm, self.region, self.historical)

    @property
    def product(self) -> Product:
        """Which files and rules the card has: as told, or by its version record and its FCI."""
        if self._product is None:
            self.select("SSSE", ISSUER_FID)
            version = self.channel.ask(bytes.fromhex("00B2030006"))[2:3].decode("latin-1")
            unwritten = "3" if self._named_algorithm else "2"
            self._product = product(f"generation-{version if version in '123' and version.strip() else unwritten}")
        return self._product

    # ---- proofs

    def require_keys(self) -> KeyHolder:
        """The key holder; -2201 without one."""
        if self.keys is None:
            raise ReaderError(Code.NO_PSAM)
        return self.keys

    def pair(self) -> Pair:
        """Two challenges."""
        source = self.channel.ask(CHALLENGE)
        return Pair(self.channel.ask(CHALLENGE), source)

    def internal(self, pair: Pair) -> bytes:
        """INTERNAL AUTHENTICATE; the card's 8 bytes."""
        answer = self.channel.ask(build(bytes.fromhex("00880000"), pair.process + pair.source))
        self._proved.add("internal")
        return answer

    def external(self, row: KeyRow, answer: bytes, source: bytes) -> None:
        """EXTERNAL AUTHENTICATE with an answer somebody computed."""
        self.channel.ask(build(bytes((0x00, 0x82, 0x00, row.id)), answer + source))
        self._proved.add(row.name)

    def recognise(self) -> None:
        """Make sure that the card is genuine; -21 when not."""
        keys, pair = self.require_keys(), self.pair()
        if self.internal(pair) != keys.authentication(self.holder, ROWS["IRK"], pair.process, pair.source):
            raise ReaderError(Code.INTERNAL_FAILED)

    def authenticate(self, name: str) -> None:
        """Prove a key to the card, in the application that owns it, unless that holds already."""
        row = ROWS[name]
        if row.df != "SSSE":
            self.enter(row.df)
        elif not self._df:
            self.enter()
        if name in self._proved:
            return
        keys, pair = self.require_keys(), self.pair()
        self.external(row, keys.authentication(self.holder, row, pair.process, pair.source), pair.source)

    def verify(self, pin: str) -> None:
        """Show the PIN."""
        self.channel.ask(build(bytes.fromhex("00200000"), from_text(pin)))
        self._proved.add("pin")

    def reload_pin(self, pin: bytes) -> None:
        """PIN reload: the proof the product asks for, then the enciphered PIN and a MAC, both under RPK."""
        keys, row = self.require_keys(), ROWS["RPK"]
        self.fulfil(describe(self.product.template.pin.reload), "SSSE")
        challenge, header = self.channel.ask(CHALLENGE), bytes.fromhex("84240001")
        body = keys.encrypted(self.holder, row, challenge, pin)
        mac = keys.mac(self.holder, row, challenge, header + bytes((len(body) + 4,)) + body)
        self.channel.ask(build(header, body + mac))

    def unblock_pin(self) -> None:
        """PIN UNBLOCK: the proof the product asks for, then a MAC under PUK."""
        keys, row = self.require_keys(), ROWS["PUK"]
        self.fulfil(describe(self.product.template.pin.unblock), "SSSE")
        challenge, header = self.channel.ask(CHALLENGE), bytes.fromhex("84240000")
        self.channel.ask(build(header, keys.mac(self.holder, row, challenge, header + b"\x04")))

    def proved(self, word: str) -> bool:
        """Whether the card has had this proof: pin, internal, or a key's name."""
        return word in self._proved

    @staticmethod
    def proofs(rule: str, *, by_pin: bool = False) -> tuple[str, ...]:
        """The proofs one alternative of an access rule asks for; -27010 (6982) for 'never'.

        Of several alternatives the one with, or without, the PIN is taken, as the caller wants it.
        """
        if rule == "free":
            return ()
        if rule == "never":
            raise ReaderError(from_status(0x6982))
        terms = [tuple(term.split(" and ")) for term in rule.split(" or ")]
        wanted = [term for term in terms if ("pin" in term) == by_pin]
        return (wanted or terms)[0]

    def fulfil(self, rule: str, df: str, *, by_pin: bool = False) -> None:
        """Give every proof of one alternative of an access rule that does not hold already.

        Where the rule asks for a MAC, what is written next carries one.
        """
        words = self.proofs(rule, by_pin=by_pin)
        self._secured = "mac" in words
        for word in words:
            if word == "mac":
                continue
            if word == "pin":
                if not self.proved(word):
                    self.verify(self.ask_pin())
            elif word == "internal":
                if not self.proved(word):
                    self.recognise()
            else:
                self.authenticate(self.key_name(word, df))

    @staticmethod
    def key_name(word: str, df: str) -> str:
        """The key a word of an access rule names: RK1DF01, or 'key 88' in DF01; -13 for `mac`, which is no key."""
        if word in ROWS:
            return word
        if word == "mac":
            raise ReaderError(Code.UNSUPPORTED)
        number = int(word.removeprefix("key "), 16)
        owner = df if number & 0x80 else "SSSE"
        for row in KEY_ROWS:
            if (row.df, row.id) == (owner, number):
                return row.name
        raise ReaderError(from_status(0x6A88))

    # ---- data

    @staticmethod
    def number(row: FileRow, element: Element, occurrence: int) -> int:
        """The record number of an element that occurs several times: records follow the layout's order (C2)."""
        before = 0
        for other in row.elements:
            if other is element:
                break
            before += other.times
        return before + occurrence

    def read_record(self, row: FileRow, element: Element, occurrence: int = 1) -> bytes:
        """The value bytes of an element of the current file, by tag or by number; its tag is checked."""
        if element.times == 1:
            command = bytes((0x00, 0xB2, element.tag, 0x00, element.length + 2))
        else:
            command = bytes((0x00, 0xB2, self.number(row, element, occurrence), 0x04, element.length + 2))
        record = self.channel.ask(command)
        if record[:1] != bytes((element.tag,)):
            raise ReaderError(Code.DATA_MISMATCH)
        return record[2:]

    def write_record(self, row: FileRow, element: Element, value: bytes, occurrence: int = 1) -> None:
        """Write an element of the current file over."""
        record = tlv.simple(element.tag, value)
        if element.times == 1:
            header = bytes((0x00, 0xDC, element.tag, 0x00))
        else:
            header = bytes((0x00, 0xDC, self.number(row, element, occurrence), 0x04))
        self.update(header, record)

    def update(self, header: bytes, data: bytes) -> None:
        """UPDATE in clear, or with CLA 04 and a MAC under the maintenance key of the current DF (`protected`)."""
        if not self._secured:
            self.channel.ask(build(header, data))
            return
        keys, row = self.require_keys(), ROWS.get("STK" if self._df == "SSSE" else f"STK{self._df}")
        if row is None:
            raise ReaderError(from_status(0x6A88))
        challenge, secured = self.channel.ask(CHALLENGE), b"\x04" + header[1:]
        mac = keys.mac(self.holder, row, challenge, secured + bytes((len(data) + 4,)) + data)
        self.channel.ask(build(secured, data + mac))

    def read_binary(self, row: FileRow) -> bytes:
        """All bytes of the current transparent file."""
        data = b""
        while len(data) < row.size:
            size = min(CHUNK_BYTES, row.size - len(data))
            data += self.channel.ask(bytes((0x00, 0xB0, *len(data).to_bytes(2, "big"), size)))
        return data

    def write_binary(self, data: bytes) -> None:
        """Bytes into the current transparent file, from its beginning."""
        for start in range(0, len(data), CHUNK_BYTES):
            part = data[start : start + CHUNK_BYTES]
            self.update(bytes((0x00, 0xD6, *start.to_bytes(2, "big"))), part)

    def text(self, row: FileRow, tag: int, occurrence: int = 1) -> str:
        """An element of the current file as text; a name is joined from tags 09 and 4E (C2)."""
        element = next(element for element in row.elements if element.tag == tag)
        names = {other.name: other for other in row.elements if other.name in {"name", "name_extension"}}
        if element.name not in names or len(names) < 2:
            return separable(codec.decode(element, self.read_record(row, element, occurrence)))
        rest_only = element.name == "name_extension"
        return separable(self._name(row, names["name"], names["name_extension"], rest_only=rest_only))

    def _name(self, row: FileRow, first: Element, extension: Element, *, rest_only: bool) -> str:
        """A holder's name, or what of it stands in the extension: some personalisers cut inside a character."""
        value = self.read_record(row, first)
        try:
            rest = self.read_record(row, extension)
        except StatusError as error:
            if rest_only or error.status not in NOT_THERE:
                raise
            rest = b""
        name = codec.join_name(value, rest)
        return name[len(codec.join_name(codec.whole_characters(value))) :] if rest_only else name

    def cyclic(self, row: FileRow, number: int) -> tuple[str, ...]:
        """The fields of one record of the current cyclic file; 1 is the newest."""
        size = codec.record_bytes(row)
        texts = codec.decode_cyclic(row, self.channel.ask(bytes((0x00, 0xB2, number, 0x04, size))))
        return tuple(map(separable, texts))


def separable(text: str) -> str:
    """A card's text as part of an answer; ElementError where it has what separates the values of an answer."""
    if any(character in text for character in SEPARATORS):
        raise ElementError(f"{text!r} has one of {SEPARATORS}, with which an answer separates its values")
    return text


def file_of(card_product: Product, key: str) -> FileRow:
    """The file a reader's name means, older dialects MFEF05 and 3F00EF06 included; -14 when there is none."""
    for old in ("3F00", "MF"):
        if key.startswith(old):
            key = "SSSE" + key.removeprefix(old)
            break
    try:
        return card_product.file(key)
    except KeyError as error:
        raise ReaderError(Code.BAD_PARAMETER) from error


def is_records(row: FileRow) -> bool:
    """Whether a file holds records with tags."""
    return row.kind is Kind.LINEAR_VARIABLE
