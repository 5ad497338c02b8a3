"""What came of card work: counts, and disagreements by person, step and exchange."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta


@dataclass(slots=True)
class Count:
    """Conversations of one kind, their exchanges, and the time the chips would have taken."""

    conversations: int = 0
    exchanges: int = 0
    chip_us: int = 0

    def add(self, conversations: int, exchanges: int, chip_us: int) -> None:
        """Count some more."""
        self.conversations += conversations
        self.exchanges += exchanges
        self.chip_us += chip_us


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the office's record and the card part: who, when, at which step, which exchange.

    `command`, `expected`, `got` in hexadecimal (`expected` may be words); `why`: the difference in words.
    `conversation` and `line` name the file; line 0: the log itself wants a card that was never made.
    """

    person: int
    citizen_number: str
    name: str
    card_number: str
    at: str
    procedure: str
    step: str
    why: str
    conversation: str = ""
    line: int = 0
    text: str = ""
    command: str = ""
    expected: str = ""
    got: str = ""

    def __str__(self) -> str:
        """In a few lines, for people."""
        who = f"{self.name} ({self.citizen_number}, person {self.person})"
        card = f", card {self.card_number}" if self.card_number else ""
        lines = [f"{who} at {self.at}, {self.procedure}.{self.step}{card}"]
        if not self.line:
            return f"{lines[0]}\n  {self.why}"
        lines.append(f"{self.conversation}:{self.line}: {self.text}")
        lines.append(f"sent     {self.command or '(power-up)'}")
        lines.append(f"expected {self.expected}")
        lines.append(f"got      {self.got or '(nothing)'}   {self.why}")
        return "\n  ".join(lines)


@dataclass(slots=True)
class Tally:
    """What some people's cards did; tallies of disjoint people add up."""

    people: int = 0
    cards: int = 0
    kinds: dict[str, Count] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    """Cards of each product."""
    disagreements: list[Disagreement] = field(default_factory=list)

    def kind(self, name: str) -> Count:
        """The count of one kind of conversation."""
        if name not in self.kinds:
            self.kinds[name] = Count()
        return self.kinds[name]

    def merge(self, other: Tally) -> None:
        """Take in the tally of other people."""
        self.people += other.people
        self.cards += other.cards
        self.disagreements += other.disagreements
        for name, cards in other.products.items():
            self.products[name] = self.products.get(name, 0) + cards
        for name, count in other.kinds.items():
            self.kind(name).add(count.conversations, count.exchanges, count.chip_us)


@dataclass(frozen=True, slots=True)
class CardWork:
    """A whole replay.  `share`: of the people, 0 to 1; `partial`: broken off, the first `people` only."""

    product: str
    share: float
    tally: Tally
    partial: bool = False

    @property
    def total(self) -> Count:
        """All kinds together."""
        total = Count()
        for count in self.tally.kinds.values():
            total.add(count.conversations, count.exchanges, count.chip_us)
        return total

    @property
    def agreed(self) -> bool:
        """Whether every card answered as the record says."""
        return not self.tally.disagreements

    def as_json(self) -> dict[str, object]:
        """For programs; chip time in ms."""
        total = self.total
        return {
            "product": self.product,
            "share": self.share,
            "people": self.tally.people,
            "cards": self.tally.cards,
            "products": dict(sorted(self.tally.products.items())),
            "conversations": total.conversations,
            "exchanges": total.exchanges,
            "chip_ms": total.chip_us // 1000,
            "partial": self.partial,
            "kinds": {
                name: {
                    "conversations": count.conversations,
                    "exchanges": count.exchanges,
                    "chip_ms": count.chip_us // 1000,
                }
                for name, count in sorted(self.tally.kinds.items())
            },
            "disagreements": [asdict(one) for one in self.tally.disagreements],
        }


def moment(start: date, t_ms: int) -> str:
    """A time of the run as people write it."""
    return (datetime.combine(start, datetime.min.time()) + timedelta(milliseconds=t_ms)).strftime("%Y-%m-%d %H:%M:%S")
