"""The JSON schema of scenario files, made from the models; Draft 4, the draft TOML editors (Taplo) understand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.procedures.model import Kind, Parameter, Procedure
from sim.scenario import schema_base
from sim.scenario.schema import PROCEDURES_SHAPE, Scenario
from sim.scenario.schema_base import PROVENANCE_JSON, Shape
from sim.scenario.schema_procedures import value_text
from sim.scenario.schema_validate import bare, field_key, model_of, shape_of
from sim.scenario.units import clock_text, duration_text, money_text
from sim.scenario.values import Dist

DRAFT = "http://json-schema.org/draft-04/schema#"

PARAMETER_SHAPES: Mapping[Kind, Shape] = {
    Kind.TIME: schema_base.TIME_DIST_SHAPE,
    Kind.WAIT: schema_base.WAIT_SHAPE,
    Kind.SHARE: schema_base.SHARE_SHAPE,
    Kind.COUNT: schema_base.COUNT_SHAPE,
    Kind.MONEY: schema_base.MONEY_SHAPE,
    Kind.RATE: schema_base.SHARE_SHAPE,
}


def _choice_shape(procedure: str, row: Parameter) -> Shape:
    """One of the words the parameter allows."""
    return Shape(f"{procedure} {row.name}", {"enum": list(row.options)}, "one of " + ", ".join(row.options))


def summary(model: type[BaseModel]) -> str:
    """First paragraph of a model's docstring."""
    return (model.__doc__ or "").split("\n\n", 1)[0].strip()


def default_text(info: FieldInfo) -> str | None:
    """A field's default as it would be written in the file; None if it has none worth writing."""
    if info.is_required():
        return None
    value, shape = info.default, shape_of(info)
    if isinstance(value, Dist):
        money = shape is not None and shape.name == "money distribution"
        return None if value.kind == "never" else value_text(money_text(0) if money else "0 s")
    if shape is not None and shape.resolved == "ms":
        return None if value is None else value_text(duration_text(value))
    if shape is not None and shape.resolved == "ms since midnight":
        return None if value is None else value_text(clock_text(value))
    if isinstance(value, Enum):
        return value_text(value.value)
    if shape is not None and shape.name.endswith(" state"):
        return None if value is None else value_text(shape.json["enum"][value])
    if isinstance(value, bool | int | float) or (isinstance(value, str) and value):
        return value_text(value)
    return None


@dataclass(slots=True)
class _Writer:
    """Collects definitions while walking the models."""

    definitions: dict[str, Any] = field(default_factory=dict)

    def reference(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A reference to a definition, made when first asked for."""
        key = name.replace(" ", "_")
        if key not in self.definitions:
            self.definitions[key] = {}
            self.definitions[key] = make()
        return {"$ref": f"#/definitions/{key}"}

    def model(self, model: type[BaseModel]) -> dict[str, Any]:
        return self.reference(model.__name__, lambda: self.table(model))

    def table(self, model: type[BaseModel]) -> dict[str, Any]:
        """A table with its keys; marks may stand in any table."""
        properties: dict[str, Any] = dict(PROVENANCE_JSON)
        required = []
        for name, info in model.model_fields.items():
            key = field_key(name, info)
            properties[key] = self.key(info)
            if info.is_required():
                required.append(key)
        result = {
            "type": "object",
            "description": summary(model),
            "properties": properties,
            "additionalProperties": False,
        }
        return result | ({"required": required} if required else {})

    def key(self, info: FieldInfo) -> dict[str, Any]:
        """One key: its form, and in words what it means, its unit and an example."""
        shape = shape_of(info)
        form = self.shape(shape) if shape else self.type(info.annotation)
        text = f"{info.description}."
        if shape is not None:
            text += f" {shape.text[0].upper()}{shape.text[1:]}."
        if info.examples:
            text += f" Example: {value_text(info.examples[0])}."
        default = default_text(info)
        if default is not None:
            text += f" Default: {default}."
        return {"description": text, "allOf": [form]} if "$ref" in form else {"description": text, **form}

    def shape(self, shape: Shape) -> dict[str, Any]:
        """A leaf; with provenance where it takes one."""

        def make() -> dict[str, Any]:
            form: dict[str, Any] = self.expand(shape.json)
            if not shape.provenance:
                return form
            marked = {
                "type": "object",
                "properties": {"value": form, **PROVENANCE_JSON},
                "required": ["value", "mark"],
                "additionalProperties": False,
            }
            return {"anyOf": [form, marked]}

        return self.reference(shape.name, make)

    def expand(self, node: Any) -> Any:
        """Replace models and leaf types inside a shape's schema by references."""
        if isinstance(node, Mapping):
            return {key: self.expand(item) for key, item in node.items()}
        if isinstance(node, list):
            return [self.expand(item) for item in node]
        if isinstance(node, type) or get_origin(node) is not None:
            return self.type(node)
        return node

    def type(self, annotation: Any) -> dict[str, Any]:
        """The schema of a type expression."""
        if get_origin(annotation) is Annotated:
            for item in annotation.__metadata__:
                if isinstance(item, Shape):
                    return self.shape(item)
        model = model_of(annotation)
        if model is not None:
            return self.model(model)
        plain = bare(annotation)
        arguments = [item for item in get_args(plain) if item is not Ellipsis]
        if get_origin(plain) is Literal:
            return {"enum": list(arguments)}
        if get_origin(plain) is dict:
            return {"type": "object", "additionalProperties": self.type(arguments[1])}
        if get_origin(plain) is tuple:
            return {"type": "array", "items": self.type(arguments[0])}
        if isinstance(plain, type) and issubclass(plain, Enum):
            return {"enum": [item.value for item in plain]}
        if plain is bool:
            return {"type": "boolean"}
        return {}

    def procedures(self, catalogue: Mapping[str, Procedure]) -> dict[str, Any]:
        """Tables of parameters, as the procedures declare them."""
        tables: dict[str, Any] = {}
        for name, procedure in catalogue.items():
            keys: dict[str, Any] = dict(PROVENANCE_JSON)
            for row in procedure.parameters:
                text = f"{row.help}. Default: {value_text(row.default)} ({row.mark}: {row.source})."
                shape = PARAMETER_SHAPES.get(row.kind) or _choice_shape(name, row)
                keys[row.name] = {"description": text, "allOf": [self.shape(shape)]}
            tables[name] = {
                "type": "object",
                "description": f"{procedure.title} ({', '.join(procedure.rules)})",
                "properties": keys,
                "additionalProperties": False,
            }
        return {"type": "object", "properties": tables, "additionalProperties": False}


def json_schema(catalogue: Mapping[str, Procedure]) -> dict[str, Any]:
    """The schema of scenario files, with the parameters of the given procedures."""
    writer = _Writer()
    table = writer.table(Scenario)
    table["properties"]["procedures"] = {
        "description": "Parameters of the procedures, where they differ from the defaults.",
        **writer.procedures(catalogue),
    }
    schema = {"$schema": DRAFT, "title": "Cardmill scenario", **table}
    del writer.definitions[PROCEDURES_SHAPE.name]  # said in full above
    schema["definitions"] = dict(sorted(writer.definitions.items()))
    return schema
