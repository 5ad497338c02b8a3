"""Times in CSV files as programs write them: seconds, times of day, moments; exact, and never shifted unasked.

A column is read in the form of the first cell that is a time.  An offset ("Z", "+08:00") is refused unless the scenario
says what it is worth, because most exports that write one write local times all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum, unique
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cardemu import tablefile
from sim.scenario import units
from sim.scenario.csv_text import ABSENT, Columns
from sim.scenario.units import DAY_MS, WrongValueError

SECONDS = "seconds such as 12.5"
TIME = f'{SECONDS}; a time of day, {units.CLOCK}; or a moment such as "2026-03-02 09:10:30" or "2026/3/2 9:10"'
ZONE = 'zone = "ignore" beside the file where the times are local all the same, or zone = "+08:00" to convert them'
ONE_FORM = "moments in all rows, or times of day in all"
SPAN = "its beginning and its end in columns of their own"
SPAN_OR_ZONE = 'zone = "ignore" beside the file to leave out what follows the time, or zone = "+08:00" to convert it'
TOTALS = "rows of single times: take it out, or choose the others with only = {COLUMN = TEXT}"
_SPAN = re.compile(r"(?:.*\s)?[0-9]{1,2}(?::[0-9]{2}){1,2}\s*[-~–—至到]\s*[0-9]{1,2}(?::[0-9]{2}){1,2}")
_DIGITS = set("0123456789. \n")
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.,][0-9]{1,9})?))?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?")
_MOMENT = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})日?(?:[T\s]\s*(\S.*))?")
_HALF = 0.001
_LONGEST_S = 10**10
_MINUTE_MS = 60_000
_KEPT = 100_000

Times = NDArray[np.int64]


@unique
class Form(Enum):
    """How the times of a column are written."""

    SECONDS = "seconds"
    CLOCK = "times of day"
    MOMENT = "moments"


@dataclass(frozen=True, slots=True)
class Local:
    """What a moment is reckoned by: the run's first day, and what an offset is worth.

    `offset_min`: minutes east of Greenwich of the scenario's own times; None: an offset is refused, unless `ignore`.
    """

    start: date
    offset_min: int | None = None
    ignore: bool = False


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
        raise WrongValueError(f"{units.show(cell)} is not a number of seconds", SECONDS)
    if Decimal(cell) > _LONGEST_S:
        raise WrongValueError(f"{units.show(cell)} is too large", SECONDS)
    return exact_ms(cell)


def times(table: Columns, column: str, local: Local, *, dates: bool = False) -> tuple[Times, Form]:
    """A column of times in ms since the run's start (of times of day: since midnight), and their form.

    `dates`: a date alone is its midnight.
    """
    form = _form(table.cells[column])
    if form is Form.SECONDS:
        return seconds(table, column, optional=False), form
    clock = lru_cache(_KEPT)(lambda text: _clock(text, local, alone=form is Form.CLOCK))
    read = clock if form is Form.CLOCK else _moments(local, clock, dates=dates)
    return table.each(column, lambda cell: read(unicodedata.normalize("NFKC", cell.strip()))), form


def _form(cells: list[str]) -> Form:
    """Form of the first cell that has one: a first row that is wrong does not make the others so."""
    for cell in cells:
        text = unicodedata.normalize("NFKC", cell.strip())
        for form, pattern in ((Form.SECONDS, _SECONDS), (Form.CLOCK, _CLOCK), (Form.MOMENT, _MOMENT)):
            if pattern.fullmatch(text):
                return form
    return Form.MOMENT


def _moments(local: Local, clock: Callable[[str], int], *, dates: bool) -> Callable[[str], int]:
    @lru_cache(_KEPT)
    def day(year: str, month: str, number: str) -> int:
        return (date(int(year), int(month), int(number)) - local.start).days

    def read(cell: str) -> int:
        match = _MOMENT.fullmatch(cell)
        if match is None and _CLOCK.fullmatch(cell):
            raise WrongValueError(f"{units.show(cell)} has no date, and other rows have one", ONE_FORM)
        if match is None or (match[2], match[4]) not in {("-", "-"), ("/", "/"), (".", "."), ("年", "月")}:
            raise _no_time(cell)
        if match[6] is None and not dates:
            raise WrongValueError(f"{units.show(cell)} is a date without a time of day", TIME)
        try:
            days = day(match[1], match[3], match[5])
        except ValueError as error:
            raise WrongValueError(f"{units.show(cell)} is not a time", TIME) from error
        try:
            return days * DAY_MS + (clock(match[6]) if match[6] else 0)
        except WrongValueError as wrong:
            raise WrongValueError(
                str(wrong).replace(units.show(match[6]), units.show(cell), 1), wrong.parts[0].allowed
            ) from wrong

    return read


def _clock(text: str, local: Local, *, alone: bool) -> int:
    """A time of day in ms; an offset is worth what `local` says, and nothing where there is no date beside it."""
    match = _CLOCK.fullmatch(text)
    if match is None and alone and _MOMENT.fullmatch(text):
        raise WrongValueError(f"{units.show(text)} has a date, and other rows have none", ONE_FORM)
    if match is None:
        raise _no_time(text)
    minute = int(match[1]) * 60 + int(match[2])
    ms = minute * _MINUTE_MS + exact_ms((match[3] or "0").replace(",", "."))
    if int(match[2]) >= 60 or float((match[3] or "0").replace(",", ".")) >= 60 or ms > DAY_MS:
        raise WrongValueError(f"{units.show(text)} is not a time", TIME)
    if match[4] is None or local.ignore:
        return ms
    if alone or local.offset_min is None:
        if _SPAN.fullmatch(text):  # 09:00-10:00: an hour, hardly nine o'clock in Hawaii
            raise WrongValueError(f"{units.show(text)} is an interval, or has a time zone", SPAN_OR_ZONE)
        raise WrongValueError(f"{units.show(text)} has a time zone; times are local", ZONE)
    return ms + (local.offset_min - offset_min(match[4])) * _MINUTE_MS


def _no_time(text: str) -> WrongValueError:
    """What a cell is that is not a time, where that can be told."""
    if tablefile.is_of_totals(text):
        return WrongValueError(f"{units.show(text)} is a row of totals", TOTALS)
    if _SPAN.fullmatch(text):
        return WrongValueError(f"{units.show(text)} is an interval, not a time", SPAN)
    return WrongValueError(f"{units.show(text)} is not a time", TIME)


def offset_min(text: str) -> int:
    """Minutes east of Greenwich of "Z" or "+HH:MM"."""
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if text[0] == "-" else 1)
