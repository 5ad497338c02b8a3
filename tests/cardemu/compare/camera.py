"""A camera that does not exist: a card on a cluttered table, photographed by hand in mild or hard light.

Everything happens in linear light, in the order of a real photograph: the card lies aslant in space before a pinhole;
lamp, vignette, shadow and the lamp's reflection fall on it; the lens blurs, the hand shakes; pixels average what falls
on them; photons and electronics are noisy; the picture is gamma-coded and packed as JPEG.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from cardemu.compare.likeness import Colour

Field = npt.NDArray[np.float32]
GAMMA = 2.2
FINER = 2
"""Sub-pixels along each edge of a pixel."""
COARSE = 8
"""Light changes slowly: it is computed for every so many sub-pixels."""
WIDTH_MM, HEIGHT_MM = 85.6, 53.98


@dataclass(frozen=True)
class Light:
    """The worst a class of photographs has; each photograph draws between nothing and it.

    Gradient and shadow are parts of the light that are missing at the darkest place; `penumbra_mm` is the least width
    of a shadow's edge; `cast` how far a channel is off; `spot` the reflection against white paper; blurs in pixels.
    """

    tilt_degrees: float
    gradient: float
    vignette: float
    shadow: float
    penumbra_mm: float
    cast: float
    spot: float
    noise: float
    defocus_px: float
    shake_px: float


MILD = Light(8, 0.25, 0.12, 0.18, 14, 0.06, 0.0, 0.012, 0.6, 0.6)
HARD = Light(22, 0.5, 0.25, 0.45, 6, 0.15, 0.5, 0.025, 1.0, 1.6)


def photograph(
    card: Colour, card_px: float, light: Light, chance: np.random.Generator, *, turn_degrees: float | None = None
) -> bytes:
    """A JPEG file.  `card`: its picture in at least the resolution wanted; `card_px`: its mean width in the photo."""
    turn = chance.choice([0, 0, 0, 90, 180, 270]) + chance.normal(0, 6) if turn_degrees is None else turn_degrees
    corners, size = _placed(card_px * FINER, turn, light.tilt_degrees, chance)
    high, wide = card.shape[:2]
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    place = cv2.getPerspectiveTransform(flat, corners)
    shrink = wide / (card_px * FINER)
    soft = cv2.GaussianBlur(card, (0, 0), 0.4 * shrink) if shrink > 1.2 else card
    seen = cv2.warpPerspective(soft, place, size, flags=cv2.INTER_CUBIC)
    cover = cv2.warpPerspective(_outline(card.shape), place, size, flags=cv2.INTER_LINEAR)[..., None] / np.float32(255)
    scene = _table(size, card_px * FINER, chance) * _contact_shadow(cover, card_px * FINER) * (1 - cover)
    scene = scene + _linear(seen) * cover
    lit = _lit(scene.astype(np.float32), card_px * FINER / WIDTH_MM, corners.mean(axis=0), light, chance)
    pixels = cv2.resize(_blurred(lit, light, chance), None, fx=1 / FINER, fy=1 / FINER, interpolation=cv2.INTER_AREA)
    return _developed(pixels, light, chance)


def _linear(picture: Any) -> Field:
    values: Field = (picture.astype(np.float32) / 255) ** np.float32(GAMMA)
    return values


def _outline(shape: tuple[int, ...]) -> Any:
    """The card with its rounded corners."""
    high, wide = shape[:2]
    radius = round(3.18 * wide / WIDTH_MM)
    mask = np.zeros((high, wide), dtype=np.uint8)
    cv2.rectangle(mask, (radius, 0), (wide - radius, high), 255, -1)
    cv2.rectangle(mask, (0, radius), (wide, high - radius), 255, -1)
    for x in (radius, wide - radius - 1):
        for y in (radius, high - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _placed(card_px: float, turn: float, tilt: float, chance: np.random.Generator) -> tuple[Any, tuple[int, int]]:
    """Corners of the card in a picture of this size: turned, tilted about both axes, seen from about 40 cm."""
    x, y = WIDTH_MM / 2, HEIGHT_MM / 2
    corners = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]], dtype=np.float64)
    angles = np.radians([*chance.uniform(-tilt, tilt, 2), turn])
    cos, sin = np.cos(angles), np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cos[0], -sin[0]], [0, sin[0], cos[0]]])
    about_y = np.array([[cos[1], 0, sin[1]], [0, 1, 0], [-sin[1], 0, cos[1]]])
    about_z = np.array([[cos[2], -sin[2], 0], [sin[2], cos[2], 0], [0, 0, 1]])
    space = corners @ (about_x @ about_y @ about_z).T
    distance = chance.uniform(280, 450)
    flat = space[:, :2] * (distance / (distance + space[:, 2:]))
    area = 0.5 * abs(np.dot(flat[:, 0], np.roll(flat[:, 1], 1)) - np.dot(flat[:, 1], np.roll(flat[:, 0], 1)))
    flat *= card_px / (WIDTH_MM * np.sqrt(area / (WIDTH_MM * HEIGHT_MM)))
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = (high - low) * chance.uniform(0.06, 0.3, 2)
    size = (high - low + 2 * room).astype(int) // FINER * FINER
    return (flat - low + room * chance.uniform(0.4, 1.6, 2)).astype(np.float32), (int(size[0]), int(size[1]))


def _table(size: tuple[int, int], card_px: float, chance: np.random.Generator) -> Field:
    """A table of some colour with grain, papers, pens and print on it, in linear light."""
    wide, high = size
    colour = chance.uniform(40, 190) + chance.uniform(-25, 25, 3)
    grain = cv2.resize(chance.normal(0, 9, (24, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    table = np.clip(colour + grain[..., None], 0, 255).astype(np.uint8)
    for _ in range(int(chance.integers(3, 9))):
        middle = chance.uniform((0, 0), (wide, high))
        extent = chance.uniform(0.05, 0.7, 2) * card_px
        box = cv2.boxPoints((tuple(middle), tuple(extent), float(chance.uniform(0, 180)))).astype(np.int32)
        cv2.fillPoly(table, [box], tuple(map(float, chance.uniform(20, 250, 3))), cv2.LINE_AA)
        words = "".join(map(chr, chance.integers(48, 123, 18)))
        scale, ink = card_px / 1500 * chance.uniform(0.5, 2), tuple(map(float, chance.uniform(0, 120, 3)))
        cv2.putText(table, words, box[0].tolist(), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, max(1, round(2 * scale)), 16)
    return _linear(table)


def _contact_shadow(cover: Any, card_px: float) -> Field:
    """The card lies on the table: a narrow shadow around it."""
    wide, high = cover.shape[1], cover.shape[0]
    small = cv2.resize(cover, (wide // COARSE, high // COARSE), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), card_px * 0.012 / COARSE)
    around: Field = (1 - np.float32(0.35) * cv2.resize(soft, (wide, high)))[..., None]
    return around


def _lit(scene: Field, px_mm: float, middle: Any, light: Light, chance: np.random.Generator) -> Field:
    """The scene under lamp, vignette, shadow and reflection."""
    high, wide = scene.shape[:2]
    y, x = np.mgrid[0:high:COARSE, 0:wide:COARSE].astype(np.float32)
    direction = chance.uniform(0, 2 * np.pi)
    along = x * np.cos(direction) + y * np.sin(direction)
    field = 1 - light.gradient * chance.uniform(0.2, 1) * (along - along.min()) / np.ptp(along)
    outwards = ((x - wide / 2) ** 2 + (y - high / 2) ** 2) / ((wide**2 + high**2) / 4)
    field *= 1 - light.vignette * chance.uniform(0, 1) * outwards
    field *= 1 - light.shadow * chance.uniform(0.2, 1) * _shadow(x, y, px_mm, middle, light, chance)
    gain = 1 + chance.uniform(-light.cast, light.cast, 3)
    colours = field[..., None] * (gain / gain.mean()) * chance.uniform(0.6, 0.9)
    lit: Field = scene * cv2.resize(colours.astype(np.float32), (wide, high))
    if light.spot:
        width = chance.uniform(5, 11) * px_mm
        centre = middle + chance.uniform(-30, 30, 2) * px_mm
        spot = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * width**2))
        spot = (light.spot * chance.uniform(0, 1) * spot).astype(np.float32)
        lit += cv2.resize(spot, (wide, high))[..., None]
    return lit


def _shadow(x: Any, y: Any, px_mm: float, middle: Any, light: Light, chance: np.random.Generator) -> Any:
    """How much of the lamp a hand or the phone hides: everything beyond a straight edge, or a blob, both soft."""
    penumbra = px_mm * chance.uniform(1, 2) * light.penumbra_mm
    centre = middle + chance.uniform(-35, 35, 2) * px_mm
    direction = chance.uniform(0, 2 * np.pi)
    if chance.random() < 0.6:
        distance = (x - centre[0]) * np.cos(direction) + (y - centre[1]) * np.sin(direction)
    else:
        distance = np.hypot(x - centre[0], y - centre[1]) - chance.uniform(10, 30) * px_mm
    return 1 / (1 + np.exp(np.clip(distance / (penumbra / 4), -30, 30)))


def _blurred(lit: Any, light: Light, chance: np.random.Generator) -> Any:
    radius = FINER * chance.uniform(0, light.defocus_px)
    if radius > 0.5:
        reach = int(np.ceil(radius))
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        disk = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
        lit = cv2.filter2D(lit, -1, disk / disk.sum())
    length = FINER * chance.uniform(0, light.shake_px)
    if length > 1:
        line = np.zeros((15, 15), dtype=np.float32)
        angle = chance.uniform(0, np.pi)
        for part in np.linspace(-0.5, 0.5, 60):
            line[round(7 + part * length * np.sin(angle)), round(7 + part * length * np.cos(angle))] += 1
        lit = cv2.filter2D(lit, -1, line / line.sum())
    return lit


def _developed(pixels: Field, light: Light, chance: np.random.Generator) -> bytes:
    """Noise of photons and electronics, gamma, JPEG of quality 60 to 85."""
    level = light.noise * chance.uniform(0.3, 1)
    spread = level * np.sqrt(0.05 + 0.95 * np.clip(pixels, 0, 1))
    noisy = pixels + chance.standard_normal(pixels.shape, dtype=np.float32) * spread
    coded = np.rint(255 * np.clip(noisy, 0, 1) ** (1 / GAMMA)).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(coded).save(out, "JPEG", quality=int(chance.integers(60, 86)))
    return out.getvalue()
