"""Cards in this process, those that misbehave on purpose, and whole answers."""

from __future__ import annotations

import pytest

from cardemu.card import Card
from cardemu.memory import PowerCutError
from cardemu.timing import ChipTiming
from cardemu.transports.base import MuteError, TransportError
from cardemu.transports.faults import Mute, RealTime, Slow, TornOut
from cardemu.transports.in_process import AsCard, InProcess, spoken
from cardemu.transports.recording import Recording
from cardemu.transports.scripted import Scripted
from cardemu.transports.traces import Exchange, Reset, from_text
from cardemu.transports.whole import WholeAnswers, speaks_t0

CHALLENGE = bytes.fromhex("0084000008")
FIRST = bytes.fromhex("01020304050607089000")
SECOND = bytes.fromhex("090A0B0C0D0E0F109000")


def test_no_command_without_connection(virtual_card: Card) -> None:
    """Neither before connect nor after close."""
    transport = InProcess(virtual_card)
    with pytest.raises(TransportError, match="call connect"):
        transport.transmit(CHALLENGE)
    transport.connect()
    transport.close()
    with pytest.raises(TransportError, match="call connect"):
        transport.transmit(CHALLENGE)


def test_a_card_is_torn_out_once(virtual_card: Card) -> None:
    """The answer to the second command is lost; after a reset the card goes on."""
    transport = InProcess(TornOut(virtual_card, 1))
    transport.connect()
    assert transport.transmit(CHALLENGE) == FIRST
    with pytest.raises(TransportError, match="torn out: pulled out during command 2"):
        transport.transmit(CHALLENGE)
    with pytest.raises(TransportError, match="call connect"):
        transport.transmit(CHALLENGE)
    transport.connect()
    assert transport.transmit(CHALLENGE).hex() == "11121314151617189000"


def test_a_card_torn_out_inside_a_write_is_a_wire_error(virtual_card: Card) -> None:
    """Card.tear_after shows as a transport error too, also at reset."""
    transport = InProcess(virtual_card)
    transport.connect()
    virtual_card.tear_after(0)
    wrong_pin = bytes.fromhex("0020000003999999")
    transport.transmit(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))
    with pytest.raises(TransportError, match="torn out: power cut before a memory write"):
        transport.transmit(wrong_pin)


def test_a_mute_card_stays_mute(virtual_card: Card) -> None:
    """From the second command on no answer comes, after a reset neither."""
    transport = InProcess(Mute(virtual_card, 1))
    transport.connect()
    assert transport.transmit(CHALLENGE) == FIRST
    for _ in range(2):
        with pytest.raises(TransportError, match="does not answer: mute since command 2"):
            transport.transmit(CHALLENGE)
    transport.connect()
    with pytest.raises(TransportError, match="does not answer"):
        transport.transmit(CHALLENGE)


def test_a_slow_card_takes_its_time(virtual_card: Card) -> None:
    """Every command waits, the reset does not; the answers are the same."""
    slept: list[float] = []
    transport = InProcess(Slow(virtual_card, 250, slept.append))
    transport.connect()
    assert slept == []
    assert [transport.transmit(CHALLENGE), transport.transmit(CHALLENGE)] == [FIRST, SECOND]
    assert slept == [0.25, 0.25]


def test_a_card_in_real_time_takes_the_chips_time(virtual_card: Card) -> None:
    """9600 baud: 17 characters of ATR and 10 ms; then 15 characters, a procedure byte and 1 ms."""
    slept: list[float] = []
    transport = InProcess(RealTime(spoken(virtual_card, "T=0"), ChipTiming(clock_hz=3_571_200), slept.append))
    transport.connect()
    transport.transmit(CHALLENGE)
    assert slept == [pytest.approx(0.01 + 17 * 0.00125), pytest.approx(0.001 + 16 * 0.00125)]


@pytest.mark.parametrize("fault", [TornOut, Mute, Slow])
def test_negative_numbers_are_refused(virtual_card: Card, fault: type[TornOut | Mute | Slow]) -> None:
    """Neither commands nor milliseconds below zero."""
    with pytest.raises(ValueError, match="cannot be negative"):
        fault(virtual_card, -1)


def test_a_transport_can_be_a_card(virtual_card: Card) -> None:
    """A recorder in between sees everything; a wire that fails is a card torn out."""
    recording = Recording(InProcess(Mute(virtual_card, 1)))
    card = AsCard(recording)
    atr = card.reset()
    assert card.transmit(CHALLENGE) == FIRST
    with pytest.raises(PowerCutError, match="does not answer"):
        card.transmit(CHALLENGE)
    assert recording.trace == (Reset(atr), Exchange(CHALLENGE, FIRST))


def test_a_card_speaks_a_protocol(virtual_card: Card) -> None:
    """With T=0 data of a command with data are announced; another protocol does not exist."""
    card = spoken(virtual_card, "T=0")
    card.reset()
    assert card.transmit(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")) == b"\x61\x18"
    with pytest.raises(ValueError, match="neither T=0 nor T=1"):
        spoken(virtual_card, "T=2")


def test_mute_is_no_transport_error() -> None:
    """A port's silence and a transport's failure are two things; the reader decides."""
    assert not issubclass(MuteError, TransportError)


@pytest.mark.parametrize(
    ("atr", "t0"),
    [
        ("3B6D000000814A4446866099030000002A", True),
        ("3B8001", False),  # TD1 = 01
        ("3B9011000080", True),  # TA1, then TD1 = 00
        ("3BF01100008131", False),  # TA1 to TD1 = 81
        ("3B", True),
    ],
)
def test_the_atr_tells_the_protocol(atr: str, t0: bool) -> None:
    """TD1 names the first protocol; without it, T=0."""
    assert speaks_t0(bytes.fromhex(atr)) is t0


def test_whole_answers_follow_6c_and_61() -> None:
    """Le corrected, the rest fetched, the Le of a command with data left out."""
    script = """reset = 3B6000FF
                00B0 8500 00 = 6C04
                00B0 8500 04 = 01020304 9000
                00A4 0000 02 3F00 = 6103
                00C0 0000 03 = AABB 6101
                00C0 0000 01 = CC 9000
                """
    with Scripted(from_text(script)) as peer:
        card = WholeAnswers(peer)
        card.connect()
        assert card.transmit(bytes.fromhex("00B0850000")).hex() == "010203049000"
        assert card.transmit(bytes.fromhex("00A40000023F0000")).hex() == "aabbcc9000"


def test_whole_answers_leave_le_to_t1() -> None:
    """With T=1 an APDU travels as it is."""
    with Scripted(from_text("reset = 3B8001\n00A40000023F0000 = 6F00 9000\n")) as peer:
        card = WholeAnswers(peer)
        card.connect()
        assert card.transmit(bytes.fromhex("00A40000023F0000")).hex() == "6f009000"
        card.close()


class Answering:
    """A card with one answer."""

    def __init__(self, answer: str) -> None:
        self.answer = bytes.fromhex(answer)

    def reset(self) -> bytes:
        """Some ATR."""
        return b"\x3b\x00"

    def transmit(self, command: bytes) -> bytes:
        """Always the same."""
        del command
        return self.answer


@pytest.mark.parametrize(("answer", "why"), [("6100", "after 300 parts"), ("6C08", "refuses the length 8")])
def test_a_card_in_a_loop_is_given_up(answer: str, why: str) -> None:
    """A card that always has more, or refuses the length it named, ends as an error and not as a hang."""
    card = WholeAnswers(InProcess(Answering(answer)))
    card.connect()
    with pytest.raises(TransportError, match=why):
        card.transmit(CHALLENGE)
