"""Building blocks of the scenario's models: leaf types that read TOML values into the engine's units.

A leaf carries its reader (for loading) and its `Shape` (for the JSON schema and the reference), so that the three can
never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainValidator, Strict, ValidationInfo

from sim.scenario import dists, units
from sim.scenario.units import WrongValueError, show, suggestion
from sim.scenario.values import Dist, Measure, Wait

AUTO = "auto"
_WARM_UP = f'{units.DURATION}; or "{AUTO}", found by MSER-5 in pilot runs'
EARLIEST, LATEST = 1900, 2200
"""Years a run may start in; days well before and after it still have a date."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How a leaf looks in the file: name, JSON schema (Draft 4) of the bare value, and what to say about it.

    `provenance`: the value may also be written {value = ..., mark = ..., source = ...}.
    """

    name: str
    json: Mapping[str, Any]
    text: str
    provenance: bool = True
    resolved: str = field(default="")  # what it becomes


class Section(BaseModel):
    """A table of the scenario file: unknown keys are mistakes, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValueError(f"{show(value)} is not a text", "a text that is not empty")
    return value


def _name(value: object) -> str:
    text = _text(value)
    if not all(char.isalnum() or char in "_-" for char in text):
        raise WrongValueError(f"{show(value)} is not a name", "letters, digits, _ and -")
    return text


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return (_name(value),)
    names = tuple(_name(one) for one in value)
    if len(set(names)) < len(names) or not names:
        raise WrongValueError(f"{show(value)} names nothing, or something twice", "names, each once")
    return names


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise WrongValueError(f"{show(value)} is not a date", "a date such as 2026-03-02") from error


def _start(value: object) -> date:
    start = _date(value)
    if not EARLIEST <= start.year <= LATEST:
        raise WrongValueError(f"{start} is out of range", f"a date from {EARLIEST} to {LATEST}")
    return start


def _moment(value: object, info: ValidationInfo) -> int:
    """Moment in ms since the run's start, which the loader puts into the context."""
    context: Mapping[str, Any] = info.context or {}
    return units.moment_ms(value, context["start"])


def _count(value: object) -> int:
    return units.whole(value, 0)


def _count_from_1(value: object) -> int:
    return units.whole(value, 1)


def read_number(value: object) -> float:
    """A number, 0 or more."""
    number = units.fraction(value)
    if number < 0:
        raise WrongValueError(f"{show(value)} is negative", "a number, 0 or more")
    return float(number)


def _signed(value: object) -> float:
    return float(units.fraction(value))


def _positive(value: object) -> float:
    number = units.fraction(value)
    if number <= 0:
        raise WrongValueError(f"{show(value)} is not greater than 0", "a number greater than 0")
    return float(number)


def _warm_up(value: object) -> int | None:
    if value == AUTO:
        return None
    try:
        return units.duration_ms(value)
    except WrongValueError as error:
        raise WrongValueError(error.parts[0].why, _WARM_UP) from error


def _rate(value: object) -> float:
    return float(units.rate(value))


def _time_dist(value: object) -> Dist:
    return dists.read_dist(value, dists.TIME)


def _money_dist(value: object) -> Dist:
    return dists.read_dist(value, dists.MONEY)


def read_measure(value: object) -> Measure:
    """A value to compare with: number, duration (also finer than 1 ms) or rate."""
    if not isinstance(value, str):
        return Measure(float(units.fraction(value, f"a number; {units.DURATION}; or {units.RATE}")))
    if value.rstrip().endswith(("%", "％")):
        raise WrongValueError(f"{show(value)} is a percentage", f"a share as {units.SHARE}, such as 0.7 for 70 %")
    if " per " in value:
        return Measure(float(units.rate(value)), "rate")
    return Measure(float(units.duration(value)), "time")


def is_dist(value: object) -> bool:
    """Whether a TOML value is one distribution (and not a table of several)."""
    return not isinstance(value, dict) or "dist" in value


def state_reader(states: type[IntEnum]) -> PlainValidator:
    """Reader of a state by its lower-case name, giving its number."""
    known = {state.name.lower(): state.value for state in states}

    def read(value: object) -> int:
        if not isinstance(value, str) or value not in known:
            why, _ = suggestion("state", value if isinstance(value, str) else show(value), known)
            raise WrongValueError(why, ", ".join(known))
        return known[value]

    return PlainValidator(read)


def state_shape(states: type[IntEnum]) -> Shape:
    """Shape of a state: one of the names in lower case."""
    names = [state.name.lower() for state in states]
    return Shape(f"{states.__name__} state", {"enum": names}, ", ".join(names), resolved=f"{states.__name__} number")


_STRING: Mapping[str, Any] = {"type": "string"}
DURATION_JSON: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(ms|s|min|h|d|week)(\s+[0-9]+(\.[0-9]+)?\s*(ms|s|min|h|d|week))*\s*$",
}
_MONEY_JSON: Mapping[str, Any] = {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]{1,2}0*)?\s*yuan\s*$"}
_RATE_JSON: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*per\s+(ms|s|min|h|d|week|year)\s*$",
}
_NUMBER_JSON: Mapping[str, Any] = {"type": "number", "minimum": 0}
_CLOCK_JSON: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?\s*$",
}
INTERVAL_JSON: Mapping[str, Any] = {"type": "string", "pattern": r"^[^-]+:[^-]+-[^-]+:[^-]+$"}
NAME_JSON: Mapping[str, Any] = {"type": "string", "pattern": r"^[^\s.,;:/\\'\"]+$"}


def _dist_json(unit: Mapping[str, Any]) -> dict[str, Any]:
    """Bare value or {dist = ...} with the keys of its kind, and provenance beside them."""
    share = {"type": "number", "minimum": 0}
    of = {
        **dict.fromkeys(("value", "mean", "low", "mode", "high"), unit),
        **{key: {"type": "array", "items": unit, "minItems": 1} for key in ("means", "values")},
        **{key: {"type": "array", "items": share, "minItems": 1} for key in ("shares", "weights")},
        "k": {"type": "integer", "minimum": 1},
        "cv": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "shape": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
    }
    tables: list[dict[str, Any]] = []
    for kind, keys in dists.KEYS.items():
        properties = {"dist": {"enum": [kind]}, **{key: of[key] for key in keys}, **PROVENANCE_JSON}
        required = ["dist", *(key for key in keys if key != "weights")]
        tables.append({"type": "object", "properties": properties, "required": required, "additionalProperties": False})
    return {"anyOf": [unit, *tables]}


PROVENANCE_JSON: Mapping[str, Any] = {
    "mark": {"enum": ["P", "D", "A"], "description": "P published, D derived from published, A assumption"},
    "source": {"type": "string", "description": "where the number comes from"},
    "note": {"type": "string", "description": "remark on the number"},
}

_TIME_DIST_JSON = _dist_json(DURATION_JSON)
_WORKDAYS_JSON: Mapping[str, Any] = {"type": "string", "pattern": r"^\s*[0-9]+\s*workdays?\s*$"}
_WAIT_JSON: Mapping[str, Any] = {
    "anyOf": [
        *_TIME_DIST_JSON["anyOf"],
        *_dist_json(_WORKDAYS_JSON)["anyOf"],
        {
            "type": "object",
            "properties": {
                "workdays": _dist_json(_NUMBER_JSON),
                "at": _CLOCK_JSON,
                **PROVENANCE_JSON,
            },
            "required": ["workdays"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "next": {"type": "array", "items": _CLOCK_JSON, "minItems": 1},
                **PROVENANCE_JSON,
            },
            "required": ["next"],
            "additionalProperties": False,
        },
    ]
}

TEXT_SHAPE = Shape("text", _STRING, "a text", provenance=False)
NAMES_SHAPE = Shape(
    "names",
    {"anyOf": [NAME_JSON, {"type": "array", "items": NAME_JSON}]},
    "a name, or an array of names",
    provenance=False,
)
NAME_SHAPE = Shape("name", NAME_JSON, "a name: letters, digits, _ and -", provenance=False)
DATE_SHAPE = Shape("date", {}, "a TOML date such as 2026-03-02", provenance=False)
COUNT_SHAPE = Shape("count", {"type": "integer", "minimum": 0}, "a whole number, 0 or more")
COUNT_1_SHAPE = Shape("positive count", {"type": "integer", "minimum": 1}, "a whole number, 1 or more")
NUMBER_SHAPE = Shape("number", _NUMBER_JSON, "a number, 0 or more")
SIGNED_SHAPE = Shape("signed number", {"type": "number"}, "a number")
POSITIVE_SHAPE = Shape(
    "positive number", {"type": "number", "minimum": 0, "exclusiveMinimum": True}, "a number greater than 0"
)
SHARE_SHAPE = Shape("share", {"type": "number", "minimum": 0, "maximum": 1}, units.SHARE)
DURATION_SHAPE = Shape("duration", DURATION_JSON, units.DURATION, resolved="ms")
PERIOD_SHAPE = Shape("positive duration", DURATION_JSON, units.DURATION + "; more than 0", resolved="ms")
WARM_UP_SHAPE = Shape("warm-up", {"anyOf": [DURATION_JSON, {"enum": [AUTO]}]}, _WARM_UP, resolved="ms")
CLOCK_SHAPE = Shape("time of day", _CLOCK_JSON, units.CLOCK, resolved="ms since midnight")
MOMENT_SHAPE = Shape("moment", {}, units.MOMENT, provenance=False, resolved="ms since the run's start")
RATE_SHAPE = Shape("rate", _RATE_JSON, units.RATE, resolved="events per ms")
MONEY_SHAPE = Shape("money", _MONEY_JSON, units.MONEY, resolved="fen")
TIME_DIST_SHAPE = Shape(
    "time distribution", _TIME_DIST_JSON, "a duration, or a distribution of durations", resolved="Dist in ms"
)
MONEY_DIST_SHAPE = Shape(
    "money distribution", _dist_json(_MONEY_JSON), "an amount, or a distribution of amounts", resolved="Dist in fen"
)
WAIT_SHAPE = Shape("wait", _WAIT_JSON, dists.WAIT, resolved="Wait")
MEASURE_SHAPE = Shape(
    "measure",
    {"anyOf": [{"type": "number"}, DURATION_JSON, _RATE_JSON]},
    "a number, a duration or a rate, as the metric is",
    resolved="Measure (ms, events per ms or plain)",
)

Text = Annotated[str, PlainValidator(_text), TEXT_SHAPE]
Name = Annotated[str, PlainValidator(_name), NAME_SHAPE]
Names = Annotated[tuple[str, ...], PlainValidator(_names), NAMES_SHAPE]
Date = Annotated[date, PlainValidator(_date), DATE_SHAPE]
StartDate = Annotated[date, PlainValidator(_start), DATE_SHAPE]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, PlainValidator(_count), COUNT_SHAPE]
Count1 = Annotated[int, PlainValidator(_count_from_1), COUNT_1_SHAPE]
Number = Annotated[float, PlainValidator(read_number), NUMBER_SHAPE]
Signed = Annotated[float, PlainValidator(_signed), SIGNED_SHAPE]
Positive = Annotated[float, PlainValidator(_positive), POSITIVE_SHAPE]
Share = Annotated[float, PlainValidator(units.share), SHARE_SHAPE]
Duration = Annotated[int, PlainValidator(units.duration_ms), DURATION_SHAPE]
WarmUp = Annotated[int | None, PlainValidator(_warm_up), WARM_UP_SHAPE]
"""None: to be found."""
Period = Annotated[int, PlainValidator(units.positive_duration_ms), PERIOD_SHAPE]
Clock = Annotated[int, PlainValidator(units.clock_ms), CLOCK_SHAPE]
Moment = Annotated[int, PlainValidator(_moment), MOMENT_SHAPE]
Rate = Annotated[float, PlainValidator(_rate), RATE_SHAPE]
Money = Annotated[int, PlainValidator(units.money_fen), MONEY_SHAPE]
TimeDist = Annotated[Dist, PlainValidator(_time_dist), TIME_DIST_SHAPE]
MoneyDist = Annotated[Dist, PlainValidator(_money_dist), MONEY_DIST_SHAPE]
WaitTime = Annotated[Wait, PlainValidator(dists.read_wait), WAIT_SHAPE]
MeasureValue = Annotated[Measure, PlainValidator(read_measure), MEASURE_SHAPE]
