"""Sizes of cities, for want of a table: the ranks of a lognormal distribution.

assumed: no table of card holders by city is published, so sizes are the quantiles of a lognormal distribution (the law
that fits whole systems of cities, not only the largest: Eeckhout, Gibrat's law for (all) cities, American Economic
Review 94, 2004, p. 1429), one for each rank, scaled to the published total.  The spread is chosen so that the largest
city has some 22 million holders and the smallest half a million.
"""

from __future__ import annotations

import math
from statistics import NormalDist

SPREAD = 0.65
"""assumed: standard deviation of the logarithm of the size."""


def sizes(total: int, cities: int, spread: float = SPREAD) -> list[int]:
    """Holders of each city, largest first; they add up to the total (largest remainders)."""
    normal = NormalDist()
    weights = [math.exp(spread * normal.inv_cdf(1.0 - (rank + 0.5) / cities)) for rank in range(cities)]
    scale = total / sum(weights)
    whole = [math.floor(weight * scale) for weight in weights]
    remainders = sorted(range(cities), key=lambda rank: whole[rank] - weights[rank] * scale)
    for rank in remainders[: total - sum(whole)]:
        whole[rank] += 1
    return whole
