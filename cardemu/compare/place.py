"""Where a card lies in a picture, and how much of what is printed on it the picture holds.

The card is found by the features it shares with the reference (SIFT; Lowe 2004), which gives its place turned and in
perspective; then small pieces of it all over the card are laid on the reference, which gives it to a fraction of a
pixel.  Needs OpenCV, the extra `scan`.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from cardemu.compare.likeness import Colour, Grey, blurred, grey, top_of

HOW_TO = "comparing a scan needs OpenCV: pip install 'cardmill[scan]'"
FEATURES_PX, REFERENCE_PX = (640, 1100), 506
"""Features are looked for in a picture, and in a reference, no larger than this; in a larger picture only where the
smaller shows too few."""
SQUARE_PX, MOST_A_SQUARE = 42, 4
LEAST_MATCHES, MANY_MATCHES = 20, 60
"""Without so many there is no card; with so many its place needs no finer picture."""
RATIO = 0.75
"""Lowe's: the best match must be clearly better than the second."""
MISS_PX = 3.0
PIECE_PX, PIECE_STEP_PX, PIECE_SEARCH_PX = 64, 48, 14
PIECE_ALIKE, PIECE_OFF_PX, LEAST_PIECES = 0.75, 2.0, 12
"""How alike a piece must be, and how far it may lie from where the others say."""
SIGMAS_PX = (0.0, 4.0)
"""Blur, in pixels of the reference, among which the picture's is looked for."""
SHARP = 0.5
"""assumed: a picture of d dots an inch laid on one of D has a blur of SHARP * D / d pixels there (measured with card
faces made smaller by averaging)."""

CARD_CORNER = 3.5 / 85.6
"""Radius of a card's corner, in parts of its width, and a little more."""

Homography = npt.NDArray[np.float64]
"""Reference pixels to picture pixels, shape (3, 3)."""


class ScanError(ValueError):
    """A picture no card can be found in; the message says why."""


@lru_cache(maxsize=1)
def opencv() -> Any:
    """The library."""
    try:
        return importlib.import_module("cv2")
    except ImportError as error:
        raise ScanError(HOW_TO) from error


@dataclass(frozen=True, slots=True)
class Found:
    """A card in a picture.  `scale`: picture pixels to one of the reference, where there are fewest."""

    side: str
    place: Homography
    agreeing: int
    scale: float


def find(picture: Colour, sides: Mapping[str, Colour]) -> Found:
    """The side of the card that the picture shows best, and where; ScanError when there is none."""
    sift = opencv().SIFT_create(nfeatures=2500)
    plain = {side: smaller(expected, REFERENCE_PX) for side, expected in sides.items()}
    features = {side: sift.detectAndCompute(grey(one).astype(np.uint8), None) for side, one in plain.items()}
    best, most = None, 0
    for longest_px in FEATURES_PX:
        small = smaller(picture, longest_px)
        ratio = picture.shape[1] / small.shape[1]
        seen = sift.detectAndCompute(grey(small).astype(np.uint8), None)
        for side, expected in sides.items():
            place, agree = _match(features[side], seen)
            if place is not None and agree > most and _is_card(place, plain[side].shape):
                shrunk = plain[side].shape[1] / expected.shape[1]
                placed = np.diag((ratio, ratio, 1.0)) @ place @ np.diag((shrunk, shrunk, 1.0))
                best, most = Found(side, placed, agree, _scale(placed, expected.shape)), agree
        if most >= MANY_MATCHES:
            break
    if best is None or most < LEAST_MATCHES:
        raise ScanError(
            f"no card of this product found in the picture: {most} features agree, needs {LEAST_MATCHES}; is it the "
            f"right product, sharp, and at least about 150 dpi?"
        )
    return best


def smaller(picture: Colour, longest_px: int) -> Colour:
    """The picture, made smaller if it is larger than that."""
    longest = max(picture.shape[:2])
    if longest <= longest_px:
        return picture
    size = (round(picture.shape[1] * longest_px / longest), round(picture.shape[0] * longest_px / longest))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _match(expected: tuple[Any, Any], seen: tuple[Any, Any]) -> tuple[Homography | None, int]:
    """The homography most features agree on, each a pair of key points and descriptors."""
    cv = opencv()
    (points, features), (others, their_features) = expected, seen
    if features is None or their_features is None or len(others) < 2:
        return None, 0
    pairs = cv.BFMatcher().knnMatch(features, their_features, k=2)
    good = [pair for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    good = _scattered([pair[0] for pair in sorted(good, key=lambda pair: pair[0].distance / pair[1].distance)], points)
    if len(good) < 4:
        return None, len(good)
    mine = np.array([points[match.queryIdx].pt for match in good])
    theirs = np.array([others[match.trainIdx].pt for match in good])
    place, agree = cv.findHomography(mine, theirs, cv.USAC_MAGSAC, MISS_PX, maxIters=5000, confidence=0.999)
    return place, 0 if place is None else int(agree.sum())


def _corners(shape: tuple[int, ...]) -> Homography:
    high, wide = shape[:2]
    return np.array([[0, 0, 1], [wide, 0, 1], [wide, high, 1], [0, high, 1]], dtype=np.float64)


def _scattered(matches: list[Any], points: Any) -> list[Any]:
    """At most so many matches from any part of the card, so that one large word does not outvote the rest."""
    taken: Counter[tuple[int, int]] = Counter()
    kept = []
    for match in matches:
        x, y = points[match.queryIdx].pt
        square = int(x // SQUARE_PX), int(y // SQUARE_PX)
        taken[square] += 1
        if taken[square] <= MOST_A_SQUARE:
            kept.append(match)
    return kept


def _is_card(place: Homography, shape: tuple[int, ...]) -> bool:
    """Whether the corners of the card make a convex figure that is not mirrored and not a sliver."""
    corners = _corners(shape) @ place.T
    if (corners[:, 2] <= 0).any():
        return False
    flat = corners[:, :2] / corners[:, 2:]
    edges = np.roll(flat, -1, axis=0) - flat
    turns = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    return bool((turns > 0).all() and np.linalg.norm(edges, axis=1).min() > 0.15 * shape[0])


def _scale(place: Homography, shape: tuple[int, ...]) -> float:
    """Picture pixels to a pixel of the reference, in the direction and at the corner where there are fewest."""
    least = np.inf
    for corner in _corners(shape):
        x, y, w = place @ corner
        at = (place[:2, :2] * w - np.outer((x, y), place[2, :2])) / w**2
        least = min(least, float(np.linalg.svd(at, compute_uv=False)[-1]))
    return least


def straightened(picture: Colour, found: Found, shape: tuple[int, ...]) -> Colour:
    """The card alone, of the reference's size and place."""
    cv = opencv()
    high, wide = shape[:2]
    mean = float(np.sqrt(abs(np.linalg.det(found.place[:2, :2]))))
    soft = blurred(picture, 0.4 * mean) if mean > 1.5 else picture
    straight: Colour = cv.warpPerspective(
        soft, np.linalg.inv(found.place), (wide, high), flags=cv.INTER_CUBIC, borderMode=cv.BORDER_REPLICATE
    )
    return straight


def held(picture: Colour, found: Found, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which pixels of the straightened card the picture holds."""
    whole = np.full(picture.shape[:2], 255, dtype=np.uint8)
    there: npt.NDArray[np.bool_] = opencv().warpPerspective(whole, np.linalg.inv(found.place), shape[1::-1]) > 127
    return there


def rounded(shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which pixels of a straightened card are card, and not the table at its corners."""
    high, wide = shape[:2]
    radius = CARD_CORNER * wide
    y, x = np.mgrid[0:high, 0:wide] + 0.5
    across = np.maximum(radius - np.minimum(x, wide - x), 0)
    down = np.maximum(radius - np.minimum(y, high - y), 0)
    card: npt.NDArray[np.bool_] = np.hypot(across, down) <= radius
    return card


def cut_off(there: npt.NDArray[np.bool_], least_px: int) -> dict[str, int]:
    """How many pixels the card lacks at those of its edges where it lacks at least so many."""
    lacking = {
        "left": _leading(there, least_px),
        "right": _leading(there[:, ::-1], least_px),
        "top": _leading(there.T, least_px),
        "bottom": _leading(there.T[:, ::-1], least_px),
    }
    return {edge: count for edge, count in lacking.items() if count >= least_px}


def _leading(there: npt.NDArray[np.bool_], margin_px: int) -> int:
    """The longest run of missing pixels that a row begins with, among rows that hold something.

    The outermost rows are left out: a margin that slants by a hair is missing along its whole length.
    """
    rows = there[margin_px:-margin_px]
    rows = rows[rows.any(axis=1)]
    return int(rows.argmax(axis=1).max(initial=0))


def refined(picture: Colour, found: Found, expected: Colour) -> Found:
    """The card's place, corrected by where small pieces of it are found; pieces that were changed are outvoted."""
    cv = opencv()
    target, straight = (
        grey(one).astype(np.float32) for one in (expected, straightened(picture, found, expected.shape))
    )
    mine, theirs = [], []
    high, wide = target.shape
    reach = PIECE_SEARCH_PX
    for top in range(reach, high - PIECE_PX - reach, PIECE_STEP_PX):
        for left in range(reach, wide - PIECE_PX - reach, PIECE_STEP_PX):
            piece = target[top : top + PIECE_PX, left : left + PIECE_PX]
            if piece.std() < 8:
                continue
            window = straight[top - reach : top + PIECE_PX + reach, left - reach : left + PIECE_PX + reach]
            alike, x, y = top_of(cv.matchTemplate(window, piece, cv.TM_CCOEFF_NORMED))
            if alike >= PIECE_ALIKE:
                mine.append((left + PIECE_PX / 2, top + PIECE_PX / 2))
                theirs.append((left + PIECE_PX / 2 + x - reach, top + PIECE_PX / 2 + y - reach))
    if len(mine) < LEAST_PIECES:
        return found
    change, _ = cv.findHomography(np.array(mine), np.array(theirs), cv.RANSAC, PIECE_OFF_PX)
    if change is None:
        return found
    place = found.place @ change
    place /= place[2, 2]
    return Found(found.side, place, found.agreeing, _scale(place, expected.shape))


def softness(found: Grey, expected: Grey) -> float:
    """The blur, in pixels, that makes the reference most like the picture; noise does not change where that is."""
    cv = opencv()
    low, high = SIGMAS_PX
    seen, wanted = (picture - cv.GaussianBlur(picture, (0, 0), 8) for picture in (found, expected))

    def alike(sigma: float) -> float:
        soft = cv.GaussianBlur(wanted, (0, 0), sigma) if sigma > 0.05 else wanted
        return float((soft * seen).sum() / np.sqrt((soft * soft).sum()))

    golden = (5**0.5 - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    scores = [alike(left), alike(right)]
    for _ in range(8):
        if scores[0] >= scores[1]:
            high, right = right, left
            left = high - golden * (high - low)
            scores = [alike(left), scores[0]]
        else:
            low, left = left, right
            right = low + golden * (high - low)
            scores = [scores[1], alike(right)]
    return round(float(low + high) / 2, 2)


def resolution_dpi(scale: float, sigma_px: float, dpi: int) -> float:
    """What the picture resolves: no finer than its pixels, no finer than its blur, whatever its size."""
    return dpi * min(scale, SHARP / max(sigma_px, 1e-6))
