"""The files of a face: physical size, what they say of themselves, and that each format is sound."""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from cardemu.face import pdf, png, svg
from cardemu.face.artwork import check
from cardemu.face.compose import Material
from cardemu.face.items import Picture
from cardemu.face.layout import layout_of
from cardemu.products import product
from tests.cardemu.face.sitters import PRODUCTS, SIDES, artwork, drawn, picture, plain

SVG = "{http://www.w3.org/2000/svg}"


def chunks(data: bytes) -> dict[str, list[bytes]]:
    """The chunks of a PNG file by type, their checksums checked."""
    found: dict[str, list[bytes]] = {}
    place = 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + body)
        found.setdefault(kind.decode(), []).append(body)
        place += 12 + length
    return found


@pytest.mark.parametrize(
    ("dpi", "width", "height", "per_metre"),
    [(96, 324, 204, 3_780), (300, 1011, 638, 11_811), (600, 2022, 1275, 23_622)],
)
def test_png_has_the_cards_size(dpi: int, width: int, height: int, per_metre: int) -> None:
    """85.60 x 53.98 mm in pixels, and pixels per metre in pHYs."""
    found = chunks(png.encode(plain("generation-2", "front"), dpi))
    assert struct.unpack(">II", found["IHDR"][0][:8]) == (width, height)
    assert found["pHYs"] == [struct.pack(">IIB", per_metre, per_metre, 1)]


def test_png_says_what_it_was_made_with() -> None:
    """Generator, layout, description, fonts by hash, versions of the renderer; and that it is a specimen."""
    face = plain("generation-3", "back")
    with Image.open(io.BytesIO(png.encode(face))) as opened:
        opened.load()
        notes = opened.text  # type: ignore[attr-defined]
    assert notes["Title"] == "样卡 SPECIMEN: generation-3, back"
    assert notes["Layout"] == f"placeholder, sha256 {layout_of(product('generation-3')).sha256}"
    assert notes["Description"] == f"sha256 {face.sha256}"
    assert re.fullmatch(r"Pillow [\d.]+, FreeType [\d.]+, zlib [\w.-]+", notes["Renderer"])
    assert re.fullmatch(r"(Cardmill (Text|Title|Mark) sha256 [0-9a-f]{64}(; )?){3}", notes["Fonts"])


def test_png_is_white_outside_the_rounded_corners() -> None:
    """Radius 3.18 mm: the corner is white, a millimetre inside the edge is not."""
    pixels = np.asarray(png.image(plain("generation-2", "front"), 600))
    for y in (0, -1):
        for x in (0, -1):
            assert pixels[y, x].tolist() == [255, 255, 255]
    assert pixels[24, 1011].tolist() != [255, 255, 255]


@pytest.mark.slow
def test_png_at_both_resolutions_shows_the_same() -> None:
    """600 dpi averaged over two by two pixels is the 300 dpi face, but for hinting."""
    face = plain("generation-2", "back")
    fine = png.image(face, 600).resize((1011, 638), Image.Resampling.BOX)
    one, two = np.asarray(fine).astype(int), np.asarray(png.image(face, 300)).astype(int)
    difference = np.abs(one - two).mean()
    assert difference < 3.5
    for shifted in (
        np.roll(two, 1, axis=0),
        np.roll(two, 1, axis=1),
        np.roll(two, -1, axis=0),
        np.roll(two, -1, axis=1),
    ):
        assert np.abs(one - shifted).mean() > difference * 1.3


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_svg_stands_alone(name: str, side: str) -> None:
    """XML of the card's size in mm; text as outlines with its words as labels; nothing fetched from anywhere."""
    text = svg.encode(plain(name, side)).decode()
    root = ET.fromstring(text)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("85.6mm", "53.98mm", "0 0 85600 53980")
    assert not list(root.iter(f"{SVG}text"))
    assert not re.search(r'href="(?!data:)|url\((?!#)|@import|font-family', text)
    numbers = re.findall(r' d="([^"]+)"', text)
    assert all(re.fullmatch(r"[MLCZ0-9 -]+", path) for path in numbers)
    labels = [element.get("aria-label") for element in root.iter(f"{SVG}path")]
    if side == "back":
        assert "服务电话 12333" in labels


def objects(data: bytes) -> dict[int, bytes]:
    """The objects of a PDF file by number, found through its cross-reference table."""
    start = int(data[data.rindex(b"startxref") :].split()[1])
    lines = data[start:].split(b"\n")
    assert lines[0] == b"xref"
    count = int(lines[1].split()[1])
    found = {}
    for number in range(1, count):
        place = int(lines[2 + number].split()[0])
        head = b"%d 0 obj\n" % number
        assert data[place : place + len(head)] == head
        found[number] = data[place + len(head) : data.index(b"\nendobj", place)]
    return found


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_pdf_is_one_page_of_the_cards_size(name: str, side: str) -> None:
    """85.60 x 53.98 mm in points; drawn with paths alone, no font, no date."""
    data = pdf.encode(plain(name, side))
    found = objects(data)
    (page,) = (body for body in found.values() if b"/Type /Page " in body)
    assert b"/MediaBox [0 0 242.6457 153.0142]" in page
    (content,) = (body for body in found.values() if body.startswith(b"<<  /Filter"))
    drawing = zlib.decompress(content.split(b"stream\n", 1)[1].removesuffix(b"\nendstream")).decode()
    assert drawing.startswith("q 0.002834646 0 0 -0.002834646 0 153.0142 cm")
    assert drawing.count("q\n") == drawing.count("Q\n")
    assert not re.search(r"\b(BT|Tj|Tf)\b", drawing)
    assert b"/Type /Font" not in data
    assert b"Date" not in data


def test_artwork_fills_its_placeholder_in_every_format() -> None:
    """In the middle of the box, as large as its proportions allow; named by the hash of its file."""
    mark = artwork(400, 200)
    face = drawn("generation-2", "front", Material({"emblem": mark}))
    (item,) = (one for one in face.base if isinstance(one, Picture))
    assert item.box == (33_300, 12_730, 19_000, 9500)
    assert item.sha256 == mark.sha256
    assert not any(one.id.startswith("emblem.") for one in face.base)
    pixels = np.asarray(png.image(face, 300))
    middle = pixels[round(17.48 / 25.4 * 300), round(36 / 25.4 * 300)]
    assert np.abs(middle.astype(int) - [0x33, 0x66, 0xAA]).max() < 3
    assert svg.encode(face).count(b'href="data:image/png;base64,') == 1
    assert b"/Subtype /Image /Width 400 /Height 200" in pdf.encode(face)
    assert f'"sha256": "{mark.sha256}"' in face.to_json()


def test_a_photo_takes_the_portraits_place() -> None:
    """The drawing is gone, the photo is there."""
    photo = check(picture(358, 441, form="JPEG"), "photo")
    face = drawn("generation-2", "back", Material(photo=photo))
    (item,) = (one for one in face.person if isinstance(one, Picture))
    assert (item.id, item.format, item.width_px, item.height_px) == ("portrait", "JPEG", 358, 441)
    assert not any(one.id == "portrait.face" for one in face.person)


def test_an_svg_escapes_whatever_a_font_or_a_product_is_called() -> None:
    """Names are a user's: a title, a note on fonts, an identifier with every character that means something in XML."""
    evil = "a<b>&\"'</metadata><script>"
    face = replace(plain("generation-2", "back"), product=evil, basis=evil)
    root = ET.fromstring(svg.encode(face))
    assert [node.tag for node in root.iter() if node.tag.endswith("script")] == []
    assert f"{evil}, back" in (root.findtext(f"{SVG}title") or "")
    assert evil in (root.findtext(f"{SVG}metadata") or "")


def test_another_persons_portrait_is_drawn_from_parts_that_are_kept() -> None:
    """A second card of a product has no part drawn anew that the first had."""
    png.encode(drawn(), 300)
    before = png._mask.cache_info()
    png.encode(drawn(), 300)
    after = png._mask.cache_info()
    assert after.hits > before.hits
    assert after.misses == before.misses
