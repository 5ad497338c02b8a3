"""Image files as people see them: upright and in eight bits, in every format a face is written in."""

from __future__ import annotations

import io
import re
import zlib
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardemu.console import NewCard, new
from cardemu.face import pdf, png, svg
from cardemu.face.artwork import check
from cardemu.face.compose import Material, faces
from cardemu.face.raster import decoded, on_white
from cardemu.products import product
from cardemu.reference.pictures import PictureError, chip_photo
from tests.cardemu.reference.made import record


def photo(orientation: int, *, deep: bool = False) -> bytes:
    """A portrait, dark above and pale below as it is seen, stored as a camera held that way stores it."""
    levels = np.full((441, 358), 60, dtype=np.uint8)
    levels[220:] = 180
    seen = Image.fromarray(levels.astype(np.uint16) * 257) if deep else Image.fromarray(levels).convert("RGB")
    back = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    turn = back[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    (seen if turn is None else seen.transpose(turn)).save(out, "PNG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("deep", [False, True], ids=["8 bits", "16 bits"])
def test_a_photo_is_upright_and_of_its_brightness_in_all_formats(orientation: int, deep: bool) -> None:
    """Dark above, pale below, in the PNG's pixels, the PDF's image and the SVG's embedded file."""
    art = check(photo(orientation, deep=deep), "photo")
    assert (art.width_px, art.height_px) == (358, 441)
    made = record("generation-2")
    face = faces(made.product, made.values_on_face, Material(photo=art))["back"]
    pixels = np.asarray(png.image(face, 300))
    assert [int(pixels[y, 165].mean()) for y in (190, 400)] == [pytest.approx(60, abs=2), pytest.approx(180, abs=2)]
    (embedded,) = re.findall(r'href="data:image/\w+;base64,([^"]+)"', svg.encode(face).decode())
    with Image.open(io.BytesIO(b64decode(embedded))) as inner:
        assert inner.mode in {"RGB", "RGBA"}
        assert [np.asarray(inner)[y, 170, 0] for y in (50, 400)] == [60, 180]
    streams = re.findall(
        rb"/Width 358 /Height 441[^>]*/DeviceRGB.*?stream\n(.*?)\nendstream", pdf.encode(face), re.DOTALL
    )
    raw = np.frombuffer(zlib.decompress(streams[0]), dtype=np.uint8).reshape(441, 358, 3)
    assert [raw[y, 170, 0] for y in (50, 400)] == [60, 180]


def test_sixteen_bits_of_grey_are_not_white() -> None:
    """Half grey stays half grey, also in a scan; transparency is seen on white."""
    assert on_white(photo(1, deep=True)).getpixel((10, 10)) == (60, 60, 60)
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert on_white(out.getvalue()).getpixel((5, 5)) == (255, 255, 255)
    assert decoded(out.getvalue()).mode == "RGBA"


def test_a_photo_for_the_chip_must_be_one_and_stored_upright(tmp_path: Path) -> None:
    """The chip takes the bytes as they are; a text, a GIF or a turned picture would be shown wrong for years."""
    made, path = product("generation-2"), tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 100), "#808080").save(path, exif=exif)
    with pytest.raises(PictureError, match="stored turned"):
        chip_photo(path, made)
    Image.new("RGB", (80, 100)).save(tmp_path / "photo.gif")
    for wrong in (tmp_path / "photo.gif", Path(__file__)):
        with pytest.raises(PictureError, match="not an image in the format JPEG or BMP"):
            chip_photo(wrong, made)
        assert new(NewCard("generation-2", tmp_path / "card.json", photo=wrong)) == 2
    assert not (tmp_path / "card.json").exists()
