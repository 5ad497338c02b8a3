"""Talking to a card line by line in the language of scripts, every answer in words."""

from __future__ import annotations

from cardemu.card import Card
from cardemu.memory import Cell
from cardemu.personalisation.script import Exchange, Timed, parse, play_step
from cardemu.products import Product
from cardemu.status import status_of
from cardemu.terminal.decode import Decoder
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import Link


class Shell:
    """One conversation.  `failures`: lines whose answer was not the one they expected."""

    def __init__(self, card: Card, product: Product, name: str = "input") -> None:
        self._name = name
        self._port = Timed(card, product.timing)
        atr = self._port.reset()
        region = card.memory.read(Cell.IDENTITY)[13:].hex()
        self._link = Link(self._port, atr, Hsm(product.template.roots), card_product=product, region=region)
        self._link.algorithm = product.template.algorithm
        self._decoder = Decoder(product)
        self.greeting = f"ATR {atr.hex().upper()}"
        self.failures = 0

    def run(self, line: str, number: int) -> list[str]:
        """What one line of a script does; ScriptError when it cannot be understood."""
        found: list[str] = []
        for step in parse(line, self._name, number):
            before = len(self._port.exchanges)
            status = f"{status_of(play_step(self._port, self._link, step)):04X}"
            for exchange in self._port.exchanges[before:]:
                found += self._words(exchange)
            if step.expected and status != step.expected:
                self.failures += 1
                found.append(f"{self._name}:{number}: answered {status}, expected {step.expected}")
        return found

    def _words(self, exchange: Exchange) -> list[str]:
        answer = exchange.answer.hex().upper()
        if not exchange.command:
            return [f"ATR {answer}"]
        words = [f"  {line}" for line in self._decoder.lines(exchange.command, exchange.answer)]
        return [f"> {exchange.command.hex().upper()}", f"< {answer}", *words]
