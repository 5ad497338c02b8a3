"""Contradictions among chip, stripe and face of one card, found without a reference (D3)."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cardemu.compare.consistency import Media, contradictions
from cardemu.compare.console import Comparison, compare
from cardemu.identifiers import bank_card_number
from cardemu.products import names, product
from cardemu.stripe.design import describe, design, track_texts
from tests.cardemu.reference.made import folder, loaded, record

MADE = "generation-2"


def media() -> Media:
    """The media of a card that agrees with itself, to be changed."""
    one = loaded(MADE)
    return Media(
        copy.deepcopy(dict(one.chip)), copy.deepcopy(dict(one.stripe)), copy.deepcopy(dict(one.faces)), one.values
    )


def chip_value(media_: Media, file: str, element: str, value: str) -> None:
    """Write another value into a record of the chip."""
    (found,) = [one for one in media_.chip["files"] if one["file"] == file]
    for one in found["records"]:
        if one["element"] == element:
            one["value"], one["hex"] = value, value.encode("gb18030").ljust(len(one["hex"]) // 2, b"\x00").hex()


def face_text(media_: Media, name: str, value: str) -> None:
    """Print another text."""
    for item in media_.faces["back"]["person"]:
        if item["id"] == name:
            item["text"] = value


def restripe(media_: Media, **values: Any) -> None:
    """Record another stripe, right in itself."""
    one = record(MADE)
    parts = {
        "pan": one.values["bank.card_number"],
        "valid_until": one.values["card.valid_until"],
        "latin_name": "SONG/BAIYUN",
    }
    texts = track_texts(design(product(MADE)), **(parts | values))
    media_.stripe["tracks"].clear()
    media_.stripe["tracks"].update(describe(design(product(MADE)), texts)["tracks"])


@pytest.mark.parametrize("name", names())
def test_a_card_agrees_with_itself(name: str) -> None:
    """Every product's; the command says so too."""
    one = loaded(name)
    rows = contradictions(Media(one.chip, one.stripe, one.faces, one.values), product(name))
    assert [row for row in rows if not row.ok] == []
    assert len(rows) > 20
    assert compare(Comparison(folder(name), quiet=True)) == 0


CASES: dict[str, tuple[Callable[[Media], None], str, str]] = {
    "another name on the chip": (lambda m: chip_value(m, "SSSEEF06", "name", "李敏"), "person.name", "chip and back"),
    "another name on track 1": (lambda m: restripe(m, latin_name="LI/MIN"), "name", "chip and track 1"),
    "another name on the face": (lambda m: face_text(m, "person.name", "李敏"), "person.name", "chip and back"),
    "another citizen number on the face": (
        lambda m: face_text(m, "person.number", "990301199003070024"),
        "person.number",
        "chip and back",
    ),
    "a citizen number with a wrong check character": (
        lambda m: chip_value(m, "SSSEEF06", "social_security_number", "990301199709190117"),
        "person.number",
        "chip",
    ),
    "another sex than the number says": (
        lambda m: chip_value(m, "SSSEEF06", "sex", "2"),
        "person.sex",
        "citizen number",
    ),
    "another birth date": (
        lambda m: chip_value(m, "SSSEEF06", "birth_date", "19970918"),
        "person.birth_date",
        "citizen number",
    ),
    "another account on the face": (
        lambda m: face_text(m, "bank.card_number", "8888 8301 0000 0000 087"),
        "bank.card_number",
        "track and back",
    ),
    "another account on the stripe": (
        lambda m: restripe(m, pan=bank_card_number(301, 8)),
        "bank.card_number",
        "track and back",
    ),
    "another expiry on the stripe": (lambda m: restripe(m, valid_until="20370302"), "expiry", "chip and track"),
    "another expiry on the chip": (
        lambda m: chip_value(m, "SSSEEF05", "valid_until", "20370302"),
        "expiry",
        "chip and track",
    ),
    "another issue date on the face": (
        lambda m: face_text(m, "card.issue_date", "2026年03月03日"),
        "card.issue_date",
        "chip and back",
    ),
    "another card number on the face": (
        lambda m: face_text(m, "card.number", "A00000089"),
        "card.number",
        "chip and back",
    ),
    "a validity before the issue": (
        lambda m: chip_value(m, "SSSEEF05", "issue_date", "20370302"),
        "card.valid_until",
        "chip",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_found_and_its_two_media_named(case: str) -> None:
    """One medium changed, the others as they were."""
    change, field, where = CASES[case]
    one = media()
    change(one)
    rows = [row for row in contradictions(one, product(MADE)) if not row.ok]
    assert any(row.field == field and where in row.where and row.kind == "contradiction" for row in rows), rows


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("service_code", "120", "track 2 and chip"),
        ("card_verification", "000", "track 2"),
        ("pan", bank_card_number(301, 8), "track 1 and track 2"),
    ],
)
def test_tracks_that_contradict_chip_or_one_another(field: str, value: str, where: str) -> None:
    """A service code that knows no chip, a wrong check value, two accounts."""
    one = media()
    track = one.stripe["tracks"]["2"]
    track["text"] = track["text"].replace(track["fields"][field], value)
    track["fields"][field] = value
    rows = [row for row in contradictions(one, product(MADE)) if not row.ok]
    assert any(row.field == field and where in row.where for row in rows), rows
    assert any(row.field == "bits" for row in rows)


@pytest.mark.parametrize("sex", ["0", "9"])
def test_a_sex_that_is_unknown_or_not_stated_contradicts_no_citizen_number(sex: str) -> None:
    """GB/T 2261.1: 0 unknown, 9 not stated; the chip says nothing then that the number could deny."""
    one = media()
    chip_value(one, "SSSEEF06", "sex", sex)
    rows = contradictions(one, product(MADE))
    assert [row for row in rows if (row.field, row.where) == ("person.sex", "citizen number and chip")] == []


def test_another_atr_than_the_identification_says() -> None:
    """The region's first four digits."""
    one = media()
    one.chip["atr"] = one.chip["atr"].replace("9903", "9904")  # type: ignore[index]
    assert any(row.field == "region" for row in contradictions(one, product(MADE)) if not row.ok)


def test_a_picture_drawn_from_another_description_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The picture carries its description's hash; a manifest made anew does not help."""
    theirs = tmp_path / "theirs"
    shutil.copytree(folder(MADE), theirs)
    shutil.copy(folder(MADE, 8) / "back-300.png", theirs / "back-300.png")
    assert compare(Comparison(theirs, as_json=True)) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {(row["where"], row["field"]) for row in found} == {
        ("back-300.png", "description"),
        ("manifest.json", "back-300.png"),
    }
