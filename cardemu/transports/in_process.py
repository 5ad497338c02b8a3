"""A card in this process as a transport, and a transport as a card.

The first is the fast way (tests, card work); the second lets a virtual reader show a card that lies in a real one, with
a recorder between the two.
"""

from __future__ import annotations

from cardemu.card import Card
from cardemu.memory import PowerCutError
from cardemu.transports.base import MuteError, Port, Transport, TransportError
from cardemu.wrappers.t0 import T0
from cardemu.wrappers.t1 import T1

MIN_ANSWER_BYTES = 2
"""A status word: nothing shorter is an answer."""


def spoken(card: Card, protocol: str) -> T0 | T1:
    """The card as a reader of this protocol sees it; `Product.protocol` names it.  ValueError for an unknown one."""
    if protocol == "T=0":
        return T0(card)
    if protocol == "T=1":
        return T1(card)
    message = f"protocol {protocol!r} is neither T=0 nor T=1"
    raise ValueError(message)


class InProcess:
    """The transport without a wire."""

    __slots__ = ("_connected", "card")

    def __init__(self, card: Port) -> None:
        self.card = card
        self._connected = False

    def connect(self) -> bytes:
        """Reset the card; its ATR."""
        self._connected = False
        try:
            atr = self.card.reset()
        except PowerCutError as error:
            raise TransportError(f"the card lost its power at reset: {error}") from error
        self._connected = True
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One command.  A mute card is an error at once: nobody else could end the wait."""
        if not self._connected:
            raise TransportError("no card is connected: call connect() first")
        try:
            return self.card.transmit(command)
        except PowerCutError as error:
            self._connected = False
            raise TransportError(f"the card was torn out: {error}") from error
        except MuteError as error:
            raise TransportError(f"the card does not answer: {error}") from error

    def close(self) -> None:
        """Take the power away."""
        self._connected = False


class AsCard:
    """A transport as a card's port.  A wire that fails looks like a card that was torn out."""

    __slots__ = ("transport",)

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def reset(self) -> bytes:
        """Connect; the ATR."""
        try:
            return self.transport.connect()
        except TransportError as error:
            raise PowerCutError(str(error)) from error

    def transmit(self, command: bytes) -> bytes:
        """One command."""
        try:
            return self.transport.transmit(command)
        except TransportError as error:
            raise PowerCutError(str(error)) from error
