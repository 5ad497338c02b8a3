"""Every P1 and P2: what a command does not know it refuses, and changes nothing."""

from __future__ import annotations

import pytest

from cardemu.catalogue import catalogue
from tests.cardemu.support import blank_card, new_card

ANY = frozenset(range(256))
MODES = 8
"""Ways to address a record: the lower bits of P2; with the upper ones a file is named, which is looked for first."""
RULES: dict[str, frozenset[tuple[int, int]]] = {
    "APPLICATION BLOCK": frozenset({(0, 1)}),
    "CARD BLOCK": frozenset({(0, 0)}),
    "CHANGE PIN": frozenset({(1, 0)}),
    "CREATE FILE": frozenset({(0, 0)}),
    "CREDIT ACCOUNT": frozenset({(0, 0)}),
    "DEBIT ACCOUNT": frozenset({(1, 0)}),
    "EXTERNAL AUTHENTICATE": frozenset((0, key) for key in ANY),
    "GET BALANCE": frozenset({(0, 1), (0, 2), (0, 3)}),
    "GET CHALLENGE": frozenset({(0, 0)}),
    "GET TRANSACTION PROOF": frozenset((0, kind) for kind in ANY),
    "INITIALISE TRANSACTION": frozenset({(0, 1), (1, 1)}),
    "INTERNAL AUTHENTICATE": frozenset({(0, 0)}),
    "LOAD TRANSPORT KEY": frozenset({(0, 0)}),
    "PIN UNBLOCK": frozenset({(0, 0), (0, 1)}),
    "READ RECORD": frozenset((record, mode) for record in ANY for mode in range(7)),
    "SELECT": frozenset({(p1, 0) for p1 in (0, 1, 2, 3, 4, 8, 9)} | {(4, 2)}),
    "START DAY": frozenset({(0, 0), (1, 0)}),
    "UPDATE RECORD": frozenset((record, mode) for record in ANY for mode in range(5)),
    "VERIFY": frozenset({(0, 0)}),
    "WRITE KEY": frozenset((0, key) for key in ANY),
}
"""The P1 and P2 a command knows (SPEC-5).  READ and UPDATE BINARY know all: an offset, or a file."""
UNCHECKED = {"READ BINARY", "UPDATE BINARY"}
BLANK = {"LOAD TRANSPORT KEY", "CREATE FILE"}


def test_every_command_has_a_rule() -> None:
    """No command of the catalogue is left out."""
    assert set(RULES) | UNCHECKED == {spec.name for spec in catalogue()}


@pytest.mark.parametrize("spec", [spec for spec in catalogue() if spec.name in RULES], ids=lambda spec: spec.name)
def test_unknown_parameters_are_refused(spec: object) -> None:
    """All 65 536 pairs, with data of one byte: 6A86 for exactly those the command does not know.

    Of the record commands those that mean the current file.
    """
    entry = next(entry for entry in catalogue() if entry is spec)
    card = blank_card() if entry.name in BLANK else new_card()
    if entry.name == "CREATE FILE":
        card.transmit(bytes.fromhex("80D4000020" + "00814A4446866099030000002A990301" + "40" * 16))
        card.reset()
    else:
        card.transmit(bytes.fromhex("00A4040006D15600000503"))
    before = dict(card.memory.cells)
    body = b"\x00" if entry.name == "READ RECORD" else b"\x01\x00"
    of_records = entry.name in {"READ RECORD", "UPDATE RECORD"}
    if of_records:
        card.transmit(bytes.fromhex("00A4080004DDF1EF05"))
    known = set()
    for p1 in range(256):
        for p2 in range(MODES if of_records else 256):
            answer = card.transmit(bytes((entry.cla[0], entry.ins, p1, p2)) + body)
            if answer != b"\x6a\x86":
                known.add((p1, p2))
            if entry.ins == 0xA4 and answer[-2:] == b"\x90\x00":
                card.transmit(bytes.fromhex("00A4040006D15600000503"))
    assert known == RULES[entry.name]
    assert card.memory.cells == before
