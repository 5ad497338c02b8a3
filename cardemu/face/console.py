"""What `cardmill card face` does: the faces of a person's card or of a saved card, as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cardemu.cardfile import UsageError, is_saved_card, load_card
from cardemu.console import assignments, complaining
from cardemu.face import artwork, pdf, png, svg
from cardemu.face.artwork import Artwork, ArtworkError
from cardemu.face.compose import Material, faces
from cardemu.face.description import SIDES, Face
from cardemu.face.geometry import overlaid
from cardemu.face.holder import ISSUE_DATE, SEED, Wish, read_wish, values_for, values_on
from cardemu.face.layout import layout_of
from cardemu.face.typefaces import own_fonts
from cardemu.face.values import FaceError
from cardemu.host.claim import write_pictures
from cardemu.host.exitcodes import FINE
from cardemu.host.printing import complain, say
from cardemu.inputfile import read_text
from cardemu.personalisation.script import REGION
from cardemu.personalisation.values import real_division
from cardemu.products import Product, product

FORMATS = ("png", "svg", "pdf", "json")
RESOLUTIONS = (300, 600)


@dataclass(frozen=True, slots=True)
class WantedFace:
    """What the user asked for.

    `who`: the number of a synthetic person, a file of values, or a saved card.  `fields`: NAME=VALUE, `artwork`:
    NAME=FILE, `font_files`: FILE or, for a font in a collection, FILE#NUMBER.  Seed, region and issue date (None: the
    usual ones) are a synthetic person's; a saved card has its own.
    """

    who: str
    out: Path
    product: str = ""
    side: str = "both"
    dpi: str = "300"
    formats: str = "png"
    seed: int | None = None
    region: str | None = None
    issue_date: str | None = None
    fields: tuple[str, ...] = ()
    portrait: Path | None = None
    font_files: tuple[str, ...] = ()
    artwork: tuple[str, ...] = ()
    geometry: bool = False


@complaining
def face(wanted: WantedFace) -> int:
    """Draw the faces and write them, all or none."""
    try:
        sides = _choice("side", wanted.side, (*SIDES, "both"))
        formats = _choices("format", wanted.formats, FORMATS)
        resolutions = [int(dpi) for dpi in _choices("dpi", wanted.dpi, tuple(map(str, RESOLUTIONS)))]
        card_product, values, portrait = _holder(wanted)
        drawn = _drawn(card_product, values, wanted, portrait)
    except FaceError as error:
        raise UsageError(str(error)) from error
    files: dict[str, bytes] = {}
    for name in SIDES if sides == "both" else (sides,):
        files |= _files(drawn[name], name, formats, resolutions)
        if wanted.geometry:
            over = overlaid(drawn[name], card_product, layout_of(card_product))
            files |= _files(over, f"{name}-geometry", formats, resolutions)
    write_pictures(wanted.out, files)
    for file_name, data in files.items():
        say(f"{wanted.out / file_name}: {len(data)} bytes")
    return FINE


def _choice(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise UsageError(f"--{option} {value!r} is not known; allowed: {', '.join(allowed)}")
    return value


def _choices(option: str, value: str, allowed: tuple[str, ...]) -> list[str]:
    return [_choice(option, one.strip(), allowed) for one in value.split(",")]


def _holder(wanted: WantedFace) -> tuple[Product, dict[str, str], Path | None]:
    """The product, the values, and the portrait's file if there is one."""
    given = assignments(wanted.fields)
    wish = Wish(
        0,
        SEED if wanted.seed is None else wanted.seed,
        REGION if wanted.region is None else wanted.region,
        ISSUE_DATE if wanted.issue_date is None else wanted.issue_date,
        given,
        wanted.product,
        wanted.portrait,
    )
    path = Path(wanted.who)
    if wanted.who.isascii() and wanted.who.isdecimal():
        wish = replace(wish, index=int(wanted.who))
    elif not path.is_file():
        raise UsageError(f"{wanted.who}: neither a person's number nor a file (a saved card, or values in TOML)")
    elif path.suffix.lower() == ".json" and is_saved_card(read_text(path, errors="replace")):
        _only_of_people(wanted)
        card, card_product = load_card(path, wanted.product or None)
        return card_product, values_on(card, card_product) | given, wanted.portrait
    else:
        wish = read_wish(path, wish)
    if not wish.product:
        raise UsageError("--product is missing: generation-1, generation-2, generation-3 or a product file")
    card_product = product(wanted.product or wish.product)
    values = values_for(card_product, wish)
    if warning := real_division(values["person.number"]):
        complain(f"warning: {warning}")
    return card_product, values, wanted.portrait or wish.portrait


def _only_of_people(wanted: WantedFace) -> None:
    """A saved card has its own values: options that choose a synthetic person's would do nothing."""
    options = (("seed", wanted.seed), ("region", wanted.region), ("issue-date", wanted.issue_date))
    idle = [f"--{name}" for name, value in options if value is not None]
    if idle:
        why = "it is a saved card, which has its own; --field NAME=VALUE puts another value on the face"
        raise UsageError(f"{wanted.who}: no {', '.join(idle)}: {why}")


def _named_file(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise UsageError(f"--artwork {text!r} must be NAME=FILE, such as emblem=emblem.png")
    return name, value


def _drawn(card_product: Product, values: dict[str, str], wanted: WantedFace, portrait: Path | None) -> dict[str, Face]:
    """Both faces; FaceError with everything that is wrong with values, images and fonts."""
    problems: list[tuple[str, str]] = []
    names = layout_of(card_product).artwork_names()
    material = _material(wanted, portrait, names, problems)
    try:
        drawn = faces(card_product, values, material)
    except FaceError as error:
        raise FaceError([*problems, *error.problems]) from error
    if problems:
        raise FaceError(problems)
    return drawn


def _material(
    wanted: WantedFace, portrait: Path | None, names: tuple[str, ...], problems: list[tuple[str, str]]
) -> Material:
    """Images and fonts; what cannot be used is added to the problems."""

    def read(field: str, reading: Callable[[Path], Artwork], path: Path) -> Artwork | None:
        try:
            return reading(path)
        except ArtworkError as error:
            problems.append((field, str(error)))
        except OSError as error:
            problems.append((field, f"{path}: {error.strerror}"))
        return None

    pictures: dict[str, Artwork] = {}
    for text in wanted.artwork:
        name, file_name = _named_file(text)
        if name not in names:
            problems.append((f"artwork {name}", f"no such placeholder; allowed: {', '.join(names)}"))
        elif picture := read(f"artwork {name}", artwork.load, Path(file_name)):
            pictures[name] = picture
    photo = read("portrait", artwork.photo, portrait) if portrait else None
    return Material(pictures, photo, own_fonts(wanted.font_files, problems))


def _files(drawn: Face, name: str, formats: list[str], resolutions: list[int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if "png" in formats:
        found |= {f"{name}-{dpi}.png": png.encode(drawn, dpi) for dpi in resolutions}
    if "svg" in formats:
        found[f"{name}.svg"] = svg.encode(drawn)
    if "pdf" in formats:
        found[f"{name}.pdf"] = pdf.encode(drawn)
    if "json" in formats:
        found[f"{name}.json"] = drawn.to_json().encode()
    return found
