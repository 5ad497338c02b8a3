"""Every input that drives an answer, and no other: numbers of the scenario, defaults of procedures, CSV files.

An input that nothing refers to (opening hours nobody keeps, a procedure nobody begins) is left out: to change it would
change nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario
from sim.scenario.schema_places import PLACES, Counters
from sim.scenario.schema_procedures import value_text
from sim.scenario.toml_lines import KeyPath
from sim.scenario.tree import dotted, is_marked, is_single
from sim.scenario.values import Provenance

VISITS = "visits"
"""Profile that shapes when people come for their later steps."""
_WORDS = frozenset({"title", "title_zh", "district", "name", "sex", "birth"})
_LINKS = frozenset({"enters", "procedure", "cohort", "bank", "profile"})
"""Keys that name another table, whose numbers are listed there; so does `hours` where it is a name."""
_NO_INPUTS = frozenset(
    {"title", "title_zh", "description", "description_zh", "include", "run", "region", "story", "expect"}
)
_LONGEST = 300
_READING = frozenset({"from", "until", "count", "time", "service", "patience", "priority", "servers", "skills"})
"""Columns of a CSV file; `only` and `zone` decide who comes and when, and are inputs."""

FileKind = Literal["arrivals", "random", "even", "means", "daily", "roster"]


@dataclass(frozen=True, slots=True)
class FileUse:
    """What a run takes from a CSV file: how many rows, how many people, and what of it is chance."""

    kind: FileKind
    rows: int
    people: float = 0.0


def inputs_of(loaded: Loaded, procedures: Container[str]) -> tuple[Provenance, ...]:
    """All inputs in use: those with a mark in the order of the files, then those without.  `procedures`: in use."""
    used = _Used(loaded.scenario, procedures)
    marked = [row for row in loaded.provenance if used.is_used(tuple(row.key.split(".")))]
    tables = {key.rpartition(".")[0] for key in loaded.read}
    below = {row.key: row for row in marked}
    files = [_of_file(key, name, below) for key, name in loaded.read.items() if used.is_used(tuple(key.split(".")))]
    bare = [
        Provenance(dotted(path), _short(value_text(value)), "", "")
        for path, value in _leaves(loaded.merged, ())
        if used.is_used(path) and dotted(path) not in loaded.read and not _names_columns(path, tables)
    ]
    return (*marked, *files, *bare)


def file_uses(loaded: Loaded) -> dict[str, FileUse]:
    """What is taken from each CSV file, by the key that names it."""
    uses: dict[str, FileUse] = {}
    for name, demand in loaded.scenario.demand.items():
        if name in loaded.arrivals:
            many = len(loaded.arrivals[name].times_ms)
            uses[dotted(("demand", name, "file", "arrivals"))] = FileUse("arrivals", many, many)
        elif demand.file is not None and name in loaded.counts:
            counts = loaded.counts[name]
            kind: FileKind = "means" if demand.file.counts_are == "means" else demand.file.placed
            use = FileUse(kind, len(counts.count), float(counts.count.sum()))
            uses[dotted(("demand", name, "file", "counts"))] = use
    for key in loaded.read:
        staff = loaded.staff.get(key.rpartition(".")[0].rpartition(".")[0])
        if staff is not None:
            uses[key] = FileUse("daily" if staff.daily else "roster", len(staff.times_ms))
    return uses


def _of_file(key: str, name: str, marked: Mapping[str, Provenance]) -> Provenance:
    """A CSV file, with the mark of the table that names it, if that has one."""
    parts = key.split(".")
    above = next((marked[at] for end in range(len(parts), 0, -1) if (at := ".".join(parts[:end])) in marked), None)
    row = Provenance(key, value_text(name), "", "")
    return row if above is None else replace(row, mark=above.mark, source=above.source, note=above.note)


def _names_columns(path: KeyPath, tables: Container[str]) -> bool:
    """Whether a key only says how a CSV file is to be read, which belongs to the file's own row."""
    return any(dotted(path[:end]) in tables and path[end] in _READING for end in range(len(path)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _leaves(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Values without a mark of their own or of a table around them; a distribution or a list of numbers is one."""
    if isinstance(node, dict):
        if is_marked(node):
            return
        if not is_single(node):
            for key, item in node.items():
                named = key == "hours" and isinstance(item, str) and ":" not in item
                if not named and key not in (_NO_INPUTS if not path else _WORDS | _LINKS if len(path) > 1 else ()):
                    yield from _leaves(item, (*path, key))
            return
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for index, item in enumerate(node):
            yield from _leaves(item, (*path, index))
        return
    yield path, node


class _Used:
    """What something in the scenario refers to."""

    def __init__(self, scenario: Scenario, procedures: Container[str]) -> None:
        places = [table for kind in PLACES for table in scenario.places(kind).values()]
        groups = [group for table in places for group in _groups(table)]
        stories = {action.person for story in scenario.story for action in story.actions}
        people = [scenario.people[name] for name in stories if name in scenario.people]
        self._of: dict[str, Container[str]] = {
            "procedures": procedures,
            "hours": {
                *(table.hours for table in places),
                *(demand.hours for demand in scenario.demand.values()),
                *(group.hours for group in groups if isinstance(group.hours, str)),
            },
            "profiles": {VISITS, *(demand.profile for demand in scenario.demand.values())},
            "cohorts": {
                *(name for demand in scenario.demand.values() for name in demand.cohort),
                *(one.cohort for one in people),
            },
            "people": stories,
        }

    def is_used(self, path: KeyPath) -> bool:
        """Whether what stands at a key drives anything."""
        return len(path) < 2 or str(path[0]) not in self._of or str(path[1]) in self._of[str(path[0])]


def _groups(table: Any) -> Iterator[Any]:
    for key in ("counters", "agents", "machines"):
        counters = getattr(table, key, None)
        if isinstance(counters, Counters):
            yield from counters.groups
