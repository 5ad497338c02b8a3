"""Whose face is drawn: a synthetic person by number, a file of values, or a saved card as a terminal reads it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cardemu.card import Card
from cardemu.face.values import FaceError, read_date
from cardemu.identifiers import CARDS_PER_LETTER, bank_card_number, read_citizen_number
from cardemu.people import person
from cardemu.personalisation.data import values_of
from cardemu.personalisation.script import REGION
from cardemu.products import Product
from cardemu.stripe.design import design
from cardemu.terminal.core import Terminal
from cardemu.terminal.errors import OK, english
from cardemu.terminal.everything import REFUSED, basic, file_values
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import is_records
from cardemu.terminal.reader import Reader

TABLES = ("person", "card", "bank")
PLAIN = ("product", "seed", "index", "region", "serial", "photo", "portrait")
"""What else such a file may say; serial and photo belong to the chip and are not needed here."""
ISSUE_DATE = "20260302"
BANK = "bank.card_number"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which person.  `given`: values by source that replace those of the synthetic person."""

    index: int = 0
    seed: int = 1
    region: str = REGION
    issue_date: str = ISSUE_DATE
    given: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    portrait: Path | None = None


def read_wish(path: Path, usual: Wish) -> Wish:
    """A TOML or JSON file with the tables person, card and bank, and seed, index, region; FaceError when it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, UnicodeDecodeError) as error:
        raise FaceError([(str(path), f"neither a saved card nor a file of values: {error}")]) from error
    if not isinstance(data, dict):
        raise FaceError([(str(path), f"must have tables, of {', '.join(TABLES)}")])
    problems = [
        (key, f"unknown; allowed: {', '.join((*TABLES, *PLAIN))}") for key in data if key not in (*TABLES, *PLAIN)
    ]
    values: dict[str, str] = {}
    for table in TABLES:
        rows = data.get(table, {})
        if not isinstance(rows, dict):
            problems.append((table, f"{rows!r} must be a table"))
            continue
        for key, value in rows.items():
            if isinstance(value, str):
                values[f"{table}.{key}"] = value
            else:
                problems.append((f"{table}.{key}", f"{value!r} must be text in quotes"))
    for key, kind in (("seed", int), ("index", int), ("region", str), ("product", str), ("portrait", str)):
        if key in data and (not isinstance(data[key], kind) or isinstance(data[key], bool)):
            problems.append((key, f"{data[key]!r} must be {'a whole number' if kind is int else 'text in quotes'}"))
    if problems:
        raise FaceError(problems)
    return Wish(
        data.get("index", usual.index),
        data.get("seed", usual.seed),
        data.get("region", usual.region),
        usual.issue_date,
        values | dict(usual.given),
        data.get("product", usual.product),
        path.parent / data["portrait"] if data.get("portrait") else usual.portrait,
    )


def values_for(product: Product, wish: Wish) -> dict[str, str]:
    """The values of a card and its holder, as personalisation takes them, and the bank card number.

    Sex, birth date and birthplace follow from a citizen number that was given.
    """
    given = {"card.issue_date": wish.issue_date, **wish.given}
    try:
        issue_date = f"{read_date(given['card.issue_date']):%Y%m%d}"
    except ValueError:  # the check of values reports it, with all else that is wrong
        issue_date = ISSUE_DATE
    try:
        holder = person(wish.seed, wish.region, wish.index)
        values = values_of(holder, wish.region, wish.index.to_bytes(4, "big"), issue_date, wish.index)
        values[BANK] = bank_card_number(design(product).bank, wish.index)
    except (ValueError, OverflowError) as error:
        raise FaceError([("person", str(error))]) from error
    return values | _from_number(given.get("person.number", "")) | given


def _from_number(number: str) -> dict[str, str]:
    """What a citizen number says of its holder; nothing when it is wrong, which the check of values reports."""
    if not number:
        return {}
    try:
        read = read_citizen_number(number)
    except ValueError:
        return {}
    return {
        "person.sex": str(int(read.sex)),
        "person.birth_date": f"{read.birth:%Y%m%d}",
        "person.birthplace": read.division,
    }


def values_on(card: Card, product: Product) -> dict[str, str]:
    """The values a saved card carries, read with every key as a terminal does; FaceError when it refuses."""
    desk = Reader(Terminal(contact=card, keys=Hsm(product.template.roots), pin_pad=lambda _: "", card_product=product))
    code, head = basic(desk)
    if code != OK:
        raise FaceError([("card", f"cannot be read: {code} {english(code)}")])
    values = {"person.name": head["name"]}
    for row in product.files:
        elements = [one for one in row.elements if one.source and not one.name.startswith("name")]
        if row.df == "SSSE" and is_records(row) and elements:
            texts = file_values(desk, row)
            if REFUSED in texts:
                raise FaceError([("card", f"{row.key} cannot be read: {texts[REFUSED]}")])
            values |= {one.source: texts[one.name] for one in elements if texts[one.name]}
    values.pop("product.version", None)
    number = values.get("card.number", "")
    if number[1:8].isdecimal():
        index = (ord(number[0]) - ord("A")) * CARDS_PER_LETTER + int(number[1:8])
        values[BANK] = bank_card_number(design(product).bank, index)
    return values
