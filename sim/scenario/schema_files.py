"""What a scenario says about any CSV file it names: which columns and rows of it count, and what its offsets are worth.

So an export is read as it is: {counts = "x.csv", from = "DateTime", every = "5 min", count = "Calls"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator

from sim.scenario.csv_text import Layout
from sim.scenario.csv_times import Local, offset_min
from sim.scenario.schema_base import Section, Shape, Text
from sim.scenario.units import WrongValueError, show

IGNORE = "ignore"
_ZONE = re.compile(r"[+-][0-9]{2}:[0-9]{2}")
_ZONE_TEXT = '"ignore", or hours and minutes east of Greenwich such as "+08:00"'
_NAMES_TEXT = 'name of a column, or names of two such as ["Date", "Time"]'

ZONE_JSON: dict[str, Any] = {"type": "string", "pattern": r"^(ignore|[+-][0-9]{2}:[0-9]{2})$"}
ONLY_JSON: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
COLUMN_NAMES_JSON: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}


def _zone(value: object) -> str:
    if value == IGNORE:
        return IGNORE
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        raise WrongValueError(f"{show(value)} is not a time zone", _ZONE_TEXT)
    return value


def _column_names(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    names = tuple(name.strip() for name in given if isinstance(name, str) and name.strip())
    if not names or len(names) < len(given):
        raise WrongValueError(f"{show(value)} names no column", _NAMES_TEXT)
    return names


def _shape_only(value: object) -> object:
    """Cells are texts, also where they look like numbers."""
    if not isinstance(value, dict):
        return value
    return {key: str(cell) if type(cell) is int else cell for key, cell in value.items()}


ZONE_SHAPE = Shape("time zone", ZONE_JSON, _ZONE_TEXT, provenance=False)
COLUMN_NAMES_SHAPE = Shape("columns", COLUMN_NAMES_JSON, _NAMES_TEXT, provenance=False)
ONLY_SHAPE = Shape("cells", ONLY_JSON, "a table column = cell", provenance=False)
Zone = Annotated[str, PlainValidator(_zone), ZONE_SHAPE]
ColumnNames = Annotated[tuple[str, ...], PlainValidator(_column_names), COLUMN_NAMES_SHAPE]
Only = Annotated[dict[str, Text], BeforeValidator(_shape_only), ONLY_SHAPE]


class CsvFile(Section):
    """How to read a CSV file.  A model that names one adds its own columns, each by the name of what it is for."""

    only: Only = Field(
        default={}, description="rows of the file that count: those with these cells", examples=[{"Hall": "3"}]
    )
    zone: Zone | None = Field(
        default=None,
        description="what offsets in the file's times (Z, +08:00) are worth: ignore, or the time zone of the scenario, "
        "to which they are converted (default: they are refused)",
    )

    def layout(self, roles: Iterable[str]) -> Layout:
        """The file's own names of its columns, for these roles."""
        given = {role: getattr(self, "from_" if role == "from" else role) for role in roles}
        return Layout({role: names for role, names in given.items() if names}, self.only)

    def local(self, start: date) -> Local:
        """What its times are reckoned by."""
        if self.zone is None or self.zone == IGNORE:
            return Local(start, ignore=self.zone == IGNORE)
        return Local(start, offset_min(self.zone))
