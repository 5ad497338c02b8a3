"""Who holds the keys for a terminal: its PSAM, or a hardware security module (HSM) behind the network.

Both answer the same few questions about one card, so that everything above works with either.  Keys never come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from cardemu import crypto
from cardemu.account import PURCHASE
from cardemu.apdu import build
from cardemu.crypto import SM4_128, Algorithm
from cardemu.image import root_keys
from cardemu.keys import KEY_ROWS, KeyRow, Use, published_root_key
from cardemu.psam import PURCHASE_ROW
from cardemu.status import OK
from cardemu.terminal.errors import Code, ReaderError, from_status
from cardemu.terminal.port import Channel, Slot, StatusError, power_up

PUBLISHED_VERSIONS: Mapping[str, tuple[int, ...]] = {"DPK": (1, 2, 3)}


class Holder(NamedTuple):
    """What a key holder must know about a card to find its keys."""

    algorithm: Algorithm
    region: str
    historical: bytes

    @property
    def factors(self) -> tuple[bytes, bytes, bytes]:
        """Province, city, card."""
        return crypto.factors(self.region, self.historical)


class Debit(NamedTuple):
    """A purchase as the card began it: its random 4 and sequence 2, three amounts, CCYYMMDDhhmmss, key version."""

    seed: bytes
    amounts: bytes
    time: bytes
    version: int = 1


class Begun(NamedTuple):
    """What DEBIT ACCOUNT needs from the key holder: transaction counter of the terminal and MAC1."""

    counter: bytes
    mac1: bytes


class KeyHolder(Protocol):
    """The other side of the card's keys."""

    @property
    def terminal(self) -> bytes:
        """The terminal number, 6 bytes."""

    def authentication(self, card: Holder, row: KeyRow, challenge: bytes, source: bytes) -> bytes:
        """Eight bytes that prove possession of a key."""

    def mac(self, card: Holder, row: KeyRow, challenge: bytes, message: bytes) -> bytes:
        """The MAC of a message."""

    def encrypted(self, card: Holder, row: KeyRow, challenge: bytes, plain: bytes) -> bytes:
        """Data enciphered for secure messaging."""

    def begin_purchase(self, card: Holder, debit: Debit) -> Begun:
        """MAC1 of a purchase."""

    def finish_purchase(self, mac2: bytes) -> bool:
        """Whether the card's MAC2 is right."""


def _framed(algorithm: Algorithm, plain: bytes) -> bytes:
    """What `Algorithm.encrypt` puts through the cipher, for a module that only ciphers blocks."""
    framed = bytes((len(plain),)) + plain
    return algorithm.pad(framed) if len(framed) % algorithm.block else framed


_BOTH = frozenset({0x09, 0x10, 0x12, 0x42, 0x43, 0x44, 0x45, 0x46, 0x52})
"""Ids of PSAM keys the V2.0 drivers have delivered with type 8, MAC and encryption (C2 with JS and HDOS)."""
_TYPES = {
    Use.INTERNAL: 7,
    Use.AUTHENTICATE: 7,
    Use.PIN: 8,
    Use.BLOCK: 6,
    Use.SECURE: 6,
    Use.LOAD: 9,
    Use.TAC: 12,
    Use.PURCHASE: 2,
}


class Psam:
    """The PSAM in the terminal's second slot (SPEC-9, C2 with four drivers)."""

    CHUNK_BYTES = 240

    def __init__(self, slot: Slot) -> None:
        power_up(slot)
        self._channel = Channel(slot)
        self._terminal: bytes | None = None

    @property
    def terminal(self) -> bytes:
        """The terminal number of file 0016."""
        if self._terminal is None:
            self._channel.ask(bytes.fromhex("00A40000023F00"))
            self._terminal = self._channel.ask(bytes.fromhex("00B0960006"))
        return self._terminal

    def _environment(self, card: Holder) -> None:
        """The environment of the card's cipher, and which region it comes from."""
        try:
            self._channel.ask(bytes.fromhex("00A40000023F00"))
            if card.algorithm is SM4_128:
                self._channel.ask(bytes.fromhex("00A4000002DDF1"))
        except StatusError as error:
            raise ReaderError(Code.PSAM_LACKS_ALGORITHM) from error
        self._run(bytes.fromhex("BFEC0000"), bytes.fromhex(card.region[:2]))

    def _run(self, header: bytes, data: bytes, row: KeyRow | None = None) -> bytes:
        try:
            return self._channel.ask(build(header, data))
        except StatusError as error:
            if row is not None and error.status in {0x6A88, 0x9403} and row.name == "RKSSSE":
                raise ReaderError(Code.PSAM_LACKS_RKSSSE) from error
            if row is not None and error.status == 0x6A80:
                raise ReaderError(Code.PSAM_KEY_LEVEL) from error
            raise ReaderError(from_status(error.status)) from error

    def _deliver(self, card: Holder, row: KeyRow, challenge: bytes) -> None:
        """A session key in the PSAM: usage byte, key id; factors from the card's up, then the challenge."""
        self._environment(card)
        kind = 8 if row.psam in _BOTH else _TYPES[row.use]
        levels = b"".join(reversed(card.factors[3 - row.levels :]))
        seed = challenge[: card.algorithm.block].ljust(card.algorithm.block, b"\x00")
        self._run(bytes((0xBF, 0xDE, row.levels << 5 | kind, row.psam)), levels + seed, row)

    def authentication(self, card: Holder, row: KeyRow, challenge: bytes, source: bytes) -> bytes:
        """CIPHER DATA over the source, folded to 8 bytes by the terminal with a 16-byte cipher."""
        self._deliver(card, row, challenge)
        block = self._run(bytes.fromhex("80FA0000"), source.ljust(card.algorithm.block, b"\x00"))
        return block if len(block) == 8 else crypto.xor(block[:8], block[8:])

    def mac(self, card: Holder, row: KeyRow, challenge: bytes, message: bytes) -> bytes:
        """CIPHER DATA in MAC mode, in as many parts as the message needs."""
        self._deliver(card, row, challenge)
        padded = card.algorithm.pad(message)
        while len(padded) > self.CHUNK_BYTES:
            self._run(bytes.fromhex("80FA0300"), padded[: self.CHUNK_BYTES])
            padded = padded[self.CHUNK_BYTES :]
        return self._run(bytes.fromhex("80FA0100"), padded)

    def encrypted(self, card: Holder, row: KeyRow, challenge: bytes, plain: bytes) -> bytes:
        """CIPHER DATA over the framed data."""
        self._deliver(card, row, challenge)
        return self._run(bytes.fromhex("80FA0000"), _framed(card.algorithm, plain))

    def begin_purchase(self, card: Holder, debit: Debit) -> Begun:
        """INIT SAM FOR PURCHASE."""
        self._environment(card)
        head = debit.seed + debit.amounts + bytes((PURCHASE,)) + debit.time
        data = head + bytes((debit.version, card.algorithm.code)) + b"".join(reversed(card.factors))
        answer = self._run(bytes.fromhex("80700100"), data)
        return Begun(answer[:4], answer[4:8])

    def finish_purchase(self, mac2: bytes) -> bool:
        """CREDIT SAM; it must be the next command the PSAM gets."""
        return self._channel.exchange(build(bytes.fromhex("80720000"), mac2)) == OK.to_bytes(2, "big")


class Hsm:
    """A security module at the back office: every root key, derived down to the card whenever asked.

    A software stand-in with the published test keys, or with those of a product (`Product.template.roots`).
    """

    def __init__(self, roots: Mapping[tuple[int, int], bytes] | None = None, terminal: bytes = bytes(6)) -> None:
        self._roots = root_keys(PUBLISHED_VERSIONS, {}) if roots is None else roots
        self._terminal = terminal
        self._counter = 0
        self._expected = b""
        self._transport = published_root_key("transport key")

    @property
    def terminal(self) -> bytes:
        """The terminal number this HSM was told."""
        return self._terminal

    def _key(self, card: Holder, row: KeyRow, version: int = 1) -> bytes:
        root = self._roots.get((KEY_ROWS.index(row), version))
        if root is None:
            raise ReaderError(from_status(0x6A88))
        return crypto.card_key(card.algorithm.name, root, card.factors)

    def authentication(self, card: Holder, row: KeyRow, challenge: bytes, source: bytes) -> bytes:
        """Authentication data under the card's key."""
        return card.algorithm.auth_data(card.algorithm.session_key(self._key(card, row), challenge), source)

    def mac(self, card: Holder, row: KeyRow, challenge: bytes, message: bytes) -> bytes:
        """A MAC under the card's key."""
        return card.algorithm.mac(card.algorithm.session_key(self._key(card, row), challenge), message)

    def encrypted(self, card: Holder, row: KeyRow, challenge: bytes, plain: bytes) -> bytes:
        """Data under the card's key."""
        return card.algorithm.encrypt(card.algorithm.session_key(self._key(card, row), challenge), plain)

    def begin_purchase(self, card: Holder, debit: Debit) -> Begun:
        """MAC1, with a counter of the HSM's own."""
        counter = self._counter.to_bytes(4, "big")
        self._counter += 1
        key = self._key(card, PURCHASE_ROW, debit.version)
        session = card.algorithm.session_key(key, debit.seed + counter[2:])
        message = debit.amounts + bytes((PURCHASE,)) + self._terminal + debit.time
        self._expected = card.algorithm.mac(session, debit.amounts)
        return Begun(counter, card.algorithm.mac(session, message))

    def finish_purchase(self, mac2: bytes) -> bool:
        """Compare with what the card must have computed."""
        return mac2 == self._expected

    # ---- pre-personalisation

    def transport_key(self) -> bytes:
        """The published test transport key, which COS activation loads in clear."""
        return self._transport

    def transport_authentication(self, card: Holder, challenge: bytes, source: bytes) -> bytes:
        """Authentication data under the transport key."""
        return card.algorithm.auth_data(card.algorithm.session_key(self._transport, challenge), source)

    def key_block(self, card: Holder, row: KeyRow, version: int, limit: int, challenge: bytes, header: bytes) -> bytes:
        """The data of WRITE KEY: use, version, limit and the card's own key, enciphered and with a MAC."""
        session = card.algorithm.session_key(self._transport, challenge)
        body = card.algorithm.encrypt(session, bytes((row.use, version, limit)) + self._key(card, row, version))
        return body + card.algorithm.mac(session, header + bytes((len(body) + 4,)) + body)
