"""Tables for pictures, made of one result or of several replications pooled.

Counts are totals over the replications where a table says so by its type (int), and means per replication in the
headline.  A threshold for the service level is each caller's choice; the hotline's 20 s is the usual one there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sim.calendar import DayKind
from sim.engines.counting_columns import HALF_HOURS, JOINED_A_QUEUE, QUARTERS, Column, Ending
from sim.metrics import tables as t
from sim.metrics.build_counts import (
    expectations_table,
    flows_money,
    funnels,
    machine_downtime,
    pipeline_by_day,
    refusals_by_rule,
    server_groups,
    stories_table,
    time_histograms,
)
from sim.metrics.catalogue import WITHIN
from sim.metrics.counting import Bools, Floats
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS
from sim.metrics.expect import Verdict
from sim.metrics.fold import Result, pool
from sim.metrics.measures import Estimate, Question, measure_at_all
from sim.metrics.names import DAY_MS, Names, StationName
from sim.procedures.model import Place

LEVELS = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
WORST = 10
_FROM_SUMS = (
    "wait.p50", "wait.max", "wait.positive", "wait.within", "served.count", "queue.mean", "queue.max", "utilisation",
    "abandoned.share", "balked.share", "blocked.share", "turned_away.count",
)  # fmt: skip
"""Metrics of the headline that are told without an interval, so that the sums of all replications suffice."""
_FROM_EACH = ("wait.mean", "wait.p90")


def build_tables(
    results: Sequence[Result],
    verdicts: Sequence[Verdict] = (),
    stories: t.Stories | None = None,
    threshold_ms: dict[Place, int] | None = None,
) -> t.Tables:
    """Every table of a report.

    `threshold_ms`: service level by kind of place (must be among the fold's), where no verdict names one.
    """
    if not results:
        raise ValueError("tables need the result of at least one run")
    names, pooled = results[0].names, pool(results)
    leads, targets = time_histograms(pooled), _targets(names, _thresholds(threshold_ms), verdicts)
    return t.Tables(
        replications=pooled.runs,
        nothing_random=pooled.runs > 1 and _all_alike(results),
        start=names.start.isoformat(),
        window_start_ms=pooled.cube.from_ms,
        window_end_ms=pooled.end_ms,
        headline=_headline(results, pooled, targets),
        through_day=_through_day(pooled, targets),
        pipeline_by_day=pipeline_by_day(pooled),
        lead_times=tuple(h for h in leads if h.name != "exposure"),
        exposure=next((h for h in leads if h.name == "exposure"), None),
        funnels=funnels(pooled),
        server_groups=server_groups(pooled),
        refusals_by_rule=refusals_by_rule(pooled),
        stations=_stations(pooled, targets),
        money=flows_money(pooled),
        machine_downtime=machine_downtime(pooled),
        expectations=expectations_table(verdicts),
        stories=stories if stories is not None else stories_table(()),
    )


def _all_alike(results: Iterable[Result]) -> bool:
    """Whether all replications are the same to the millisecond, which is not by chance where anybody came."""
    rest = iter(results)
    first = next(rest).fingerprint
    return first != 0 and all(result.fingerprint == first for result in rest)


def _thresholds(given: dict[Place, int] | None) -> dict[Place, int]:
    """Service level threshold of each kind of place: 20 s at a hotline, half an hour at a counter, unless given."""
    usual = dict.fromkeys(Place, DEFAULT_THRESHOLDS_MS[-1]) | {Place.HOTLINE: DEFAULT_THRESHOLDS_MS[0]}
    return usual | (given or {})


def _targets(names: Names, usual: dict[Place, int], verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Service level threshold of each kind of place and group: the one the scenario expects something of, if any."""
    targets = {kind.value: ms for kind, ms in usual.items()}
    asked = {e.station: e.threshold_ms for e in (v.expectation for v in verdicts) if e.threshold_ms is not None}
    for station in names.stations:
        kind = station.kind.value
        targets[kind] = asked.get(kind, asked.get("", targets[kind]))
        targets[station.group] = asked.get(station.name, asked.get(station.group, targets[kind]))
    return targets


def divide(above: Floats | t.Ints, below: Floats | t.Ints) -> Floats:
    """Quotient, NaN where there is nothing to divide by."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    quotient: Floats = np.full(np.broadcast(top, bottom).shape, np.nan)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient


def _entries(names: Names) -> list[tuple[str, str, str, str, str, Bools]]:
    """Rows of the headline: level, name, titles, who or what waits, stations."""
    rows = [
        (
            "kind",
            kind.value,
            "",
            "",
            next(s.serves for s in names.stations if s.kind is kind and not s.is_annex),
            np.array([s.kind is kind and not s.is_annex for s in names.stations] + [False]),
        )
        for kind in dict.fromkeys(s.kind for s in names.stations if not s.is_annex)
    ]
    for group, first in _groups(names).items():
        chosen = np.array([s.group == group for s in names.stations] + [False])
        rows.append(("group", group, *_group_titles(first), first.serves, chosen))
    return rows


def _groups(names: Names) -> dict[str, StationName]:
    """First station of each group, in the order of the stations."""
    first: dict[str, StationName] = {}
    for station in names.stations:
        first.setdefault(station.group, station)
    return first


def _group_titles(first: StationName) -> tuple[str, str]:
    """Titles of a group, given by any of its stations."""
    return first.group_title or first.title, first.group_title_zh or first.title_zh


def _headline(results: Sequence[Result], pooled: Result, targets: dict[str, int]) -> t.Headline:
    rows = _entries(results[0].names)

    def ask(results: Sequence[Result], metrics: Sequence[str]) -> dict[str, list[Estimate]]:
        asked = [
            (Question(metric, threshold_ms=targets[name] if metric in WITHIN else None), chosen)
            for metric in metrics
            for _, name, _, _, _, chosen in rows
        ]
        answers = iter(measure_at_all(results, asked))
        return {metric: [next(answers) for _ in rows] for metric in metrics}

    found = ask([pooled], _FROM_SUMS) | ask(results, _FROM_EACH)

    def values(metric: str) -> Floats:
        return np.array([e.value for e in found[metric]], dtype=np.float64)

    def per_run(*columns: Column) -> Floats:
        total = pooled.cube.sums[list(columns)].sum(axis=(0, 2))
        return np.array([total[row[5]].sum() / pooled.runs for row in rows], dtype=np.float64)

    mean, p90, c = found["wait.mean"], found["wait.p90"], Column
    return t.Headline(
        level=tuple(row[0] for row in rows),
        name=tuple(row[1] for row in rows),
        title=tuple(row[2] for row in rows),
        title_zh=tuple(row[3] for row in rows),
        serves=tuple(row[4] for row in rows),
        arrivals=per_run(c.OFFERED),
        served=values("served.count"),
        self_service=per_run(c.SELF_SERVICE),
        wait_mean_ms=np.array([e.value for e in mean]),
        wait_mean_low_ms=np.array([e.interval.low for e in mean]),
        wait_mean_high_ms=np.array([e.interval.high for e in mean]),
        wait_p50_ms=values("wait.p50"),
        wait_p90_ms=np.array([e.value for e in p90]),
        wait_p90_low_ms=np.array([e.interval.low for e in p90]),
        wait_p90_high_ms=np.array([e.interval.high for e in p90]),
        wait_max_ms=values("wait.max"),
        waited_share=values("wait.positive"),
        threshold_ms=np.array([targets[row[1]] for row in rows], dtype=np.float64),
        within_share=values("wait.within"),
        queue_mean=values("queue.mean"),
        queue_max=values("queue.max"),
        utilisation=values("utilisation"),
        abandoned_share=values("abandoned.share"),
        balked_share=values("balked.share"),
        blocked_share=values("blocked.share"),
        turned_away=values("turned_away.count"),
        left=per_run(c.ABANDONED, c.SENT_HOME, c.TURNED_AWAY, c.BALKED, c.BLOCKED),
        still_waiting=per_run(c.STILL_WAITING),
        still_longest_ms=np.array([_longest(pooled, row[5]) for row in rows], dtype=np.float64),
        note=tuple(e.interval.note for e in mean),
    )


def _longest(result: Result, chosen: Bools) -> float:
    """Longest wait so far of those who still wait at some stations when the run ends."""
    values, _ = result.cube.still_waits.of(chosen)
    return float(values[-1]) if len(values) else 0.0


def _through_day(result: Result, thresholds: dict[str, int]) -> t.ThroughDay:
    names, groups, day = result.names, _groups(result.names), result.daytime
    count, slot_ms = len(groups), DAY_MS // QUARTERS
    endings, limits = day.endings[:, :, :count], result.cube.thresholds_ms
    time = (day.days[:, :count] * slot_ms)[:, :, None]
    servers = divide(day.capacity[:, :count], time)
    endless = [any(result.unlimited[n] for n, s in enumerate(names.stations) if s.group == group) for group in groups]
    servers[:, np.array(endless, dtype=bool)] = np.nan
    within = [day.within[limits.index(thresholds[group]), :, number] for number, group in enumerate(groups)]
    first = min(result.cube.from_ms // DAY_MS, names.days - 1)
    return t.ThroughDay(
        group=tuple(groups),
        title=tuple(_group_titles(s)[0] for s in groups.values()),
        title_zh=tuple(_group_titles(s)[1] for s in groups.values()),
        serves=tuple(s.serves for s in groups.values()),
        threshold_ms=np.array([thresholds[group] for group in groups], dtype=np.float64),
        calendar_days=np.bincount(names.kinds_of_days()[first:], minlength=len(DayKind)),
        days=day.days[:, :count],
        half_hour_ms=np.arange(HALF_HOURS, dtype=np.int64) * (DAY_MS // HALF_HOURS),
        joined=endings[list(JOINED_A_QUEUE)].sum(axis=0),
        wait_ms=day.wait[:, :count],
        within=np.stack(within, axis=1) if within else np.zeros((len(DayKind), 0, HALF_HOURS), dtype=np.int64),
        offered=endings.sum(axis=0),
        answered=endings[Ending.SERVED],
        self_service=endings[Ending.SELF_SERVICE],
        abandoned=endings[Ending.ABANDONED],
        quarter_ms=np.arange(QUARTERS, dtype=np.int64) * slot_ms,
        queue_mean=divide(day.queue[:, :count], time),
        busy_mean=divide(day.busy[:, :count], time),
        servers_mean=servers,
    )


def _stations(result: Result, targets: dict[str, int]) -> t.Stations:
    """One row per station, straight from the sums."""
    stations, cube = result.names.stations, result.cube
    count = len(stations)
    sums = cube.sums[:, :count].sum(axis=2)
    joined, c = sums[Column.JOINED], Column
    mean = divide(sums[c.WAIT], joined)
    within = np.array([sums[cube.within(targets[s.group]), n] for n, s in enumerate(stations)], dtype=np.int64)
    ranked = np.argsort(-np.nan_to_num(mean, nan=-1.0), kind="stable")
    met = mean[~np.isnan(mean)]
    utilisation = divide(sums[c.BUSY_AREA], sums[c.CAPACITY_AREA])
    utilisation[result.unlimited[:count]] = np.nan
    return t.Stations(
        station=tuple(s.name for s in stations),
        group=tuple(s.group for s in stations),
        kind=tuple(s.kind.value for s in stations),
        serves=tuple(s.serves for s in stations),
        title=tuple(s.title for s in stations),
        title_zh=tuple(s.title_zh for s in stations),
        district=tuple(s.district for s in stations),
        arrivals=sums[c.OFFERED] / result.runs,
        served=sums[c.SERVED] / result.runs,
        wait_mean_ms=mean,
        wait_p90_ms=cube.waits.quantile_by_group(0.9, count),
        within_share=divide(within, joined),
        abandoned_share=divide(sums[c.ABANDONED], joined),
        utilisation=utilisation,
        queue_mean=divide(sums[c.QUEUE_AREA], sums[c.TIME]),
        queue_max=cube.longest_queue[:count],
        worst=ranked[: min(WORST, len(met))].astype(np.int64),
        quantile_levels=LEVELS,
        wait_mean_quantiles_ms=np.quantile(met, LEVELS) if len(met) else np.full(len(LEVELS), np.nan),
    )
