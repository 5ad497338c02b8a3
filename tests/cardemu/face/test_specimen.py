"""No face without 样卡 SPECIMEN: every way to be rid of it, tried."""

from __future__ import annotations

import dataclasses
import inspect
import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cardemu.face import compose, console, pdf, png, svg
from cardemu.face.artwork import check
from cardemu.face.compose import Material, faces
from cardemu.face.description import DescriptionError, Face, from_json
from cardemu.face.geometry import overlaid
from cardemu.face.items import Text
from cardemu.face.layout import layout_of
from cardemu.face.specimen import CARD, COLOUR, WORDS, contrast, marks
from cardemu.products import product
from tests.cardemu.face.sitters import PRODUCTS, SIDES, made, mistakes, picture, plain, tables, values

RED = np.array([0xB4, 0x23, 0x2A])


def edge_words(face: Face, dpi: int = 300) -> int:
    """How many pixels along both short edges have the mark's own colour, undiluted."""
    pixels = np.asarray(png.image(face, dpi)).astype(int)
    strip = round(2.2 / 25.4 * dpi)
    edges = np.concatenate([pixels[:, :strip], pixels[:, -strip:]], axis=1)
    return int((np.abs(edges - RED).max(axis=2) < 12).sum())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_every_face_says_specimen(name: str, side: str) -> None:
    """Three texts, above everything else: one across the whole face, one along each short edge."""
    face = plain(name, side)
    words = [item for item in face.items[-len(face.marks) :] if isinstance(item, Text)]
    assert [item.text.startswith(WORDS) for item in words] == [True, True, True]
    diagonal = words[0]
    assert diagonal.lines[0].x_um[-1] - diagonal.lines[0].x_um[0] > CARD.width * 0.85
    assert edge_words(face) > 900
    drawing = svg.encode(face).decode()
    assert drawing.count(f'aria-label="{WORDS}') == 3
    assert ET.fromstring(drawing)[0].text == f"{WORDS}: {name}, {side}"
    assert "样卡".encode("utf-16-be").hex().upper().encode() in pdf.encode(face)


def test_only_a_placeholder_layout_is_called_one() -> None:
    """Generation 3 has no published geometry, and its face says so."""
    said = {name: "PLACEHOLDER LAYOUT" in plain(name, "front").to_json() for name in PRODUCTS}
    assert said == {"generation-1": False, "generation-2": False, "generation-3": True}


def test_the_diagonal_leaves_fields_readable() -> None:
    """Ink under the diagonal keeps a contrast of at least 4.5 to the ground under it (WCAG 2.2, AA)."""
    (diagonal, *_) = marks("published")
    share = diagonal.opacity_permille / 1000

    def under(colour: str) -> str:
        parts = [
            round(int(colour[k : k + 2], 16) * (1 - share) + int(COLOUR[k : k + 2], 16) * share) for k in (1, 3, 5)
        ]
        return "#" + "".join(f"{part:02X}" for part in parts)

    assert contrast(under("#24303C"), under("#EAF0F4")) > 4.5
    assert contrast(under("#FFFFFF"), "#FFFFFF") > 1.3


@pytest.mark.parametrize("key", ["specimen", "mark", "watermark", "marks"])
def test_a_layout_cannot_switch_it_off(key: str) -> None:
    """No key of the table face, of a side or of an item is about the mark."""
    data = tables()
    data["face"][key] = False
    data["face"]["front"][key] = False
    data["face"]["back"]["item"][0][key] = False
    assert [line.split(":")[0] for line in mistakes(data)] == [
        f"face.front.{key}",
        f"face.back.item[0].{key}",
        f"face.{key}",
    ]


@pytest.mark.parametrize("colour", [COLOUR, "#B02028", "#000000", "#601015", "#808080"])
def test_a_ground_of_its_own_colour_is_refused(colour: str) -> None:
    """A background on which the mark would not show."""
    data = tables()
    data["face"]["front"]["background"] = ["#FFFFFF", colour]
    assert mistakes(data) == [
        f"face.front.background: {colour!r} is so dark or red that the specimen mark would hardly show on it"
    ]


def test_artwork_lies_below_it() -> None:
    """A placeholder as large as the card, filled with the mark's own colour: the words along the edges stay."""
    data = tables()
    cover = {"kind": "placeholder", "id": "cover", "box": [0, 0, 85.6, 53.98], "size": 2.0}
    data["face"]["back"]["item"].append(cover)
    art = check(picture(856, 540, COLOUR), "cover")
    face = faces(made(data), values(), Material({"cover": art}))["back"]
    assert face.items[-len(face.marks) :] == marks("published")
    pixels = np.asarray(png.image(face)).astype(int)
    strip = pixels[100:-100, 8:24]
    assert (strip.min(axis=2) > 180).sum() > 1000  # the white strip
    assert ((np.abs(strip - RED).max(axis=2) < 12).sum()) > 500  # and the words on it


def test_a_face_cannot_be_built_without_it() -> None:
    """The mark is no argument of anything that makes or writes a face."""
    assert "marks" not in {part.name for part in dataclasses.fields(Face)}
    with pytest.raises((AttributeError, TypeError)):
        plain("generation-1", "front").marks = ()  # type: ignore[misc]
    for function in (compose.faces, png.encode, png.image, png.pack, svg.encode, pdf.encode, overlaid, Face.__init__):
        assert not {"specimen", "mark", "marks", "watermark"} & set(inspect.signature(function).parameters)
    names = {part.name for part in dataclasses.fields(console.WantedFace)}
    assert not {name for name in names if "specimen" in name or "mark" in name or "sample" in name}


def test_a_saved_face_without_it_is_refused() -> None:
    """The description's list of marks emptied, shortened, or made fainter."""
    data = json.loads(plain("generation-2", "front").to_json())
    whole = data["specimen"]
    for changed in ([], whole[:-1], [{**whole[0], "opacity_permille": 1}, *whole[1:]]):
        with pytest.raises(DescriptionError, match="specimen mark is missing or was changed"):
            from_json(json.dumps({**data, "specimen": changed}))


def test_the_geometry_over_a_face_keeps_it_on_top() -> None:
    """The overlay is drawn below the mark."""
    card_product = product("generation-2")
    over = overlaid(plain("generation-2", "front"), card_product, layout_of(card_product))
    assert over.items[-len(over.marks) :] == marks("published")
    assert any(item.id == "geometry.stripe" for item in over.items)
    assert not any("stripe" in item.id for item in plain("generation-2", "front").base)
