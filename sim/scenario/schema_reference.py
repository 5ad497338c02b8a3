"""Rows of the reference of keys, read from the models."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario import schema, schema_chip, schema_people, schema_places, schema_story
from sim.scenario.schema_json import default_text, summary
from sim.scenario.schema_places import PlaceTable
from sim.scenario.schema_procedures import value_text
from sim.scenario.schema_validate import bare, field_key, model_of, shape_of

_PLACES = [
    "outlets",
    "banks",
    "hospitals",
    "pharmacies",
    "agencies",
    "bureaus",
    "tax_offices",
    "online",
    "hotlines",
    "factories",
    "stations",
]

TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", schema.Scenario),
    ("[run]", schema.RunTable),
    ("[calendar]", schema.CalendarTable),
    ("[region]", schema.RegionTable),
    ("[region.rules]", schema.RulesTable),
    ("[hours.X]", schema_people.HoursTable),
    ("[profiles.X]", schema_people.ProfileTable),
    ("[cohorts.X]", schema_people.CohortTable),
    *((f"[{kind}.X]", schema_places.PLACES[kind]) for kind in schema_places.PLACES),
    ("counters = [{...}], agents, machines", schema_places.CounterGroup),
    ("counters = {file = ...}, agents, machines", schema_places.Counters),
    ("balk = {...}", schema_places.Balk),
    ("returns = {...}", schema_places.Returns),
    ("instant = {...}", schema_places.Instant),
    ("chip_time = {...}", schema_chip.ChipTime),
    ("callback = {...}", schema_places.Callback),
    ("batch = {...}", schema_places.Batch),
    ("[demand.X]", schema_people.DemandTable),
    ("sine = {...}", schema_people.Sine),
    ("file = {...}", schema_people.DemandFile),
    ("[people.X]", schema_people.PersonTable),
    ("[[story]]", schema_story.StoryTable),
    ("actions = [{...}]", schema_story.ActionTable),
    ("[[expect]]", schema_story.ExpectTable),
)
"""Tables of the file in the order of the reference."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of a table, in words."""

    key: str
    form: str
    default: str
    absent: str  # said instead of a default
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A table of the file."""

    about: str
    keys: tuple[KeyRow, ...]


def _form(info: FieldInfo) -> str:
    shape = shape_of(info)
    return shape.text if shape else form_of(info.annotation)


def form_of(annotation: Any) -> str:
    """A type expression in words."""
    model = model_of(annotation)
    if model is not None:
        return "a table"
    plain = bare(annotation)
    arguments = [item for item in get_args(plain) if item is not Ellipsis]
    if get_origin(plain) is Literal:
        return ", ".join(value_text(word) for word in arguments)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return ", ".join(value_text(item.value) for item in plain)
    if get_origin(plain) is dict:
        return "a table by name"
    if get_origin(plain) is tuple:
        inner = arguments[0]
        words = next((item.text for item in getattr(inner, "__metadata__", ()) if hasattr(item, "text")), None)
        return f"an array: {words or form_of(inner)}"
    return "true or false" if plain is bool else ""


def _row(name: str, info: FieldInfo) -> KeyRow:
    example = value_text(info.examples[0]) if info.examples else ""
    absent = "required" if info.is_required() else ""
    return KeyRow(field_key(name, info), _form(info), default_text(info) or "", absent, info.description or "", example)


def common_rows() -> tuple[KeyRow, ...]:
    """Keys every place has."""
    return tuple(_row(name, info) for name, info in PlaceTable.model_fields.items())


def rows(model: type[BaseModel]) -> SectionRows:
    """Keys of a table; of a place only its own ones."""
    common = set(PlaceTable.model_fields) if issubclass(model, PlaceTable) else set()
    keys = tuple(_row(name, info) for name, info in model.model_fields.items() if name not in common)
    about = "Only the keys of every place." if model is PlaceTable else summary(model)
    return SectionRows(about, keys)
