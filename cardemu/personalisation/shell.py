"""Talking to a card line by line in the language of scripts, every answer in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from cardemu.personalisation.script import WORDS, parse, play_step
from cardemu.products import Product
from cardemu.status import status_of
from cardemu.terminal.decode import Decoder
from cardemu.terminal.keyholder import KeyHolder
from cardemu.terminal.link import Link
from cardemu.terminal.port import Slot, completed, power_up
from cardemu.transports.traces import Exchange, Reset, Trace


class Heard:
    """A card's port that keeps what was said: command and answer, an empty command for a power-up."""

    __slots__ = ("exchanges", "slot")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.exchanges: list[tuple[bytes, bytes]] = []

    def reset(self) -> bytes:
        """Power up."""
        atr = power_up(self.slot)
        self.exchanges.append((b"", atr))
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One command."""
        answer = self.slot.transmit(command)
        self.exchanges.append((command, answer))
        return answer


class Shell:
    """One conversation.  `failures`: lines whose answer was not the one they expected.

    `region`: six digits, the card's; its keys are derived from it.
    """

    def __init__(self, slot: Slot, product: Product, keys: KeyHolder | None, region: str, name: str = "input") -> None:
        self._name = name
        self._port = Heard(slot)
        atr = self._port.reset()
        self._link = Link(self._port, atr, keys, card_product=product, region=region)
        self._link.algorithm = product.template.algorithm
        self._decoder = Decoder(product)
        self.greeting = f"ATR {atr.hex().upper()}"
        self.failures = 0

    @property
    def trace(self) -> Trace:
        """What was said so far."""
        return tuple(Exchange(sent, answer) if sent else Reset(answer) for sent, answer in self._port.exchanges)

    def run(self, line: str, number: int) -> list[str]:
        """What one line of a script does; ScriptError when it cannot be understood, ReaderError without keys."""
        if line.strip() in {"help", "?"}:
            return WORDS.splitlines()
        found: list[str] = []
        for step in parse(line, self._name, number):
            before = len(self._port.exchanges)
            answer = play_step(self._port, self._link, step)
            if step.expected not in {"", f"{status_of(answer):04X}"}:  # what a script expects is meant of whole answers
                answer = completed(self._port, self._port.exchanges[-1][0], answer)
            status = f"{status_of(answer):04X}"
            for command, answer in self._port.exchanges[before:]:
                found += self._words(command, answer)
            if step.expected and status != step.expected:
                self.failures += 1
                found.append(f"{self._name}:{number}: answered {status}, expected {step.expected}")
        return found

    def _words(self, command: bytes, answer: bytes) -> list[str]:
        if not command:
            return [f"ATR {answer.hex().upper()}"]
        words = [f"  {line}" for line in self._decoder.lines(command, answer)]
        return [f"> {command.hex().upper()}", f"< {answer.hex().upper()}", *words]


def typed() -> Iterator[str]:
    """Lines from the keyboard with a prompt and a history, or from a pipe; Ctrl-D and Ctrl-C end them."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    with suppress(ImportError):  # not on every system; then lines cannot be edited
        import_module("readline")
    sys.stdout.write("help lists what can be typed\n")
    try:
        while True:
            yield input("card> ")
    except (EOFError, KeyboardInterrupt):
        sys.stdout.write("\n")
