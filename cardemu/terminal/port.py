"""The wire as a terminal sees it: a port, the channel that follows 61xx and 6Cxx, and the historical bytes of an ATR.

A port is anything with `transmit`; the emulated card powers up with `reset`, a reader or socket with `connect`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from cardemu.status import OK, describe, status_of

HISTORICAL_BYTES = 13


class Port(Protocol):
    """Where commands go in and answers come out."""

    def transmit(self, command: bytes) -> bytes:
        """One command APDU; data and status word."""


class Resettable(Port, Protocol):
    """A port that is powered up with `reset`, such as the emulated card."""

    def reset(self) -> bytes:
        """Power up; the ATR."""


@runtime_checkable
class Connectable(Port, Protocol):
    """A port that is powered up with `connect`, such as a reader."""

    def connect(self) -> bytes:
        """Find the card and power it up; the ATR."""


Slot = Resettable | Connectable
"""A port a card can be powered up at."""


class StatusError(Exception):
    """The card answered something else than hoped for.  `status` is its status word, `header` CLA INS P1 P2."""

    def __init__(self, header: bytes, status: int) -> None:
        super().__init__(f"{header.hex().upper()}: {status:04X}, {describe(status)}")
        self.header = header
        self.status = status


class AtrError(ValueError):
    """An ATR that is not a social security card's."""


def power_up(slot: Slot) -> bytes:
    """Power the card up, whichever way this port does it; the ATR (or ATS)."""
    return slot.connect() if isinstance(slot, Connectable) else slot.reset()


def historical(atr: bytes) -> bytes:
    """The 13 historical bytes of an ATR, or of an ATS, which starts with its own length (ISO/IEC 14443-4)."""
    if atr[:1] in {b"\x3b", b"\x3f"} and len(atr) > 1:
        count, start = atr[1] & 0x0F, _after_interface(atr)
    elif len(atr) > 1 and atr[0] == len(atr):
        start = 2 + (atr[1] >> 4 & 0x07).bit_count()
        count = len(atr) - start
    else:
        count = start = 0
    found = atr[start : start + count]
    if len(found) != HISTORICAL_BYTES:
        message = f"ATR {atr.hex().upper()!r} has {len(found)} historical bytes, a social security card has 13"
        raise AtrError(message)
    return found


def _after_interface(atr: bytes) -> int:
    """Where the historical bytes start: behind T0 and all interface bytes (ISO/IEC 7816-3, 8.2)."""
    position, announced = 2, atr[1] >> 4
    while announced:
        following = position + announced.bit_count()
        if not announced & 0x08 or following > len(atr):
            return following
        position, announced = following, atr[following - 1] >> 4
    return position


Listener = Callable[[bytes, int], None]
"""Told every command that went out, with the status word it got."""


def completed(port: Port, command: bytes, answer: bytes) -> bytes:
    """The whole of an answer that a T=0 card announces (61xx) or wants to be asked for with another length (6Cxx)."""
    if len(answer) == 2 and answer[0] == 0x6C:
        answer = port.transmit(command[:4] + answer[1:] if len(command) <= 5 else command[:-1] + answer[1:])
    data = b""
    while len(answer) >= 2 and answer[-2] == 0x61:
        data += answer[:-2]
        answer = port.transmit(b"\x00\xc0\x00\x00" + answer[-1:])
    return data + answer


class Channel:
    """Commands to one card.  Answers come whole, whether the port is a T=0 reader or takes whole APDUs."""

    __slots__ = ("listener", "port")

    def __init__(self, port: Port, listener: Listener | None = None) -> None:
        self.port = port
        self.listener = listener

    def exchange(self, command: bytes) -> bytes:
        """One command; all its data and the last status word."""
        answer = completed(self.port, command, self.port.transmit(command))
        if self.listener is not None:
            self.listener(command, status_of(answer))
        return answer

    def ask(self, command: bytes, *also: int) -> bytes:
        """One command's data; StatusError unless it ends in 9000 or one of `also`."""
        answer = self.exchange(command)
        status = status_of(answer)
        if status != OK and status not in also:
            raise StatusError(command[:4], status)
        return answer[:-2]
