"""The conversations of the tests as seeds of the fuzzer: played on cards whose challenges never change."""

from __future__ import annotations

from pathlib import Path

from cardemu.card import Card
from cardemu.fuzzing.console import target
from cardemu.fuzzing.corpus import BLANK, PREMADE, Conversation, Op, Target, card_target, fixed
from cardemu.products import product
from tests.cardemu import support

STRICT = str(support.PRODUCTS / "strict.toml")
NAMES = ("generation-1", "generation-2", "generation-3", "psam", STRICT)


class Player(support.Conversation):
    """Plays a conversation; `said` has what was sent to each of its cards."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[list[Op]] = []

    def listening(self, card: Card) -> Card:
        """The card with fixed challenges and an ear at its port."""
        noted: list[Op] = []
        self.said.append(noted)

        class Noting(Card):
            __slots__ = ()

            def transmit(inner, command: bytes) -> bytes:  # noqa: N805 - not the player's self
                noted.append(command)
                return Card.transmit(inner, command)

        same = Noting(card.template, fixed, card.memory)
        same.reset()
        return same


def recorded(path: Path, name: str) -> list[Conversation]:
    """What a file says to cards of a product.  Its `given` states are not kept: only what is sent."""
    player, cards = Player(), list[tuple[str, ...]]()
    for step in support.read_conversation(path):
        if step.words[0] == "card":
            cards.append(step.words)
        player.play(step)
    return [
        Conversation(BLANK if "blank" in words else PREMADE, tuple(ops))
        for words, ops in zip(cards, player.said, strict=True)
        if words[1] == name
    ]


def whole_target(name: str) -> Target:
    """A target with the tests' conversations added; the PSAM has none."""
    if name == "psam":
        return target(name)
    known = "strict" if name == STRICT else name
    return card_target(product(name), [each for path in support.files() for each in recorded(path, known)])
