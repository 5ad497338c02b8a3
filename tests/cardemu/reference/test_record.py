"""A card's data: complete from a number, over a file, and every mistake named with its field."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardemu.face.typefaces import FOLDER
from cardemu.identifiers import Sex, read_citizen_number
from cardemu.products import names, product
from cardemu.reference import faces
from cardemu.reference.record import RecordError, Wanted, make_record, read_person
from tests.cardemu.reference.made import record

NUMBER = "990301199003070024"
NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.mark.parametrize("name", names())
def test_card_toml_makes_the_same_record_again(name: str, tmp_path: Path) -> None:
    """A bundle can be made again from its own first file."""
    first = record(name)
    path = tmp_path / "card.toml"
    path.write_text(first.to_toml(), encoding="utf-8")
    assert make_record(product(name), read_person(path)).to_toml() == first.to_toml()


def test_what_follows_from_a_given_value_follows_it() -> None:
    """Sex, birth and birthplace from the citizen number; expiry from the issue date; the stripe from both."""
    made = record(values={"person.number": NUMBER, "card.issue_date": "20250105", "person.name": "李敏"})
    assert made.values["person.sex"] == "2"
    assert made.values["person.birth_date"] == "19900307"
    assert made.values["card.valid_until"] == "20350105"
    assert made.values["card.holder_class"] == "3"
    assert made.values["person.latin_name"] == "LI/MIN"
    assert "^LI/MIN^3501220" in made.tracks[1]


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"person.number": "990301199003070021"}, "person.number", "check character 4"),
        ({"person.number": "990301199013070024"}, "person.number", "not a day of the calendar"),
        ({"card.issue_date": "20260231"}, "card.issue_date", "not a day of the calendar"),
        ({"card.issue_date": "2026-02-31"}, "card.issue_date", "not a day of the calendar"),
        ({"card.issue_date": "1.2.2026"}, "card.issue_date", "write 19900302, 1990-03-02"),
        ({"card.valid_until": "20250302"}, "card.valid_until", "is not after 20260302"),
        ({"person.birth_date": "19800101", "person.number": NUMBER}, "person.birth_date", "the citizen number says"),
        ({"person.sex": "1", "person.number": NUMBER}, "person.sex", "the citizen number says 2"),
        ({"bank.card_number": "8888830100000000427"}, "bank.card_number", "check digit 6"),
        ({"card.number": "A00000071"}, "card.number", "check character 0"),
        ({"card.identification": "1234"}, "card.identification", "16 bytes"),
        ({"person.name": "王𠮷"}, "person.latin_name", "no Latin form"),
        (
            {"person.name": "翟敏"},
            "person.latin_name",
            "can be read as ZHAI/MIN or DI/MIN; write",
        ),
        ({"person.name": "王" * 26, "person.latin_name": "WANG/WANG"}, "name", "takes 52 bytes; 30 and 20 more fit"),
        ({"person.name": "W" * 50, "person.latin_name": "W/W"}, "person.name", "too long for its box"),
        ({"person.name": "王\U0002a6d6", "person.latin_name": "WANG/X"}, "person.name", "no font has the character"),
        ({"person.latin_name": "WANG/LI "}, "person.latin_name", "begins or ends with a blank"),
        ({"person.latin_name": "wang"}, "stripe: name", "capital letters"),
        ({"person.nmae": "x"}, "person.nmae", "did you mean person.name"),
        ({"person.ethnic_group": "hun"}, "ethnic_group", "allowed: 01 汉族, 02 蒙古族"),
        ({"person.number": "9.90301E+17"}, "person.number", "a spreadsheet has rounded the number"),
    ],
)
def test_every_wrong_value_is_named(values: dict[str, str], field: str, why: str) -> None:
    """Who, which field, what was wrong."""
    with pytest.raises(RecordError) as caught:
        record(values=values)
    lines = [line for line in str(caught.value).splitlines() if field in line]
    assert lines, str(caught.value)
    assert any(why in line for line in lines), lines
    assert all(line.startswith("person: ") for line in lines)


def test_all_mistakes_are_reported_at_once() -> None:
    """Four wrong fields, four lines and more."""
    with pytest.raises(RecordError) as caught:
        record(
            values={
                "person.number": "990301199003070021",
                "card.issue_date": "20260231",
                "bank.card_number": "123",
                "person.nmae": "x",
            }
        )
    for field in ("person.number", "card.issue_date", "bank.card_number", "person.nmae"):
        assert f"{field}: " in str(caught.value)


# ---- files


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[person", "not TOML"),
        ("name = 3", "name: unknown"),
        ("indx = 3", "did you mean index?"),
        ("[person]\nname = 3", "person.name: 3 must be text"),
        ("index = -1", "index: -1 must be a whole number"),
        ("region = 3", "region: 3 must be text"),
    ],
)
def test_a_file_in_another_form_is_refused(text: str, why: str, tmp_path: Path) -> None:
    """The message names the file and the key."""
    path = tmp_path / "me.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=r"^me\.toml: ") as caught:
        read_person(path)
    assert why in str(caught.value)


def test_json_does_as_well(tmp_path: Path) -> None:
    """The same keys."""
    path = tmp_path / "me.json"
    path.write_text(json.dumps({"index": 3, "person": {"name": "李敏"}}), encoding="utf-8")
    wanted = read_person(path)
    assert (wanted.index, wanted.values) == (3, {"person.name": "李敏"})
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(RecordError, match="must be an object"):
        read_person(path)


# ---- pictures


def picture(path: Path, width: int, height: int, kind: str = "JPEG", *, busy: bool = False) -> Path:
    """An image file."""
    shape = (height, width, 3)
    pixels = np.random.default_rng(1).integers(0, 255, shape) if busy else np.full(shape, 200)
    Image.fromarray(pixels.astype(np.uint8)).save(path, kind)
    return path


def test_a_photo_that_fits_goes_onto_the_chip(tmp_path: Path) -> None:
    """As it is, byte for byte."""
    photo = picture(tmp_path / "me.jpg", 90, 110)
    made = make_record(product("generation-2"), Wanted(photo=photo))
    assert made.photo == photo.read_bytes()
    assert any(item.value == made.photo for item in made.items)
    assert 'photo = "photo.jpg"' in made.to_toml()


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("missing", "photo", "No such file"),
        ("broken", "photo", "a broken image"),
        ("large", "photo", "at most 4096 fit"),
        ("wrong size", "portrait", "358 x 441"),
        ("broken portrait", "portrait", "a broken image"),
    ],
)
def test_images_that_cannot_be_used_are_named(name: str, field: str, why: str, tmp_path: Path) -> None:
    """Photo of the chip and portrait of the face."""
    path = tmp_path / "me.jpg"
    if name.startswith("broken"):
        path.write_bytes(b"\xff\xd8\xff hello")
    elif name == "large":
        picture(path, 300, 370, busy=True)
    elif name == "wrong size":
        picture(path, 100, 100)
    photo, portrait = (path, None) if field == "photo" else (None, path)
    with pytest.raises(RecordError, match=f"person: {field}: ") as caught:
        make_record(product("generation-2"), Wanted(photo=photo, portrait=portrait))
    assert why in str(caught.value)


def test_a_huge_image_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A PNG of many megapixels is a small file."""
    path = tmp_path / "huge.jpg"
    Image.new("L", (30_000, 2_000)).save(path, "JPEG", quality=1)
    with pytest.raises(RecordError, match=r"photo: huge.jpg has (30000 x 2000 pixels|\d+ bytes)"):
        make_record(product("generation-2"), Wanted(photo=path))


def test_a_chip_without_a_photo_file_takes_none(tmp_path: Path) -> None:
    """The first generation."""
    with pytest.raises(RecordError, match="generation-1 has no file for a photo"):
        make_record(product("generation-1"), Wanted(photo=picture(tmp_path / "a.jpg", 90, 110)))


# ---- what people write, and what follows from it


def test_a_birth_date_and_a_sex_give_a_number_that_says_so() -> None:
    """The number is computed, not contradicted; class and birthplace follow from it."""
    made = record(values={"person.birth_date": "1958/11/2", "person.sex": "女"})
    number = read_citizen_number(made.values["person.number"])
    assert (f"{number.birth:%Y%m%d}", number.sex) == ("19581102", Sex.FEMALE)
    assert made.values["card.holder_class"] == "4"
    assert made.values["person.birthplace"].startswith("99")


def test_dates_and_codes_are_read_as_people_write_them() -> None:
    """Three ways of a date, codes by their meaning in two languages."""
    for text in ("2025-01-05", "2025/1/5", "2025年1月5日", "20250105", "2025/1/5 0:00"):
        assert record(values={"card.issue_date": text}).values["card.issue_date"] == "20250105"
    for text in ("回族", "回", "Hui", "03"):
        assert record(values={"person.ethnic_group": text}).values["person.ethnic_group"] == "03"


def test_fonts_of_the_users_own_lend_a_rare_character() -> None:
    """The name refused without them is on the face, and the font's hash in the manifest's list."""
    if not NOTO.is_file():
        pytest.skip("the Debian package fonts-noto-cjk is not installed")
    values = {"person.name": "王𠀋", "person.latin_name": "WANG/X"}
    with pytest.raises(RecordError, match="no font has the character"):
        record(values=values)
    made = make_record(product("generation-2"), Wanted(values=values, font_files=(f"{NOTO}#2",)))
    found = faces.face_files(made, pictures=False)
    assert "王𠀋" in found["back.json"].decode()
    assert len(faces.provenance(made, found["front.json"])["fonts"]) == 4


def test_a_font_file_that_is_none_is_named() -> None:
    """With all other mistakes."""
    wanted = Wanted(values={"card.issue_date": "1"}, font_files=("/nowhere/x.otf", __file__))
    with pytest.raises(RecordError) as caught:
        make_record(product("generation-2"), wanted)
    lines = str(caught.value).splitlines()
    assert any("font-file: /nowhere/x.otf: No such file" in line for line in lines)
    assert any("not a TrueType or OpenType font" in line for line in lines)
    assert any("card.issue_date" in line for line in lines)


@pytest.mark.parametrize("name", ["person.name", "person.number", "card.issue_date", "card.number", "bank.card_number"])
def test_an_empty_value_is_a_mistake_of_the_file(name: str) -> None:
    """Not a fault of ours, as an empty number and date were."""
    with pytest.raises(RecordError, match=f"{name}: is empty; leave it out"):
        record(values={name: ""})


def test_a_face_a_font_file_lacks_is_named_though_the_font_is_not_needed() -> None:
    """A single font has face 0 alone; the fonts that come with the program are such."""
    font = FOLDER / "text.otf"
    with pytest.raises(RecordError, match=r"font-file: font file text\.otf: has no face 9; it is no collection"):
        make_record(product("generation-2"), Wanted(font_files=(f"{font}#9",)))
    assert make_record(product("generation-2"), Wanted(font_files=(f"{font}#0",))).fonts
