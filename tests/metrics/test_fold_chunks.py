"""Whatever the size of the chunks, the result is the same to the last digit; and it agrees with counting row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engines.counting_columns import Column
from sim.metrics.counting import Distribution, Ints
from sim.metrics.cube import Selection
from sim.metrics.fold import Fold, Result, fold, pool
from sim.metrics.identities import check_identities
from sim.metrics.measures import Question, measure
from tests.metrics.metric_logs import NAMES, E, busy_office

HOUR = 3_600_000
SELECTIONS = (
    Selection(business="collect"),
    Selection(demand="booked"),
    Selection(priority=1, from_ms=HOUR, until_ms=2 * HOUR),
    Selection(procedure="apply", rule="A7", until_ms=3 * HOUR),
    Selection(step="apply.collect"),
)


def plain(thing: object) -> object:
    """A result as lists and numbers, so that two can be compared to the last digit."""
    if isinstance(thing, Distribution):
        return thing.exact, [column.tolist() for column in thing.table()]
    if isinstance(thing, np.ndarray):
        return thing.tolist()
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, Selection | type):
        return {f.name: plain(getattr(thing, f.name)) for f in fields(thing)}
    return thing


def pieces(log: Ints, cuts: list[int]) -> Iterator[Ints]:
    """The log cut at these rows (modulo its length); some pieces may be empty."""
    edges = sorted({0, len(log), *(cut % (len(log) + 1) for cut in cuts)})
    for first, last in pairwise(edges):
        yield log[first:last]
        yield log[first:first]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(0, 40),
    cuts=st.lists(st.integers(0, 2000), max_size=30),
    warm_up=st.sampled_from([0, HOUR, 90 * HOUR]),
)
@pytest.mark.slow
def test_chunks_of_any_size_give_the_same_result(seed: int, people: int, cuts: list[int], warm_up: int) -> None:
    """Every array of the result, of every selection, is equal: those who wait or are served between chunks too."""
    log = busy_office(seed, people)
    names = replace(NAMES, warm_up_ms=warm_up)
    whole = fold(names, [log], SELECTIONS)
    assert plain(fold(names, pieces(log, cuts), SELECTIONS)) == plain(whole)


def test_one_row_at_a_time_gives_the_same_result() -> None:
    """The smallest chunks there are; asking for results in between changes nothing."""
    log = busy_office(3, 60)
    running = Fold(NAMES, SELECTIONS)
    for number in range(len(log)):
        running.add(log[number : number + 1])
        if number % 50 == 0:
            running.result()
    assert plain(running.result()) == plain(fold(NAMES, [log], SELECTIONS))


def test_cases_that_are_over_are_forgotten() -> None:
    """Memory follows the open cases: after 6,000 people none is left, and there was never room for so many."""
    log = busy_office(1, 6000)
    running = Fold(NAMES)
    for piece in np.array_split(log, 100):
        running.add(piece)
    assert running.open_cases == 0
    assert running.room_for_cases < 6000


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_the_random_office_is_sound(seed: int, people: int) -> None:
    """The log of these tests satisfies every identity (so that the tests test what they mean to)."""
    assert check_identities([busy_office(seed, people)], drained=True) == []


@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([0, HOUR]))
def test_sums_agree_with_counting_row_by_row(seed: int, people: int, warm_up: int) -> None:
    """Waits, people, queue and work at station 0, counted anew in plain Python from each row's own words."""
    log = busy_office(seed, people)
    cube = fold(replace(NAMES, warm_up_ms=warm_up), [log]).cube
    sums = cube.sums.sum(axis=2)[:, 0]
    waits, queue, busy, served, longest = [], 0, 0, 0, 0
    joined: set[int] = set()
    waiting: dict[int, int] = {}
    for (t, case, _, _, station, kind, _, value), after in zip(
        log.tolist(), [*log[1:, 0].tolist(), 1 << 60], strict=True
    ):
        if station == 0:
            if kind == E.JOIN:
                joined.add(case)
                waiting[case] = t
            elif case in joined and kind in (E.START, E.ABANDON, E.TURNED_AWAY):
                joined.discard(case)
                waiting.pop(case)
                waits += [value] if t - value >= warm_up else []
                queue += max(0, t - max(t - value, warm_up))
            busy += max(0, t - max(t - value, warm_up)) if kind in (E.END, E.FREE) else 0
            served += kind == E.END and t >= warm_up
        if after > max(t, warm_up):
            longest = max(longest, len(waiting))
    assert (sums[Column.JOINED], sums[Column.WAIT]) == (len(waits), sum(waits))
    assert (sums[Column.QUEUE_AREA], sums[Column.BUSY_AREA], sums[Column.SERVED]) == (queue, busy, served)
    assert cube.longest_queue[0] == longest
    assert cube.waits.of(np.arange(cube.stations) == 0)[1].sum() == len(waits)


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_littles_law_holds_for_the_sums(seed: int, people: int) -> None:
    """A run that ends empty: people at the station over time are their stays, exactly."""
    result = fold(NAMES, [busy_office(seed, people)])
    sums = result.cube.sums.sum(axis=2)
    assert (sums[Column.QUEUE_AREA] + sums[Column.INSIDE_AREA]).tolist() == sums[Column.STAY].tolist()


def test_pooled_replications_add_up() -> None:
    """Two replications: counts are the mean, ratios weigh each person once, intervals are asked of replications."""
    one, other = (fold(NAMES, [busy_office(seed, 50)], SELECTIONS) for seed in (1, 2))
    both = pool([one, other])

    def ask(result: Result, metric: str) -> float:
        return measure(result, Question(metric, "haishu")).value

    people = [measure(r, Question("wait.mean", "haishu")).count for r in (one, other)]
    expected = (ask(one, "wait.mean") * people[0] + ask(other, "wait.mean") * people[1]) / sum(people)
    assert ask(both, "wait.mean") == pytest.approx(expected, rel=1e-12)
    assert ask(both, "arrivals") == (ask(one, "arrivals") + ask(other, "arrivals")) / 2
    assert ask(both, "wait.max") == max(ask(one, "wait.max"), ask(other, "wait.max"))
    for metric in ("wait.mean", "wait.p90"):
        assert measure(both, Question(metric, "haishu")).interval.note == "the interval is that of all replications"
    assert both.daytime.wait.sum() == one.daytime.wait.sum() + other.daytime.wait.sum()
