"""A transport that writes down what passes through it."""

from __future__ import annotations

from cardemu.transports.base import Transport
from cardemu.transports.traces import Exchange, Reset, Step, Trace


class Recording:
    """Wraps any transport; `trace` is what happened so far.  A command without an answer is not recorded."""

    __slots__ = ("_steps", "transport")

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._steps: list[Step] = []

    @property
    def trace(self) -> Trace:
        """Resets and exchanges in order."""
        return tuple(self._steps)

    def connect(self) -> bytes:
        """Reset the card and note its ATR."""
        atr = self.transport.connect()
        self._steps.append(Reset(atr))
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One exchange, noted."""
        answer = self.transport.transmit(command)
        self._steps.append(Exchange(command, answer))
        return answer

    def close(self) -> None:
        """Let go of the card; the trace stays."""
        self.transport.close()
