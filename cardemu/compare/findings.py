"""What a comparison finds: one row for everything that was compared, and the verdict over all of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from xml.etree import ElementTree as ET

from cardemu.face.description import SIDES
from cardemu.host.visible import json_text

SAME, UNJUDGED = "same", "not judged"
KINDS = (
    SAME, UNJUDGED, "differs", "missing", "extra", "text", "layout", "colour", "picture", "contradiction", "unreadable",
)  # fmt: skip
"""`text`, `layout` and `colour` are the three ways in which a printed field can be wrong; what a picture does not show
well enough is neither right nor wrong, but not judged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing compared.  `medium`: chip, stripe, face or file; `where`: the place, for people."""

    medium: str
    field: str
    expected: str
    found: str
    where: str
    kind: str = SAME

    @property
    def side(self) -> str:
        """Of a face: front or back, where its row says so."""
        word = re.match(r"[a-z]+", self.where) if self.medium == "face" else None
        return word.group() if word and word.group() in SIDES else ""

    @property
    def ok(self) -> bool:
        """Whether it is as it must be."""
        return self.kind == SAME


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything compared.

    `pictures`: images of differences by name; `notes`: what could not be compared, and why; `measures`: what was
    measured of a picture, by name with its unit.
    """

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[Row, ...]:
        """The rows with something wrong."""
        return tuple(row for row in self.rows if row.kind not in {SAME, UNJUDGED})

    @property
    def unjudged(self) -> tuple[Row, ...]:
        """The rows of which nobody can tell."""
        return tuple(row for row in self.rows if row.kind == UNJUDGED)

    @property
    def compared(self) -> tuple[Row, ...]:
        """The rows that were judged."""
        return tuple(row for row in self.rows if row.kind != UNJUDGED)

    @property
    def ok(self) -> bool:
        """Whether something was compared, all of it could be judged, and nothing is wrong."""
        return bool(self.rows) and all(row.ok for row in self.rows)

    @property
    def scope(self) -> dict[str, int]:
        """How many rows were judged, by medium and, of faces, by side: what was not looked at is not in it."""
        return dict(Counter(f"face {row.side}" if row.side else row.medium for row in self.compared))

    def to_json(self) -> str:
        """The verdict as JSON; what is the same is counted."""
        document = {
            "title": self.title,
            "same": self.ok,
            "compared": len(self.compared),
            "scope": self.scope,
            "findings": [asdict(row) for row in self.wrong],
            "not_judged": [asdict(row) for row in self.unjudged],
            "measures": dict(self.measures),
            "notes": list(self.notes),
        }
        return json_text(document, 1)

    def to_junit(self) -> str:
        """JUnit XML: a test case for everything compared, a failure for everything wrong."""
        suite = ET.Element(
            "testsuite",
            name=self.title,
            tests=str(len(self.rows)),
            failures=str(len(self.wrong)),
            errors="0",
            skipped=str(len(self.unjudged)),
        )
        for row in self.rows:
            case = ET.SubElement(suite, "testcase", classname=row.medium, name=_printable(f"{row.where} {row.field}"))
            if row.kind == UNJUDGED:
                ET.SubElement(case, "skipped", message=_printable(f"{UNJUDGED}: {row.found}"))
            elif not row.ok:
                message = _printable(f"expected {row.expected}, found {row.found}")
                failure = ET.SubElement(case, "failure", type=row.kind, message=message)
                failure.text = _printable(f"{row.medium}, {row.where}: {row.field}: {message}")
        ET.indent(suite)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _printable(text: str) -> str:
    """XML 1.0 has no place for control characters."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def compare_maps(
    medium: str, where: str, expected: Mapping[str, str], found: Mapping[str, str], *, extra: bool = True
) -> list[Row]:
    """A row for every key of either map.  `extra`: whether what only the second has counts."""
    rows = [row_of(medium, name, value, found.get(name), where) for name, value in expected.items()]
    if extra:
        rows += [Row(medium, name, "", value, where, "extra") for name, value in found.items() if name not in expected]
    return rows


def row_of(medium: str, name: str, expected: str, found: str | None, where: str, kind: str = "differs") -> Row:
    """The row of one value, which may be missing."""
    if found is None:
        return Row(medium, name, expected, "", where, "missing")
    return Row(medium, name, expected, found, where, SAME if expected == found else kind)


def flatten(value: object, name: str = "") -> dict[str, str]:
    """A JSON or TOML value as names with dots and texts."""
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, object]] = (
            (f"{name}.{key}" if name else str(key), one) for key, one in value.items()
        )
    elif isinstance(value, list):
        items = ((f"{name}[{place}]", one) for place, one in enumerate(value))
    else:
        return {name: value if isinstance(value, str) else json.dumps(value)}
    return {key: text for inner, one in items for key, text in flatten(one, inner).items()}
