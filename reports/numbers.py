"""Key figures of the run, with how certain they are, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reports.phrases import expected, measured, value
from reports.verdict import expectation_title, kind_title

if TYPE_CHECKING:
    from reports.info import RunInfo
    from reports.words import Words
    from sim.metrics.tables import Expectations, Tables


_HOTLINES, _ONLINE = "hotlines", "online"
_WAITS_OF_PEOPLE = ("numbers.wait_mean_people", "numbers.wait_p90_people")
_TITLES = {
    "people": ("numbers.places_people", "numbers.places_caption_people"),
    "cards": ("numbers.places_cards", "numbers.places_caption_cards"),
}
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
class PlaceTable:
    """Places where the same waits: people and calls, or cards."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[PlaceRow, ...]


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
    kinds = _came(tables, "kind")
    in_person = [row for row in kinds if head.serves[row] == "people"]
    queued = [row for row in in_person if np.isfinite(head.wait_mean_ms[row])]
    main = sorted(queued or in_person, key=lambda row: -float(head.arrivals[row]))[:1]
    return main + [row for row in kinds if head.serves[row] == "calls"]


def numbers(tables: Tables, words: Words) -> list[NumberGroup]:
    """Return the figures for the top of the page."""
    return [NumberGroup(kind_title(tables, row, words), _of_kind(tables, row, words)) for row in _main_kinds(tables)]


def contacts(tables: Tables, words: Words) -> str:
    """What the people and calls of all kinds of place are called together."""
    head = tables.headline
    kinds = {head.name[row] for row in _came(tables, "kind") if head.serves[row] != "cards"}
    if kinds <= {_HOTLINES}:
        return words("numbers.calls")
    return words("numbers.contacts") if kinds & {_HOTLINES, _ONLINE} else words("numbers.came")


def _of_kind(tables: Tables, row: int, words: Words) -> tuple[Number, ...]:
    head, calls = tables.headline, tables.headline.serves[row] == "calls"
    came, served = words.count(float(head.arrivals[row])), words.count(float(head.served[row]))
    figures = [_calls(tables, row, words) if calls else Number(
        words("numbers.came"), came, words("numbers.came_more", n=served)
    )]  # fmt: skip
    if np.isfinite(head.wait_mean_ms[row]):
        mean = _between(float(head.wait_mean_low_ms[row]), float(head.wait_mean_high_ms[row]), words)
        ninety = _between(float(head.wait_p90_low_ms[row]), float(head.wait_p90_high_ms[row]), words)
        keys = ("numbers.wait_mean_calls", "numbers.wait_p90_calls") if calls else _WAITS_OF_PEOPLE
        figures += [
            Number(words(keys[0]), words.duration(float(head.wait_mean_ms[row])), mean),
            Number(words(keys[1]), words.duration(float(head.wait_p90_ms[row])), ninety),
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


def _calls(tables: Tables, row: int, words: Words) -> Number:
    """Calls, with who answered them."""
    head = tables.headline
    agents, menu = words.count(float(head.served[row])), words.count(float(head.self_service[row]))
    more = words("numbers.calls_both", agents=agents, menu=menu) if head.self_service[row] > 0 else ""
    calls = words.count(float(head.arrivals[row]))
    return Number(words("numbers.calls"), calls, more or words("numbers.calls_more", n=agents))


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


def places(tables: Tables, words: Words) -> list[PlaceTable]:
    """Return the table of places people come to or call, and that of places where cards wait to be made."""
    waits = ("numbers.wait_mean", "numbers.wait_p90", "numbers.longest")
    both = {
        "people": (contacts(tables, words), (*waits, "numbers.left", "numbers.busy")),
        "cards": (words("numbers.cards"), (*waits, "numbers.busy")),
    }
    found = []
    for what, (first, keys) in both.items():
        rows = _place_rows(tables, words, cards=what == "cards")
        if rows:
            columns = (first, *(words(key) for key in keys))
            title, caption = (words(key) for key in _TITLES[what])
            found.append(PlaceTable(title, caption, columns, tuple(rows)))
    return found


def _place_rows(tables: Tables, words: Words, *, cards: bool) -> list[PlaceRow]:
    """A line for each kind of place to which anybody came, and under it its groups if it has several."""
    head, stations = tables.headline, tables.stations
    kind_of_group = dict(zip(stations.group, stations.kind, strict=True))
    groups = [row for row in _came(tables, "group") if (head.serves[row] == "cards") is cards]
    kinds = [row for row in _came(tables, "kind") if (head.serves[row] == "cards") is cards]
    names = {head.name[row] for row in kinds}
    rows: list[PlaceRow] = []
    for kind in kinds:
        mine = [row for row in groups if kind_of_group.get(head.name[row]) == head.name[kind]]
        rows.append(_place(tables, kind, words, part=False))
        if len(mine) > 1:
            rows += [_place(tables, row, words, part=True) for row in _longest(tables, mine)]
    annexes = [row for row in groups if kind_of_group.get(head.name[row]) not in names]
    return rows + [_place(tables, row, words, part=False) for row in _longest(tables, annexes)]


def _longest(tables: Tables, rows: list[int]) -> list[int]:
    """Those with the longest average waits, longest first."""
    waits = tables.headline.wait_mean_ms
    return sorted(rows, key=lambda row: -_zero(float(waits[row])))[:MOST_GROUPS]


def _came(tables: Tables, level: str) -> list[int]:
    head = tables.headline
    return [row for row, found in enumerate(head.level) if found == level and float(head.arrivals[row]) > 0]


def _place(tables: Tables, row: int, words: Words, *, part: bool) -> PlaceRow:
    head = tables.headline
    left = () if head.serves[row] == "cards" else (words.share(_left(tables, row)[0]),)
    cells = (
        words.count(float(head.arrivals[row])),
        _duration(head.wait_mean_ms[row], words),
        _duration(head.wait_p90_ms[row], words),
        _duration(head.wait_max_ms[row], words),
        *left,
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
    several = tables.replications > 1
    told = words(
        key,
        count=words.count(float(table.still[row]) / tables.replications),
        longest=words.duration(float(table.still_longest_ms[row])),
        average=words("expectations.still_average", n=tables.replications) if several else "",
    )
    if not table.with_them[row]:
        return told
    return told + words("expectations.with_them", value=value(table.with_them[row], words))


def _verdict(table: Expectations, row: int) -> str:
    if not table.judged[row]:
        return "not_judged"
    return "met" if table.ok[row] else "missed"
