"""An input changed by a share: a number, a duration, an amount, a rate, or the mean of a distribution.

What cannot be varied (a name, a time of day, a table of several values) is said, with the reason.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sim.scenario.schema_procedures import value_text
from sim.scenario.values import Provenance

_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|min|h|d|week|workdays?|yuan|per\s+\w+)\s*")
_SCALED = {"value", "mean", "low", "mode", "high", "means", "values", "workdays"}
_INDEX = re.compile(r"\[(\d+)\]")
_WHOLE_UNITS = ("workday", "workdays")


class CannotVaryError(ValueError):
    """An input that is no quantity, and why."""


@dataclass(frozen=True, slots=True)
class Variation:
    """An assumption and its two alternatives, as overrides of the scenario; an empty one cannot be."""

    key: str
    value: str
    low: str
    high: str
    low_value: str
    high_value: str


def vary(row: Provenance, change: Fraction) -> Variation:
    """Both alternatives of an input; raises CannotVaryError."""
    if row.value.endswith("..."):
        raise CannotVaryError("too long a table")
    try:
        value = tomllib.loads(f"value = {row.value}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise CannotVaryError("no quantity") from error
    written = []
    for factor in (1 - change, 1 + change):
        other = scaled(value, factor)
        if isinstance(other, float) and other > 1.0 and row.key.endswith("share"):
            other = 1.0
        written.append("" if other == value else value_text(other))
    if not any(written):
        raise CannotVaryError("it is 0, or changes nothing")
    key = _INDEX.sub(r".\1", row.key)
    low, high = (f"{key}={text}" if text else "" for text in written)
    return Variation(row.key, row.value, low, high, *written)


def scaled(value: Any, factor: Fraction) -> Any:
    """The value times the factor, in the form in which it was written; raises CannotVaryError."""
    if isinstance(value, bool):
        raise CannotVaryError("yes or no")
    if isinstance(value, int):
        return _whole(value, factor)
    if isinstance(value, float):
        return float(Fraction(repr(value)) * factor)
    if isinstance(value, str):
        return _quantity(value, factor)
    if isinstance(value, dict):
        return _table(value, factor)
    raise CannotVaryError("a list" if isinstance(value, list) else "no quantity")


def _whole(value: int, factor: Fraction) -> int:
    """Rounded, but by one at least: a fifth of 2 counters is one counter."""
    other = round(value * factor)
    if other == value and value > 0:
        other += 1 if factor > 1 else -1
    return other


def _quantity(value: str, factor: Fraction) -> str:
    match = _QUANTITY.fullmatch(value)
    if match is None:
        raise CannotVaryError("no quantity")
    number, unit = Fraction(match[1]), match[2]
    if unit in _WHOLE_UNITS:
        return f"{_whole(int(number), factor)} {unit}"
    if unit == "yuan":
        return f"{float(round(number * factor, 2)):.2f} yuan"
    if unit.startswith("per"):
        return f"{float(number * factor):.9g} {unit}"
    return _duration(number * factor, unit)


def _duration(number: Fraction, unit: str) -> str:
    """In whole milliseconds, as durations must be."""
    ms = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "week": 604_800_000}[unit]
    rounded = round(number * ms)
    exact = Fraction(rounded, ms)
    text = f"{float(exact):.9g}"
    return f"{text} {unit}" if Fraction(text) == exact else f"{rounded} ms"


def _table(value: dict[str, Any], factor: Fraction) -> dict[str, Any]:
    if value.get("dist") == "never":
        raise CannotVaryError("it never happens")
    if "dist" not in value and "workdays" not in value:
        raise CannotVaryError("a time of day" if "next" in value else "a table of several values")
    return {key: _each(item, factor) if key in _SCALED else item for key, item in value.items()}


def _each(item: Any, factor: Fraction) -> Any:
    return [scaled(one, factor) for one in item] if isinstance(item, list) else scaled(item, factor)
