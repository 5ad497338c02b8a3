"""One card product at work: makes cards of people, and holds conversations with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from cardemu.card import Card
from cardemu.conversation.player import Conversation, Player
from cardemu.elements.codec import cyclic_record
from cardemu.identifiers import card_number
from cardemu.memory import Cell
from cardemu.people import Person
from cardemu.personalisation.batch import Batch, activate
from cardemu.personalisation.data import Item, elements, items, sources, values_of
from cardemu.pin import from_text
from cardemu.products import Product
from cardemu.terminal.keyholder import Holder, Hsm
from cardemu.timing import Stopwatch
from sim.cardwork.conversations import field_name
from sim.cardwork.outcome import Tally

START_DAY = bytes.fromhex("0101")
"""assumed: the medical year is the calendar year."""


class Challenges:
    """Eight bytes that are never the same twice on one card, and the same in every run."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, size: int) -> bytes:
        """The next challenge."""
        self._next += 1
        return self._next.to_bytes(4, "big").rjust(size, b"\x5a")[-size:]


def own_pin(person: int, serial: int, initial: str) -> str:
    """The six digits a person chooses; never the issuer's."""
    chosen = (person * 2_654_435_761 + serial * 40_503 + 12_345) % 1_000_003 % 1_000_000
    text = f"{chosen:06d}"
    return text if text != initial else f"{(chosen + 1) % 1_000_000:06d}"


@dataclass(slots=True)
class Held:
    """A card there is, and what must be on it.

    `record`: what it holds of the person's record besides his identity, by the names of values; `past`: the ended
    employments it has been told of, oldest first.
    """

    card: Card
    product: str
    financial: bool  # it has a financial function
    number: str
    player: Player
    values: Mapping[str, bytes]
    initial_pin: bytes
    chosen_pin: bytes
    activated: bool = False
    taken_in: bool = False
    balance_fen: int = 0
    loads: int = 0
    purchases: int = 0
    record: Mapping[str, str] = field(default_factory=dict)
    past: tuple[tuple[str, ...], ...] = ()

    @property
    def pin(self) -> bytes:
        """The PIN that opens it now."""
        return self.chosen_pin if self.activated else self.initial_pin


Past = tuple[tuple[str, ...], ...]
"""Employments that ended, oldest first."""


@dataclass(frozen=True, slots=True)
class Business:
    """What a step brings to a conversation.

    `special`: the name of its own file, if there is one; `amount_fen`: paid, or loaded; `behind`: what is to be written
    of the record.
    """

    special: str = ""
    amount_fen: int = 0
    behind: Sequence[Item] = ()


NOTHING = Business()


class Desk:
    """Makes and questions cards of one product in one region; counts into `tally`."""

    def __init__(
        self, product: Product, region: str, start: date, conversations: Mapping[str, Conversation], total: int
    ) -> None:
        self.product, self.start, self._total = product, start, total
        self.region = region.ljust(6, "0")
        self.conversations = conversations
        self.tally = Tally()
        self._batch = Batch(product, self.region)
        self._lists = [row for row in product.files if row.source]
        self._initial = product.template.image[Cell.PIN].hex().rstrip("f")
        self._keys = lru_cache(maxsize=4096)(self._terminal)

    def _terminal(self, station: int) -> Hsm:
        """The terminal of a station, with a security module behind it."""
        return Hsm(self.product.template.roots, bytes.fromhex(f"{max(station, 0) + 990_000_000_000:012d}"))

    # ---- cards

    def _items(self, person: Person, index: int, t_ms: int) -> tuple[Item, ...]:
        """Who the person is and which card it is."""
        issued = (self.start + timedelta(milliseconds=t_ms)).strftime("%Y%m%d")
        return items(self.product, values_of(person, self.region, index.to_bytes(4, "big"), issued, index))

    # ---- the record on the card

    def behind(self, held: Held, values: Mapping[str, str], past: Past) -> tuple[Item, ...]:
        """What must be written so that a card says this; employments beyond those its list has room for are lost."""
        names = [name for name in sources(self.product) if values.get(name, "") != held.record.get(name, "")]
        changed = elements(self.product, {name: values.get(name, "") for name in names})
        news = past[len(held.past) :]
        listed = [Item(row, None, cyclic_record(row, one)) for row in self._lists for one in news[-row.records :]]
        return (*changed, *listed)

    def held(self, held: Held) -> tuple[Item, ...]:
        """What a card must answer that is asked for its record."""
        listed = [
            Item(row, None, cyclic_record(row, one), number)
            for row in self._lists
            for number, one in enumerate(held.past[: -row.records - 1 : -1], start=1)
        ]
        return (*elements(self.product, held.record), *listed)

    def _held(self, card: Card, number: int, serial: int, made: tuple[Item, ...]) -> Held:
        template = self.product.template
        values = {field_name(item.element.source, item.element.name): item.value for item in made if item.element}
        values["atr"] = template.atr.contact(card.historical)
        holder = Holder(template.algorithm, self.region, card.historical)
        player = Player(card, self._keys(-1), holder, lambda: dict(card.memory.cells))
        self.tally.cards += 1
        self.tally.products[self.product.name] = self.tally.products.get(self.product.name, 0) + 1
        index = self._index(number, serial)
        initial, chosen = self._initial, own_pin(number, serial, self._initial)
        made_as = self.product.name, self.product.financial
        return Held(card, *made_as, card_number(index), player, values, from_text(initial), from_text(chosen))

    def _index(self, number: int, serial: int) -> int:
        """The card's number among all of the region (as sim.registry gives them out)."""
        return number + (serial - 1) * self._total

    def premade(self, number: int, serial: int, person: Person, t_ms: int) -> Held:
        """A card with files and keys that waits for its person."""
        index = self._index(number, serial)
        card = Card.initialised(self.product.template, Challenges(), self.region, index.to_bytes(4, "big"))
        return self._held(card, number, serial, self._items(person, index, t_ms))

    def issued(self, number: int, serial: int, person: Person, record: Mapping[str, str]) -> Held:
        """A card that was personalised before the run."""
        index = self._index(number, serial)
        made = self._items(person, index, 0)
        everything = (*made, *elements(self.product, record))
        held = self._held(self._batch.card(Challenges(), index.to_bytes(4, "big"), everything), number, serial, made)
        held.record = record
        return held

    def in_use(self, number: int, serial: int, person: Person, record: Mapping[str, str], balance_fen: int) -> Held:
        """A card that was activated before the run."""
        held = self.issued(number, serial, person, record)
        activate(held.card, held.chosen_pin.hex(), START_DAY, balance_fen)
        held.activated, held.balance_fen, held.loads = True, balance_fen, int(balance_fen > 0)
        return held

    # ---- conversations

    def talk(self, held: Held, kind: str, t_ms: int, station: int, business: Business = NOTHING) -> None:
        """Hold one conversation; DisagreementError when the card answers otherwise."""
        conversation = self.conversations.get(business.special) or self.conversations[kind]
        player, keys = held.player, self._keys(station)
        watch = Stopwatch(held.card, self.product.timing)
        player.port, player.keys = watch, keys
        player.behind, player.held = business.behind, lambda: self.held(held)
        before = player.exchanges
        try:
            player.play(conversation, self._values(held, kind, t_ms, business.amount_fen, keys.terminal))
        finally:
            self.tally.kind(kind).add(1, player.exchanges - before, watch.elapsed_us)
            held.card.power_off()

    def _values(self, held: Held, kind: str, t_ms: int, amount_fen: int, terminal: bytes) -> dict[str, bytes]:
        """Everything a line may name."""
        after = held.balance_fen + (amount_fen if kind == "load" else -amount_fen)
        amount = amount_fen.to_bytes(4, "big")
        now = datetime.combine(self.start, datetime.min.time()) + timedelta(milliseconds=t_ms)
        return {
            **held.values,
            "pin": held.pin,
            "initial_pin": held.initial_pin,
            "new_pin": held.chosen_pin,
            "time": bytes.fromhex(now.strftime("%Y%m%d%H%M%S")),
            "terminal": terminal,
            "amount": amount,
            "missing": amount,
            "balance": held.balance_fen.to_bytes(4, "big"),
            "balance_after": max(0, after).to_bytes(4, "big"),
            "loads": held.loads.to_bytes(2, "big"),
            "purchases": held.purchases.to_bytes(2, "big"),
            "start_day": START_DAY,
        }
