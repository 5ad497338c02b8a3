"""People who move between cities: everybody and every fen arrives once, and nobody else notices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.compile.compiler import Compiled, compile_scenario
from sim.engines.reference import ReferenceEngine
from sim.metrics.counting import Ints
from sim.nation.cities import load_city, seed_of
from sim.nation.model import Nation
from sim.nation.play import play_movers
from sim.nation.run import arrivals_by_city
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
from sim.procedures.catalogue import catalogue
from sim.program import FOREVER, HoursRow
from tests.nation.nations import small_nation

DAY, HOUR = 86_400_000, 3_600_000


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """Four small cities."""
    return small_nation(tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def desk(nation: Nation) -> Compiled:
    """A city with nothing but the desk to which people come with their accounts."""
    loaded = load_city(nation, nation.cities[0])
    scenario = loaded.scenario
    small = scenario.model_copy(
        update={
            **{
                kind: {} for kind in ("outlets", "banks", "hospitals", "pharmacies", "bureaus", "factories", "hotlines")
            },
            "demand": {name: scenario.demand[name] for name in ("transfers_out", "transfers_in")},
        }
    )
    return compile_scenario(replace(loaded, scenario=small), catalogue())


def played(compiled: Compiled, t_ms: list[int], fen: list[int], seed: int) -> TransferBook:
    """The log of a city to which these people come, as the readable engine plays it."""
    source = compiled.names.sources.index("transfers_in")
    times, amounts = np.array(t_ms, dtype=np.int64), np.array(fen, dtype=np.int64)
    book = TransferBook(compiled.names, "transfers_in")
    ReferenceEngine(with_arrivals(compiled.program, source, seed, times, amounts), seed, 0, book.add).run()
    return book


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    fen=st.lists(st.integers(0, 2**50), max_size=30),
    seed=st.integers(0, 2**63 - 1),
    gap_ms=st.sampled_from([0, 1, 7_000]),
)
def test_everybody_is_received_with_his_own_money(desk: Compiled, fen: list[int], seed: int, gap_ms: int) -> None:
    """Whatever the sums, also equal and empty ones, and whoever comes in the same millisecond."""
    first = 6 * DAY + 10 * HOUR  # Tuesday, 24 December 2024
    times = [first + gap_ms * number for number in range(len(fen))]
    t_ms, got = played(desk, times, fen, seed).into()
    assert got.tolist() == fen
    assert (t_ms > np.array(times, dtype=np.int64)).all()


def test_a_wrong_sum_is_noticed(desk: Compiled) -> None:
    """The check looks at every fen and every person."""
    hour = 6 * DAY + 10 * HOUR
    moments = np.array([hour, hour + 5], dtype=np.int64)
    book = played(desk, moments.tolist(), [700, 800], 5)
    two = np.arange(2, dtype=np.int64)
    right = Arrivals(two, two, moments - DAY, np.array([700, 800], dtype=np.int64))
    found = settle(right, moments, book, "here")
    assert (found.sent, found.received, found.received_fen, found.waiting_fen) == (2, 2, 1500, 0)
    with pytest.raises(TransferError, match="another sum"):
        settle(replace(right, fen=np.array([701, 799], dtype=np.int64)), moments, book, "here")
    one = right.where(np.array([0]))
    with pytest.raises(TransferError, match="1 people were on their way, 2 came"):
        settle(one, moments[:1], book, "here")


def test_nobody_is_received_before_he_came(desk: Compiled) -> None:
    """He was there, with his money, a millisecond before he could be; at that very moment is in time."""
    hour = 6 * DAY + 10 * HOUR
    book = played(desk, [hour], [700], 5)
    received_at = book.into()[0]
    one = Arrivals(*(np.array([number], dtype=np.int64) for number in (0, 0, hour - DAY, 700)))
    assert settle(one, received_at, book, "here").received == 1
    with pytest.raises(TransferError, match="here: somebody was received before he came"):
        settle(one, received_at + 1, book, "here")


def test_who_is_still_on_his_way_is_counted(desk: Compiled) -> None:
    """Nobody comes any more on the road; at the desk somebody has come whose business is not over when the run ends."""
    end = desk.program.duration_ms
    last_open = next(
        t
        for t in range(end - HOUR, 0, -HOUR)
        if (t // DAY + 2) % 7 < 5 and 9 <= t % DAY // HOUR < 12 and t < end - 20 * HOUR
    )
    moments = np.array([last_open, FOREVER], dtype=np.int64)
    cut = replace(desk, program=replace(desk.program, duration_ms=last_open + 10, last_ms=last_open + 10))
    book = played(cut, [last_open], [900], 1)
    three = Arrivals(*(np.array(column, dtype=np.int64) for column in ([1, 2], [5, 6], [0, 0], [900, 50])))
    found = settle(three, moments, book, "here")
    assert (found.received, found.at_desk, found.on_road, found.waiting_fen) == (0, 1, 1, 950)


def test_people_come_on_the_first_open_day_after_they_are_due(nation: Nation) -> None:
    """Monday to Friday, nine to five: due on a Friday means Monday; due on the last day means not within the run."""
    times, weight, total = [0], [0.0], 0.0
    for day in range(14):  # day 0 is a Monday
        for hour in (9, 17, 24):
            total += float(hour == 17 and day % 7 < 5)
            times.append(day * DAY + hour * HOUR)
            weight.append(total)
    due = np.array([4 * DAY + 12 * HOUR, 5 * DAY, 0, 11 * DAY, 13 * DAY], dtype=np.int64)
    who = Arrivals(np.array([0, 1, 2, 3, 0]), np.arange(5, dtype=np.int64), due, np.zeros(5, dtype=np.int64))
    moments = received(nation, who, HoursRow(tuple(times), tuple(weight)), 14)
    assert (moments[:3] // DAY).tolist() == [7, 7, 1]
    assert ((moments[:3] % DAY >= 9 * HOUR) & (moments[:3] % DAY < 17 * HOUR)).all()
    assert moments[3:].tolist() == [FOREVER, FOREVER]
    assert len(set(moments[:3] % DAY)) == 3
    always = received(nation, who, HoursRow(), 14)
    assert (always[:4] // DAY).tolist() == [5, 6, 1, 12]
    assert always[4] == FOREVER


def test_nobody_moves_to_where_he_is_and_large_cities_draw_more(nation: Nation) -> None:
    """From the smallest city (9,000) to those of 24,000, 15,000 and 15,000."""
    count = 20_000
    people = Moves(*(np.arange(count, dtype=np.int64) for _ in range(3)))
    there, due_ms = destinations(nation, nation.cities[3], people)
    share = np.bincount(there, minlength=4) / count
    assert share == pytest.approx([24 / 54, 15 / 54, 15 / 54, 0.0], abs=0.02)
    pause = (due_ms - people.t_ms) / DAY
    assert float(pause.mean()) == pytest.approx(6.0, rel=0.03)
    again = destinations(nation, nation.cities[3], people)
    assert np.array_equal(again[0], there)
    assert np.array_equal(again[1], due_ms)


@pytest.mark.slow
def test_everybody_who_leaves_is_on_his_way_to_one_city(nation: Nation) -> None:
    """Sorting people by destination loses nobody."""
    departures = {city.code: play_movers((nation, city)) for city in nation.cities}
    coming = arrivals_by_city(nation, departures)

    def rows(parts: list[tuple[Ints, Ints, Ints]]) -> list[tuple[int, ...]]:
        return sorted(row for part in parts for row in zip(*(column.tolist() for column in part), strict=True))

    left = rows(
        [
            (np.full(len(one.there), at), one.moves.person, one.moves.fen)
            for at, one in enumerate(departures[code] for code in nation.codes)
        ]
    )
    assert left == rows([(one.origin, one.person, one.fen) for one in coming.values()])
    assert len(left) > 500
    assert [code for code in nation.codes if nation.codes.index(code) in coming[code].origin.tolist()] == []


def test_arrivals_in_the_same_millisecond_have_a_defined_order() -> None:
    """By city of origin, then person; those who do not come are left out."""
    who = Arrivals(*(np.array(column, dtype=np.int64) for column in ([2, 1, 1, 0], [5, 8, 7, 1], [0] * 4, [0] * 4)))
    assert in_order(who, np.array([50, 50, 50, FOREVER])).tolist() == [2, 1, 0]


def test_the_seed_of_a_city_depends_on_nothing_but_its_code(tmp_path: Path, nation: Nation) -> None:
    """Neither its place in the table nor the other cities change its chance."""
    other = small_nation(tmp_path, ("99004,Fourth,第四,9000,sparse", "99777,X,某,5000,dense"))
    assert seed_of(other, other.cities[0]) == seed_of(nation, nation.cities[3])
    assert seed_of(other, other.cities[1]) != seed_of(other, other.cities[0])
