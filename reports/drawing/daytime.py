"""The time of the day and the kinds of day in pictures: which groups, which half hours, what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.calendar import DayKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from reports.words import Words
    from sim.metrics.tables import ThroughDay

MOST_COLUMNS = 20
"""More half hours than this are shown as hours, so that the numbers in the cells can be read."""


def group_title(day: ThroughDay, row: int, words: Words) -> str:
    """What a group of stations is called."""
    return words.name(day.title[row], day.title_zh[row], day.group[row])


def kind_name(kind: int, words: Words) -> str:
    """A kind of day in a sentence: "on working days"."""
    return words(f"day_kind.{DayKind(kind).name.lower()}_on")


def kind_title(day: ThroughDay, kind: int, words: Words) -> str:
    """A kind of day as a heading, with how many of them there are."""
    name = words(f"day_kind.{DayKind(kind).name.lower()}")
    return words.plural("day_kind.heading", int(day.calendar_days[kind]), name=name)


def columns(used: NDArray[np.bool_]) -> list[slice]:
    """The half hours from the first used to the last, two and two together where they are too many."""
    at = np.flatnonzero(used)
    if not at.size:
        return []
    first, last = int(at[0]), int(at[-1]) + 1
    if last - first <= MOST_COLUMNS:
        return [slice(half, half + 1) for half in range(first, last)]
    return [slice(half, half + 2) for half in range(first // 2 * 2, last, 2)]


def summed(values: NDArray[np.int64], slots: Sequence[slice]) -> NDArray[np.int64]:
    """Sums of each column: [..., column] from [..., half hour]."""
    return np.stack([values[..., slot].sum(axis=-1) for slot in slots], axis=-1)


def share(above: NDArray[np.number], below: NDArray[np.number]) -> NDArray[np.float64]:
    """Quotient, NaN where there is nobody."""
    quotient: NDArray[np.float64] = np.full(above.shape, np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient


def place_and_time(
    day: ThroughDay, groups: Sequence[int], slots: Sequence[slice], at: Sequence[int], words: Words
) -> dict[str, str]:
    """Where and when one of the values [kind, shown group, column] is, for a sentence."""
    kind, row, column = at
    return {
        "place": group_title(day, groups[row], words),
        "kind": kind_name(kind, words),
        "start": clock_of(slots[column].start),
        "end": clock_of(slots[column].stop),
    }


def clock_of(half_hour: int) -> str:
    """A number of half hours since midnight as a clock shows it."""
    return f"{half_hour // 2:02d}:{30 * (half_hour % 2):02d}"


def hour_axis(axes: Axes, first_h: float, last_h: float, most: int) -> None:
    """Label an axis in hours of the day with so many clock times at most."""
    axes.set_xlim(first_h, last_h)
    every = next(step for step in (1, 2, 3, 4, 6, 12, 24) if (last_h - first_h) / step <= most)
    marks = [hour for hour in range(25) if first_h <= hour <= last_h and hour % every == 0]
    axes.set_xticks(marks, [f"{hour:02d}:00" for hour in marks])
