"""Cards that misbehave on purpose: torn out, mute, slow.  Each is a wrapper around a card's port.

A card torn out inside a memory write is `Card.tear_after`; these act between commands, whatever the card.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cardemu.memory import PowerCutError
from cardemu.timing import ChipTiming, Stopwatch, TimedPort
from cardemu.transports.base import MuteError, Port

Sleep = Callable[[float], object]


class _Counted:
    """A port that counts commands since it was made; resets do not start anew."""

    __slots__ = ("card", "commands", "seen")

    def __init__(self, card: Port, commands: int) -> None:
        if commands < 0:
            message = f"{commands} commands before the fault: the number cannot be negative"
            raise ValueError(message)
        self.card = card
        self.commands = commands
        self.seen = 0

    def reset(self) -> bytes:
        """Power up; the ATR."""
        return self.card.reset()

    def due(self) -> bool:
        """Count one command; whether the fault comes now."""
        self.seen += 1
        return self.seen > self.commands


class TornOut(_Counted):
    """Answers so many commands, and is pulled out of the reader during the next one; once, then it works again."""

    __slots__ = ()

    def transmit(self, command: bytes) -> bytes:
        """One command, or PowerCutError after the card has done the work: the answer is lost, not the effect."""
        due = self.due()
        answer = self.card.transmit(command)
        if due and self.seen == self.commands + 1:
            message = f"pulled out during command {self.seen}"
            raise PowerCutError(message)
        return answer


class Mute(_Counted):
    """Answers so many commands, then none."""

    __slots__ = ()

    def transmit(self, command: bytes) -> bytes:
        """One command, or MuteError."""
        if self.due():
            message = f"mute since command {self.commands + 1}"
            raise MuteError(message)
        return self.card.transmit(command)


class Slow:
    """Takes at least so long for every command.  `sleep`: how to wait; another one in tests."""

    __slots__ = ("card", "delay_ms", "sleep")

    def __init__(self, card: Port, delay_ms: int, sleep: Sleep = time.sleep) -> None:
        if delay_ms < 0:
            message = f"a delay of {delay_ms} ms cannot be negative"
            raise ValueError(message)
        self.card = card
        self.delay_ms = delay_ms
        self.sleep = sleep

    def reset(self) -> bytes:
        """Power up; the ATR, without delay."""
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """One command, and the wait before its answer."""
        answer = self.card.transmit(command)
        self.sleep(self.delay_ms / 1000)
        return answer


class RealTime:
    """Takes the time the chip would take (`timing`), as a reader in front of a real card would see it."""

    __slots__ = ("sleep", "stopwatch")

    def __init__(self, card: TimedPort, timing: ChipTiming, sleep: Sleep = time.sleep) -> None:
        self.stopwatch = Stopwatch(card, timing)
        self.sleep = sleep

    def reset(self) -> bytes:
        """Power up; the ATR after the chip's start-up time."""
        atr = self.stopwatch.reset()
        self.sleep(self.stopwatch.last_us / 1_000_000)
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One command, and the time it takes."""
        answer = self.stopwatch.transmit(command)
        self.sleep(self.stopwatch.last_us / 1_000_000)
        return answer
