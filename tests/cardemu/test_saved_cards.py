"""Saved cards: what is loaded is the card that was saved, whichever version saved it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cardemu.memory import PowerCutError
from cardemu.state import FORMAT, StateError, load, save
from tests.cardemu.support import Host, counting, new_card, template

STATES = Path(__file__).parent / "states"
SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_saved_card_is_the_same_card(name: str) -> None:
    """Every cell comes back, and saving again gives the same text."""
    card = new_card(name)
    card.transmit(bytes.fromhex("805E010007123456FF654321"))
    again = load(save(card), template, counting())
    assert again.memory.cells == card.memory.cells
    assert save(again) == save(card)


def test_a_card_torn_and_saved_recovers_when_loaded() -> None:
    """The journal a power cut leaves behind travels with the card."""
    card = new_card()
    card.transmit(bytes.fromhex("00A4080004DDF1EF08"))
    Host(card).authenticate(0x04)
    command = bytes.fromhex("00D6000028") + b"\xaa" * 40
    card.transmit(SSSE)
    Host(card).authenticate(0x04)
    card.transmit(bytes.fromhex("00A4020002EF08"))
    card.tear_after(4)
    with pytest.raises(PowerCutError):
        card.transmit(command)
    again = load(save(card), template, counting())
    again.reset()
    cell = next(number for number, value in again.memory.cells.items() if value.startswith(b"\xaa"))
    assert again.memory.read(cell) == b"\xaa" * 40


@pytest.mark.parametrize("path", sorted(STATES.glob("*.json")), ids=lambda path: path.stem)
def test_states_of_every_version_load(path: Path) -> None:
    """A card saved by an earlier version still answers as it did then."""
    document = json.loads(path.read_text(encoding="utf-8"))
    card = load(json.dumps(document["state"]), template, counting())
    for command, expected in document["conversation"]:
        answer = card.reset() if command == "reset" else card.transmit(bytes.fromhex(command))
        assert answer.hex().upper() == expected, command


def test_there_is_a_state_of_the_current_format() -> None:
    """Whoever changes the format keeps the old files and adds new ones."""
    formats = {json.loads(path.read_text(encoding="utf-8"))["state"]["cardmill card"] for path in STATES.glob("*.json")}
    assert FORMAT in formats


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not a saved card"),
        ("[]", "the key 'cardmill card' is missing"),
        ('{"cardmill card": 99}', "saved in format 99; this version reads 1"),
        ('{"cardmill card": 1, "product": "x"}', "lacks cells, journal"),
    ],
)
def test_what_is_no_saved_card_is_refused(text: str, why: str) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(StateError, match=why):
        load(text, template, counting())
