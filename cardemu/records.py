"""Records inside a file's content: where they are, and content with one written.

Linear files hold their records one behind the other; in a linear variable file each is a simple TLV.  A cyclic file
starts with two bytes, the slot of the newest record and how many there are, so that writing one touches one slot.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from cardemu.files import Header, Kind
from cardemu.status import Refused

Span = tuple[int, int]
"""Start and end of a record in the content."""


def spans(header: Header, content: bytes) -> tuple[Span, ...]:
    """The records of a file in the order the commands number them (cyclic: newest first)."""
    if header.kind is Kind.LINEAR_VARIABLE:
        return _variable(content)
    if header.kind is Kind.LINEAR_FIXED:
        return _fixed(len(content), header.record_bytes)
    if not content:
        return ()
    newest, count, size = content[0], content[1], header.record_bytes
    slots = ((newest - age) % header.records for age in range(count))
    return tuple((2 + slot * size, 2 + (slot + 1) * size) for slot in slots)


@lru_cache(maxsize=4096)
def _variable(content: bytes) -> tuple[Span, ...]:
    """Walk the TLVs.  Cached: a command reads one record of a content that seldom changes."""
    starts = [0]
    while starts[-1] < len(content):
        starts.append(starts[-1] + 2 + content[starts[-1] + 1])
    return tuple(pairwise(starts))


@lru_cache(maxsize=256)
def _fixed(size: int, record_bytes: int) -> tuple[Span, ...]:
    return tuple((start, start + record_bytes) for start in range(0, size, record_bytes))


def replace(header: Header, content: bytes, span: Span, record: bytes) -> bytes:
    """The content with one record of a linear file written over; 6A84 when it does not fit, 6700 for a wrong length."""
    if header.kind is Kind.LINEAR_FIXED and len(record) != header.record_bytes:
        raise Refused(0x6700)
    changed = content[: span[0]] + record + content[span[1] :]
    if header.kind is Kind.LINEAR_VARIABLE and len(changed) > header.size:
        raise Refused(0x6A84)
    return changed


def append(header: Header, content: bytes, record: bytes) -> bytes:
    """The content with one record more; the oldest of a full cyclic file makes room."""
    if header.kind is not Kind.LINEAR_VARIABLE and len(record) != header.record_bytes:
        raise Refused(0x6700)
    if header.kind is Kind.CYCLIC:
        return _append_cyclic(header, content, record)
    room = header.size if header.kind is Kind.LINEAR_VARIABLE else header.records * header.record_bytes
    if len(content) + len(record) > room:
        raise Refused(0x6A84)
    return content + record


def _append_cyclic(header: Header, content: bytes, record: bytes) -> bytes:
    size = header.record_bytes
    whole = content or bytes(2 + header.records * size)
    slot = (whole[0] + 1) % header.records if content else 0
    start = 2 + slot * size
    count = min(whole[1] + 1, header.records)
    return bytes((slot, count)) + whole[2:start] + record + whole[start + size :]
