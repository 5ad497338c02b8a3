"""Collects the rows of a Program, each stored once, and turns scenario values into them."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace
from itertools import accumulate
from typing import Generic, TypeVar

from sim.program import NONE, DistKind, DistRow, HoursRow, MoveRow, Timetable, WaitKind, WaitRow
from sim.scenario.values import Dist, Wait

Row = TypeVar("Row", bound=Hashable)

WAITS = {"plain": WaitKind.PLAIN, "workdays": WaitKind.WORKDAYS, "next": WaitKind.NEXT}


class Pool(Generic[Row]):
    """Rows by index, equal ones shared."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._index: dict[Row, int] = {}

    def add(self, row: Row) -> int:
        """Index of the row."""
        index = self._index.get(row)
        if index is None:
            index = self._index[row] = len(self.rows)
            self.rows.append(row)
        return index


class Rows:
    """Pools of the rows that others refer to."""

    def __init__(self) -> None:
        self.dists: Pool[DistRow] = Pool()
        self.waits: Pool[WaitRow] = Pool()
        self.hours: Pool[HoursRow] = Pool()
        self.timetables: Pool[Timetable] = Pool()
        self.moves: Pool[MoveRow] = Pool()

    def dist(self, dist: Dist | None) -> int:
        """Index of a distribution; NONE for nothing and for infinite patience."""
        if dist is None or dist.kind == "never":
            return NONE
        return self.dists.add(dist_row(dist))

    def wait(self, wait: Wait, *, visit: bool = False, dates: bool = False) -> int:
        """Index of a pause.  `dates`: a term counted in dates, over at the midnight after its last day."""
        if dates:
            return self.waits.add(WaitRow(WaitKind.DATES, self.dists.add(dist_row(wait.dist)), visit=visit))
        if wait.kind == "next":
            return self.waits.add(WaitRow(WaitKind.NEXT, NONE, tuple(sorted(wait.clocks)), visit))
        if wait.kind == "plain" and wait.dist.constant and wait.dist.a == 0.0:
            return self.waits.add(WaitRow(WaitKind.NOW, visit=visit)) if visit else NONE
        return self.waits.add(WaitRow(WAITS[wait.kind], self.dists.add(dist_row(wait.dist)), wait.clocks, visit))


def dist_row(dist: Dist) -> DistRow:
    """Parameters as the samplers want them (sim.engines.samplers): a lognormal's mu and sigma, a Weibull's scale."""
    row = _unshifted(dist)
    if not dist.shift or row.kind == DistKind.NEVER:
        return row
    if row.kind == DistKind.TRIANGULAR:
        return replace(row, a=row.a + dist.shift, b=row.b + dist.shift, c=row.c + dist.shift)
    return replace(row, c=dist.shift)


def _unshifted(dist: Dist) -> DistRow:
    kind = DistKind[dist.kind.upper()]
    if kind == DistKind.LOGNORMAL:
        variance = math.log1p(dist.b * dist.b)
        return DistRow(kind, math.log(dist.a) - 0.5 * variance, math.sqrt(variance))
    if kind == DistKind.GAMMA:
        shape = 1.0 / (dist.b * dist.b)
        return DistRow(kind, shape, dist.a / shape)
    if kind == DistKind.WEIBULL:
        return DistRow(kind, dist.a / math.gamma(1.0 + 1.0 / dist.b), dist.b)
    return DistRow(kind, dist.a, dist.b, dist.c, dist.values, cumulative(dist.weights))


def cumulative(shares: tuple[float, ...]) -> tuple[float, ...]:
    """Running sums of shares, scaled so that the last is exactly 1."""
    if not shares:
        return ()
    total = sum(shares)
    return (*(part / total for part in list(accumulate(shares))[:-1]), 1.0)


def mean(row: DistRow) -> float:
    """Mean of a distribution, in its own unit."""
    return _mean(row) if row.kind == DistKind.TRIANGULAR else _mean(row) + row.c


def _mean(row: DistRow) -> float:
    match row.kind:
        case DistKind.UNIFORM:
            return (row.a + row.b) / 2
        case DistKind.TRIANGULAR:
            return (row.a + row.b + row.c) / 3
        case DistKind.LOGNORMAL:
            return math.exp(row.a + row.b * row.b / 2)
        case DistKind.GAMMA:
            return row.a * row.b
        case DistKind.WEIBULL:
            return row.a * math.gamma(1.0 + 1.0 / row.b)
        case DistKind.HYPEREXPONENTIAL | DistKind.EMPIRICAL:
            shares = [upto - before for before, upto in zip((0.0, *row.weights), row.weights, strict=False)]
            return sum(value * share for value, share in zip(row.values, shares, strict=True))
        case DistKind.NEVER:
            return math.inf
        case _:
            return row.a
