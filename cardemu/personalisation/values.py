"""Values of a person and a card as people write them, what follows from them, and what contradicts itself.

Cards from the command line, from files of values and from tables of people, and faces, all go through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from cardemu.elements.codes import CODES
from cardemu.identifiers import Sex, citizen_number, read_citizen_number
from cardemu.people import Person
from cardemu.personalisation.data import holder_class

CODE_TABLES = {"person.sex": "sex", "person.ethnic_group": "ethnic group", "card.holder_class": "card class"}
DATES = ("card.issue_date", "card.valid_until", "person.birth_date")
NEVER_EMPTY = frozenset(
    (
        "card.identification", "card.initialising_body", "card.holder_class", "card.issue_date", "card.valid_until",
        "card.number", "person.number", "person.name", "person.sex", "person.ethnic_group", "person.birthplace",
        "person.birth_date", "product.version", "bank.card_number",
    )
)  # fmt: skip
"""What every card has; an address or a telephone number may be nothing."""
_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[ T]0?0:00(?::00)?)?", re.ASCII)
_SPREADSHEET = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+", re.ASCII)
_INVENTED = "99"
"""Division codes that begin so belong to no place (GB/T 2260), so no number with one is anybody's."""


def as_written(given: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Values in the form the card's files have, and (name, sentence) for each that is none.

    Dates may be written 1990-03-02, 1990/3/2 or 1990年3月2日, codes by their meaning in Chinese or English, and the
    check character of a citizen number as a small x.
    """
    found: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    for name, text in given.items():
        read = _READERS.get(name)
        if name in NEVER_EMPTY and not text.strip():
            problems.append((name, "is empty; leave it out to have the synthetic person's"))
            read = None
        try:
            found[name] = read(name, text) if read and text else text
        except ValueError as error:
            problems.append((name, str(error)))
            found[name] = text
    return found, problems


def read_date(text: str) -> date:
    """A date of eight digits CCYYMMDD; ValueError with a sentence when it is none."""
    if not (len(text) == 8 and text.isascii() and text.isdecimal()):
        raise ValueError(f"{text!r} must be eight digits, CCYYMMDD")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day of the calendar") from error


def _date(name: str, text: str) -> str:
    del name
    digits = text
    if match := _DATE.fullmatch(text):
        year, month, day = match.groups()
        digits = f"{year}{month:0>2}{day:0>2}"
    try:
        return f"{read_date(digits):%Y%m%d}"
    except ValueError as error:
        if len(digits) == 8 and digits.isdecimal():
            raise ValueError(f"{text!r} is not a day of the calendar") from error
        raise ValueError(f"{text!r} is no date; write 19900302, 1990-03-02 or 1990/3/2") from error


def _code(name: str, text: str) -> str:
    table = CODES[CODE_TABLES[name]]
    if text in table:
        return text
    for code, (chinese, english) in table.items():
        if text in {chinese, chinese.removesuffix("族")} or text.casefold() == english.casefold():
            return code
    known = ", ".join(f"{code} {chinese}" for code, (chinese, _) in table.items())
    raise ValueError(f"{text!r} is no {CODE_TABLES[name]}; allowed: {known}")


def _number(name: str, text: str) -> str:
    del name
    if _SPREADSHEET.fullmatch(text):
        raise ValueError(f"{text!r}: a spreadsheet has rounded the number; make the column text and type it again")
    upper = text.upper()
    read_citizen_number(upper)
    return upper


_READERS: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(DATES, _date),
    **dict.fromkeys(CODE_TABLES, _code),
    "person.number": _number,
}


def completed(given: Mapping[str, str], holder: Person, index: int, issue_date: str) -> dict[str, str]:
    """What follows from the values given, which go before it.  `holder`: the synthetic person they are put over.

    A citizen number says sex, birth date, birthplace, and by the age the class of the card.  Where a birth date or a
    sex is given and no number, a number is composed that says so: with the invented division of the holder, and a
    sequence by `index`, so that people of one table born on one day have different ones.  `issue_date` CCYYMMDD.
    ValueError if the number given is none.
    """
    if given.get("person.number"):
        return _said_by(given["person.number"], issue_date)
    if not (given.get("person.birth_date") or given.get("person.sex")):
        return {}
    try:
        birth = read_date(given.get("person.birth_date", "") or f"{holder.birth:%Y%m%d}")
    except ValueError:  # `as_written` has said so
        birth = holder.birth
    sex = given.get("person.sex", "") or str(int(holder.sex))
    odd = sex != str(int(Sex.FEMALE))
    number = citizen_number(holder.citizen_number[:6], birth, 2 * (index % 499) + (1 if odd else 2))
    return {"person.number": number} | _said_by(number, issue_date)


def _said_by(number: str, issue_date: str) -> dict[str, str]:
    read = read_citizen_number(number)
    return {
        "person.sex": str(int(read.sex)),
        "person.birth_date": f"{read.birth:%Y%m%d}",
        "person.birthplace": read.division,
        "card.holder_class": holder_class(int(issue_date[:4]) - read.birth.year),
    }


def contradictions(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Values that cannot stand on one card, as (name, sentence); all of them in the form of `as_written`."""
    found: list[tuple[str, str]] = []
    number = read_citizen_number(values["person.number"])
    born, sex = f"{number.birth:%Y%m%d}", str(int(number.sex))
    if values.get("person.birth_date", born) != born:
        found.append(("person.birth_date", f"{values['person.birth_date']}, but the citizen number says {born}"))
    if values.get("person.sex", "") in {"1", "2"} and values["person.sex"] != sex:
        found.append(("person.sex", f"{values['person.sex']}, but the citizen number says {sex}"))
    issued = values.get("card.issue_date", born)
    until = values.get("card.valid_until", "")
    if until and until <= issued:
        found.append(("card.valid_until", f"{until} is not after {issued}"))
    if issued < born:
        found.append(("card.issue_date", f"{issued} is before the holder's birth, {born}"))
    return found


def real_division(number: str) -> str:
    """A warning where a citizen number may be somebody's; "" where its division code belongs to no place."""
    if len(number) != 18 or number.startswith(_INVENTED):
        return ""
    return (
        f"person.number: the division code {number[:6]} may belong to a place and the number to somebody; "
        f"invented people have codes that begin with {_INVENTED}"
    )
