"""The JSON schema and the reference: never stale, Draft 4 only, and in agreement with the models."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sim.procedures.catalogue import catalogue as real_catalogue
from sim.scenario import docs
from sim.scenario.schema_json import DRAFT, json_schema

DRAFT_4 = {
    "$schema",
    "$ref",
    "title",
    "description",
    "default",
    "type",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "items",
    "minItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "pattern",
    "anyOf",
    "allOf",
    "definitions",
}


def keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every keyword of a schema and of the schemas inside, with its value."""
    for key, value in schema.items():
        yield key, value
        if key in ("properties", "definitions"):
            for inner in value.values():
                yield from keywords(inner)
        elif key in ("anyOf", "allOf"):
            for inner in value:
                yield from keywords(inner)
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            yield from keywords(value)


def fits(value: Any, schema: dict[str, Any], top: dict[str, Any]) -> bool:
    """Whether a value fits a schema, as far as Draft 4 is used here."""
    if "$ref" in schema:
        return fits(value, top["definitions"][schema["$ref"].rsplit("/", 1)[1]], top)
    kinds = {
        "object": dict,
        "array": list,
        "string": str | date | datetime,
        "integer": int,
        "number": int | float,
        "boolean": bool,
    }
    if "type" in schema:
        right = isinstance(value, kinds[schema["type"]])
        if not right or (isinstance(value, bool) and schema["type"] != "boolean"):
            return False
    tests = [
        "enum" not in schema or value in schema["enum"],
        "pattern" not in schema or re.search(schema["pattern"], str(value)) is not None,
        "minimum" not in schema
        or value > schema["minimum"]
        or (value == schema["minimum"] and not schema.get("exclusiveMinimum", False)),
        "maximum" not in schema or value <= schema["maximum"],
        "minItems" not in schema or len(value) >= schema["minItems"],
        all(fits(value, inner, top) for inner in schema.get("allOf", ())),
        not schema.get("anyOf") or any(fits(value, inner, top) for inner in schema["anyOf"]),
        all(key in value for key in schema.get("required", ())),
    ]
    return all(tests) and _children_fit(value, schema, top)


def _children_fit(value: Any, schema: dict[str, Any], top: dict[str, Any]) -> bool:
    if isinstance(value, list):
        return all(fits(item, schema.get("items", {}), top) for item in value)
    if not isinstance(value, dict):
        return True
    extra = schema.get("additionalProperties", True)
    for key, item in value.items():
        if key in schema.get("properties", {}):
            if not fits(item, schema["properties"][key], top):
                return False
        elif extra is False or (isinstance(extra, dict) and not fits(item, extra, top)):
            return False
    return True


def test_the_generated_documentation_is_up_to_date() -> None:
    """Else: python -m sim.scenario.docs --write."""
    assert docs.stale(real_catalogue()) == []


def test_stale_documentation_is_noticed(tmp_path: Path, catalogue: Any) -> None:
    """A changed table or a missing schema; the introduction stays when written anew."""
    (tmp_path / docs.REFERENCE).write_text("# By hand\n\nkept\n")
    assert docs.stale(catalogue, tmp_path) == [docs.REFERENCE, docs.SCHEMA]
    docs.write(catalogue, tmp_path)
    assert docs.stale(catalogue, tmp_path) == []
    text = (tmp_path / docs.REFERENCE).read_text()
    assert text.startswith("# By hand\n\nkept\n\n<!-- generated")
    assert '| `procedures.apply.accept` | time | `"5 min"` | P | hall 2019 | time at the counter |' in text
    (tmp_path / docs.REFERENCE).write_text(text.replace("| `seed` |", "| `sead` |"))
    assert docs.stale(catalogue, tmp_path) == [docs.REFERENCE]


def test_the_schema_uses_draft_4_only() -> None:
    """No keyword of a later draft, no numbers as exclusive limits, every reference has its definition."""
    schema = json_schema(real_catalogue())
    assert schema["$schema"] == DRAFT == "http://json-schema.org/draft-04/schema#"
    found = list(keywords(schema))
    assert {key for key, _ in found} <= DRAFT_4
    assert all(isinstance(value, bool) for key, value in found if key == "exclusiveMinimum")
    assert all(value for key, value in found if key in ("required", "enum", "anyOf", "allOf"))
    references = {value for key, value in found if key == "$ref"}
    assert references == {f"#/definitions/{name}" for name in schema["definitions"]}


def test_every_key_is_described_with_its_unit_and_an_example() -> None:
    """What an editor shows."""
    schema = json_schema(real_catalogue())
    tables = [table for name, table in schema["definitions"].items() if name[0].isupper() and "properties" in table]
    assert len(tables) > 25
    assert all("description" in key for table in tables for key in table["properties"].values() if "enum" not in key)
    duration = schema["definitions"]["RunTable"]["properties"]["duration"]
    assert duration["description"] == (
        'how long. A number and a unit ms, s, min, h, d or week, such as "90 s", "1.5 h" or "1 h 30 min"; more than 0. '
        'Example: "5 d".'
    )


def test_scenarios_the_program_accepts_fit_the_schema(catalogue: Any) -> None:
    """The city of the loading tests, and the example of the reference."""
    city = (Path(__file__).parent / "city.toml").read_text(encoding="utf-8")
    schema = json_schema(catalogue)
    example = re.search(r"```toml\n(.*?)```", (docs.FOLDER / docs.REFERENCE).read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    assert fits(tomllib.loads(example[1]), schema, schema)
    assert fits(tomllib.loads(city), schema, schema)


@pytest.mark.parametrize("name", ["twelve", "wrong_types", "negative_durations", "missing", "marks"])
def test_wrong_scenarios_do_not_fit_the_schema(name: str, catalogue: Any) -> None:
    """An editor underlines what the program would refuse, as far as a schema can say it."""
    schema = json_schema(catalogue)
    text = (Path(__file__).parent / "mistakes" / f"{name}.toml").read_text(encoding="utf-8")
    assert not fits(tomllib.loads(text), schema, schema)


def test_the_schema_is_json() -> None:
    """And readable in Chinese."""
    text = docs.schema_text(real_catalogue())
    assert json.loads(text)["title"] == "Cardmill scenario"
    assert "海曙网点" in text
