"""The PSAM's commands and status words: every pair of its catalogue occurs, and no other."""

from __future__ import annotations

from dataclasses import replace

from cardemu.card import Card
from cardemu.keys import KEY_ROWS
from cardemu.memory import Cell
from cardemu.psam import COMMANDS, psam
from tests.cardemu.support import REGION, TERMINAL, counting
from tests.cardemu.test_psam import change_key, purchase, send

NAMES = {cla << 8 | spec.ins: spec.name for spec in COMMANDS for cla in spec.cla}
GATE = {0x9000, 0x6700}
SHARED = {
    ("SELECT", 0x9303): "nothing on a PSAM can be locked",
    ("READ BINARY", 0x6981): "a PSAM has no record file",
    ("READ BINARY", 0x6982): "the PSAM's files are free to read",
    ("CHANGE KEY", 0x6A84): "its table takes every key of the sector in several versions",
}
"""Status words of commands the card has too, which a PSAM cannot give, and why."""
COUNTER_CELL = 16 + 4
DELIVER = "BFDE67082000" + "00" * 31
PLAIN = (
    *("BFEC00000199", "BFEC000001AA", "BFEC01000199", "BFEC0000029900"),
    *(DELIVER, "BFDE66082000" + "00" * 31, "BFDE670810" + "00" * 16, "BFDE67FF20" + "00" * 32),
    *("80FA000008" + "00" * 8, "80FA040008" + "00" * 8, DELIVER, "80FA000007" + "00" * 7),
    *(DELIVER, "80FA000008" + "00" * 8),
    *("807200000400000000", "8072010004" + "00" * 4, "8072000003" + "00" * 3),
    *("8070010034" + "00" * 52, "8070000034" + "00" * 52, "8070010033" + "00" * 51),
    *(
        "0084000008",
        "80FA000008" + "00" * 8,
        "0084010008",
        "0084000007",
        "00A40000023F00",
        "00A4000102DF0A",
        "00A4000002DF0A",
        "00A40000013F",
    ),
    *("00B09600", "00B0960006", "00B0900001", "00B0960601", "00A40000", "00B0000001"),
    *("80FA00000800", "BFDE67082000"),  # fewer bytes than Lc says
    *("84D400081B" + "00" * 27, "84D401081C" + "00" * 28),
)
"""Commands of which no answer depends on a key."""


class Heard(Card):
    """A PSAM that notes what it answers."""

    __slots__ = ("pairs",)

    pairs: set[tuple[str, int]]

    def transmit(self, command: bytes) -> bytes:
        """One command, noted."""
        answer = super().transmit(command)
        name = NAMES.get(command[0] << 8 | command[1], "")
        status = int.from_bytes(answer[-2:], "big")
        self.pairs.add((name, status if status >> 8 != 0x6C else 0x6C00))
        return answer


def heard(*, without: str = "") -> Heard:
    """A PSAM, perhaps without one of the sector's keys."""
    made = psam(counting(), REGION, TERMINAL)
    roots = {place: key for place, key in made.template.roots.items() if KEY_ROWS[place[0]].name != without}
    module = Heard(replace(made.template, roots=roots), made.random, made.memory)
    module.pairs = set()
    module.reset()
    return module


def everything() -> set[tuple[str, int]]:
    """What all these conversations bring."""
    sam, poor = heard(), heard(without="IRK")
    for command in PLAIN:
        send(sam, command)
    send(poor, DELIVER)
    send(sam, "00A40000")
    for _ in range(2):  # the first one uses the challenge up
        send(sam, "84D400081C" + "00" * 28)
    for plain, number, spoil in (
        (bytes((7, 1)) + bytes(16), 0x08, 1),
        (bytes((7, 1)) + bytes(16), 0xFF, 0),
        (bytes((6, 1)) + bytes(16), 0x08, 0),
        (bytes(17), 0x08, 0),
        (bytes((7, 1)) + bytes(16), 0x08, 0),
    ):
        change_key(sam, plain, number=number, spoil=spoil)
    purchase(sam)
    send(sam, "807200000400000000")
    purchase(sam, "04")
    first = purchase(sam)
    assert first[-2:] == b"\x90\x00"
    begun = sam.session.pending if sam.session is not None else None
    assert begun is not None
    mac2 = begun.algorithm.mac(begun.key, begun.amounts)  # type: ignore[attr-defined]
    send(sam, "8072000004" + mac2.hex())
    sam.memory.cells[COUNTER_CELL] = b"\xff" * 4
    purchase(sam)
    spent = heard()
    purchase(spent)
    spent.memory.cells[Cell.TRIES] = bytes(8)
    send(spent, "807200000400000000")
    purchase(spent)
    change_key(spent, bytes((7, 1)) + bytes(16), number=0x08)
    return sam.pairs | poor.pairs | spent.pairs


def test_every_pair_of_the_psam_occurs() -> None:
    """Success, wrong lengths, and each status word its catalogue names; what cannot occur has a reason."""
    named = {(spec.name, status) for spec in COMMANDS for status in {*spec.statuses, *GATE}}
    found = {(name, status) for name, status in everything() if name and status != 0x6C00}
    assert named - found == set(SHARED)
    assert found <= named
    assert all(SHARED.values())
