"""Values of data elements to bytes and back: padding, packing, nesting.

Padding: cn right with F, an right with 00 (C2: DATA-V2 chapter 7, SPEC-10, traces).  Values are text throughout: cn
its digits, b its hexadecimal digits, B-TLV its parts separated by ^, as reader software writes them.
"""

from __future__ import annotations

from cardemu import tlv
from cardemu.cleantext import text_problem
from cardemu.elements.model import Element, FileRow, Form
from cardemu.files import Kind

SEPARATOR = "^"
NAME_BYTES = 30
EXTENSION_BYTES = 20


class ElementError(ValueError):
    """A value that does not fit its element; the message names both and says what would fit."""


def encode(element: Element, text: str) -> bytes:
    """The value bytes of an element, padded to its length."""
    if element.form is Form.TLV:
        return _encode_parts(element, text)
    if element.form is Form.AN:
        _require_clean(element, text)
        try:
            value = text.encode("gb18030")
        except UnicodeEncodeError as error:
            message = f"{element.name} ({element.zh}): {text!r} has a character GB 18030 cannot write"
            raise ElementError(message) from error
        padding = b"\x00"
    elif element.form is Form.CN:
        if not (text == "" or (text.isascii() and text.isdecimal())):
            message = f"{element.name} ({element.zh}): {text!r} must be digits"
            raise ElementError(message)
        value, padding = bytes.fromhex(text + "f" * (len(text) % 2)), b"\xff"
    else:
        value, padding = _from_hex(element, text), b"\x00"
    if len(value) > element.length:
        message = f"{element.name} ({element.zh}): {text!r} takes {len(value)} bytes, at most {element.length} fit"
        raise ElementError(message)
    return value.ljust(element.length, padding)


def _require_clean(element: Element, text: str) -> None:
    if why := text_problem(text):
        raise ElementError(f"{element.name} ({element.zh}): {why}")


def _from_hex(element: Element, text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        message = f"{element.name} ({element.zh}): {text!r} must be pairs of hexadecimal digits"
        raise ElementError(message) from error
    if len(value) not in {0, element.length}:
        message = f"{element.name} ({element.zh}): {text!r} must be {element.length} bytes or nothing"
        raise ElementError(message)
    return value


def _encode_parts(element: Element, text: str) -> bytes:
    texts = text.split(SEPARATOR) if text else [""] * len(element.parts)
    if len(texts) != len(element.parts):
        message = f"{element.name} ({element.zh}): {text!r} must have {len(element.parts)} parts separated by ^"
        raise ElementError(message)
    return b"".join(tlv.simple(part.tag, encode(part, value)) for part, value in zip(element.parts, texts, strict=True))


def decode(element: Element, value: bytes) -> str:
    """The text of an element's value bytes, without padding; ElementError when they are none."""
    if element.form is Form.TLV:
        return _decode_parts(element, value)
    if len(value) != element.length:
        message = f"{element.name} ({element.zh}): {len(value)} bytes, must be {element.length}"
        raise ElementError(message)
    if element.form is Form.AN:
        try:
            return value.rstrip(b"\x00").decode("gb18030")
        except UnicodeDecodeError as error:
            message = f"{element.name} ({element.zh}): {value.hex()} is not GB 18030"
            raise ElementError(message) from error
    if element.form is Form.CN:
        text = value.hex().rstrip("f")
        if text and not text.isdecimal():
            message = f"{element.name} ({element.zh}): {value.hex()} is not digits padded with F"
            raise ElementError(message)
        return text
    return value.hex().upper()


def _decode_parts(element: Element, value: bytes) -> str:
    try:
        items = tlv.parse_simple(value)
    except tlv.TlvError as error:
        message = f"{element.name} ({element.zh}): {error}"
        raise ElementError(message) from error
    if [item.tag for item in items] != [part.tag for part in element.parts]:
        message = f"{element.name} ({element.zh}): the tags are not {' '.join(f'{p.tag:02X}' for p in element.parts)}"
        raise ElementError(message)
    texts = (decode(part, item.value) for part, item in zip(element.parts, items, strict=True))
    return SEPARATOR.join(texts)


def record(element: Element, text: str) -> bytes:
    """A whole record: tag, length, value."""
    return tlv.simple(element.tag, encode(element, text))


def cyclic_record(row: FileRow, texts: tuple[str, ...]) -> bytes:
    """One record of a cyclic file: its fields one behind the other."""
    if len(texts) != len(row.elements):
        message = f"{row.key}: a record has {len(row.elements)} fields, not {len(texts)}"
        raise ElementError(message)
    return b"".join(encode(element, text) for element, text in zip(row.elements, texts, strict=True))


def decode_cyclic(row: FileRow, data: bytes) -> tuple[str, ...]:
    """The fields of one cyclic record."""
    texts: list[str] = []
    position = 0
    for element in row.elements:
        texts.append(decode(element, data[position : position + element.length]))
        position += element.length
    return tuple(texts)


def blank_content(row: FileRow) -> bytes:
    """A record file as pre-personalisation leaves it: every record there, every value padding alone.

    Seen on real cards: empty ethnic group 0B01FF, empty birthplace 0C03FFFFFF (C2).  Cyclic files start empty.
    """
    if row.kind is not Kind.LINEAR_VARIABLE:
        return b""
    return b"".join(record(element, "") * element.times for element in row.elements)


def content_bytes(row: FileRow) -> int:
    """How many bytes a record file of this layout takes."""
    return row.size or len(blank_content(row))


def record_bytes(row: FileRow) -> int:
    """The length of one cyclic record."""
    return sum(element.length for element in row.elements)


def split_name(name: str) -> tuple[bytes, bytes]:
    """A name as the values of tags 09 and 4E: as many whole characters as 30 bytes take, then up to 20 bytes more.

    The cut lies between two characters, so either record can be read alone.  Readers join both and drop 00 (C2).
    """
    if why := text_problem(name):
        raise ElementError(f"name (姓名): {why}")
    characters = [character.encode("gb18030") for character in name]
    first = b""
    while characters and len(first) + len(characters[0]) <= NAME_BYTES:
        first += characters.pop(0)
    rest = b"".join(characters)
    if len(rest) > EXTENSION_BYTES:
        message = f"name {name!r} takes {len(first + rest)} bytes; {NAME_BYTES} and {EXTENSION_BYTES} more fit"
        raise ElementError(message)
    return first.ljust(NAME_BYTES, b"\x00"), rest.ljust(EXTENSION_BYTES, b"\x00")


def join_name(first: bytes, extension: bytes = b"") -> str:
    """The name from the values of tags 09 and 4E; ElementError when they are no GB 18030.

    Each is padded with 00 by itself.  Other personalisers cut inside a character; then the first has no padding.
    """
    joined = first.rstrip(b"\x00") + extension.rstrip(b"\x00")
    try:
        return joined.decode("gb18030")
    except UnicodeDecodeError as error:
        raise ElementError(f"name: {joined.hex()} is not GB 18030") from error


def whole_characters(value: bytes) -> bytes:
    """The beginning of a value up to the last character that is whole in it."""
    return value.decode("gb18030", errors="ignore").encode("gb18030")
