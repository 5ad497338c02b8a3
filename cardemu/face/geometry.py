"""A face with its geometry drawn over it: every box of the layout, the contacts' smallest areas, the hidden stripe."""

from __future__ import annotations

from dataclasses import replace

from cardemu.face.chip import contacts
from cardemu.face.description import Face
from cardemu.face.items import Box, Item, Shape
from cardemu.face.layout import Layout, Side
from cardemu.face.paths import rectangle
from cardemu.face.specimen import CARD
from cardemu.face.typeset import FitError, Style, fit
from cardemu.products import Product
from cardemu.tomltable import Problem, ProductError

STRIPE_MM = (2.92, 15.95, 82.55, 5.54)
"""Left, top, right, bottom; x from the left edge, y from the bottom edge: SPEC-1 table 2 (S1), on the front (C2)."""
BOX, MARK, STRIPE, CONTACT = "#B0186A", "#1C62B8", "#6A3FA0", "#1B7F4B"
SMALL = Style("text", 900, BOX, align="right")


def stripe_box(product: Product) -> Box:
    """Where the hidden stripe may lie at the most, from the upper left corner of the front."""
    table = product.extras.get("stripe")
    given = table.get("box_mm", STRIPE_MM) if isinstance(table, dict) else STRIPE_MM
    if not (isinstance(given, list | tuple) and len(given) == 4 and all(type(one) in {int, float} for one in given)):
        why = f"{given!r} must be four lengths in mm: left, top, right, bottom"
        raise ProductError(product.file_name, [Problem("stripe.box_mm", why)])
    left, top, right, bottom = (round(length * 1000) for length in given)
    return Box(left, CARD.height - top, right - left, top - bottom)


def overlaid(face: Face, product: Product, layout: Layout) -> Face:
    """The face with its geometry over it; the specimen mark stays on top."""
    side = layout.sides[face.side]
    found: list[Item] = []
    if face.side == "front":
        found += _outlined("stripe", "hidden stripe 隐蔽磁条", stripe_box(product), STRIPE, face)
    found += _parts(side, face)
    return replace(face, person=(*face.person, *found))


def _parts(side: Side, face: Face) -> list[Item]:
    found: list[Item] = []
    for part in side.parts:
        if part.kind == "chip":
            for name, box in contacts(turn=part.shape == "right").items():
                found += _outlined(name, name, box, CONTACT, face)
        else:
            colour = BOX if part.kind in {"text", "field"} else MARK
            found += _outlined(part.id, part.source, part.box, colour, face)
    return found


def _outlined(name: str, words: str, box: Box, colour: str, face: Face) -> list[Item]:
    """A box with its name and measures, if there is room for them."""
    found: list[Item] = [Shape(f"geometry.{name}", rectangle(box), "", colour, 80)]
    measures = f"{box.x / 1000:g}, {box.y / 1000:g}, {box.width / 1000:g} x {box.height / 1000:g}"
    for text in (f"{words}  {measures}".strip(), measures, words):
        place = Box(box.x + 150, box.bottom - 1000, box.width - 300, 920)
        if text and place.width > 0 and box.height > 1100:
            try:
                found.append(fit(f"geometry.{name}.words", text, place, replace(SMALL, colour=colour), face.typecase))
                break
            except FitError:
                continue
    return found
