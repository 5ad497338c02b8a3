"""Tables of the user's as text: CSV as spreadsheets write it.

In UTF-8, UTF-16 or GB 18030, with comma, semicolon or tab; "Unicode text" of a spreadsheet is UTF-16 with tabs.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cardemu import inputfile
from cardemu.filekinds import kind_of

SEPARATORS = ",;\t"
ENCODINGS = "UTF-8, UTF-16 and GB 18030"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin."""
_BLANKS, _NO_TEXT = "\t\r\n", frozenset(("Cc", "Cn", "Co", "Cs"))
"""A line feed whose bytes are exchanged, U+0A00, is assigned to nothing (Cn)."""
_TOTALS = re.compile(
    r"(?:本页|本表|全部|本单位)?(?:[合总小共累]计|汇总|总数|总人数)(?:[人户张]数)?(?:[:(\d].*)?"
    r"|(?:sub|grand)?totals?(?:[:(\d].*)?|sum"
)
_FOOT = re.compile(r"(?:制表|填表|审核|复核|核对|经办|负责|备注|说明|注|打印|导出)[^:]{0,4}:.*")
"""How the foot of a list begins: who made it, who checked it, remarks."""


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
    if b"\0" in content and not inputfile.is_marked_utf16(content):
        return _unmarked_utf16(content)
    try:
        return inputfile.decode(content)
    except UnicodeDecodeError as error:
        if inputfile.is_marked_utf16(content):
            raise TableError("begins as UTF-16, but is cut off or broken") from error
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise TableError(f"is none of {ENCODINGS}") from error


def _unmarked_utf16(content: bytes) -> str:
    """The text of a file with zeros in it: UTF-16 without its mark, in the order of bytes that makes characters."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(character in _BLANKS or unicodedata.category(character) not in _NO_TEXT for character in set(text)):
            return text
    raise TableError("is not a text file")


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


def _bare(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split()).casefold()


def is_of_totals(cell: str) -> bool:
    """Whether a cell says that its row is the sum of others."""
    return _TOTALS.fullmatch(_bare(cell)) is not None


def beside_the_people(line: Line, head: Line) -> str:
    """Why a row of a list of people is none of them: its totals, its foot or its heading again; "" for a person."""
    if line.cells == head.cells:
        return "the heading again"
    for cell in (cell for cell in line.cells if cell):
        bare = _bare(cell)
        if _TOTALS.fullmatch(bare):
            return f"a row of totals ({cell})"
        if _FOOT.fullmatch(bare) and cell == next(filter(None, line.cells)):
            return f"the foot of a list ({cell})"
    return ""


def read_table(path: Path) -> list[Line]:
    """The rows of a file, the heading first; TableError when it is no table, OSError when it cannot be read."""
    return lines_of(decode(inputfile.read_bytes(path)))
