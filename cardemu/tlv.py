"""Tag-length-value in the two forms the card uses, with the raw offsets of every part.

Records of the files are *simple* TLV: one byte tag, one byte length (C2, SPEC-6).  What SELECT answers, the
directory records and nested items are BER-TLV (ISO/IEC 8825-1, as far as ISO/IEC 7816-4 uses it).
"""

from __future__ import annotations

from typing import NamedTuple


class TlvError(ValueError):
    """Bytes that are not TLV; the message says at which offset."""


class Tlv(NamedTuple):
    """One item: `start` of the tag, `value_start`, and `end` after the value, as offsets in the parsed bytes."""

    tag: int
    value: bytes
    start: int
    value_start: int
    end: int


def simple(tag: int, value: bytes) -> bytes:
    """Encode a simple TLV record."""
    if not 0 < tag <= 0xFF or len(value) > 0xFF:
        message = f"simple TLV needs a tag 01-FF and at most 255 bytes, not tag {tag:X} with {len(value)} bytes"
        raise TlvError(message)
    return bytes((tag, len(value))) + value


def parse_simple(data: bytes) -> list[Tlv]:
    """All records of a file image, in order."""
    items: list[Tlv] = []
    position = 0
    while position < len(data):
        if position + 2 > len(data) or position + 2 + data[position + 1] > len(data):
            message = f"record at offset {position} runs past the end ({len(data)} bytes)"
            raise TlvError(message)
        end = position + 2 + data[position + 1]
        items.append(Tlv(data[position], data[position + 2 : end], position, position + 2, end))
        position = end
    return items


def ber(tag: int, value: bytes) -> bytes:
    """Encode a BER-TLV item (tags of one or two bytes)."""
    head = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    size = len(value)
    if size < 0x80:
        return head + bytes((size,)) + value
    if size < 0x100:
        return head + bytes((0x81, size)) + value
    if size < 0x10000:
        return head + b"\x82" + size.to_bytes(2, "big") + value
    message = f"BER-TLV value of {size} bytes: at most 65535"
    raise TlvError(message)


def parse_ber(data: bytes, start: int = 0, end: int | None = None) -> list[Tlv]:
    """The items between two offsets of `data`, not descending into them; offsets count from the start of `data`."""
    stop = len(data) if end is None else end
    items: list[Tlv] = []
    position = start
    while position < stop:
        item = one_ber(data, position, stop)
        items.append(item)
        position = item.end
    return items


def one_ber(data: bytes, position: int, stop: int) -> Tlv:
    """The item at one offset."""
    start = position
    try:
        tag = data[position]
        position += 1
        if tag & 0x1F == 0x1F:
            tag = tag << 8 | data[position]
            position += 1
            if tag & 0x80:
                message = f"tag of more than two bytes at offset {start}"
                raise TlvError(message)
        size = data[position]
        position += 1
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 2:
                message = f"length form {size:02X} at offset {position - 1}"
                raise TlvError(message)
            size = int.from_bytes(data[position : position + count], "big")
            position += count
    except IndexError:
        message = f"item at offset {start} is cut off"
        raise TlvError(message) from None
    if position + size > stop:
        message = f"item at offset {start} runs past the end ({stop} bytes)"
        raise TlvError(message)
    return Tlv(tag, data[position : position + size], start, position, position + size)


def find(items: list[Tlv], tag: int) -> bytes | None:
    """The value of the first item with this tag."""
    for item in items:
        if item.tag == tag:
            return item.value
    return None
