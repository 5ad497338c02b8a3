"""Numbers over replications: all people together, however unequal the replications are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.metrics.catalogue import Unit
from sim.metrics.counting import Distribution, quantile
from sim.metrics.replicated import Part, Replicated, paired_difference


def waits(*values: int) -> Part:
    """The 90 % quantile of these waits, in ms, as a replication adds it."""
    found = Distribution()
    found.add_counted(np.zeros(len(values), dtype=np.int64), np.array(values), np.ones(len(values), dtype=np.int64))
    return Part(count=len(values), values=found, share=0.9)


def test_busy_days_count_for_as_many_people_as_they_have() -> None:
    """One person waits 0, on another day nine wait 100 s each: the ten wait 90 s, not 50 s."""
    found = Replicated(Unit.TIME, [Part(0.0, 1.0, 1), Part(900_000.0, 9.0, 9)])
    assert (found.value, found.count) == (90_000, 10)
    # (0 - 90 s) / 10 and (900 s - 810 s) / 10: error sqrt(2 * (81 + 81)) = 18 s
    assert found.residuals().tolist() == [-9000.0, 9000.0]
    assert found.interval().error == pytest.approx(18_000)
    assert found.interval().high == pytest.approx(90_000 + 12.706204736 * 18_000)
    assert found.interval().low == 0.0


def test_replications_without_anybody_do_not_count() -> None:
    """Nobody came: neither value nor interval depend on it."""
    some = [Part(10.0, 2.0, 2), Part(30.0, 3.0, 3)]
    with_empty = Replicated(Unit.TIME, [some[0], Part(), some[1]])
    assert with_empty.value == Replicated(Unit.TIME, some).value == 8.0
    assert with_empty.interval() == Replicated(Unit.TIME, some).interval()
    assert math.isnan(Replicated(Unit.TIME, [Part(), Part()]).value)
    assert Replicated(Unit.TIME, [some[0], Part()]).interval().note == "needs at least 2 replications"


def test_a_share_of_nobody_is_uncertain_only_where_somebody_could_be_and_something_is_random() -> None:
    """None of 50 people in each of ten replications: up to 30.85 %; not where it cannot be, nor where all is fixed."""
    seen, ruled_out = Part(0.0, 50.0, 50), Part(0.0, 50.0, 50, fixed="cannot happen here")
    different = [replace(seen, run=1 + number) for number in range(10)]
    found = Replicated(Unit.SHARE, different).interval()
    assert (found.low, found.note) == (0.0, "")
    assert found.high == pytest.approx(0.30850, abs=5e-6)
    assert Replicated(Unit.SHARE, [seen] * 10).interval() == found  # nothing is known of the runs
    never = Replicated(Unit.SHARE, [ruled_out] * 10).interval()
    assert (never.low, never.high, never.error, never.note) == (0.0, 0.0, 0.0, "cannot happen here")
    assert Replicated(Unit.SHARE, [ruled_out, *different]).interval().high > 0.2
    same = Replicated(Unit.SHARE, [replace(seen, run=7)] * 10).interval()
    assert (same.low, same.high, same.error, same.note) == (0.0, 0.0, 0.0, "the same in all 10 replications")


def test_why_there_is_no_number_is_kept() -> None:
    """Servers without number in one replication: no utilisation over all."""
    found = Replicated(Unit.SHARE, [Part(note="servers without number have no utilisation")] * 3)
    assert found.interval().note == "servers without number have no utilisation"


def test_a_quantile_is_that_of_all_people() -> None:
    """Nine of ten wait nothing on two days, everybody 60 s on a third with as many people: 90 % of all wait up to 60 s.

    The mean of the days' own quantiles, 0, 0 and 60 s, would be 20 s.
    """
    quiet, busy = waits(*[0] * 9, 5), waits(*[60_000] * 10)
    found = Replicated(Unit.TIME, [quiet, quiet, busy])
    assert (quiet.value, busy.value, found.value) == (0, 60_000, 60_000)
    assert found.count == 30
    assert found.interval().low <= 60_000 <= found.interval().high


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), min_size=2, max_size=8))
def test_pooled_quantiles_do_not_depend_on_how_people_are_divided(days: list[list[int]]) -> None:
    """The value is that of the whole list, inside its interval; the error of the interval is never negative."""
    found = Replicated(Unit.TIME, [waits(*day) for day in days])
    values, counts = np.unique(np.concatenate(days), return_counts=True)
    assert found.value == quantile(values.astype(float), counts, 0.9)
    interval = found.interval()
    assert interval.low <= found.value <= interval.high
    assert interval.error >= 0.0


def test_pairs_that_move_together_tell_a_difference_that_two_samples_do_not() -> None:
    """Days of 1 to 20 min at A and 1 s less at B: each interval is minutes wide, that of the difference is 0."""
    totals = [60_000.0 * n for n in range(1, 21)]
    a = Replicated(Unit.TIME, [Part(total, 1.0, 1) for total in totals])
    b = Replicated(Unit.TIME, [Part(total - 1000.0, 1.0, 1) for total in totals])
    found = paired_difference(a, b)
    assert (found.low, found.high, found.error, found.note) == (-1000.0, -1000.0, 0.0, "")
    assert a.interval().half_width > 100_000


def test_a_difference_of_quantiles_has_the_error_that_its_pairs_leave() -> None:
    """The same waits at both: none.  Opposite movements: more than either alone."""
    rng = np.random.default_rng(1)
    days = [waits(*(1000 * rng.integers(0, 60, 200) + 500 * day)) for day in range(12)]
    a, b = Replicated(Unit.TIME, days), Replicated(Unit.TIME, days)
    assert paired_difference(a, b).error == 0.0
    against = Replicated(Unit.TIME, days[::-1])
    assert paired_difference(a, against).error > 1.5 * a.interval().error


def test_a_pair_of_which_one_side_has_nobody_tells_nothing() -> None:
    """Three replications, the last without anybody at B: two pairs, as if it had not been played."""
    a = Replicated(Unit.TIME, [Part(10.0, 1.0, 1), Part(14.0, 1.0, 1), Part(12.0, 1.0, 1)])
    b = Replicated(Unit.TIME, [Part(20.0, 1.0, 1), Part(28.0, 1.0, 1), Part()])
    assert paired_difference(a, b).observations == 2
    assert paired_difference(a, Replicated(Unit.TIME, [Part(20.0, 1.0, 1), Part(), Part()])).note


def test_a_difference_from_everybody_stays_within_a_hundred_points() -> None:
    """Everybody at A in each of two, at B all or nobody: -50 points, by Student's t beyond -100 without the bound."""
    a = Replicated(Unit.SHARE, [Part(10, 10, 10), Part(10, 10, 10)])
    b = Replicated(Unit.SHARE, [Part(0, 10, 10), Part(10, 10, 10)])
    found = paired_difference(a, b)
    assert found.error == pytest.approx(0.5)
    assert (found.low, found.high) == (-1.0, 1.0)


def test_where_nothing_was_measured_no_replication_is_asked_for() -> None:
    """Three replications in which nobody came: "needs at least 2" would be untrue of them."""
    for empty in (Part(), Part(values=Distribution(), share=0.9)):
        assert Replicated(Unit.TIME, [empty] * 3).interval().note == "nothing to measure"
