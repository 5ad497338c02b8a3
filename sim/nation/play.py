"""What a worker does: the departures of a city, and then its whole year.

Both are functions of the nation, the city and the people on their way, and of nothing else: neither the number of
workers nor the order of cities can change a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from sim.metrics.lean import LeanFold
from sim.nation.cities import compile_city, load_city, movers_only, seed_of
from sim.nation.measures import CityRow, row_of
from sim.nation.transfers import (
    Arrivals,
    Moves,
    TransferBook,
    TransferError,
    destinations,
    in_order,
    received,
    settle,
    with_arrivals,
)
from sim.procedures.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.metrics.counting import Ints
    from sim.nation.model import City, Nation
    from sim.program import HoursRow, Program

    Listener = Callable[[Ints], None]


@dataclass(frozen=True, slots=True)
class Departures:
    """Everybody who leaves a city within the run: who, when, with how much, where to, when he can be received there."""

    code: str
    moves: Moves
    there: Ints
    due_ms: Ints


@dataclass(frozen=True, slots=True)
class CityTask:
    """A city to be played in full."""

    nation: Nation
    city: City
    moves: Moves  # who must leave
    arrivals: Arrivals  # who is on his way to it
    key: str  # names the result


def play_movers(task: tuple[Nation, City]) -> Departures:
    """Play only those who leave a city."""
    nation, city = task
    compiled = movers_only(nation, load_city(nation, city))
    book = TransferBook(compiled.names, nation.transfers.into)
    _play(compiled.program, seed_of(nation, city), book.add)
    moves = book.out()
    there, due_ms = destinations(nation, city, moves)
    return Departures(city.code, moves, there, due_ms)


def play_city(task: CityTask, *listeners: Listener) -> CityRow:
    """Play a city's whole run and count it; raises TransferError if a person or a fen is not where it must be."""
    began = perf_counter()
    nation, city = task.nation, task.city
    compiled = compile_city(load_city(nation, city))
    names, seed = compiled.names, seed_of(nation, city)
    hours = _desk_hours(compiled.program)
    days = compiled.program.duration_ms // 86_400_000
    moments = received(nation, task.arrivals, hours, days)
    order = in_order(task.arrivals, moments)
    source = names.sources.index(nation.transfers.into)
    program = with_arrivals(compiled.program, source, seed, moments[order], task.arrivals.fen[order])
    fold, book = LeanFold(names), TransferBook(names, nation.transfers.into)
    events = _play(program, seed, fold.add, book.add, *listeners)
    if not book.out().same_as(task.moves):
        raise TransferError(f"{city.name}: people left otherwise than when they were played alone")
    settlement = settle(task.arrivals, moments, book, city.name)
    return row_of(city, task.key, names, fold.result(), events, settlement, task.moves, perf_counter() - began)


def _desk_hours(program: Program) -> HoursRow:
    """When people with transfers are received."""
    desks = [row.hours for row in program.stations if row.place == Place.AGENCY.value]
    return program.hours[desks[0]]


def _play(program: Program, seed: int, *listeners: Listener) -> int:
    """Play a program to its end on the compiled engine; gives the number of events."""
    from sim.engines.compiled import CompiledEngine  # noqa: PLC0415 - compiles when imported

    def hear(chunk: Ints) -> None:
        for listener in listeners:
            listener(chunk)

    engine = CompiledEngine(program, seed, 0, hear)
    engine.run()
    return engine.clock.events
