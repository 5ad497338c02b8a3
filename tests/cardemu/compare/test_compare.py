"""Two media of one card against each other: a changed byte anywhere is found and named; the same is the same."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cardemu.compare import bundles
from cardemu.compare.chipdiff import compare_chips, compare_with_card
from cardemu.compare.console import Comparison, compare
from cardemu.compare.facediff import compare_faces
from cardemu.compare.findings import Row, Verdict, flatten
from cardemu.compare.stripediff import compare_readings, compare_stripes, read_wav
from cardemu.host.claim import LIST
from cardemu.products import names, product
from cardemu.reference.bundle import BundleError
from cardemu.reference.chip import make_chip
from cardemu.state import save
from cardemu.stripe.flux import Swipe, signal
from cardemu.stripe.frames import write_iso
from cardemu.stripe.readout import parse
from cardemu.stripe.recording import to_wav
from cardemu.stripe.tracks import TRACKS, on_card
from cardemu.transports.base import TransportError
from cardemu.transports.in_process import InProcess, spoken
from tests.cardemu.reference.made import folder, loaded, record


def wrong(rows: list[Row]) -> list[Row]:
    """The rows with something wrong."""
    return [row for row in rows if not row.ok]


# ---- the same


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_bundle_is_the_same_as_itself(name: str) -> None:
    """Every file, nothing wrong, no picture."""
    rows, notes, pictures = bundles.compare(loaded(name), bundles.load(folder(name), intact=False))
    assert not wrong(rows)
    assert len(rows) > len(loaded(name).files)
    assert (notes, pictures) == ([], {})


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_the_card_itself_is_the_same_as_its_reference(name: str) -> None:
    """Read through its reader protocol, by a terminal with all keys."""
    made = record(name)
    card = InProcess(spoken(make_chip(made), made.product.protocol))
    rows, notes = compare_with_card(loaded(name).chip, card, made.product, "here", "123456")
    assert not wrong(rows)
    assert not notes
    assert len(rows) > 30
    _, notes = compare_with_card(loaded(name).chip, card, made.product, "here")
    assert notes == ["DF04EF06 needs the PIN (--pin) and was not read"]


def test_another_card_in_the_reader_differs() -> None:
    """Somebody else's: numbers, names, dates by their elements."""
    made = record(index=8)
    card = InProcess(spoken(make_chip(made), made.product.protocol))
    fields = {row.field for row in wrong(compare_with_card(loaded().chip, card, made.product, "here")[0])}
    assert {"atr", "name", "social_security_number", "card_number", "card_identification"} <= fields
    assert "version" not in fields


# ---- a changed byte


def changed(path: Path, place: int) -> bytes:
    """Flip a bit of a file and give what it held."""
    before = path.read_bytes()
    place = min(place, len(before) - 1)
    path.write_bytes(before[:place] + bytes((before[place] ^ 0x01,)) + before[place + 1 :])
    return before


def named_in(theirs: Path) -> list[str]:
    """Where a comparison finds something wrong: by the manifest the file, then the fields; or the file alone."""
    try:
        found = bundles.load(theirs, intact=False)
    except BundleError as error:
        return [str(error).split(": ")[1]]
    rows = wrong(bundles.compare(loaded(), found)[0])
    return [row.field if row.where == "manifest.json" else f"{row.where} {row.field}" for row in rows]


@pytest.mark.parametrize("name", sorted(loaded("generation-2").files))
def test_a_changed_byte_is_found_and_its_file_named(name: str, tmp_path: Path) -> None:
    """In the beginning, the middle and the end of every file of a bundle."""
    theirs = tmp_path / "theirs"
    shutil.copytree(folder(), theirs)
    size = (theirs / name).stat().st_size
    for place in {10, size // 2, size - 1}:
        before = changed(theirs / name, place)
        found = named_in(theirs)
        assert found.count(name) >= 1, place
        assert len(found) >= 2 or found == [name], place
        (theirs / name).write_bytes(before)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str]]:
    """Every text in a JSON value, with the way to it."""
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, one in enumerate(value) for leaf in leaves(one, (*path, place))]
    return [(path, value)] if isinstance(value, str) and value else []


def with_other(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """A copy with one value changed."""
    whole = copy.deepcopy(document)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return whole


@pytest.mark.slow
def test_every_record_of_the_chip_is_compared_and_named() -> None:
    """One digit of each record, rule and key in turn; the file and the element are named."""
    chip = loaded("generation-3").chip
    titles = {"title", "title_zh", "zh", "element", "tag", "file", "name", "df", "text"}
    seen = 0
    for path, text in leaves(chip):
        if path[-1] in titles or len(path) < 3:
            continue
        other = with_other(chip, path, text[:-1] + ("1" if text[-1] != "1" else "2"))
        (row,) = wrong(compare_chips(chip, other))
        place = chip[path[0]][path[1]]
        names_ = {str(place.get("file", "")), str(place.get("name", "")), str(place.get("id", ""))}
        assert any(one and one in f"{row.where} {row.field}" for one in names_), (path, row)
        if "records" in path and "element" in place["records"][path[3]]:
            assert place["records"][path[3]]["element"] in row.field
        seen += 1
    assert seen > 400


def test_every_value_of_the_stripe_is_compared_and_named() -> None:
    """One character of each value."""
    stripe = loaded().stripe
    for path, text in leaves(stripe):
        rows = wrong(compare_stripes(stripe, with_other(stripe, path, text + "1")))
        assert [row.field for row in rows] == [".".join(path)]


@pytest.mark.parametrize("side", ["front", "back"])
def test_every_item_of_a_face_is_compared_and_named(side: str) -> None:
    """Texts, colours, places and fonts, each told apart."""
    face = loaded().faces[side]
    kinds = set()
    for layer in ("base", "person", "specimen"):
        for place, item in enumerate(face[layer]):
            for key in item.keys() - {"id", "kind"}:
                value = item[key]
                other = [*value[:-1], 999_999] if isinstance(value, list) else f"{value}9"
                rows = wrong(compare_faces(face, with_other(face, (layer, place, key), other), side))
                assert len(rows) == 1
                assert rows[0].field.startswith(item["id"].partition(".")[0])
                kinds.add(rows[0].kind)
    assert kinds == {"text", "layout", "colour", "picture"}


def test_what_is_missing_and_what_is_too_much_is_said() -> None:
    """Records, files, items, tracks."""
    chip = loaded().chip
    fewer = copy.deepcopy(chip)
    del fewer["files"][-1], fewer["files"][10]["records"][-1]
    kinds = {row.kind for row in wrong(compare_chips(chip, fewer))}
    assert kinds == {"missing"}
    assert {row.kind for row in wrong(compare_chips(fewer, chip))} == {"extra"}


# ---- the stripe's other forms


def test_a_read_out_is_compared_field_by_field() -> None:
    """Another expiry on track 2, and track 3 missing."""
    stripe = loaded().stripe
    texts = {number: track["text"] for number, track in stripe["tracks"].items()}
    same = parse("".join(texts.values()))
    assert not wrong(compare_readings(stripe, same, all_tracks=True))
    other = parse(texts["1"] + texts["2"].replace("=3603", "=3604"))
    rows = wrong(compare_readings(stripe, other, all_tracks=True))
    assert [(row.field, row.expected, row.found) for row in rows[:1]] == [("expiry", "3603", "3604")]
    assert rows[0].where == "track 2, character 21"
    assert (rows[1].field, rows[1].kind) == ("track 3", "missing")


def test_a_recording_with_a_fault_says_which() -> None:
    """A swipe that was too bad is unreadable, and nothing is guessed."""
    stripe = loaded().stripe
    track, text = TRACKS[2], stripe["tracks"]["2"]["text"][1:-1]
    swipe = Swipe(dropouts=1, dropout_mm=2.0, dropout_left=0.0, seed=1)
    readings = read_wav(to_wav(signal(track, on_card(track, text), swipe), swipe.sample_rate_hz), "swipe")
    rows = wrong(compare_readings(stripe, readings, all_tracks=False))
    assert "unreadable" in {row.kind for row in rows}


# ---- the command


def run(reference: Path, against: object = "", **options: Any) -> int:
    """The exit code of card compare."""
    return compare(Comparison(reference, str(against), quiet=not options, **options))


def test_every_kind_of_file_is_recognised(tmp_path: Path) -> None:
    """Exit code 0 for the card's own media."""
    reference = folder()
    (tmp_path / "card.json").write_text(save(make_chip(record())), encoding="utf-8")
    tracks = {int(number): track["text"][1:-1] for number, track in loaded().stripe["tracks"].items()}
    (tmp_path / "swipe.txt").write_text(
        "\n".join(loaded().stripe["tracks"][n]["text"] for n in "123"), encoding="utf-8"
    )
    (tmp_path / "frame.txt").write_text(write_iso(tracks).hex(), encoding="utf-8")
    for name in ("card.json", "swipe.txt", "frame.txt"):
        assert run(reference, tmp_path / name) == 0, name
    for name in ("chip.json", "front.json", "back.json", "stripe-track1.wav", "front-300.png", "back-600.png"):
        assert run(reference, reference / name) == 0, name
    assert run(reference, reference) == 0


@pytest.mark.slow
def test_another_card_differs_in_every_medium() -> None:
    """Exit code 1 for somebody else's."""
    other = folder(index=8)
    for name in ("chip.json", "back.json", "stripe-track1.wav", "back-300.png"):
        assert run(folder(), other / name) == 1, name
    assert run(folder(), other) == 1


@pytest.mark.slow
def test_the_verdict_as_json_junit_and_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same findings in every form."""
    junit = tmp_path / "verdict.xml"
    code = run(folder(), folder(index=8), as_json=True, junit=junit, picture=tmp_path / "pictures")
    assert code == 1
    document = json.loads(capsys.readouterr().out)
    suite = ET.parse(junit).getroot()
    assert len(document["findings"]) == int(suite.attrib["failures"]) == len(suite.findall(".//failure"))
    assert document["compared"] == int(suite.attrib["tests"]) == len(suite.findall("testcase"))
    names_ = {
        finding["expected"]: finding["found"] for finding in document["findings"] if finding["field"] == "person.name"
    }
    assert names_["宋柏云"] == "李平乐"
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {LIST, "difference-back-300.png"}


@pytest.mark.parametrize(
    ("content", "suffix", "why"),
    [
        ("{", ".json", "not JSON"),
        ("{}", ".json", "not a chip dump"),
        ('{"cardmill chip": 1, "files": 3}', ".json", "files is missing or of another kind"),
        ('{"cardmill card": 1, "product": "generation-2"}', ".json", "lacks cells, journal"),
        ('{"cardmill face": 1}', ".json", "must be a list of items"),
        ("hello", ".txt", "not a read-out"),
        ("hello", ".wav", "not a WAV"),
        ("hello", ".png", "not an image in the format PNG or JPEG"),
        ("hello", ".jpg", "not an image in the format PNG or JPEG"),
    ],
)
def test_files_that_are_nothing_are_refused(
    content: str, suffix: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a message with the file's name."""
    path = tmp_path / f"thing{suffix}"
    path.write_text(content, encoding="utf-8")
    assert run(folder(), path) == 2
    error = capsys.readouterr().err
    assert why in error
    assert "thing" in error or "lacks" in error


def test_places_that_are_nothing_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bundle, no file, no reader (PC/SC itself is not asked: a process sees one service for all its life)."""

    def no_reader(name: str) -> str:
        raise TransportError(f"no reader matches {name!r}; readers: none")

    monkeypatch.setattr("cardemu.compare.console.find_reader", no_reader)
    assert run(tmp_path, tmp_path) == 2
    assert run(folder(), tmp_path) == 2
    assert run(folder(), tmp_path / "nothing.txt") == 2
    assert run(folder(), "pcsc:no such reader") == 2
    error = capsys.readouterr().err
    for why in ("no bundle", "manifest.json is missing", "No such file", "pcsc:no such reader"):
        assert why in error


@pytest.mark.parametrize("name", ["chip.json", "front.json", "card.toml", "stripe.json"])
def test_a_truncated_bundle_is_wrong_input(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the reference, and as what is compared."""
    theirs = tmp_path / "theirs"
    shutil.copytree(folder("generation-1"), theirs)
    whole = (theirs / name).read_bytes()
    (theirs / name).write_bytes(whole[: len(whole) // 3])
    assert run(theirs, folder("generation-1")) == 2
    (theirs / name).unlink()
    assert run(folder("generation-1"), theirs) == 2
    error = capsys.readouterr().err
    assert error.count(name) >= 2
    assert "the bundle is not whole" in error


def test_control_characters_do_not_break_the_xml() -> None:
    """A card may hold anything."""
    verdict = Verdict("t", (Row("chip", "name", "a\x00b", "\x1b[31m", "here", "differs"),))
    assert ET.fromstring(verdict.to_junit()).find("testcase/failure") is not None
    assert not Verdict("t", ()).ok


def test_flatten_names_every_value() -> None:
    """Tables with dots, lists with places."""
    assert flatten({"a": {"b": [1, "x"]}, "c": True}) == {"a.b[0]": "1", "a.b[1]": "x", "c": "true"}


def test_the_products_of_the_tests_are_those_of_the_package() -> None:
    """A fourth product would need its goldens."""
    assert names() == ("generation-1", "generation-2", "generation-3")
    assert product("generation-2").name == "generation-2"
