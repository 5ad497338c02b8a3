"""Key figures of the run, with how certain they are, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.labels import BACK_OFFICE, TELEPHONE
from reports.phrases import expected, measured, value
from reports.verdict import expectation_title, kind_title

if TYPE_CHECKING:
    from reports.info import RunInfo
    from reports.words import Words
    from sim.metrics.tables import Expectations, Tables


MOST_GROUPS = 15
"""Groups listed under a kind of place, longest average wait first."""


@dataclass(frozen=True, slots=True)
class Number:
    """One figure in large type."""

    label: str
    value: str
    certainty: str


@dataclass(frozen=True, slots=True)
class NumberGroup:
    """The figures of one kind of place."""

    title: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One line of the table of all places."""

    name: str
    part: bool
    """A group of stations under the line of its kind of place."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of the table of expectations."""

    title: str
    expected: str
    measured: str
    certainty: str
    still: str
    """Who still waited or was inside when the run ended, and what that makes of the value; empty: nobody."""
    verdict: str
    """"met", "missed" or, of a run that was interrupted, "not_judged"."""


def _main_kinds(tables: Tables) -> list[int]:
    """The kind of place most people come to in person, and the hotline if there is one."""
    head = tables.headline
    kinds = [row for row, level in enumerate(head.level) if level == "kind" and float(head.arrivals[row]) > 0]
    in_person = [row for row in kinds if head.name[row] not in BACK_OFFICE | TELEPHONE]
    queued = [row for row in in_person if np.isfinite(head.wait_mean_ms[row])]
    main = sorted(queued or in_person, key=lambda row: -float(head.arrivals[row]))[:1]
    return main + [row for row in kinds if head.name[row] in TELEPHONE]


def numbers(tables: Tables, words: Words) -> list[NumberGroup]:
    """Return the figures for the top of the page."""
    return [NumberGroup(kind_title(tables, row, words), _of_kind(tables, row, words)) for row in _main_kinds(tables)]


def _of_kind(tables: Tables, row: int, words: Words) -> tuple[Number, ...]:
    head, calls = tables.headline, tables.headline.name[row] in TELEPHONE
    came, served = words.count(float(head.arrivals[row])), words.count(float(head.served[row]))
    figures = [
        Number(words("numbers.calls"), came, words("numbers.calls_more", n=served))
        if calls
        else Number(words("numbers.came"), came, words("numbers.came_more", n=served))
    ]
    if np.isfinite(head.wait_mean_ms[row]):
        mean = _between(float(head.wait_mean_low_ms[row]), float(head.wait_mean_high_ms[row]), words)
        ninety = _between(float(head.wait_p90_low_ms[row]), float(head.wait_p90_high_ms[row]), words)
        figures += [
            Number(words("numbers.wait_mean"), words.duration(float(head.wait_mean_ms[row])), mean),
            Number(words("numbers.wait_p90"), words.duration(float(head.wait_p90_ms[row])), ninety),
        ]
    share, lost = _left(tables, row)
    gone = words.count(lost)
    figures.append(
        Number(words("numbers.calls_lost"), words.share(share), words("numbers.calls_of", n=gone, total=came))
        if calls
        else Number(words("numbers.left"), words.share(share), words("numbers.of_people", n=gone, total=came))
    )
    if np.isfinite(head.utilisation[row]):
        share = float(head.utilisation[row])
        figures.append(Number(words("numbers.busy"), words.share(share), words("numbers.busy_more")))
    return tuple(figures)


def _left(tables: Tables, row: int) -> tuple[float, float]:
    """Share and number of people who gave up, saw the queue and went, found no place, or were sent home."""
    came, lost = float(tables.headline.arrivals[row]), float(tables.headline.left[row])
    return lost / came, lost


def _between(low: float, high: float, words: Words) -> str:
    if not (np.isfinite(low) and np.isfinite(high)):
        return words("numbers.uncertain")
    if low == high:
        return words("numbers.alike")
    return words("numbers.between", low=words.duration(low), high=words.duration(high))


def _zero(value: float) -> float:
    return float(value) if np.isfinite(value) else 0.0


def place_columns(words: Words) -> tuple[str, ...]:
    """Return the headings of the columns of `places`."""
    return (
        words("numbers.came"),
        words("numbers.wait_mean"),
        words("numbers.wait_p90"),
        words("numbers.longest"),
        words("numbers.left"),
        words("numbers.busy"),
    )


def places(tables: Tables, words: Words) -> list[PlaceRow]:
    """Return a line for each kind of place to which anybody came, and under it its groups if it has several."""
    head, stations = tables.headline, tables.stations
    kind_of_group = dict(zip(stations.group, stations.kind, strict=True))
    rows: list[PlaceRow] = []
    for row in _came(tables, "kind"):
        groups = [group for group in _came(tables, "group") if kind_of_group.get(head.name[group]) == head.name[row]]
        rows.append(_place(tables, row, words, part=False))
        if len(groups) > 1:
            longest = sorted(groups, key=lambda group: -_zero(float(head.wait_mean_ms[group])))[:MOST_GROUPS]
            rows += [_place(tables, group, words, part=True) for group in longest]
    return rows


def _came(tables: Tables, level: str) -> list[int]:
    head = tables.headline
    return [row for row, found in enumerate(head.level) if found == level and float(head.arrivals[row]) > 0]


def _place(tables: Tables, row: int, words: Words, *, part: bool) -> PlaceRow:
    head = tables.headline
    cells = (
        words.count(float(head.arrivals[row])),
        _duration(head.wait_mean_ms[row], words),
        _duration(head.wait_p90_ms[row], words),
        _duration(head.wait_max_ms[row], words),
        words("unit.none") if head.name[row] in BACK_OFFICE else words.share(_left(tables, row)[0]),
        words.share(float(head.utilisation[row])) if np.isfinite(head.utilisation[row]) else words("unit.none"),
    )
    return PlaceRow(kind_title(tables, row, words), part, cells)


def _duration(ms: float, words: Words) -> str:
    return words.duration(float(ms)) if np.isfinite(ms) else words("unit.none")


def expectations(tables: Tables, info: RunInfo, words: Words) -> list[Expectation]:
    """Return the expectations, those that are not met first."""
    table = tables.expectations
    rows = [
        Expectation(
            expectation_title(tables, row, info, words),
            expected(table.expected[row], words),
            *measured(table.measured[row], words),
            still=_still(tables, row, words),
            verdict=_verdict(table, row),
        )
        for row in range(len(table.title))
    ]
    return sorted(rows, key=lambda row: row.verdict == "met")


def _still(tables: Tables, row: int, words: Words) -> str:
    table = tables.expectations
    if table.still[row] <= 0:
        return ""
    key = "expectations.still_inside" if table.still_inside[row] else "expectations.still_waiting"
    told = words(
        key, count=words.count(float(table.still[row])), longest=words.duration(float(table.still_longest_ms[row]))
    )
    if not table.with_them[row]:
        return told
    return told + words("expectations.with_them", value=value(table.with_them[row], words))


def _verdict(table: Expectations, row: int) -> str:
    if not table.judged[row]:
        return "not_judged"
    return "met" if table.ok[row] else "missed"
