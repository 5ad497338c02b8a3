"""What two alternatives are called: by their titles, or by what differs between them, as people say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.drawing.labels import where
from reports.terms import as_it_is

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.words import Words
    from sim.metrics.tables import Tables
    from sim.replications.studies import Comparison, Side

_PARTS_WITH_PLACE = 3


def keys_set(sides: tuple[Side, Side], words: Words) -> tuple[str, str]:
    """Short names for programs: the files' if they differ, else what is set."""
    a, b = (side.path.stem for side in sides)
    if a != b:
        return a, b
    names = [", ".join(texts) if texts else as_it_is(a, words) for texts in _only(sides)]
    return names[0], names[1]


def labels(sides: tuple[Side, Side], comparison: Comparison, words: Words) -> tuple[str, str]:
    """Names for people: titles of two scenarios, "7 counters" and "8 counters" of one; else those for programs.

    Of several places the one that is meant is named.
    """
    both = comparison.a, comparison.b
    if sides[0].path != sides[1].path:
        names = [words.name(one.loaded.scenario.title, one.loaded.scenario.title_zh) for one in both]
    else:
        keys = list(dict.fromkeys(text.partition("=")[0].strip() for texts in _only(sides) for text in texts))
        alone = len(set(comparison.a.tables.stations.group)) == 1
        names = [
            words("unit.list").join(
                _value(key, _at(one.loaded.merged, key), comparison.a.tables, words, alone=alone) for key in keys
            )
            for one in both
        ]
    known = all(names) and names[0] != names[1]
    return (names[0], names[1]) if known else keys_set(sides, words)


def _only(sides: tuple[Side, Side]) -> list[list[str]]:
    """What is set for one of them alone."""
    return [[text for text in side.overrides if text not in other.overrides] for side, other in (sides, sides[::-1])]


def _at(tree: Mapping[str, object], key: str) -> object:
    """The value at a dotted key, without its provenance; None if the scenario does not say."""
    value: object = tree
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _value(key: str, value: object, tables: Tables, words: Words, *, alone: bool) -> str:
    """A value in words: "8 counters", with the place where there are several; empty if the scenario does not say."""
    if value is None:
        return ""
    parts = key.split(".")
    noun = f"sides.{parts[-1]}"
    if isinstance(value, int) and words.known(f"{noun}.many", ""):
        text = words.plural(noun, value)
    elif isinstance(value, dict) and "file" in value:
        text = words("sides.roster", file=value["file"])
    elif isinstance(value, dict | list):
        return ""
    else:
        text = words("sides.other", what=parts[-1].replace("_", " "), value=value)
    if alone or len(parts) < _PARTS_WITH_PLACE:
        return text
    return words("sides.at", place=where(tables, words, parts[1]), text=text)
