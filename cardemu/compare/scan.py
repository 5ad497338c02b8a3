"""A scanned or printed card against its reference: found in the picture, straightened, compared field by field.

The card is found by the features it shares with the reference (SIFT; Lowe 2004), which also gives its place to a
fraction of a pixel, turned and in perspective.  Needs OpenCV, the extra `scan`.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from cardemu.compare.fields import SCANNED, Sheet, elsewhere, judge_all, mark
from cardemu.compare.findings import Row, Verdict
from cardemu.compare.likeness import Colour, blurred, evened, grey, same_place
from cardemu.compare.picture import difference
from cardemu.compare.pixels import WIDTH_MM, compare_pictures
from cardemu.compare.regions import regions
from cardemu.face.description import SIDES
from cardemu.reference.faces import RESOLUTIONS_DPI, png_name
from cardemu.reference.pictures import PictureError, read_picture

if TYPE_CHECKING:
    from cardemu.compare.bundles import Bundle

HOW_TO = "comparing a scan needs OpenCV: pip install 'cardmill[scan]'"
LONGEST_PX = 2400
"""A larger scan is made smaller first."""
FEATURES_PX = 1300
"""Features are looked for in a picture no larger than this."""
LEAST_MATCHES = 30
RATIO = 0.75
"""Lowe's: the best match must be clearly better than the second."""
MISS_PX = 3.0
TINT = 25.0
"""Delta E of the whole picture's mean colour that a scanner may add."""
SIGMAS_PX = (0.0, 0.6, 1.0, 1.5, 2.0, 2.8)
DPI = RESOLUTIONS_DPI[0]


class ScanError(ValueError):
    """A picture no card can be found in; the message says why."""


@lru_cache(maxsize=1)
def opencv() -> Any:
    """The library."""
    try:
        return importlib.import_module("cv2")
    except ImportError as error:
        raise ScanError(HOW_TO) from error


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
    with Image.open(io.BytesIO(data)) as opened:
        picture = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    return compare_photo(picture, reference, side, title)


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
    small = _smaller(picture, LONGEST_PX)
    found = _find(small, {one: _reference(reference, one) for one in ((side,) if side else SIDES)})
    chosen = max(found, key=lambda one: found[one][1])
    place, matches = found[chosen]
    if place is None or matches < LEAST_MATCHES:
        raise ScanError(
            f"no card of this product found in the picture: {matches} features agree, needs {LEAST_MATCHES}; is it the "
            f"right product, sharp, and at least about 150 dpi?"
        )
    expected = _reference(reference, chosen)
    straight = _straightened(small, place, expected.shape)
    even, tint = evened(straight, expected)
    sigma = _softness(even, expected)
    soft = blurred(expected, sigma)
    fields = regions(reference.faces[chosen])
    px_mm = expected.shape[1] / WIDTH_MM
    sheet = Sheet(soft, even, px_mm)
    rows = judge_all(sheet, fields, chosen, replace(SCANNED, blur_px=sigma))
    rows += [elsewhere(sheet, fields, chosen), mark(sheet, fields, chosen)]
    kind = "same" if tint <= TINT else "colour"
    rows.append(Row("face", "whole face", f"delta E at most {TINT:g}", f"delta E {tint:.1f}", chosen, kind))
    notes = (f"{chosen}: {matches} features agree, blur {sigma:g} px at {DPI} dpi, light and tint taken out",)
    wrong = any(not row.ok for row in rows)
    shown = {f"difference-{chosen}.png": difference(soft, even, fields, rows, px_mm)} if wrong else {}
    return Verdict(title, tuple(rows), (*notes, *_of_nobody(reference, chosen)), shown)


def _of_nobody(reference: Bundle, side: str) -> tuple[str, ...]:
    """A note where a side tells nothing of its holder: that it is the same does not say whose card it is."""
    if reference.faces[side]["person"]:
        return ()
    return (f"the {side} carries nothing of its holder and is the same on every card of this product",)


def _smaller(picture: Colour, longest_px: int) -> Colour:
    longest = max(picture.shape[:2])
    if longest <= longest_px:
        return picture
    size = (round(picture.shape[1] * longest_px / longest), round(picture.shape[0] * longest_px / longest))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _reference(reference: Bundle, side: str) -> Colour:
    with Image.open(io.BytesIO(reference.files[png_name(side, DPI)])) as picture:
        return np.asarray(picture.convert("RGB"))


Homography = npt.NDArray[np.float64]
"""Reference pixels to scan pixels, shape (3, 3)."""


def _find(picture: Colour, sides: Mapping[str, Colour]) -> dict[str, tuple[Homography | None, int]]:
    """Where each reference lies in the picture, and how many features agree on it."""
    sift = opencv().SIFT_create(nfeatures=2500)
    small = _smaller(picture, FEATURES_PX)
    scale = picture.shape[1] / small.shape[1]
    seen = sift.detectAndCompute(grey(small).astype(np.uint8), None)
    found: dict[str, tuple[Homography | None, int]] = {}
    for side, expected in sides.items():
        place, agree = _match(sift.detectAndCompute(grey(expected).astype(np.uint8), None), seen)
        if place is not None:
            place = np.diag((scale, scale, 1.0)) @ place
        found[side] = (place, agree) if place is not None and _is_card(place, expected.shape) else (None, agree)
    return found


def _match(expected: tuple[Any, Any], seen: tuple[Any, Any]) -> tuple[Homography | None, int]:
    """The homography most features agree on, each a pair of key points and descriptors."""
    cv = opencv()
    (points, features), (others, their_features) = expected, seen
    if features is None or their_features is None or len(others) < 2:
        return None, 0
    pairs = cv.BFMatcher().knnMatch(features, their_features, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(good) < 4:
        return None, len(good)
    mine = np.array([points[match.queryIdx].pt for match in good])
    theirs = np.array([others[match.trainIdx].pt for match in good])
    place, agree = cv.findHomography(mine, theirs, cv.USAC_MAGSAC, MISS_PX, maxIters=5000, confidence=0.999)
    return place, 0 if place is None else int(agree.sum())


def _is_card(place: Homography, shape: tuple[int, ...]) -> bool:
    """Whether the corners of the card make a convex figure that is not mirrored and not a sliver."""
    high, wide = shape[:2]
    corners = np.array([[0, 0, 1], [wide, 0, 1], [wide, high, 1], [0, high, 1]], dtype=np.float64) @ place.T
    if (corners[:, 2] <= 0).any():
        return False
    flat = corners[:, :2] / corners[:, 2:]
    edges = np.roll(flat, -1, axis=0) - flat
    turns = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    return bool((turns > 0).all() and np.linalg.norm(edges, axis=1).min() > 0.15 * high)


def _straightened(picture: Colour, place: Homography, shape: tuple[int, ...]) -> Colour:
    cv = opencv()
    high, wide = shape[:2]
    scale = float(np.sqrt(abs(np.linalg.det(place[:2, :2]))))
    soft = blurred(picture, 0.4 * scale) if scale > 1.5 else picture
    straight: Colour = cv.warpPerspective(
        soft, np.linalg.inv(place), (wide, high), flags=cv.INTER_CUBIC, borderMode=cv.BORDER_REPLICATE
    )
    return straight


def _softness(found: Colour, expected: Colour) -> float:
    """The blur that makes the middle of the reference most like the scan."""
    high, wide = found.shape[:2]
    middle = slice(high // 4, 3 * high // 4), slice(wide // 4, 3 * wide // 4)
    target, piece = grey(found[middle]), np.ascontiguousarray(expected[middle])
    return max(SIGMAS_PX, key=lambda sigma: same_place(grey(blurred(piece, sigma)), target))
