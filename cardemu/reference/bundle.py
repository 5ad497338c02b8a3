"""The reference bundle: every file of one card, and the manifest that vouches for them.

The same record gives the same bytes.  A bundle appears whole or not at all: it is written under a temporary name and
renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from cardemu.host.lock import InUseError, locked
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
            **faces.provenance(record, files["front.json"]),
            "files": {
                name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            },
        }
    )


@cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


# ---- on disk


def write(record: Record, out: Path, *, force: bool = False) -> Path:
    """Write a bundle as the folder `out`; with `force` in the place of one that is there already.

    BundleError when something else is there, another process is at it, or it cannot be written.
    """
    check_place(out, force=force)
    files = files_of(record)
    files[MANIFEST] = manifest_of(record, files)
    real = Path(os.path.realpath(out))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        with locked(real.with_name(f".{real.name}.lock")):
            _take_over(real)
            check_place(out, force=force)
            _exchange(files, real)
    except InUseError as error:
        raise BundleError(f"{out}: is being written by {error}") from error
    except OSError as error:
        raise BundleError(f"{out}: cannot be written: {error.strerror}") from error
    return out


def check_place(out: Path, *, force: bool = False) -> None:
    """BundleError when something stands there that is no bundle, or one that is not to be replaced."""
    if os.path.lexists(out) and not out.is_dir():
        raise BundleError(f"{out}: is a file; a bundle is a folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    try:
        known = {MANIFEST, *read_manifest(out)["files"]}
    except BundleError as error:
        raise BundleError(f"{out}: is a folder that holds something else; a bundle needs one of its own") from error
    others = sorted(one.name for one in out.iterdir() if one.name not in known)
    if others:
        raise BundleError(f"{out}: holds {others[0]}, which is no part of the bundle: not replaced")
    if not force:
        raise BundleError(f"{out}: is a bundle already; --force replaces it")


def _in_between(out: Path) -> tuple[Path, Path]:
    """Where a bundle is until it is whole, and the one it replaces until then."""
    return out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.old")


def _take_over(out: Path) -> None:
    """What a process that was killed has left: a bundle that was put aside comes back, the rest goes away."""
    new, old = _in_between(out)
    if old.is_dir() and not out.exists():
        old.rename(out)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)


def _exchange(files: Mapping[str, bytes], out: Path) -> None:
    """Put a folder of these files in place of an older bundle."""
    new, old = _in_between(out)
    try:
        new.mkdir()
        for name, data in files.items():
            (new / name).write_bytes(data)
        if out.exists():
            out.rename(old)
        new.rename(out)
    except OSError:
        if old.is_dir() and not out.exists():
            old.rename(out)
        raise
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)


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
    wrong = [f"{key} must be a text" for key in ("product", "card_number") if not isinstance(data.get(key), str)]
    wrong += [line for name, entry in data["files"].items() if (line := _entry_problem(name, entry))]
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
        elif len(data) != entry["bytes"]:
            found[name] = (f"{entry['bytes']} bytes", f"{len(data)} bytes")
    return found


def check_intact(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle all of whose files are there and unchanged; BundleError names every file that is not."""
    manifest = read_manifest(folder)
    wrong = mismatches(folder, manifest)
    if wrong:
        lines = [f"{folder / name}: manifest says {said}, found {is_}" for name, (said, is_) in wrong.items()]
        raise BundleError("\n".join(lines))
    return manifest
