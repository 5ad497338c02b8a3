"""What places are called in the pictures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.words import Words
    from sim.metrics.tables import Tables


def station_labels(tables: Tables, words: Words) -> dict[str, str]:
    """Return the label of every station: its title, with its number where several have the same title."""
    stations = tables.stations
    titles = [
        words.name(english, chinese, name)
        for name, english, chinese in zip(stations.station, stations.title, stations.title_zh, strict=True)
    ]
    often = Counter(titles)
    return {
        name: f"{title} {_tail(name)}" if often[title] > 1 else title
        for name, title in zip(stations.station, titles, strict=True)
    }


def _tail(name: str) -> str:
    tail = name.rpartition("-")[2]
    return tail if tail.isdigit() else f"({name})"


def where(tables: Tables, words: Words, name: str) -> str:
    """Return what people call a station, a group of stations or a kind of place named in a scenario."""
    labels = station_labels(tables, words)
    if name in labels:
        return labels[name]
    head = tables.headline
    for level, group, english, chinese in zip(head.level, head.name, head.title, head.title_zh, strict=True):
        if level == "group" and group == name:
            return words.name(english, chinese, name)
    return words.known(f"kind.{name}", name)
