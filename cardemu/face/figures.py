"""The neutral figures of a face: outlined placeholders, the insertion arrow, the contactless mark, fine lines."""

from __future__ import annotations

import math

from cardemu.face.items import Box, Item, Shape
from cardemu.face.layout import Part
from cardemu.face.paths import arc, ellipse, polygon, rectangle
from cardemu.face.typefaces import Typecase
from cardemu.face.typeset import fit

OUTLINE = "#8A98A5"
DASH_UM, GAP_UM = 900, 600


def placeholder(part: Part, typecase: Typecase) -> tuple[Item, ...]:
    """An outlined box or circle with a word or two in its middle, in place of a mark that is not ours to draw."""
    box = part.box
    if part.shape == "round":
        radius = min(box.width, box.height) // 2
        x, y = box.x + box.width // 2, box.y + box.height // 2
        ring = Shape(f"{part.id}.outline", ellipse(x, y, radius - 60, radius - 60), "#FFFFFF", OUTLINE, 120, 550)
        frame = [ring, *_dashed_circle(part.id, x, y, radius - 700)]
    else:
        frame = [Shape(f"{part.id}.outline", rectangle(box.inset(60), 900), "#FFFFFF", OUTLINE, 120, 550)]
    if part.style is None:
        return tuple(frame)
    pitch = part.style.size_um * 5 // 4
    top = box.y + (box.height - pitch * len(part.words)) // 2
    lines = [
        fit(
            f"{part.id}.word{number + 1}",
            word,
            Box(box.x, top + number * pitch, box.width, pitch),
            part.style,
            typecase,
        )
        for number, word in enumerate(part.words)
    ]
    return (*frame, *lines)


def _dashed_circle(name: str, x: int, y: int, radius: int) -> list[Shape]:
    """A thin inner ring, dashed, so that the outline reads as a seal's or an emblem's place."""
    count = max(8, round(2 * math.pi * radius / (DASH_UM + GAP_UM)))
    step = 360 / count
    share = DASH_UM / (DASH_UM + GAP_UM)
    path = " ".join(arc(x, y, radius, number * step, (number + share) * step) for number in range(count))
    return [Shape(f"{name}.dashes", path, stroke=OUTLINE, stroke_um=80, opacity_permille=700)]


def arrow(part: Part) -> tuple[Shape, ...]:
    """Which edge goes into the reader: a solid triangle."""
    box = part.box
    middle = box.y + box.height // 2
    if part.shape == "left":
        points = [(box.right, box.y), (box.x, middle), (box.right, box.bottom)]
    else:
        points = [(box.x, box.y), (box.right, middle), (box.x, box.bottom)]
    return (Shape(part.id, polygon(points), part.colour),)


def contactless(part: Part) -> tuple[Shape, ...]:
    """Waves that leave a card: our own drawing, not the trademark."""
    box = part.box
    y, x = box.y + box.height // 2, box.x
    tile = Box(x, box.y + box.height // 4, box.width // 3, box.height // 2)
    shapes = [Shape(f"{part.id}.card", rectangle(tile, 250), "", part.colour, 220)]
    for number in range(3):
        radius = box.width * (3 + number * 2) // 10
        path = arc(tile.right - box.width // 20, y, radius, -42, 42)
        shapes.append(Shape(f"{part.id}.wave{number + 1}", path, stroke=part.colour, stroke_um=260))
    return tuple(shapes)


def rule(part: Part) -> tuple[Shape, ...]:
    """A thin filled line."""
    return (Shape(part.id, rectangle(part.box), part.colour),)


def waves(name: str, box: Box, colour: str) -> tuple[Shape, ...]:
    """A quiet ground of fine waves, as printed documents have it."""
    lines = []
    step, half = 2600, 10_700
    for number in range(box.height // step + 3):
        y = box.y + (number - 1) * step
        points = [f"M{box.x} {y}"]
        x, sign = box.x, 1
        while x < box.right:
            lift = sign * (1500 + 120 * number)
            points.append(f"C{x + half // 3} {y - lift} {x + 2 * half // 3} {y - lift} {x + half} {y}")
            x, sign = x + half, -sign
        lines.append(" ".join(points))
    return (Shape(name, " ".join(lines), stroke=colour, stroke_um=90, opacity_permille=450),)
