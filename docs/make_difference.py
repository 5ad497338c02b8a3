"""Draws docs/difference.jpg: a scan with one character changed, and what `card compare` makes of it.

python -m docs.make_difference (needs the extra `scan`)
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from cardemu.compare import bundles, scan
from cardemu.face import png
from cardemu.products import product
from cardemu.reference import bundle, faces
from cardemu.reference.record import Wanted, make_record
from tests.cardemu.compare.scanner import scanned

TARGET = Path(__file__).resolve().parent / "difference.jpg"
OTHER = {"person.name": "宋柏林", "person.latin_name": "SONG/BAILIN"}
HEIGHT_PX, GAP_PX = 900, 24


def main() -> None:
    """The scan on the left; expected, found and their difference on the right."""
    made = product("generation-2")
    printed = make_record(made, Wanted(index=7, values=OTHER))
    paper = np.asarray(png.image(faces.drawn(printed)["back"], 300).convert("RGB"))
    with Image.open(io.BytesIO(scanned(paper, seed=11))) as opened:
        picture = opened.convert("RGB")
    with tempfile.TemporaryDirectory(prefix="cardmill-docs-") as folder:
        reference = bundles.load(bundle.write(make_record(made, Wanted(index=7)), Path(folder) / "card"), intact=True)
    verdict = scan.compare_photo(np.asarray(picture), reference, "back", "scan")
    for row in verdict.wrong:
        print(f"{row.field}: {row.kind}, expected {row.expected}, found {row.found}")
    with Image.open(io.BytesIO(verdict.pictures["difference-back.png"])) as opened:
        parts = [picture, opened.convert("RGB")]
    small = [part.resize((round(part.width * HEIGHT_PX / part.height), HEIGHT_PX)) for part in parts]
    sheet = Image.new("RGB", (sum(part.width for part in small) + 3 * GAP_PX, HEIGHT_PX + 2 * GAP_PX), "#FFFFFF")
    left = GAP_PX
    for part in small:
        sheet.paste(part, (left, GAP_PX))
        left += part.width + GAP_PX
    sheet.save(TARGET, quality=82, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
