"""A peer that plays a trace: it answers only what the trace says, in its order, and wants to be used up.

For tests of terminal software: a command too few is as wrong as a command too many.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from cardemu.transports.traces import Exchange, Reset, Step, Trace


class ScriptError(AssertionError):
    """The other side did not follow the script: a failed test, not a failed wire."""


class Scripted:
    """The transport for one trace.  As a context manager it checks at the end that nothing is left."""

    __slots__ = ("_place", "trace")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._place = 0

    def connect(self) -> bytes:
        """The ATR, if the script has a reset here."""
        step = self._next("a reset")
        if not isinstance(step, Reset):
            raise ScriptError(f"step {self._place}: reset, where the script has {step.command.hex().upper()}")
        return step.atr

    def transmit(self, command: bytes) -> bytes:
        """The answer, if the command is the script's, byte for byte."""
        step = self._next(command.hex().upper())
        if not isinstance(step, Exchange):
            raise ScriptError(f"step {self._place}: {command.hex().upper()}, where the script has a reset")
        if step.command != command:
            raise ScriptError(
                f"step {self._place}: {command.hex().upper()}, where the script has {step.command.hex().upper()}"
            )
        return step.answer

    def close(self) -> None:
        """Nothing to let go of; see `check_exhausted`."""

    @property
    def left(self) -> Trace:
        """The steps nobody has asked for yet."""
        return self.trace[self._place :]

    def check_exhausted(self) -> None:
        """ScriptError when steps are left."""
        if self.left:
            raise ScriptError(f"the conversation ended after step {self._place} of {len(self.trace)}")

    def _next(self, asked: str) -> Step:
        if not self.left:
            raise ScriptError(f"{asked} after the script's last step ({len(self.trace)})")
        self._place += 1
        return self.trace[self._place - 1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Check the end, unless something else went wrong already."""
        if kind is None:
            self.check_exhausted()
