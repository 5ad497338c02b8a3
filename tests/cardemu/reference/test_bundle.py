"""The bundle: golden for every product, whole or not at all, the same bytes for the same input, and true."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cardemu.card import Card
from cardemu.host.lock import locked
from cardemu.keys import table
from cardemu.memory import Cell
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.personalisation.script import Timed, parse, play
from cardemu.products import names, product
from cardemu.reference import bundle, datagroups
from cardemu.reference.bundle import BundleError
from cardemu.reference.chip import make_chip, predictable
from cardemu.reference.chipdump import dump
from cardemu.terminal.core import Terminal
from cardemu.terminal.everything import read_everything
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.reader import Reader
from cardemu.transports.scripted import Scripted
from cardemu.transports.traces import from_text
from tests.cardemu.reference.made import folder, loaded, record

GOLDENS = Path(__file__).parent / "goldens"
TEXTS = (".json", ".apdu", ".dgi", ".txt", ".toml")
FACES = ("front", "back")
"""Their descriptions, drawings and files have goldens of their own (tests/cardemu/face)."""


@pytest.mark.parametrize("name", names())
def test_the_bundle_is_the_golden_one(name: str, golden: Any) -> None:
    """Every file but the faces by its hash; card.toml in full, because it is the input."""
    files = loaded(name).files
    golden(GOLDENS / f"{name}.toml", files["card.toml"].decode())
    kept = {key: data for key, data in files.items() if not key.startswith(FACES)}
    lines = [f"{hashlib.sha256(data).hexdigest()} {len(data)} {key}" for key, data in sorted(kept.items())]
    golden(GOLDENS / f"{name}.sha256", "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", names())
def test_a_bundle_has_everything(name: str) -> None:
    """All media; WAV files for the tracks the product records; hashes of all of it."""
    files = set(loaded(name).files)
    tracks = loaded(name).stripe["tracks"]
    sides = {f"{side}{end}" for side in ("front", "back") for end in (".json", ".svg", ".pdf", "-300.png", "-600.png")}
    chip = {"chip.json", "chip.tlv.txt", "personalisation.apdu", "personalisation.dgi", "transcript.apdu"}
    assert files == {"card.toml", "stripe.json"} | chip | sides | {f"stripe-track{number}.wav" for number in tracks}
    manifest = loaded(name).manifest
    assert manifest["versions"]["numpy"]
    assert len(manifest["fonts"]) == 3
    assert "FreeType" in manifest["renderer"]


def test_the_same_input_gives_the_same_bytes() -> None:
    """Twice from the beginning."""
    made = record("generation-1")
    assert bundle.files_of(made, pictures=False) == bundle.files_of(record("generation-1"), pictures=False)


def test_no_key_and_no_pin_is_in_a_bundle() -> None:
    """Root keys, diversified keys and the PIN appear nowhere; check values do."""
    made = record()
    card = make_chip(made)
    card.reset()
    assert card.session is not None
    secrets = {value.hex() for value in made.product.template.roots.values()}
    secrets |= {card.session.key_bytes(entry).hex() for entry in table(card.memory.read(Cell.KEYS))}
    texts = [
        data.decode().lower()
        for key, data in loaded().files.items()
        if key.endswith((".json", ".apdu", ".dgi", ".txt", ".toml"))
    ]
    assert len(secrets) > 50
    for text in texts:
        assert not any(secret in text for secret in secrets)
    assert all(len(key["kcv"]) == 6 for key in loaded().chip["keys"])


@pytest.mark.parametrize("name", names())
def test_the_short_way_to_a_chip_is_the_long_way(name: str) -> None:
    """COS activation, files, keys and records by commands give the same chip as the product's image."""
    made = record(name)
    card, audit = Card.blank(made.product.template, predictable()), Audit("")
    hsm = Hsm(made.product.template.roots)
    values = {key: value for key, value in made.values.items() if not key.startswith("bank.")}
    values.pop("person.latin_name", None)
    PrePersonaliser(Chip(made.product, made.region, made.serial), hsm, audit).run(card, values)
    personalise(card, made.product, made.items, hsm, audit, made.region)
    assert dump(card, made.product) == loaded(name).chip


@pytest.mark.parametrize("name", names())
def test_the_personalisation_script_makes_the_chip(name: str) -> None:
    """Played on a pre-made card, it leaves what chip.json says."""
    made = record(name)
    card = Card.initialised(made.product.template, predictable(), made.region, made.serial)
    text = loaded(name).files["personalisation.apdu"].decode()
    play(Timed(card, made.product.timing), parse(text), made.product)
    assert dump(card, made.product) == loaded(name).chip


@pytest.mark.parametrize("name", names())
def test_a_terminal_reads_the_card_from_the_transcript_alone(name: str) -> None:
    """A scripted card with this conversation is read to its end, and says what the chip says."""
    trace = from_text(loaded(name).files["transcript.apdu"].decode())
    made = product(name)
    with Scripted(trace) as card:
        desk = Reader(Terminal(contact=card, keys=Hsm(made.template.roots), card_product=made))
        code, found = read_everything(desk, made)
    assert code == 0
    assert found["files"]["SSSEEF06"]["name"] == loaded(name).values["person.name"]


def test_data_groups_carry_every_item_once() -> None:
    """DGI, length and data of each line; the commands below carry the same bytes."""
    made = record("generation-3")
    text = datagroups.text(made.product, made.items)
    lines = [line.split("  #")[0] for line in text.splitlines()]
    groups = b"".join(bytes.fromhex(line) for line in lines if line[:4].isalnum() and line[4:5] == " ")
    commands = [bytes.fromhex(line[2:]) for line in lines if line.startswith("> ")]
    assert b"".join(command[5:] for command in commands) == groups
    assert all(command[:2] == b"\x80\xe2" for command in commands)
    assert commands[-1][2] & 0x80
    assert len(datagroups.groups_of(made.items)) == len(made.items)


def test_long_data_groups_have_a_long_length() -> None:
    """EMV CPS 1.1: from 255 bytes on, FF and two bytes."""
    assert datagroups.group(0x0801, bytes(254))[:3] == bytes.fromhex("0801FE")
    assert datagroups.group(0x0801, bytes(300))[:5] == bytes.fromhex("0801FF012C")
    commands = datagroups.store_data([bytes(300), bytes(10)])
    assert [command[2:4].hex() for command in commands] == ["0000", "8001"]


# ---- on disk


def test_a_bundle_replaces_a_bundle_and_nothing_else(tmp_path: Path) -> None:
    """Something else that stands there is left alone; nothing is left behind."""
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BundleError, match="holds something else"):
        bundle.write(record("generation-1"), other)
    out = tmp_path / "bundle"
    bundle.write(record("generation-1", 1), out)
    with pytest.raises(BundleError, match="is a bundle already; --force replaces it"):
        bundle.write(record("generation-1", 2), out)
    assert tomllib.loads((out / "card.toml").read_text(encoding="utf-8"))["index"] == 1
    bundle.write(record("generation-1", 2), out, force=True)
    assert tomllib.loads((out / "card.toml").read_text(encoding="utf-8"))["index"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "mine"]
    bundle.check_intact(out)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BundleError, match=r"holds notes\.txt, which is no part of the bundle: not replaced"):
        bundle.write(record("generation-1", 3), out, force=True)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_manifest_of_something_else_makes_no_bundle(tmp_path: Path) -> None:
    """A web application's manifest.json beside its files: nothing is replaced, with --force neither."""
    (tmp_path / "manifest.json").write_text('{"name": "shop"}', encoding="utf-8")
    for force in (False, True):
        with pytest.raises(BundleError, match="holds something else"):
            bundle.write(record("generation-1"), tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_what_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    """Half a new bundle goes away; an old one that was already put aside comes back first."""
    out = tmp_path / "bundle"
    bundle.write(record("generation-1", 1), out)
    out.rename(tmp_path / ".bundle.old")
    (tmp_path / ".bundle.partial").mkdir()
    (tmp_path / ".bundle.partial" / "chip.json").write_text("{", encoding="utf-8")
    with pytest.raises(BundleError, match="is a bundle already"):
        bundle.write(record("generation-1", 2), out)
    bundle.check_intact(out)
    bundle.write(record("generation-1", 2), out, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    bundle.check_intact(out)


def test_two_processes_write_one_bundle_after_the_other(tmp_path: Path) -> None:
    """While one is at it, the other is refused."""
    with (
        locked(tmp_path / ".bundle.lock"),
        pytest.raises(BundleError, match=rf"is being written by process {os.getpid()} on"),
    ):
        bundle.write(record("generation-1", 1), tmp_path / "bundle")
    bundle.write(record("generation-1", 1), tmp_path / "bundle")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_nothing_is_left_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle."""

    def full(self: Path, data: bytes) -> int:
        del data
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BundleError, match="bundle: cannot be written: No space left on device"):
        bundle.write(record("generation-1"), tmp_path / "bundle")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("no manifest", "manifest.json is missing"),
        ("half a manifest", "not a manifest"),
        ("other manifest", "not a manifest of format 1"),
        ("missing file", "chip.json: manifest says"),
        ("cut file", "stripe.json: manifest says SHA-256"),
    ],
)
def test_a_damaged_bundle_is_no_reference(damage: str, why: str, tmp_path: Path) -> None:
    """Which file, and what is wrong with it."""
    copy = tmp_path / "copy"
    shutil.copytree(folder("generation-1"), copy)
    manifest = copy / "manifest.json"
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "half a manifest":
        manifest.write_text(manifest.read_text(encoding="utf-8")[:200], encoding="utf-8")
    elif damage == "other manifest":
        manifest.write_text(json.dumps({"cardmill reference": 9, "files": {}}), encoding="utf-8")
    elif damage == "missing file":
        (copy / "chip.json").unlink()
    else:
        (copy / "stripe.json").write_bytes((copy / "stripe.json").read_bytes()[:50])
    with pytest.raises(BundleError) as caught:
        bundle.check_intact(copy)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("chip.json", "x"),
        ("chip.json", {}),
        ("chip.json", None),
        ("chip.json", {"bytes": "5", "sha256": ""}),
        ("chip.json", {"bytes": True, "sha256": ""}),
        ("../chip.json", {"bytes": 5, "sha256": ""}),
        ("/etc/hostname", {"bytes": 5, "sha256": ""}),
        ("a\\b", {"bytes": 5, "sha256": ""}),
        ("..", {"bytes": 5, "sha256": ""}),
        ("", {"bytes": 5, "sha256": ""}),
    ],
)
def test_a_manifest_that_lies_is_refused_with_the_file_it_lies_about(name: str, entry: object, tmp_path: Path) -> None:
    """No file outside the bundle is looked at, and no entry of another form is taken for one."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"cardmill reference": 1, "files": {name: entry}}), encoding="utf-8")
    with pytest.raises(BundleError) as caught:
        bundle.read_manifest(tmp_path)
    assert f"manifest.json: files: {name!r} must" in str(caught.value)
