"""Data preparation: what a card and its person bring, as the items to write (SPEC-10, S1).

Values are keyed by the `source` column of the data-element table, such as person.name; a product writes those its
layout has a place for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from cardemu.elements import codec
from cardemu.elements.codec import ElementError
from cardemu.elements.layout import LAYOUTS
from cardemu.elements.model import Element, FileRow
from cardemu.files import Kind
from cardemu.identifiers import CardIdentification, card_number, initialising_institution
from cardemu.people import Person
from cardemu.products import Product

YEARS_VALID = 10
"""assumed: how long a new card is valid."""


class DataError(ValueError):
    """Data no card can be made from; the message names every mistake."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to write: a record of a file, or (without element) the bytes of a transparent file.

    `occurrence`: which of several records with the element's tag, from 1.  Without element and of a cyclic file, a
    record that becomes its newest.
    """

    row: FileRow
    element: Element | None
    value: bytes
    occurrence: int = 1

    @property
    def name(self) -> str:
        """What it is, for the audit record: file, tag and name, never the value."""
        if self.element is None:
            return f"{self.row.key} {self.row.name}"
        which = f":{self.occurrence}" if self.occurrence > 1 else ""
        return f"{self.row.key} {self.element.tag:02X} {self.element.name}{which}"


def holder_class(age: int) -> str:
    """The card class of somebody of an age.  assumed: where the classes of the dictionary begin."""
    if age < 6:
        return "1"
    if age < 18:
        return "2"
    return "3" if age < 60 else "4"


def values_of(person: Person, region: str, serial: bytes, issue_date: str, index: int) -> dict[str, str]:
    """The values of a card and its person.  `issue_date` CCYYMMDD, `index` the card's number among all issued."""
    year = int(issue_date[:4])
    return {
        **identity_of(region, serial),
        "card.holder_class": holder_class(year - person.birth.year),
        "card.issue_date": issue_date,
        "card.valid_until": f"{year + YEARS_VALID:04d}{issue_date[4:].replace('0229', '0228')}",
        "card.number": card_number(index),
        "person.number": person.citizen_number,
        "person.name": person.name,
        "person.sex": str(int(person.sex)),
        "person.ethnic_group": person.ethnicity,
        "person.birthplace": person.citizen_number[:6],
        "person.birth_date": f"{person.birth:%Y%m%d}",
    }


def identity_of(region: str, serial: bytes) -> dict[str, str]:
    """The values a card carries before it is anybody's."""
    return {
        "card.identification": bytes(CardIdentification(region, serial.hex().upper())).hex().upper(),
        "card.initialising_body": initialising_institution(region, region, 1).hex(),
    }


@lru_cache(maxsize=64)
def sources(product: Product) -> tuple[str, ...]:
    """Every value the product has a place for."""
    return tuple(dict.fromkeys(name for row in product.files for name in names_in(row)))


def names_in(row: FileRow) -> tuple[str, ...]:
    """The names of the values of a file; a second occurrence of an element is named with :2, and so on."""
    return tuple(
        occurrence_name(element.source, number)
        for element in row.elements
        if element.source
        for number in range(1, element.times + 1)
    )


def occurrence_name(source: str, number: int) -> str:
    """The name of the value of an element's first, second, ... record."""
    return source if number == 1 else f"{source}:{number}"


def placed(product: Product, values: Mapping[str, str]) -> dict[str, str]:
    """Those of the values that the product has a place for."""
    return {name: values[name] for name in sources(product) if name in values}


def items(product: Product, values: Mapping[str, str], pictures: Mapping[str, bytes] | None = None) -> tuple[Item, ...]:
    """What to write on a new card, in the order of the layout; DataError with every value that does not fit.

    `pictures`: bytes of the files photo and fingerprint.
    """
    mistakes = _unknown(product, values)
    found = _elements(product, {"product.version": product.version, **values}, mistakes)
    for row in product.files if pictures else ():
        picture = (pictures or {}).get(row.name, b"") if row.kind is Kind.TRANSPARENT else b""
        if len(picture) > row.size:
            mistakes.append(f"{row.key}: a {row.name} of {len(picture)} bytes, at most {row.size} fit")
        elif picture:
            found.append(Item(row, None, picture))
    if mistakes:
        raise DataError("\n".join(dict.fromkeys(mistakes)))
    return tuple(sorted(found, key=lambda item: product.files.index(item.row)) if pictures else found)


def elements(product: Product, values: Mapping[str, str]) -> tuple[Item, ...]:
    """The records of these values and no others, in the order of the layout; DataError where one does not fit."""
    mistakes: list[str] = []
    found = _elements(product, values, mistakes)
    if mistakes:
        raise DataError("\n".join(dict.fromkeys(mistakes)))
    return tuple(found)


def _elements(product: Product, values: Mapping[str, str], mistakes: list[str]) -> list[Item]:
    found: list[Item] = []
    for name, row, element, number in _slots(product):
        if name in values:
            try:
                found.append(Item(row, element, value_bytes(row, element, values[name]), number))
            except ElementError as error:
                mistakes.append(str(error))
    return found


@lru_cache(maxsize=64)
def _slots(product: Product) -> tuple[tuple[str, FileRow, Element, int], ...]:
    """Where the values of a product go: name, file, element, which of its records."""
    return tuple(
        (occurrence_name(element.source, number), row, element, number)
        for row in product.files
        for element in row.elements
        if element.source
        for number in range(1, element.times + 1)
    )


def _unknown(product: Product, values: Mapping[str, str]) -> list[str]:
    """Names the data-element table does not know; what merely has no place on this product is left out silently."""
    known = known_names(product)
    mistakes = []
    for name in values:
        if name not in known:
            near = get_close_matches(name, sorted(known), 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            mistakes.append(f"{name}: no data element is filled from it; {hint}")
    return mistakes


@lru_cache(maxsize=64)
def known_names(product: Product) -> frozenset[str]:
    """Every value any layout or this product has a place for."""
    return frozenset(
        {*sources(product), *(name for layout in LAYOUTS.values() for row in layout for name in names_in(row))}
    )


def value_bytes(row: FileRow, element: Element, text: str) -> bytes:
    """An element's value; a name is cut in two where the layout has an extension."""
    if element.name in {"name", "name_extension"} and any(other.name == "name_extension" for other in row.elements):
        return codec.split_name(text)[element.name == "name_extension"]
    return codec.encode(element, text)
