"""A drawn bust for a synthetic person: a few flat shapes, chosen by a hash of the person's number and name.

It is a drawing and looks like one; it resembles nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cardemu.face.items import Box, Shape
from cardemu.face.paths import rectangle

GROUND = "#EEF2F5"
FRAME, FRAME_UM = "#9AA7B3", 100
SKINS = ("#F0D2B6", "#EBC8A8", "#E3BC98", "#F3DAC2")
HAIRS = ("#2B2A2E", "#37302D", "#23262B", "#443832")
GREY_HAIRS = ("#9A9CA0", "#B4B6B9", "#86888C")
CLOTHES = ("#55708A", "#6D7F72", "#7C6A78", "#4F5D75", "#7A7466", "#5F7F86")
LINE = "#5B4A42"
GREY_FROM_AGE, CHILD_TO_AGE = 62, 13


@dataclass(frozen=True, slots=True)
class Sitter:
    """What the drawing shows of somebody.  `key`: any text that is the person's own."""

    key: str
    female: bool
    age: int


class _Pen:
    """Shapes in a box, given in thousandths: x from -500 to 500 about the middle, y from 0 to 1250 downwards."""

    def __init__(self, name: str, box: Box) -> None:
        self.name = name
        self.box = box
        self.shapes: list[Shape] = []

    def _at(self, x: float, y: float) -> tuple[int, int]:
        scale = self.box.width / 1000
        middle = self.box.x + self.box.width // 2
        return round(middle + x * scale), min(round(self.box.y + y * scale), self.box.bottom)

    def draw(self, name: str, path: str, fill: str = "", stroke: str = "", stroke_permille: int = 0) -> None:
        """One figure; `path` in the pen's own units, curves and lines with both halves written out."""
        words = path.split()
        parts, index = [], 0
        while index < len(words):
            if words[index] in "MLCZ":
                parts.append(words[index])
                index += 1
            else:
                x, y = self._at(float(words[index]), float(words[index + 1]))
                parts.append(f"{x} {y}")
                index += 2
        width = self.box.width * stroke_permille // 1000
        self.shapes.append(Shape(f"{self.name}.{name}", " ".join(parts), fill, stroke, width))

    def both(self, name: str, path: str, fill: str = "", stroke: str = "", stroke_permille: int = 0) -> None:
        """One figure and its mirror image."""
        words = path.split()
        mirrored, numbers = [], 0
        for word in words:
            if word in "MLCZ":
                mirrored.append(word)
            else:
                mirrored.append(f"{-float(word):g}" if numbers % 2 == 0 else word)
                numbers += 1
        self.draw(f"{name}.left", path, fill, stroke, stroke_permille)
        self.draw(f"{name}.right", " ".join(mirrored), fill, stroke, stroke_permille)


def ground(name: str, box: Box) -> tuple[Shape, ...]:
    """What the bust stands before, and a thin frame about it: the same for everybody."""
    return (
        Shape(f"{name}.ground", rectangle(box), GROUND),
        Shape(f"{name}.frame", rectangle(box.inset(FRAME_UM // 2)), "", FRAME, FRAME_UM),
    )


def portrait(name: str, box: Box, sitter: Sitter) -> tuple[Shape, ...]:
    """The bust, to be drawn into `ground`."""
    choices = hashlib.sha256(sitter.key.encode(errors="surrogatepass")).digest()  # half a character is told elsewhere
    skin = SKINS[choices[0] % len(SKINS)]
    greys = GREY_HAIRS if sitter.age >= GREY_FROM_AGE else HAIRS
    hair = greys[choices[1] % len(greys)]
    cloth = CLOTHES[choices[2] % len(CLOTHES)]
    pen = _Pen(name, box.inset(FRAME_UM))
    long_hair = sitter.female and choices[3] % 3 > 0
    if long_hair:
        _long_hair(pen, hair, choices[4])
    _shoulders(pen, skin, cloth, choices[5])
    _head(pen, skin)
    _fringe(pen, hair, sitter, choices[6])
    _features(pen, hair, choices, child=sitter.age <= CHILD_TO_AGE)
    if choices[9] % 4 == 0 and sitter.age > CHILD_TO_AGE:
        _glasses(pen)
    return tuple(pen.shapes)


def _shoulders(pen: _Pen, skin: str, cloth: str, choice: int) -> None:
    pen.draw(
        "clothes",
        "M -460 1250 C -450 1060 -330 985 -130 940 L 130 940 C 330 985 450 1060 460 1250 Z",
        cloth,
    )
    pen.draw("neck", "M -105 760 L -105 930 C -80 1010 80 1010 105 930 L 105 760 Z", skin)
    pen.draw("shade", "M -105 815 C -60 880 60 880 105 815 L 105 850 C 60 915 -60 915 -105 850 Z", _darker(skin))
    if choice % 3 == 0:
        pen.both("collar", "M -112 925 L -150 945 L -70 1080 L 0 1000 C -50 990 -90 965 -112 925 Z", "#F4F6F8")
    elif choice % 3 == 1:
        pen.both("lapel", "M -130 938 L -205 965 L -40 1250 L 0 1250 L 0 1120 Z", _darker(cloth))
        pen.both("collar", "M -112 925 L -135 940 L -60 1060 L 0 1000 C -50 990 -90 965 -112 925 Z", "#F4F6F8")
    else:
        pen.draw(
            "collar",
            "M -125 925 C -100 1035 100 1035 125 925 L 150 940 C 120 1075 -120 1075 -150 940 Z",
            _darker(cloth),
        )


def _head(pen: _Pen, skin: str) -> None:
    pen.both("ear", "M -238 555 C -285 530 -295 640 -238 675 Z", _darker(skin, 94))
    pen.draw(
        "face",
        "M 0 270 C 160 270 245 385 245 540 C 245 715 130 850 0 850 C -130 850 -245 715 -245 540 "
        "C -245 385 -160 270 0 270 Z",
        skin,
    )


def _long_hair(pen: _Pen, hair: str, choice: int) -> None:
    end = 930 + choice % 3 * 60
    pen.draw(
        "hair.back",
        f"M 0 195 C 215 195 305 350 305 540 C 310 720 330 820 335 {end} C 250 {end + 45} 170 {end + 30} 130 {end} "
        f"L -130 {end} C -170 {end + 30} -250 {end + 45} -335 {end} C -330 820 -310 720 -305 540 "
        "C -305 350 -215 195 0 195 Z",
        hair,
    )


SIDE = (
    "M -262 560 C -285 300 -170 185 10 185 C 195 185 285 310 262 560 C 255 500 235 440 205 410 "
    "C 110 420 -60 400 -130 350 C -190 390 -235 450 -262 560 Z"
)
MIDDLE = (
    "M -268 600 C -300 310 -180 180 0 180 C 180 180 300 310 268 600 C 255 480 190 380 0 315 "
    "C -190 380 -255 480 -268 600 Z"
)
STRAIGHT = (
    "M -265 590 C -290 310 -180 185 0 185 C 180 185 290 310 265 590 C 258 530 245 480 225 445 "
    "C 140 425 -140 425 -225 445 C -245 480 -258 530 -265 590 Z"
)
SHORT = (
    "M -252 520 C -270 300 -160 205 0 205 C 160 205 270 300 252 520 C 240 450 215 385 185 350 "
    "C 90 330 -90 330 -185 350 C -215 385 -240 450 -252 520 Z"
)


def _fringe(pen: _Pen, hair: str, sitter: Sitter, choice: int) -> None:
    """The hair above the forehead: combed to one side, parted in the middle, straight, or short."""
    styles = (SIDE, MIDDLE, STRAIGHT) if sitter.female else (SIDE, SHORT, SHORT)
    pen.draw("hair.front", styles[choice % 3], hair)


def _features(pen: _Pen, hair: str, choices: bytes, *, child: bool) -> None:
    """Eyes, brows, nose and mouth, a few strokes each; a child's sit lower."""
    low = 25 if child else 0
    eye = 570 + low
    lift = choices[7] % 3 * 8
    pen.both("brow", f"M -165 {eye - 62} C -140 {eye - 84 - lift} -95 {eye - 84 - lift} -68 {eye - 66}", "", hair, 17)
    pen.both("eye", f"M -150 {eye + 6} C -130 {eye - 24} -95 {eye - 24} -78 {eye + 6}", "", LINE, 15)
    pen.both(
        "pupil",
        f"M -131 {eye} C -131 {eye + 27} -97 {eye + 27} -97 {eye} C -97 {eye - 21} -131 {eye - 21} -131 {eye} Z",
        "#33302F",
    )
    pen.draw(
        "nose",
        f"M -6 {eye + 30} C -16 {eye + 80} -26 {eye + 98} -22 {eye + 112} "
        f"C -8 {eye + 124} 10 {eye + 122} 22 {eye + 112}",
        "",
        "#B98E70",
        12,
    )
    width, bend = 62 + choices[8] % 3 * 10, 22 + choices[8] // 3 % 3 * 6
    mouth = 745 + low // 2
    pen.draw(
        "mouth",
        f"M {-width} {mouth} C {-width // 2} {mouth + bend} {width // 2} {mouth + bend} {width} {mouth}",
        "",
        "#A8685A",
        15,
    )


def _glasses(pen: _Pen) -> None:
    pen.both(
        "glass",
        "M -195 540 C -195 515 -175 512 -114 512 C -55 512 -36 515 -36 540 C -36 625 -65 650 -114 650 "
        "C -165 650 -195 625 -195 540 Z",
        "",
        "#4A4F57",
        13,
    )
    pen.draw("bridge", "M -36 552 C -18 540 18 540 36 552", "", "#4A4F57", 13)


def _darker(colour: str, percent: int = 86) -> str:
    """The same hue with less light."""
    return "#" + "".join(f"{int(colour[place : place + 2], 16) * percent // 100:02X}" for place in (1, 3, 5))
