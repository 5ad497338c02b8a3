"""The picture of a difference: expected, found, and what lies between them, wrong fields framed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from cardemu.compare.findings import UNJUDGED, Row
from cardemu.compare.likeness import Colour
from cardemu.compare.regions import Region

FRAMES = {UNJUDGED: "#7A7A7A", "text": "#D0021B", "layout": "#F5A623", "colour": "#9013FE", "picture": "#D0021B"}
GAP_PX = 12
GAIN = 3
"""How much stronger differences are drawn than they are."""


def difference(expected: Colour, found: Colour, fields: list[Region], rows: list[Row], px_mm: float) -> bytes:
    """A PNG file: the two pictures one above the other, below them their difference in darkness on white.

    Fields that are wrong are framed in the colour of their kind, those not judged in grey.
    """
    apart = np.abs(expected.astype(np.int16) - found.astype(np.int16)).max(axis=2)
    dark = (255 - np.clip(apart * GAIN, 0, 255)).astype(np.uint8)
    parts = [expected, found, np.repeat(dark[..., None], 3, axis=2)]
    high, wide = dark.shape
    sheet = Image.new("RGB", (wide, 3 * high + 2 * GAP_PX), "#FFFFFF")
    kinds = {row.field: row.kind for row in rows if not row.ok}
    for place, part in enumerate(parts):
        image = Image.fromarray(part)
        draw = ImageDraw.Draw(image)
        for region in fields:
            if region.name in kinds:
                rect = region.rect.grown(0.4)
                box = [round(edge * px_mm) for edge in rect]
                draw.rectangle(box, outline=FRAMES.get(kinds[region.name], "#D0021B"), width=3)
        sheet.paste(image, (0, place * (high + GAP_PX)))
    out = io.BytesIO()
    sheet.save(out, "PNG", compress_level=1)
    return out.getvalue()
