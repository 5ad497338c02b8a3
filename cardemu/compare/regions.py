"""Where on a face what stands: the fields of its description as rectangles, characters as cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cardemu.face.paths import outlines
from cardemu.face.typefaces import BUNDLED, Typecase

UM = 1000.0
ASCENT, DESCENT = 0.90, 0.16
"""Reach of a Chinese character above and below its baseline, in parts of its size."""
_WHOLE = ("background", "waves", "specimen.diagonal", "specimen.left.strip", "specimen.right.strip")
"""Items that lie under or over others and are no fields."""
TEXT, PICTURE = "text", "picture"


class Rect(NamedTuple):
    """A rectangle in millimetres from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by_mm: float) -> Rect:
        """The rectangle with a margin."""
        return Rect(self.left - by_mm, self.top - by_mm, self.right + by_mm, self.bottom + by_mm)


class Cell(NamedTuple):
    """One character: its place, and how it is drawn.  `font` counts in the face's fonts."""

    character: str
    rect: Rect
    x_mm: float
    baseline_mm: float
    size_mm: float
    font: int


@dataclass(frozen=True, slots=True)
class Region:
    """One field.  `cells` of a text that lies straight; `text` what must stand there; `personal`: the holder's own."""

    name: str
    kind: str
    rect: Rect
    text: str = ""
    cells: tuple[Cell, ...] = ()
    personal: bool = False


def pixels(rect: Rect, px_mm: float, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A rectangle in the pixels of a picture, at least one each way: left, top, right, bottom."""
    high, wide = shape
    left, top = max(0, round(rect.left * px_mm)), max(0, round(rect.top * px_mm))
    right, bottom = min(wide, round(rect.right * px_mm)), min(high, round(rect.bottom * px_mm))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def regions(face: Mapping[str, Any]) -> list[Region]:
    """The fields of a face, personal ones first."""
    typecase = Typecase()
    found: list[Region] = []
    groups: dict[str, list[Rect]] = {}
    holders: set[str] = set()
    for layer in ("person", "base", "specimen"):
        for item in face[layer]:
            if item["id"] in _WHOLE:
                continue
            if item["kind"] == "text":
                found.append(replace(_text(item, typecase), personal=layer == "person"))
            else:
                name = item["id"].partition(".")[0]
                groups.setdefault(name, []).append(_bounds(item))
                if layer == "person":
                    holders.add(name)
    found += [Region(name, PICTURE, _around(rects), personal=name in holders) for name, rects in groups.items()]
    return found


def _around(rects: Iterable[Rect]) -> Rect:
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return Rect(min(lefts), min(tops), max(rights), max(bottoms))


def _bounds(item: Mapping[str, Any]) -> Rect:
    """The extent of a shape or picture."""
    if "box" in item:
        x, y, width, height = item["box"]
        return Rect(x / UM, y / UM, (x + width) / UM, (y + height) / UM)
    points = [point for part in outlines(item["path"]) for point in part]
    half = item.get("stroke_um", 0) / 2
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Rect((min(xs) - half) / UM, (min(ys) - half) / UM, (max(xs) + half) / UM, (max(ys) + half) / UM)


def _text(item: Mapping[str, Any], typecase: Typecase) -> Region:
    cells = tuple(cell for line in item["lines"] for cell in _cells(line, item["size_um"], typecase))
    rect = _around(cell.rect for cell in cells)
    angle = item.get("angle_millidegrees", 0)
    if not angle:
        return Region(item["id"], TEXT, rect, item["text"], cells)
    x, y, width, height = item["box"]
    middle_x, middle_y = (x + width / 2) / UM, (y + height / 2) / UM
    half_x, half_y = (rect.bottom - rect.top) / 2, (rect.right - rect.left) / 2
    turned = Rect(middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)
    return Region(item["id"], PICTURE, turned, item["text"])


def _cells(line: Mapping[str, Any], size_um: int, typecase: Typecase) -> Iterable[Cell]:
    size = size_um / UM
    baseline = line["baseline_um"] / UM
    for character, x_um, font in zip(line["text"], line["x_um"], line["fonts"], strict=True):
        face = typecase.faces[font] if font < len(typecase.faces) else typecase.faces[0]
        known = character in face
        width = face.width(character) * size / face.units if known else size
        rect = Rect(x_um / UM, baseline - ASCENT * size, x_um / UM + width, baseline + DESCENT * size)
        yield Cell(character, rect, x_um / UM, baseline, size, font if font < len(BUNDLED) else 0)
