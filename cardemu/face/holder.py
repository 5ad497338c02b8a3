"""Whose face is drawn: a synthetic person by number, a file of values, or a saved card as a terminal reads it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cardemu.card import Card
from cardemu.face.values import FaceError
from cardemu.identifiers import CARDS_PER_LETTER, bank_card_number
from cardemu.people import person
from cardemu.personalisation.data import values_of
from cardemu.personalisation.person_file import LATIN_NAME, PAN, PersonFileError, read_person_file
from cardemu.personalisation.script import REGION
from cardemu.personalisation.values import as_written, completed, read_date
from cardemu.products import Product
from cardemu.stripe.design import design
from cardemu.terminal.core import Terminal
from cardemu.terminal.errors import OK, english
from cardemu.terminal.everything import REFUSED, basic, file_values
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import is_records
from cardemu.terminal.reader import Reader

ISSUE_DATE = "20260302"
SEED = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """Which person.  `given`: values by source that replace those of the synthetic person."""

    index: int = 0
    seed: int = SEED
    region: str = REGION
    issue_date: str = ISSUE_DATE
    given: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    portrait: Path | None = None


def read_wish(path: Path, usual: Wish) -> Wish:
    """The wishes of a file of values over the usual ones; FaceError with every mistake in its form."""
    try:
        said = read_person_file(path)
    except PersonFileError as error:
        why_not = f"{path}: neither a saved card nor a file of values"
        raise FaceError([(key or why_not, why) for key, why in error.problems]) from error
    return Wish(
        usual.index if said.index is None else said.index,
        usual.seed if said.seed is None else said.seed,
        usual.region if said.region is None else said.region,
        usual.issue_date,
        {key: value for key, value in said.values.items() if key != LATIN_NAME} | dict(usual.given),
        said.product or usual.product,
        said.portrait or usual.portrait,
    )


def values_for(product: Product, wish: Wish) -> dict[str, str]:
    """The values of a card and its holder, as personalisation takes them, and the bank card number.

    Values may be written as people write them; what follows from one that was given follows it (`completed`).
    One that cannot be read stays as it is: the check of values reports it, with all else that is wrong.
    """
    given, _ = as_written({"card.issue_date": wish.issue_date, **wish.given})
    try:
        issue_date = f"{read_date(given['card.issue_date']):%Y%m%d}"
    except ValueError:  # the check of values reports it, with all else that is wrong
        issue_date = ISSUE_DATE
    try:
        holder = person(wish.seed, wish.region, wish.index)
        values = values_of(holder, wish.region, wish.index.to_bytes(4, "big"), issue_date, wish.index)
        values[PAN] = bank_card_number(design(product).bank, wish.index)
    except (ValueError, OverflowError) as error:
        raise FaceError([("person", str(error))]) from error
    with suppress(ValueError):
        values |= completed(given, holder, wish.index, issue_date)
    return values | given


def values_on(card: Card, product: Product) -> dict[str, str]:
    """The values a saved card carries, read with every key as a terminal does; FaceError when it refuses."""
    desk = Reader(Terminal(contact=card, keys=Hsm(product.template.roots), pin_pad=lambda _: "", card_product=product))
    code, head = basic(desk)
    if code != OK:
        raise FaceError([("card", f"cannot be read: {code} {english(code)}")])
    values = {"person.name": head["name"]} if head["name"] else {}
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
        values[PAN] = bank_card_number(design(product).bank, index)
    return values
