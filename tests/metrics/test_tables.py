"""Tables for pictures: shapes, and numbers that can be worked out by hand."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from sim.calendar import DayKind
from sim.metrics.build import build_tables
from sim.metrics.build_counts import stories_table
from sim.metrics.expect import Expectation, evaluate, needs
from sim.metrics.fold import Fold, fold
from sim.metrics.names import DAY_MS
from sim.metrics.tables import Tables
from sim.office.fields import Ledger
from sim.procedures.model import Place
from tests.metrics.metric_logs import NAMES, E, busy_office, in_order, log_of, queue_log, row

HOUR = 3_600_000
NINE = 9 * HOUR


def two_days() -> Tables:
    """Two days at haishu: at nine three people come together, each served for half an hour by one server of 8-12."""
    names = replace(NAMES, duration_ms=2 * DAY_MS)
    rows = []
    for day in (0, DAY_MS):
        rows.append(row(day + 8 * HOUR, -1, E.CAPACITY, station=0, value=1))
        rows.append(row(day + 12 * HOUR, -1, E.CAPACITY, station=0))
        rows += queue_log(np.array([day + NINE] * 3), np.array([HOUR // 2] * 3), first_case=day // DAY_MS * 10)
    return build_tables([fold(names, [in_order(rows)])])


def test_the_headline_has_a_row_per_kind_and_group() -> None:
    """Outlets, hotlines, and the three groups; waits of 0, 30 and 60 minutes a day."""
    head = two_days().headline
    assert head.name == ("outlets", "hotlines", "haishu", "town", "line")
    assert head.level == ("kind", "kind", "group", "group", "group")
    assert head.title_zh[2] == "海曙"
    assert head.arrivals.tolist() == [6, 0, 6, 0, 0]
    assert head.wait_mean_ms[[0, 2]].tolist() == [HOUR / 2, HOUR / 2]
    assert head.wait_p50_ms[0] == HOUR / 2
    assert head.wait_max_ms[0] == HOUR
    assert head.waited_share[0] == pytest.approx(2 / 3)
    assert head.threshold_ms.tolist() == [1_800_000, 20_000, 1_800_000, 1_800_000, 20_000]
    assert head.within_share[0] == pytest.approx(2 / 3)
    assert head.queue_max[0] == 2
    assert head.utilisation[0] == 1.5 / 4
    assert head.note[2] == "2 station days, an interval needs 5"
    assert np.isnan(head.wait_mean_low_ms[2])
    assert np.isnan(head.wait_mean_ms[1])


def test_tables_by_time_of_day_lay_the_days_of_a_kind_over_one_another() -> None:
    """Nine o'clock: six people in two days, two waiting from 9:00, one from 9:30, one server busy until 10:30."""
    day = two_days().through_day
    assert day.group == ("haishu", "town", "line")
    assert day.serves == ("people", "people", "calls")
    working = DayKind.WORKING
    assert day.calendar_days.tolist() == [2, 0, 0]  # a Thursday and a Friday, no calendar to know the holiday
    assert day.days[:, 0].tolist() == [2, 0, 0]
    assert day.joined.shape == (3, 3, 48)
    assert day.joined[working, 0, 18] == day.joined.sum() == 6
    assert day.wait_ms[working, 0, 18] == 6 * HOUR / 2
    assert day.queue_mean[working, 0, 35:43].tolist() == [0, 2, 2, 1, 1, 0, 0, 0]
    assert day.busy_mean[working, 0, 35:43].tolist() == [0, 1, 1, 1, 1, 1, 1, 0]
    assert day.servers_mean[working, 0, [31, 32, 47, 48]].tolist() == [0, 1, 1, 0]
    assert day.quarter_ms[36] == NINE
    assert day.half_hour_ms[18] == NINE


def test_a_sunday_takes_nothing_from_the_average_of_the_working_days() -> None:
    """Three people on a Monday and one on a Sunday: 3 and 1, where an average day would say 2 for both."""
    names = replace(NAMES, duration_ms=2 * DAY_MS, day_kinds=(int(DayKind.SUNDAY_OR_HOLIDAY), int(DayKind.WORKING)))
    sunday = queue_log(np.array([NINE]), np.array([HOUR]))
    monday = queue_log(np.array([DAY_MS + NINE] * 3), np.array([HOUR // 2] * 3), first_case=10)
    day = build_tables([fold(names, [in_order([*sunday, *monday])])]).through_day
    assert day.days[:, 0].tolist() == [1, 0, 1]
    assert day.offered[:, 0, 18].tolist() == [3, 0, 1]
    assert day.queue_mean[[0, 2], 0, 36].tolist() == [2, 0]
    assert np.isnan(day.queue_mean[1]).all()


def test_the_share_within_the_target_is_of_the_target_the_scenario_names() -> None:
    """Waits of 0 and 60 s: both within the usual half an hour, one within the 20 s that an expectation asks for."""
    log = in_order(queue_log(np.array([NINE, NINE]), np.array([60_000, 60_000])))
    wanted = Expectation("wait.within", "haishu", threshold_ms=20_000, at_least=0.8)
    run = fold(NAMES, [log], [wanted.question.selection])
    usual, named = (build_tables([run], evaluate(asked, [run])).through_day for asked in ((), [wanted]))
    assert (usual.threshold_ms[0], usual.within[0, 0].sum()) == (1_800_000, 2)
    assert (named.threshold_ms[0], named.within[0, 0].sum()) == (20_000, 1)


def test_stations_are_ranked_by_their_mean_wait() -> None:
    """The town's second office is the worst; those where nobody came are in no ranking."""
    rows = [
        *queue_log(np.array([0, 0]), np.array([100, 1]), station=0),
        *queue_log(np.array([0, 0]), np.array([900, 1]), station=2, first_case=10),
    ]
    stations = build_tables([fold(NAMES, [in_order(rows)])]).stations
    assert stations.worst.tolist() == [2, 0]
    assert stations.wait_p90_ms[[0, 2]].tolist() == [100, 900]
    assert stations.wait_mean_quantiles_ms[[0, 3, 6]].tolist() == [50, 250, 450]
    assert stations.served.tolist() == [2, 0, 2, 0, 0]
    assert stations.kind[3] == "hotlines"
    assert np.isnan(stations.wait_mean_ms[1])


def test_calls_are_counted_in_the_half_hour_they_were_made() -> None:
    """At ten: one answered after 30 s, one that gave up after 10 s, one without a line; at eleven one by the menu."""
    ten, agent, menu = 10 * HOUR, {"station": 3, "step": 4}, {"station": 4, "step": 3}
    rows = [
        row(ten, 1, E.ARRIVE), row(ten, 1, E.JOIN, **agent), row(ten + 30_000, 1, E.START, value=30_000, **agent),
        row(ten + 60_000, 1, E.END, value=30_000, **agent), row(ten + 60_000, 1, E.LEAVE, code=6),
        row(ten, 2, E.ARRIVE), row(ten, 2, E.JOIN, **agent), row(ten + 10_000, 2, E.ABANDON, value=10_000, **agent),
        row(ten + 10_000, 2, E.LEAVE, code=8), row(ten, 3, E.ARRIVE), row(ten, 3, E.BLOCKED, **menu),
        row(ten, 3, E.LEAVE, code=11), row(ten + HOUR, 4, E.ARRIVE), row(ten + HOUR, 4, E.START, **menu),
        row(ten + 2 * HOUR, 4, E.END, value=HOUR, **menu), row(ten + 2 * HOUR, 4, E.LEAVE, code=6),
    ]  # fmt: skip
    tables = build_tables([fold(NAMES, [in_order(rows)])])
    calls, line = tables.through_day, (DayKind.WORKING, 2)
    assert calls.group[2] == "line"
    assert calls.offered[line][[20, 22]].tolist() == [3, 1]
    assert (calls.answered[line][20], calls.abandoned[line][20]) == (1, 1)
    assert calls.self_service[line][22] == 1
    assert (calls.wait_ms[line][20], calls.joined[line][20]) == (40_000, 2)
    assert calls.offered.sum() == 4
    head = tables.headline
    row_of_calls = head.name.index("hotlines")
    assert head.serves[row_of_calls] == "calls"
    assert (head.arrivals[row_of_calls], head.served[row_of_calls], head.self_service[row_of_calls]) == (4, 1, 1)


def test_counts_of_cases_money_refusals_and_machines() -> None:
    """A funnel, work in progress by day, refusals by rule, a ledger pair, and a machine's hour out of work."""
    rows = [
        row(0, 1, E.ARRIVE), row(0, 1, E.DONE, step=0), row(0, 1, E.MONEY, code=2 * 16 + 0, value=12_345),
        row(0, 2, E.ARRIVE), row(0, 2, E.REFUSED, step=0, code=1), row(0, 2, E.LEAVE, code=7),
        row(0, 3, E.ARRIVE), row(0, 3, E.REFUSED, step=0, code=0), row(0, 3, E.REFUSED, step=0, code=1),
        row(0, 3, E.LEAVE, code=7), row(HOUR, -1, E.DOWN, station=1), row(2 * HOUR, -1, E.UP, station=1, value=HOUR),
        row(DAY_MS // 2, 1, E.DONE, step=1), row(DAY_MS // 2, 1, E.LEAD, code=0, value=1000),
        row(DAY_MS // 2, 1, E.LEAD, code=4, value=2000), row(DAY_MS, 1, E.BALANCE, value=12_345),
    ]  # fmt: skip
    tables = build_tables([fold(NAMES, [in_order(rows)])])
    (funnel,) = tables.funnels
    assert funnel.step == ("submit", "produce", "collect")
    assert funnel.entered.tolist() == [4, 1, 0]
    assert funnel.done.tolist() == [1, 1, 0]
    assert funnel.refused.tolist() == [3, 0, 0]
    assert funnel.left.tolist() == [2, 0, 0]
    assert tables.pipeline_by_day.cases_mean[:3].tolist() == [[0.5], [0.5], [0]]
    assert tables.refusals_by_rule.rule == ("A7", "A3")
    assert tables.refusals_by_rule.count.tolist() == [2, 1]
    assert tables.refusals_by_rule.procedure == ("apply", "apply")
    assert (tables.money.from_ledger, tables.money.to_ledger) == (("fund",), ("medical",))
    assert tables.money.fen.tolist() == [12_345]
    assert tables.money.balance_ledger == (Ledger.MEDICAL.name.lower(),)
    assert tables.machine_downtime.station == ("town-001",)
    assert tables.machine_downtime.down_ms.tolist() == [HOUR]
    assert [h.name for h in tables.lead_times] == ["application_to_ready"]
    assert tables.exposure is not None
    assert (tables.exposure.mean_ms, tables.exposure.counts.sum()) == (2000, 1)
    assert tables.exposure.edges_ms[-1] > 2000


def test_replications_together_in_the_headline_and_sums_in_counts() -> None:
    """Three replications: arrivals per run; the mean wait of all people, by the sums; hours added up."""
    runs = [fold(NAMES, [busy_office(seed, people)]) for seed, people in ((1, 10), (2, 40), (3, 80))]
    tables, single = build_tables(runs), [build_tables([run]) for run in runs]
    assert tables.replications == 3
    assert tables.headline.arrivals[0] == pytest.approx(np.mean([s.headline.arrivals[0] for s in single]))
    joined = np.array([s.through_day.joined.sum() for s in single])
    means = np.array([s.headline.wait_mean_ms[0] for s in single])
    mean = float((joined * means).sum() / joined.sum())
    rest = joined * (means - mean) / joined.sum()
    half = 4.302652730 * np.sqrt(3 / 2 * (rest**2).sum())
    assert tables.headline.wait_mean_ms[0] == pytest.approx(mean, rel=1e-9)
    assert abs(mean - np.mean(means)) > 1000
    assert tables.headline.wait_mean_high_ms[0] == pytest.approx(mean + half, rel=1e-9)
    added = sum(s.through_day.joined for s in single)
    assert tables.through_day.joined.tolist() == np.asarray(added).tolist()


def test_expectations_and_stories_become_columns() -> None:
    """One row each, with the words that were printed."""
    run = fold(NAMES, [busy_office(1, 40)])
    verdicts = evaluate([Expectation("wait.mean", "haishu", at_least=0), Expectation("arrivals", at_most=1)], [run])
    story = stories_table([("Wrong outlet", "A7", 5, "li", "collect", "town", "refused A7", "done", False)])
    tables = build_tables([run], verdicts, story, {Place.OUTLET: 600_000})
    assert tables.expectations.ok.tolist() == [True, False]
    assert tables.expectations.text[1] == "arrivals (everywhere): 40, expected at most 1: 39 too much"
    assert tables.expectations.where == ("haishu", "everywhere")
    assert tables.stories.rules == ("A7",)
    assert tables.stories.ok.tolist() == [False]
    assert tables.headline.threshold_ms[0] == 600_000


def test_an_empty_run_has_tables_too() -> None:
    """Nobody came: every table exists and columns of one table are of one length."""
    tables = build_tables([fold(NAMES, [log_of([])])])
    for field in fields(tables):
        table = getattr(tables, field.name)
        if is_dataclass(table) and not isinstance(table, type) and field.name not in ("stations", "money"):
            first = len(getattr(table, fields(table)[0].name))
            text = [len(value) for f in fields(table) if isinstance(value := getattr(table, f.name), tuple)]
            assert set(text) == {first}, field.name
    assert tables.stations.worst.tolist() == []
    assert tables.exposure is None
    with pytest.raises(ValueError, match="at least one run"):
        build_tables([])


def test_the_longest_wait_and_queue_of_the_page_are_those_of_any_replication() -> None:
    """A page says "nobody waits longer than": the mean of the replications' longest waits would not know."""
    runs = [fold(NAMES, [busy_office(seed, people)]) for seed, people in ((1, 5), (2, 80))]
    single, together = [build_tables([run]).headline for run in runs], build_tables(runs).headline
    for column in ("wait_max_ms", "queue_max"):
        longest = [float(getattr(head, column)[0]) for head in single]
        assert float(getattr(together, column)[0]) == max(longest) > min(longest)


def test_replications_that_are_all_the_same_are_said_to_be() -> None:
    """Nothing random: the same log twice; one replication alone cannot tell."""
    alike = fold(NAMES, [busy_office(1, 40)])
    assert build_tables([alike, alike, alike]).nothing_random
    assert not build_tables([alike]).nothing_random
    assert not build_tables([alike, fold(NAMES, [busy_office(2, 40)])]).nothing_random


def test_the_target_of_a_place_goes_before_that_of_its_kind_and_that_before_everybodys() -> None:
    """20 s at haishu, a minute at outlets, two minutes everywhere: each where nothing nearer is said."""
    log = in_order(queue_log(np.array([NINE, NINE]), np.array([60_000, 60_000])))
    wanted = [
        Expectation("wait.within", station, threshold_ms=limit_ms, at_least=0.8)
        for station, limit_ms in (("haishu", 20_000), ("outlets", 60_000), ("", 120_000))
    ]
    running = Fold(NAMES, *needs(wanted))
    running.add(log)
    head = build_tables([running.result()], evaluate(wanted, [running.result()])).headline
    found = dict(zip(zip(head.level, head.name, strict=True), head.threshold_ms.tolist(), strict=True))
    assert found["group", "haishu"] == 20_000
    assert found["kind", "outlets"] == found["group", "town"] == 60_000
    assert found["kind", "hotlines"] == 120_000


def test_who_waits_just_as_long_as_the_target_is_served_within_it() -> None:
    """Waits of 0 and 20 s, and 0 and 20.001 s: three of four within 20 s, through the day as in the headline."""
    rows = queue_log(np.array([NINE, NINE]), np.array([20_000, 1000]))
    rows += queue_log(np.array([NINE, NINE]), np.array([20_001, 1000]), station=1, first_case=10)
    wanted = [Expectation("wait.within", "outlets", threshold_ms=20_000, at_least=0.8)]
    result = fold(NAMES, [in_order(rows)])
    tables = build_tables([result], evaluate(wanted, [result]))
    assert [tables.through_day.within[0, group].sum() for group in (0, 1)] == [2, 1]
    assert tables.headline.within_share[0] == 0.75


def test_counts_of_several_replications_are_those_of_one_on_average() -> None:
    """Three times the same day: no place is visited three times as often, nothing is refused or paid three times."""
    days = [fold(NAMES, [busy_office(2, 40)]) for _ in range(3)]
    one, three = build_tables(days[:1]), build_tables(days)
    assert one.stations.arrivals.sum() > 0
    for part in ("arrivals", "served"):
        assert getattr(three.stations, part).tolist() == getattr(one.stations, part).tolist()
    for a, b in zip(one.funnels, three.funnels, strict=True):
        assert (a.entered.tolist(), a.done.tolist(), a.left.tolist()) == (
            b.entered.tolist(), b.done.tolist(), b.left.tolist()
        )  # fmt: skip
    assert three.refusals_by_rule.count.tolist() == one.refusals_by_rule.count.tolist()
    assert three.money.fen.tolist() == one.money.fen.tolist()
    assert [h.counts.sum() for h in three.lead_times] == [h.counts.sum() for h in one.lead_times]
