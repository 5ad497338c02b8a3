"""Two rendered pictures of one face: exactly where renderer and fonts are the same, else within a stated tolerance.

Fast first: whole-picture equality takes milliseconds; fields are looked at only where it fails.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from cardemu.compare.fields import EXACT, Sheet, judge_all
from cardemu.compare.findings import Row
from cardemu.compare.likeness import Colour
from cardemu.compare.picture import difference
from cardemu.compare.reading import Optics
from cardemu.compare.regions import Region, regions
from cardemu.face.specimen import CARD
from cardemu.reference.pictures import TOO_MANY_PIXELS

WIDTH_MM = CARD.width / 1000
ANY = 24
"""Brightness steps a pixel may differ where the renderers do."""
SHARE = 0.002
"""Part of all pixels that may differ by more."""
_MADE_BY = ("Renderer", "Fonts")


def compare_pictures(
    name: str, expected: bytes, found: bytes, face: Mapping[str, Any], pictures: dict[str, bytes], *, told: bool = False
) -> list[Row]:
    """Rows for two PNG files of one side; into `pictures` goes the difference, if there is one.

    `told`: the side was looked at in another resolution already, so that its fields are only named.
    """
    mine, notes = _open(expected)
    try:
        theirs, other_notes = _open(found)
    except (OSError, SyntaxError, ValueError, *TOO_MANY_PIXELS) as error:
        return [Row("face", name, "a picture", f"broken: {error}", name, "unreadable")]
    if mine.shape != theirs.shape:
        sizes = [f"{one.shape[1]} x {one.shape[0]} pixels" for one in (mine, theirs)]
        return [Row("face", name, sizes[0], sizes[1], name, "differs")]
    if np.array_equal(mine, theirs):
        said = {key: (notes.get(key, ""), other_notes.get(key, "")) for key in {**notes, **other_notes}}
        wrong = [Row("face", f"note {key}", a, b, name, "differs") for key, (a, b) in sorted(said.items()) if a != b]
        return wrong or [Row("face", name, "the same pixels", "other bytes", name, "differs")]
    exact = all(notes.get(key) and notes.get(key) == other_notes.get(key) for key in _MADE_BY)
    return _different(name, (mine, theirs), face, None if told else pictures, exact=exact)


def _open(data: bytes) -> tuple[Colour, dict[str, str]]:
    with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        notes = {str(key): str(value) for key, value in picture.info.items()}
        return np.asarray(picture.convert("RGB")), notes


def _different(
    name: str, both: tuple[Colour, Colour], face: Mapping[str, Any], pictures: dict[str, bytes] | None, *, exact: bool
) -> list[Row]:
    """Which fields the differing pixels lie in, and how they differ."""
    mine, theirs = both
    px_mm = mine.shape[1] / WIDTH_MM
    apart = np.abs(mine.astype(np.int16) - theirs.astype(np.int16)).max(axis=2)
    differing = apart > (0 if exact else ANY)
    if not exact and differing.mean() <= SHARE:
        return [Row("face", name, f"within {ANY} of 255", f"at most {int(apart.max())}", name)]
    fields = regions(face)
    touched = [region for region in fields if _inside(differing, region, px_mm)]
    side = str(face.get("side", name))
    judged = [] if pictures is None else judge_all(Sheet(mine, theirs, Optics(px_mm)), touched, side, EXACT)
    rows = [row for row in judged if not row.ok]
    if not rows:
        y, x = (int(place[0]) for place in np.nonzero(differing))
        count = int(differing.sum())
        where = f"{name}, {x / px_mm:.1f} mm from left, {y / px_mm:.1f} mm from top"
        names = ", ".join(region.name for region in touched) or "background"
        shown = f"{count} pixels differ, by {int(apart.max())} at most"
        rows = [Row("face", names, "the same pixels", shown, where, "differs")]
    if pictures is not None:
        pictures[f"difference-{name}"] = difference(mine, theirs, fields, rows, px_mm)
    return rows


def _inside(differing: np.ndarray, region: Region, px_mm: float) -> bool:
    rect = region.rect
    left, top = max(0, int(rect.left * px_mm)), max(0, int(rect.top * px_mm))
    return bool(differing[top : int(rect.bottom * px_mm) + 1, left : int(rect.right * px_mm) + 1].any())
