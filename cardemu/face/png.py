"""A face as pixels: Pillow and FreeType, at any resolution, always the same for the same versions of both.

What all cards of a product share is drawn once and kept; so is the specimen mark.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import numpy as np
import PIL
from PIL import Image, ImageChops, ImageDraw, features

from cardemu.face.description import Face
from cardemu.face.items import Box, Gradient, Item, Picture, Shape, Text
from cardemu.face.paths import outlines, rectangle
from cardemu.face.raster import decoded
from cardemu.face.record import record
from cardemu.face.specimen import CARD, COLOUR, RADIUS_UM
from cardemu.face.typefaces import Typecase

MICROMETRES_PER_INCH = 25_400
FINE, LARGE_PX = 4, 1_000_000
"""Shapes are drawn four times larger and averaged, those of more than a million pixels twice."""
BAND_PX = 24
"""Height of the bands the mark is kept in."""
LEVEL = 3
"""Effort of the compression: a sixth larger than at the usual 6, half the time."""


def encode(face: Face, dpi: int = 300) -> bytes:
    """The face as a PNG file with its physical size and, as text, what it was made with."""
    return pack(image(face, dpi), face, dpi)


def pack(picture: Image.Image, face: Face, dpi: int) -> bytes:
    """The PNG file of a drawn face.

    Rows are stored unfiltered: flat colours and a vertical gradient repeat themselves, so that this is smaller
    than with the filters Pillow chooses, and takes half the time.
    """
    width, height = picture.size
    rows = np.zeros((height, width * 3 + 1), np.uint8)  # each row begins with filter type 0
    rows[:, 1:] = np.asarray(picture).reshape(height, width * 3)
    per_metre = round(dpi * 1_000_000 / MICROMETRES_PER_INCH)
    notes = {**record(face), "Renderer": renderer()}
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        *((b"iTXt", key.encode() + bytes(5) + text.encode()) for key, text in notes.items()),
        (b"IDAT", zlib.compress(rows.tobytes(), LEVEL)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def renderer() -> str:
    """The versions of everything that decides a pixel or a byte."""
    return f"Pillow {PIL.__version__}, FreeType {features.version('freetype2')}, zlib {zlib.ZLIB_RUNTIME_VERSION}"


def size_px(dpi: int) -> tuple[int, int]:
    """Width and height of a card."""
    return (
        round(CARD.width * dpi / MICROMETRES_PER_INCH),
        round(CARD.height * dpi / MICROMETRES_PER_INCH),
    )


def image(face: Face, dpi: int = 300) -> Image.Image:
    """The face as an RGB image, white outside the rounded corners."""
    canvas = _base(face.base, face.typecase, dpi).copy()
    painter = Painter(canvas, face.typecase, dpi)
    for item in face.person:
        painter.paint(item)
    for item in face.marks:
        if isinstance(item, Shape):
            painter.paint(item)
    for place, words in _marks(face.marks, face.typecase, dpi):
        canvas.paste(COLOUR, place, words)
    for place, outside in _corners(dpi):
        canvas.paste("#FFFFFF", place, outside)
    return canvas


@lru_cache(maxsize=16)
def _base(items: tuple[Item, ...], typecase: Typecase, dpi: int) -> Image.Image:
    canvas = Image.new("RGB", size_px(dpi), "#FFFFFF")
    painter = Painter(canvas, typecase, dpi)
    for item in items:
        painter.paint(item)
    return canvas


@lru_cache(maxsize=16)
def _marks(
    items: tuple[Item, ...], typecase: Typecase, dpi: int
) -> tuple[tuple[tuple[int, int, int, int], Image.Image], ...]:
    """How strongly each pixel takes the colour of the mark's words; in bands, because most pixels take none."""
    whole = Image.new("L", size_px(dpi), 0)
    painter = Painter(whole, typecase, dpi)
    for item in items:
        if isinstance(item, Text):
            whole = ImageChops.lighter(whole, painter.turned(item))
    found = []
    for top in range(0, whole.height, BAND_PX):
        band = whole.crop((0, top, whole.width, min(top + BAND_PX, whole.height)))
        if box := band.getbbox():
            found.append(((box[0], top + box[1], box[2], top + box[3]), band.crop(box)))
    return tuple(found)


@lru_cache(maxsize=4)
def _corners(dpi: int) -> tuple[tuple[tuple[int, int, int, int], Image.Image], ...]:
    """The four rounded corners: where each lies, and how much of its pixels is outside the card."""
    mask, place = _mask(rectangle(CARD, RADIUS_UM), 0, dpi)
    width, height = size_px(dpi)
    inside = Image.new("L", (width, height), 0)
    inside.paste(mask, place)
    outside, side = ImageChops.invert(inside), round(RADIUS_UM * dpi / MICROMETRES_PER_INCH) + 1
    boxes = [(x, y, x + side, y + side) for x in (0, width - side) for y in (0, height - side)]
    return tuple((box, outside.crop(box)) for box in boxes)


@lru_cache(maxsize=128)
def _mask(path: str, stroke_um: int, dpi: int) -> tuple[Image.Image, tuple[int, int]]:
    """How much of each pixel a path covers, filled or (with `stroke_um`) stroked; and where that image lies.

    Kept, because portraits are made of few parts.
    """
    scale, (wide, high) = dpi / MICROMETRES_PER_INCH, size_px(dpi)
    parts = outlines(path)
    spread = (stroke_um + 200) * scale + 1
    xs, ys = ([point[axis] * scale for part in parts for point in part] for axis in (0, 1))
    left, top = max(0, int(min(xs) - spread)), max(0, int(min(ys) - spread))
    right = max(left + 1, min(wide, int(max(xs) + spread) + 1))
    bottom = max(top + 1, min(high, int(max(ys) + spread) + 1))
    fine = FINE if (right - left) * (bottom - top) < LARGE_PX else FINE // 2
    size, scale = ((right - left) * fine, (bottom - top) * fine), scale * fine
    large = Image.new("L", size, 0)
    for part in parts:
        points = [(x * scale - left * fine, y * scale - top * fine) for x, y in part]
        if stroke_um:
            ImageDraw.Draw(large).line(points, 255, max(1, round(stroke_um * scale)), joint="curve")
        elif len(parts) == 1:
            ImageDraw.Draw(large).polygon(points, 255)
        else:
            one = Image.new("L", size, 0)
            ImageDraw.Draw(one).polygon(points, 255)
            large = ImageChops.difference(large, one)
    return large.reduce(fine), (left, top)


class Painter:
    """Draws items on a canvas."""

    def __init__(self, canvas: Image.Image, typecase: Typecase, dpi: int) -> None:
        self._canvas = canvas
        self._case = typecase
        self._dpi = dpi
        self._scale = dpi / MICROMETRES_PER_INCH

    def paint(self, item: Item) -> None:
        """One item."""
        if isinstance(item, Gradient):
            self._gradient(item)
        elif isinstance(item, Shape):
            self._shape(item)
        elif isinstance(item, Picture):
            self._picture(item)
        elif item.angle_millidegrees or item.opacity_permille < 1000:
            self._canvas.paste(item.colour, (0, 0), self.turned(item))
        else:
            self._text(item)

    def _gradient(self, item: Gradient) -> None:
        left, top, right, bottom = self._pixels(item.box)
        colours = np.array([[int(stop[place : place + 2], 16) for place in (1, 3, 5)] for stop in item.stops])
        height = bottom - top
        where = (np.arange(height) + 0.5) / height * (len(colours) - 1)
        columns = [np.interp(where, np.arange(len(colours)), colours[:, part]) for part in range(3)]
        column = np.rint(np.stack(columns, axis=1)).astype(np.uint8)[:, np.newaxis, :]
        self._canvas.paste(
            Image.fromarray(column).resize((right - left, height), Image.Resampling.NEAREST), (left, top)
        )

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        edges = (box.x, box.y, box.right, box.bottom)
        left, top, right, bottom = (round(edge * self._scale) for edge in edges)
        return left, top, right, bottom

    def _shape(self, item: Shape) -> None:
        for colour, stroke_um in ((item.fill, 0), (item.stroke, item.stroke_um)):
            if colour:
                mask, place = _mask(item.path, stroke_um, self._dpi)
                if item.opacity_permille < 1000:
                    mask = _weaker(mask, item.opacity_permille)
                self._canvas.paste(colour, (*place, place[0] + mask.width, place[1] + mask.height), mask)

    def _text(self, item: Text) -> None:
        draw = ImageDraw.Draw(self._canvas)
        size = item.size_um * self._scale
        for line in item.lines:
            y = round(line.baseline_um * self._scale)
            for character, x, font in zip(line.text, line.x_um, line.fonts, strict=True):
                if not character.isspace():
                    face = self._case.faces[font].sized(size)
                    draw.text((x * self._scale, y), character, item.colour, face, anchor="ls")

    def turned(self, item: Text) -> Image.Image:
        """A turned or faint text as how strongly each pixel takes its colour."""
        scale = self._scale * 2
        x, y = item.box.x + item.box.width / 2, item.box.y + item.box.height / 2
        reach = int(np.hypot(item.box.width, item.box.height) / 2 * scale) + 4
        flat = Image.new("L", (2 * reach, 2 * reach), 0)
        draw = ImageDraw.Draw(flat)
        for line in item.lines:
            for character, left, font in zip(line.text, line.x_um, line.fonts, strict=True):
                place = ((left - x) * scale + reach, (line.baseline_um - y) * scale + reach)
                draw.text(place, character, 255, self._case.faces[font].sized(item.size_um * scale), anchor="ls")
        flat = flat.rotate(item.angle_millidegrees / 1000, Image.Resampling.BILINEAR)
        whole = Image.new("L", (self._canvas.width * 2, self._canvas.height * 2), 0)
        whole.paste(flat, (round(x * scale) - reach, round(y * scale) - reach))
        return _weaker(whole.reduce(2), item.opacity_permille)

    def _picture(self, item: Picture) -> None:
        left, top, right, bottom = self._pixels(item.box)
        picture = decoded(item.data).resize((right - left, bottom - top), Image.Resampling.LANCZOS)
        self._canvas.paste(picture, (left, top), picture)


def _weaker(mask: Image.Image, permille: int) -> Image.Image:
    return mask.point([level * permille // 1000 for level in range(256)]) if permille < 1000 else mask
