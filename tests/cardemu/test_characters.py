"""T=0 in characters: procedure bytes as the standard has them, and nothing lost or changed on the way."""

from __future__ import annotations

import pytest

from cardemu.fuzzing.corpus import card_target
from cardemu.products import product
from cardemu.wrappers.characters import Characters, Device, ProcedureError, is_outgoing
from cardemu.wrappers.t0 import T0
from tests.cardemu.support import new_card

SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
MANNERS = ((0, False), (2, False), (0, True), (1, True))
"""How often the card asks for patience, and whether it takes data one by one."""


def characters(nulls: int = 0, *, one_by_one: bool = False) -> Characters:
    """A card of generation 2, powered up."""
    card = Characters(T0(new_card()), nulls=nulls, one_by_one=one_by_one)
    card.reset()
    return card


def test_the_card_acknowledges_the_header_and_then_the_data() -> None:
    """INS after the header, the status word after the data."""
    card = characters()
    assert card.receive(SELECT[:4]) == b""
    assert card.receive(SELECT[4:5]) == b"\xa4"
    assert card.receive(SELECT[5:]) == b"\x61\x18"


def test_data_of_the_card_follow_their_procedure_byte() -> None:
    """GET CHALLENGE and GET RESPONSE: INS, data, status word."""
    card = characters()
    assert card.receive(bytes.fromhex("0084000004")).hex() == "84010203049000"
    card.receive(SELECT)
    answer = card.receive(bytes.fromhex("00C0000018"))
    assert (answer[:3].hex(), answer[-2:].hex()) == ("c06f16", "9000")


def test_a_card_may_take_data_one_by_one() -> None:
    """The complement of INS before each byte."""
    card = characters(one_by_one=True)
    assert card.receive(bytes.fromhex("0020000003")) == b"\xdf"
    assert [card.receive(bytes((byte,))) for byte in (0x12, 0x34, 0x56)] == [b"\xdf", b"\xdf", b"\x90\x00"]


def test_a_card_may_ask_for_patience() -> None:
    """60 before the answer, as often as wanted; the reader counts and waits."""
    card = characters(nulls=3)
    assert card.receive(bytes.fromhex("0020000000")).hex() == "60606063c6"
    device = Device(card)
    assert device.transmit(bytes.fromhex("00200000")) == b"\x63\xc6"
    assert device.nulls_seen == 3


def test_a_reset_forgets_half_a_command() -> None:
    """What came before it is no part of the next header."""
    card = characters()
    card.receive(b"\x00\xa4\x04")
    card.reset()
    assert card.receive(bytes.fromhex("0084000004"))[-2:] == b"\x90\x00"


def test_start_day_goes_both_ways() -> None:
    """It reads with P1 00 and writes with P1 01."""
    assert is_outgoing(bytes.fromhex("B056000002"))
    assert not is_outgoing(bytes.fromhex("B056010002"))


def test_a_byte_that_is_no_procedure_byte_is_an_error() -> None:
    """The reader names it."""

    class Noise(Characters):
        __slots__ = ()

        def receive(self, sent: bytes) -> bytes:
            del sent
            return b"\x3b"

    with pytest.raises(ProcedureError, match="3B after 0084000004 is no procedure byte"):
        Device(Noise(T0(new_card()))).transmit(bytes.fromhex("0084000004"))


@pytest.mark.parametrize(("nulls", "one_by_one"), MANNERS)
def test_nothing_is_lost_in_characters(nulls: int, one_by_one: bool) -> None:
    """Initialisation, issuing, reading, paying, every key: the same answers as without characters."""
    target = card_target(product("generation-2"))
    compared = 0
    for conversation in target.conversations:
        plain = T0(target.card(conversation.start))
        wire = Device(Characters(T0(target.card(conversation.start)), nulls=nulls, one_by_one=one_by_one))
        assert plain.reset() == wire.reset()
        for op in conversation.ops:
            if not isinstance(op, bytes):
                assert plain.reset() == wire.reset()
                continue
            command = op[:-1] if len(op) > 5 and len(op) == 6 + op[4] else op
            if len(command) == 4 and is_outgoing(command):
                command += b"\x00"  # in characters no length is 256
            answer = plain.transmit(command)
            assert wire.transmit(command) == answer, command.hex()
            compared += 1
            while answer[0] == 0x61 and len(answer) == 2:
                fetch = b"\x00\xc0\x00\x00" + answer[1:]
                answer = plain.transmit(fetch)
                assert wire.transmit(fetch) == answer
    assert compared > 1000
