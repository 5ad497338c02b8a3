"""The PIN: its form on the card, and setting it.

BCD digits padded with F (C2: SPEC-5).  In memory always 8 bytes, so that two spellings of one PIN compare equal.
"""

from __future__ import annotations

from cardemu.files import PIN
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import Refused

SLOT = 0
"""The PIN's place among the try counters."""


def padded(presented: bytes) -> bytes:
    """The 8 bytes to compare."""
    return presented.ljust(8, b"\xff")


def digits(presented: bytes) -> int | None:
    """How many digits a PIN has, or None when it is not BCD digits with only F behind them."""
    text = presented.hex().rstrip("f")
    return len(text) if text.isdecimal() else None


def from_text(text: str) -> bytes:
    """A PIN written as digits, in the card's form; ValueError when it is not 2 to 16 digits."""
    if not text.isdecimal() or not 2 <= len(text) <= 16:
        message = f"PIN {text!r} must be 2 to 16 digits"
        raise ValueError(message)
    return bytes.fromhex(text + "f" * (len(text) % 2))


def compare(session: Session, presented: bytes) -> None:
    """Check a PIN; counts and answers 63Cx or 6983, takes back an earlier proof when wrong."""
    reference = session.read(Cell.PIN)
    if not reference:
        raise Refused(0x6A88)
    session.compare(SLOT, session.template.pin.limit, reference, padded(presented), wrong=0x63C0, proof=PIN)


def store(session: Session, new: bytes) -> None:
    """Take a new PIN; 6A80 unless it is enough BCD digits and fits 8 bytes.  The tries are the caller's."""
    count = digits(new)
    if count is None or not session.template.pin.minimum_digits <= count <= 16 or len(new) > 8:
        raise Refused(0x6A80)
    session.write(Cell.PIN, padded(new))
