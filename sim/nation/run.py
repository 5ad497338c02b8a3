"""A nation's run: who moves, then every city, on any crew of workers; what is finished is kept.

The result depends on the nation file alone: each city is a task of its own, and rows are put together in the order of
the table, whoever played them and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.metrics.counting import Ints
from sim.nation.cities import check, load_city
from sim.nation.keys import Keys
from sim.nation.measures import CityRow
from sim.nation.play import CityTask, Departures, play_city, play_movers
from sim.nation.transfers import Arrivals, TransferError
from sim.replications.spread import map_unordered

if TYPE_CHECKING:
    from sim.nation.folder import NationFolder
    from sim.nation.model import City, Nation
    from sim.replications.workers import Crew

RUNNING, COMPLETE, INTERRUPTED = "running", "complete", "interrupted"
MOVERS, CITIES = "movers", "cities"


@dataclass(frozen=True, slots=True)
class Beat:
    """How far a run has come; `share` is of the holders, as large cities take longer."""

    phase: str
    done: int
    of: int
    share: float
    events: int
    name: str


@dataclass(frozen=True, slots=True)
class NationResult:
    """All cities of a nation, in the order of its table."""

    nation: Nation
    rows: tuple[CityRow, ...]

    @property
    def complete(self) -> bool:
        """Whether every city has been played."""
        return len(self.rows) == len(self.nation.cities)

    @property
    def events(self) -> int:
        """Events of all cities."""
        return sum(row.events for row in self.rows)


class NationRun:
    """One run.  `rows` grows as cities are finished, also when the run is broken off."""

    def __init__(
        self, nation: Nation, folder: NationFolder, crew: Crew, beat: Callable[[Beat], None] | None = None
    ) -> None:
        self.nation, self.folder, self.crew = nation, folder, crew
        self.rows: dict[str, CityRow] = {}
        self.reused = 0
        self._beat = beat
        self._keys = Keys(nation)
        self._largest_first = sorted(nation.cities, key=lambda city: (-city.holders, city.code))

    def result(self) -> NationResult:
        """The cities finished so far."""
        return NationResult(self.nation, tuple(self.rows[code] for code in self.nation.codes if code in self.rows))

    def play(self, *, resume: bool) -> NationResult:
        """Play what is not there yet.

        Raises ScenarioError for mistakes in the nation's files, OutputError, WorkersLostError; KeyboardInterrupt
        passes through, what was finished is kept.
        """
        check(self.nation)
        with self.folder.held():
            self.folder.prepare(resume=resume)
            self._describe(RUNNING)
            try:
                departures = self._departures()
                self._cities(departures)
            except BaseException:
                self._describe(INTERRUPTED)
                raise
            result = self.result()
            _check_total(result)
            self.folder.write_tables(result.rows, _transfers(self.nation, departures))
            self._describe(COMPLETE)
        return result

    def _describe(self, status: str) -> None:
        rows = self.result().rows
        values: dict[str, Any] = {
            "status": status,
            "title": self.nation.title,
            "seed": self.nation.seed,
            "cities": len(self.nation.cities),
            "finished": len(rows),
            "holders": self.nation.holders,
            "events": sum(row.events for row in rows),
        }
        self.folder.describe(values)

    def _tell(self, phase: str, done: Sequence[str], events: int, name: str) -> None:
        if self._beat is not None:
            finished = set(done)
            holders = sum(city.holders for city in self.nation.cities if city.code in finished)
            share = holders / self.nation.holders
            self._beat(Beat(phase, len(finished), len(self.nation.cities), share, events, name))

    def _departures(self) -> dict[str, Departures]:
        """Who leaves each city, from the folder or played now."""
        found: dict[str, Departures] = {}
        missing: list[tuple[Nation, City]] = []
        for city in self._largest_first:
            known = self.folder.departures(city.code, self._keys.movers(city))
            if known is None:
                missing.append((self.nation, city))
            else:
                found[city.code] = known
        for departures in map_unordered(self.crew, play_movers, missing):
            key = self._keys.movers(self.nation.city(departures.code))
            self.folder.keep_departures(departures, key)
            found[departures.code] = departures
            self._tell(MOVERS, list(found), 0, self.nation.city(departures.code).name)
        return found

    def _cities(self, departures: dict[str, Departures]) -> None:
        """Every city, from the folder or played now."""
        arrivals = arrivals_by_city(self.nation, departures)
        for row in map_unordered(self.crew, play_city, self._tasks(departures, arrivals)):
            self.folder.keep_row(row)
            self.rows[row.code] = row
            self._tell(CITIES, list(self.rows), self.result().events, row.name)

    def _tasks(self, departures: dict[str, Departures], arrivals: dict[str, Arrivals]) -> Iterator[CityTask]:
        """Cities that are not in the folder, the largest first: they would keep everybody waiting at the end."""
        for city in self._largest_first:
            moves, coming = departures[city.code].moves, arrivals[city.code]
            key = self._keys.city(city, moves, coming)
            known = self.folder.row(city.code, key)
            if known is None:
                yield CityTask(self.nation, city, moves, coming, key)
            else:
                self.reused += 1
                self.rows[city.code] = known


def arrivals_by_city(nation: Nation, departures: dict[str, Departures]) -> dict[str, Arrivals]:
    """Everybody on his way, by the city he goes to, in the order of the table of cities they come from."""
    parts = [departures[code] for code in nation.codes]
    origin = np.concatenate([np.full(len(part.there), at, dtype=np.int64) for at, part in enumerate(parts)])
    there = np.concatenate([part.there for part in parts])
    everybody = Arrivals(
        origin,
        np.concatenate([part.moves.person for part in parts]),
        np.concatenate([part.due_ms for part in parts]),
        np.concatenate([part.moves.fen for part in parts]),
    )
    order = np.argsort(there, kind="stable")
    edges = np.searchsorted(there[order], np.arange(len(nation.cities) + 1))
    return {code: everybody.where(order[edges[at] : edges[at + 1]]) for at, code in enumerate(nation.codes)}


def _transfers(nation: Nation, departures: dict[str, Departures]) -> dict[str, Any]:
    """Everybody who moved, as columns."""
    codes = np.array([int(code) for code in nation.codes], dtype=np.int64)
    parts = [departures[code] for code in nation.codes]

    def column(values: Iterator[Ints]) -> Ints:
        return np.concatenate(list(values))

    there = column(part.there for part in parts)
    return {
        "from_city": column(np.full(len(part.there), codes[at], dtype=np.int64) for at, part in enumerate(parts)),
        "person": column(part.moves.person for part in parts),
        "left_ms": column(part.moves.t_ms for part in parts),
        "fen": column(part.moves.fen for part in parts),
        "to_city": np.where(there >= 0, codes[there], -1),
        "due_ms": column(part.due_ms for part in parts),
    }


def _check_total(result: NationResult) -> None:
    """Everybody who left a city was received in another, or is still on his way; every fen too."""
    left, left_fen = sum(row.left for row in result.rows), sum(row.left_fen for row in result.rows)
    if len(result.nation.cities) == 1:
        return  # there is nowhere to go
    sums = [row.settlement for row in result.rows]
    people = sum(one.received + one.at_desk + one.on_road for one in sums)
    fen = sum(one.received_fen + one.waiting_fen for one in sums)
    if (people, fen) != (left, left_fen):
        raise TransferError(f"{left:,} people left with {left_fen:,} fen, {people:,} with {fen:,} are accounted for")


__all__ = ["Beat", "NationResult", "NationRun", "arrivals_by_city", "load_city"]
