"""T=0 byte by byte: the header, the card's procedure bytes, the data (ISO/IEC 7816-3, 10.3).

`Characters` is the card's side: bytes in, bytes out, in whatever pieces they come.  `Device` is the reader's: it turns
a TPDU into such bytes and obeys the procedure bytes.  One around the other is again the port of `T0`.

T=0 has one length byte for both directions, so a card must know from the instruction which way its data go.
"""

from __future__ import annotations

from cardemu.wrappers.t0 import GET_RESPONSE, Port

HEADER_BYTES = 5
NULL = 0x60
"""The procedure byte that only asks for patience."""
OUTGOING = frozenset({0x84, 0xB0, 0xB2, 0x26, GET_RESPONSE})
"""Instructions whose data come from the card: GET CHALLENGE, READ BINARY and RECORD, GET BALANCE, GET RESPONSE."""
START_DAY = 0x56


class ProcedureError(Exception):
    """A procedure byte that means nothing; the message names it."""


def is_outgoing(header: bytes) -> bool:
    """Whether the data of a command come from the card; START DAY reads with P1 00 and writes with P1 01."""
    return header[1] in OUTGOING or (header[1] == START_DAY and header[2] == 0x00)


class Characters:
    """A card that speaks T=0 in characters.

    `nulls`: how often it asks for patience before each answer; `one_by_one`: it takes data a byte at a time.
    """

    __slots__ = ("_buffer", "_nulls", "_one_by_one", "card")

    def __init__(self, card: Port, *, nulls: int = 0, one_by_one: bool = False) -> None:
        self.card = card
        self._nulls = bytes((NULL,)) * nulls
        self._one_by_one = one_by_one
        self._buffer = b""

    def reset(self) -> bytes:
        """Power up; what was half received is forgotten."""
        self._buffer = b""
        return self.card.reset()

    def receive(self, sent: bytes) -> bytes:
        """Bytes from the reader; what the card puts on the line in return."""
        answer = b""
        for byte in sent:
            self._buffer += bytes((byte,))
            answer += self._next()
        return answer

    def _next(self) -> bytes:
        """What the card says to what it has so far."""
        size = len(self._buffer)
        if size < HEADER_BYTES:
            return b""
        header, length = self._buffer[:HEADER_BYTES], self._buffer[4]
        if is_outgoing(header) or not length:
            return self._answered(header)
        if size == HEADER_BYTES + length:
            return self._answered(self._buffer)
        if size == HEADER_BYTES or self._one_by_one:
            return bytes((header[1] ^ 0xFF if self._one_by_one else header[1],))
        return b""

    def _answered(self, command: bytes) -> bytes:
        """The end of a command: patience, the data behind their procedure byte, the status word."""
        self._buffer = b""
        answer = self.card.transmit(
            command[:4] if len(command) == HEADER_BYTES and not is_outgoing(command) else command
        )
        data, status = answer[:-2], answer[-2:]
        return self._nulls + (command[1:2] + data if data else b"") + status


class Device:
    """The reader's side: one TPDU in, data and status word out."""

    __slots__ = ("card", "nulls_seen")

    def __init__(self, card: Characters) -> None:
        self.card = card
        self.nulls_seen = 0

    def reset(self) -> bytes:
        """Power the card up."""
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """Header, then whatever the procedure bytes ask for.  A header of four bytes is sent with P3 00."""
        header, rest = command[:HEADER_BYTES].ljust(HEADER_BYTES, b"\x00"), command[HEADER_BYTES:]
        wanted = (header[4] or 256) if is_outgoing(header) else 0
        heard, data = self.card.receive(header), b""
        while True:
            first, heard = heard[0], heard[1:]
            if first == NULL:
                self.nulls_seen += 1
            elif first in {header[1], header[1] ^ 0xFF}:
                count = 1 if first != header[1] else max(len(rest), wanted)
                if rest:
                    heard += self.card.receive(rest[:count])
                    rest = rest[count:]
                else:
                    size = min(count, len(heard) - 2)
                    data, heard = data + heard[:size], heard[size:]
            elif first & 0xF0 in {0x60, 0x90}:
                return data + bytes((first,)) + heard[:1]
            else:
                raise ProcedureError(f"{first:02X} after {header.hex().upper()} is no procedure byte")
