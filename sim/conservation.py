"""Conservation of cards, reckoned from the log and the steps' effects alone: for debugging.

Nobody is handed a card while he has a usable one (P2), and nobody is handed more cards than were ordered for him.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from sim.log import Event
from sim.metrics.identities import MOST_EXAMPLES
from sim.office.fields import Card, Field
from sim.procedures.model import Act

if TYPE_CHECKING:
    from sim.procedures.model import Effect
    from sim.program import Program

_USABLE = (Card.ISSUED, Card.ACTIVE)


class CardIdentities:
    """Follows each person's cards through the log."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._firsts = [cohort.first for cohort in program.cohorts]
        self._card_after: dict[int, int] = {}  # by step: what it makes of the card
        self._ordering: set[int] = set()  # steps that order one
        for number, row in enumerate(program.steps):
            for effect in program.office_steps[row.office][1].effects if row.office >= 0 else ():
                self._note(number, effect)
        self._told = np.array(sorted({*self._card_after, *self._ordering}), dtype=np.int64)
        self._usable: dict[int, bool] = {}
        self._on_the_way: dict[int, int] = {}
        self._found: Counter[str] = Counter()
        self._examples: defaultdict[str, list[str]] = defaultdict(list)

    def _note(self, step: int, effect: Effect) -> None:
        if effect.act is Act.COUNT and effect.field == Field.CARD_SERIAL.name:
            self._ordering.add(step)
        elif effect.act is Act.SET and effect.field == Field.CARD.name:
            self._card_after[step] = effect.value
        elif effect.act is Act.COPY and effect.field == Field.CARD.name:
            self._card_after[step] = Card.ACTIVE  # a report lapsed: the card counts as usable again

    def add(self, chunk: np.ndarray) -> None:
        """Follow the next rows."""
        rows = chunk[(chunk[:, 5] == Event.DONE) & np.isin(chunk[:, 3], self._told)]
        for t_ms, _, person, step, *_ in rows.tolist():
            self._begin(person)
            if step in self._ordering:
                self._on_the_way[person] += 1
            if step in self._card_after:
                self._change(t_ms, person, step)

    def _begin(self, person: int) -> None:
        """What he had before the run."""
        if person not in self._usable:
            record = self._program.cohorts[bisect_right(self._firsts, person) - 1].record
            usable = record[Field.CARD] in _USABLE
            self._usable[person] = usable
            self._on_the_way[person] = int(not usable and record[Field.CARD_SERIAL] > 0)

    def _change(self, t_ms: int, person: int, step: int) -> None:
        after = self._card_after[step]
        if after == Card.ISSUED:
            where = f"person {person} at {self._program.steps[step].name}, {t_ms} ms"
            if self._usable[person]:
                self._wrong("handed a card while having a usable one", where)
            self._on_the_way[person] -= 1
            if self._on_the_way[person] < 0:
                self._wrong("handed more cards than were ordered", where)
        self._usable[person] = after in _USABLE

    def _wrong(self, kind: str, example: str) -> None:
        self._found[kind] += 1
        if len(self._examples[kind]) < MOST_EXAMPLES:
            self._examples[kind].append(example)

    def violations(self) -> list[str]:
        """Every violation, by kind."""
        return [f"{kind}: {count} times, as {'; '.join(self._examples[kind])}" for kind, count in self._found.items()]
