"""The desks of a run: one for each card product, and which of them a card belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.cardwork.desk import NOTHING, Business
from sim.cardwork.outcome import Tally

if TYPE_CHECKING:
    from cardemu.conversation.player import Conversation
    from cardemu.people import Person
    from cardemu.personalisation.data import Item
    from cardemu.personalisation.standing import Values
    from sim.cardwork.desk import Desk, Held, Past
    from sim.cardwork.world import World


class Desks:
    """As a `Desk`, for cards of several products."""

    def __init__(self, desks: Mapping[str, Desk], world: World, only: str = "") -> None:
        """Keep the desks by product; `only`: every card is of this one, whatever the scenario says."""
        self._desks, self._world, self._only = desks, world, only
        self.begin()

    def begin(self) -> None:
        """Count anew."""
        self.tally = Tally()
        for desk in self._desks.values():
            desk.tally = self.tally

    @property
    def region(self) -> str:
        """The six digits of the region."""
        return next(iter(self._desks.values())).region

    def premade(self, number: int, serial: int, person: Person, t_ms: int) -> Held:
        """A card with files and keys that waits for its person."""
        return self._of(number, serial).premade(number, serial, person, t_ms)

    def issued(self, number: int, serial: int, person: Person, record: Values) -> Held:
        """A card that was personalised before the run."""
        return self._of(number, serial).issued(number, serial, person, record)

    def in_use(self, number: int, serial: int, person: Person, record: Values, balance_fen: int) -> Held:
        """A card that was activated before the run."""
        return self._of(number, serial).in_use(number, serial, person, record, balance_fen)

    def behind(self, held: Held, values: Values, past: Past) -> tuple[Item, ...]:
        """What must be written so that a card says this."""
        return self._desks[held.product].behind(held, values, past)

    def talk(self, held: Held, kind: str, t_ms: int, station: int, business: Business = NOTHING) -> None:
        """Hold one conversation; DisagreementError when the card answers otherwise."""
        self._desks[held.product].talk(held, kind, t_ms, station, business=business)

    def conversation(self, held: Held | None, kind: str, special: str) -> Conversation:
        """The file that is played with a card: that of the very step before that of the kind."""
        desk = next(iter(self._desks.values())) if held is None else self._desks[held.product]
        return desk.conversations.get(special) or desk.conversations[kind]

    def _of(self, number: int, serial: int) -> Desk:
        if self._only:
            return self._desks[self._only]
        world = self._world
        begun = world.beginning(number)
        if begun.product and serial <= begun.serial - begun.ordered:
            return self._desks[begun.product]
        return self._desks[world.products.of_card(number + (serial - 1) * world.total)]
