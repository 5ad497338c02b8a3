"""What an exchange with the card means, in words: the command's name, its status word, templates and records.

It follows the conversation, so that a record is known by the file that is current.
"""

from __future__ import annotations

from cardemu import tlv
from cardemu.apdu import split
from cardemu.catalogue import catalogue
from cardemu.elements import codec
from cardemu.elements.codec import ElementError
from cardemu.elements.layout import SSSE_FID
from cardemu.elements.model import Element, FileRow
from cardemu.elements.words import explained, shown
from cardemu.products import Product
from cardemu.status import OK, describe, status_of
from cardemu.terminal.link import AIDS, is_records
from cardemu.tlv import TlvError
from cardemu.wrappers.t0 import GET_RESPONSE

NAMES = {cla << 8 | spec.ins: spec.name for spec in catalogue() for cla in spec.cla} | {GET_RESPONSE: "GET RESPONSE"}
TAGS = {
    0x6F: "file control information",
    0x84: "name",
    0xA5: "proprietary",
    0x88: "short identifier of the directory",
    0x9F0C: "issuer data",
    0x86: "algorithm",
    0x61: "application",
    0x4F: "AID",
    0x50: "label",
}
_NESTED = frozenset({0x6F, 0xA5, 0x9F0C, 0x61})
_SELECT, _READ_RECORD, _FCI = 0xA4, 0xB2, 0x6F


class Decoder:
    """Follows one conversation with a card of a product."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._df = ""
        self._row: FileRow | None = None

    def lines(self, command: bytes, answer: bytes) -> list[str]:
        """An exchange in words, the status word first."""
        parsed = split(command)
        status = status_of(answer)
        if parsed is None:
            return [f"not a command; {status:04X} {describe(status)}"]
        name = NAMES.get(parsed.cla << 8 | parsed.ins, "unknown command")
        found = [f"{name}: {status:04X} {describe(status)}"]
        data = answer[:-2]
        if parsed.ins == _SELECT and (status == OK or status >> 8 == 0x61):  # 61xx: over T=0
            self._follow(parsed.p1, parsed.data)
        if not data:
            return found
        if parsed.ins in {_SELECT, GET_RESPONSE} and data[0] == _FCI:
            return found + _template(data, 1)
        if parsed.ins == _READ_RECORD:
            return found + self._records(data, parsed.p2 >> 3)
        return [*found, f"  {data.hex().upper()}"]

    def _follow(self, p1: int, data: bytes) -> None:
        """Where a successful SELECT leads."""
        self._row = None
        if p1 == 0x04:
            self._df = next((df for df, aid in AIDS.items() if aid.startswith(data)), "")
        elif len(data) == 2 and data[0] == 0xEF:
            self._row = self._file(data[1])
        elif data == SSSE_FID.to_bytes(2, "big"):
            self._df = "SSSE"
        elif len(data) == 2 and data[0] == 0xDF:
            self._df = f"DF{data[1]:02X}"
        else:
            self._df = ""

    def _file(self, number: int) -> FileRow | None:
        """The file of the current application with this low byte."""
        try:
            return self._product.file(f"{self._df}EF{number:02X}")
        except KeyError:
            return None

    def _records(self, data: bytes, sfi: int) -> list[str]:
        """Records by the names of their elements; the directory as templates."""
        if data[0] == 0x61:
            return _template(data, 1)
        row = self._row
        if sfi:
            row = next((file for file in self._product.files if file.df == self._df and file.sfi == sfi), None)
        if row is not None and not is_records(row):
            return _cyclic(row, data)
        try:
            records = tlv.parse_simple(data)
        except TlvError:
            return [f"  {data.hex().upper()}"]
        elements = {element.tag: element for element in row.elements} if row is not None else {}
        return [_record(record.tag, record.value, elements.get(record.tag)) for record in records]


def _record(tag: int, value: bytes, element: Element | None) -> str:
    if element is None:
        return f"  {tag:02X} {value.hex().upper()}"
    return f"  {tag:02X} {element.name} ({element.zh}): {_text(element, value)}"


def _text(element: Element, value: bytes) -> str:
    try:
        text = codec.decode(element, value)
    except ElementError:
        return value.hex().upper()
    _, means = explained(element, text)
    return f"{shown(element, text)} ({means})" if means else shown(element, text)


def _cyclic(row: FileRow, data: bytes) -> list[str]:
    found, position = [], 0
    for element in row.elements:
        found.append(f"  {element.name} ({element.zh}): {_text(element, data[position : position + element.length])}")
        position += element.length
    return found


def _template(data: bytes, depth: int) -> list[str]:
    """BER-TLV items, one a line, what is inside them indented."""
    try:
        items = tlv.parse_ber(data)
    except TlvError:
        return ["  " * depth + data.hex().upper()]
    found: list[str] = []
    for item in items:
        head = f"{'  ' * depth}{item.tag:02X} {TAGS.get(item.tag, 'item')}"
        if item.tag in _NESTED:
            found += [head, *_template(item.value, depth + 1)]
        else:
            found.append(f"{head}: {item.value.hex().upper()}{_readable(item.tag, item.value)}")
    return found


def _readable(tag: int, value: bytes) -> str:
    """Names and labels also as text."""
    if tag not in {0x84, 0x50}:
        return ""
    try:
        text = value.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return f" {text}" if text.isprintable() else ""
