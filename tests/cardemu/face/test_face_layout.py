"""The table face of a product: read, and every mistake in it named with its key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardemu.face.chip import contacts, plate
from cardemu.face.geometry import stripe_box
from cardemu.face.items import Box, Text
from cardemu.face.layout import layout_of
from cardemu.face.specimen import CARD
from cardemu.products import product
from cardemu.tomltable import ProductError
from tests.cardemu.face.sitters import PRODUCTS, SIDES, drawn, made, mistakes, tables


def boxes(name: str, side: str) -> dict[str, Box]:
    """Where everything lies on a side."""
    return {part.id: part.box for part in layout_of(product(name)).sides[side].parts}


@pytest.mark.parametrize("name", ["generation-1", "generation-2"])
def test_the_front_has_the_published_geometry(name: str) -> None:
    """SPEC-1 table 2: emblem in the middle, 46.00 to 27.00 mm from below; both titles by left edge and base."""
    found = boxes(name, "front")
    emblem, country, title = found["emblem"], found["country"], found["title"]
    assert (emblem.x + emblem.width // 2, CARD.height - emblem.y, CARD.height - emblem.bottom) == (
        42_800,
        46_000,
        27_000,
    )
    assert (country.x, CARD.height - country.bottom) == (26_000, 20_000)
    assert (title.x, CARD.height - title.bottom) == (20_000, 10_000)


def test_the_back_follows_figure_4() -> None:
    """Photo 20 x 25 mm; a seal of radius 6 mm, 3 mm from the lower edge; the bank's number 11 mm from the right."""
    found = boxes("generation-2", "back")
    assert found["portrait"] == (4000, 12_000, 20_000, 25_000)
    assert (found["seal"].width, CARD.height - found["seal"].bottom) == (12_000, 3000)
    assert CARD.width - found["bank.card_number"].right == 11_000


def test_contacts_lie_where_the_standard_has_them() -> None:
    """ISO/IEC 7816-2 from the left upper corner, and after half a turn C1 is the lower right one, as on the back."""
    front, back = contacts(turn=False), contacts(turn=True)
    assert (front["C1"], front["C8"]) == ((10_250, 19_230, 2000, 1700), (17_870, 26_850, 2000, 1700))
    assert back["C1"] == (CARD.width - 12_250, CARD.height - 20_930, 2000, 1700)
    whole = plate(turn=True)
    assert all(
        whole.x < box.x and box.right < whole.right and whole.y < box.y and box.bottom < whole.bottom
        for box in back.values()
    )


def test_the_hidden_stripe_lies_on_the_front() -> None:
    """SPEC-1 table 2, from the lower edge: 15.95 to 5.54 mm; 2.92 to 82.55 mm from the left."""
    assert stripe_box(product("generation-2")) == (2920, 38_030, 79_630, 10_410)
    data = tables()
    data["stripe"] = {"box_mm": [1, 2, 3]}
    with pytest.raises(ProductError, match=r"mine.toml: stripe.box_mm: .* must be four lengths in mm"):
        stripe_box(made(data))


def test_what_the_generations_show() -> None:
    """Generation 1 no bank account; generation 3 no expiry, sex or ethnic group, and the contactless mark."""
    shown = {
        name: {part.source for part in layout_of(product(name)).sides["back"].parts if part.source} for name in PRODUCTS
    }
    common = {"person.name", "person.number", "card.number", "card.issue_date"}
    more = {"person.sex", "person.ethnic_group", "card.valid_until"}
    assert shown == {
        "generation-1": common | more,
        "generation-2": common | more | {"bank.card_number"},
        "generation-3": common | {"bank.card_number"},
    }
    marks = {name: "contactless" in boxes(name, "front") for name in PRODUCTS}
    assert marks == {"generation-1": False, "generation-2": False, "generation-3": True}
    bases = {name: layout_of(product(name)).basis for name in PRODUCTS}
    assert bases == {"generation-1": "published", "generation-2": "published", "generation-3": "placeholder"}


@pytest.mark.parametrize("name", PRODUCTS)
def test_nothing_covers_anything_else(name: str) -> None:
    """On each side, no two boxes overlap (a text's box ends before the next begins)."""
    for side in SIDES:
        found = list(boxes(name, side).items())
        for number, (one, a) in enumerate(found):
            for two, b in found[number + 1 :]:
                apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
                assert apart, f"{side}: {one} and {two}"


def test_all_mistakes_are_told_at_once_with_their_keys() -> None:
    """Wrong kinds, sizes, colours, sources, boxes, unknown keys, on both sides."""
    data = tables()
    front, back = data["face"]["front"]["item"], data["face"]["back"]["item"]
    data["face"]["basis"] = "guessed"
    front[0]["box"] = [33.3, 7.98, 19.0]
    front[1]["size"] = "large"
    front[2]["colour"] = "blue"
    front[2]["text"] = "社会保障卡社会保障卡"
    back[0]["words"] = ["\U00020bb7"]
    back[1]["kind"] = "hologram"
    back[2]["box"] = [80, 12, 20, 25]
    back[7]["source"] = "person.shoe_size"
    back[8]["sise"] = 3
    back[10]["overflow"] = "hide"
    back[10]["minimum"] = 0.0001
    del back[3]["id"]
    found = mistakes(data)
    assert [line.split(":")[0] for line in found] == [
        "face.basis",
        "face.front.item[0].box",
        "face.front.item[1].size",
        "face.front.item[2].colour",
        "face.front.item[2].text",
        "face.back.item[0].words",
        "face.back.item[1].kind",
        "face.back.item[2].box",
        "face.back.item[3].id",
        "face.back.item[7].source",
        "face.back.item[8].sise",
        "face.back.item[10].overflow",
        "face.back.item[10].minimum",
    ]
    assert "no font has the character '𠮷' (U+20BB7)" in next(line for line in found if "words" in line)
    assert "reaches beyond the card, which is 85.6 x 53.98 mm" in next(line for line in found if "item[2].box" in line)
    assert "did you mean size?" in next(line for line in found if "sise" in line)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"box": [33.0, 12.0, 30.0, 1.0]}, "size: 3.4 mm does not fit into a box 1 mm high"),
        ({"minimum": 5}, "minimum: 5 mm is more than the size, 3.4 mm"),
        ({"overflow": "shrink", "minimum": 0}, "minimum: is missing: how small, in mm, may the text become?"),
        ({"size": 0.1}, "size: 0.1 must be a length in mm from 0.5 to 30"),
        ({"size": True}, "size: True must be a length in mm from 0.5 to 30"),
        ({"size": 2.00005}, "size: 2.00005 must be a length in mm from 0.5 to 30"),
        ({"font": "Times"}, "font: 'Times' is not known; allowed: text, title, mark"),
        ({"box": [float("nan"), 1, 1, 1]}, "box: [nan, 1, 1, 1] must be [left, top, width, height] in mm"),
        ({"box": "everywhere"}, "box: 'everywhere' must be [left, top, width, height] in mm"),
        ({"id": "seal"}, "id: 'seal' is on this side twice"),
    ],
)
def test_a_wrong_value_of_the_name_is_told(change: dict[str, Any], told: str) -> None:
    """Each with what is wrong and what is allowed."""
    data = tables()
    (name,) = (item for item in data["face"]["back"]["item"] if item.get("source") == "person.name")
    name |= change
    assert any(told in line for line in mistakes(data)), mistakes(data)


def test_a_product_without_face_has_none() -> None:
    """Told with the file's name; so is a face that is no table, and a side that is missing."""
    data = tables()
    del data["face"]
    with pytest.raises(ProductError, match=r"mine.toml: face: is missing: this product has no face"):
        layout_of(made(data))
    assert mistakes({**tables(), "face": 5}) == ["face: 5 must be a table"]
    data = tables()
    del data["face"]["front"]
    assert mistakes(data) == ["face.front: is missing"]


HAN = st.lists(st.sampled_from("李鑫·淼阿卜杜拉麦提吐尔逊艾力"), min_size=1, max_size=25).map("".join)


@settings(max_examples=40)
@given(name=HAN, product_name=st.sampled_from(PRODUCTS))
def test_every_name_the_chip_can_hold_has_room_on_the_face(name: str, product_name: str) -> None:
    """Up to 25 characters (50 bytes of tags 09 and 4E), dots anywhere; 15 on generation 1, which has no 4E."""
    name = name[: 15 if product_name == "generation-1" else 25]
    (item,) = (one for one in drawn(product_name, person_name=name).person if one.id == "person.name")
    assert isinstance(item, Text)
    assert "".join(line.text for line in item.lines) == name
    assert item.size_um >= 1900


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 100), st.floats(-5, 100), st.text(max_size=3), st.lists(st.integers(0, 9))
)


@pytest.mark.slow
@settings(max_examples=60)
@given(
    side=st.sampled_from(SIDES),
    place=st.integers(0, 30),
    key=st.sampled_from(["kind", "id", "box", "size", "font", "text", "words", "source", "format", "towards", "shape"]),
    value=VALUES,
)
def test_any_value_anywhere_is_read_or_told(side: str, place: int, key: str, value: object) -> None:
    """No value of any kind crashes the loader."""
    data = tables()
    items = data["face"][side]["item"]
    items[place % len(items)][key] = value
    assert isinstance(mistakes(data), list)
