"""Tables of the user's as text: CSV as spreadsheets write it, in UTF-8 or GB 18030, with comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from cardemu.filekinds import kind_of
from cardemu.inputfile import read_bytes

SEPARATORS = ",;\t"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin."""


class TableError(ValueError):
    """A file that is no table; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty: its line in the file (from 1) and its cells without blanks around."""

    number: int
    cells: tuple[str, ...]


def decode(content: bytes) -> str:
    """The text of a table; TableError when it is none, naming a workbook for what it is."""
    if content.startswith(_WORKBOOKS):
        raise TableError(f"is {kind_of(content)}; save the sheet as CSV (UTF-8)")
    if b"\0" in content:
        raise TableError("is not a text file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("is neither UTF-8 nor GB 18030")


def lines_of(text: str) -> list[Line]:
    """Every row with something in it; TableError with the line where a quotation never ends."""
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    found: list[Line] = []
    begun = 1
    try:
        for row in reader:
            cells = tuple(cell.strip() for cell in row)
            if any(cells):
                found.append(Line(begun, cells))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"line {reader.line_num}: is not CSV: {error}") from error
    return found


def read_table(path: Path) -> list[Line]:
    """The rows of a file, the heading first; TableError when it is no table, OSError when it cannot be read."""
    return lines_of(decode(read_bytes(path)))
