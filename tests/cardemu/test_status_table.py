"""The whole table of commands and status words: every pair occurs in a conversation, or cannot, for a stated reason."""

from __future__ import annotations

from functools import lru_cache

import pytest

from cardemu.catalogue import catalogue
from cardemu.status import NAMES
from tests.cardemu.status_table import COMMANDS, EVERYTHING, GET_RESPONSE, TABLE, UNKNOWN
from tests.cardemu.support import Conversation, files, read_conversation

BY_HEADER = {cla << 8 | spec.ins: spec.name for spec in catalogue() for cla in spec.cla}
BY_INS: dict[int, set[str]] = {}
for _spec in catalogue():
    BY_INS.setdefault(_spec.ins, set()).add(_spec.name)
RANGES = {0x61: 0x6100, 0x6C: 0x6C00}
Pair = tuple[str, int]


def plain(status: int) -> int:
    """A status word without the number some carry."""
    return 0x63C0 if status & 0xFFF0 == 0x63C0 else RANGES.get(status >> 8, status)


def names(command: bytes, status: int, *, over_t0: bool) -> set[str]:
    """The rows of the table an exchange belongs to.  With a wrong CLA the INS says what was meant."""
    if len(command) < 2:
        return set()
    if over_t0 and command[:2] == b"\x00\xc0":
        return {GET_RESPONSE}
    known = BY_HEADER.get(command[0] << 8 | command[1])
    if known is not None:
        return {known}
    if status == 0x6E00 and command[1] in BY_INS:
        return BY_INS[command[1]]
    return {UNKNOWN}


@lru_cache(maxsize=1)
def seen() -> frozenset[Pair]:
    """Every pair of every conversation."""
    pairs: set[Pair] = set()
    for path in files():
        conversation = Conversation()
        for step in read_conversation(path):
            conversation.play(step)
        for exchanges, over_t0 in ((conversation.seen, False), (conversation.over_t0, True)):
            for command, status in exchanges:
                pairs |= {(name, plain(status)) for name in names(command, status, over_t0=over_t0)}
    return frozenset(pairs)


def test_the_table_has_every_command_and_every_status_word() -> None:
    """The commands of the catalogue, the status words of the specification, and a reason for each that is left out."""
    assert {spec.name for spec in catalogue()} == COMMANDS
    assert set(TABLE) == {*NAMES, 0x6100, 0x63C0, 0x6C00}
    for row in TABLE.values():
        assert row.given <= EVERYTHING
        assert row.otherwise or row.given == EVERYTHING


@pytest.mark.parametrize("status", TABLE, ids=lambda status: f"{status:04X}")
def test_every_pair_has_a_conversation(status: int) -> None:
    """Commands that can give a status word do so in some conversation; the others never do."""
    assert {name for name, given in seen() if given == status} == TABLE[status].given


def test_the_catalogue_agrees_with_the_table() -> None:
    """A command's own status words are the table's, apart from those every command gets before it runs."""
    gate = {0x9000, 0x6700, 0x6985, 0x6A81, 0x6E00, 0x9303, 0x6100, 0x6C00}
    table = {name: {status for status, row in TABLE.items() if name in row.given} - gate for name in COMMANDS}
    assert table == {spec.name: set(spec.statuses) - gate for spec in catalogue()}
