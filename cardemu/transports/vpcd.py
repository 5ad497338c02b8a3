"""The card's side of the virtual PC/SC reader vpcd (vsmartcard): any program on this machine then sees a card.

The driver, inside pcscd, listens on one port a slot; the card connects.  Each message is two bytes of length and the
rest: one byte is a control code, more is a command.  OFF, ON and RESET get no reply; the ATR is asked for at any time,
about three times a second, also before power-on: that is how the reader notices insertion and removal.

Two traps of driver 3.3, the one Debian and Ubuntu ship:
* it sends length and rest apart, and waits for our acknowledgement between them: 44 ms a command, unless the kernel is
  told to acknowledge at once after every single receive (TCP_QUICKACK does not last); 0.1 ms then;
* an answer of no bytes hangs the slot for ever, so a card without an answer sends nothing, or closes the connection.
Its other mode, where the driver connects to the card, brings pcscd down when no card is there; it is not offered.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from enum import Enum, unique
from types import TracebackType
from typing import Self

from cardemu.memory import PowerCutError
from cardemu.transports.base import MuteError, Port, TransportError

LOGGER = logging.getLogger(__name__)

HOST = "127.0.0.1"
"""Never anything else: who reaches the port is the card."""
FIRST_PORT = 35963
"""The first slot's port in the driver's own configuration; slot n has the n-th after it."""
RETRY_S = 0.2
"""Between two attempts to reach a reader that is not there."""
CONNECT_TIMEOUT_S = 5.0
OUT_S = 0.5
"""A card stays out at least so long.  pcscd looks every 0.4 s, and a card that comes back between two looks after a
failed command would never be seen again."""
MAX_FRAME_BYTES = 65535
OFF, ON, RESET, ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LEFT: dict[int, float] = {}
"""When a card last left each port, whichever `Reader` had it (monotonic seconds)."""
WRONG_LENGTH, NO_DIAGNOSIS = b"\x67\x00", b"\x6f\x00"


def slot_port(slot: int) -> int:
    """The port of a slot of the reader as installed; slots count from 0."""
    return FIRST_PORT + slot


@unique
class Ending(Enum):
    """Why a card's stay in the reader ended."""

    READER_GONE = "the reader closed the connection"
    TORN_OUT = "the card was torn out"


class Wire:
    """Messages over a connection to the driver."""

    __slots__ = ("_buffer", "_quick", "_socket")

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = b""
        self._quick: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux only
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._acknowledge_at_once()

    def _acknowledge_at_once(self) -> None:
        if self._quick is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, self._quick, 1)

    def receive(self) -> bytes | None:
        """The next message; None when the other side is gone."""
        buffer = self._buffer
        end = 2 + int.from_bytes(buffer[:2], "big")
        while len(buffer) < 2 or len(buffer) < end:
            try:
                more = self._socket.recv(MAX_FRAME_BYTES + 2)
                if more:
                    self._acknowledge_at_once()
            except OSError:  # reset by the reader, or closed by `Reader.remove`
                return None
            if not more:
                return None
            buffer += more
            end = 2 + int.from_bytes(buffer[:2], "big")
        self._buffer = buffer[end:]
        return buffer[2:end]

    def send(self, message: bytes) -> bool:
        """One message, not empty; False when the other side is gone."""
        try:
            self._socket.sendall(len(message).to_bytes(2, "big") + message)
        except OSError:
            return False
        return True


def answer_to(card: Port, command: bytes) -> bytes:
    """The card's answer.  A mistake of ours becomes 6F00 and a traceback in the log: the reader must not hang.

    PowerCutError and MuteError pass.
    """
    try:
        answer = card.transmit(command)
    except (PowerCutError, MuteError):
        raise
    except Exception:  # the one place where anything is caught
        LOGGER.exception("the card failed on %s", command.hex().upper())
        return NO_DIAGNOSIS
    if 2 <= len(answer) <= MAX_FRAME_BYTES:
        return answer
    LOGGER.error("an answer of %d bytes on %s", len(answer), command.hex().upper())
    return NO_DIAGNOSIS


def converse(wire: Wire, card: Port) -> Ending:
    """Be the card in the reader until one of the two goes."""
    try:
        atr = card.reset()
        powered = False
        while (message := wire.receive()) is not None:
            if message in {ON, RESET}:
                atr, powered = card.reset(), True
                continue
            if message == OFF:
                powered = False
                continue
            if message == ATR:
                answer = atr
            elif len(message) < 2:
                answer = WRONG_LENGTH
            elif not powered:
                return Ending.TORN_OUT
            else:
                try:
                    answer = answer_to(card, message)
                except MuteError as error:
                    LOGGER.info("no answer: %s", error)
                    continue
            if message and not wire.send(answer):
                break
    except PowerCutError as error:
        LOGGER.info("torn out: %s", error)
        return Ending.TORN_OUT
    return Ending.READER_GONE


class Reader:
    """One slot of the virtual reader: put a card in, take it out.  Every card stays in a thread of its own.

    As a context manager: in at the beginning, out at the end.  `out_s`: see `OUT_S`.
    """

    __slots__ = ("_lock", "_socket", "_stop", "_thread", "card", "out_s", "port")

    def __init__(self, card: Port, port: int = FIRST_PORT, *, out_s: float = OUT_S) -> None:
        self.card = card
        self.port = port
        self.out_s = out_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def insert(self) -> None:
        """Put the card in.  TransportError when no virtual reader is there; programs see the card within 0.4 s."""
        if self._thread is not None:
            self.remove()
        self._stop = threading.Event()
        self._stop.wait(max(0.0, _LEFT.get(self.port, -self.out_s) + self.out_s - time.monotonic()))
        connection = self._connect()
        self._thread = threading.Thread(
            target=self._stay, args=(connection,), name=f"card in port {self.port}", daemon=True
        )
        self._thread.start()

    def remove(self) -> None:
        """Take the card out, also in the middle of a command; returns when its thread has ended."""
        self._stop.set()
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    LOGGER.debug("port %d was closed already", self.port)
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    @property
    def inside(self) -> bool:
        """Whether the card is in (or waits for a reader that went away); False after it was torn out."""
        return self._thread is not None and self._thread.is_alive()

    def serve(self) -> None:
        """Stay in this thread until the card is torn out or `remove` is called; wait for a reader that is not there.

        Ctrl-C ends it as it ends any wait, with the card out of the reader.  After `remove` only `insert` works.
        """
        self._stay(None)

    def __enter__(self) -> Self:
        self.insert()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def _connect(self) -> socket.socket:
        try:
            connection = socket.create_connection((HOST, self.port), timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise TransportError(
                f"no virtual reader at port {self.port} ({error}); is pcscd running, and vsmartcard-vpcd installed? "
                "(`cardmill card serve --own-pcscd` starts one)"
            ) from error
        connection.settimeout(None)
        return connection

    def _stay(self, connection: socket.socket | None) -> None:
        """Converse; when the reader goes, wait for the next one."""
        told = False
        while not self._stop.is_set():
            if connection is None:
                try:
                    connection = self._connect()
                except TransportError as error:
                    if not told:
                        LOGGER.warning("%s", error)
                    told = True
                    self._stop.wait(RETRY_S)
                    continue
            told = False
            with self._lock:
                self._socket = connection
            try:
                if self._stop.is_set():
                    return
                ending = converse(Wire(connection), self.card)
            finally:
                with self._lock:
                    self._socket = None
                connection.close()
                _LEFT[self.port] = time.monotonic()
            if ending is Ending.TORN_OUT:
                return
            connection = None


def serve(card: Port, slot: int = 0) -> None:
    """Show a card in a slot of the installed virtual reader until Ctrl-C, or until it is torn out."""
    serve_all([(card, slot_port(slot))])


def serve_all(cards: list[tuple[Port, int]]) -> None:
    """Show several cards, each at its port, until Ctrl-C or until all are torn out; all are out when this returns."""
    readers = [Reader(card, port) for card, port in cards]
    threads = [threading.Thread(target=reader.serve, name=f"card in port {reader.port}") for reader in readers]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        LOGGER.info("interrupted: taking the cards out")
    finally:
        for reader in readers:
            reader.remove()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
