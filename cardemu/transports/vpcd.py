"""The card's side of the virtual PC/SC reader vpcd (vsmartcard): any program on this machine then sees a card.

The driver, inside pcscd, listens on one port a slot; the card connects.  Each message is two bytes of length and the
rest: one byte is a control code, more is a command.  OFF, ON and RESET get no reply; the ATR is asked for at any time,
about three times a second, also before power-on: that is how the reader notices insertion and removal.

Traps of driver 3.3, the one Debian and Ubuntu ship:
* it sends length and rest apart, and waits for our acknowledgement between them: 44 ms a command, unless the kernel is
  told to acknowledge at once after every single receive (TCP_QUICKACK does not last); 0.1 ms then;
* an answer of no bytes hangs the slot for ever, so a card without an answer sends nothing, or closes the connection;
* a connection closed in the middle of a command is success without a byte to that client;
* it drops the connection itself after a command of more than 65,535 bytes;
* a command of one byte 00, 01 or 02 looks like a control code, and waits for an answer those never get.  After a
  control code the ATR is asked for within half a second; where it is not, it was such a command.
So a card in the reader outlives its connections: it keeps its power, and is back at once.
Its other mode, where the driver connects to the card, brings pcscd down when no card is there; it is not offered.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum, unique
from types import TracebackType
from typing import Self

from cardemu.memory import PowerCutError
from cardemu.transports.base import MuteError, Port, TransportError
from cardemu.transports.pcscd import on_loopback

LOGGER = logging.getLogger(__name__)
Connect = Callable[[int], socket.socket]

FIRST_PORT = 35963
"""The first slot's port in the driver's own configuration; slot n has the n-th after it."""
RETRY_S = 0.2
"""Between two attempts to reach a reader that is not there."""
SEEN_S = 0.02
"""Between two looks whether the service has seen the cards."""
NOTICED_S = 10.0
"""A service that has not seen a card for so long will not."""
OUT_S = 0.5
"""A card stays out at least so long.  pcscd looks every 0.4 s, and a card that comes back between two looks after a
failed command would never be seen again."""
MAX_FRAME_BYTES = 65535
OFF, ON, RESET, ATR = b"\x00", b"\x01", b"\x02", b"\x04"
SILENCE_S = 3.0
"""Without a word for so long after a control code, the driver waits for an answer to it: it was a command."""
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
    NO_ANSWER = "a command that no card could answer"
    TORN_OUT = "the card was torn out"
    EXCHANGED = "another card goes in"


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

    def receive(self, patience_s: float | None = None) -> bytes | None:
        """The next message; None when the other side is gone.  TimeoutError when none comes within `patience_s`."""
        if patience_s is None:
            return self._receive()
        self._socket.settimeout(patience_s)
        try:
            return self._receive()
        finally:
            self._socket.settimeout(None)

    def _receive(self) -> bytes | None:
        buffer = self._buffer
        end = 2 + int.from_bytes(buffer[:2], "big")
        while len(buffer) < 2 or len(buffer) < end:
            try:
                more = self._socket.recv(MAX_FRAME_BYTES + 2)
                if more:
                    self._acknowledge_at_once()
            except TimeoutError:
                raise
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


class Contact:
    """A card in the reader: whether it has power, and the ATR it gave last, whatever becomes of the connections.

    `seen` is set when the service has powered the card up and has its ATR: then programs see it.
    """

    __slots__ = ("_atr", "_powered", "card", "seen")

    def __init__(self, card: Port, seen: threading.Event) -> None:
        self.card = card
        self.seen = seen
        self._atr = card.reset()
        self._powered = False

    def converse(self, wire: Wire) -> Ending:
        """Be the card at the end of a connection until it ends, or must.  PowerCutError when the card is torn out."""
        control = None
        while True:
            try:
                message = wire.receive(SILENCE_S if control else None)
            except TimeoutError:
                LOGGER.warning("the one byte %s was a command, not a control code", (control or b"").hex())
                return Ending.NO_ANSWER
            if control:
                self._obey(control)
                control = None
            if message is None:
                return Ending.READER_GONE
            if message in {OFF, ON, RESET}:
                control = message
                continue
            if message == ATR:
                answer = self._atr
            elif len(message) < 2:
                answer = WRONG_LENGTH
            elif not self._powered:
                LOGGER.warning("a command to a card without power: %s", message.hex().upper())
                return Ending.NO_ANSWER
            else:
                try:
                    answer = answer_to(self.card, message)
                except MuteError as error:
                    LOGGER.info("no answer: %s", error)
                    continue
            if not wire.send(answer):
                return Ending.READER_GONE
            if self._powered and message == ATR:
                self.seen.set()

    def _obey(self, control: bytes) -> None:
        """What a control code asks for."""
        self._powered = control != OFF
        if self._powered:
            self._atr = self.card.reset()


class Reader:
    """One slot of the virtual reader: put a card in, take it out.  Every card stays in a thread of its own.

    As a context manager: in at the beginning, out at the end.  `connect`: how to reach the port (default: on this
    machine's loopback interface); `out_s`: see `OUT_S`; `seen`: set once programs see its card.
    """

    __slots__ = ("_connect_to", "_lock", "_out", "_socket", "_stop", "_thread", "card", "out_s", "port", "seen")

    def __init__(
        self, card: Port, port: int = FIRST_PORT, *, connect: Connect = on_loopback, out_s: float = OUT_S
    ) -> None:
        self._connect_to = connect
        self.card = card
        self.port = port
        self.out_s = out_s
        self.seen = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stop = threading.Event()
        self._out = threading.Event()
        self._thread: threading.Thread | None = None

    def insert(self) -> None:
        """Put the card in.  TransportError when no virtual reader is there; programs see the card within 0.4 s."""
        if self._thread is not None:
            self.remove()
        self.seen.clear()
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

    def exchange(self, card: Port) -> None:
        """Put another card in; returns when the old one is out, and programs see the new one a little later."""
        with self._lock:
            self.card = card
            self._out.clear()
            if self._socket is None:
                return
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                LOGGER.debug("port %d was closed already", self.port)
        self._out.wait()

    @property
    def inside(self) -> bool:
        """Whether the card is in (or waits for a reader that went away); False after it was torn out."""
        return self._thread is not None and self._thread.is_alive()

    def serve(self) -> None:
        """Stay in this thread until `remove` is called; wait for a reader that is not there.

        A card that is torn out comes back after a while.  Ctrl-C ends it as it ends any wait, with the card out of the
        reader.  After `remove` only `insert` works.
        """
        while not self._stop.is_set():
            self._stay(None)
            self._stop.wait(self.out_s)

    def __enter__(self) -> Self:
        self.insert()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def _connect(self) -> socket.socket:
        try:
            connection = self._connect_to(self.port)
        except OSError as error:
            raise TransportError(
                f"no virtual reader at port {self.port} ({error}); is pcscd running, and vsmartcard-vpcd installed? "
                "(`cardmill card serve --own-pcscd` starts one)"
            ) from error
        connection.settimeout(None)
        return connection

    def _stay(self, connection: socket.socket | None) -> None:
        """Converse, over one connection after another, until the card is torn out or removed."""
        contact = None
        while not self._stop.is_set():
            connection = connection or self._wait_for_reader()
            if connection is None:
                return
            with self._lock:
                self._socket = connection
            try:
                if self._stop.is_set():
                    return
                contact = contact or Contact(self.card, self.seen)
                ending = contact.converse(Wire(connection))
                if contact.card is not self.card:
                    ending, contact = Ending.EXCHANGED, None
            except PowerCutError as error:
                ending = Ending.TORN_OUT
                LOGGER.info("torn out: %s", error)
            finally:
                with self._lock:
                    self._socket = None
                    self._out.set()
                connection.close()
                _LEFT[self.port] = time.monotonic()
            connection = None
            if not self._stop.is_set():
                LOGGER.warning("port %d: %s", self.port, ending.value)
            if ending is Ending.TORN_OUT:
                return
            if ending is Ending.EXCHANGED:
                self._stop.wait(self.out_s)

    def _wait_for_reader(self) -> socket.socket | None:
        """A connection as soon as there is a reader; None when the card is removed before."""
        told = False
        while not self._stop.is_set():
            try:
                return self._connect()
            except TransportError as error:
                if not told:
                    LOGGER.warning("%s", error)
                told = True
                self._stop.wait(RETRY_S)
        return None


def serve(card: Port, slot: int = 0) -> None:
    """Show a card in a slot of the installed virtual reader until Ctrl-C."""
    serve_all([Reader(card, slot_port(slot))])


def await_seen(readers: Sequence[Reader], check: Callable[[], None]) -> None:
    """Return when programs see the card in every reader; TransportError when they do not, or what `check` raises."""
    end = time.monotonic() + NOTICED_S
    for reader in readers:
        while not reader.seen.wait(RETRY_S):
            check()
            if time.monotonic() > end:
                raise TransportError(f"the PC/SC service did not power the card up within {NOTICED_S} s")


def serve_all(
    readers: Sequence[Reader], check: Callable[[], None] = lambda: None, ready: Callable[[], None] = lambda: None
) -> None:
    """Show several cards, each in its reader, until Ctrl-C; all are out when this returns.

    `check` is called several times a second; what it raises ends the stay, as does a mistake of ours in a thread.
    `ready` is called once, when programs see all of them.
    """
    threads = [threading.Thread(target=reader.serve, name=f"card in port {reader.port}") for reader in readers]
    told = False
    try:
        for thread in threads:
            thread.start()
        while all(thread.is_alive() for thread in threads):
            check()
            if not told and all(reader.seen.is_set() for reader in readers):
                told = True
                ready()
            threads[0].join(RETRY_S if told else SEEN_S)
        raise RuntimeError("a card left its reader, though nobody took it out")  # its thread has said why
    except KeyboardInterrupt:
        LOGGER.info("interrupted: taking the cards out")
    finally:
        for reader in readers:
            reader.remove()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
