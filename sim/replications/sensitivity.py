"""What an answer owes to each assumption: every input marked A, one at a time, lower and higher.

All alternatives meet the same people (common random numbers), replication by replication, so small effects show.
Every alternative and replication is a task of its own; the outcome does not depend on who plays them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sim.metrics.intervals import NO_NUMBER, REPLICATIONS, Interval, none_because
from sim.metrics.replicated import Part, paired_difference
from sim.replications.asked import Asked
from sim.replications.vary import CannotVaryError, Variation, vary
from sim.replications.warm_up import Settled
from sim.scenario.values import Provenance

FEW = 5
"""Replications, if nobody says how many."""
CHANGE = Fraction(1, 5)
NO_INTERVAL = none_because(REPLICATIONS.few)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one alternative does to the metric."""

    value: str  # of the input
    metric: float = NO_NUMBER  # over all replications
    change: float = 0.0  # from the scenario as it is
    interval: Interval = NO_INTERVAL  # of the change, in pairs
    note: str = ""  # why there is none
    still: int = 0  # people who are not in the metric: their wait or visit was not over at the end


@dataclass(frozen=True, slots=True)
class Swing:
    """An assumption with the metric at its lower and its higher value."""

    key: str
    value: str
    low: Effect
    high: Effect

    @property
    def largest(self) -> float:
        """The larger of the two changes of the metric."""
        changes = (abs(effect.change) for effect in (self.low, self.high))
        return max(change if change == change else 0.0 for change in changes)  # noqa: PLR0124 - NaN

    @property
    def matters(self) -> bool:
        """Whether either change is more than chance; one replication tells nothing about that."""
        known = [effect.interval for effect in (self.low, self.high) if not effect.interval.note]
        return any(i.low > 0 or i.high < 0 for i in known)


@dataclass(frozen=True, slots=True)
class Tornado:
    """The assumptions, the most influential first."""

    asked: Asked
    base: float
    change: Fraction
    replications: int
    swings: tuple[Swing, ...]
    skipped: tuple[tuple[str, str], ...]  # key, why
    settled: Settled | None = None  # the warm-up, if it was found
    still: int = 0  # as in the effects, of the scenario as it is

    @property
    def most_still(self) -> tuple[int, str]:
        """The most people still there at the end of all alternatives, and which that is; empty: the scenario itself."""
        effects = [(e.still, f"{s.key} = {e.value}") for s in self.swings for e in (s.low, s.high)]
        return max([(self.still, ""), *effects], key=lambda one: one[0])

    @property
    def tells_chance(self) -> bool:
        """Whether there are enough replications to tell a change from chance."""
        return self.replications >= REPLICATIONS.least


def variations(rows: Sequence[Provenance], change: Fraction) -> tuple[list[Variation], list[tuple[str, str]]]:
    """The assumptions that can be varied, and those that cannot, with the reason."""
    found: list[Variation] = []
    skipped: list[tuple[str, str]] = []
    for row in rows:
        if row.mark != "A":
            continue
        try:
            found.append(vary(row, change))
        except CannotVaryError as error:
            skipped.append((row.key, str(error)))
    return found, skipped


def alternatives(found: Sequence[Variation]) -> Iterator[str]:
    """Every override to be played, besides the scenario as it is."""
    for variation in found:
        yield from (text for text in (variation.low, variation.high) if text)


def tornado(
    asked: Asked,
    change: Fraction,
    found: Sequence[Variation],
    skipped: Sequence[tuple[str, str]],
    values: Mapping[str, Sequence[Part]],
    refused: Mapping[str, str],
    settled: Settled | None = None,
) -> Tornado:
    """Put together what was played: what each replication adds to the metric, by override ("": as it is).

    `refused`: why an alternative was not played.
    """
    base = asked.together(values[""])

    def effect(text: str, written: str) -> Effect:
        if not text:
            return Effect(written, note="the same value")
        if text not in values:
            return Effect(written, note=refused.get(text, "not played"))
        mine = asked.together(values[text])
        change = mine.value - base.value
        return Effect(written, mine.value, change, paired_difference(base, mine), still=mine.still)

    swings = [Swing(v.key, v.value, effect(v.low, v.low_value), effect(v.high, v.high_value)) for v in found]
    swings.sort(key=lambda swing: (-swing.largest, swing.key))
    count = len(values[""])
    return Tornado(asked, base.value, change, count, tuple(swings), tuple(skipped), settled, base.still)
