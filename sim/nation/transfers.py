"""People who move from one city to another, one by one: nobody and no fen is lost or doubled.

Those who may leave are a cohort of their own that nothing else touches before, and the desk they go to has as many
counters as it needs.  So when they leave, and with how much, does not depend on anything else in the city, and is
found beforehand by playing them alone (`Departures`).  Then every city is played in full with those who come into it
as a table of arrivals (`with_arrivals`).  Its log must tell the same departures again, and every arrival with its
money (`settle`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.compile.rows import dist_row
from sim.engines.draws import For
from sim.engines.philox import uniforms
from sim.engines.samplers import sample_each
from sim.engines.transfer_kernels import picked
from sim.log import Event
from sim.metrics.counting import Ints, total_by
from sim.nation.cities import INTO, OUT, seed_of
from sim.office.fields import Ledger
from sim.program import FOREVER, ArrivalTable, DistKind, DistRow, HoursRow, Program

if TYPE_CHECKING:
    from sim.metrics.names import Names
    from sim.nation.model import City, Nation

DAY_MS = 86_400_000
_WHERE_TO, _UNDER_WAY, _WHEN = 1, 2, 3
"""What the numbers of a person who moves are for."""
_AMOUNT_DRAW = 1000
_LEDGERS = 16


class TransferError(Exception):
    """People or money went astray between two cities: our mistake, never the user's."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Transfers out of one city, as its log tells them, in order: who, when, with how much (balance and interest)."""

    person: Ints
    t_ms: Ints
    fen: Ints

    def same_as(self, other: Moves) -> bool:
        """Whether both are equal, row by row."""
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People on their way into one city: where from, who they were there, when they can be received, with how much."""

    origin: Ints  # number of the city in the nation's table
    person: Ints
    due_ms: Ints
    fen: Ints

    def where(self, rows: Ints) -> Arrivals:
        """Some of the rows."""
        return Arrivals(self.origin[rows], self.person[rows], self.due_ms[rows], self.fen[rows])


def destinations(nation: Nation, city: City, moves: Moves) -> tuple[Ints, Ints]:
    """Where each goes (number of a city) and when he can be received there: larger cities draw more people."""
    here = nation.cities.index(city)
    key = int(city.code)
    holders = np.array([one.holders for one in nation.cities], dtype=np.int64)
    holders[here] = 0
    upto = np.cumsum(holders)
    if len(nation.cities) == 1:
        return np.full(len(moves.person), -1, dtype=np.int64), np.full(len(moves.person), FOREVER, dtype=np.int64)
    chance = uniforms(nation.seed, 0, moves.person, key, _WHERE_TO, 0)
    there = np.searchsorted(upto, chance * float(upto[-1]), side="left").astype(np.int64)
    row = dist_row(nation.transfers.under_way)
    numbers = (np.array(row.values, dtype=np.float64), np.array(row.weights, dtype=np.float64))
    drawn = int(row.kind), row.a, row.b, row.c
    pause = sample_each(*drawn, *numbers, nation.seed, 0, moves.person, key, _UNDER_WAY, 0)
    return there, moves.t_ms + pause


def received(nation: Nation, arrivals: Arrivals, hours: HoursRow, days: int) -> Ints:
    """Moment each comes to the desk: on the first open day after he is due, at a time the opening hours give.

    FOREVER for those who do not come within the run's days any more.
    """
    moments = np.full(len(arrivals.person), FOREVER, dtype=np.int64)
    chance = np.empty(len(moments), dtype=np.float64)
    for origin in np.unique(arrivals.origin).tolist():
        mine = arrivals.origin == origin
        key = int(nation.cities[origin].code)
        chance[mine] = uniforms(nation.seed, 0, arrivals.person[mine], key, _WHEN, 0)
    after = arrivals.due_ms // DAY_MS + 1
    if not hours.times_ms:
        soon = after < days
        moments[soon] = after[soon] * DAY_MS + (chance[soon] * DAY_MS).astype(np.int64)
        return moments
    times, weight = np.array(hours.times_ms, dtype=np.float64), np.array(hours.weight, dtype=np.float64)
    edges = np.interp(np.arange(days + 1, dtype=np.float64) * DAY_MS, times, weight)
    open_days = np.flatnonzero(np.diff(edges) > 0.0)
    position = np.searchsorted(open_days, after)
    soon = position < len(open_days)
    day = open_days[position[soon]]
    wanted = edges[day] + chance[soon] * (edges[day + 1] - edges[day])
    moments[soon] = np.floor(np.interp(wanted, weight, times)).astype(np.int64)
    return moments


def with_arrivals(program: Program, source: int, seed: int, t_ms: Ints, fen: Ints) -> Program:
    """The program with a demand replaced by arrivals one by one, each with his own amount.

    A source's amounts come from one distribution, by a number that is looked up for each case.  Those numbers are known
    beforehand, so a table of values in their order gives every case the amount that is its own, in either engine.
    """
    row = program.sources[source]
    cohort = program.cohorts[row.cohort]
    numbers = np.arange(len(t_ms), dtype=np.int64)
    chance = uniforms(seed, 0, numbers, row.key, int(For.CASE), _AMOUNT_DRAW)
    order = np.argsort(chance, kind="stable")
    amounts = DistRow(DistKind.CONSTANT)
    if len(t_ms):
        amounts = DistRow(
            DistKind.EMPIRICAL, values=tuple(fen[order].astype(np.float64).tolist()),
            weights=tuple(chance[order].tolist()),
        )  # fmt: skip
    given = replace(
        row, table=ArrivalTable(t_ms), segments=(), sine=None, counted=None, day_cv=0.0, batch=1,
        at_most=FOREVER, start_ms=0, stop_ms=FOREVER, amount=len(program.dists),
    )  # fmt: skip
    sources, cohorts = list(program.sources), list(program.cohorts)
    sources[source] = given
    cohorts[row.cohort] = replace(cohort, size=max(1, len(t_ms)))
    return replace(
        program, sources=tuple(sources), cohorts=tuple(cohorts), dists=(*program.dists, amounts)
    )  # fmt: skip


class TransferBook:
    """Listens to the log of a city for people who come and go with their accounts."""

    def __init__(self, names: Names, into: str) -> None:
        steps = [f"{step.procedure}.{step.step}" for step in names.steps]
        self._out = steps.index(OUT)
        self._into = steps.index(INTO) if INTO in steps else -1
        self._source = names.sources.index(into) if into in names.sources else -1
        self._rows: list[Ints] = []

    def add(self, chunk: Ints) -> None:
        """Follow the next rows."""
        self._rows.append(chunk[picked(np.ascontiguousarray(chunk), self._source, self._out, self._into)])

    def _all(self) -> Ints:
        rows = np.concatenate(self._rows) if self._rows else np.empty((0, 8), dtype=np.int64)
        self._rows = [rows]
        return rows

    def out(self) -> Moves:
        """Who left."""
        rows = self._all()
        done = rows[(rows[:, 5] == Event.DONE) & (rows[:, 3] == self._out)]
        money = rows[(rows[:, 5] == Event.MONEY) & (rows[:, 6] % _LEDGERS == Ledger.ELSEWHERE)]
        return Moves(done[:, 2].copy(), done[:, 0].copy(), _by_case(money, done[:, 1]))

    def into(self) -> tuple[Ints, Ints]:
        """Of each arrival in order: the moment his account was opened (-1: not yet), and with how much."""
        rows = self._all()
        case = rows[rows[:, 5] == Event.ARRIVE][:, 1]
        done = rows[(rows[:, 5] == Event.DONE) & (rows[:, 3] == self._into)]
        money = rows[(rows[:, 5] == Event.MONEY) & (rows[:, 6] // _LEDGERS == Ledger.ELSEWHERE)]
        t_ms = np.full(len(case), -1, dtype=np.int64)
        order = np.argsort(case)
        if not np.isin(done[:, 1], case).all():
            raise TransferError("somebody was received who did not arrive")
        t_ms[order[np.searchsorted(case[order], done[:, 1])]] = done[:, 0]
        return t_ms, _by_case(money, case)


def _by_case(money: Ints, cases: Ints) -> Ints:
    """Sum of the money rows of each case."""
    order = np.argsort(cases)
    at = np.searchsorted(cases[order], money[:, 1])
    if (len(money) and (at >= len(cases)).any()) or not np.array_equal(cases[order][at], money[:, 1]):
        raise TransferError("money moved between cities without a transfer")
    return total_by(order[at], money[:, 7], len(cases))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of those on their way into one city.  People and fen: sent = received + at the desk + on the road."""

    sent: int
    sent_fen: int
    received: int
    received_fen: int
    at_desk: int
    on_road: int
    waiting_fen: int  # of those at the desk or on the road when the run ends


def settle(arrivals: Arrivals, moments: Ints, book: TransferBook, where: str) -> Settlement:
    """Check that everybody who could come within the run came once, with his own money to the fen."""
    order = in_order(arrivals, moments)
    t_ms, fen = book.into()
    if len(t_ms) != len(order):
        raise TransferError(f"{where}: {len(order)} people were on their way, {len(t_ms)} came")
    done = t_ms >= 0
    if not np.array_equal(fen[done], arrivals.fen[order][done]):
        raise TransferError(f"{where}: somebody was received with another sum than he left with")
    if (t_ms[done] < moments[order][done]).any() or fen[~done].any():
        raise TransferError(f"{where}: somebody was received before he came")
    received_fen = int(fen[done].sum())
    return Settlement(
        sent=len(arrivals.fen),
        sent_fen=int(arrivals.fen.sum()),
        received=int(done.sum()),
        received_fen=received_fen,
        at_desk=int((~done).sum()),
        on_road=len(arrivals.fen) - len(order),
        waiting_fen=int(arrivals.fen.sum()) - received_fen,
    )


def in_order(arrivals: Arrivals, moments: Ints) -> Ints:
    """Rows of those who come within the run, in the order in which they come."""
    order = np.lexsort((arrivals.person, arrivals.origin, moments))
    return order[moments[order] < FOREVER]


__all__ = [
    "Arrivals", "Moves", "Settlement", "TransferBook", "TransferError", "destinations", "in_order", "received",
    "seed_of", "settle", "with_arrivals",
]  # fmt: skip
