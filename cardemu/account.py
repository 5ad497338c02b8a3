"""The medical account of DF04 as the card keeps it, and the rules of load and purchase (SPEC-5, SPEC-7).

Money in fen.  The internal file belongs to the operating system (C2: DATA-V2): counters, balance, the year's
self-pay (SPIP) and pooled (SPFP) sums, the year and its first day.  The proof of the last transaction is kept beside
it, in one cell, so that it can never disagree with the balance.  assumed: what a TAC covers (as in the electronic
purse of the financial specification), and what happens at the turn of the medical year.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from cardemu.keys import CardKey

LOAD = 0x01
PURCHASE = 0x02
"""Transaction types as in the log file: 1 load, 2 settle (C2)."""
COUNTER_MAX = 0xFFFF
MONEY_MAX_FEN = 0xFFFFFFFF

_LAYOUT = struct.Struct(">HHIIIH2sBH4s4s")
CELL_BYTES = _LAYOUT.size


class Account(NamedTuple):
    """The account cell.  `year` is a number (2026); `start_day` MMDD packed."""

    loads: int = 0
    purchases: int = 0
    balance_fen: int = 0
    self_pay_fen: int = 0
    pooled_fen: int = 0
    year: int = 0
    start_day: bytes = b"\x01\x01"
    proof_type: int = 0
    proof_sequence: int = 0
    proof_mac: bytes = bytes(4)
    proof_tac: bytes = bytes(4)

    def encode(self) -> bytes:
        """The cell's bytes."""
        return _LAYOUT.pack(*self)

    @classmethod
    def decode(cls, data: bytes) -> Account:
        """From the cell's bytes; nothing written yet is an empty account."""
        return cls(*_LAYOUT.unpack(data)) if data else cls()

    def year_bytes(self) -> bytes:
        """The year as four BCD digits."""
        return bytes.fromhex(f"{self.year:04d}")

    def in_year(self, year: int) -> Account:
        """The account as it stands in a medical year: its sums start from nothing in a later one."""
        return self if year <= self.year else self._replace(year=year, self_pay_fen=0, pooled_fen=0)


class Load(NamedTuple):
    """A load that was begun and waits for the host.  `key`: DLK."""

    key: CardKey
    session_key: bytes
    amount_fen: int
    terminal: bytes
    mac1: bytes


class Purchase(NamedTuple):
    """A purchase that was begun and waits for the PSAM's MAC.  `key`: DPK.  Amounts: account, self-pay, pooled."""

    key: CardKey
    seed: bytes
    amounts_fen: tuple[int, int, int]
    terminal: bytes


def medical_year(time: bytes, start_day: bytes) -> int | None:
    """The medical year a time (CCYYMMDDhhmmss packed) falls in, or None when it is no time.

    assumed: the year is named after the calendar year its first day lies in.
    """
    text = time.hex()
    if not text.isdecimal() or not ("01" <= text[4:6] <= "12" and "01" <= text[6:8] <= "31" and text[8:10] <= "23"):
        return None
    year = int(text[:4])
    return year if time[2:4] >= start_day else year - 1


def money(amount_fen: int) -> bytes:
    """Four bytes, big-endian."""
    return amount_fen.to_bytes(4, "big")


def log_record(sequence: int, kind: int, terminal: bytes, time: bytes, amounts_fen: tuple[int, int, int]) -> bytes:
    """A record of the transaction file: sequence b2, type an1, terminal cn6, time cn7, three amounts b4 (C2)."""
    head = sequence.to_bytes(2, "big") + str(kind).encode() + terminal + time
    return head + b"".join(money(amount) for amount in amounts_fen)
