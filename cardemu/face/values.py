"""What a face shows of a card and its person: values checked and written as people read them.

The values are keyed like those of personalisation (`source` of the data-element table), so face and chip say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cardemu.cleantext import text_problem
from cardemu.elements.codes import CODES
from cardemu.face.portrait import Sitter
from cardemu.identifiers import Sex, read_bank_card_number, read_card_number
from cardemu.personalisation.data import DataError, items
from cardemu.personalisation.values import CODE_TABLES, as_written, contradictions, read_date
from cardemu.products import Product


class FaceError(ValueError):
    """Input no face can be made from; `problems` has each field with what is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__("\n".join(f"{field}: {why}" for field, why in self.problems))


CHECKS: dict[str, Callable[[str], object]] = {
    "card.number": read_card_number,
    "bank.card_number": read_bank_card_number,
}


def check(product: Product, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every value that cannot be: wrong check characters, impossible dates, what the chip's elements cannot take."""
    _, problems = as_written(values)
    if not problems and values.get("person.number"):
        problems += contradictions(values)
    for name, reading in CHECKS.items():
        if values.get(name):
            try:
                reading(values[name])
            except ValueError as error:
                problems.append((name, str(error)))
    if "person.name" not in values:
        problems.append(("person.name", "is missing"))
    told = dict(problems)
    problems += [(name, why) for name, value in values.items() if name not in told and (why := text_problem(value))]
    on_chip = {name: value for name, value in values.items() if not name.startswith("bank.")}
    try:
        items(product, on_chip)
    except DataError as error:
        known = {name for name, _ in problems}
        for line in str(error).splitlines():
            name = _source(product, line)
            if name not in known:
                problems.append((name, line.removeprefix(f"{name}: ")))
    return problems


def _source(product: Product, message: str) -> str:
    """The field a data element's message is about."""
    element = message.split(" ", 1)[0].rstrip(":")
    for row in product.files:
        for cell in row.elements:
            if element in {cell.name, cell.source}:
                return cell.source
    return element


def shown(source: str, form: str, value: str) -> str:
    """A value as the face writes it; ValueError when the form does not suit it.

    `form`: plain, date (2026年03月02日), month (2026年03月), code (a code's meaning), groups (of four), hyphen (before
    the check character).
    """
    if form in {"date", "month"}:
        day = read_date(value)
        return f"{day:%Y年%m月%d日}" if form == "date" else f"{day:%Y年%m月}"
    if form == "code":
        return _meaning(source, value)
    if form == "groups":
        return " ".join(value[place : place + 4] for place in range(0, len(value), 4))
    if form == "hyphen" and len(value) > 1 and "-" not in value:
        return f"{value[:-1]}-{value[-1]}"
    return value


def _meaning(source: str, value: str) -> str:
    table = CODES.get(CODE_TABLES.get(source, ""))
    if table is None:
        raise ValueError(f"has no table of codes; format code suits {', '.join(CODE_TABLES)}")
    if value not in table:
        known = ", ".join(f"{code} {chinese}" for code, (chinese, _) in table.items())
        raise ValueError(f"{value!r} is no code; allowed: {known}")
    meaning = table[value][0]
    return meaning.removesuffix("族") if source == "person.ethnic_group" else meaning


def sitter(values: Mapping[str, str]) -> Sitter:
    """Whom the portrait shows; of values that are wrong, and told elsewhere, something."""
    number, name = values.get("person.number", ""), values.get("person.name", "")
    years = [
        int(text[:4]) if text[:4].isdecimal() else 0
        for text in (values.get("card.issue_date", ""), values.get("person.birth_date") or number[6:14])
    ]
    female = values.get("person.sex", "") == str(int(Sex.FEMALE))
    return Sitter(f"{number} {name}", female, years[0] - years[1])
