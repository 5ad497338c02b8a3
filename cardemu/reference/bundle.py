"""The reference bundle: every file of one card, and the manifest that vouches for them.

The same record gives the same bytes.  A bundle appears whole or not at all: it is written under a temporary name and
renamed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from cardemu.inputfile import parse_json, read_bytes, read_text
from cardemu.personalisation.script import personalisation_script
from cardemu.reference import datagroups, faces
from cardemu.reference.chip import describe_chip, read_out
from cardemu.reference.chipdump import tlv_text
from cardemu.reference.record import Record, suffix
from cardemu.reference.stripefiles import stripe_data, wav_files

FORMAT = 1
MANIFEST = "manifest.json"
FILE_BYTES = 64_000_000
"""More than any file of a bundle has."""
_KEY = "cardmill reference"
_VERSIONS = ("cardmill", "numpy", "pillow")


class BundleError(ValueError):
    """A folder that is no intact bundle, or where none can be written; the message names file and reason."""


def as_json(document: Mapping[str, Any]) -> bytes:
    """JSON as the bundle has it."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def files_of(record: Record, *, pictures: bool = True) -> dict[str, bytes]:
    """Every file of the bundle but the manifest, by name.  `pictures`: also the faces as PNG and PDF, and WAVs."""
    card, chip = describe_chip(record)
    conversation, _ = read_out(card, record)
    who = f"{record.values['person.name']}, card {record.values['card.number']}"
    found = {
        "card.toml": record.to_toml().encode(),
        "chip.json": as_json(chip),
        "chip.tlv.txt": tlv_text(chip).encode(),
        "personalisation.apdu": personalisation_script(record.product, record.items, who).encode(),
        "personalisation.dgi": datagroups.text(record.product, record.items).encode(),
        "transcript.apdu": conversation.encode(),
        "stripe.json": as_json(stripe_data(record)),
    }
    if record.photo:
        found[f"photo{suffix(record.photo)}"] = record.photo
    if record.portrait:
        found[f"portrait{suffix(record.portrait)}"] = record.portrait
    found |= faces.face_files(record, pictures=pictures)
    if pictures:
        found |= wav_files(record)
    return found


def manifest_of(record: Record, files: Mapping[str, bytes]) -> bytes:
    """The manifest: what the bundle was made from, by what, and the hash of every file."""
    return as_json(
        {
            _KEY: FORMAT,
            "product": record.product.name,
            "card_number": record.values["card.number"],
            "seed": record.seed,
            "index": record.index,
            "versions": {name: _version(name) for name in _VERSIONS},
            **faces.provenance(record),
            "files": {
                name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            },
        }
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


# ---- on disk


def write(record: Record, out: Path) -> Path:
    """Write a bundle as the folder `out`; one that is there already is replaced at the end.

    BundleError when something else is there.
    """
    check_place(out)
    files = files_of(record)
    out.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, data in files.items():
            (new / name).write_bytes(data)
        (new / MANIFEST).write_bytes(manifest_of(record, files))
        new.chmod(0o755)
        _exchange(new, out)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return out


def check_place(out: Path) -> None:
    """BundleError when something stands there that is no bundle."""
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise BundleError(f"{out}: is a folder that holds something else; a bundle replaces bundles alone")
    if out.exists() and not out.is_dir():
        raise BundleError(f"{out}: is a file; a bundle is a folder")


def _exchange(new: Path, out: Path) -> None:
    """Put the new folder in place of the old one."""
    if not out.exists():
        new.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent)) / "old"
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


def is_bundle(path: Path) -> bool:
    """Whether a folder claims to be a bundle."""
    return path.is_dir() and (path / MANIFEST).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest; BundleError when it is missing, cut off, or of another format."""
    path = folder / MANIFEST
    try:
        data = parse_json(read_text(path))
    except FileNotFoundError as error:
        raise BundleError(f"{folder}: no bundle: {MANIFEST} is missing") from error
    except ValueError as error:
        raise BundleError(f"{path}: not a manifest: {error}") from error
    if not isinstance(data, dict) or data.get(_KEY) != FORMAT or not isinstance(data.get("files"), dict):
        raise BundleError(f"{path}: not a manifest of format {FORMAT}")
    wrong = [line for name, entry in data["files"].items() if (line := _entry_problem(name, entry))]
    if wrong:
        raise BundleError("\n".join(f"{path}: {line}" for line in wrong))
    return data


def _entry_problem(name: str, entry: object) -> str:
    """What is wrong with a file's line in a manifest: a name that leads elsewhere, a hash that is none."""
    if name in {"", ".", ".."} or any(character in name for character in "/\\\0"):
        return f"files: {name!r} must be the name of a file in the bundle, without a path"
    if not isinstance(entry, dict) or type(entry.get("bytes")) is not int or not isinstance(entry.get("sha256"), str):
        return f"files: {name!r} must have bytes (a whole number) and sha256 (a text)"
    return ""


def mismatches(folder: Path, manifest: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Files that are not what the manifest says: expected and found, by name."""
    found = {}
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            found[name] = (f"{entry['bytes']} bytes", "missing")
            continue
        data = read_bytes(path, FILE_BYTES)
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            found[name] = (f"SHA-256 {entry['sha256']}", f"SHA-256 {hashlib.sha256(data).hexdigest()}")
    return found


def check_intact(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle all of whose files are there and unchanged; BundleError names every file that is not."""
    manifest = read_manifest(folder)
    wrong = mismatches(folder, manifest)
    if wrong:
        lines = [f"{folder / name}: manifest says {said}, found {is_}" for name, (said, is_) in wrong.items()]
        raise BundleError("\n".join(lines))
    return manifest
