"""The face of a product: the table [face] of its TOML file, lengths in millimetres, checked and in micrometres.

All mistakes of a file are reported at once (`ProductError`), each with its key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cardemu.face.chip import plate
from cardemu.face.description import SIDES
from cardemu.face.items import Box
from cardemu.face.specimen import CARD, contrast
from cardemu.face.specimen import COLOUR as MARK_COLOUR
from cardemu.face.typefaces import BUNDLED, Typecase
from cardemu.face.typeset import ALIGNMENTS, OVERFLOWS, FitError, Style, fit
from cardemu.personalisation.data import sources
from cardemu.products import Product
from cardemu.tomltable import Problem, ProductError, Table

BASES = ("published", "placeholder")
KINDS = ("text", "field", "placeholder", "portrait", "chip", "arrow", "contactless", "rule")
FORMATS = ("plain", "date", "month", "code", "groups", "hyphen")
SHAPES = ("box", "round")
FACE_SOURCES = ("bank.card_number",)
"""What a face may show beyond the data elements of the chip's social security application."""
DIRECTIONS = ("left", "right")
INK = "#24303C"
LEAST_CONTRAST = 4.0


@dataclass(frozen=True, slots=True)
class Part:
    """One thing on a side.  `id` is unique on its side; texts have a style."""

    kind: str
    id: str
    box: Box
    style: Style | None = None
    text: str = ""
    words: tuple[str, ...] = ()
    source: str = ""
    form: str = ""
    shape: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the colours of its background from top to bottom, and what lies on it."""

    background: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Both sides of a product.  `basis`: published geometry, or a placeholder for one that is not."""

    basis: str
    citation: str
    sides: Mapping[str, Side]
    sha256: str

    def artwork_names(self) -> tuple[str, ...]:
        """The placeholders an issuer may fill."""
        parts = (part for side in self.sides.values() for part in side.parts)
        return tuple(dict.fromkeys(part.id for part in parts if part.kind == "placeholder"))


@lru_cache(maxsize=64)
def layout_of(product: Product) -> Layout:
    """The face of a product; ProductError with every mistake in it, or when it has none."""
    table = product.extras.get("face")
    if not isinstance(table, dict):
        why = "is missing: this product has no face" if table is None else f"{table!r} must be a table"
        raise ProductError(product.file_name, [Problem("face", why)])
    problems: list[Problem] = []
    face = Table(table, "face", problems)
    allowed = (*sources(product), *FACE_SOURCES)
    made = Layout(
        basis=face.text("basis", None, BASES),
        citation=face.text("citation"),
        sides={name: _side(face.table(name), allowed) for name in SIDES},
        sha256=hashlib.sha256(json.dumps(table, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
    )
    for name in SIDES:
        if not face.has(name):
            face.problem(name, "is missing")
    face.finish()
    if problems:
        raise ProductError(product.file_name, problems)
    return made


def _side(table: Table, allowed: tuple[str, ...]) -> Side:
    background = table.texts("background", ("#FFFFFF",))
    if not background:
        table.problem("background", "must be a list of at least one colour")
    for colour in background:
        if _check_colour(table, "background", colour) and contrast(colour, MARK_COLOUR) < LEAST_CONTRAST:
            table.problem("background", f"{colour!r} is so dark or red that the specimen mark would hardly show on it")
    parts: list[Part] = []
    for part_table in table.tables("item"):
        part = _part(part_table, allowed)
        if part.id in {other.id for other in parts}:
            part_table.problem("id", f"{part.id!r} is on this side twice")
        parts.append(part)
        part_table.finish()
    table.finish()
    return Side(background, tuple(parts))


def _part(table: Table, allowed: tuple[str, ...]) -> Part:
    kind = table.text("kind", None, KINDS)
    if not table.has("kind") or table.raw("kind") not in KINDS:
        table.names()  # told already; what such an item may have cannot be known
        return Part("rule", table.where("kind"), CARD)
    if kind == "chip":
        towards = table.text("towards", "right", DIRECTIONS)
        return Part(kind, table.text("id", kind), plate(turn=towards == "right"), shape=towards)
    box = _box(table)
    if kind == "text":
        text = table.text("text")
        part = Part(kind, table.text("id", text), box, _style(table, box), text=text)
        _check_fixed(table, "text", (text,), part)
        return part
    if kind == "field":
        source = table.text("source", None, allowed)
        form = table.text("format", "plain", FORMATS)
        return Part(kind, table.text("id", source), box, _style(table, box), source=source, form=form)
    if kind == "placeholder":
        words = table.texts("words", ())
        shape = table.text("shape", "box", SHAPES)
        part = Part(kind, table.text("id"), box, _style(table, box), words=words, shape=shape)
        _check_fixed(table, "words", words, part)
        return part
    towards = table.text("towards", "right", DIRECTIONS) if kind == "arrow" else ""
    return Part(kind, table.text("id", kind), box, shape=towards, colour=_colour(table, "colour", INK))


def _style(table: Table, box: Box) -> Style:
    size = _length(table, "size", None, 500, 30_000)
    overflow = table.text("overflow", "error", OVERFLOWS)
    minimum = _length(table, "minimum", 0, 0, 30_000)
    if overflow == "shrink" and not minimum:
        table.problem("minimum", "is missing: how small, in mm, may the text become?")
    if minimum > size:
        table.problem("minimum", f"{minimum / 1000:g} mm is more than the size, {size / 1000:g} mm")
    if size > box.height > 0:
        table.problem("size", f"{size / 1000:g} mm does not fit into a box {box.height / 1000:g} mm high")
    return Style(
        font=table.text("font", "text", BUNDLED),
        size_um=size,
        colour=_colour(table, "colour", INK),
        minimum_um=minimum,
        align=table.text("align", "left", ALIGNMENTS),
        overflow=overflow,
        tracking_um=_length(table, "tracking", 0, -2000, 10_000),
    )


def _check_fixed(table: Table, key: str, texts: tuple[str, ...], part: Part) -> None:
    """Note what of a layout's own texts does not fit."""
    for text in texts:
        try:
            fit(part.id, text, part.box, part.style or Style("text", 1, INK), Typecase())
        except FitError as error:
            table.problem(key, str(error))


def _colour(table: Table, key: str, default: str) -> str:
    value = table.text(key, default)
    return value if _check_colour(table, key, value) else default


def _check_colour(table: Table, key: str, value: str) -> bool:
    good = re.fullmatch(r"#[0-9A-Fa-f]{6}", value) is not None
    if not good:
        table.problem(key, f"{value!r} must be a colour such as #24303C")
    return good


def _length(table: Table, key: str, default_um: int | None, low_um: int, high_um: int) -> int:
    """A length in millimetres, as whole micrometres."""
    if not table.has(key) and default_um is not None:
        return default_um
    value = table.raw(key)
    if value is None:
        return low_um
    length = _micrometres(value)
    if length is None or not low_um <= length <= high_um:
        table.problem(key, f"{value!r} must be a length in mm from {low_um / 1000:g} to {high_um / 1000:g}")
        return low_um
    return length


def _micrometres(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1000:
        return None
    length = round(value * 1000)
    return length if abs(value * 1000 - length) < 1e-6 else None


def _box(table: Table) -> Box:
    """The key box: [left, top, width, height] in mm from the upper left corner, on the card."""
    value = table.raw("box")
    if value is None:
        return CARD
    lengths = [_micrometres(one) for one in value] if isinstance(value, list) else []
    numbers = [one for one in lengths if one is not None]
    if len(numbers) != 4 or len(lengths) != 4 or min(numbers) < 0 or not numbers[2] or not numbers[3]:
        table.problem("box", f"{value!r} must be [left, top, width, height] in mm, to a thousandth")
        return CARD
    box = Box(*numbers)
    if box.right > CARD.width or box.bottom > CARD.height:
        table.problem("box", f"{value!r} reaches beyond the card, which is 85.6 x 53.98 mm")
    return box
