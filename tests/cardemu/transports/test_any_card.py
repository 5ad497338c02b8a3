"""What holds for any card of generation 2, wherever it is: run with --card in-process, vpcd or pcsc:READER."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardemu.testing.plugin import GoldenTrace
from cardemu.transports.recording import Recording

GOLDEN = Path(__file__).parent / "golden"
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
GET_CHALLENGE = bytes.fromhex("0084000008")


def test_the_sector_environment_can_be_selected(card_reader: Recording) -> None:
    """Its FCI is a template 6F that names it (tag 84), and arrives whole."""
    answer = card_reader.transmit(SELECT_SSSE)
    assert answer[-2:] == b"\x90\x00"
    assert answer[0] == 0x6F
    assert answer[1] == len(answer) - 4
    assert bytes.fromhex("840F") + SELECT_SSSE[5:] in answer


def test_two_challenges_differ(card_reader: Recording) -> None:
    """Eight bytes each, never the same twice."""
    first, second = card_reader.transmit(GET_CHALLENGE), card_reader.transmit(GET_CHALLENGE)
    assert (len(first), first[-2:], second[-2:]) == (10, b"\x90\x00", b"\x90\x00")
    assert first != second


def test_a_reset_withdraws_what_was_selected(card_reader: Recording) -> None:
    """After a reset the card is where it was at first: the same answer to the same command."""
    current_file = bytes.fromhex("00B0000004")
    before = card_reader.transmit(current_file)
    card_reader.transmit(SELECT_SSSE)
    card_reader.connect()
    assert card_reader.transmit(current_file) == before


def test_commands_that_no_card_has_are_refused(card_reader: Recording) -> None:
    """An unknown INS gives 6D00."""
    assert card_reader.transmit(bytes.fromhex("00FE0000")) == b"\x6d\x00"


@pytest.mark.card_product("generation-3")
def test_the_conversation_is_as_recorded(card_reader: Recording, golden_trace: GoldenTrace) -> None:
    """ATR, environment, card data and a challenge of the test card, byte for byte."""
    for command in ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "00B201 2C00", "00B207 2C00", "0084000008"):
        card_reader.transmit(bytes.fromhex(command))
    golden_trace(GOLDEN / "generation-3.apdu")
