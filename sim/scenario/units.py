"""Units of the scenario file: durations, times of day, moments, money, rates and shares.

All arithmetic is in exact fractions, so "0.1 s" is 100 ms and never 99.99...; a value that does not come out in whole
milliseconds (or fen) is refused where a whole number is needed.  Each reader takes a TOML value and either returns
the engine's value or raises `WrongValueError`.
"""

from __future__ import annotations

import difflib
import math
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sim.scenario.sizes import MAX_NUMBER

DAY_MS = 86_400_000

DURATION = 'a number and a unit ms, s, min, h, d or week, such as "90 s", "1.5 h" or "1 h 30 min"'
CLOCK = '"HH:MM" or "HH:MM:SS" from "00:00" to "24:00"'
INTERVAL = '"HH:MM-HH:MM", the second time later, such as "08:30-12:00"'
MOMENT = '"YYYY-MM-DD HH:MM", optionally with seconds, such as "2026-03-02 09:10:30.250"'
MONEY = 'an amount in yuan with at most 2 decimals, such as "12.50 yuan"'
RATE = 'a number per ms, s, min, h, d, week or year, such as "7.2 per s" or "663 per d"'
SHARE = "a number from 0 to 1"
NUMBER = "a number"

_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": DAY_MS, "week": 7 * DAY_MS}
_RATE_MS = _MS | {"year": 365 * DAY_MS}
_DECIMAL = r"[0-9]{1,18}(?:\.[0-9]{1,18})?"
_TERM = re.compile(rf"({_DECIMAL})\s*([A-Za-z]+)")
_MONEY = re.compile(rf"(-?)({_DECIMAL})\s*yuan")
_RATE = re.compile(rf"(-?)({_DECIMAL})\s*per\s+([A-Za-z]+)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?")
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T](.+))?")
_HOURS_A_DAY = 24
_LONGEST_MS = 365_250 * DAY_MS
_LONG_LIST = 20
_SHORT_LIST = 6
_LONGEST_WORD = 60
_MANY = 200
_SIXTY = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One mistake inside a value: where below the value, what is wrong, what is allowed."""

    path: tuple[str | int, ...]
    why: str
    allowed: str | None = None


class WrongValueError(ValueError):
    """A value of the scenario is wrong, in one or in several parts."""

    def __init__(self, why: str, allowed: str | None = None, *, parts: Iterable[Part] = ()) -> None:
        """One mistake about the value itself, or the mistakes in its parts."""
        super().__init__(why)
        self.parts = tuple(parts) or (Part((), why, allowed),)

    @classmethod
    def of(cls, parts: list[Part]) -> WrongValueError:
        """Several mistakes in the parts of one value."""
        return cls(parts[0].why, parts=parts)

    def below(self, *path: str | int) -> list[Part]:
        """The same mistakes seen from one level up."""
        return [Part((*path, *part.path), part.why, part.allowed) for part in self.parts]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, if any is alike."""
    found = difflib.get_close_matches(word[:_LONGEST_WORD], _around(word, sorted(set(known))), n=1, cutoff=0.6)
    return found[0] if found else None


def _around(word: str, words: list[str]) -> list[str]:
    """Of very many words in order those that begin most like `word`: comparing with all would take for ever."""
    at = bisect_left(words, word)
    return words[max(0, at - _MANY) : at + _MANY]


def suggestion(what: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Say that a word is unknown: the reason with the nearest known word, and what is allowed."""
    words = sorted(set(known))
    like = nearest(word, words)
    why = f"unknown {what} {show(word)}" + (f', did you mean "{like}"?' if like else "")
    return why, listing(word, words)


def listing(word: str, words: list[str]) -> str:
    """What is allowed instead of `word`: all words, or of a long list those most like it."""
    if not words:
        return "none is defined"
    if len(words) <= _LONG_LIST:
        return ", ".join(words)
    close = difflib.get_close_matches(word[:_LONGEST_WORD], _around(word, words), n=_SHORT_LIST, cutoff=0.0)
    return ", ".join(close) + f" and {len(words) - len(close)} more"


def show(value: object) -> str:
    """A TOML value as a user wrote it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, dict):
        text = "a table"
    elif isinstance(value, list):
        text = "an array"
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def fraction(value: object, allowed: str = NUMBER) -> Fraction:
    """Any finite number, exactly as written in decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError(f"{show(value)} is not a number", allowed)
    if isinstance(value, float) and not math.isfinite(value):
        raise WrongValueError(f"{show(value)} is not a finite number", allowed)
    if abs(value) > MAX_NUMBER:
        raise WrongValueError(f"{show(value)} is too large", f"{MAX_NUMBER:,} at most")
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def whole(value: object, at_least: int = 0, allowed: str | None = None, at_most: int | None = None) -> int:
    """A whole number, not below `at_least` nor above `at_most`."""
    allowed = allowed or f"a whole number, {at_least} or more"
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValueError(f"{show(value)} is not a whole number", allowed)
    if value < at_least:
        raise WrongValueError(f"{show(value)} is too small", allowed)
    if value > (at_most or (1 << 62) - 1):
        raise WrongValueError(f"{show(value)} is too large", f"{at_most:,} at most" if at_most else allowed)
    return value


def share(value: object) -> float:
    """A share or probability, 0 to 1."""
    number = fraction(value, SHARE)
    if not 0 <= number <= 1:
        raise WrongValueError(f"{show(value)} is out of range", SHARE)
    return float(number)


def duration(value: object) -> Fraction:
    """Milliseconds of a duration, exactly; sums such as "1 h 30 min" are added up."""
    if not isinstance(value, str):
        raise WrongValueError(f"{show(value)} is not a duration" + _unit_hint(value), DURATION)
    text = value.strip()
    if text.startswith("-"):
        raise WrongValueError(f"{show(value)} is negative", DURATION)
    if "workday" in text:
        raise WrongValueError(f"{show(value)}: working days are not allowed here", DURATION)
    total, position = Fraction(0), 0
    for term in _TERM.finditer(text):
        if text[position : term.start()].strip() or term[2] not in _MS:
            raise WrongValueError(f"{show(value)} is not a duration", DURATION)
        total += Fraction(term[1]) * _MS[term[2]]
        position = term.end()
    if position == 0 or text[position:].strip():
        raise WrongValueError(f"{show(value)} is not a duration" + _unit_hint(value), DURATION)
    if total > _LONGEST_MS:
        raise WrongValueError(f"{show(value)} is too long", "1000 years at most")
    return total


def _unit_hint(value: object) -> str:
    """Tell somebody who wrote a bare number that the unit is missing."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return ": the unit is missing" if bare or (isinstance(value, str) and re.fullmatch(_DECIMAL, value)) else ""


def duration_ms(value: object) -> int:
    """A duration that must come out in whole milliseconds."""
    exact = duration(value)
    if exact.denominator != 1:
        raise WrongValueError(f"{show(value)} is not a whole number of milliseconds", DURATION)
    return int(exact)


def positive_duration_ms(value: object) -> int:
    """A duration of 1 ms at least."""
    result = duration_ms(value)
    if result == 0:
        raise WrongValueError(f"{show(value)} is zero", "a duration of 1 ms or more")
    return result


def duration_text(ms: int) -> str:
    """The shortest sum of units for whole milliseconds; `duration_ms` reads it back."""
    parts = []
    for unit in ("d", "h", "min", "s", "ms"):
        count, ms = divmod(ms, _MS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def clock_ms(value: object) -> int:
    """Milliseconds since midnight of a time of day."""
    if isinstance(value, time):
        if value.tzinfo is not None or value.microsecond % 1000:
            raise WrongValueError(f"{show(value)} is not a time of day", CLOCK)
        return (value.hour * 3600 + value.minute * 60 + value.second) * 1000 + value.microsecond // 1000
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValueError(f"{show(value)} is not a time of day", CLOCK)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    result = (hour * 3600 + minute * 60 + second) * 1000 + int((match[4] or "0").ljust(3, "0"))
    if hour > _HOURS_A_DAY or minute >= _SIXTY or second >= _SIXTY or result > DAY_MS:
        raise WrongValueError(f"{show(value)} is not a time of day", CLOCK)
    return result


def clock_text(ms: int) -> str:
    """A time of day as `clock_ms` reads it, with seconds only where needed."""
    second, milli = divmod(ms, 1000)
    minute, second = divmod(second, 60)
    text = f"{minute // 60:02d}:{minute % 60:02d}"
    if second or milli:
        text += f":{second:02d}"
    return text + (f".{milli:03d}" if milli else "")


def interval(value: object) -> tuple[int, int]:
    """An interval within a day as (from, to) in ms since midnight; one over midnight must be written as two.

    An end of "00:00" is the end of the day.
    """
    pieces = value.split("-") if isinstance(value, str) else []
    if len(pieces) != 2:
        raise WrongValueError(f"{show(value)} is not an interval", INTERVAL)
    try:
        first, last = clock_ms(pieces[0]), clock_ms(pieces[1])
    except WrongValueError as wrong:
        raise WrongValueError(f"{show(value)} is not an interval", INTERVAL) from wrong
    last = last or DAY_MS
    if last <= first:
        raise WrongValueError(
            f"{show(value)} does not end after it begins", INTERVAL + "; split it at midnight if it passes it"
        )
    return first, last


def moment(value: object) -> datetime:
    """A local date and time, exact to the millisecond; a date alone means its midnight."""
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise WrongValueError(f"{show(value)} has a time zone; times are local", MOMENT)
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    match = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValueError(f"{show(value)} is not a moment", MOMENT)
    try:
        midnight = datetime(int(match[1]), int(match[2]), int(match[3]))
        return midnight + timedelta(milliseconds=clock_ms(match[4]) if match[4] else 0)
    except (ValueError, OverflowError) as error:
        raise WrongValueError(f"{show(value)} is not a moment", MOMENT) from error


def moment_ms(value: object, start: date) -> int:
    """Milliseconds from the midnight that begins `start` to a moment; negative before it."""
    past = moment(value) - datetime(start.year, start.month, start.day)
    if past.microseconds % 1000:
        raise WrongValueError(f"{show(value)} is not a whole number of milliseconds", MOMENT)
    return past // timedelta(milliseconds=1)


def money(value: object) -> Fraction:
    """Fen of an amount in yuan; whole fen."""
    match = _MONEY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValueError(f"{show(value)} is not an amount of money", MONEY)
    if match[1]:
        raise WrongValueError(f"{show(value)} is negative", MONEY)
    fen = Fraction(match[2]) * 100
    if fen.denominator != 1:
        raise WrongValueError(f"{show(value)} has more than 2 decimals", MONEY)
    return fen


def money_fen(value: object) -> int:
    """An amount in whole fen."""
    return int(money(value))


def money_text(fen: int) -> str:
    """An amount as `money_fen` reads it."""
    return f"{fen // 100}.{fen % 100:02d} yuan"


def rate(value: object) -> Fraction:
    """Events per millisecond, exactly; a year has 365 days."""
    match = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[3] not in _RATE_MS:
        raise WrongValueError(f"{show(value)} is not a rate", RATE)
    if match[1]:
        raise WrongValueError(f"{show(value)} is negative", RATE)
    return Fraction(match[2]) / _RATE_MS[match[3]]
