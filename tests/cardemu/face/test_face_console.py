"""`cardmill card face` as a user types it: files for right input, one clear message and no file for wrong input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cardmill
from cardemu.card import Card
from cardemu.cardfile import load_card
from cardemu.face.compose import faces
from cardemu.face.holder import values_on
from cardemu.face.items import Text
from cardemu.host.claim import LIST, write_pictures
from tests.cardemu.face.sitters import picture

ROOT = Path(cardmill.__file__).parent
NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def call(*arguments: object) -> Result:
    """The command, with its words and exit code."""
    return CliRunner().invoke(cardmill.app, ["card", *map(str, arguments)])


def texts(path: Path) -> dict[str, str]:
    """The texts of a face's description by item."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {item["id"]: item["text"] for item in data["person"] if item["kind"] == "text"}


def test_both_sides_in_every_format(tmp_path: Path) -> None:
    """PNG at two resolutions, SVG, PDF and the description, and the geometry of the front."""
    result = call(
        "face", 3, "--product", "generation-2", "--out", tmp_path, "--format", "png,svg,pdf,json", "--dpi", "300,600"
    )
    assert result.exit_code == 0, result.output
    names = ["{}-300.png", "{}-600.png", "{}.svg", "{}.pdf", "{}.json"]
    wanted = {name.format(side) for name in names for side in ("front", "back")}
    assert {path.name for path in tmp_path.iterdir()} == {LIST, *wanted}
    assert all(name in result.output for name in wanted)
    result = call("face", 3, "--product", "generation-2", "--out", tmp_path / "g", "--side", "front", "--geometry")
    assert {path.name for path in (tmp_path / "g").iterdir()} == {LIST, "front-300.png", "front-geometry-300.png"}


def test_a_person_of_ones_own_from_a_file(tmp_path: Path) -> None:
    """The tables person, card and bank; product and index beside them.  Sex follows from the number."""
    file = tmp_path / "card.toml"
    file.write_text(
        'product = "generation-2"\nindex = 5\n[person]\nname = "买买提·艾力"\nnumber = "11010519491231002X"\n'
        'ethnic_group = "05"\n[card]\nnumber = "X00000019"\n[bank]\ncard_number = "8888800000000000010"\n',
        encoding="utf-8",
    )
    result = call("face", file, "--out", tmp_path / "out", "--format", "json")
    assert result.exit_code == 0, result.output
    assert texts(tmp_path / "out" / "back.json") == {
        "person.name": "买买提·艾力",
        "person.sex": "女",
        "person.ethnic_group": "维吾尔",
        "person.number": "11010519491231002X",
        "card.number": "X00000019",
        "card.issue_date": "2026年03月02日",
        "card.valid_until": "2036年03月02日",
        "bank.card_number": "8888 8000 0000 0000 010",
    }


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_saved_card_shows_what_its_chip_says(tmp_path: Path, name: str) -> None:
    """The face of a person and the face read from the chip personalised for that person are the same."""
    card = tmp_path / "card.json"
    long_name = "阿卜杜拉·麦麦提吐尔逊·艾力"
    assert call("new", name, card, "--index", 7, "--field", f"person.name={long_name}").exit_code == 0
    before = card.read_bytes()
    assert call("face", card, "--out", tmp_path / "chip", "--format", "json").exit_code == 0
    result = call(
        *("face", 7, "--product", name, "--out", tmp_path / "person", "--format", "json"),
        *("--field", f"person.name={long_name}"),
    )
    assert result.exit_code == 0
    for side in ("front", "back"):
        one, two = (tmp_path / folder / f"{side}.json" for folder in ("chip", "person"))
        assert one.read_bytes() == two.read_bytes()
    assert texts(tmp_path / "chip" / "back.json")["person.name"] == long_name
    assert card.read_bytes() == before


def test_a_saved_card_takes_no_seed_region_or_issue_date(tmp_path: Path) -> None:
    """They choose a synthetic person; the chip has its own values, and an option that does nothing is refused."""
    card = tmp_path / "card.json"
    assert call("new", "generation-2", card, "--index", 7).exit_code == 0
    result = call("face", card, "--out", tmp_path / "out", "--issue-date", "20270101", "--seed", 1)
    assert result.exit_code == 2
    assert "no --seed, --issue-date: it is a saved card" in result.output
    assert not (tmp_path / "out").exists()


def test_the_file_of_a_bundle_makes_the_same_face(tmp_path: Path) -> None:
    """card.toml of a reference bundle is a file of values like any other."""
    assert call("reference", 3, "--product", "generation-2", "--out", tmp_path / "bundle").exit_code == 0
    for who, out in ((3, "number"), (tmp_path / "bundle" / "card.toml", "file")):
        result = call("face", who, "--product", "generation-2", "--out", tmp_path / out, "--format", "json")
        assert result.exit_code == 0, result.output
    one, two = (tmp_path / out / "front.json" for out in ("number", "file"))
    assert one.read_bytes() == two.read_bytes()


def test_a_changed_chip_changes_the_face(tmp_path: Path) -> None:
    """What is written to the chip is what the face shows."""
    card = tmp_path / "card.json"
    assert call("new", "generation-2", card, "--index", 7).exit_code == 0
    assert call("write", card, "SSSEEF05.05=20251231", "SSSEEF06.0A=9").exit_code == 0
    loaded, card_product = load_card(card, None)
    assert isinstance(loaded, Card)
    back = faces(card_product, values_on(loaded, card_product))["back"]
    shown = {item.id: item.text for item in back.person if isinstance(item, Text)}
    assert (shown["card.issue_date"], shown["person.sex"]) == ("2025年12月31日", "未说明")


WRONG = [
    (
        ["--field", "person.number=990301199312052670"],
        "person.number: '990301199312052670' ends in 0, but its digits need the check character 1",
    ),
    (["--field", "person.number=990301199302302671"], "person.number: '990301199302302671' has no birth date"),
    (["--field", "card.issue_date=20260230"], "card.issue_date: '20260230' is not a day of the calendar"),
    (["--issue-date", "2.3.2026"], "card.issue_date: '2.3.2026' is no date; write 19900302, 1990-03-02 or 1990/3/2"),
    (
        ["--field", "person.name=张𠮷"],
        "person.name: no font has the character '𠮷' (U+20BB7); lend one with --font-file",
    ),
    (["--field", "person.name=" + "李" * 26], "person.name: name '李李李"),
    (["--field", "person.name=" + "W" * 50], "person.name: 'WWWWW"),
    (["--field", "person.name= "], "person.name: is empty"),
    (
        ["--field", "card.number=A00000019"],
        "card.number: 'A00000019' ends in 9, but its characters need the check character 1",
    ),
    (
        ["--field", "bank.card_number=8888800000000000011"],
        "bank.card_number: '8888800000000000011' ends in 1, but its digits need",
    ),
    (["--field", "person.sex=5"], "person.sex: '5' is no sex; allowed: 1 男, 2 女, 9 未说明"),
    (["--field", "person.nane=x"], "person.nane: no data element is filled from it; did you mean person.name?"),
    (["--field", "person.name"], "--field 'person.name' must be NAME=VALUE"),
    (["--artwork", "emblm=x.png"], "artwork emblm: no such placeholder; allowed: emblem, issuer, scheme, seal, bank"),
    (["--artwork", "emblem=nowhere.png"], "artwork emblem: nowhere.png: No such file or directory"),
    (["--portrait", "nowhere.png"], "portrait: nowhere.png: No such file or directory"),
    (["--font-file", "nowhere.otf"], "font-file: nowhere.otf: No such file or directory"),
    (["--dpi", "72"], "--dpi '72' is not known; allowed: 300, 600"),
    (["--side", "edge"], "--side 'edge' is not known; allowed: front, back, both"),
    (["--format", "png,gif"], "--format 'gif' is not known; allowed: png, svg, pdf, json"),
    (["--region", "330301"], "person: region '330301' must be 99 and up to four more digits"),
]


@pytest.mark.parametrize(("options", "told"), WRONG, ids=[told.split(":")[0] for _, told in WRONG])
def test_wrong_input_is_one_message_and_no_file(tmp_path: Path, options: list[str], told: str) -> None:
    """Names the field, says what is allowed; exit code 2; nothing written."""
    out = tmp_path / "out"
    result = call("face", 3, "--product", "generation-2", "--out", out, *options)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


@pytest.mark.slow
def test_wrong_images_are_told_by_their_field(tmp_path: Path) -> None:
    """A broken one, a huge one, a portrait of the wrong size: all at once."""
    (tmp_path / "broken.png").write_bytes(picture(64, 64)[:-40])
    (tmp_path / "square.jpg").write_bytes(picture(400, 400, form="JPEG"))
    huge = tmp_path / "huge.png"
    huge.write_bytes(picture(5100, 5000))
    result = call(
        *("face", 3, "--product", "generation-2", "--out", tmp_path / "out", "--portrait", tmp_path / "square.jpg"),
        *("--artwork", f"emblem={tmp_path / 'broken.png'}", "--artwork", f"seal={huge}"),
    )
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert [line.split(":")[0] for line in lines] == ["artwork emblem", "artwork seal", "portrait"]
    assert "a broken image" in lines[0]
    assert "5100 x 5000 pixels, at most 25 megapixels are read" in lines[1]
    assert "400 x 400 pixels; must have the proportions of 358 x 441" in lines[2]
    assert not (tmp_path / "out").exists()


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Five fields, five lines, whatever is wrong with the others."""
    fields = ("card.issue_date=20261301", "person.number=1", "person.name=𠮷", "foo.bar=1")
    result = call(
        *("face", 3, "--product", "generation-2", "--out", tmp_path / "out", "--artwork", "emblem=none.png"),
        *(part for field in fields for part in ("--field", field)),
    )
    keys = [line.split(":")[0] for line in result.output.splitlines()]
    assert keys == ["artwork emblem", "card.issue_date", "person.number", "foo.bar", "person.name"]


def test_a_name_in_another_encoding_is_the_names_mistake_alone(tmp_path: Path) -> None:
    """GBK from a command line of UTF-8 arrives as halves of characters; the portrait has no part in it."""
    name = "李敏".encode("gbk").decode("utf-8", "surrogateescape")
    result = call("face", 3, "--product", "generation-2", "--out", tmp_path / "out", "--field", f"person.name={name}")
    assert result.exit_code == 2
    assert "person.name: '\\udcc0\\udcee\\udcc3\\udcf4': character 1 (U+DCC0) is half a character" in result.output
    assert "portrait" not in result.output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[person", "neither a saved card nor a file of values: not TOML"),
        ('[persn]\nname = "x"', "persn: unknown; did you mean person?"),
        ("[person]\nname = 5", "person.name: 5 must be text in quotation marks"),
        ('person = "x"\nindex = "x"', "person: 'x' must be a table"),
        ('[person]\nname = "李敏"', "--product is missing"),
    ],
)
def test_a_wrong_file_of_values_is_told(tmp_path: Path, content: str, told: str) -> None:
    """Bad TOML, unknown tables, wrong kinds."""
    file = tmp_path / "card.toml"
    file.write_text(content, encoding="utf-8")
    result = call("face", file, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "out").exists()


def test_a_card_without_a_person_has_no_face(tmp_path: Path) -> None:
    """A pre-made card: every field that is missing is told."""
    card = tmp_path / "card.json"
    assert call("new", "generation-2", card, "--premade").exit_code == 0
    result = call("face", card, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "person.name: is missing" in result.output
    assert not (tmp_path / "out").exists()


def test_a_layout_of_ones_own(tmp_path: Path) -> None:
    """A product file anywhere: its mistakes with file and key, then its face."""
    file = tmp_path / "mine.toml"
    text = (ROOT / "cardemu" / "products" / "generation-1.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("box = [4.0, 12.0, 20.0, 25.0]", "box = [70.0, 12.0, 20.0, 25.0]"), encoding="utf-8")
    result = call("face", 3, "--product", file, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "mine.toml: face.back.item[1].box: [70.0, 12.0, 20.0, 25.0] reaches beyond the card" in result.output
    assert not (tmp_path / "out").exists()
    file = tmp_path / "good.toml"
    file.write_text(text.replace("服务电话 12333", "咨询电话 12333"), encoding="utf-8")
    assert call("face", 3, "--product", file, "--out", tmp_path / "out", "--format", "json").exit_code == 0
    assert "咨询电话 12333" in (tmp_path / "out" / "back.json").read_text(encoding="utf-8")


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing breaks off in the middle, neither files nor pieces of files are left."""
    written = Path.write_bytes

    def full_disk(path: Path, data: bytes) -> int:
        if "back" in path.name:
            raise OSError(28, "No space left on device", str(path))
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_pictures(tmp_path, {"front.svg": b"1", "back.svg": b"2"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not NOTO.is_file(), reason="fonts-noto-cjk is not installed")
def test_a_lent_font_draws_a_rare_name_and_is_recorded(tmp_path: Path) -> None:
    """FILE#NUMBER for a font in a collection; the file's hash stands in the description."""
    result = call(
        *("face", 3, "--product", "generation-2", "--out", tmp_path, "--side", "back", "--format", "json,svg,pdf,png"),
        *("--field", "person.name=𠮷田龘", "--font-file", f"{NOTO}#2"),
    )
    assert result.exit_code == 0, result.output
    fonts = json.loads((tmp_path / "back.json").read_text(encoding="utf-8"))["fonts"]
    assert fonts[3]["name"] == "NotoSansCJK-Regular.ttc"
    assert len(fonts[3]["sha256"]) == 64
    assert call("face", 3, "--product", "generation-2", "--out", tmp_path, "--font-file", f"{NOTO}#99").exit_code == 2
    assert call("face", 3, "--product", "generation-2", "--out", tmp_path, "--font-file", f"{NOTO}#x").exit_code == 2


@pytest.mark.slow
def test_two_programs_write_the_same_bytes(tmp_path: Path) -> None:
    """Started apart, with other hash seeds, every file agrees byte for byte."""
    command = [
        sys.executable,
        "-m",
        "cardmill",
        "card",
        "face",
        "7",
        "--product",
        "generation-3",
        "--format",
        "png,svg,pdf",
    ]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([*command, "--out", str(tmp_path / seed)], env=environment, check=True, timeout=60, cwd=ROOT)
    for path in sorted((tmp_path / "1").iterdir()):
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name
    assert len(list((tmp_path / "1").glob("*-300.png"))) == 2
    assert len(list((tmp_path / "1").iterdir())) == 7


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("person.name=", "person.name: is empty; leave it out to have the synthetic person's"),
        ("person.name= ", "person.name: is empty; leave it out to have the synthetic person's"),
        ("person.number=", "person.number: is empty; leave it out to have the synthetic person's"),
        ("card.number=", "card.number: is empty; leave it out to have the synthetic person's"),
    ],
)
def test_a_field_that_is_wrong_is_told_once(field: str, said: str, tmp_path: Path) -> None:
    """In the words `card new` has for it, and not as missing besides."""
    result = call("face", 3, "--product", "generation-2", "--out", tmp_path / "out", "--field", field)
    assert result.exit_code == 2
    assert result.output.splitlines() == [said]
