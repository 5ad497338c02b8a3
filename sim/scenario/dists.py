"""Distributions and waits of the scenario file, read into `Dist` and `Wait` with every mistake of a table at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sim.scenario import units
from sim.scenario.sizes import MAX_PHASES
from sim.scenario.units import Part, WrongValueError, show, suggestion
from sim.scenario.values import NEVER, Dist, DistKind, Wait

WORKDAYS = 'working days such as "10 workdays"'
WAIT = (
    f'{units.DURATION}; {WORKDAYS}; {{workdays = 10, at = "16:00"}}; a distribution of either; '
    'or {next = ["16:00"]}, the next of these times on a working day'
)
_WORKDAYS = re.compile(r"([0-9]+)\s*workdays?")
_SUM_TOLERANCE = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a distribution is of: how one value is read (into ms, fen, days or a plain number), and what is allowed."""

    name: str
    read: Callable[[object], Fraction]
    allowed: str


def _count(value: object) -> Fraction:
    number = units.fraction(value)
    if number < 0:
        raise WrongValueError(f"{show(value)} is negative", "a number, 0 or more")
    return number


def _workdays(value: object) -> Fraction:
    match = _WORKDAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValueError(f"{show(value)} is not a number of working days", WORKDAYS)
    return Fraction(match[1])


TIME = Quantity("duration", units.duration, units.DURATION)
MONEY = Quantity("amount", units.money, units.MONEY)
COUNT = Quantity("number", _count, "a number, 0 or more")
WORKDAY = Quantity("number of working days", _workdays, WORKDAYS)

KEYS: Mapping[DistKind, tuple[str, ...]] = {
    "constant": ("value",),
    "exponential": ("mean",),
    "erlang": ("mean", "k"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "lognormal": ("mean", "cv"),
    "gamma": ("mean", "cv"),
    "weibull": ("mean", "shape"),
    "hyperexponential": ("means", "shares"),
    "empirical": ("values", "weights"),
    "never": (),
}
"""Kinds of distribution and their keys."""

_OPTIONAL = {"weights"}
_QUANTITIES = {"value", "mean", "low", "mode", "high"}
_LISTS = {"means", "values"}


def _positive(value: object) -> Fraction:
    number = units.fraction(value)
    if number <= 0:
        raise WrongValueError(f"{show(value)} is not greater than 0", "a number greater than 0")
    return number


def _read_key(key: str, value: object, quantity: Quantity) -> tuple[Fraction, ...]:
    """The numbers of one key of a distribution table."""
    if key in _QUANTITIES:
        number = quantity.read(value)
        if key == "mean" and number <= 0:
            raise WrongValueError(f"{show(value)} is not greater than 0", f"more than 0; {quantity.allowed}")
        return (number,)
    if key == "k":
        return (Fraction(units.whole(value, 1, at_most=MAX_PHASES)),)
    if key in ("cv", "shape"):
        return (_positive(value),)
    if not isinstance(value, list) or not value:
        raise WrongValueError(f"{show(value)} is not a list of values", "an array with at least one value")
    read = quantity.read if key in _LISTS else _count if key == "weights" else lambda item: Fraction(units.share(item))
    numbers, parts = [], []
    for index, item in enumerate(value):
        try:
            numbers.append(read(item))
        except WrongValueError as wrong:
            parts += wrong.below(index)
    if parts:
        raise WrongValueError.of(parts)
    return tuple(numbers)


def read_dist(value: object, quantity: Quantity = TIME) -> Dist:
    """A bare value (constant) or a table {dist = "...", ...}."""
    if not isinstance(value, dict):
        return Dist("constant", float(quantity.read(value)))
    kind = value.get("dist")
    for known in KEYS:
        if kind == known:
            return _build(known, _numbers(known, value, quantity))
    if "dist" not in value:
        raise WrongValueError(
            '"dist" is missing in the table of a distribution', f'{quantity.allowed}; or {{dist = "..."}}'
        )
    why, allowed = suggestion("distribution", str(kind), KEYS)
    raise WrongValueError.of([Part(("dist",), why, allowed)])


def _numbers(kind: DistKind, table: dict[str, object], quantity: Quantity) -> dict[str, tuple[Fraction, ...]]:
    """All numbers of a distribution's table, checked one by one."""
    numbers: dict[str, tuple[Fraction, ...]] = {}
    parts: list[Part] = []
    for key in table.keys() - {"dist"} - set(KEYS[kind]):
        why, allowed = suggestion("key", key, ["dist", *KEYS[kind]])
        parts.append(Part((key,), why, allowed))
    for key in KEYS[kind]:
        if key not in table:
            if key not in _OPTIONAL:
                parts.append(Part((key,), f'is missing for dist = "{kind}"', ", ".join(KEYS[kind])))
            continue
        try:
            numbers[key] = _read_key(key, table[key], quantity)
        except WrongValueError as wrong:
            parts += wrong.below(key)
    if not parts:
        parts = _together(kind, numbers)
    if parts:
        raise WrongValueError.of(parts)
    return numbers


def _together(kind: DistKind, numbers: Mapping[str, tuple[Fraction, ...]]) -> list[Part]:
    """Mistakes between the keys of a table."""
    if kind in ("uniform", "triangular"):
        order = [numbers[key][0] for key in KEYS[kind]]
        if order != sorted(order):
            return [Part((), " and ".join(KEYS[kind]) + " are not in ascending order", " <= ".join(KEYS[kind]))]
    if kind in ("hyperexponential", "empirical"):
        values, weights = (numbers.get(key) for key in KEYS[kind])
        if values is not None and weights is not None:
            return _weighted(kind, values, weights)
    return []


def _weighted(kind: DistKind, values: tuple[Fraction, ...], weights: tuple[Fraction, ...]) -> list[Part]:
    names = KEYS[kind]
    if len(values) != len(weights):
        why = f"{len(values)} {names[0]} but {len(weights)} {names[1]}"
        return [Part((names[1],), why, f"as many {names[1]} as {names[0]}")]
    total = sum(weights, Fraction(0))
    if kind == "hyperexponential" and abs(total - 1) > _SUM_TOLERANCE:
        return [Part((names[1],), f"add up to {float(total):g}", "shares that add up to 1")]
    if total == 0:
        return [Part((names[1],), "are all 0", "at least one weight greater than 0")]
    if kind == "hyperexponential" and min(values) <= 0:
        return [Part((names[0],), "contain 0", "means greater than 0")]
    return []


def _build(kind: DistKind, numbers: Mapping[str, tuple[Fraction, ...]]) -> Dist:
    if kind in ("hyperexponential", "empirical"):
        values = numbers[KEYS[kind][0]]
        weights = numbers.get(KEYS[kind][1]) or (Fraction(1),) * len(values)
        total = sum(weights, Fraction(0))
        return Dist(
            kind,
            values=tuple(float(number) for number in values),
            weights=tuple(float(weight / total) for weight in weights),
        )
    plain = [float(numbers[key][0]) for key in KEYS[kind]]
    a, b, c = [*plain, 0.0, 0.0, 0.0][:3]
    return Dist(kind, a, b, c)


def _mentions_workdays(value: object) -> bool:
    """Whether a distribution's table is written in working days."""
    texts = value.values() if isinstance(value, dict) else [value]
    flat = [item for text in texts for item in (text if isinstance(text, list) else [text])]
    return any(isinstance(text, str) and "workday" in text for text in flat)


def read_wait(value: object) -> Wait:
    """A plain duration or distribution, working days, or the next cut-off."""
    if isinstance(value, dict) and "next" in value:
        return _read_next(value)
    if isinstance(value, dict) and "workdays" in value:
        return _read_workdays(value)
    if not isinstance(value, dict | str):
        raise WrongValueError(f"{show(value)} is not a wait", WAIT)
    if _mentions_workdays(value):
        return Wait("workdays", read_dist(value, WORKDAY))
    try:
        return Wait("plain", read_dist(value, TIME))
    except WrongValueError as wrong:
        if isinstance(value, dict) and "dist" in value:
            raise
        raise WrongValueError(str(wrong), WAIT) from wrong


def _unknown(table: dict[str, object], known: tuple[str, ...]) -> list[Part]:
    return [Part((key,), *suggestion("key", key, known)) for key in table if key not in known]


def _read_next(table: dict[str, object]) -> Wait:
    parts = _unknown(table, ("next",))
    clocks: list[int] = []
    given = table["next"] if isinstance(table["next"], list) else [table["next"]]
    for item in given:
        try:
            clocks.append(units.clock_ms(item))
        except WrongValueError as wrong:
            parts += wrong.below("next")
    if not given:
        parts.append(Part(("next",), "is empty", f"at least one time of day: {units.CLOCK}"))
    if parts:
        raise WrongValueError.of(parts)
    return Wait("next", clocks=tuple(sorted(set(clocks))))


def _read_workdays(table: dict[str, object]) -> Wait:
    parts = _unknown(table, ("workdays", "at"))
    dist = NEVER
    clocks: tuple[int, ...] = ()
    try:
        dist = read_dist(table["workdays"], COUNT)
    except WrongValueError as wrong:
        parts += wrong.below("workdays")
    if "at" in table:
        try:
            clocks = (units.clock_ms(table["at"]),)
        except WrongValueError as wrong:
            parts += wrong.below("at")
    if parts:
        raise WrongValueError.of(parts)
    return Wait("workdays", dist, clocks)
