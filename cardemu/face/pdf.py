"""A face as PDF 1.4: one page of the card's size, everything as paths, always the same bytes for the same face."""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache
from math import cos, radians, sin

from cardemu.face.description import Face
from cardemu.face.items import Gradient, Item, Picture, Shape, Text
from cardemu.face.outline import glyph_path
from cardemu.face.paths import rectangle, segments
from cardemu.face.raster import decoded
from cardemu.face.record import record
from cardemu.face.specimen import CARD, RADIUS_UM

POINTS_PER_MICROMETRE = 72 / 25_400
_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def encode(face: Face) -> bytes:
    """The face as a PDF file; what it was made with stands in the document information."""
    return _Writer(face).file()


class _Writer:
    """Collects objects and the page's drawing."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._objects: list[bytes] = []
        self._states: dict[int, str] = {}
        self._shadings: dict[str, int] = {}
        self._images: dict[str, int] = {}
        self._drawing = [f"q {POINTS_PER_MICROMETRE:.9f} 0 0 {-POINTS_PER_MICROMETRE:.9f} 0 {_points(CARD.height)} cm"]
        self._drawing += [_path(rectangle(CARD, RADIUS_UM)), "W n 1 j"]

    def file(self) -> bytes:
        """All of it: header, objects, cross-reference table, trailer."""
        for item in self._face.items:
            self._draw(item)
        content = self._stream("", "\n".join([*self._drawing, "Q"]).encode("ascii"))
        pages = len(self._objects) + 2
        page = self._add(
            f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {_points(CARD.width)} {_points(CARD.height)}] "
            f"/Resources << {self._resources()} >> /Contents {content} 0 R >>"
        )
        self._add(f"<< /Type /Pages /Kids [{page} 0 R] /Count 1 >>")
        root = self._add(f"<< /Type /Catalog /Pages {pages} 0 R >>")
        notes = record(self._face)
        names = {"Title": "Title", "Producer": "Software", "Layout": "Layout", "Description": "Description"}
        names["Fonts"] = "Fonts"
        info = self._add("<< " + " ".join(f"/{key} {_string(notes[name])}" for key, name in names.items()) + " >>")
        return self._assembled(root, info)

    def _assembled(self, root: int, info: int) -> bytes:
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, body in enumerate(self._objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start, identity = len(out), hashlib.sha256(out).hexdigest()[:32]
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        trailer = f"<< /Size {len(places) + 1} /Root {root} 0 R /Info {info} 0 R /ID [<{identity}> <{identity}>] >>"
        return bytes(out) + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode("ascii")

    def _add(self, body: str | bytes) -> int:
        self._objects.append(body.encode("ascii") if isinstance(body, str) else body)
        return len(self._objects)

    def _stream(self, entries: str, data: bytes) -> int:
        packed = zlib.compress(data, 6)
        head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode("ascii")
        return self._add(head + packed + b"\nendstream")

    def _resources(self) -> str:
        states = " ".join(
            f"/{name} << /ca {permille / 1000:g} /CA {permille / 1000:g} >>" for permille, name in self._states.items()
        )
        shadings = " ".join(f"/{name} {number} 0 R" for name, number in self._shadings.items())
        images = " ".join(f"/{name} {number} 0 R" for name, number in self._images.items())
        return f"/ExtGState << {states} >> /Shading << {shadings} >> /XObject << {images} >>"

    # ---- items

    def _draw(self, item: Item) -> None:
        self._drawing.append("q")
        if isinstance(item, Gradient):
            self._gradient(item)
        elif isinstance(item, Shape):
            self._shape(item)
        elif isinstance(item, Picture):
            self._picture(item)
        else:
            self._text(item)
        self._drawing.append("Q")

    def _opacity(self, permille: int) -> None:
        if permille < 1000:
            self._drawing.append(f"/{self._states.setdefault(permille, f'G{permille}')} gs")

    def _gradient(self, item: Gradient) -> None:
        pairs = list(zip(item.stops, item.stops[1:], strict=False)) or [(item.stops[0], item.stops[0])]
        steps = [
            f"<< /FunctionType 2 /Domain [0 1] /N 1 /C0 [{_colour(one)}] /C1 [{_colour(two)}] >>" for one, two in pairs
        ]
        bounds = " ".join(f"{number / len(pairs):.6g}" for number in range(1, len(pairs)))
        function = (
            f"<< /FunctionType 3 /Domain [0 1] /Functions [{' '.join(steps)}] /Bounds [{bounds}] "
            f"/Encode [{' '.join(['0 1'] * len(pairs))}] >>"
        )
        name = f"S{len(self._shadings) + 1}"
        self._shadings[name] = self._add(
            f"<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 {item.box.y} 0 {item.box.bottom}] "
            f"/Function {function} /Extend [true true] >>"
        )
        self._drawing += [_path(rectangle(item.box)), f"W n /{name} sh"]

    def _shape(self, item: Shape) -> None:
        self._opacity(item.opacity_permille)
        path = _path(item.path)
        if item.fill:
            self._drawing += [f"{_colour(item.fill)} rg", path, "f*"]
        if item.stroke:
            self._drawing += [f"{_colour(item.stroke)} RG {item.stroke_um} w", path, "S"]

    def _picture(self, item: Picture) -> None:
        name = f"I{len(self._images) + 1}"
        picture = decoded(item.data)
        size = f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} /BitsPerComponent 8"
        alpha = self._stream(f"{size} /ColorSpace /DeviceGray", picture.getchannel("A").tobytes())
        colours = picture.convert("RGB").tobytes()
        self._images[name] = self._stream(f"{size} /ColorSpace /DeviceRGB /SMask {alpha} 0 R", colours)
        box = item.box
        self._drawing.append(f"{box.width} 0 0 {-box.height} {box.x} {box.bottom} cm /{name} Do")

    def _text(self, item: Text) -> None:
        self._opacity(item.opacity_permille)
        if item.angle_millidegrees:
            self._drawing.append(_turn(item))
        self._drawing.append(f"{_colour(item.colour)} rg")
        for line in item.lines:
            for character, x, font in zip(line.text, line.x_um, line.fonts, strict=True):
                path = glyph_path(self._face.typecase.faces[font], character, item.size_um, x, line.baseline_um)
                if path:
                    self._drawing += [_path(path), "f"]


def _turn(item: Text) -> str:
    """The matrix that turns anticlockwise about the middle of a box, on a page whose y grows downwards."""
    angle = radians(-item.angle_millidegrees / 1000)
    a, b = cos(angle), sin(angle)
    x, y = item.box.x + item.box.width / 2, item.box.y + item.box.height / 2
    return f"{a:.9f} {b:.9f} {-b:.9f} {a:.9f} {x - a * x + b * y:.3f} {y - b * x - a * y:.3f} cm"


def _points(length_um: int) -> str:
    return f"{length_um * POINTS_PER_MICROMETRE:.4f}"


@lru_cache(maxsize=4096)
def _path(path: str) -> str:  # what all cards of a product share comes again with each of them
    return "\n".join(
        f"{' '.join(map(str, numbers))} {_OPERATORS[letter]}".strip() for letter, numbers in segments(path)
    )


def _colour(colour: str) -> str:
    return " ".join(f"{int(colour[place : place + 2], 16) / 255:.4g}" for place in (1, 3, 5))


def _string(text: str) -> str:
    """A text string, in UTF-16 with its mark, as hexadecimal digits."""
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be').hex().upper()}>"
