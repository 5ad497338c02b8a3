"""Reads a CSV file as columns of text: encodings, separators, row lengths; mistakes named by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ScenarioError
from sim.scenario import units
from sim.scenario.units import WrongValueError, suggestion

MAX_PROBLEMS = 20
ABSENT = -1
"""Stands for an empty cell of an optional column."""

SECONDS = "seconds such as 12.5"
TIME = f"{SECONDS}; a time of day, {units.CLOCK}; or a moment, {units.MOMENT}"
_SEPARATORS = ",;\t"
_DIGITS = set("0123456789. \n")
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_HALF = 0.001
_LONGEST_S = 10**10
_DAY_MS = 86_400_000
_DAY_S = 86_400

Times = NDArray[np.int64]


@dataclass(slots=True)
class Columns:
    """The columns of a file, and the mistakes found so far."""

    file: str
    cells: dict[str, list[str]]
    lines: list[int]
    problems: list[Problem] = field(default_factory=list)
    unshown: int = 0

    def wrong(self, column: str, row: int | None, why: str, allowed: str | None = None) -> None:
        """Note a mistake; beyond the first twenty they are only counted."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.unshown += 1
            return
        line = 1 if row is None else self.lines[row]
        self.problems.append(Problem(self.file, column, line, why, allowed))

    def finish(self) -> None:
        """Raise the mistakes, if any."""
        if self.unshown:
            self.problems.append(Problem(self.file, "", None, f"and {self.unshown} more bad cells or rows"))
        if self.problems:
            raise ScenarioError(tuple(self.problems))

    def each(self, column: str, read: Callable[[str], int]) -> Times:
        """A column read cell by cell."""
        result = np.zeros(len(self.lines), dtype=np.int64)
        for row, cell in enumerate(self.cells[column]):
            try:
                result[row] = read(cell)
            except WrongValueError as wrong:
                self.wrong(column, row, str(wrong), wrong.parts[0].allowed)
        return result


def decode(file: str, content: bytes) -> str:
    """Text of a CSV file: UTF-8 with or without byte-order mark, or GB 18030."""
    allowed = "CSV in UTF-8 or GB 18030"
    if b"\0" in content:
        raise ScenarioError((Problem(file, "", None, "is not a text file", allowed),))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ScenarioError((Problem(file, "", None, "is neither UTF-8 nor GB 18030", allowed),))


def columns(file: str, content: bytes, required: Iterable[str], optional: Iterable[str]) -> Columns:
    """Split a file into columns and check its heading."""
    text = decode(file, content)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise ScenarioError((Problem(file, "", reader.line_num, f"is not CSV: {error}"),)) from error
    if not rows:
        raise ScenarioError((Problem(file, "", None, "is empty", ", ".join(required)),))
    heading = [name.strip() for name in rows[0]]
    table = Columns(file, {}, lines[1:])
    _check_heading(table, heading, list(required), list(optional))
    body = rows[1:]
    if not body:
        table.wrong("", None, "has a heading but no rows", "at least one row")
    width = len(heading)
    for number, cells in enumerate(body):
        if len(cells) != width:
            table.wrong("", number, f"has {len(cells)} cells", f"{width} cells as in the heading")
            cells.extend([""] * (width - len(cells)))
    if table.problems:
        table.finish()
    table.cells = {name: list(cells) for name, cells in zip(heading, zip(*body, strict=True), strict=True)}
    return table


def _check_heading(table: Columns, heading: list[str], required: list[str], optional: list[str]) -> None:
    known = [*required, *optional]
    for name in required:
        if name not in heading:
            table.wrong(name, None, "column is missing", ", ".join(known))
    for number, name in enumerate(heading):
        if name not in known:
            table.wrong("", None, *suggestion("column", name, known))
        elif name in heading[:number]:
            table.wrong(name, None, "column stands twice", "each column once")


def seconds(table: Columns, column: str, *, optional: bool = True) -> Times:
    """A column of seconds in whole ms, rounded half to even; exact however many decimals are given."""
    cells = [cell.strip() for cell in table.cells[column]]
    if set("\n".join(cells)) <= _DIGITS and (optional or "" not in cells):
        try:
            numbers = np.array([cell or "0" for cell in cells], dtype="S").astype(np.float64)
        except ValueError:
            numbers = np.full(1, np.inf)
        if numbers.max() <= _LONGEST_S:
            return _rounded(cells, numbers)
    return table.each(column, lambda cell: _one_seconds(cell.strip(), optional=optional))


def _rounded(cells: list[str], numbers: NDArray[np.float64]) -> Times:
    """Floating point is sure of the whole millisecond but near the middle between two; there, decimals decide."""
    ms = numbers * 1000.0
    result = np.rint(ms).astype(np.int64)
    near = np.nonzero(np.abs(ms - np.floor(ms) - 0.5) < _HALF)[0]
    for row in near.tolist():
        result[row] = exact_ms(cells[row])
    if "" in cells:
        result[[row for row, cell in enumerate(cells) if not cell]] = ABSENT
    return result


def exact_ms(text: str) -> int:
    """Decimal seconds in whole ms, rounded half to even."""
    return int((Decimal(text) * 1000).to_integral_value(ROUND_HALF_EVEN))


def _one_seconds(cell: str, *, optional: bool) -> int:
    if not cell and optional:
        return ABSENT
    if not _SECONDS.fullmatch(cell):
        raise WrongValueError(f'"{cell}" is not a number of seconds', SECONDS)
    if Decimal(cell) > _LONGEST_S:
        raise WrongValueError(f'"{cell}" is too large', SECONDS)
    return exact_ms(cell)


def times(table: Columns, column: str, start: date) -> tuple[Times, bool]:
    """A column of times in ms since the run's start, and whether they are times of day; all cells in one form."""
    cells = table.cells[column]
    sample = cells[0].strip()
    if _SECONDS.fullmatch(sample):
        return seconds(table, column, optional=False), False
    if ":" in sample and "-" not in sample:
        return table.each(column, lru_cache(_DAY_S)(units.clock_ms)), True
    midnight = datetime(start.year, start.month, start.day)

    def read(cell: str) -> int:
        return _moment(cell.strip(), midnight)

    return table.each(column, read), False


def _moment(cell: str, midnight: datetime) -> int:
    try:
        moment = datetime.fromisoformat(cell if cell[4:5] == "-" and ":" in cell else "")
    except ValueError as error:
        raise WrongValueError(f'"{cell}" is not a time', TIME) from error
    if moment.tzinfo is not None:
        raise WrongValueError(f'"{cell}" has a time zone; times are local', TIME)
    past = moment - midnight
    if past.days < 0:
        raise WrongValueError(f'"{cell}" is before the run\'s start', f"{midnight} or later")
    ms, rest = divmod(past.microseconds, 1000)
    return past.days * _DAY_MS + past.seconds * 1000 + ms + (rest > 500 or (rest == 500 and ms % 2 == 1))
