"""Chip, stripe and face of one card against one another, without any reference: contradictions (D3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cardemu.compare.chipdiff import values_of
from cardemu.compare.facediff import texts_of
from cardemu.compare.findings import Row, row_of
from cardemu.compare.stripediff import agrees_with_itself
from cardemu.face.layout import layout_of
from cardemu.face.values import shown
from cardemu.identifiers import read_bank_card_number, read_card_number, read_citizen_number
from cardemu.personalisation.person_file import PAN
from cardemu.products import Product
from cardemu.stripe.content import CHIP_CODES, ContentError, split
from cardemu.stripe.romanise import could_be, usual_form
from cardemu.stripe.verification import TEST_KEY, verification_value

CHIP_PLACES = {
    "person.number": ("SSSEEF06", "social_security_number"),
    "person.name": ("SSSEEF06", "name"),
    "person.sex": ("SSSEEF06", "sex"),
    "person.ethnic_group": ("SSSEEF06", "ethnic_group"),
    "person.birth_date": ("SSSEEF06", "birth_date"),
    "card.identification": ("SSSEEF05", "card_identification"),
    "card.holder_class": ("SSSEEF05", "card_class"),
    "card.issue_date": ("SSSEEF05", "issue_date"),
    "card.valid_until": ("SSSEEF05", "valid_until"),
    "card.number": ("SSSEEF05", "card_number"),
}
"""Where the chip has what face and stripe have as well."""


@dataclass(frozen=True, slots=True)
class Media:
    """What is known of one card; a medium nobody has is empty.  `notes` of pictures: their embedded texts, by file."""

    chip: Mapping[str, Any] = field(default_factory=dict)
    stripe: Mapping[str, Any] = field(default_factory=dict)
    faces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)


def contradictions(media: Media, product: Product) -> list[Row]:
    """A row for everything two media both say, and for every number that must agree with itself."""
    chip = _chip_values(media.chip)
    tracks = {int(number): track["text"][1:-1] for number, track in media.stripe.get("tracks", {}).items()}
    fields: dict[int, dict[str, str]] = {}
    rows = agrees_with_itself(media.stripe) if media.stripe else []
    for number, text in tracks.items():
        try:
            fields[number] = split(number, text)
        except ContentError:
            continue  # agrees_with_itself has said so
    rows += _inside_chip(chip, str(media.chip.get("atr", "")))
    rows += _inside_stripe(fields)
    rows += _chip_and_stripe(chip, fields)
    rows += _faces(media, chip, fields, product)
    rows += [
        row_of("card.toml", name, media.record[name], value, "card.toml and chip", "contradiction")
        for name, value in chip.items()
        if name in media.record
    ]
    return rows


def _chip_values(chip: Mapping[str, Any]) -> dict[str, str]:
    if not chip:
        return {}
    read = values_of(chip)
    return {
        name: read[file][element] for name, (file, element) in CHIP_PLACES.items() if read.get(file, {}).get(element)
    }


def _rule(medium: str, name: str, expected: str, found: str, where: str) -> Row:
    return row_of(medium, name, expected, found, where, "contradiction")


def _checked(medium: str, name: str, value: str, where: str) -> Row:
    """A number with a check character against itself."""
    check = {"person.number": read_citizen_number, "card.number": read_card_number}.get(name, read_bank_card_number)
    try:
        check(value)
    except ValueError as error:
        return Row(medium, name, "a right check character", str(error), where, "contradiction")
    return Row(medium, name, value, value, where)


def _inside_chip(chip: Mapping[str, str], atr: str) -> list[Row]:
    """Numbers with check characters; what the citizen number says of its holder; ATR and identification."""
    rows = [_checked("chip", name, chip[name], "chip") for name in ("person.number", "card.number") if name in chip]
    number = chip.get("person.number", "")
    if rows and rows[0].ok and number:
        read = read_citizen_number(number)
        for name, said in (("person.birth_date", f"{read.birth:%Y%m%d}"), ("person.sex", str(int(read.sex)))):
            if name in chip and chip[name] not in {"0", "9"}:
                rows.append(_rule("chip", name, said, chip[name], "citizen number and chip"))
    identification = chip.get("card.identification", "")
    if identification and len(atr) >= 12:
        rows.append(_rule("chip", "region", identification[:4], atr[-12:-8], "card identification and ATR"))
    if "card.issue_date" in chip and "card.valid_until" in chip:
        order = "after the issue date" if chip["card.valid_until"] > chip["card.issue_date"] else "not after it"
        rows.append(_rule("chip", "card.valid_until", "after the issue date", order, "chip"))
    return rows


def _inside_stripe(fields: Mapping[int, Mapping[str, str]]) -> list[Row]:
    """The tracks among themselves."""
    rows = []
    first = fields[min(fields)] if fields else {}
    for number, values in fields.items():
        place = f"track {number}"
        rows.append(_checked("stripe", "pan", values["pan"], place))
        rows += [
            _rule("stripe", name, first[name], values[name], f"track {min(fields)} and {place}")
            for name in ("pan", "expiry", "service_code")
            if name in values and name in first
        ]
        if "service_code" in values:
            said = "there is a chip" if values["service_code"][0] in CHIP_CODES else "there is no chip"
            rows.append(_rule("stripe", "service_code", "there is a chip", said, f"{place} and chip"))
        if "card_verification" in values:
            parts = (values["pan"], values["expiry"], values["service_code"])
            right = verification_value(TEST_KEY, *parts)
            rows.append(_rule("stripe", "card_verification", right, values["card_verification"], place))
    return rows


def _chip_and_stripe(chip: Mapping[str, str], fields: Mapping[int, Mapping[str, str]]) -> list[Row]:
    rows = []
    for number, values in fields.items():
        place = f"chip and track {number}"
        if "card.valid_until" in chip:
            rows.append(_rule("stripe", "expiry", chip["card.valid_until"][2:6], values["expiry"], place))
        name = chip.get("person.name", "")
        if name and "name" in values:
            said = values["name"]
            wanted = said if could_be(name, said) else usual_form(name)
            rows.append(_rule("stripe", "name", wanted, said, place))
    return rows


def _faces(
    media: Media, chip: Mapping[str, str], fields: Mapping[int, Mapping[str, str]], product: Product
) -> list[Row]:
    """Every printed field against chip or stripe, in the form the layout writes it."""
    rows = []
    pan = next((values["pan"] for values in fields.values()), "")
    known = {**chip, **({PAN: pan} if pan else {})}
    for side, face in media.faces.items():
        texts = texts_of(face)
        for part in layout_of(product).sides[side].parts:
            if part.kind != "field" or part.id not in texts or part.source not in known:
                continue
            try:
                wanted = shown(part.source, part.form, known[part.source])
            except ValueError as error:
                rows.append(Row("face", part.source, str(error), texts[part.id], side, "contradiction"))
                continue
            other = "track" if part.source == PAN else "chip"
            rows.append(_rule("face", part.source, wanted, texts[part.id], f"{other} and {side}"))
    return rows


def description_row(name: str, said: str, description: bytes) -> Row:
    """Whether a picture was drawn from the description beside it (`said`: the hash the picture carries)."""
    found = f"sha256 {hashlib.sha256(description).hexdigest()}"
    return row_of("face", "description", said, found, name, "contradiction")
