"""The inputs a report lists: every one that is used, marked or not, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.info import InputRow
from sim.scenario.schema_procedures import value_text
from sim.scenario.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.run import Outcome

_ELSEWHERE = frozenset({"expect", "story", "people", "include", "title", "title_zh", "description", "run", "region"})
"""Parts of a scenario that are no inputs, or stand elsewhere on the page."""
_WORDS = frozenset({"title", "title_zh", "description", "note", "source", "mark", "district"})
_BY_NAME = {"hours": "hours", "profiles": "profile"}
"""Tables that count where a key of the other name says so."""
_ALWAYS_USED = {("profiles", "visits")}
_LONGEST = 120


def inputs_of(outcome: Outcome) -> tuple[InputRow, ...]:
    """Every number, table and file the run was made of, and the defaults of the procedures in use."""
    loaded = outcome.loaded
    marked = {row.key: InputRow(row.key, row.value, row.mark, row.source, row.note) for row in loaded.provenance}
    leaves = list(_leaves(dict(loaded.merged), (), frozenset(marked)))
    for key, value in leaves:
        marked.setdefault(key, InputRow(key, _shown(value)))
    named = {(key.rpartition(".")[2], name) for key, value in leaves for name in _names(value)}
    procedures = set(outcome.compiled.program.procedures)
    return tuple(row for key, row in marked.items() if _used(key.split("."), named, procedures))


def _used(parts: list[str], named: set[tuple[str, str]], procedures: set[str]) -> bool:
    """Whether a key can matter: not that of a procedure nobody begins, or of hours nobody keeps."""
    if parts[0] == "procedures":
        return parts[1] in procedures
    if parts[0] in _BY_NAME and len(parts) > 1 and tuple(parts[:2]) not in _ALWAYS_USED:
        return (_BY_NAME[parts[0]], parts[1]) in named
    return True


def _leaves(node: object, path: tuple[str, ...], marked: frozenset[str]) -> Iterator[tuple[str, object]]:
    """Dotted key and value of everything the scenario says; a distribution or a file is one value."""
    key = dotted(path)
    whole = key in marked or not isinstance(node, dict) or "dist" in node or _names_files(node)
    if whole:
        yield key, node["value"] if isinstance(node, dict) and "value" in node else node
        return
    for name, item in node.items() if isinstance(node, dict) else ():
        if name in (_ELSEWHERE if not path else _WORDS):
            continue
        yield from _leaves(item, (*path, name), marked)


def _names_files(node: object) -> bool:
    """Whether a table says where numbers are read from."""
    return isinstance(node, dict) and any(isinstance(v, str) and v.endswith(".csv") for v in node.values())


def _names(value: object) -> list[str]:
    """The names a value may refer to."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _shown(value: object) -> str:
    """A value as a line."""
    text = value_text(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
