"""Reads a CSV file as columns of text: encodings, separators, row lengths; mistakes named by line."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cardemu import tablefile
from sim.errors import Problem, ScenarioError
from sim.scenario import units
from sim.scenario.units import WrongValueError, suggestion

MAX_PROBLEMS = 20
ABSENT = -1
"""Stands for an empty cell of an optional column."""

MAX_ROWS = 5_000_000
DATE = "date"
"""A column of this name goes before the time in its row, where no mapping says otherwise."""
_NUMBER = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?")
_LARGEST = 10**12
_LONGEST_CELL = 40
_FEW_VALUES = 6
_LONGEST_LINE = 100_000


@dataclass(slots=True)
class Columns:
    """The columns of a file by what they are for, and the mistakes found so far."""

    file: str
    cells: dict[str, list[str]]
    lines: list[int]
    headings: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unshown: int = 0

    def wrong(self, column: str, row: int | None, why: str, allowed: str | None = None) -> None:
        """Note a mistake, with the column as the file calls it; beyond the first twenty they are only counted."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.unshown += 1
            return
        line = 1 if row is None else self.lines[row]
        self.problems.append(Problem(self.file, self.headings.get(column, column), line, why, allowed))

    def finish(self) -> None:
        """Raise the mistakes, if any."""
        if self.unshown:
            self.problems.append(Problem(self.file, "", None, f"and {self.unshown} more bad cells or rows"))
        if self.problems:
            raise ScenarioError(tuple(self.problems))

    def each(
        self, column: str, read: Callable[[str], int | Fraction], kind: type[np.generic] = np.int64
    ) -> NDArray[Any]:
        """A column read cell by cell, as numbers of a kind."""
        result = np.zeros(len(self.lines), dtype=kind)
        for row, cell in enumerate(self.cells[column]):
            try:
                result[row] = read(cell)
            except WrongValueError as wrong:
                self.wrong(column, row, str(wrong), wrong.parts[0].allowed)
        return result


def decode(file: str, content: bytes) -> str:
    """Text of a CSV file: UTF-8 or UTF-16 with or without byte-order mark, or GB 18030."""
    try:
        return tablefile.decode(content)
    except tablefile.TableError as error:
        raise ScenarioError((Problem(file, "", None, str(error), f"CSV in {tablefile.ENCODINGS}"),)) from error


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a file count.

    `named`: the file's own names of those that have others than ours, several where a time is in two columns.  Where
    any is given, or `only`, columns that are not named are none of our business; else they are mistakes.  `only`:
    rows with these cells count, the others do not.
    """

    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)

    @property
    def mapped(self) -> bool:
        """Whether the scenario says anything of the file's columns."""
        return bool(self.named or self.only)

    def chosen(self, heading: list[str], dated: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The columns' names in the file by what they are for; times have a column for the date before them."""
        beside = DATE in heading and not self.named
        return {**({time: (DATE, time) for time in dated} if beside else {}), **self.named}


PLAIN = Layout()
"""The file has our names, and no other columns."""


def columns(
    file: str,
    content: bytes,
    required: Iterable[str],
    optional: Iterable[str],
    layout: Layout | None = None,
    dated: Iterable[str] = (),
) -> Columns:
    """Split a file into columns and check its heading.  `dated`: times that a column `date` may go before.

    `layout`: None where a scenario has no way to say which columns count.
    """
    rows, lines = _rows(file, content)
    if not rows:
        raise ScenarioError((Problem(file, "", None, "is empty", ", ".join(required)),))
    heading = [unicodedata.normalize("NFKC", name).strip() for name in rows[0]]
    body, lines = rows[1:], lines[1:]
    while heading and not heading[-1] and not any(any(cells[len(heading) - 1 :]) for cells in body):
        heading.pop()
    table = Columns(file, {}, lines)
    chosen = PLAIN.chosen(heading, dated) if layout is None else layout.chosen(heading, dated)
    roles = {role: chosen.get(role, (role,)) for role in (*required, *optional)}
    _check_heading(table, heading, roles, set(required), layout or PLAIN)
    if table.problems and layout is not None and not layout.mapped:
        _hint(table, next(iter(required)))
    if not body:
        table.wrong("", None, "has a heading but no rows", "at least one row")
    width = len(heading)
    for number, cells in enumerate(body):
        if len(cells) != width:
            if len(cells) < width or any(cells[width:]):
                table.wrong("", number, f"has {len(cells)} cells", f"{width} cells as in the heading")
            cells[width:] = [""] * max(0, width - len(cells))
    if table.problems:
        table.finish()
    own = dict(zip(heading, zip(*body, strict=True), strict=True))
    if layout is not None and layout.only:
        kept = _kept(table, own, layout.only)
        table.lines = [lines[row] for row in kept]
        own = {name: tuple(cells[row] for row in kept) for name, cells in own.items()}
    table.headings = {role: " ".join(names) for role, names in roles.items()}
    for role, names in roles.items():
        if all(name in own for name in names):
            parts = [own[name] for name in names]
            table.cells[role] = [*parts[0]] if len(parts) == 1 else [" ".join(row) for row in zip(*parts, strict=True)]
    return table


def _rows(file: str, content: bytes) -> tuple[list[list[str]], list[int]]:
    """The rows that have something in them, and on which lines they end."""
    text = decode(file, content)
    if text.count("\n") > MAX_ROWS:
        raise ScenarioError((Problem(file, "", None, "has too many rows", f"{MAX_ROWS:,} at most"),))
    first = text.split("\n", 1)[0]
    separator = max(tablefile.SEPARATORS, key=first.count)
    reader = csv.reader(_lines(file, text), delimiter=separator, skipinitialspace=True, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise ScenarioError((Problem(file, "", reader.line_num, f"is not CSV: {error}"),)) from error
    return rows, lines


def _lines(file: str, text: str) -> Iterator[str]:
    """Line by line; one that would make a row of millions of cells is no line of a table."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > _LONGEST_LINE:
            raise ScenarioError((Problem(file, "", number, "is too long", f"{_LONGEST_LINE:,} characters at most"),))
        yield line


def _kept(table: Columns, own: Mapping[str, tuple[str, ...]], only: Mapping[str, str]) -> list[int]:
    """Numbers of the rows that count."""
    kept = list(range(len(table.lines)))
    for name, wanted in only.items():
        kept = [row for row in kept if own[name][row].strip() == wanted]
    if not kept:
        asked = ", ".join(f'{name} = "{wanted}"' for name, wanted in only.items())
        table.wrong("", None, f"has no row with {asked}", "; ".join(_found(name, own[name]) for name in only))
        table.finish()
    return kept


def _found(name: str, cells: Iterable[str]) -> str:
    """What stands in a column, the first few of it."""
    values = list(dict.fromkeys(cell.strip() for cell in cells))
    more = f" and {len(values) - _FEW_VALUES} more" if len(values) > _FEW_VALUES else ""
    return f"{name} = " + ", ".join(units.show(value) for value in values[:_FEW_VALUES]) + more


def _check_heading(
    table: Columns, heading: list[str], roles: Mapping[str, tuple[str, ...]], required: set[str], layout: Layout
) -> None:
    """Every column that must be there is there once, and none that means nothing unless a mapping allows for it."""
    known = list(dict.fromkeys(name for names in roles.values() for name in names))
    for name in (*(name for role in roles if role in required for name in roles[role]), *layout.only):
        if name not in heading:
            table.wrong(name, None, "column is missing", ", ".join(dict.fromkeys(heading if layout.mapped else known)))
    for role in layout.named:
        if role not in required:
            for name in roles.get(role, ()):
                if name not in heading:
                    table.wrong(name, None, "column is missing", ", ".join(heading))
    for number, name in enumerate(heading):
        if name not in known and name not in layout.only:
            if not layout.mapped:
                table.wrong("", None, *suggestion("column", name, known))
        elif name in heading[:number]:
            table.wrong(name, None, "column stands twice", "each column once")


def _hint(table: Columns, role: str) -> None:
    """What a scenario can say so that a file of foreign columns is read as it is."""
    last = table.problems[-1]
    way = f'{role} = "..." beside the file where the column has another name; then further columns do no harm'
    table.problems[-1] = replace(last, allowed=f"{last.allowed}; or {way}")


def number(cell: str) -> Fraction:
    """A number, 0 or more, exactly: "12", "12.0", "6.3", "1,234"."""
    text = unicodedata.normalize("NFKC", cell.strip())
    if not _NUMBER.fullmatch(text):
        raise WrongValueError(f"{units.show(text)} is not a number", 'a number, 0 or more, such as "12" or "1,234"')
    if len(text) > _LONGEST_CELL or Fraction(text.replace(",", "")) > _LARGEST:
        raise WrongValueError(f"{units.show(text)} is too large", f"{_LARGEST:,} at most, with few decimals")
    return Fraction(text.replace(",", ""))


def whole(cell: str) -> int:
    """A whole number, 0 or more: also "12.0" and "1,234"."""
    if _NUMBER.fullmatch(unicodedata.normalize("NFKC", cell.strip())):
        value = number(cell)
        if value.denominator == 1:
            return int(value)
    raise WrongValueError(f"{units.show(cell.strip())} is not a whole number", "a whole number, 0 or more")
