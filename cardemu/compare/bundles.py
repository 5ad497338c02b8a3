"""Bundles: read with every mistake named, compared with one another, and checked for contradictions inside."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cardemu.compare.chipdiff import ChipError, check_chip, compare_chips
from cardemu.compare.consistency import Media, contradictions, description_row
from cardemu.compare.facediff import FaceFileError, check_face, compare_faces
from cardemu.compare.findings import Row, compare_maps, flatten, row_of
from cardemu.compare.pixels import compare_pictures
from cardemu.compare.stripediff import StripeError, check_stripe, compare_readings, compare_stripes, read_wav
from cardemu.face.description import SIDES
from cardemu.inputfile import parse_json, parse_toml, read_bytes
from cardemu.products import Product
from cardemu.reference import bundle
from cardemu.reference.bundle import BundleError
from cardemu.reference.pictures import TOO_MANY_PIXELS

_HEAD = ("product", "card_number", "seed", "index", "layout_sha256", "fonts", "portrait_sha256")
_MADE_BY = ("versions", "renderer")
"""What may differ between two bundles of the same card; said as a note."""
_NEEDED = ("card.toml", "chip.json", "stripe.json", "front.json", "back.json")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle in memory.  `changed`: files that are not what the manifest says, expected and found."""

    folder: Path
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    record: Mapping[str, Any]
    chip: Mapping[str, Any]
    stripe: Mapping[str, Any]
    faces: Mapping[str, Mapping[str, Any]]
    changed: Mapping[str, tuple[str, str]]

    @property
    def values(self) -> dict[str, str]:
        """The values of card.toml by name."""
        return flatten({key: value for key, value in self.record.items() if isinstance(value, dict)})


def load(folder: Path, *, intact: bool) -> Bundle:
    """A bundle; BundleError naming every file that is missing or cannot be read.

    `intact`: also when a file is not what the manifest says, as a reference must be.
    """
    manifest = bundle.check_intact(folder) if intact else bundle.read_manifest(folder)
    changed = {} if intact else bundle.mismatches(folder, manifest)
    missing = [name for name, (_, found) in changed.items() if found == "missing"]
    missing += [name for name in _NEEDED if name not in manifest["files"] and name not in missing]
    if missing:
        raise BundleError("\n".join(f"{folder / name}: missing: the bundle is not whole" for name in missing))
    files = {name: read_bytes(folder / name, bundle.FILE_BYTES) for name in manifest["files"]}
    problems: list[str] = []
    chip = _part(files, "chip.json", check_chip, problems)
    stripe = _part(files, "stripe.json", check_stripe, problems)
    faces = {side: _part(files, f"{side}.json", check_face, problems) for side in SIDES}
    record: dict[str, Any] = {}
    try:
        record = parse_toml(files["card.toml"].decode())
    except ValueError as error:
        problems.append(f"card.toml: not TOML: {error}")
    if problems:
        raise BundleError("\n".join(f"{folder}: {problem}" for problem in problems))
    return Bundle(folder, manifest, files, record, chip, stripe, faces, changed)


def _part(files: Mapping[str, bytes], name: str, check: Any, problems: list[str]) -> dict[str, Any]:
    """One JSON file of a bundle."""
    try:
        found: dict[str, Any] = check(parse_json(files[name]), name)
    except (ChipError, StripeError, FaceFileError) as error:
        problems.append(str(error))
    except ValueError as error:
        problems.append(f"{name}: not JSON: {error}")
    else:
        return found
    return {}


# ---- two bundles


def compare(expected: Bundle, found: Bundle) -> tuple[list[Row], list[str], dict[str, bytes]]:
    """A row for everything in either bundle, notes, and pictures of what differs on the faces."""
    rows = [Row("file", name, said, is_, "manifest.json", "differs") for name, (said, is_) in found.changed.items()]
    heads = [flatten({key: one.manifest.get(key, "") for key in _HEAD}) for one in (expected, found)]
    rows += compare_maps("file", "manifest.json", *heads)
    made = [flatten({key: one.manifest.get(key, "") for key in _MADE_BY}) for one in (expected, found)]
    notes = [f"{row.field}: {row.expected} and {row.found}" for row in compare_maps("", "", *made) if not row.ok]
    pictures: dict[str, bytes] = {}
    names = sorted({**expected.files, **found.files}, key=lambda name: (not name.endswith((".toml", ".json")), name))
    for name in names:
        mine, theirs = expected.files.get(name), found.files.get(name)
        if mine is None or theirs is None:
            rows.append(Row("file", name, _there(mine), _there(theirs), name, "missing" if theirs is None else "extra"))
        elif mine == theirs:
            rows.append(Row(medium_of(name), name, "the same bytes", "the same bytes", name))
        else:
            rows += _differing(name, expected, found, pictures)
    return rows, notes, pictures


def _there(data: bytes | None) -> str:
    return "" if data is None else f"{len(data)} bytes"


def medium_of(name: str) -> str:
    """Chip, stripe, face or card data, by a file's name."""
    for medium, starts in _MEDIA.items():
        if name.startswith(starts):
            return medium
    return "file"


_MEDIA = {
    "chip": ("chip", "personalisation", "transcript", "photo"),
    "stripe": ("stripe",),
    "face": ("front", "back", "portrait"),
    "card": ("card.toml",),
}


def _differing(name: str, expected: Bundle, found: Bundle, pictures: dict[str, bytes]) -> list[Row]:
    """What is different in a file whose bytes are; at least one row with something wrong."""
    mine, theirs = expected.files[name], found.files[name]
    if name == "chip.json":
        rows = compare_chips(expected.chip, found.chip)
    elif name == "stripe.json":
        rows = compare_stripes(expected.stripe, found.stripe)
    elif name == "card.toml":
        rows = compare_maps("card", name, flatten(expected.record), flatten(found.record))
    elif name.removesuffix(".json") in SIDES:
        side = name.removesuffix(".json")
        rows = compare_faces(expected.faces[side], found.faces[side], side)
    elif name.endswith(".wav"):
        rows = _wav(name, expected, theirs)
    elif name.endswith(".png") and name.partition("-")[0] in SIDES:
        side = name.partition("-")[0]
        told = any(one.startswith(f"difference-{side}-") for one in pictures)
        return compare_pictures(name, mine, theirs, expected.faces[side], pictures, told=told)
    else:
        rows = _lines(name, mine, theirs)
    if all(row.ok for row in rows):
        rows.append(Row(medium_of(name), name, _at(mine, theirs), _at(theirs, mine), name, "differs"))
    return rows


def _wav(name: str, expected: Bundle, data: bytes) -> list[Row]:
    try:
        readings = read_wav(data, name)
    except StripeError as error:
        return [Row("stripe", name, "a recording of the track", str(error), name, "unreadable")]
    return compare_readings(expected.stripe, readings, all_tracks=False)


def _lines(name: str, mine: bytes, theirs: bytes) -> list[Row]:
    """The lines of a text file that differ; nothing for other files."""
    try:
        left, right = mine.decode().splitlines(), theirs.decode().splitlines()
    except UnicodeDecodeError:
        return []
    medium = medium_of(name)
    rows = [
        row_of(medium, "line", a, b, f"{name}, line {number}")
        for number, (a, b) in enumerate(zip(left, right, strict=False), start=1)
        if a != b
    ]
    if len(left) != len(right):
        rows.append(Row(medium, "lines", str(len(left)), str(len(right)), name, "differs"))
    return [_shortened(row) for row in rows]


def _shortened(row: Row) -> Row:
    """A row whose long texts begin where they differ."""
    if len(row.expected) < 100 and len(row.found) < 100:
        return row
    start = next((place for place, (a, b) in enumerate(zip(row.expected, row.found, strict=False)) if a != b), 0)
    start = max(0, start - 20)
    cut = [("..." if start else "") + text[start : start + 80] for text in (row.expected, row.found)]
    return Row(row.medium, row.field, cut[0], cut[1], row.where, row.kind)


def _at(mine: bytes, theirs: bytes) -> str:
    """The bytes around the first difference."""
    place = next((place for place, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
    if len(mine) != len(theirs) and mine[: len(theirs)] == theirs[: len(mine)]:
        return f"{len(mine)} bytes"
    return f"{mine[place : place + 8].hex().upper()} at byte {place}"


# ---- one bundle


def check(one: Bundle, product: Product) -> list[Row]:
    """Contradictions among the media of one bundle, and files that are not what the manifest says."""
    rows = [Row("file", name, said, is_, "manifest.json", "differs") for name, (said, is_) in one.changed.items()]
    media = Media(one.chip, one.stripe, one.faces, one.values)
    rows += contradictions(media, product)
    for name, data in one.files.items():
        side = name.partition("-")[0]
        if name.endswith(".wav"):
            rows += _wav(name, one, data)
        elif name.endswith(".png") and side in SIDES:
            rows.append(_drawn_from(name, data, one.files[f"{side}.json"]))
    return rows


def _drawn_from(name: str, data: bytes, description: bytes) -> Row:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            picture.verify()
            said = str(picture.info.get("Description", ""))
    except (OSError, SyntaxError, ValueError, *TOO_MANY_PIXELS) as error:
        return Row("face", name, "a PNG file", f"broken: {error}", name, "unreadable")
    return description_row(name, said, description)
