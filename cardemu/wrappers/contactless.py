"""A dual-interface card on a contactless reader, as PC/SC shows it.

The ATR is made by the reader: 3B 8n 80 01, the n historical bytes of the ATS, TCK; the reader itself answers the
pseudo-command FF CA: P1 00 the card's UID, P1 01 those historical bytes (PC/SC part 3, 3.1.3.2.3 and 3.2.2.1.3).
assumed: a fixed UID of four bytes, the serial at the end of the historical bytes.
"""

from __future__ import annotations

from cardemu.card import Card, Cost
from cardemu.wrappers.t1 import T1

GET_DATA = b"\xff\xca"
UID_BYTES = 4


class Contactless:
    """The card behind a contactless reader: whole APDUs as with T=1, and the reader's own command."""

    __slots__ = ("_apdus", "_card")

    def __init__(self, card: Card) -> None:
        self._card = card
        self._apdus = T1(card)

    def reset(self) -> bytes:
        """Field on; the ATR the reader makes."""
        self._apdus.reset()
        historical = self._card.historical
        answer = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
        check = 0
        for byte in answer:
            check ^= byte
        return b"\x3b" + answer + bytes((check,))

    @property
    def cost(self) -> Cost:
        """What the last command cost the chip."""
        return self._apdus.cost

    def transmit(self, command: bytes) -> bytes:
        """One APDU."""
        if command[:2] != GET_DATA:
            return self._apdus.transmit(command)
        if len(command) != 5:
            return b"\x67\x00"
        if command[2] > 1 or command[3]:
            return b"\x6a\x81"
        found = self._card.historical[-UID_BYTES:] if command[2] == 0 else self._card.historical
        wanted = command[4] or len(found)
        return found + b"\x90\x00" if wanted == len(found) else bytes((0x6C, len(found)))
