"""Whole answers from a card that gives them in parts: 61xx and 6Cxx followed up (ISO/IEC 7816-4, 5.3.4).

PC/SC hands both to the client as they are, so a test that shall run on every transport needs this around it.  A card
may not keep the reader busy for ever: after so many parts it is given up.
"""

from __future__ import annotations

from cardemu.transports.base import Transport, TransportError

MAX_PARTS = 300
"""65 536 bytes in parts of 256, and some more; a card that still has not ended is in a loop."""
GET_RESPONSE = bytes.fromhex("00C00000")


def speaks_t0(atr: bytes) -> bool:
    """Whether a card's first protocol is T=0: no TD1, or one that names it (ISO/IEC 7816-3, 8.2.3)."""
    if len(atr) < 2 or not atr[1] & 0x80:
        return True
    place = 2 + (atr[1] >> 4 & 0x07).bit_count()
    return len(atr) > place and atr[place] & 0x0F == 0


class WholeAnswers:
    """A transport whose answers are complete.

    With T=0 the Le of a command with data stays at home: a TPDU has no room for it.
    """

    __slots__ = ("_t0", "transport")

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._t0 = True

    def connect(self) -> bytes:
        """Reset the card; its ATR, which also says how to speak."""
        atr = self.transport.connect()
        self._t0 = speaks_t0(atr)
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One short or extended APDU; all its data, and the last status word."""
        if self._t0 and len(command) > 5 and command[4] and len(command) == 6 + command[4]:
            command = command[:-1]
        data = b""
        for _ in range(MAX_PARTS):
            answer = self.transport.transmit(command)
            data += answer[:-2]
            high, low = answer[-2:]
            if high == 0x61:
                command = GET_RESPONSE + bytes((low,))
            elif high == 0x6C:
                if len(command) > 4 and command[-1] == low:
                    raise TransportError(f"the card refuses the length {low} it asked for")
                command = command[:4] + bytes((low,))
            else:
                return data + answer[-2:]
        raise TransportError(f"the card still has more after {MAX_PARTS} parts")

    def close(self) -> None:
        """Let go of the card."""
        self.transport.close()
