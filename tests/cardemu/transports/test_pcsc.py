"""Virtual cards in real PC/SC, and the programs people use to look at cards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cardemu.card import Card
from cardemu.transports import pcsc
from cardemu.transports.base import Port, TransportError
from cardemu.transports.faults import Mute, Slow, TornOut
from cardemu.transports.in_process import InProcess, spoken
from cardemu.transports.pcscd import OwnPcscd, on_loopback, open_ports
from cardemu.transports.recording import Recording
from cardemu.transports.traces import Exchange, Reset, from_scriptor, to_scriptor
from cardemu.transports.vpcd import Reader

pytestmark = pytest.mark.slow  # starts a PC/SC service

CHALLENGE = bytes.fromhex("0084000008")
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
CARD_ATR = bytes.fromhex("3B6D000000814A4446866099030000002A")


@pytest.fixture
def service(own_pcscd: OwnPcscd, pyscard: None) -> OwnPcscd:
    """The tests' PC/SC service, every slot empty."""
    del pyscard
    for name in own_pcscd.names:
        pcsc.wait_for_card(name, present=False)
    return own_pcscd


@pytest.fixture
def card(virtual_card: Card) -> Port:
    """The test card as a T=0 reader sees it."""
    return spoken(virtual_card, "T=0")


@pytest.fixture
def inserted(service: OwnPcscd, card: Port) -> Iterator[str]:
    """The name of a reader with the card in it."""
    with Reader(card, service.ports[0]):
        pcsc.wait_for_card(service.names[0])
        yield service.names[0]


def run(service: OwnPcscd, *command: str, text: str = "") -> str:
    """What a program prints about the tests' readers; skips when it is not installed."""
    package = {"opensc-tool": "opensc"}.get(command[0], "pcsc-tools")
    if shutil.which(command[0]) is None:
        pytest.skip(f"not installed: {package} (Debian: apt install {package})")
    environment = {**service.environment, "LC_ALL": "C"}
    done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def test_all_readers_are_there(service: OwnPcscd) -> None:
    """Two slots each of two copies of the driver, under names that differ."""
    assert pcsc.readers() == service.names
    assert service.names == ("Cardmill 0 00 00", "Cardmill 0 00 01", "Cardmill 1 00 00", "Cardmill 1 00 01")


def test_readers_are_found_by_part_of_their_name(service: OwnPcscd) -> None:
    """As long as only one is meant."""
    assert pcsc.find_reader("mill 1 00 01") == service.names[3]
    with pytest.raises(TransportError, match="several readers match 'cardmill'; readers: Cardmill 0 00 00, "):
        pcsc.find_reader("cardmill")
    with pytest.raises(TransportError, match="no reader matches 'ACS'"):
        pcsc.find_reader("ACS")


def test_every_slot_has_its_own_card(service: OwnPcscd, card: Port) -> None:
    """Four cards at once; each answers in its reader."""
    cards = [TornOut(card, 1000) for _ in service.ports]
    readers = [Reader(one, port) for one, port in zip(cards, service.ports, strict=True)]
    for reader in readers:
        reader.insert()
    for count, name in enumerate(service.names, start=1):
        transport = pcsc.PcscCard(name)
        assert transport.connect() == CARD_ATR
        for _ in range(count):
            assert transport.transmit(CHALLENGE)[-2:] == b"\x90\x00"
        transport.close()
    for reader in readers:
        reader.remove()
    assert [one.seen for one in cards] == [1, 2, 3, 4]


def test_t0_answers_are_announced(inserted: str) -> None:
    """PC/SC hands 61xx through; the client asks."""
    transport = pcsc.PcscCard(inserted)
    transport.connect()
    assert transport.transmit(SELECT_SSSE) == b"\x61\x18"
    assert transport.transmit(bytes.fromhex("00C0000018"))[-2:] == b"\x90\x00"
    transport.close()


class WithAtr:
    """A card under another ATR."""

    def __init__(self, card: Port, atr: bytes) -> None:
        self.card = card
        self.atr = atr
        self.transmit = card.transmit

    def reset(self) -> bytes:
        """Reset, and the other ATR."""
        self.card.reset()
        return self.atr


def test_t1_answers_come_whole(service: OwnPcscd, virtual_card: Card) -> None:
    """An ATR whose TD1 names T=1 alone (with its check byte): PC/SC speaks T=1, nothing is announced."""
    atr = bytes.fromhex("3B800181")
    with Reader(WithAtr(spoken(virtual_card, "T=1"), atr), service.ports[1]):
        transport = pcsc.PcscCard(service.names[1])
        assert transport.connect() == atr
        assert transport.transmit(SELECT_SSSE + b"\x00")[-2:] == b"\x90\x00"
        transport.close()


def test_connecting_again_resets_the_card(inserted: str) -> None:
    """A cold reset withdraws what was selected; closing twice is harmless."""
    transport = pcsc.PcscCard(inserted)
    transport.connect()
    transport.transmit(SELECT_SSSE)
    assert transport.transmit(bytes.fromhex("00B2012C12"))[-2:] == b"\x90\x00"
    assert transport.connect() == CARD_ATR
    assert transport.transmit(bytes.fromhex("00B2012C12")) == b"\x6a\x82"
    transport.close()
    transport.close()
    with pytest.raises(TransportError, match="call connect"):
        transport.transmit(CHALLENGE)


def test_a_command_takes_far_less_than_the_drivers_44_ms(inserted: str) -> None:
    """Our prompt acknowledgements reach the driver: 200 commands stay under 2 s, where 8.8 s would be usual."""
    transport = pcsc.PcscCard(inserted)
    transport.connect()
    begin = time.monotonic()
    for _ in range(200):
        transport.transmit(CHALLENGE)
    assert time.monotonic() - begin < 2
    transport.close()


def test_a_missing_card_is_waited_for_in_vain(service: OwnPcscd) -> None:
    """The error names reader and time."""
    with pytest.raises(TransportError, match=r"Cardmill 0 00 00: no card came within 0\.1 s"):
        pcsc.PcscCard(service.names[0], wait_s=0.1).connect()


def test_a_card_torn_out_is_an_error_and_can_come_back(service: OwnPcscd, card: Port) -> None:
    """PC/SC calls no answer a success; the transport does not."""
    reader = Reader(TornOut(card, 1), service.ports[0])
    transport = pcsc.PcscCard(service.names[0])
    reader.insert()
    transport.connect()
    transport.transmit(CHALLENGE)
    with pytest.raises(TransportError, match="gave no answer: torn out"):
        transport.transmit(CHALLENGE)
    transport.close()
    pcsc.wait_for_card(service.names[0], present=False)
    with reader:
        assert transport.connect() == CARD_ATR
        assert transport.transmit(CHALLENGE)[-2:] == b"\x90\x00"
        transport.close()


def test_a_mute_card_ends_when_it_is_taken_out(service: OwnPcscd, card: Port) -> None:
    """Nothing in PC/SC ends the wait but the card's removal."""
    transport = pcsc.PcscCard(service.names[0])
    with Reader(Mute(card, 0), service.ports[0]) as reader:
        transport.connect()
        remover = threading.Timer(0.3, reader.remove)
        remover.start()
        begin = time.monotonic()
        with pytest.raises(TransportError, match="gave no answer"):
            transport.transmit(CHALLENGE)
        assert time.monotonic() - begin > 0.25
        remover.join()
        transport.close()


def test_a_slow_card_is_waited_for(service: OwnPcscd, card: Port) -> None:
    """Half a second for one answer is no error."""
    transport = pcsc.PcscCard(service.names[0])
    with Reader(Slow(card, 500), service.ports[0]):
        transport.connect()
        begin = time.monotonic()
        assert transport.transmit(CHALLENGE)[-2:] == b"\x90\x00"
        assert time.monotonic() - begin >= 0.5
        transport.close()


def test_pcsc_scan_sees_the_card(service: OwnPcscd, inserted: str) -> None:
    """The reader's name, the state, the ATR."""
    assert inserted in run(service, "pcsc_scan", "-r")
    shown = run(service, "pcsc_scan", "-n", "-c").split(f"Reader 0: {inserted}")[1].split("Reader 1:")[0]
    assert "Card inserted" in shown
    assert CARD_ATR.hex(" ").upper() in shown


def test_opensc_tool_talks_to_the_card(service: OwnPcscd, inserted: str) -> None:
    """It lists the reader, reads the ATR, sends commands and follows 61xx."""
    listed = run(service, "opensc-tool", "--list-readers").splitlines()
    assert listed[2].split() == ["0", "Yes", *inserted.split()]
    assert listed[3].split()[:2] == ["1", "No"]
    assert run(service, "opensc-tool", "--reader", "0", "--atr").strip() == CARD_ATR.hex(":")
    answer = run(service, "opensc-tool", "--reader", "0", "--send-apdu", CHALLENGE.hex(":"))
    assert "Received (SW1=0x90, SW2=0x00):" in answer


def test_scriptor_plays_our_script_and_its_output_is_our_trace(
    service: OwnPcscd, virtual_card: Card, inserted: str
) -> None:
    """A conversation recorded in this process, exported, played by scriptor on the wire, read back: the same."""
    virtual_card.random = bytes
    twin = Card(virtual_card.template, bytes)
    twin.memory.cells.update(virtual_card.memory.cells)
    same = InProcess(spoken(twin, "T=0"))
    recording = Recording(same)
    recording.connect()
    for command in ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "00C0000018", "00B2072C0B", "0084000010", "00FE0000"):
        recording.transmit(bytes.fromhex(command))
    output = run(service, "scriptor", "-r", inserted, text=to_scriptor(recording.trace))
    assert from_scriptor(output) == recording.trace
    assert isinstance(recording.trace[0], Reset)
    assert sum(isinstance(step, Exchange) and step.answer[-2:] == b"\x90\x00" for step in recording.trace) == 3


def test_a_private_service_is_reached_through_its_socket_alone(own_pcscd: OwnPcscd, card: Port) -> None:
    """Its ports are nobody else's: closed on this machine, open to `connect`; where that cannot be had, it says so."""
    folder = Path(own_pcscd.folder) / "private"
    folder.mkdir()
    with OwnPcscd(folder, private=True) as service:
        if not service.alone:
            assert str(service.ports[0]) in service.openness[0]
            pytest.skip("no network namespaces here")
        assert service.openness == ("nothing of it can be reached but through that socket",)
        for port in service.ports:
            with pytest.raises(OSError, match="refused"):
                on_loopback(port)
        with pytest.raises(OSError, match="port 1 of the service"):
            service.connect(1)
        with Reader(card, service.ports[1], connect=service.connect) as reader:
            assert reader.inside
        helper, pid = service._control, service.pid
        os.kill(pid, signal.SIGKILL)
        while service._process is not None and service._process.poll() is None:
            time.sleep(0.01)
        with pytest.raises(TransportError, match="killed by SIGKILL"):
            service.check()
        assert helper is not None
    assert helper.fileno() == -1


def test_open_ports_are_named() -> None:
    """What listens on every interface is said with its numbers, and what to do about it."""
    first, second = open_ports((35963, 35964))
    assert "every interface" in first
    assert "35963, 35964" in first
    assert "unshare --net" in second


def test_services_live_side_by_side(own_pcscd: OwnPcscd) -> None:
    """A second one starts beside the first, with other ports, and stopping it ends it and no other."""
    folder = Path(own_pcscd.folder) / "second"
    with OwnPcscd(folder, 2) as second:
        pid = second.pid
        assert pid != own_pcscd.pid
        assert not set(second.ports) & set(own_pcscd.ports)
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not second.socket_path.exists()
    assert Path(f"/proc/{own_pcscd.pid}").exists()
    with pytest.raises(TransportError, match="not running"):
        assert second.pid
