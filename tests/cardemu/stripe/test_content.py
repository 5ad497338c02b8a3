"""What the tracks carry: fields, checks, the products' stripes, names in Latin letters."""

from __future__ import annotations

import re

import pytest

from cardemu import people
from cardemu.identifiers import bank_card_number
from cardemu.people import person
from cardemu.products import Product, names, product
from cardemu.stripe.content import CHIP_CODES, LAYOUTS, ContentError, check_value, compose, split, where
from cardemu.stripe.design import StripeDesign, describe, design, track_texts
from cardemu.stripe.romanise import PINYIN, could_be, latin_name, usual_form, why_none
from cardemu.stripe.tracks import TRACKS
from cardemu.stripe.verification import verification_value
from cardemu.tomltable import ProductError

PAN = bank_card_number(301, 42)


def test_the_layouts_fill_the_tracks_to_the_last_character() -> None:
    """With the longest account number and name: 79, 40 and 107 characters."""
    for number, rows in LAYOUTS.items():
        assert sum(row.longest or row.length for row in rows) + 3 == TRACKS[number].characters, number


def test_every_field_carries_its_source() -> None:
    """Nothing without a citation."""
    assert all(row.citation for rows in LAYOUTS.values() for row in rows)


def test_the_published_verification_value() -> None:
    """The worked example that payment libraries publish: 561."""
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert verification_value(key, "4123456789012345", "8701", "101") == "561"
    with pytest.raises(ValueError, match="digits"):
        verification_value(key, "412345678901234A", "8701", "101")


def test_the_tracks_of_a_card() -> None:
    """Number, expiry and service code agree on all three; the name stands on the first."""
    texts = track_texts(design(product("generation-2")), PAN, "20360302", "WANG/XIAOMING")
    assert texts[1] == f"99{PAN}^WANG/XIAOMING^360322000000000000000070300"
    assert texts[2] == f"{PAN}=36032200000000703"
    assert texts[3].startswith(f"99{PAN}=156156")
    fields = {number: split(number, text) for number, text in texts.items()}
    assert {row["pan"] for row in fields.values()} == {PAN}
    assert {row["expiry"] for row in fields.values()} == {"3603"}
    assert fields[1]["card_verification"] == fields[2]["card_verification"] == "703"
    assert where(2, fields[2], "expiry") == 21
    assert where(1, fields[1], "expiry") == 37


@pytest.mark.parametrize("name", names())
def test_every_product_has_a_stripe_that_agrees_with_its_chip(name: str) -> None:
    """The service code says that there is a chip; the place lies on the card; all of it can be described."""
    made = design(product(name))
    assert made.service_code[0] in CHIP_CODES
    described = describe(made, track_texts(made, PAN, "20360302", "LI/MIN"))
    assert described["box_mm"] == {"left": 2.92, "top": 15.95, "right": 82.55, "bottom": 5.54}
    assert tuple(map(int, described["tracks"])) == made.tracks


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("pan", PAN[:-1] + str((int(PAN[-1]) + 1) % 10), "check digit"),
        ("pan", "123", "16 to 19 digits"),
        ("expiry", "3613", "month from 01 to 12"),
        ("service_code", "820", "must be three digits"),
        ("service_code", "23", "must be three digits"),
    ],
)
def test_impossible_values_are_refused_by_the_name_of_their_field(field: str, value: str, why: str) -> None:
    """Luhn, month, service code."""
    with pytest.raises(ContentError, match=why) as caught:
        check_value(field, value)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


def test_a_name_the_track_cannot_spell_is_refused() -> None:
    """Chinese characters need a Latin form."""
    values = {"format_code": "99", "pan": PAN, "expiry": "3603", "service_code": "220", "card_verification": "000"}
    with pytest.raises(ContentError, match=r"name: '王敏' must be 2 to 26 capital letters"):
        compose(1, values | {"name": "王敏", "pin_verification": "00000"})


def test_text_of_another_form_is_no_bank_card() -> None:
    """The message shows it."""
    with pytest.raises(ContentError, match="has not the form of a bank card's track 2"):
        split(2, "12345")


@pytest.mark.slow
def test_the_table_spells_every_synthetic_name() -> None:
    """Every character names are made of has one reading."""
    assert set(people.SURNAMES + people.GIVEN) <= set(PINYIN)
    assert all(re.fullmatch("[A-Z]{1,6}", syllable) for syllable in PINYIN.values())
    assert latin_name("王晓明") == "WANG/XIAOMING"
    assert latin_name("王𠮷") == ""
    for index in range(50):
        assert usual_form(person(1, "990301", index).name)


def stripe_of(values: dict[str, object]) -> StripeDesign:
    """The stripe of a product with this table; the rest as in generation 2."""
    base = product("generation-2")
    changed = Product(**{name: getattr(base, name) for name in Product.__slots__} | {"extras": {"stripe": values}})
    return design(changed)


def test_all_mistakes_of_a_stripe_table_are_reported_at_once() -> None:
    """With the key and what is allowed."""
    wrong = {
        "tracks": [2, 4],
        "bank": 1000,
        "service_code": "101",
        "coercivity": "middle",
        "box_mm": [90, 1, 2, 3],
        "colour": 1,
    }
    with pytest.raises(ProductError) as caught:
        stripe_of(wrong)
    message = str(caught.value)
    for key in ("tracks", "bank", "service_code", "coercivity", "box_mm", "colour"):
        assert f"stripe.{key}" in message, key
    assert "the card has a chip" in message


def test_a_product_without_the_table_has_nothing_recorded() -> None:
    """A stripe is an option."""
    assert stripe_of({"tracks": []}).tracks == ()
    assert track_texts(stripe_of({}), PAN, "20360302", "") == {}


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("张伟", "ZHANG/WEI"),
        ("刘强", "LIU/QIANG"),
        ("欧阳娜", "OUYANG/NA"),
        ("欧阳", "OU/YANG"),
        ("尉迟恭", "YUCHI/GONG"),
        ("单雄信", "SHAN/XIONGXIN"),
        ("曾国藩", "ZENG/GUOFAN"),
        ("朴敏", "PIAO/MIN"),
        ("任红", "REN/HONG"),
        ("仇英", "QIU/YING"),
        ("吕绿", "LYU/LYU"),
        ("王㛃芳", "WANG/JIEFANG"),
    ],
)
def test_common_names_have_their_latin_form(name: str, latin: str) -> None:
    """Surnames in their own readings, surnames of two characters, lü as passports write it."""
    assert latin_name(name) == latin
    assert could_be(name, latin)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("张乐天", "'张乐天' can be read as ZHANG/LETIAN or ZHANG/YUETIAN; write the one that is right"),
        ("翟敏", "'翟敏' can be read as ZHAI/MIN or DI/MIN; write the one that is right"),
        ("买买提·江", "no Latin form of '买买提·江' is known; write it as SURNAME/GIVENNAMES"),
        ("李", "no Latin form of '李' is known; write it as SURNAME/GIVENNAMES"),
    ],
)
def test_a_name_that_can_be_read_in_several_ways_is_not_guessed(name: str, why: str) -> None:
    """The message has the forms to choose from, or what to write."""
    assert latin_name(name) == ""
    assert why in why_none(name)


@pytest.mark.parametrize(
    ("name", "latin", "fits"),
    [
        ("张乐天", "ZHANG/YUETIAN", True),
        ("张乐天", "ZHANG/LE TIAN", True),
        ("张乐天", "ZHANG/LEDI", False),
        ("欧阳娜", "OU/YANGNA", True),
        ("翟敏", "DI/MIN", True),
        ("李敏", "LI/MING", False),
        ("买买提·江", "MAMATJAN", True),
    ],
)
def test_a_stripe_may_have_any_reading_of_the_name_on_the_chip(name: str, latin: str, fits: bool) -> None:
    """Whoever is called LE is not told to be YUE; another syllable is another name."""
    assert could_be(name, latin) is fits


@pytest.mark.parametrize(
    ("expiry", "right"), [("3601", True), ("3612", True), ("3600", False), ("3613", False), ("361", False)]
)
def test_an_expiry_has_a_month_of_the_calendar(expiry: str, *, right: bool) -> None:
    """YYMM, 01 to 12."""
    if right:
        check_value("expiry", expiry)
        return
    with pytest.raises(ContentError, match="month from 01 to 12"):
        check_value("expiry", expiry)
