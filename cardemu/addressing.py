"""How P1 and P2 name a record, by identifier or by number, and a place in bytes (SPEC-5, C2; ISO/IEC 7816-4, 7.3).

An identifier is a record's first byte, its tag.  P1 00 with an identifier mode means a record of any tag.
"""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.files import Node
from cardemu.records import Span
from cardemu.session import Session
from cardemu.status import Refused

FIRST, LAST, NEXT, PREVIOUS, NUMBER, TO_LAST, FROM_LAST, RESERVED = range(8)


def record_number(session: Session, found: tuple[Span, ...], content: bytes, p1: int, mode: int) -> int | None:
    """The record meant, counted from 1, or None when there is none; 6A86 for the reserved mode."""
    count = len(found)
    if mode >= NUMBER:
        if mode == RESERVED:
            raise Refused(0x6A86)
        number = p1 or session.record
        return number if 0 < number <= count else None
    here = session.record
    if mode == FIRST or (mode == NEXT and here == 0):
        order = range(1, count + 1)
    elif mode == LAST or here == 0:
        order = range(count, 0, -1)
    elif mode == NEXT:
        order = range(here + 1, count + 1)
    else:
        order = range(here - 1, 0, -1)
    for number in order:
        if p1 == 0 or content[found[number - 1][0]] == p1:
            return number
    return None


def binary_offset(session: Session, command: Command) -> tuple[Node, int]:
    """The transparent file and the offset a binary command means: P1 100xxxxx short identifier, else 15-bit offset.

    6A82 for P1 101xxxxx to 111xxxxx, which name no file (ISO/IEC 7816-4, 7.2.2).
    """
    if command.p1 & 0x80:
        sfi = command.p1 & 0x1F
        if command.p1 & 0x60 or sfi == 0:
            raise Refused(0x6A82)
        return session.choose(sfi), command.p2
    return session.elementary(), command.p1 << 8 | command.p2
