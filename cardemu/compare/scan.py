"""A scanned or photographed card against its reference: found in the picture, straightened, compared field by field."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from cardemu.compare.fields import SCANNED, Sheet, elsewhere, judge_all, mark
from cardemu.compare.findings import SAME, UNJUDGED, Row, Verdict
from cardemu.compare.light import Light, evened
from cardemu.compare.likeness import Colour, blurred, grey
from cardemu.compare.picture import difference
from cardemu.compare.pixels import WIDTH_MM, compare_pictures
from cardemu.compare.place import (
    ScanError,
    cut_off,
    find,
    held,
    refined,
    resolution_dpi,
    rounded,
    smaller,
    softness,
    straightened,
)
from cardemu.compare.reading import Optics
from cardemu.compare.regions import regions
from cardemu.face.description import SIDES
from cardemu.face.raster import on_white
from cardemu.reference.faces import RESOLUTIONS_DPI, png_name
from cardemu.reference.pictures import PictureError, read_picture

if TYPE_CHECKING:
    from cardemu.compare.bundles import Bundle

LONGEST_PX = 2400
"""A larger scan is made smaller first."""
TINT = 25.0
"""Delta E of the whole picture's mean colour that a scanner may add."""
LEGIBLE_DPI = 110
"""A picture that resolves less holds too little of a character to tell it from others."""
CUT_MM = 1.0
"""What a picture may lack of a card's edge: nothing is printed so near to it."""
SPREAD = 1.0
"""Blur, in parts of its sigma, across which neighbouring pixels tell the same."""
DPI = RESOLUTIONS_DPI[0]


def compare_scan(path: Path, reference: Bundle, side: str, title: str) -> Verdict:
    """A picture file against the reference's faces.  `side`: front or back; empty: whichever it shows."""
    if side and side not in SIDES:
        raise ScanError(f"side {side!r} must be {' or '.join(SIDES)}")
    try:
        data, _, _ = read_picture(path, "picture", ("PNG", "JPEG"))
    except PictureError as error:
        raise ScanError(str(error)) from error
    rendered = _as_rendered(data, reference, side)
    if rendered is not None:
        pictures: dict[str, bytes] = {}
        name, chosen = rendered
        if data == reference.files[name]:
            row = Row("face", name, "the same bytes", "the same bytes", name)
            return Verdict(title, (row,), _of_nobody(reference, chosen))
        rows = compare_pictures(name, reference.files[name], data, reference.faces[chosen], pictures)
        return Verdict(title, tuple(rows), _of_nobody(reference, chosen), pictures)
    return compare_photo(np.asarray(on_white(data)), reference, side, title)


def _as_rendered(data: bytes, reference: Bundle, side: str) -> tuple[str, str] | None:
    """The reference picture that a rendering of this program belongs to, by size and title; None for a scan.

    A rendering of the other side than `side` is treated as a scan of it, and not found.
    """
    with Image.open(io.BytesIO(data)) as picture:
        size, noted = picture.size, str(picture.info.get("Title", ""))
    for one in SIDES:
        for dpi in RESOLUTIONS_DPI:
            name = png_name(one, dpi)
            with Image.open(io.BytesIO(reference.files[name])) as own:
                if own.size == size and noted.rpartition(", ")[2] == one and side in {"", one}:
                    return name, one
    return None


def compare_photo(picture: Colour, reference: Bundle, side: str, title: str) -> Verdict:
    """A picture of a card lying anywhere in it."""
    small = smaller(picture, LONGEST_PX)
    found = find(small, {one: _reference(reference, one) for one in ((side,) if side else SIDES)})
    expected = _reference(reference, found.side)
    for _ in range(2):
        found = refined(small, found, expected)
    straight, there = straightened(small, found, expected.shape), held(small, found, expected.shape)
    px_mm = expected.shape[1] / WIDTH_MM
    whole = _whole(there, px_mm, found.side)
    there &= rounded(expected.shape)
    even, light = evened(straight, expected, there, px_mm)
    sigma = softness(grey(even).astype(np.float32), grey(expected).astype(np.float32))
    dpi = resolution_dpi(found.scale, sigma, DPI)
    optics = Optics(px_mm, sigma, max(1.0, 1 / found.scale, SPREAD * sigma))
    unreadable = f"the picture resolves {dpi:.0f} dpi, a text needs {LEGIBLE_DPI}" if dpi < LEGIBLE_DPI else ""
    sheet = Sheet(blurred(expected, sigma), even, optics, there, unreadable, light.unevenness)
    fields = regions(reference.faces[found.side])
    rows = [whole, *judge_all(sheet, fields, found.side, SCANNED)]
    rows += [elsewhere(sheet, fields, found.side), mark(sheet, fields, found.side), *_colour_of_all(light, found.side)]
    notes = [f"{found.side}: resolves {dpi:.0f} dpi (blur {sigma:g} px at {DPI} dpi), light and tint taken out"]
    if not light.even:
        notes.append(
            f"{found.side}: the light differs by {100 * light.unevenness:.0f} %, so colours are judged by their hue, "
            f"and the colour of the whole is not judged"
        )
    notes += _of_nobody(reference, found.side)
    measures = {"resolution_dpi": round(dpi, 1), "unevenness_of_light": round(light.unevenness, 3)}
    said = not all(row.ok for row in rows)
    shown = {f"difference-{found.side}.png": difference(sheet.expected, even, fields, rows, px_mm)} if said else {}
    return Verdict(title, tuple(rows), tuple(notes), shown, measures)


def _of_nobody(reference: Bundle, side: str) -> tuple[str, ...]:
    """A note where a side tells nothing of its holder: that it is the same does not say whose card it is."""
    if reference.faces[side]["person"]:
        return ()
    other = next(one for one in SIDES if one != side)
    every = f"the {side} carries nothing of its holder and is the same on every card of this product"
    return (f"{every}; the {other} was not compared",)


def _whole(there: npt.NDArray[np.bool_], px_mm: float, side: str) -> Row:
    """The row that says whether all of the card is in the picture."""
    lacking = {edge: count / px_mm for edge, count in cut_off(there, round(CUT_MM * px_mm)).items()}
    if not lacking:
        return Row("face", "whole card", "in the picture", "in the picture", side)
    words = ", ".join(f"{length:.1f} mm at the {edge}" for edge, length in lacking.items())
    return Row("face", "whole card", "in the picture", f"not whole: lacks {words}", side, UNJUDGED)


def _colour_of_all(light: Light, side: str) -> list[Row]:
    """The row of the whole picture's colour, where a scanner's even light lets it be judged."""
    if not light.even:
        return []
    kind = SAME if light.tint <= TINT else "colour"
    return [Row("face", "whole face", f"delta E at most {TINT:g}", f"delta E {light.tint:.1f}", side, kind)]


def _reference(reference: Bundle, side: str) -> Colour:
    with Image.open(io.BytesIO(reference.files[png_name(side, DPI)])) as picture:
        return np.asarray(picture.convert("RGB"))
