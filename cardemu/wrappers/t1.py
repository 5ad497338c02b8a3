"""T=1 around the card: whole APDUs, and the rest of an answer longer than a short Le by GET RESPONSE.

ISO/IEC 7816-4, 5.3.4: where an answer does not fit, its first part comes with 61xx and the rest is fetched.  With an
extended Le it comes at once.
"""

from __future__ import annotations

from cardemu.card import Cost
from cardemu.wrappers.t0 import GET_RESPONSE, Port

SHORT_BYTES = 256


class T1:
    """The card as a T=1 or contactless reader sees it."""

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
        """What the last command cost the chip."""
        return self.card.cost

    def transmit(self, command: bytes) -> bytes:
        """One APDU."""
        if command[:4] == bytes((0x00, GET_RESPONSE, 0x00, 0x00)) and len(command) == 5 and self._waiting:
            wanted = min(command[4] or SHORT_BYTES, len(self._waiting))
            data, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
            return data + self._status(b"\x90\x00")
        answer = self.card.transmit(command)
        extended = len(command) >= 7 and command[4] == 0
        self._waiting = b""
        if extended or len(answer) <= SHORT_BYTES + 2:
            return answer
        self._waiting = answer[SHORT_BYTES:-2]
        return answer[:SHORT_BYTES] + self._status(answer[-2:])

    def _status(self, done: bytes) -> bytes:
        size = len(self._waiting)
        return bytes((0x61, size if size < SHORT_BYTES else 0)) if size else done
