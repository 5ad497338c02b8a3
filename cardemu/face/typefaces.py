"""The fonts a face is written in: widths and outlines in whole units, and who has which character.

Three subsets of Noto CJK come with the package (`fonts/`).  Fonts of the user's own only lend the characters the
bundled ones lack; each is named by the hash of its file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont

from cardemu.inputfile import read_bytes

FOLDER = Path(__file__).parent / "fonts"
Point = tuple[float, float]
BUNDLED = ("text", "title", "mark")
MOST_BYTES = 200_000_000
"""More than the largest collection of fonts of all Chinese characters has."""


class FontError(ValueError):
    """A font file that cannot be used."""


class _Pen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Takes an outline down; the base class puts components together and makes quadratic curves cubic."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.found: list[tuple[str, tuple[Point, ...]]] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - the base class calls it so
        self.found.append(("M", (pt,)))

    def _lineTo(self, pt: Point) -> None:  # noqa: N802 - the base class calls it so
        self.found.append(("L", (pt,)))

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802 - the base class calls it so
        self.found.append(("C", (pt1, pt2, pt3)))

    def _closePath(self) -> None:  # noqa: N802 - the base class calls it so
        self.found.append(("Z", ()))


def _faces_in(data: bytes) -> int:
    """How many fonts a file holds: a collection says it in its head (OpenType 1.9.1, Font Collections)."""
    return int.from_bytes(data[8:12], "big") if data[:4] == b"ttcf" else 1


class Typeface:
    """One font file.  `number`: its place in a collection."""

    def __init__(self, name: str, path: Path, number: int = 0) -> None:
        self.name = name
        self._path = path
        self.number = number
        data = read_bytes(path, MOST_BYTES)
        if number >= (there := _faces_in(data)):
            known = f"it has 0 to {there - 1}" if there > 1 else "it is no collection and has only 0"
            raise FontError(f"font file {name}: has no face {number}; {known}")
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._font = TTFont(io.BytesIO(data), fontNumber=number, lazy=True)
            self._cmap: dict[int, str] = self._font.getBestCmap() or {}
            self.units: int = self._font["head"].unitsPerEm
            self._widths = self._font["hmtx"].metrics
        except (TTLibError, KeyError, AssertionError, ValueError, OSError) as error:
            raise FontError(f"font file {name}: not a TrueType or OpenType font ({error})") from error

    def __contains__(self, character: str) -> bool:
        """Whether the font has a character."""
        return ord(character) in self._cmap

    def width(self, character: str) -> int:
        """The advance of a character in font units."""
        width: int = self._widths[self._cmap[ord(character)]][0]
        return width

    @lru_cache(maxsize=64)  # noqa: B019 - fonts live as long as the program
    def sized(self, size_px: float) -> ImageFont.FreeTypeFont:
        """The font for FreeType at a size in pixels; hinted, and without the shaping library."""
        return ImageFont.truetype(self._path, size_px, index=self.number, layout_engine=ImageFont.Layout.BASIC)

    @cached_property
    def _glyphs(self) -> Any:
        return self._font.getGlyphSet()

    def outline(self, character: str) -> tuple[tuple[str, tuple[Point, ...]], ...]:
        """The outline of a character: M, L, C and Z, each with its points in font units, y upwards."""
        pen = _Pen(self._glyphs)
        self._glyphs[self._cmap[ord(character)]].draw(pen)
        return tuple(pen.found)


@lru_cache(maxsize=8)
def bundled(name: str) -> Typeface:
    """A font that comes with the package: text, title or mark."""
    return Typeface(f"Cardmill {name.title()}", FOLDER / f"{name}.otf")


def from_text(text: str) -> Typeface:
    """A font of the user's own, FILE or, in a collection, FILE#NUMBER; FontError when it cannot be used."""
    name, mark, number = text.rpartition("#")
    if not (mark and number.isascii() and number.isdecimal()):
        name, number = text, "0"
    try:
        return Typeface(Path(name).name, Path(name), int(number))
    except OSError as error:
        raise FontError(f"{name}: {error.strerror}") from error


def own_fonts(texts: Iterable[str], problems: list[tuple[str, str]]) -> tuple[Typeface, ...]:
    """The user's own fonts; what cannot be used is added to the problems, as font-file."""
    found: list[Typeface] = []
    for text in texts:
        try:
            found.append(from_text(text))
        except FontError as error:
            problems.append(("font-file", str(error)))
    return tuple(found)


class Typecase:
    """All fonts of a face in one list: the bundled ones, then the user's own."""

    def __init__(self, extra: tuple[Typeface, ...] = ()) -> None:
        self.faces: tuple[Typeface, ...] = (*map(bundled, BUNDLED), *extra)
        self._key = tuple((face.sha256, face.number) for face in self.faces)

    def __eq__(self, other: object) -> bool:
        """Whether both have the same fonts in the same order."""
        return isinstance(other, Typecase) and self._key == other._key

    def __hash__(self) -> int:
        """Of the fonts' hashes."""
        return hash(self._key)

    def find(self, character: str, font: str) -> int | None:
        """The place of the font that has a character: the font asked for, else the text font, else the user's."""
        places: list[int] = [BUNDLED.index(font), 0, *range(len(BUNDLED), len(self.faces))]
        for place in places:
            if character in self.faces[place]:
                return place
        return None

    def missing(self, text: str, font: str) -> tuple[str, ...]:
        """The characters of a text that no font has, each once."""
        return tuple(dict.fromkeys(character for character in text if self.find(character, font) is None))
