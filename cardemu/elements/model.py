"""The vocabulary of the data-element table: elements, files, and how short rows are written.

A data element is one row.  Personalisation, read-out, card face, reference bundle and documentation all read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from cardemu.files import Kind


@unique
class Form(Enum):
    """Type of a value, by the letters of the specification."""

    AN = "an"  # characters, GBK / GB 18030, padded right with 00
    CN = "cn"  # decimal digits, packed, padded right with F
    B = "b"  # bytes
    TLV = "B-TLV"  # items with tags of their own


FEN, COUNT = "fen", "count"
UNITS = (FEN, COUNT)
"""What a number is of: money in fen, or things counted."""


@dataclass(frozen=True, slots=True)
class Element:
    """One data element.

    `tag` 0: a field of a cyclic record, without tag.  `source`: the field of a person's or a
    card's record it is filled from, at personalisation or when an office brings the card up to date; empty when
    nobody writes it (tests/cardwork/test_written.py says why).  `example` is text as the codec takes it; parts of a
    B-TLV are separated by ^.  `times`: how often the record occurs in its file.  `unit`: of a number, one of UNITS;
    a number of form b is big-endian.
    """

    tag: int
    name: str
    zh: str
    form: Form
    length: int
    source: str = ""
    example: str = ""
    codes: str = ""
    citation: str = "DATA-V2 (C2)"
    parts: tuple[Element, ...] = ()
    times: int = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One elementary file of a layout.

    `size` of a transparent file, and of a variable file without known rows;
    `records` of a cyclic file, `source` what its records are filled from.  `read` and `write` are default access
    rules, which a product may replace.
    """

    df: str
    fid: int
    kind: Kind
    name: str
    zh: str
    read: str
    write: str
    elements: tuple[Element, ...] = ()
    size: int = 0
    records: int = 0
    citation: str = "DATA-V2 (C2)"
    source: str = ""

    @property
    def sfi(self) -> int:
        """Short file identifier: the low five bits of the FID (C2 for SSSE; assumed for the rest)."""
        return self.fid & 0x1F

    @property
    def key(self) -> str:
        """The name readers give it, such as SSSEEF05."""
        return f"{self.df}EF{self.fid & 0xFF:02X}"


@dataclass(frozen=True, slots=True)
class DfRow:
    """One application under the application environment."""

    df: str
    fid: int
    aid: bytes
    zh: str
    en: str
    citation: str = "SPEC-6, DATA-V2 (C2)"


def an(tag: int, length: int, name: str, zh: str, example: str, source: str = "", codes: str = "") -> Element:
    """A row of characters."""
    return Element(tag, name, zh, Form.AN, length, source, example, codes)


def cn(tag: int, length: int, name: str, zh: str, example: str, source: str = "", codes: str = "") -> Element:
    """A row of digits."""
    return Element(tag, name, zh, Form.CN, length, source, example, codes)


def fen(tag: int, length: int, name: str, zh: str, example: str, source: str = "") -> Element:
    """A row of digits that are money."""
    return Element(tag, name, zh, Form.CN, length, source, example, unit=FEN)


def number(length: int, name: str, zh: str, example: str, unit: str = COUNT) -> Element:
    """A number in a cyclic record, big-endian."""
    return Element(0, name, zh, Form.B, length, example=example, unit=unit)


def group(tag: int, name: str, zh: str, parts: tuple[Element, ...], times: int, source: str = "") -> Element:
    """A row of items with tags of their own, occurring several times; its length follows from its parts."""
    length = sum(part.length + 2 for part in parts)
    example = "^".join(part.example for part in parts)
    return Element(tag, name, zh, Form.TLV, length, source, example, parts=parts, times=times)


def variable(
    df: str, fid: int, name: str, zh: str, read: str, write: str, *elements: Element, size: int = 0
) -> FileRow:
    """A linear file of variable records."""
    return FileRow(df, fid, Kind.LINEAR_VARIABLE, name, zh, read, write, elements, size)


def cyclic(
    df: str, fid: int, name: str, zh: str, read: str, write: str, records: int, *elements: Element, source: str = ""
) -> FileRow:
    """A cyclic file; its elements are the fields of one record."""
    return FileRow(df, fid, Kind.CYCLIC, name, zh, read, write, elements, records=records, source=source)


def transparent(df: str, fid: int, name: str, zh: str, read: str, write: str, size: int) -> FileRow:
    """A transparent file."""
    return FileRow(df, fid, Kind.TRANSPARENT, name, zh, read, write, size=size)
