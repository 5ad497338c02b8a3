"""Rights: what a proof opens, how long it lasts, and which key or rule it takes."""

from __future__ import annotations

import tomllib

import pytest

from cardemu.apdu import build
from cardemu.card import Card
from cardemu.keys import table
from cardemu.memory import Cell
from cardemu.products import FOLDER, from_data
from tests.cardemu.support import REGION, Host, counting, new_card, session

SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


@pytest.mark.parametrize("number", [0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8D])
def test_a_right_gained_with_a_df_key_ends_on_leaving_the_df(number: int) -> None:
    """Neither in another DF, whose key may have the same id, nor back in its own; a global key's right stays."""
    card = new_card()
    host = Host(card)
    card.transmit(SSSE)
    assert host.authenticate(0x0A) == b"\x90\x00"
    for away in ("00A4040006D15600000501", "00A40400" + "0F7378312E73682EC9E7BBE1B1A3D5CF", "00A4000002DF03"):
        host.send("00A4040006D15600000500")
        assert host.authenticate(number) == b"\x90\x00"
        assert session(card).granted == {0x0A, number}
        host.send("00A4020002EF05")
        assert session(card).granted == {0x0A, number}
        host.send(away)
        assert session(card).granted == {0x0A}
        host.send("00A4040006D15600000500")
        assert session(card).granted == {0x0A}
    host.send("00A40000023F00")
    assert session(card).granted == set()


def test_keys_84_to_87_write_only_in_their_df() -> None:
    """UK2 to UK5 of DF01: what they open there is closed once the DF was left, for the file and for a namesake's."""
    card = new_card()
    host = Host(card)
    files = {0x84: "07", 0x85: "08", 0x86: "06", 0x87: "0A"}
    for number, sfi in files.items():
        host.send("00A4040006D15600000500")
        content = card.memory.read(session(card).df.by_sfi[int(sfi, 16)].cell)
        record = content[: 2 + content[1]]
        write = build(bytes((0x00, 0xDC, 0x01, int(sfi, 16) << 3 | 0x04)), record)
        assert host.authenticate(number) == b"\x90\x00"
        assert card.transmit(write) == b"\x90\x00"
        host.send("00A4040006D15600000501")
        host.send("00A4040006D15600000500")
        assert card.transmit(write) == b"\x69\x82"


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
def test_a_key_written_anew_takes_the_place_of_the_derived_one(name: str) -> None:
    """UKSSSE with bytes of our own: a proof with them is right, one with the derived key wrong; and the way back."""
    card = new_card(name)
    host = Host(card)
    card.transmit(SSSE)
    derived, own, source = host.key(0x0A), bytes(range(0x40, 0x50)), bytes(range(8))

    def proof(key: bytes) -> bytes:
        session_key = host.algorithm.session_key(key, host.challenge())
        return host.send(build(bytes.fromhex("0082000A"), host.algorithm.auth_data(session_key, source) + source))

    for right, wrong in ((own, derived), (derived, own)):
        assert host.encrypted("84D4000A", 0x04, bytes((2, 1, 15)) + right) == b"\x90\x00"
        assert (proof(right), proof(wrong)) == (b"\x90\x00", b"\x63\xce")
    stored = [entry for entry in table(card.memory.read(Cell.KEYS)) if entry.value]
    assert stored == []  # a value that is just the derived one is no difference from the product


def test_unblocking_and_reloading_the_pin_have_rules_of_their_own() -> None:
    """A product that lets everybody unblock, and only UKSSSE reload."""
    data = tomllib.loads((FOLDER / "generation-2.toml").read_text(encoding="utf-8"))
    data["pin"] |= {"unblock": "free", "reload": "UKSSSE"}
    card = Card.initialised(from_data(data).template, counting(), REGION, bytes(4))
    card.reset()
    host = Host(card)
    card.transmit(SSSE)
    assert host.mac("84240000", 0x06) == b"\x90\x00"
    assert host.encrypted("84240001", 0x07, b"\x65\x43\x21") == b"\x69\x82"
    assert host.authenticate(0x04) == b"\x90\x00"
    assert host.encrypted("84240001", 0x07, b"\x65\x43\x21") == b"\x90\x00"
    assert host.send("0020000003654321") == b"\x90\x00"
