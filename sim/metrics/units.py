"""Natural units as people write them: 134000 ms is "2.23 min"."""

from __future__ import annotations

import math

from sim.metrics.catalogue import Unit

_STEPS = ((86_400_000.0, 48 * 3_600_000.0, "d"), (3_600_000.0, 7_200_000.0, "h"), (60_000.0, 120_000.0, "min"))


def in_words(value: float, unit: Unit) -> str:
    """The value with its unit."""
    if math.isnan(value):
        return "nothing"
    match unit:
        case Unit.TIME:
            return _time(value)
        case Unit.SHARE:
            return f"{100 * value:.4g} %"
        case Unit.RATE:
            return f"{_figures(value * 3_600_000, 4)} per h"
        case Unit.COUNT | Unit.LEVEL:
            return f"{value:,.0f}" if value == int(value) else _figures(value, 5)


def difference_in_words(value: float, unit: Unit) -> str:
    """A difference with its unit: shares differ by percentage points."""
    if unit is not Unit.SHARE:
        return in_words(value, unit)
    points = f"{100 * value:.4g}"
    return f"{points} percentage {'point' if points == '1' else 'points'}"


def _figures(value: float, digits: int) -> str:
    """So many digits, or all before the decimal point, with separators and never a power of ten, where it is large."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def _time(value_ms: float) -> str:
    size = abs(value_ms)
    for divisor, least, name in _STEPS:
        if size >= least:
            return f"{value_ms / divisor:.4g} {name}"
    return f"{value_ms / 1000:.4g} s" if size >= 1000 or size == 0 else f"{value_ms:.4g} ms"
