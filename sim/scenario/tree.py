"""The plain tree of a scenario before it is checked: merging, overrides, and the marks of where numbers come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import Problem
from sim.scenario.schema_places import PLACES
from sim.scenario.schema_procedures import value_text
from sim.scenario.sizes import MAX_LEVELS
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import suggestion
from sim.scenario.values import Provenance

MARKS = {"P": "published", "D": "derived from published", "A": "assumption"}
OVERRIDE = "--set"
NAMED = ("hours", "profiles", "cohorts", *PLACES, "demand", "people")
"""Tables whose keys are names the user gives."""

_CONCATENATED = ("story", "expect")
_WHOLE = {"then", "where", "clock", "file"}
_MARK_KEYS = ("mark", "source", "note")
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Location:
    """Where a key was written: the file as shown to the user, and the line if known."""

    file: str
    line: int | None


@dataclass(slots=True)
class Tree:
    """A plain tree and where its keys were written."""

    values: dict[str, Any] = field(default_factory=dict)
    where: dict[KeyPath, Location] = field(default_factory=dict)

    def location(self, path: KeyPath, file: str) -> Location:
        """Where the key, or the nearest table above it, was written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.where:
                return self.where[path[:length]]
        return Location(file, None)

    def problem(self, path: KeyPath, why: str, allowed: str | None, file: str) -> Problem:
        """A problem at a key."""
        place = self.location(path, file)
        return Problem(place.file, dotted(path), place.line, why, allowed)


def dotted(path: KeyPath) -> str:
    """A key path as a user writes it: items of arrays by number, from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quoted = part if part and part.replace("_", "").replace("-", "").isalnum() else f'"{part}"'
            text += f".{quoted}" if text else quoted
    return text


def is_single(value: object) -> bool:
    """Whether a table is one value (a distribution, a wait, a marked number), which replaces and is never merged."""
    return isinstance(value, dict) and bool(value.keys() & {"dist", "next", "workdays", "mark"})


def is_marked(node: Mapping[str, Any]) -> bool:
    """Whether a table, or the value it wraps, has a mark that says where it comes from."""
    return isinstance(node.get("mark"), str) or _is_wrapper(node)


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Deep merge: `own` wins; tables merge key by key, arrays of stories and expectations are appended."""
    result = dict(base)
    for key, value in own.items():
        if key in _CONCATENATED and isinstance(value, list) and isinstance(base.get(key), list):
            result[key] = [*base[key], *value]
        else:
            result[key] = _merged(key, base.get(key), value)
    return result


def _merged(key: str, base: object, own: object) -> object:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    if key in _WHOLE or is_single(base) or is_single(own):
        return own
    return {**base, **{name: _merged(name, base.get(name), value) for name, value in own.items()}}


def merge_trees(base: Tree, own: Tree) -> Tree:
    """Merge two trees and what is known of their lines."""
    shift = {key: len(base.values[key]) for key in _CONCATENATED if isinstance(base.values.get(key), list)}
    where = dict(base.where)
    for path, location in own.where.items():
        where[_shifted(path, shift)] = location
    return Tree(merge(base.values, own.values), where)


def _shifted(path: KeyPath, shift: dict[str, int]) -> KeyPath:
    """Path of an appended array's item."""
    if len(path) > 1 and isinstance(path[1], int) and isinstance(path[0], str) and path[0] in shift:
        return (path[0], path[1] + shift[path[0]], *path[2:])
    return path


def override(tree: Tree, text: str) -> list[Problem]:
    """Carry out one `a.b.c=value` of the command line; the value is TOML, or else a text."""
    key, equals, written = text.partition("=")
    try:
        path = _key_path(key) if equals and key.count(".") < MAX_LEVELS else ()
    except tomllib.TOMLDecodeError:
        path = ()
    if not path:
        return [Problem(OVERRIDE, _short(text), None, "is not an assignment", "key.key=value")]
    why = _unknown_name(tree.values, path)
    if why is not None:
        return [Problem(OVERRIDE, key.strip(), None, *why)]
    return _assign(tree, path, _toml_value(written.strip()))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _key_path(key: str) -> tuple[str, ...]:
    path: list[str] = []
    node: object = tomllib.loads(f"{key} = 0") if "\n" not in key else 0
    while isinstance(node, dict):
        (name, node), *_ = node.items()
        path.append(name)
    return tuple(path)


def _toml_value(written: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {written}")
    except (ValueError, RecursionError):
        return written
    return parsed["value"] if parsed.keys() == {"value"} else written


def _unknown_name(values: dict[str, Any], path: tuple[str, ...]) -> tuple[str, str] | None:
    """An override changes what is there; it cannot bring in a new place or person by a slip of the pen."""
    if len(path) > 1 and path[0] in NAMED:
        names = values.get(path[0], {})
        if isinstance(names, dict) and path[1] not in names:
            return suggestion(f"name in {path[0]}", path[1], names)
    return None


def _assign(tree: Tree, path: tuple[str, ...], value: object) -> list[Problem]:
    node: Any = tree.values
    real: KeyPath = ()
    for index, part in enumerate(path):
        last = index == len(path) - 1
        step: Any = int(part) if isinstance(node, list) and part.isdecimal() else part
        if isinstance(node, list) and (not isinstance(step, int) or step >= len(node)):
            allowed = f"a number from 0 to {len(node) - 1}" if node else "nothing, the array is empty"
            return [Problem(OVERRIDE, ".".join(path), None, f'"{part}" is no item of {dotted(real)}', allowed)]
        if not isinstance(node, list | dict):
            return [Problem(OVERRIDE, ".".join(path), None, f"{dotted(real)} is not a table", "a key of a table")]
        real = (*real, step)
        if last:
            node[step] = value
        else:
            if isinstance(node, dict) and step not in node:
                node[step] = {}
                tree.where[real] = Location(OVERRIDE, None)
            node = node[step]
            if isinstance(node, dict) and _is_wrapper(node) and path[index + 1] not in node:
                node, real = node["value"], (*real, "value")
    tree.where[real] = Location(OVERRIDE, None)
    return []


def _is_wrapper(node: Mapping[str, Any]) -> bool:
    """Whether a table is a value with its provenance: {value = ..., mark = ..., source = ..., note = ...}."""
    rest = node.keys() - {"value"}
    return "value" in node and bool(rest) and all(key in _MARK_KEYS and isinstance(node[key], str) for key in rest)


@dataclass(slots=True)
class Marks:
    """Takes the marks out of a tree and keeps them."""

    provenance: list[Provenance] = field(default_factory=list)
    problems: list[tuple[KeyPath, str, str]] = field(default_factory=list)

    def strip(self, node: Any, path: KeyPath = ()) -> Any:
        """The tree without marks.  An expectation's own `mark` and `source` stay."""
        if isinstance(node, list):
            return [self.strip(item, (*path, index)) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        expectation = len(path) == 2 and path[0] == "expect"
        if expectation or not is_marked(node):
            return {key: self.strip(item, (*path, key)) for key, item in node.items()}
        bare = {key: item for key, item in node.items() if key not in _MARK_KEYS or not isinstance(item, str)}
        value = bare["value"] if bare.keys() == {"value"} else bare
        self._record(node, path, value)
        return self.strip(value, path)

    def _record(self, node: dict[str, Any], path: KeyPath, value: object) -> None:
        mark, source, note = (node[key] if isinstance(node.get(key), str) else "" for key in _MARK_KEYS)
        if mark not in MARKS:
            why = f'unknown mark "{mark}"' if mark else "is missing beside source"
            self.problems.append(((*path, "mark"), why, ", ".join(f"{key} ({MARKS[key]})" for key in MARKS)))
        elif mark != "A" and not source.strip():
            self.problems.append(((*path, "source"), f'is missing for mark = "{mark}"', "where the number comes from"))
        text = value_text(value)
        self.provenance.append(Provenance(dotted(path), _short(text), mark, source, note))


def is_nation(tree: Tree) -> bool:
    """Whether a file names a table of cities: a nation (sim.nation), not a scenario."""
    return "cities" in tree.values


def shown(path: Path) -> str:
    """A path as the user would open it: relative to where he is, if below."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
