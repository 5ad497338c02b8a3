"""The audit record of personalisation: what was done to a card, with which answer.  Never a key, never data.

Commands are kept by their header alone: keys travel in their data, and so does the person.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from cardemu.status import OK, describe

Clock = Callable[[], str]
"""Gives the time as the caller wants it noted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange with the card.  `item` is what it was for, `header` CLA INS P1 P2."""

    item: str
    header: str
    status: str
    when: str = ""


@dataclass(slots=True)
class Audit:
    """What happened to one card, kept by the caller so that it survives a torn conversation."""

    card: str
    clock: Clock | None = None
    entries: list[Entry] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    item: str = ""

    def begin(self, item: str) -> None:
        """From now on exchanges are for this item."""
        self.item = item

    def listen(self, command: bytes, status: int) -> None:
        """Note an exchange (a `Listener` of the channel)."""
        when = self.clock() if self.clock else ""
        self.entries.append(Entry(self.item, command[:4].hex().upper(), f"{status:04X}", when))

    def succeed(self) -> None:
        """The item is on the card."""
        self.failed.pop(self.item, None)
        if self.item not in self.done:
            self.done.append(self.item)

    def fail(self, status: int) -> None:
        """The item is not on the card; it may be written again."""
        self.failed[self.item] = f"{status:04X} {describe(status)}"

    @property
    def complete(self) -> bool:
        """Whether something was done and nothing failed."""
        return bool(self.done) and not self.failed

    def to_json(self) -> str:
        """For the file."""
        document = {
            "card": self.card,
            "done": self.done,
            "failed": self.failed,
            "exchanges": [asdict(entry) for entry in self.entries],
        }
        return json.dumps(document, ensure_ascii=False, indent=1)

    @property
    def refused(self) -> list[Entry]:
        """Exchanges the card did not answer with 9000."""
        return [entry for entry in self.entries if entry.status != f"{OK:04X}"]
