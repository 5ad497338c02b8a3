"""Keys: the national table, and the table a card holds.

One row per key of the sector: which DF owns it, its id on the card, what it may do, how many levels of
diversification lie below the key a PSAM holds, and the PSAM's own id.  Card and PSAM are built from these rows, so
they agree.  Sources: SPEC-9 annex B; V2.0 field values of two drivers (C2).  Rows marked assumed have an id of our
choosing because no source names one.
"""

from __future__ import annotations

from enum import IntEnum, unique
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from cardemu.files import Condition, condition


@unique
class Use(IntEnum):
    """What a key may be used for."""

    INTERNAL = 1  # INTERNAL AUTHENTICATE
    AUTHENTICATE = 2  # EXTERNAL AUTHENTICATE
    PIN = 3  # PIN UNBLOCK and reload, and EXTERNAL AUTHENTICATE before them
    BLOCK = 4  # APPLICATION BLOCK, CARD BLOCK
    SECURE = 5  # MAC of UPDATE under secure messaging
    LOAD = 6  # credit the medical account
    PURCHASE = 7  # debit it
    TAC = 8  # transaction certificate
    TRANSPORT = 9  # before and while the card is initialised


EXTERNAL_USES = frozenset({Use.AUTHENTICATE, Use.PIN, Use.TRANSPORT})


class KeyRow(NamedTuple):
    """One key of the sector; `citation` says how sure we are.

    `psam`: id on the PSAM; `levels`: diversification levels left there (3 national, 2 provincial, 1 city).
    """

    name: str
    df: str
    id: int
    use: Use
    psam: int
    levels: int
    citation: str


_V2 = "V2.0 drivers JS + HDOS (C2)"
_NATIONAL = "SPEC-9 annex B (C2)"
_ASSUMED = "assumed: no source names its id"

KEY_ROWS: tuple[KeyRow, ...] = (
    KeyRow("IRK", "SSSE", 0x00, Use.INTERNAL, 0x08, 3, _NATIONAL),
    KeyRow("STK", "SSSE", 0x02, Use.SECURE, 0x09, 2, _V2),
    KeyRow("UKSSSE", "SSSE", 0x04, Use.AUTHENTICATE, 0x12, 2, _V2 + "; EVOLIS"),
    KeyRow("BK", "SSSE", 0x05, Use.BLOCK, 0x11, 2, "card id: V1.0 table (S1); PSAM id assumed"),
    KeyRow("PUK", "SSSE", 0x06, Use.PIN, 0x10, 2, _V2),
    KeyRow("RPK", "SSSE", 0x07, Use.PIN, 0x13, 2, _ASSUMED),
    KeyRow("RKSSSE", "SSSE", 0x0A, Use.AUTHENTICATE, 0x0A, 2, _V2 + "; EVOLIS"),
    KeyRow("STKDF01", "DF01", 0x82, Use.SECURE, 0x20, 1, _NATIONAL),
    KeyRow("UK1DF01", "DF01", 0x83, Use.AUTHENTICATE, 0x42, 2, _V2),
    KeyRow("UK2DF01", "DF01", 0x84, Use.AUTHENTICATE, 0x43, 2, _V2),
    KeyRow("UK3DF01", "DF01", 0x85, Use.AUTHENTICATE, 0x24, 2, _V2),
    KeyRow("UK4DF01", "DF01", 0x86, Use.AUTHENTICATE, 0x25, 2, _V2),
    KeyRow("UK5DF01", "DF01", 0x87, Use.AUTHENTICATE, 0x44, 2, _V2),
    KeyRow("RK1DF01", "DF01", 0x88, Use.AUTHENTICATE, 0x2E, 3, _V2),
    KeyRow("UK6DF01", "DF01", 0x89, Use.AUTHENTICATE, 0x2F, 2, _V2),
    KeyRow("UK7DF01", "DF01", 0x8A, Use.AUTHENTICATE, 0x30, 2, _ASSUMED),
    KeyRow("UK8DF01", "DF01", 0x8B, Use.AUTHENTICATE, 0x31, 2, _ASSUMED),
    KeyRow("UK9DF01", "DF01", 0x8C, Use.AUTHENTICATE, 0x32, 2, _ASSUMED),
    KeyRow("UKADF01", "DF01", 0x8D, Use.AUTHENTICATE, 0x33, 2, _ASSUMED),
    KeyRow("UKBDF01", "DF01", 0x8E, Use.AUTHENTICATE, 0x34, 2, _ASSUMED),
    KeyRow("STKDF02", "DF02", 0x82, Use.SECURE, 0x21, 1, _NATIONAL),
    KeyRow("UK1DF02", "DF02", 0x83, Use.AUTHENTICATE, 0x26, 1, _NATIONAL),
    KeyRow("UK2DF02", "DF02", 0x84, Use.AUTHENTICATE, 0x45, 2, _V2),
    KeyRow("UK3DF02", "DF02", 0x85, Use.AUTHENTICATE, 0x46, 2, _V2),
    KeyRow("UK4DF02", "DF02", 0x86, Use.AUTHENTICATE, 0x27, 2, _V2),
    KeyRow("UK5DF02", "DF02", 0x87, Use.AUTHENTICATE, 0x28, 2, _V2),
    KeyRow("RK1DF02", "DF02", 0x88, Use.AUTHENTICATE, 0x35, 3, _V2),
    KeyRow("UK6DF02", "DF02", 0x89, Use.AUTHENTICATE, 0x36, 2, _V2),
    KeyRow("STKDF03", "DF03", 0x82, Use.SECURE, 0x22, 1, _NATIONAL),
    KeyRow("RK1DF03", "DF03", 0x84, Use.AUTHENTICATE, 0x2B, 3, _V2),
    KeyRow("RK2DF03", "DF03", 0x85, Use.AUTHENTICATE, 0x2C, 3, _V2),
    *(
        KeyRow(f"UK{n}DF03", "DF03", 0x85 + n, Use.AUTHENTICATE, 0x36 + n, 2, "card id " + _V2 + "; PSAM id assumed")
        for n in (1, 2, 3, 4, 5, 6)
    ),
    KeyRow("UK7DF03", "DF03", 0x8C, Use.AUTHENTICATE, 0x3E, 2, "card id " + _V2 + "; PSAM id assumed"),
    KeyRow("UK8DF03", "DF03", 0x8D, Use.AUTHENTICATE, 0x40, 2, "card id " + _V2 + "; PSAM id assumed"),
    KeyRow("STKDF04", "DF04", 0x82, Use.SECURE, 0x23, 1, _NATIONAL),
    KeyRow("RK1DF04", "DF04", 0x84, Use.AUTHENTICATE, 0x2D, 3, _V2),
    KeyRow("UK1DF04", "DF04", 0x85, Use.AUTHENTICATE, 0x29, 1, "card id " + _V2 + "; PSAM id assumed"),
    KeyRow("UK2DF04", "DF04", 0x86, Use.AUTHENTICATE, 0x2A, 1, _NATIONAL),
    KeyRow("DPK", "DF04", 0x90, Use.PURCHASE, 0x22, 3, "PSAM id " + _NATIONAL + "; card id assumed"),
    KeyRow("DLK", "DF04", 0x91, Use.LOAD, 0x50, 2, _ASSUMED),
    KeyRow("DTK", "DF04", 0x92, Use.TAC, 0x51, 2, _ASSUMED),
    KeyRow("UK1DF05", "DF05", 0x84, Use.AUTHENTICATE, 0x53, 2, _ASSUMED),
    KeyRow("RK1DF06", "DF06", 0x83, Use.AUTHENTICATE, 0x52, 2, _V2),
    KeyRow("UK1DF06", "DF06", 0x84, Use.AUTHENTICATE, 0x54, 2, _ASSUMED),
    KeyRow("UK2DF06", "DF06", 0x85, Use.AUTHENTICATE, 0x55, 2, _ASSUMED),
    KeyRow("RK1DF07", "DF07", 0x83, Use.AUTHENTICATE, 0x3D, 2, _V2),
    KeyRow("RK2DF07", "DF07", 0x84, Use.AUTHENTICATE, 0x3F, 2, _V2),
    KeyRow("RK3DF07", "DF07", 0x85, Use.AUTHENTICATE, 0xB1, 2, _V2),
    KeyRow("UK1DF07", "DF07", 0x86, Use.AUTHENTICATE, 0x56, 2, _ASSUMED),
    KeyRow("UK2DF07", "DF07", 0x87, Use.AUTHENTICATE, 0x57, 2, _ASSUMED),
    KeyRow("UK3DF07", "DF07", 0x88, Use.AUTHENTICATE, 0x58, 2, _ASSUMED),
)

TRANSPORT_ID = 0x0F
"""Key id of the transport key (assumed)."""
STORED = 0xFF
"""In place of a row number: the key's bytes follow in the table itself."""


def published_root_key(name: str) -> bytes:
    """The published test root key of this name.

    No real key of the sector is public, so every product carries these: the first 16 bytes of SHA-256 over
    'Cardmill test key ' and the name.
    """
    return sha256(b"Cardmill test key " + name.encode()).digest()[:16]


class CardKey(NamedTuple):
    """One entry of a card's key table; `slot` is its place among the try counters.

    `row` indexes `KEY_ROWS` when the key is derived from the product's root key; otherwise `value` holds its bytes.
    """

    df: int
    id: int
    use: Use
    version: int
    limit: int
    row: int
    value: bytes
    slot: int


def encode_table(entries: list[CardKey]) -> bytes:
    """A key table as a memory cell: per key DF number, id, use, version, limit, row, and the value when stored."""
    return b"".join(bytes((*entry[:6],)) + entry.value for entry in entries)


@lru_cache(maxsize=256)
def table(data: bytes) -> tuple[CardKey, ...]:
    """The entries of a key table; equal bytes share one."""
    entries: list[CardKey] = []
    position = 0
    while position < len(data):
        df, number, use, version, limit, row = data[position : position + 6]
        end = position + 6 + (16 if row == STORED else 0)
        entries.append(CardKey(df, number, Use(use), version, limit, row, data[position + 6 : end], len(entries) + 1))
        position = end
    return tuple(entries)


KEY_IDS: dict[str, int] = {row.name: row.id for row in KEY_ROWS}


def rule(text: str) -> Condition:
    """An access rule that may name keys: 'pin or RK1DF01' is 'pin or key 88'; ValueError for unknown words."""
    words = (f"key {KEY_IDS[word]:02X}" if word in KEY_IDS else word for word in text.split(" "))
    return condition(" ".join(words))
