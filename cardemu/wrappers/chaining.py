"""Command chaining around the card: data too long for one short APDU (ISO/IEC 7816-4, 5.3.3).

Bit 5 of CLA says that more follows.  assumed: the sector's specification has no chaining; a reader that chains gets
what ISO says, and a card without this wrapper refuses the class.
"""

from __future__ import annotations

from cardemu.apdu import Command, build, split
from cardemu.card import Cost
from cardemu.wrappers.t0 import Port

CHAIN_BIT = 0x10
MAX_BYTES = 65535


class Chaining:
    """Collects the parts of a chained command and hands it on whole."""

    __slots__ = ("_collected", "_header", "card")

    def __init__(self, card: Port) -> None:
        self.card = card
        self._header = b""
        self._collected = b""

    def reset(self) -> bytes:
        """Power up; no chain is open."""
        self._forget()
        return self.card.reset()

    @property
    def cost(self) -> Cost:
        """What the last whole command cost the chip."""
        return self.card.cost

    def transmit(self, command: bytes) -> bytes:
        """One APDU, part of a chain or not.  Another command inside a chain drops the chain."""
        parsed = split(command)
        if parsed is None:
            self._forget()
            return self.card.transmit(command)
        header = bytes((parsed.cla & ~CHAIN_BIT, parsed.ins, parsed.p1, parsed.p2))
        if self._header and header != self._header:
            self._forget()
        if parsed.cla & CHAIN_BIT:
            return self._collect(header, parsed)
        if not self._header:
            return self.card.transmit(command)
        data = self._collected + parsed.data
        self._forget()
        return self.card.transmit(build(header, data, parsed.le))

    def _collect(self, header: bytes, parsed: Command) -> bytes:
        if len(self._collected) + len(parsed.data) > MAX_BYTES - 255:
            self._forget()
            return b"\x67\x00"
        self._header = header
        self._collected += parsed.data
        return b"\x90\x00"

    def _forget(self) -> None:
        self._header = b""
        self._collected = b""
