"""Draws docs/faces.png: both sides of a second-generation card, as the README shows them.

python docs/make_faces.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from cardemu.face import png
from cardemu.face.compose import faces
from cardemu.face.holder import Wish, values_for
from cardemu.products import product

TARGET = Path(__file__).resolve().parent / "faces.png"
DPI, WIDTH_PX, GAP_PX = 600, 860, 24


def main() -> None:
    """Front and back side by side on white."""
    made = product("generation-2")
    drawn = [png.image(face, DPI) for face in faces(made, values_for(made, Wish(index=2))).values()]
    height = WIDTH_PX * drawn[0].height // drawn[0].width
    sheet = Image.new("RGB", (2 * WIDTH_PX + 3 * GAP_PX, height + 2 * GAP_PX), "#FFFFFF")
    for number, image in enumerate(drawn):
        small = image.resize((WIDTH_PX, height), Image.Resampling.LANCZOS)
        sheet.paste(small, (GAP_PX + number * (WIDTH_PX + GAP_PX), GAP_PX))
    sheet.save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
