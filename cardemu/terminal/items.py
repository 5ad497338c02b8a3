"""The strings of the reader interface: which data are meant, and the data themselves (C2: RDR, GWI).

`SSSEEF05|06|07|$SSSEEF06|08|09|$` names tags 06, 07, 08 and 09; `DF02EF07:01$` the newest record of a cyclic file;
`99:01|` the first of several records with tag 99; `SSSEEF08|$` a transparent file.  Data mirror the names.
assumed: fields of a cyclic record follow its name with |, transparent files travel as hexadecimal digits.
"""

from __future__ import annotations

from typing import NamedTuple

from cardemu.elements import codec
from cardemu.elements.codec import ElementError
from cardemu.elements.model import Element, FileRow
from cardemu.files import Kind
from cardemu.products import Product
from cardemu.terminal.errors import Code, ReaderError
from cardemu.terminal.link import Link, file_of, is_records
from cardemu.tlv import simple


class AddressError(ValueError):
    """Something to write that names no place on the card; the message says what would."""


class Place(NamedTuple):
    """One tag of a file, and which of its records."""

    tag: int
    occurrence: int = 1
    written: str = ""


class Block(NamedTuple):
    """What is asked of one file.  `name` as the caller wrote it, `record` of a cyclic file."""

    name: str
    row: FileRow
    places: tuple[Place, ...]
    record: int = 1


def parse(text: str, card_product: Product) -> list[Block]:
    """The files and tags a string names; -14 when it is not such a string or names what the card lacks."""
    if not text.endswith("$"):
        raise ReaderError(Code.BAD_PARAMETER)
    blocks: list[Block] = []
    for part in text[:-1].split("$"):
        name, *tags = part.split("|")
        if tags and tags.pop() != "":
            raise ReaderError(Code.BAD_PARAMETER)
        key, _, number = name.partition(":")
        row = file_of(card_product, key)
        places = tuple(_place(row, tag) for tag in tags) if row.kind is Kind.LINEAR_VARIABLE else ()
        if is_records(row) and not places:
            raise ReaderError(Code.BAD_PARAMETER)
        blocks.append(Block(name, row, places, _number(number) if number else 1))
    return blocks


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 255:
        raise ReaderError(Code.BAD_PARAMETER)
    return int(text)


def _place(row: FileRow, text: str) -> Place:
    tag, _, number = text.partition(":")
    try:
        place = Place(int(tag, 16), _number(number) if number else 1, text)
    except ValueError as error:
        raise ReaderError(Code.BAD_PARAMETER) from error
    if not 0 < place.tag <= 0xFF:
        raise ReaderError(Code.BAD_PARAMETER)
    if row.elements and place.occurrence > element_of(row, place.tag).times:
        raise ReaderError(Code.BAD_PARAMETER)
    return place


def element_of(row: FileRow, tag: int) -> Element:
    """The element with a tag; -14 when the file has none."""
    for element in row.elements:
        if element.tag == tag:
            return element
    raise ReaderError(Code.BAD_PARAMETER)


def values(text: str, blocks: list[Block]) -> list[tuple[str, ...]]:
    """The data that belong to the blocks; -23 when they do not mirror them."""
    parts = text[:-1].split("$") if text.endswith("$") else []
    if len(parts) != len(blocks):
        raise ReaderError(Code.BAD_INPUT)
    found: list[tuple[str, ...]] = []
    for part, block in zip(parts, blocks, strict=True):
        name, *fields = part.split("|")
        wanted = len(block.places) if is_records(block.row) else _fields(block.row)
        if name != block.name or not fields or fields.pop() != "" or len(fields) != wanted:
            raise ReaderError(Code.BAD_INPUT)
        found.append(tuple(fields))
    return found


def _fields(row: FileRow) -> int:
    return len(row.elements) if row.kind is Kind.CYCLIC else 1


def read(link: Link, block: Block) -> str:
    """The data of one block, mirroring its name."""
    row = block.row
    link.select(row.df, row.fid)
    if row.kind is Kind.TRANSPARENT:
        fields: tuple[str, ...] = (link.read_binary(row).hex().upper(),)
    elif row.kind is Kind.CYCLIC:
        fields = _cyclic(link, block)
    elif row.elements:
        fields = tuple(_text(link, row, place) for place in block.places)
    else:
        fields = tuple(
            link.channel.ask(bytes((0x00, 0xB2, place.tag, 0x00, 0x00)))[2:].hex().upper() for place in block.places
        )
    return "|".join((block.name, *fields, "")) + "$"


def _text(link: Link, row: FileRow, place: Place) -> str:
    try:
        return link.text(row, place.tag, place.occurrence)
    except (ElementError, UnicodeDecodeError) as error:
        raise ReaderError(Code.DATA_MISMATCH) from error


def _cyclic(link: Link, block: Block) -> tuple[str, ...]:
    try:
        return link.cyclic(block.row, block.record)
    except ElementError as error:
        raise ReaderError(Code.DATA_MISMATCH) from error


class Write(NamedTuple):
    """One command's worth of data: an element with its occurrence, a tag without layout, or a whole content."""

    element: Element | None
    tag: int
    occurrence: int
    value: bytes


def encode(block: Block, fields: tuple[str, ...]) -> list[Write]:
    """What to write for a block; -41 for characters that do not fit, -42 for lengths."""
    row = block.row
    if row.kind is Kind.TRANSPARENT:
        return [Write(None, 0, 1, _hexadecimal(fields[0], row.size))]
    try:
        if row.kind is Kind.CYCLIC:
            return [Write(None, 0, 1, codec.cyclic_record(row, fields))]
        return [
            write
            for place, text in zip(block.places, fields, strict=True)
            for write in _element_writes(row, place, text)
        ]
    except ElementError as error:
        too_long = "at most" in str(error) or "parts" in str(error) or "bytes or nothing" in str(error)
        raise ReaderError(Code.BAD_LENGTH if too_long else Code.BAD_CHARACTERS) from error


def _element_writes(row: FileRow, place: Place, text: str) -> list[Write]:
    """A name also fills its extension (tags 09 and 4E)."""
    if not row.elements:
        return [Write(None, place.tag, 1, _hexadecimal(text, 255))]
    element = element_of(row, place.tag)
    extension = next((other for other in row.elements if other.name == "name_extension"), None)
    if element.name == "name" and extension is not None:
        first, rest = codec.split_name(text)
        return [Write(element, element.tag, 1, first), Write(extension, extension.tag, 1, rest)]
    return [Write(element, element.tag, place.occurrence, codec.encode(element, text))]


def _hexadecimal(text: str, most: int) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise ReaderError(Code.BAD_CHARACTERS) from error
    if len(value) > most:
        raise ReaderError(Code.BAD_LENGTH)
    return value


def write(link: Link, block: Block, writes: list[Write]) -> None:
    """Write a block's data into its file, which the caller has made writable."""
    link.select(block.row.df, block.row.fid)
    for one in writes:
        if one.element is not None:
            link.write_record(block.row, one.element, one.value, one.occurrence)
        elif block.row.kind is Kind.TRANSPARENT:
            link.write_binary(one.value)
        elif block.row.kind is Kind.CYCLIC:
            link.channel.ask(bytes((0x00, 0xDC, 0x00, 0x03, len(one.value))) + one.value)
        else:
            record = simple(one.tag, one.value)
            link.channel.ask(bytes((0x00, 0xDC, one.tag, 0x00, len(record))) + record)


def assignment(card_product: Product, text: str) -> tuple[str, str, str]:
    """File, tag and value of one assignment."""
    place, equals, value = text.partition("=")
    key, _, element = place.partition(".")
    if not equals or not element:
        raise AddressError(f"{text!r} must be FILE.TAG=VALUE or FILE.NAME=VALUE, such as SSSEEF06.0A=2")
    try:
        row = file_of(card_product, key)
    except ReaderError as error:
        known = ", ".join(row.key for row in card_product.files)
        raise AddressError(f"{key!r}: {card_product.name} has no such file; its files: {known}") from error
    named = {cell.name: cell.tag for cell in row.elements}
    name, _, number = element.partition(":")
    tag = f"{named[name]:02X}" if name in named else name.upper()
    try:
        element_of(row, int(tag, 16))
    except (ReaderError, ValueError) as error:
        known = ", ".join(f"{cell.tag:02X} {cell.name}" for cell in row.elements)
        raise AddressError(f"{element!r}: {row.key} has no such element; its elements: {known or 'none'}") from error
    return row.key, f"{tag}:{number}" if number else tag, value
