"""What an answer owes to each assumption: every input marked A, one at a time, lower and higher.

All alternatives meet the same people (common random numbers), replication by replication, so small effects show.
Every alternative and replication is a task of its own; the outcome does not depend on who plays them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sim.metrics.intervals import Interval, of_means
from sim.replications.asked import Asked
from sim.replications.vary import CannotVaryError, Variation, vary
from sim.replications.warm_up import Settled
from sim.scenario.values import Provenance

REPLICATIONS = 5
CHANGE = Fraction(1, 5)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one alternative does to the metric."""

    value: str  # of the input
    metric: float  # mean over replications
    difference: Interval  # to the scenario as it is, in pairs
    note: str = ""  # why there is none


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
        middles = [abs((e.difference.low + e.difference.high) / 2) for e in (self.low, self.high) if not e.note]
        return max((m for m in middles if m == m), default=0.0)  # noqa: PLR0124 - NaN

    @property
    def matters(self) -> bool:
        """Whether either change is more than chance."""
        effects = [e.difference for e in (self.low, self.high) if not e.note]
        return any(i.low > 0 or i.high < 0 for i in effects)


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
    values: Mapping[str, Sequence[float]],
    refused: Mapping[str, str],
    settled: Settled | None = None,
) -> Tornado:
    """Put together what was played: the metric of each replication by override ("": the scenario as it is).

    `refused`: why an alternative was not played.
    """
    base = np.array(values[""])

    def effect(text: str, written: str) -> Effect:
        nothing = Interval(float("nan"), float("nan"), float("nan"), 0)
        if not text:
            return Effect(written, float("nan"), nothing, "the same value")
        if text not in values:
            return Effect(written, float("nan"), nothing, refused.get(text, "not played"))
        mine = np.array(values[text])
        return Effect(written, asked.value(mine.tolist()), of_pairs(mine - base))

    swings = [Swing(v.key, v.value, effect(v.low, v.low_value), effect(v.high, v.high_value)) for v in found]
    swings.sort(key=lambda swing: (-swing.largest, swing.key))
    return Tornado(asked, asked.value(base.tolist()), change, len(base), tuple(swings), tuple(skipped), settled)


def of_pairs(differences: np.ndarray) -> Interval:
    """Interval of the mean difference; of one pair, or equal ones, the difference itself."""
    known = differences[~np.isnan(differences)]
    if len(known) >= 2:
        return of_means(known)
    value = float(known[0]) if len(known) else float("nan")
    return Interval(value, value, float("nan"), len(known))
