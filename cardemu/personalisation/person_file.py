"""A person and a card in a file (TOML or JSON): what is to be other than the synthetic person of a number.

    product = "generation-3"
    index = 3

    [person]
    name = "李敏"

Faces and reference bundles are made from the same file; `card.toml` of a bundle is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeGuard

from cardemu.filekinds import kind_of
from cardemu.inputfile import decode, parse_json, parse_toml, read_bytes

TABLES = ("person", "card", "bank", "work", "insurance")
NUMBERS = ("seed", "index")
TEXTS = ("region", "serial", "product", "photo", "portrait")
PLAIN_KEYS = (*NUMBERS, *TEXTS)
"""What a file may say outside its tables."""
PAN, LATIN_NAME = "bank.card_number", "person.latin_name"
"""Values that are not in the chip's files: the bank card number is on stripe and face, the Latin name on the stripe."""
_HIGHEST = 2**32 - 1


class PersonFileError(ValueError):
    """A file in another form; `problems` has each key with what is wrong, "" where it is the file itself."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{key}: {why}" if key else why for key, why in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What a file says; None where it says nothing.  `values` by the names of the data-element table."""

    seed: int | None = None
    index: int | None = None
    region: str | None = None
    serial: str | None = None
    product: str | None = None
    photo: Path | None = None
    portrait: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def read_person_file(path: Path) -> PersonFile:
    """Read it; PersonFileError with every mistake in its form.  Pictures are looked for beside the file."""
    problems: list[tuple[str, str]] = []
    values: dict[str, str] = {}
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    for key, value in _parsed(path).items():
        if key in TABLES and isinstance(value, dict):
            values |= {f"{key}.{name}": one for name, one in value.items() if _is_text(one, f"{key}.{name}", problems)}
        elif key in TABLES:
            problems.append((key, f"{value!r} must be a table"))
        elif key in NUMBERS and _is_whole(value, key, problems):
            numbers[key] = value
        elif key in TEXTS and _is_text(value, key, problems):
            texts[key] = value
        elif key not in PLAIN_KEYS:
            known = [*PLAIN_KEYS, *TABLES]
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            problems.append((key, f"unknown; {hint}"))
    if problems:
        raise PersonFileError(problems)
    pictures = {key: path.parent / texts[key] for key in ("photo", "portrait") if texts.get(key)}
    return PersonFile(
        numbers.get("seed"),
        numbers.get("index"),
        texts.get("region"),
        texts.get("serial"),
        texts.get("product"),
        pictures.get("photo"),
        pictures.get("portrait"),
        values,
    )


def _parsed(path: Path) -> dict[str, object]:
    form = "JSON" if path.suffix.lower() == ".json" else "TOML"
    content = read_bytes(path)
    try:
        text = decode(content).replace("\r\n", "\n")
        data = parse_json(text) if form == "JSON" else parse_toml(text)
    except UnicodeDecodeError as error:
        kind = kind_of(content) or "not UTF-8 text"
        raise PersonFileError([("", f"not {form}: it is {kind}; people in a table go into a CSV file")]) from error
    except ValueError as error:
        raise PersonFileError([("", f"not {form}: {error}")]) from error
    if not isinstance(data, dict):
        raise PersonFileError([("", f"must be an object with the tables {', '.join(TABLES)}")])
    return data


def _is_whole(value: object, key: str, problems: list[tuple[str, str]]) -> TypeGuard[int]:
    fine = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST
    if not fine:
        problems.append((key, f"{value!r} must be a whole number from 0 to {_HIGHEST}"))
    return fine


def _is_text(value: object, key: str, problems: list[tuple[str, str]]) -> TypeGuard[str]:
    fine = isinstance(value, str)
    if not fine:
        problems.append((key, f"{value!r} must be text in quotation marks"))
    return fine
