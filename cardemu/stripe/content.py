"""What stands on the tracks of a bank card: one row a field, values to text and text to values.

Tracks 1 and 2: ISO/IEC 7813 in the form of Chinese bank cards.  Track 3: the fields of ISO/IEC 4909 in its order.  S1:
the lengths are those of a description of UnionPay cards that circulates in several copies; they fill 79, 40 and 107
characters exactly, with an account number of 19 digits, which speaks for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cardemu.identifiers import read_bank_card_number
from cardemu.stripe.tracks import TRACKS, TrackError

CHIP_CODES = "26"
"""First digit of a service code that says: there is a chip, use it (2 international, 6 national)."""
_FIRST, _SECOND, _THIRD = "125679", "024", "01234567"
_CITATION = "UnionPay card description (S1), ISO/IEC 7813"
_TRACK3 = "UnionPay card description (S1), order of ISO/IEC 4909:2006"


class ContentError(ValueError):
    """A value no track can carry; `field` names it, the message says what would fit."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a track.  `fixed`: what always stands there; `longest` above `length` makes it variable."""

    name: str
    length: int
    fixed: str = ""
    longest: int = 0
    citation: str = _CITATION
    letters: str = r"\d"

    @property
    def pattern(self) -> str:
        """A regular expression for its text."""
        if self.name == "separator":
            return re.escape(self.fixed)
        span = f"{self.length},{self.longest}" if self.longest else f"{self.length}"
        return f"(?P<{self.name}>{self.letters}{{{span}}})"


def _separator(track: int) -> Field:
    return Field("separator", 1, TRACKS[track].separator)


def _zeros(name: str, length: int) -> Field:
    return Field(name, length, "0" * length, citation=_TRACK3)


_NAME = Field("name", 2, longest=26, letters=r"[A-Z./ ]")
_FORMAT = Field("format_code", 1, longest=2, letters=r"[0-9A-Z]")
_PAN = Field("pan", 12, longest=19)
_EXPIRY = Field("expiry", 4)
_SERVICE = Field("service_code", 3)
_PVV = Field("pin_verification", 5)
_CVV = Field("card_verification", 3)

LAYOUTS: dict[int, tuple[Field, ...]] = {
    1: (
        _FORMAT,
        _PAN,
        _separator(1),
        _NAME,
        _separator(1),
        _EXPIRY,
        _SERVICE,
        _PVV,
        Field("reserved", 10, "0" * 10),
        _CVV,
        Field("reserved_end", 2, "00"),
    ),
    2: (_PAN, _separator(2), _EXPIRY, _SERVICE, _PVV, Field("reserved", 2, "00"), _CVV),
    3: (
        Field("format_code", 2, "99", citation=_TRACK3),
        _PAN,
        _separator(3),
        Field("country", 3, "156", citation=_TRACK3),
        Field("currency", 3, "156", citation=_TRACK3),
        _zeros("currency_exponent", 1),
        _zeros("cycle_amount", 4),
        _zeros("cycle_remaining", 4),
        _zeros("cycle_begin", 4),
        _zeros("cycle_length", 2),
        Field("retry_count", 1, "3", citation=_TRACK3),
        _zeros("pin_parameters", 6),
        _zeros("interchange_control", 1),
        _zeros("pan_restriction", 2),
        _zeros("first_account_restriction", 2),
        _zeros("second_account_restriction", 2),
        _EXPIRY,
        _zeros("sequence", 1),
        _separator(3),
        _zeros("first_account", 12),
        _separator(3),
        _zeros("second_account", 12),
        _separator(3),
        Field("relay_marker", 1, "1", citation=_TRACK3),
        _zeros("check_digits", 6),
        _zeros("additional", 8),
    ),
}


def check_value(name: str, value: str) -> None:
    """ContentError when a value cannot stand in the field of this name: Luhn, month, service code."""
    if name == "pan":
        try:
            read_bank_card_number(value)
        except ValueError as error:
            raise ContentError("pan", str(error)) from error
    elif name == "expiry" and not re.fullmatch(r"\d\d(0[1-9]|1[0-2])", value, re.ASCII):
        raise ContentError("expiry", f"{value!r} must be YYMM with a month from 01 to 12")
    elif name == "service_code":
        first, second, third = tuple((value + "   ")[:3])
        if len(value) != 3 or first not in _FIRST or second not in _SECOND or third not in _THIRD:
            allowed = f"one of {_FIRST}, one of {_SECOND}, one of {_THIRD}"
            raise ContentError("service_code", f"{value!r} must be three digits: {allowed}")


def compose(track: int, values: Mapping[str, str]) -> str:
    """The content of a track from the values of its fields; ContentError names the first that does not fit."""
    parts = []
    for row in LAYOUTS[track]:
        value = row.fixed if row.name == "separator" else values.get(row.name, row.fixed)
        if row.name != "separator" and not re.fullmatch(row.pattern, value, re.ASCII):
            span = f"{row.length} to {row.longest}" if row.longest else f"{row.length}"
            what = "capital letters, blank, point and /" if row is _NAME else "digits"
            raise ContentError(row.name, f"{value!r} must be {span} {what} on track {track}")
        check_value(row.name, value)
        parts.append(value)
    text = "".join(parts)
    if len(text) > TRACKS[track].room:
        raise TrackError(f"track {track}: {len(text)} characters, at most {TRACKS[track].room} fit")
    return text


def split(track: int, text: str) -> dict[str, str]:
    """The values of a track's fields; ContentError when the text has another form.

    Values are not checked here, so that a comparison can show them: see `check_value`.
    """
    pattern = "".join(row.pattern for row in LAYOUTS[track])
    found = re.fullmatch(pattern, text, re.ASCII)
    if not found:
        raise ContentError(f"track {track}", f"{text!r} has not the form of a bank card's track {track}")
    return found.groupdict()


def where(track: int, values: Mapping[str, str], name: str) -> int:
    """Which character of the track, from 1, a field begins at."""
    place = 1
    for row in LAYOUTS[track]:
        if row.name == name:
            return place
        place += len(row.fixed if row.name == "separator" else values.get(row.name, row.fixed))
    raise ContentError(name, f"is no field of track {track}")
