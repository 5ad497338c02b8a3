"""The card's side of the virtual reader's wire, against a driver of our own that says what the real one says."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.card import Card
from cardemu.transports import vpcd
from cardemu.transports.base import TransportError
from cardemu.transports.faults import Mute, TornOut
from cardemu.transports.vpcd import ATR, OFF, ON, RESET, Reader, Wire, serve_all, slot_port

CHALLENGE = bytes.fromhex("0084000008")
FIRST = bytes.fromhex("01020304050607089000")
CARD_ATR = bytes.fromhex("3B6D000000814A4446866099030000002A")
PATIENCE_S = 10.0


class Driver:
    """The reader's side: it listens, and sends length and rest apart."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.port: int = self.listener.getsockname()[1]
        self.connection: socket.socket | None = None

    def accept(self) -> None:
        """Wait for a card; the last one is done with."""
        if self.connection is not None:
            self.connection.close()
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(PATIENCE_S)

    @property
    def card(self) -> socket.socket:
        """The connection to the card."""
        assert self.connection is not None
        return self.connection

    def say(self, message: bytes) -> None:
        """Send something that gets no reply, or whose reply comes later."""
        self.card.sendall(len(message).to_bytes(2, "big"))
        self.card.sendall(message)

    def hear(self) -> bytes:
        """One reply; nothing when the card is gone."""
        head = self.card.recv(2, socket.MSG_WAITALL)
        return self.card.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else b""

    def ask(self, message: bytes) -> bytes:
        """Send and hear."""
        self.say(message)
        return self.hear()

    def close(self) -> None:
        """Let go of everything."""
        self.listener.close()
        if self.connection is not None:
            self.connection.close()


@pytest.fixture
def driver() -> Iterator[Driver]:
    """A reader nobody has put a card into."""
    made = Driver()
    yield made
    made.close()


def test_the_atr_is_there_before_power_and_control_codes_get_no_reply(driver: Driver, virtual_card: Card) -> None:
    """GET ATR before ON; ON, RESET and OFF are silent, or the next reply would be theirs."""
    with Reader(virtual_card, driver.port, out_s=0):
        driver.accept()
        assert driver.ask(ATR) == CARD_ATR
        driver.say(ON)
        assert driver.ask(ATR) == CARD_ATR
        assert driver.ask(CHALLENGE) == FIRST
        driver.say(RESET)
        driver.say(OFF)
        driver.say(ON)
        assert driver.ask(bytes.fromhex("00FE0000")) == b"\x6d\x00"
    assert driver.hear() == b""


def test_a_reset_ends_the_session(driver: Driver, virtual_card: Card) -> None:
    """What was selected before RESET is not selected after it."""
    with Reader(virtual_card, driver.port, out_s=0):
        driver.accept()
        driver.say(ON)
        assert driver.ask(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))[-2:] == b"\x90\x00"
        assert driver.ask(bytes.fromhex("00B2012C00"))[-2:] == b"\x90\x00"
        driver.say(RESET)
        assert driver.ask(bytes.fromhex("00B2012C00")) == b"\x6a\x82"


class ListenedSocket:
    """A connection that delivers given pieces and notes what is done to it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.done: list[str] = []

    def recv(self, size: int) -> bytes:
        """The next piece."""
        del size
        self.done.append("recv")
        return self.pieces.pop(0) if self.pieces else b""

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """Note a quick acknowledgement."""
        if (level, option, value) == (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1):
            self.done.append("quickack")


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="TCP_QUICKACK exists on Linux alone")
def test_every_receive_is_acknowledged_at_once() -> None:
    """After connect and after each receive, because the kernel forgets the wish."""
    listened = ListenedSocket([b"\x00\x05", CHALLENGE])
    wire = Wire(cast("Any", listened))
    assert wire.receive() == CHALLENGE
    assert wire.receive() is None
    assert listened.done == ["quickack", "recv", "quickack", "recv", "quickack", "recv"]


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="TCP_QUICKACK exists on Linux alone")
@given(st.lists(st.binary(min_size=1, max_size=600), max_size=6), st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_messages_may_arrive_in_any_pieces(messages: list[bytes], sizes: list[int]) -> None:
    """However the stream is cut, the messages are the same."""
    stream = b"".join(len(message).to_bytes(2, "big") + message for message in messages)
    pieces, turn = [], 0
    while stream:
        size = sizes[turn % len(sizes)]
        pieces.append(stream[:size])
        stream, turn = stream[size:], turn + 1
    wire = Wire(cast("Any", ListenedSocket(pieces)))
    assert [wire.receive() for _ in messages] == messages
    assert wire.receive() is None


class Odd:
    """A card of the given answers, or with a mistake in it."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer

    def reset(self) -> bytes:
        """Some ATR."""
        return b"\x3b\x00"

    def transmit(self, command: bytes) -> bytes:
        """The answer, or the mistake."""
        if self.answer is None:
            raise ZeroDivisionError(command.hex())
        return self.answer


@pytest.mark.parametrize(
    ("answer", "logged"),
    [
        (b"", "an answer of 0 bytes"),
        (b"\x90", "an answer of 1 bytes"),
        (bytes(65536), "an answer of 65536 bytes"),
        (None, "the card failed"),
    ],
)
def test_the_reader_never_hangs_on_our_mistakes(
    driver: Driver, caplog: pytest.LogCaptureFixture, answer: bytes | None, logged: str
) -> None:
    """No bytes, too many, or an exception: 6F00 on the wire, the cause in the log, and the card stays in."""
    with caplog.at_level(logging.ERROR), Reader(Odd(answer), driver.port, out_s=0):
        driver.accept()
        driver.say(ON)
        assert driver.ask(CHALLENGE) == b"\x6f\x00"
        assert driver.ask(ATR) == b"\x3b\x00"
    assert logged in caplog.text
    assert "0084000008" in caplog.text


def test_one_byte_that_is_no_control_code_is_too_short(driver: Driver, virtual_card: Card) -> None:
    """6700: the driver waits for an answer to what it took for a command."""
    with Reader(virtual_card, driver.port, out_s=0):
        driver.accept()
        driver.say(ON)
        assert driver.ask(b"\x03") == b"\x67\x00"


def test_a_torn_out_card_leaves_the_reader(driver: Driver, virtual_card: Card) -> None:
    """The connection closes in the middle of the command, with no byte sent; the card can be put in again."""
    reader = Reader(TornOut(virtual_card, 0), driver.port, out_s=0)
    reader.insert()
    driver.accept()
    driver.say(ON)
    assert driver.ask(CHALLENGE) == b""
    reader.remove()
    assert not reader.inside
    with reader:
        driver.accept()
        assert driver.ask(ATR) == CARD_ATR


@pytest.mark.parametrize("before", [(), (ON, OFF)])
def test_a_command_without_power_costs_that_client_an_error(
    driver: Driver, virtual_card: Card, caplog: pytest.LogCaptureFixture, before: tuple[bytes, ...]
) -> None:
    """Before ON, or after OFF, no card would answer; it is back at once, says why, and works when it has power."""
    with Reader(virtual_card, driver.port):
        driver.accept()
        for control in before:
            driver.say(control)
        assert driver.ask(CHALLENGE) == b""
        driver.accept()
        assert driver.ask(ATR) == CARD_ATR
        driver.say(ON)
        assert driver.ask(CHALLENGE) == FIRST
    assert "a command to a card without power: 0084000008" in caplog.text


def test_a_card_outlives_its_connection(driver: Driver, virtual_card: Card) -> None:
    """The driver drops it after a command that is too long: power and session of the others go on."""
    with Reader(virtual_card, driver.port):
        driver.accept()
        driver.say(ON)
        assert driver.ask(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))[-2:] == b"\x90\x00"
        driver.card.close()
        driver.accept()
        assert driver.ask(bytes.fromhex("00B2012C00"))[-2:] == b"\x90\x00"


@pytest.mark.parametrize("byte", [OFF, ON, RESET])
def test_a_command_that_looks_like_a_control_code_hangs_nothing(
    driver: Driver, virtual_card: Card, byte: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver waits for an answer to it, and says nothing else: an error for that client, and nothing happened."""
    monkeypatch.setattr(vpcd, "SILENCE_S", 0.2)
    with Reader(virtual_card, driver.port):
        driver.accept()
        driver.say(ON)
        assert driver.ask(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))[-2:] == b"\x90\x00"
        assert driver.ask(byte) == b""
        driver.accept()
        assert driver.ask(bytes.fromhex("00B2012C00"))[-2:] == b"\x90\x00"


def test_a_mute_card_is_silent_but_in(driver: Driver, virtual_card: Card) -> None:
    """Nothing comes until the card is taken out."""
    with Reader(Mute(virtual_card, 0), driver.port, out_s=0) as reader:
        driver.accept()
        driver.say(ON)
        driver.say(CHALLENGE)
        driver.card.settimeout(0.2)
        with pytest.raises(TimeoutError):
            driver.hear()
        assert reader.inside
    driver.card.settimeout(PATIENCE_S)
    assert driver.hear() == b""


def test_a_card_waits_for_a_reader_that_went_away(driver: Driver, virtual_card: Card) -> None:
    """When pcscd starts anew, the card is back by itself."""
    with Reader(virtual_card, driver.port, out_s=0) as reader:
        driver.accept()
        driver.card.close()
        driver.accept()
        assert driver.ask(ATR) == CARD_ATR
        assert reader.inside


def test_without_a_reader_there_is_an_error(driver: Driver, virtual_card: Card) -> None:
    """It names the port and what to look for."""
    driver.close()
    with pytest.raises(TransportError, match=f"no virtual reader at port {driver.port} .*is pcscd running"):
        Reader(virtual_card, driver.port, out_s=0).insert()


def test_no_thread_stays_behind(driver: Driver, virtual_card: Card) -> None:
    """In and out twenty times, and there are as many threads as before."""
    before = threading.active_count()
    reader = Reader(virtual_card, driver.port, out_s=0)
    for _ in range(20):
        with reader:
            driver.accept()
            assert threading.active_count() == before + 1
    reader.remove()
    assert threading.active_count() == before


def test_slots_follow_one_another() -> None:
    """35963 is the first slot of the reader as it is installed."""
    assert [slot_port(slot) for slot in range(2)] == [35963, 35964]


def test_served_cards_come_back_when_torn_out(virtual_card: Card) -> None:
    """Each at its port; the call ends only when what watches it says so, and the cards are out then."""
    drivers = [Driver(), Driver()]
    readers = [Reader(TornOut(virtual_card, 0), driver.port, out_s=0.1) for driver in drivers]
    ended, raised = threading.Event(), list[str]()

    def check() -> None:
        if ended.is_set():
            raise TransportError("the service is gone")

    def serve_until_checked() -> None:
        try:
            serve_all(readers, check)
        except TransportError as error:
            raised.append(str(error))

    served = threading.Thread(target=serve_until_checked)
    served.start()
    for driver in drivers:
        driver.accept()
        driver.say(ON)
        assert driver.ask(CHALLENGE) == b""
        driver.accept()
        driver.say(ON)
        assert driver.ask(CHALLENGE)[-2:] == b"\x90\x00"
    ended.set()
    served.join(PATIENCE_S)
    assert raised == ["the service is gone"]
    assert [driver.hear() for driver in drivers] == [b"", b""]
    for driver in drivers:
        driver.close()


def test_another_card_takes_the_place(driver: Driver, virtual_card: Card) -> None:
    """The old one is out when the call returns; the new one comes in its own time, unpowered."""
    with Reader(virtual_card, driver.port, out_s=0) as reader:
        driver.accept()
        driver.say(ON)
        assert driver.ask(CHALLENGE) == FIRST
        reader.exchange(Odd(b"\x90\x00"))
        assert driver.hear() == b""
        driver.accept()
        assert driver.ask(ATR) == b"\x3b\x00"
        driver.say(ON)
        assert driver.ask(CHALLENGE) == b"\x90\x00"
        assert reader.inside


class Crashing(Odd):
    """A card with a mistake of ours in its reset."""

    def reset(self) -> bytes:
        """The mistake."""
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_card_lost_by_a_mistake_of_ours_is_no_silent_end(driver: Driver) -> None:
    """The thread's traceback is printed, and serving does not end as if all were well."""
    with pytest.raises(RuntimeError, match="a card left its reader"):
        serve_all([Reader(Crashing(b""), driver.port)])


SERVER = """
import sys
from cardemu.testing.plugin import REGION, SERIAL, counting
from cardemu.card import Card
from cardemu.products import product
from cardemu.transports.vpcd import Reader, serve_all
card = Card.initialised(product("generation-2").template, counting(), REGION, SERIAL)
serve_all([Reader(card, int(sys.argv[1]))])
print("card is out")
"""


def test_ctrl_c_takes_the_card_out(driver: Driver) -> None:
    """The process ends by itself, without a traceback, and the reader sees the card go."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(driver.port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    driver.accept()
    assert driver.ask(ATR) == CARD_ATR
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE_S) == ("card is out\n", "")
    assert process.returncode == 0
    assert driver.hear() == b""
