"""What `cardmill card compare` and `cardmill card check` do.

Exit code 0 the same, 1 something differs, 2 wrong input, 3 nothing differs but something could not be judged.  What a
file is, its content says: a saved card, a chip dump, a face's description, a recording, a picture, or a text with
tracks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cardemu import inputfile
from cardemu.cardfile import UsageError, load_card
from cardemu.compare import bundles, report
from cardemu.compare.bundles import Bundle
from cardemu.compare.chipdiff import ChipError, check_chip, compare_chips, compare_with_card
from cardemu.compare.facediff import FaceFileError, check_face, compare_faces
from cardemu.compare.findings import Row, Verdict
from cardemu.compare.place import ScanError
from cardemu.compare.scan import compare_scan
from cardemu.compare.stripediff import StripeError, compare_readings, read_text, read_wav
from cardemu.console import complaining
from cardemu.filekinds import HEAD_BYTES, kind_of
from cardemu.host.claim import write_pictures
from cardemu.host.exitcodes import FINE, NOT_JUDGED, REFUSED
from cardemu.host.printing import say
from cardemu.host.wholefile import write_whole
from cardemu.products import Product, names, product
from cardemu.reference.bundle import BundleError, is_bundle
from cardemu.reference.chipdump import dump
from cardemu.transports.base import TransportError
from cardemu.transports.pcsc import PcscCard, find_reader

PICTURES = (".png", ".jpg", ".jpeg")
READER = "pcsc:"
"""Exit code: nothing wrong was seen, but not everything that must be seen."""
_WRONG_INPUT = (BundleError, ChipError, StripeError, FaceFileError, ScanError)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the user asked for.  `against` empty: the reference's media against one another."""

    reference: Path
    against: str = ""
    product: str = ""
    side: str = ""
    pin: str = ""
    picture: Path | None = None
    junit: Path | None = None
    as_json: bool = False
    quiet: bool = False


@complaining
def compare(asked: Comparison) -> int:
    """Compare, say what differs, and give the exit code."""
    try:
        verdict = _verdict(asked)
    except _WRONG_INPUT as error:
        raise UsageError(str(error)) from error
    except TransportError as error:
        raise UsageError(f"{asked.against}: {error}") from error
    if asked.junit:
        write_whole(asked.junit, verdict.to_junit())
    if asked.picture:
        write_pictures(asked.picture, verdict.pictures)
    if asked.as_json:
        say(verdict.to_json())
    elif not asked.quiet:
        report.show(verdict)
    if verdict.wrong or not verdict.rows:
        return REFUSED
    return NOT_JUDGED if verdict.unjudged else FINE


def _verdict(asked: Comparison) -> Verdict:
    if not is_bundle(asked.reference):
        raise UsageError(f"{asked.reference}: no bundle (a folder with manifest.json, as card reference writes it)")
    if not asked.against:
        one = bundles.load(asked.reference, intact=False)
        return Verdict(
            f"{asked.reference.name}: chip, stripe and face", tuple(bundles.check(one, _product(asked, one)))
        )
    reference = bundles.load(asked.reference, intact=True)
    title = f"{asked.against} against {asked.reference.name}"
    if asked.against.startswith(READER):
        name = find_reader(asked.against.removeprefix(READER))
        card = PcscCard(name)
        try:
            rows, notes = compare_with_card(reference.chip, card, _product(asked, reference), name, asked.pin)
            return Verdict(title, tuple(rows), tuple(notes))
        finally:
            card.close()
    path = Path(asked.against)
    if is_bundle(path):
        rows, notes, pictures = bundles.compare(reference, bundles.load(path, intact=False))
        return Verdict(title, tuple(rows), tuple(notes), pictures)
    if path.is_dir():
        raise UsageError(f"{path}: a folder, but no bundle: manifest.json is missing")
    return _file(asked, reference, path, title)


def _product(asked: Comparison, one: Bundle) -> Product:
    """The product asked for, or the bundle's: one of the package, as a bundle names no file of this machine."""
    said = str(one.manifest.get("product", ""))
    if not asked.product and said not in names():
        raise UsageError(f"{one.folder}: a card of the product {said}, none of the package: add --product FILE")
    return product(asked.product or said)


def _file(asked: Comparison, reference: Bundle, path: Path, title: str) -> Verdict:
    """A file against the part of the reference it speaks of."""
    suffix = path.suffix.lower()
    if suffix == ".wav":
        return Verdict(title, tuple(compare_readings(reference.stripe, read_wav(path), all_tracks=False)))
    if suffix in PICTURES:
        return compare_scan(path, reference, asked.side, title)
    if suffix == ".json":
        return Verdict(title, tuple(_json(asked, reference, path)))
    _refuse_other_kinds(path)
    return Verdict(title, tuple(compare_readings(reference.stripe, read_text(path), all_tracks=True)))


def _refuse_other_kinds(path: Path) -> None:
    """What is certainly no text: said as what it is, whatever its name ends in."""
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES))
    if kind:
        allowed = f"a scan is {' or '.join(PICTURES)}, a recording .wav, a chip or a face .json, tracks are a text"
        raise UsageError(f"{path}: is {kind}; {allowed}")


def _json(asked: Comparison, reference: Bundle, path: Path) -> list[Row]:
    try:
        document = inputfile.parse_json(inputfile.read_text(path))
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    if isinstance(document, dict) and "cardmill card" in document:
        card, card_product = load_card(path, asked.product or None)
        return compare_chips(reference.chip, dump(card, card_product))
    if isinstance(document, dict) and "cardmill face" in document:
        face = check_face(document, str(path))
        side = str(face.get("side"))
        if side not in reference.faces:
            raise UsageError(f"{path}: side {side!r} must be one of {', '.join(reference.faces)}")
        return compare_faces(reference.faces[side], face, side)
    return compare_chips(reference.chip, check_chip(document, str(path)))
