"""Checks a tree against the models and goes on after mistakes, so that later checks find the rest of them.

A wrong value is taken out (or, where the model needs one, replaced by the key's example) and the tree is read again;
the places where that happened are remembered, so that nobody complains about a stand-in.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.scenario.schema import Scenario
from sim.scenario.schema_base import Shape
from sim.scenario.sizes import MAX_PROBLEMS
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import WrongValueError, nearest, show, suggestion

_ROUNDS = 12
_TYPES = {
    "bool_type": ("is not true or false", "true, false"),
    "tuple_type": ("is not an array", "an array"),
    "dict_type": ("is not a table", "a table"),
    "model_type": ("is not a table", "a table"),
    "model_attributes_type": ("is not a table", "a table"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake at a key path."""

    path: KeyPath
    why: str
    allowed: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The model (with stand-ins where `broken`), and the mistakes."""

    scenario: Scenario | None
    findings: tuple[Finding, ...]
    broken: frozenset[KeyPath]


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside a type expression such as `Annotated[Model, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Annotated, Union, types.UnionType):
        for inner in get_args(annotation):
            model = model_of(inner)
            if model is not None:
                return model
    return None


@cache
def _keys_of(model: type[BaseModel]) -> frozenset[str]:
    """Every key of a model and of the models in it."""
    found, models, waiting = set[str](), {model}, [model]
    while waiting:
        for name, info in waiting.pop().model_fields.items():
            found.add(field_key(name, info))
            for inner in _models_in(info.annotation):
                if inner not in models:
                    models.add(inner)
                    waiting.append(inner)
    return frozenset(found)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def field_key(name: str, info: FieldInfo) -> str:
    """Name of a field in the file."""
    return info.alias or name


def _field(model: type[BaseModel], key: object) -> FieldInfo | None:
    for name, info in model.model_fields.items():
        if field_key(name, info) == key:
            return info
    return None


def walk(loc: KeyPath) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that holds the last key of a location, and that key's field (None for entries of name tables)."""
    model: type[BaseModel] | None = Scenario
    holder, info, annotation = model, None, None
    for part in loc:
        if model is not None:
            holder, info = model, _field(model, part)
            annotation = info.annotation if info else None
        else:
            inner = [arg for arg in get_args(bare(annotation)) if arg is not Ellipsis]
            annotation, info, holder = (inner[-1] if inner else None), None, None
        model = model_of(annotation)
    return holder, info


def bare(annotation: Any) -> Any:
    """The type expression without `Annotated` and `| None`."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        annotation = get_args(annotation)[0]
    return annotation


def real_path(tree: Mapping[str, Any], loc: KeyPath) -> tuple[KeyPath, int]:
    """Location in the file of a location in the models, and how many of its parts were used.

    A value written short (counters = 3) has no parts in the file although it has in the model.
    """
    node: Any = tree
    path: KeyPath = ()
    used = 0
    for index, part in enumerate(loc):
        if isinstance(node, dict) and part not in ("[key]", ""):
            if part not in node:
                return (*path, *loc[index:]), len(loc)
            path, used, node = (*path, part), index + 1, node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            path, used, node = (*path, part), index + 1, node[part]
    return path, used


def _findings(error: ErrorDetails, path: KeyPath, loc: KeyPath) -> list[Finding]:
    kind, context = error["type"], error.get("ctx", {})
    wrong = context.get("error")
    if isinstance(wrong, WrongValueError):
        return [Finding((*path, *part.path), part.why, part.allowed) for part in wrong.parts]
    if kind == "extra_forbidden":
        holder, _ = walk(loc)
        fields = holder.model_fields.items() if holder else ()
        key, known = str(loc[-1]), [field_key(name, info) for name, info in fields]
        why, allowed = suggestion("key", key, known)
        like = nearest(key, known)
        if like is not None and key not in like and key in _keys_of(Scenario):  # no slip of the pen
            why = f"unknown key {show(key)}, which other tables have"
        return [Finding(path, why, allowed)]
    if kind == "missing":
        _, info = walk(loc)
        return [Finding(path, "is missing", expected(info))]
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        value = error["input"]
        why, _ = suggestion("value", value if isinstance(value, str) else show(value), known)
        return [Finding(path, why, ", ".join(f'"{word}"' for word in known))]
    if kind in _TYPES:
        why, allowed = _TYPES[kind]
        return [Finding(path, f"{show(error['input'])} {why}", allowed)]
    return [Finding(path, error["msg"])]


def shape_of(info: FieldInfo) -> Shape | None:
    """The shape among a field's metadata or in its type expression."""
    pending: list[Any] = [*info.metadata, info.annotation]
    while pending:
        item = pending.pop(0)
        if isinstance(item, Shape):
            return item
        if get_origin(item) in (Annotated, Union, types.UnionType):
            pending += get_args(item)
    return None


def expected(info: FieldInfo | None) -> str | None:
    """What a missing key should be: its description and the form of its value."""
    if info is None:
        return None
    shape = shape_of(info)
    return f"{info.description} ({shape.text})" if shape else info.description


def _repair(tree: dict[str, Any], path: KeyPath, loc: KeyPath, kind: str) -> KeyPath:
    """Take the wrong value out, or put the example in where one is needed; say where."""
    _, info = walk(tuple(part for part in loc if part not in ("[key]", "")))
    if path and isinstance(path[-1], int) and kind != "missing":
        return _repair_list(tree, path, loc)
    holder: Any = tree
    for part in path[:-1]:
        if isinstance(holder, dict) and part not in holder:
            return path
        holder = holder[part]
    if not isinstance(holder, dict):
        return path
    if info is not None and info.is_required() and kind != "extra_forbidden":
        holder[str(path[-1])] = (info.examples or [None])[0]
    else:
        holder.pop(str(path[-1]), None)
    return path


def _repair_list(tree: dict[str, Any], path: KeyPath, loc: KeyPath) -> KeyPath:
    """A wrong item spoils its whole array: taking one out would renumber the others."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
        loc = loc[: loc.index(path[-1]) + 1] if path and path[-1] in loc else loc
    return _repair(tree, path, loc, "array")


def _first(details: list[ErrorDetails], tree: dict[str, Any]) -> Iterator[Finding]:
    for detail in details[:MAX_PROBLEMS]:
        path, _ = real_path(tree, detail["loc"])
        yield from _findings(detail, path, detail["loc"])


def more(many: int | None = None) -> Finding:
    """Mistakes that are not listed, or not even counted."""
    return Finding((), "and more mistakes" if many is None else f"and {many:,} more mistakes")


def validate(tree: dict[str, Any], context: Mapping[str, Any]) -> Checked:
    """Read the tree (which is changed by repairs) and find every mistake the models know of."""
    findings: dict[Finding, None] = {}
    broken: set[KeyPath] = set()
    for _ in range(_ROUNDS):
        try:
            scenario = Scenario.model_validate(tree, context=dict(context))
        except ValidationError as error:
            details = error.errors(include_url=False)
            if len(details) > MAX_PROBLEMS:  # no use in finding the rest: this is no slip of the pen
                return Checked(None, (*_first(details, tree), more(len(details) - MAX_PROBLEMS)), frozenset(broken))
            repairs = []
            for detail in details:
                path, used = real_path(tree, detail["loc"])
                if not any(path[: len(done)] == done for done in broken):
                    findings.update(dict.fromkeys(_findings(detail, path, detail["loc"])))
                repairs.append((path, detail["loc"][:used], detail["type"]))
            for path, loc, kind in repairs:
                broken.add(_repair(tree, path, loc, kind))
        else:
            return Checked(scenario, tuple(findings), frozenset(broken))
    return Checked(None, tuple(findings), frozenset(broken))
