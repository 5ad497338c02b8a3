"""Small logs worked out by hand, literal numbers throughout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.metrics.cube import Selection, UnknownNameError
from sim.metrics.fold import EVERYTHING, Fold, Result, fold
from sim.metrics.measures import Question, UnknownMetricError, measure, stations_named
from sim.metrics.names import DAY_MS, Role, ServerGroup, StationName
from sim.procedures.model import Place
from tests.metrics.metric_logs import NAMES, E, in_order, log_of, queue_log, row

AT = {"station": 0, "step": 0}
TEN_SECONDS = replace(NAMES, duration_ms=10_000)

# One server.  1 is served at once, 2 (booked, priority 1) waits 2.5 s, 3 gives up after 2 s, 4 does not join,
# 5 is served at once.  After 1 the server writes notes for half a second.
MORNING = log_of([
    row(0, -1, E.CAPACITY, station=0, value=1),
    row(1000, 1, E.ARRIVE),
    row(1000, 1, E.JOIN, **AT),
    row(1000, 1, E.START, **AT),
    row(2000, 2, E.ARRIVE, code=1),
    row(2000, 2, E.JOIN, code=1, **AT),
    row(3000, 3, E.ARRIVE),
    row(3000, 3, E.JOIN, value=1, **AT),
    row(4000, 1, E.END, value=3000, **AT),
    row(4000, 1, E.DONE, **AT),
    row(4000, 1, E.LEAVE, code=6, value=3000),
    row(4500, 1, E.FREE, value=500, **AT),
    row(4500, 2, E.START, value=2500, **AT),
    row(5000, 3, E.ABANDON, value=2000, **AT),
    row(5000, 3, E.LEAVE, code=8, value=2000),
    row(6000, 4, E.ARRIVE),
    row(6000, 4, E.BALK, value=0, **AT),
    row(6000, 4, E.LEAVE, code=9),
    row(6500, 2, E.END, value=2000, **AT),
    row(6500, 2, E.REFUSED, code=1, **AT),
    row(6500, 2, E.LEAVE, code=7, value=4500),
    row(7000, 5, E.ARRIVE),
    row(7000, 5, E.JOIN, **AT),
    row(7000, 5, E.START, **AT),
    row(10_000, 5, E.END, value=3000, **AT),
    row(10_000, 5, E.DONE, **AT),
    row(10_000, 5, E.LEAVE, code=6, value=3000),
])  # fmt: skip


def value(result: Result, metric: str, station: str = "haishu", selection: Selection = EVERYTHING) -> float:
    """One metric."""
    return measure(result, Question(metric, station, selection)).value


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("arrivals", 5),
        ("wait.mean", 1125),
        ("wait.served.mean", 2500 / 3),
        ("wait.p50", 0),
        ("wait.p90", 2500),
        ("wait.served.p50", 0),
        ("wait.served.p90", 2500),
        ("wait.served.max", 2500),
        ("wait.max", 2500),
        ("wait.positive", 0.5),
        ("stay.mean", 3125),
        ("service.mean", 8000 / 3),
        ("queue.mean", 0.45),
        ("queue.max", 2),
        ("present.mean", 1.25),
        ("busy.mean", 0.85),
        ("utilisation", 0.85),
        ("throughput", 3 / 10_000),
        ("served.count", 3),
        ("abandoned.share", 0.25),
        ("abandoned.count", 1),
        ("balked.share", 0.2),
        ("balked.count", 1),
        ("blocked.share", 0),
        ("turned_away.count", 0),
        ("answered.share", 0.6),
        ("refused.count", 1),
        ("refused.share", 1 / 3),
        ("funnel.apply.submit.share", 0.4),
        ("wip.apply.submit.mean", 1.25),
    ],
)
def test_every_metric_of_a_morning_at_one_counter(metric: str, expected: float) -> None:
    """Each number is worked out by hand from the nine events of the morning."""
    assert value(fold(TEN_SECONDS, [MORNING]), metric) == pytest.approx(expected, rel=1e-12)


def test_the_warm_up_does_not_count() -> None:
    """From 2.5 s on: who joined before is no wait, but stands in the queue for the rest of his wait."""
    result = fold(replace(TEN_SECONDS, warm_up_ms=2500), [MORNING])
    assert value(result, "wait.mean") == 1000
    assert value(result, "queue.mean") == pytest.approx(4000 / 7500)
    assert value(result, "utilisation") == pytest.approx((1500 + 500 + 2000 + 3000) / 7500)
    assert value(result, "arrivals") == 3
    assert value(result, "funnel.apply.submit.share") == pytest.approx(2 / 3)


def test_selections_and_windows_see_their_own_people_only() -> None:
    """By demand and by priority only person 2 remains; in the second second also, and for that whole second."""
    booked, first_class = Selection(demand="booked"), Selection(priority=1)
    second = Selection(from_ms=2000, until_ms=3000)
    by_rule, by_other_rule = Selection(rule="A7"), Selection(rule="A3")
    result = fold(TEN_SECONDS, [MORNING], [booked, first_class, second, by_rule, by_other_rule])
    for selection in (booked, first_class, second):
        assert value(result, "wait.mean", selection=selection) == 2500
    assert value(result, "queue.mean", selection=booked) == 0.25
    assert value(result, "queue.mean", selection=second) == 1.0
    assert value(result, "queue.max", selection=second) == 1
    assert value(result, "arrivals", "", booked) == 1
    assert value(result, "refused.count", "", by_rule) == 1
    assert value(result, "refused.count", "", by_other_rule) == 0
    assert value(result, "refused.share", "", by_other_rule) == 0


def test_a_service_level_counts_the_served_only() -> None:
    """Within 2 s: persons 1 and 5; person 3 gave up after exactly 2 s and does not count as served."""
    running = Fold(TEN_SECONDS, thresholds_ms=(2000, 2500))
    running.add(MORNING)
    result = running.result()
    for threshold, share in ((2000, 0.5), (2500, 0.75)):
        assert measure(result, Question("wait.within", "haishu", threshold_ms=threshold)).value == share


def test_what_comes_and_goes_in_the_same_moment_is_no_queue() -> None:
    """Somebody called the moment he comes never waited, in whatever order the rows stand."""
    result = fold(TEN_SECONDS, [in_order(queue_log(np.array([0, 500, 1000]), np.array([500, 500, 500])))])
    assert value(result, "queue.max") == 0
    assert value(result, "present.mean") == 0.15


def test_who_joins_in_the_last_moment_of_the_run_makes_no_queue() -> None:
    """Behind somebody who is served: a queue of one if there is a millisecond left, else of none."""
    for joins, longest in ((9_999, 1), (10_000, 0)):
        rows = [
            row(0, 0, E.ARRIVE), row(0, 0, E.JOIN, station=0, step=0), row(0, 0, E.START, station=0, step=0),
            row(joins, 1, E.ARRIVE), row(joins, 1, E.JOIN, station=0, step=0),
        ]  # fmt: skip
        assert value(fold(TEN_SECONDS, [in_order(rows)]), "queue.max") == longest


# A call the menu answers, one that an agent answers, one that gives up waiting for an agent, and one without a line.
MENU, AGENT = {"station": 4, "step": 3}, {"station": 3, "step": 4}
CALLS = in_order([
    row(100, 10, E.ARRIVE, code=2), row(100, 10, E.START, **MENU), row(400, 10, E.END, value=300, **MENU),
    row(400, 10, E.DONE, **MENU), row(400, 10, E.LEAVE, code=6),
    row(200, 11, E.ARRIVE, code=2), row(200, 11, E.START, **MENU), row(500, 11, E.END, value=300, **MENU),
    row(500, 11, E.DONE, **MENU), row(500, 11, E.JOIN, **AGENT), row(900, 11, E.START, value=400, **AGENT),
    row(1500, 11, E.END, value=600, **AGENT), row(1500, 11, E.DONE, **AGENT), row(1500, 11, E.LEAVE, code=6),
    row(300, 12, E.ARRIVE, code=2), row(300, 12, E.JOIN, **MENU), row(300, 12, E.START, **MENU),
    row(600, 12, E.END, value=300, **MENU), row(600, 12, E.DONE, **MENU), row(600, 12, E.JOIN, **AGENT),
    row(800, 12, E.ABANDON, value=200, **AGENT), row(800, 12, E.LEAVE, code=8),
    row(1000, 13, E.ARRIVE, code=2), row(1000, 13, E.BLOCKED, value=3, **MENU), row(1000, 13, E.LEAVE, code=11),
    row(0, -1, E.CAPACITY, station=4, value=-1), row(0, -1, E.CAPACITY, station=3, value=2),
])  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("arrivals", 4),
        ("answered.share", 0.5),
        ("self_service.share", 0.25),
        ("blocked.share", 0.25),
        ("abandoned.share", 0.5),
        ("wait.mean", 300),
        ("present.mean", (400 + 600 + 200) / 10_000),
        ("utilisation", 600 / 20_000),
        ("stay.mean", 600),
    ],
)
def test_a_hotline_with_a_menu(metric: str, expected: float) -> None:
    """The menu's calls are answered without an agent; they neither wait nor keep anybody busy."""
    assert value(fold(TEN_SECONDS, [CALLS]), metric, "line") == pytest.approx(expected)


def test_servers_without_number_have_no_utilisation() -> None:
    """Busy over infinitely many is not a number, and the reason is given."""
    rows = [row(0, -1, E.CAPACITY, station=0, value=1 << 30), *queue_log(np.array([0]), np.array([100]))]
    answer = measure(fold(TEN_SECONDS, [in_order(rows)]), Question("utilisation", "haishu"))
    assert np.isnan(answer.value)
    assert answer.interval.note == "servers without number have no utilisation"


def test_capacity_follows_the_roster() -> None:
    """Two servers until 4 s, none until 6 s, one until the end: 12 server seconds, half of them worked."""
    roster = [row(0, -1, E.CAPACITY, station=1, value=2), row(4000, -1, E.CAPACITY, station=1),
              row(6000, -1, E.CAPACITY, station=1, value=1)]  # fmt: skip
    log = in_order([*roster, *queue_log(np.array([0, 6000]), np.array([3000, 3000]), station=1)])
    result = fold(TEN_SECONDS, [log])
    assert value(result, "utilisation", "town") == 0.5
    assert result.flows.group_capacity[1].tolist() == [12_000]


def test_a_group_is_its_stations_together() -> None:
    """Queues of the two town offices add up; the longest queue is that of one of them."""
    first = queue_log(np.array([0, 0, 0]), np.array([1000, 1000, 1000]), station=1)
    second = queue_log(np.array([0, 0]), np.array([4000, 1000]), station=2, first_case=10)
    result = fold(TEN_SECONDS, [in_order(first + second)])
    assert value(result, "queue.mean", "town") == pytest.approx((1000 + 2000 + 4000) / 10_000)
    assert value(result, "queue.mean", "outlets") == pytest.approx(0.7)
    assert value(result, "queue.max", "town") == 2
    assert value(result, "wait.mean", "town-002") == 2000


def test_a_level_of_everything_is_the_sum_of_all_stations() -> None:
    """Somebody waits 2 of 10 s at haishu behind another, and 4 s at the town: 0.2 and 0.4, together 0.6."""
    rows = queue_log(np.array([0, 0]), np.array([2000, 1000]))
    rows += queue_log(np.array([0, 0]), np.array([4000, 1000]), station=1, first_case=10)
    result = fold(TEN_SECONDS, [in_order(rows)])
    found = [value(result, "queue.mean", station) for station in ("haishu", "town", "outlets", "")]
    assert found == pytest.approx([0.2, 0.4, 0.6, 0.6])


def test_a_kind_of_place_is_its_places_without_the_machines_that_stand_in_them() -> None:
    """Who is at a machine came to its place: it has a name of its own, and no part in what is said of outlets."""
    machine = StationName("printer", "printer", Place.OUTLET, servers=(ServerGroup("machine", Role.MACHINE),))
    names = replace(NAMES, stations=(*NAMES.stations, machine))
    found = [np.flatnonzero(stations_named(names, name)).tolist() for name in ("outlets", "printer", "")]
    assert found == [[0, 1, 2], [5], [0, 1, 2, 3, 4, 5, 6]]


def test_a_case_is_at_its_latest_step_until_the_next() -> None:
    """Submitted on day 0, made on day 1, collected on day 2: a returning visitor enters a step once."""
    visit = {"station": 0, "step": 2}
    rows = [
        row(0, 1, E.ARRIVE), row(0, 1, E.DONE, step=0), row(DAY_MS // 2, 1, E.DONE, step=1),
        row(2 * DAY_MS, 1, E.JOIN, **visit), row(2 * DAY_MS, 1, E.ABANDON, **visit),
        row(2 * DAY_MS, 1, E.RETURN, value=1000, **visit), row(2 * DAY_MS + 1000, 1, E.JOIN, **visit),
        row(2 * DAY_MS + 1000, 1, E.START, **visit), row(2 * DAY_MS + 2000, 1, E.END, value=1000, **visit),
        row(2 * DAY_MS + 2000, 1, E.REFUSED, **visit), row(2 * DAY_MS + 3000, 1, E.JOIN, **visit),
        row(2 * DAY_MS + 3000, 1, E.START, **visit), row(2 * DAY_MS + 4000, 1, E.END, value=1000, **visit),
        row(2 * DAY_MS + 4000, 1, E.DONE, **visit), row(2 * DAY_MS + 4000, 1, E.LEAVE, code=6),
    ]  # fmt: skip
    progress = fold(replace(NAMES, duration_ms=3 * DAY_MS), [log_of(rows)]).progress_of(EVERYTHING)
    half = DAY_MS // 2
    assert progress.at_step[:3].tolist() == [[half, 0, 0], [half, DAY_MS, 0], [0, 0, 4000]]
    assert progress.entered[:3].tolist() == [1, 1, 2]
    assert progress.done[:3].tolist() == [1, 1, 1]
    assert progress.refused[:3].tolist() == [0, 0, 1]
    assert progress.left[:3].tolist() == [0, 0, 0]


def test_a_forked_case_belongs_to_its_parents_demand() -> None:
    """A child and a grandchild born in the same chunk, before their rows, are of the parent's demand."""
    rows = [
        row(0, 7, E.ARRIVE, code=1), row(1, 7, E.FORK, value=3), row(1, 7, E.LEAVE, code=6), row(2, 3, E.FORK, value=9),
        row(5, 9, E.JOIN, **AT), row(8, 9, E.START, value=3, **AT),
        row(9, 3, E.LEAD, code=1, value=77, **AT), row(9, 3, E.LEAVE, code=6), row(9, 3, E.LEAD, code=1, value=99),
    ]  # fmt: skip
    booked = Selection(demand="booked")
    for chunks in ([log_of(rows)], [log_of([r]) for r in rows]):
        result = fold(TEN_SECONDS, chunks, [booked])
        assert value(result, "wait.mean", selection=booked) == 3
        assert value(result, "lead.application_to_hand.mean", "", booked) == 77
        assert value(result, "lead.application_to_hand.mean", "") == 88


def test_lead_times_money_and_machines() -> None:
    """Lead times by name, money by pair of ledgers, downtime also of a machine that is still down."""
    rows = [
        row(0, 1, E.LEAD, code=4, value=1000), row(0, 2, E.LEAD, code=4, value=3000),
        row(1, 1, E.MONEY, code=2 * 16, value=500), row(1, 1, E.MONEY, code=2 * 16, value=70),
        row(1000, -1, E.DOWN, station=0), row(3000, -1, E.UP, station=0, value=2000),
        row(9000, -1, E.DOWN, station=0, code=1), row(10_000, 1, E.BALANCE, value=570),
    ]  # fmt: skip
    result = fold(TEN_SECONDS, [log_of(rows)])
    assert value(result, "lead.exposure.mean", "") == 2000
    assert value(result, "lead.exposure.p90", "") == 3000
    assert value(result, "lead.exposure.count", "") == 2
    assert result.flows.fen[2, 0] == 570
    assert result.flows.movements[2, 0] == 2
    assert result.flows.balances[0] == 570
    assert result.flows.down[0] == 3000
    assert result.flows.stops[0].tolist() == [1, 1]


def test_a_service_that_is_resumed_is_one_service() -> None:
    """Called after 100 ms, put aside and called again: one wait, one stay, no gap."""
    rows = [
        row(0, 1, E.ARRIVE), row(0, 1, E.JOIN, **AT), row(100, 1, E.START, value=100, **AT),
        row(500, 1, E.START, value=100, **AT), row(900, 1, E.END, value=800, **AT), row(900, 1, E.LEAVE, code=6),
        row(1000, 2, E.ARRIVE), row(1000, 2, E.START, **AT), row(1400, 2, E.START, **AT),
        row(1500, 2, E.END, value=500, **AT), row(1500, 2, E.LEAVE, code=6),
    ]  # fmt: skip
    result = fold(TEN_SECONDS, [log_of(rows)])
    assert measure(result, Question("wait.mean", "haishu")).count == 2
    assert value(result, "wait.mean") == 50
    assert value(result, "stay.mean") == (900 + 500) / 2
    assert value(result, "present.mean") == 0.14


def test_a_case_number_used_again_is_a_new_case() -> None:
    """What was known of a case ends with it: the second visit has priority 0 again, in whatever chunks."""
    visit = [row(0, 1, E.ARRIVE, code=1), row(0, 1, E.JOIN, code=1, **AT), row(5, 1, E.START, value=5, **AT),
             row(9, 1, E.END, value=4, **AT), row(9, 1, E.LEAVE, code=6)]  # fmt: skip
    again = [row(20, 1, E.START, **AT), row(25, 1, E.END, value=5, **AT)]
    ordinary = Selection(priority=0)
    for chunks in ([log_of(visit + again)], [log_of([r]) for r in visit + again]):
        result = fold(TEN_SECONDS, chunks, [ordinary])
        assert value(result, "stay.mean", selection=ordinary) == 5


def test_unknown_names_are_refused_with_the_nearest() -> None:
    """Typing errors in stations, metrics and demands are found before anything is measured."""
    result = fold(TEN_SECONDS, [MORNING])
    with pytest.raises(UnknownNameError, match='"haisu" in this run; did you mean "haishu"'):
        value(result, "wait.mean", "haisu")
    with pytest.raises(UnknownMetricError, match=r'no metric "wait\.mena"; did you mean "wait\.mean"'):
        value(result, "wait.mena")
    with pytest.raises(UnknownNameError, match='no demand "x" in this run; known: booked, calls, walk_in'):
        Fold(TEN_SECONDS, [Selection(demand="x")])
    with pytest.raises(UnknownNameError, match="give the selection to the Fold"):
        value(result, "wait.mean", selection=Selection(demand="booked"))
    with pytest.raises(UnknownMetricError, match="needs a threshold"):
        value(result, "wait.within")


def test_a_log_out_of_order_is_refused() -> None:
    """Time runs forwards, within a chunk and between chunks; the end is not before the last row."""
    running = Fold(TEN_SECONDS)
    with pytest.raises(ValueError, match="not in order of time"):
        running.add(MORNING[::-1])
    running.add(MORNING)
    with pytest.raises(ValueError, match="not in order of time"):
        running.add(MORNING)
    with pytest.raises(ValueError, match="goes on until 10000 ms"):
        running.result(9999)
    with pytest.raises(ValueError, match=r"shape \(rows, 8\)"):
        running.add(np.zeros((2, 7), dtype=np.int64))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (row(2000, 9, E.JOIN, station=7, step=0), "names what is not there"),
        (row(2000, 9, E.JOIN, station=-1, step=0), "names what is not there"),
        (row(2000, 9, E.JOIN, station=0, step=99), "names what is not there"),
        (row(2000, 9, E.MONEY, code=256, value=1), "names what is not there"),
        (row(2000, 9, E.LEAD, code=-1, value=1), "names what is not there"),
        (row(2000, 9, E.CAPACITY, station=0, code=1, value=1), "names what is not there"),
        (row(2000, 9, E.FREE, value=1), "names what is not there"),
        (row(2000, 9, E.START, station=0, step=0, value=-5), "negative, or longer than the run"),
        (row(2000, 9, E.START, station=0, step=0, value=2001), "negative, or longer than the run"),
        (row(2000, 9, E.LEAD, code=0, value=-1), "negative, or longer than the run"),
    ],
)
def test_a_row_that_cannot_be_is_refused(wrong: tuple[int, ...], what: str) -> None:
    """Compiled code would count it somewhere else; so it says which row it is instead."""
    with pytest.raises(ValueError, match=rf"{what}: row 1, \(2000, 9, "):
        fold(TEN_SECONDS, [log_of([row(1000, 1, E.ARRIVE), wrong])])


def test_nothing_happened_is_no_number() -> None:
    """An empty log has no waits; its queue was empty."""
    result = fold(TEN_SECONDS, [])
    assert np.isnan(value(result, "wait.mean"))
    assert np.isnan(value(result, "wait.p90"))
    assert value(result, "queue.mean") == 0
    assert value(result, "arrivals", "") == 0


def test_a_run_that_ended_before_its_warm_up_has_no_areas() -> None:
    """Broken off before anything is counted: no time, no capacity, no length of a queue, none of them negative."""
    names = replace(NAMES, duration_ms=60_000, warm_up_ms=30_000)
    result = fold(names, [MORNING], end_ms=10_000)
    for metric in ("utilisation", "queue.mean"):
        assert np.isnan(value(result, metric)), metric
    assert not result.flows.group_capacity.any()
    assert not result.daytime.capacity.any()
    assert not result.daytime.queue.any()
    assert not result.daytime.busy.any()
