"""What one card must carry: everything the reference is made from, checked, as the file card.toml.

A synthetic person by number, or a file (TOML or JSON) with what is to be different; `card.toml` of a bundle is such a
file itself, so a bundle can be made again from it.  All mistakes are reported at once, each with its field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from cardemu.cleantext import text_problem
from cardemu.face.artwork import ArtworkError
from cardemu.face.artwork import photo as face_portrait
from cardemu.face.compose import Material, faces
from cardemu.face.typefaces import Typeface, own_fonts
from cardemu.face.values import FaceError
from cardemu.identifiers import (
    bank_card_number,
    card_number,
    read_bank_card_number,
    read_card_identification,
    read_card_number,
)
from cardemu.people import person
from cardemu.personalisation.data import DataError, Item, items, known_names, placed, values_of
from cardemu.personalisation.person_file import (
    LATIN_NAME,
    PAN,
    TABLES,
    PersonFileError,
    read_person_file,
)
from cardemu.personalisation.standing import usual_values
from cardemu.personalisation.values import as_written, completed, contradictions
from cardemu.products import Product
from cardemu.reference.pictures import PictureError, chip_photo
from cardemu.stripe.content import ContentError
from cardemu.stripe.design import design, track_texts
from cardemu.stripe.romanise import latin_name, usual_form, why_none
from cardemu.stripe.tracks import TrackError

REGION, ISSUE_DATE, SEED = "990301", "20260302", 1
BEYOND_CHIP = (PAN, LATIN_NAME)
"""Values that stand on stripe and face, not in the files of the chip."""


class RecordError(ValueError):
    """Data no reference can be made from; the message names every field that is wrong."""

    def __init__(self, where: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{where}: {problem}" for problem in dict.fromkeys(problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for.  `values` by the names of the data-element table, such as person.name."""

    seed: int = SEED
    index: int = 0
    region: str = REGION
    serial: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    photo: Path | None = None
    portrait: Path | None = None
    where: str = "person"
    product: str = ""
    font_files: tuple[str, ...] = ()
    """FILE or, in a collection, FILE#NUMBER: fonts for characters the bundled ones lack."""


@dataclass(frozen=True, slots=True)
class Record:
    """A card's data, complete and checked.  `values` holds every value, `items` what is written to the chip."""

    product: Product
    seed: int
    index: int
    region: str
    serial: bytes
    values: Mapping[str, str]
    items: tuple[Item, ...]
    tracks: Mapping[int, str]
    photo: bytes = b""
    portrait: bytes = b""
    fonts: tuple[Typeface, ...] = ()

    @property
    def values_on_face(self) -> dict[str, str]:
        """What the face is made from."""
        return {key: value for key, value in self.values.items() if key != LATIN_NAME}

    def to_toml(self) -> str:
        """The file card.toml."""
        lines = [
            f"product = {_quoted(self.product.name)}",
            f"seed = {self.seed}",
            f"index = {self.index}",
            f"region = {_quoted(self.region)}",
            f"serial = {_quoted(self.serial.hex().upper())}",
        ]
        lines += [f'photo = "photo{suffix(self.photo)}"'] if self.photo else []
        lines += [f'portrait = "portrait{suffix(self.portrait)}"'] if self.portrait else []
        for table in TABLES:
            rows = {key: value for key, value in self.values.items() if key.startswith(f"{table}.")}
            if rows:
                lines += ["", f"[{table}]"]
                lines += [f"{key.partition('.')[2]} = {_quoted(value)}" for key, value in sorted(rows.items())]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def suffix(picture: bytes) -> str:
    """The file name's end for an image file's bytes."""
    starts = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"BM": ".bmp"}
    return next((end for start, end in starts.items() if picture.startswith(start)), ".bin")


# ---- from files


def read_person(path: Path, usual: Wanted | None = None) -> Wanted:
    """A file's wishes over the usual ones; RecordError with every mistake in its form."""
    usual = usual or Wanted()
    try:
        said = read_person_file(path)
    except PersonFileError as error:
        raise RecordError(path.name, str(error).splitlines()) from error
    return Wanted(
        usual.seed if said.seed is None else said.seed,
        said.index or 0,
        usual.region if said.region is None else said.region,
        said.serial or "",
        {**usual.values, **said.values},
        said.photo,
        said.portrait,
        path.name,
        said.product or "",
    )


# ---- complete and checked


def make_record(product: Product, wanted: Wanted) -> Record:
    """Everything a card of this product carries; RecordError with every field that is wrong."""
    problems: list[str] = []
    region, serial = _chip_identity(wanted, problems)
    values = _values(product, wanted, region, serial, problems)
    photo = portrait = b""
    try:
        photo = chip_photo(wanted.photo, product) if wanted.photo else b""
    except PictureError as error:
        problems.append(str(error))
    try:
        portrait = face_portrait(wanted.portrait).data if wanted.portrait else b""
    except (ArtworkError, OSError) as error:
        problems.append(f"portrait: {error}")
    unusable: list[tuple[str, str]] = []
    fonts = own_fonts(wanted.font_files, unusable)
    problems += [f"{field}: {why}" for field, why in unusable]
    known = {key: value for key, value in values.items() if key not in {*BEYOND_CHIP, *_unknown_names(problems)}}
    made: tuple[Item, ...] = ()
    tracks: dict[int, str] = {}
    try:
        made = items(product, known, {"photo": photo} if photo else None)
    except DataError as error:
        problems += str(error).splitlines()
    if not problems:
        problems += [f"{name}: {why}" for name, why in contradictions(values)]
        try:
            tracks = track_texts(
                design(product), values.get(PAN, ""), values["card.valid_until"], values.get(LATIN_NAME, "")
            )
        except (ContentError, TrackError) as error:
            problems.append(f"stripe: {error}")
        try:
            shown = {key: value for key, value in values.items() if key != LATIN_NAME}
            faces(product, shown, Material(fonts=fonts))
        except FaceError as error:
            problems += str(error).splitlines()
    if problems:
        raise RecordError(wanted.where, problems)
    return Record(product, wanted.seed, wanted.index, region, serial, values, made, tracks, photo, portrait, fonts)


def _unknown_names(problems: list[str]) -> set[str]:
    """Fields that were found wrong already."""
    return {problem.partition(":")[0] for problem in problems}


def _chip_identity(wanted: Wanted, problems: list[str]) -> tuple[str, bytes]:
    """Region and serial: given, or those of a card identification that was given."""
    region, serial = wanted.region, wanted.serial or f"{wanted.index:08X}"
    identification = wanted.values.get("card.identification", "")
    if identification:
        try:
            code = read_card_identification(bytes.fromhex(identification))
            region, serial = code.region, code.serial
        except ValueError as error:
            problems.append(f"card.identification: {error}")
    if not re.fullmatch(r"\d{6}", region, re.ASCII):
        problems.append(f"region: {region!r} must be six digits")
        region = REGION
    if not re.fullmatch(r"[0-9A-F]{8}", serial):
        problems.append(f"serial: {serial!r} must be eight hexadecimal digits (capitals)")
        serial = "00000000"
    return region, bytes.fromhex(serial)


def _values(product: Product, wanted: Wanted, region: str, serial: bytes, problems: list[str]) -> dict[str, str]:
    """The synthetic person's values, and over them those given; what follows from a given one follows it."""
    given, wrong = as_written(wanted.values)
    problems += [*_unknown(product, given), *(f"{name}: {why}" for name, why in wrong)]
    bad = {name for name, _ in wrong}
    issue_date = ISSUE_DATE if "card.issue_date" in bad else given.get("card.issue_date", ISSUE_DATE)
    try:
        synthetic_region = region if region.startswith("99") else REGION
        holder = person(wanted.seed, synthetic_region, wanted.index)
        card_number(wanted.index)
    except ValueError as error:
        problems.append(f"index: {error}")
        return given
    values = values_of(holder, region, serial, issue_date, wanted.index)
    if "person.number" not in bad:
        values |= completed(given, holder, wanted.index, issue_date)
    values |= placed(product, usual_values(values["person.number"], region, issue_date))
    values |= given
    for name, check in (("card.number", read_card_number), (PAN, read_bank_card_number)):
        if name in given:
            try:
                values[name] = check(given[name])
            except ValueError as error:
                problems.append(f"{name}: {error}")
    stripe = design(product)
    if stripe.tracks and PAN not in values:
        values[PAN] = bank_card_number(stripe.bank, wanted.index)
    if why := text_problem(values.get(LATIN_NAME, "")):
        problems.append(f"{LATIN_NAME}: {why}")
    if 1 in stripe.tracks and LATIN_NAME not in values:
        name = values["person.name"]
        values[LATIN_NAME] = latin_name(name) if "person.name" in given else usual_form(name)
        if not values[LATIN_NAME]:
            problems.append(f"{LATIN_NAME}: track 1 needs it; {why_none(name)}")
    return values


def _unknown(product: Product, given: Mapping[str, str]) -> list[str]:
    names = sorted({*known_names(product), *BEYOND_CHIP})
    found = []
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
            found.append(f"{name}: no data element is filled from it; {hint}")
    return found
