"""T=0 around the card: 61xx, 6Cxx and GET RESPONSE (ISO/IEC 7816-3, 12.2; C2 in every trace).

The card's port answers whole APDUs.  Over T=0 a command carries either data or an expected length in its fifth byte:
data to fetch are announced with 61xx and wait here; a wrong length is corrected with 6Cxx, by the card itself, which
then has changed nothing.  The fifth byte 00 asks for 256 bytes, not for what there is.
"""

from __future__ import annotations

from typing import Protocol

from cardemu.card import Cost

GET_RESPONSE = 0xC0
EXACTLY_256 = b"\x00\x01\x00"
"""Le of 256 as a number, which only the extended form can write."""


class Port(Protocol):
    """The card's port."""

    def reset(self) -> bytes:
        """Power up; the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One command APDU; data and status word."""

    @property
    def cost(self) -> Cost:
        """What the last command cost the chip."""


class T0:
    """The card as a T=0 reader sees it: one TPDU in, data and status word out."""

    __slots__ = ("_waiting", "card")

    def __init__(self, card: Port) -> None:
        self.card = card
        self._waiting = b""

    def reset(self) -> bytes:
        """Power up; nothing waits."""
        self._waiting = b""
        return self.card.reset()

    @property
    def cost(self) -> Cost:
        """What the last command cost the chip (for GET RESPONSE: of the command it belongs to)."""
        return self.card.cost

    def transmit(self, command: bytes) -> bytes:
        """One TPDU.  A short APDU of case 4 is taken as well; its Le is left to GET RESPONSE."""
        if len(command) >= 4 and command[0] == 0x00 and command[1] == GET_RESPONSE:
            return self._get_response(command)
        self._waiting = b""
        if len(command) <= 5:
            return self._outgoing(command)
        if len(command) == 6 + command[4] and command[4]:
            command = command[:-1]
        answer = self.card.transmit(command)
        if len(answer) == 2:
            return answer
        self._waiting = answer[:-2]
        return _more(len(self._waiting))

    def _outgoing(self, command: bytes) -> bytes:
        """A command without data: the fifth byte is what the reader is ready to take."""
        answer = self.card.transmit(command[:4] + EXACTLY_256 if command[4:] == b"\x00" else command)
        size = len(answer) - 2
        if size == 0:
            return answer
        if len(command) < 5:
            self._waiting = answer[:-2]
            return _more(size)
        if size > 256:
            self._waiting = answer[256:-2]
            return answer[:256] + _more(len(self._waiting))
        return answer

    def _get_response(self, command: bytes) -> bytes:
        """Fetch what waits: 6985 when nothing does, 6Cxx when less than asked for, 61xx when more remains."""
        if command[2] or command[3]:
            return b"\x6a\x86"
        if len(command) != 5:
            return b"\x67\x00"
        if not self._waiting:
            return b"\x69\x85"
        wanted = command[4] or 256
        if wanted > len(self._waiting):
            return bytes((0x6C, len(self._waiting)))
        data, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return data + (_more(len(self._waiting)) if self._waiting else b"\x90\x00")


def _more(size: int) -> bytes:
    """The status word that announces so many bytes."""
    return bytes((0x61, size if size < 256 else 0))
