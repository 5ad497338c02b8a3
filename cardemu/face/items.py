"""What a card face is made of, before it is drawn: placed items in whole micrometres.

All writers (PNG, SVG, PDF) draw from these items and from nothing else, so two faces are the same exactly when their
items are.  The origin is the upper left corner of the card, y grows downwards.  Colours are #RRGGBB.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, TypeAlias


class Box(NamedTuple):
    """A rectangle in micrometres."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The x of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The y of its lower edge."""
        return self.y + self.height

    def inset(self, distance_um: int) -> Box:
        """The rectangle a distance inside of it."""
        return Box(
            self.x + distance_um, self.y + distance_um, self.width - 2 * distance_um, self.height - 2 * distance_um
        )


class Line(NamedTuple):
    """One line of a text: its characters, the baseline, and for each character its x and its font's place in a list."""

    text: str
    baseline_um: int
    x_um: tuple[int, ...]
    fonts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gradient:
    """A vertical run of colours over a box, evenly spaced from top to bottom."""

    id: str
    box: Box
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn figure.

    `path` is an SVG path of absolute M, L, C and Z with whole numbers; filled by the even-odd rule, stroked with
    round joins.
    """

    id: str
    path: str
    fill: str = ""
    stroke: str = ""
    stroke_um: int = 0
    opacity_permille: int = 1000


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was fitted into its box.

    `font` is the font the layout asks for; a line's `fonts` count in the face's list of fonts.  With
    `angle_millidegrees` the text is turned anticlockwise about the middle of the box.
    """

    id: str
    box: Box
    text: str
    font: str
    size_um: int
    colour: str
    lines: tuple[Line, ...]
    angle_millidegrees: int = 0
    opacity_permille: int = 1000


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster image scaled to fill a box: artwork or a photo of the issuer's, named by the hash of its file."""

    id: str
    box: Box
    sha256: str
    format: str
    width_px: int
    height_px: int
    data: bytes = field(repr=False)


Item: TypeAlias = Gradient | Shape | Text | Picture
KINDS: dict[str, type[Item]] = {"gradient": Gradient, "shape": Shape, "text": Text, "picture": Picture}
_KIND_OF = {kind: name for name, kind in KINDS.items()}


def to_data(item: Item) -> dict[str, Any]:
    """An item as JSON takes it; a picture without its bytes."""
    values = {part.name: getattr(item, part.name) for part in fields(item) if part.name != "data"}
    if isinstance(item, Text):
        values["lines"] = [line._asdict() for line in item.lines]
    defaults = {part.name: part.default for part in fields(item)}
    return {"kind": _KIND_OF[type(item)]} | {key: value for key, value in values.items() if value != defaults[key]}


def from_data(values: dict[str, Any], pictures: dict[str, bytes] | None = None) -> Item:
    """The item of `to_data`; `pictures` gives the bytes of pictures by hash."""
    parts = dict(values)
    kind = KINDS[parts.pop("kind")]
    if "box" in parts:
        parts["box"] = Box(*parts["box"])
    if kind is Gradient:
        parts["stops"] = tuple(parts["stops"])
    elif kind is Text:
        parts["lines"] = tuple(
            Line(line["text"], line["baseline_um"], tuple(line["x_um"]), tuple(line["fonts"]))
            for line in parts["lines"]
        )
    elif kind is Picture:
        parts["data"] = (pictures or {}).get(parts["sha256"], b"")
    return kind(**parts)
