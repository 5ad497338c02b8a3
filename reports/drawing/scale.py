"""Units and steps that suit the numbers of a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from reports.words import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of time for an axis; `name` is a wording key."""

    ms: int
    name: str


_UNITS: Final = (
    (3 * MINUTE_MS, TimeUnit(SECOND_MS, "unit.s_axis")),
    (3 * HOUR_MS, TimeUnit(MINUTE_MS, "unit.min_axis")),
    (3 * DAY_MS, TimeUnit(HOUR_MS, "unit.h_axis")),
)


def time_unit(longest_ms: float) -> TimeUnit:
    """Return the unit in which times up to `longest_ms` read well: rarely more than three digits."""
    for limit, unit in _UNITS:
        if longest_ms < limit:
            return unit
    return TimeUnit(DAY_MS, "unit.d_axis")


def round_step(at_least: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that is at least the given number."""
    if at_least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(at_least))
    for step in _STEPS:
        if step * power >= at_least * (1 - 1e-9):
            return step * power
    return 10 * power
