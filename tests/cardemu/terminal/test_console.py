"""`cardmill card ...`: what is printed, what is written, which exit code."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from cardemu import console
from cardemu.cardfile import opened
from cardemu.console import NewCard
from cardemu.host.printing import say
from cardemu.memory import Cell
from cardemu.products import FOLDER
from tests.cardemu.terminal.desk import PRODUCTS

Printed = pytest.CaptureFixture[str]
LI_MIN = ("person.name=李敏", "person.number=990301199003070024", "person.sex=2", "person.birth_date=19900307")


@pytest.fixture
def saved(tmp_path: Path, capsys: Printed) -> Path:
    """李敏's card of generation 3, in a file."""
    path = tmp_path / "card.json"
    assert console.new(NewCard("generation-3", path, index=42, fields=LI_MIN)) == 0
    capsys.readouterr()
    return path


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_new_card_is_made_and_read(name: str, tmp_path: Path, capsys: Printed) -> None:
    """From a synthetic person by index: saved, audited, readable."""
    path, audit = tmp_path / "card.json", tmp_path / "audit.json"
    assert console.new(NewCard(name, path, index=7, audit=audit)) == 0
    assert f"{name}, card A00000070" in capsys.readouterr().out
    assert json.loads(audit.read_text(encoding="utf-8"))["failed"] == {}
    assert console.read(path, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["basic"]["card_number"] == "A00000070"
    assert document["files"]["SSSEEF06"]["social_security_number"].startswith("9903")
    assert document["basic"]["reset_bytes"] == "00814A44468660990300000007"


def test_fields_given_stand_over_the_synthetic_person(saved: Path, capsys: Printed) -> None:
    """By address, as a reader would ask."""
    assert console.read(saved, "SSSEEF06|08|09|0A|$") == 0
    assert capsys.readouterr().out == "SSSEEF06|990301199003070024|李敏|2|$\n"
    assert console.read(saved, "SSSEEF06|0A|$", as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"data": "SSSEEF06|2|$"}
    assert console.read(saved) == 0
    assert "李敏" in capsys.readouterr().out


def test_a_premade_card_has_no_person(tmp_path: Path, capsys: Printed) -> None:
    """Initialisation data alone."""
    path = tmp_path / "card.json"
    assert console.new(NewCard("generation-2", path, premade=True)) == 0
    assert "no person yet" in capsys.readouterr().out
    assert console.read(path, "SSSEEF05|03|07|$SSSEEF06|08|$") == 0
    assert capsys.readouterr().out == "SSSEEF05|2.00||$SSSEEF06||$\n"


def test_elements_are_written_by_tag_and_by_name(saved: Path, capsys: Printed) -> None:
    """The value stays in the file; the name of an element does as well as its tag."""
    assert console.write(saved, ["SSSEEF06.sex=1", "DF01EF07.29=4", "DF02EF15.99:2=101^20240301^990301"]) == 0
    assert console.read(saved, "SSSEEF06|0A|$DF01EF07|29|$DF02EF15|99:02|$") == 0
    assert capsys.readouterr().out == "SSSEEF06|1|$DF01EF07|4|$DF02EF15|101^20240301^990301|$\n"


def test_the_pin_counts_down_from_call_to_call(saved: Path, capsys: Printed) -> None:
    """Right 0, wrong 1 with the tries left, not a PIN 2."""
    assert [console.verify(saved, pin) for pin in ("123456", "000000", "000000", "1", "12345x")] == [0, 1, 1, 2, 2]
    printed = capsys.readouterr()
    assert printed.out == "the PIN is right\n"
    assert printed.err.splitlines() == [
        "-25541: wrong, 5 tries left",
        "-25540: wrong, 4 tries left",
        "PIN '1' must be 4 to 16 digits",
        "PIN '12345x' must be 4 to 16 digits",
    ]


SCRIPT = """# the name, after mutual authentication
00A4 0400 0F 7378312E73682EC9E7BBE1B1A3D5CF = 9000
internal
auth RKSSSE = 9000
00A40200 02 EF06
00B20900 20 = 9000
reset
"""


def test_a_script_talks_to_the_card(saved: Path, capsys: Printed) -> None:
    """Every exchange with its meaning; an unexpected answer is exit code 1."""
    script = saved.with_name("name.apdu")
    script.write_text(SCRIPT, encoding="utf-8")
    assert console.apdu(saved, script) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ATR 3B6D000000814A4446866099030000002A"
    assert lines[3:9] == [
        "  SELECT: 9000 done",
        "    6F file control information",
        "      84 name: 7378312E73682EC9E7BBE1B1A3D5CF sx1.sh.社会保障",
        "      A5 proprietary",
        "        88 short identifier of the directory: 1E",
        "        9F0C issuer data",
    ]
    assert "    09 name (姓名): 李敏" in lines
    assert lines[-1] == lines[0]
    script.write_text("00A40200 02 EF99 = 9000", encoding="utf-8")
    assert console.apdu(saved, script) == 1
    assert "name.apdu:1: answered 6A82, expected 9000" in capsys.readouterr().out


def test_the_shell_goes_on_after_a_mistake(saved: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is no command is named, the next is run, and quit ends it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n00200000\nquit\n00A40000\n"))
    assert console.apdu(saved) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("input:1: 'hello' is neither bytes of a command")
    assert printed.out.splitlines()[1:] == ["> 00200000", "< 63C6", "  VERIFY: 63C6 wrong, 6 tries left"]


def test_the_shell_explains_itself_and_keeps_the_card(
    saved: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal: a prompt, help, and Ctrl-C as another way to end; what the card has written is saved."""
    lines = iter(["help", "0020000003999999"])
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        if (line := next(lines, None)) is None:
            raise KeyboardInterrupt
        return line

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", typed)
    assert console.apdu(saved) == 0
    assert prompts == ["card> "] * 3
    out = capsys.readouterr().out
    assert "auth UKSSSE           two challenges, EXTERNAL AUTHENTICATE with that key of the sector" in out
    assert "VERIFY: 63C5 wrong, 5 tries left" in out
    assert console.verify(saved, "999998") == 1
    assert capsys.readouterr().err == "-25540: wrong, 4 tries left\n"


@pytest.mark.parametrize("ending", [".trace", ".clf"])
def test_what_was_said_is_written_and_replayed(ending: str, saved: Path, capsys: Printed) -> None:
    """As text and as cardpeek's log; a replay expects the same status words, and names the line that differs."""
    script, trace = saved.with_name("pin.apdu"), saved.with_name(f"pin{ending}")
    script.write_text("00200000\n0020000003123456\n", encoding="utf-8")
    assert console.apdu(saved, script, trace=trace) == 0
    assert "9000" in trace.read_text(encoding="utf-8")
    assert console.apdu(saved, trace) == 0
    assert console.verify(saved, "9999") == 1
    capsys.readouterr()
    assert console.apdu(saved, trace) == 1
    assert f"pin{ending}:2: answered 63C5, expected 63C6" in capsys.readouterr().out


def test_traces_that_cannot_be_are_explained(saved: Path, capsys: Printed) -> None:
    """An ending nobody knows, a file that is no trace; scriptor's form is written too."""
    script = saved.with_name("pin.apdu")
    script.write_text("00200000\n", encoding="utf-8")
    assert console.apdu(saved, script, trace=saved.with_name("pin.pcap")) == 2
    assert "a trace ends in .trace, .scriptor, .clf" in capsys.readouterr().err
    broken = saved.with_name("broken.clf")
    broken.write_text("X:00\n", encoding="utf-8")
    assert console.apdu(saved, broken) == 2
    assert "broken.clf: line 1: 'X:00' is neither" in capsys.readouterr().err
    out = saved.with_name("pin.scriptor")
    assert console.apdu(saved, script, trace=out) == 0
    assert out.read_text(encoding="utf-8").splitlines()[0] == "reset"


def test_text_is_printed_as_it_is(capsys: Printed) -> None:
    """Names and addresses are no markup: neither colours nor pictures."""
    assert console.read("a:x:[red].json") == 2
    say(":x: [red]")
    printed = capsys.readouterr()
    assert printed.out == ":x: [red]\n"
    assert printed.err == "a:x:[red].json: No such file or directory\n"


def test_a_product_no_card_comes_of_is_explained(tmp_path: Path, capsys: Printed) -> None:
    """A write rule that pre-personalisation cannot meet: the item, the card's answer, exit code 2, no file."""
    text = (FOLDER / "generation-1.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text + '\n[access]\nSSSEEF05 = { write = "pin" }\n', encoding="utf-8")
    assert console.new(NewCard(str(mine), tmp_path / "card.json")) == 2
    assert "no card comes of this product; empty records SSSEEF05" in capsys.readouterr().err
    assert not (tmp_path / "card.json").exists()


def test_a_card_of_another_product_wants_its_file(saved: Path, capsys: Printed) -> None:
    """A saved card names its product; one that is not of the package must be given."""
    text = saved.read_text(encoding="utf-8").replace('"generation-3"', '"our-city"')
    saved.write_text(text, encoding="utf-8")
    assert console.read(saved) == 2
    why = "a card of the product our-city, which is none of the package: add --product FILE"
    assert capsys.readouterr().err == f"{saved}: {why}\n"
    assert console.read(saved, "SSSEEF06|0A|$", product_name="generation-3") == 0


@pytest.mark.parametrize(
    ("cell", "value", "why"),
    [
        (Cell.LIFE, "", "life cycle"),
        (Cell.LIFE, "09", "life cycle 09"),
        (Cell.TREE, "", "there is no file"),
        (Cell.TRIES, "06", "1 try counters for 58 keys and the PIN"),
        (Cell.PIN, "1234", "PIN 1234"),
        (Cell.IDENTITY, "00" * 13 + "99030A", "identity"),
        (18, "0110", "file"),
    ],
)
def test_a_damaged_card_is_refused(cell: int, value: str, why: str, saved: Path, capsys: Printed) -> None:
    """Somebody changed the file: what is wrong, exit code 2, and the file stays as it is."""
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["cells"][str(int(cell))] = value
    saved.write_text(text := json.dumps(document), encoding="utf-8")
    assert console.read(saved) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"{saved}: the card is damaged: ")
    assert why in complaint
    assert saved.read_text(encoding="utf-8") == text


def test_values_that_are_none_are_an_error_number(saved: Path, capsys: Printed) -> None:
    """A record with bytes that are no text: -41, as for any bad characters."""
    document = json.loads(saved.read_text(encoding="utf-8"))
    holder = next(number for number, value in document["cells"].items() if value.startswith("0812") and len(value) > 99)
    document["cells"][holder] = "0812" + "ff" * 18 + document["cells"][holder][40:]
    saved.write_text(json.dumps(document), encoding="utf-8")
    assert console.read(saved) == 1
    assert capsys.readouterr().err.startswith("-41: ")


def test_the_catalogue_lists_commands_and_elements(capsys: Printed) -> None:
    """As tables and as JSON."""
    assert console.catalogue("generation-1", as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert "WRITE KEY" in {command["name"] for command in document["commands"]}
    assert document["elements"][0]["file"] == "SSSEEF05"
    assert "4E" not in {element["tag"] for element in document["elements"] if element["file"] == "SSSEEF06"}
    assert console.catalogue() == 0
    assert "EXTERNAL AUTHENTICATE" in capsys.readouterr().out


def test_the_time_of_a_script(tmp_path: Path, capsys: Printed) -> None:
    """The example personalisation can be saved, played again, and takes the same time."""
    script = tmp_path / "personalisation.apdu"
    assert console.time("generation-3", save=script, as_json=True) == 0
    first = json.loads(capsys.readouterr().out)
    assert console.time("generation-3", script, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == first
    total = first[-1]
    assert total["command"] == "total"
    assert total["total_us"] == total["wire_us"] + total["memory_us"] + total["crypto_us"] + total["command_us"]
    assert round(total["total_us"] / 1000) == 815
    assert console.time("generation-3") == 0
    assert "total" in capsys.readouterr().out


def test_wrong_input_is_one_message_and_exit_code_2(saved: Path, capsys: Printed) -> None:
    """Each says what was wrong and what is allowed; no card is made or changed."""
    out, text = saved.with_name("new.json"), saved.read_text(encoding="utf-8")
    other, binary = saved.with_name("other.json"), saved.with_name("binary")
    other.write_text("{}", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe")
    broken = saved.with_name("broken.json")
    broken.write_text(
        '{"cardmill card": 1, "product": "generation-2", "cells": {"x": 1}, "journal": {}}', encoding="utf-8"
    )
    codes = [
        console.new(NewCard("generation-9", out)),
        console.new(NewCard("generation-2", out, issue_date="2026")),
        console.new(NewCard("generation-2", out, region="330200")),
        console.new(NewCard("generation-2", out, index=-1)),
        console.new(NewCard("generation-2", out, fields=("person.name",))),
        console.new(NewCard("generation-2", out, fields=("person.number=1",))),
        console.new(NewCard("generation-2", out, fields=("person.nam=x",))),
        console.new(NewCard("generation-2", out, photo=saved.with_name("none.jpg"))),
        console.read(saved.with_name("none.json")),
        console.read(other),
        console.read(broken),
        console.read(binary),
        console.read(saved, "SSSEEF09|01|$"),
        console.write(saved, []),
        console.write(saved, ["SSSEEF06"]),
        console.write(saved, ["SSSEEF99.01=1"]),
        console.write(saved, ["SSSEEF06.zip=1"]),
        console.write(saved, ["SSSEEF06.0A=12"]),
        console.apdu(saved, other),
        console.time("generation-3", other),
        console.catalogue("generation-9"),
    ]
    assert codes == [2] * len(codes)
    assert not out.exists()
    assert saved.read_text(encoding="utf-8") == text
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == len(codes)
    assert "products: generation-1, generation-2, generation-3" in complaints[0]
    assert complaints[6] == "person.nam: no data element is filled from it; did you mean person.name?"
    assert complaints[7].endswith("none.jpg: No such file or directory")
    assert complaints[16].startswith("'zip': SSSEEF06 has no such element; its elements: 08 social_security_number")


def test_what_the_card_refuses_is_exit_code_1(saved: Path, capsys: Printed) -> None:
    """A file that needs the PIN as well, and a file nobody may write."""
    assert console.read(saved, "DF04EF06|90|$") == 1
    assert console.read(saved, "DF04EF06|90|$", pin="123456") == 0
    assert console.read(saved, "DF04EF08:1$", pin="123456") == 1
    assert capsys.readouterr().err.splitlines() == ["-31: cancelled by the user", "-27267: record not found"]


def test_reading_a_whole_card_with_a_wrong_pin_costs_one_try(saved: Path, capsys: Printed) -> None:
    """Two files need it; it is shown once, before any of them, and what is no PIN is no try."""
    assert console.read(saved, pin="000000") == 1
    assert console.read(saved, pin="12345x") == 2
    assert console.read(saved, pin="000000") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "-25541: wrong, 5 tries left",
        "PIN '12345x' must be 4 to 16 digits",
        "-25540: wrong, 4 tries left",
    ]


def test_a_saved_card_is_in_one_hand_at_a_time(saved: Path, capsys: Printed) -> None:
    """Of two commands that write one card, neither is forgotten: the second is refused and told of the first."""
    with opened(saved, None):
        assert console.verify(saved, "000000") == 2
    assert f"is in the hands of process {os.getpid()} on " in capsys.readouterr().err
    assert list(saved.parent.glob(".*")) == []


def test_reading_a_card_does_not_write_its_file(saved: Path) -> None:
    """It may lie where nothing can be written; what changes the card is saved, also when the command fails."""
    before = saved.stat().st_mtime_ns, saved.stat().st_ino
    assert console.read(saved) == 0
    assert (saved.stat().st_mtime_ns, saved.stat().st_ino) == before
    assert console.verify(saved, "999999") == 1
    assert saved.stat().st_ino != before[1]


def test_a_card_never_takes_the_place_of_something_else(tmp_path: Path, capsys: Printed) -> None:
    """A photo, a product; an older card may be replaced, an empty file too."""
    photo = tmp_path / "li.jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    assert console.new(NewCard("generation-1", photo)) == 2
    assert "li.jpg: is there already and is no saved card" in capsys.readouterr().err
    assert photo.read_bytes() == b"\xff\xd8\xff"
    assert console.new(NewCard("generation-1", tmp_path)) == 2
    card = tmp_path / "card.json"
    card.touch()
    for index in (1, 2):
        assert console.new(NewCard("generation-1", card, index)) == 0


@pytest.mark.parametrize(
    "name",
    ["person.name", "person.number", "person.sex", "person.birth_date", "card.number", "card.valid_until",
     "card.holder_class", "card.identification", "product.version"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", " "])
def test_a_card_without_what_every_card_has_is_not_made(name: str, value: str, tmp_path: Path, capsys: Printed) -> None:
    """Said in one line; nothing is written."""
    assert console.new(NewCard("generation-2", tmp_path / "card.json", fields=(f"{name}={value}",))) == 2
    assert f"{name}: is empty; leave it out to have the synthetic person's" in capsys.readouterr().err
    assert not (tmp_path / "card.json").exists()


def test_an_address_may_be_nothing(tmp_path: Path) -> None:
    """Elements that not everybody has."""
    assert console.new(NewCard("generation-2", tmp_path / "card.json", fields=("person.address=",))) == 0
