"""The two sides of the wire: a card's port, and a transport that reaches a card.

Everything that talks to a card takes a `Transport`; everything that is a card is a `Port`.  `in_process.InProcess`
makes a transport of a port, `in_process.AsCard` a port of a transport.
"""

from __future__ import annotations

from typing import Protocol


class TransportError(Exception):
    """The wire failed: no reader, no card, no answer.  Never a status word, which is an answer like any other."""


class MuteError(Exception):
    """Raised by a card's port that was made not to answer (`faults.Mute`); the reader waits."""


class Transport(Protocol):
    """A way to one card."""

    def connect(self) -> bytes:
        """Power the card up, or reset it when it has power; its ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One command APDU (T=0: TPDU); data and status word, at least two bytes.  TransportError without an answer."""

    def close(self) -> None:
        """Let go of the card.  Harmless when nothing is connected."""


class Port(Protocol):
    """A card as its reader sees it: `cardemu.card.Card`, a wrapper around it, or a transport turned round."""

    def reset(self) -> bytes:
        """Power up; the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One command; data and status word."""
