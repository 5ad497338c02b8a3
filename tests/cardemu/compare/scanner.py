"""A printer and a scanner that do not exist: a card's picture turned, seen aslant, softened, noisy, unevenly lit."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from cardemu.compare.likeness import Colour, blurred


def scanned(
    picture: Colour,
    *,
    turn_degrees: float = 7.0,
    aslant: float = 0.06,
    blur_px: float = 1.2,
    noise: float = 6.0,
    light: float = 0.15,
    scale: float = 1.3,
    quality: int = 85,
    seed: int = 0,
) -> bytes:
    """A JPEG file of the card on a dark table."""
    chance = np.random.default_rng(seed)
    high, wide = picture.shape[:2]
    size = round(max(high, wide) * scale * 1.35)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    angle = np.radians(turn_degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([wide / 2, high / 2])
    placed = (corners - middle) @ turn.T * scale + size / 2
    placed += chance.uniform(-aslant, aslant, placed.shape) * high * scale / 2
    place = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    table = np.full((size, size, 3), (72, 66, 60), dtype=np.uint8)
    card = cv2.warpPerspective(picture, place, (size, size), flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.full((high, wide), 255, dtype=np.uint8), place, (size, size))
    sheet = np.where(mask[..., None] > 127, card, table)
    soft = blurred(sheet, blur_px).astype(np.float64)
    lit = soft * (1 - light * np.linspace(0, 1, size)[None, :, None]) * np.array([1.03, 1.0, 0.94]) + 4
    grainy = np.clip(lit + chance.normal(0, noise, lit.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grainy).save(out, "JPEG", quality=quality)
    return out.getvalue()
