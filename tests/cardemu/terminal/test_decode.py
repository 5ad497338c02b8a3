"""Exchanges in words."""

from __future__ import annotations

import pytest

from cardemu.products import product
from cardemu.terminal.decode import Decoder
from cardemu.wrappers.t0 import T0
from tests.cardemu.terminal.desk import card_of


def words(*commands: str) -> list[str]:
    """The last exchange of a conversation with 李敏's second-generation card."""
    card, decoder = card_of("generation-2"), Decoder(product("generation-2"))
    card.reset()
    lines: list[str] = []
    for command in commands:
        raw = bytes.fromhex(command)
        lines = decoder.lines(raw, card.transmit(raw))
    return lines


SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (("00",), ["not a command; 6700 wrong length"]),
        (("00FF0000",), ["unknown command: 6D00 unknown INS"]),
        ((SSSE, "00A40000 02 EF06", "00B20B0003"), ["READ RECORD: 9000 done", "  0B ethnic_group (民族): 01 (Han)"]),
        ((SSSE, "00B2072800"), ["READ RECORD: 9000 done", "  07 card_number (卡号): A00000011"]),
        (("00A40000 02 DDF1", "00B2072800"), ["READ RECORD: 9000 done", "  07 card_number (卡号): A00000011"]),
        (("0084000008",), ["GET CHALLENGE: 9000 done"]),
        (("00A40000023F00",), ["SELECT: 9000 done"]),
    ],
)
def test_an_exchange_in_words(commands: tuple[str, ...], expected: list[str]) -> None:
    """Name, status word, and the records by the file that is current."""
    assert words(*commands)[: len(expected)] == expected


def test_a_conversation_over_t0_is_followed() -> None:
    """61xx of SELECT leads to the environment, GET RESPONSE brings its template, or a part that is shown as it is."""
    card, decoder = T0(card_of("generation-2")), Decoder(product("generation-2"))
    card.reset()
    found = []
    for command in (SSSE, "00C0000018", SSSE, "00C0000010", "00B207280B"):
        raw = bytes.fromhex(command)
        found.append(decoder.lines(raw, card.transmit(raw)))
    assert found[0] == ["SELECT: 6118 24 bytes waiting, ask with GET RESPONSE"]
    assert found[1][:2] == ["GET RESPONSE: 9000 done", "  6F file control information"]
    assert found[3][1:] == ["  6F16840F7378312E73682EC9E7BBE1B1"]
    assert found[4] == ["READ RECORD: 9000 done", "  07 card_number (卡号): A00000011"]


def test_records_of_unknown_files_stay_hexadecimal() -> None:
    """What no layout describes is shown as it is; cyclic records field by field."""
    decoder = Decoder(product("generation-2"))
    read = bytes.fromhex("00B2010400")
    assert decoder.lines(read, bytes.fromhex("C101AA9000"))[1:] == ["  C1 AA"]
    assert decoder.lines(read, bytes.fromhex("C1FF9000"))[1:] == ["  C1FF"]
    decoder.lines(bytes.fromhex("00A4040006D15600000503"), b"\x90\x00")
    decoder.lines(bytes.fromhex("00A4020002EF15"), b"\x90\x00")
    assert decoder.lines(read, bytes.fromhex("0001319000"))[1:] == [
        "  sequence (序号): 1",
        "  disease_class (病种类别): 1",
    ]
