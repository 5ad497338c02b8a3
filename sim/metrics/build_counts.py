"""The tables that count cases, money and machines rather than people waiting: in a replication, on average."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.log import LEADS
from sim.metrics import tables as t
from sim.metrics.counting import Floats, quantile, total_by
from sim.metrics.expect import Verdict
from sim.metrics.fold import EVERYTHING, Result
from sim.metrics.names import DAY_MS
from sim.metrics.units import in_words
from sim.office.fields import Ledger

BINS = 40


def pipeline_by_day(result: Result) -> t.PipelineByDay:
    """Cases at each step, average of each day."""
    progress, steps = result.progress_of(EVERYTHING), result.names.steps
    time = progress.day_time.astype(np.float64)
    mean: Floats = np.full((len(steps), len(time)), np.nan)
    np.divide(progress.at_step, time[None, :], out=mean, where=time[None, :] > 0)
    return t.PipelineByDay(
        procedure=tuple(s.procedure for s in steps),
        step=tuple(s.step for s in steps),
        title=tuple(s.title for s in steps),
        day_start_ms=np.arange(len(time), dtype=np.int64) * DAY_MS,
        cases_mean=mean,
    )


def time_histograms(result: Result) -> list[t.TimeHistogram]:
    """Each lead time that occurred."""
    return [h for number in range(len(LEADS)) if (h := _time_histogram(result, number)) is not None]


def _time_histogram(result: Result, lead: int) -> t.TimeHistogram | None:
    cube = result.cube
    mine = np.zeros((len(LEADS), cube.stations), dtype=bool)
    mine[lead] = True
    values, counts = cube.leads.of(mine.ravel())
    if len(values) == 0:
        return None
    number, total = (int(cube.sums[column].sum()) for column in cube.lead_columns(lead))
    edges = np.linspace(0.0, float(values[-1]) * (1 + 1e-9) or 1.0, BINS + 1)
    within = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1).astype(np.int64)
    return t.TimeHistogram(
        name=LEADS[lead],
        count=number,
        mean_ms=total / number,
        p50_ms=quantile(values, counts, 0.5),
        p90_ms=quantile(values, counts, 0.9),
        max_ms=float(values[-1]),
        edges_ms=edges,
        counts=total_by(within, counts, BINS) / result.runs,
    )


def funnels(result: Result) -> tuple[t.Funnel, ...]:
    """One funnel per procedure that anybody entered."""
    progress, names = result.progress_of(EVERYTHING), result.names
    found = []
    for procedure in names.procedures:
        steps = list(procedure.steps)
        if not int(progress.entered[steps].sum()):
            continue
        found.append(
            t.Funnel(
                procedure=procedure.name,
                title=procedure.title,
                title_zh=procedure.title_zh,
                step=tuple(names.steps[n].step for n in steps),
                step_title=tuple(names.steps[n].title for n in steps),
                entered=progress.entered[steps] / result.runs,
                done=progress.done[steps] / result.runs,
                refused=progress.refused[steps] / result.runs,
                left=progress.left[steps] / result.runs,
            )
        )
    return tuple(found)


def server_groups(result: Result) -> t.ServerGroups:
    """Work of each group of servers, averaged over the measured time."""
    flows = result.flows
    time = float(flows.time.sum()) or np.nan
    pairs = [(n, g) for n, s in enumerate(result.names.stations) for g in range(len(s.servers))]
    station, group = (np.array([pair[k] for pair in pairs], dtype=np.int64) for k in (0, 1))
    busy, capacity = flows.group_busy[station, group], flows.group_capacity[station, group]
    share: Floats = np.full(len(pairs), np.nan)
    np.divide(busy, capacity, out=share, where=capacity > 0)
    stations = result.names.stations
    return t.ServerGroups(
        station=tuple(stations[n].name for n, _ in pairs),
        group=tuple(stations[n].servers[g].name for n, g in pairs),
        role=tuple(stations[n].servers[g].role.value for n, g in pairs),
        busy_mean=busy / time,
        servers_mean=capacity / time,
        utilisation=share,
    )


def refusals_by_rule(result: Result) -> t.RefusalsByRule:
    """Rules that refused anybody, most frequent first."""
    table, names = result.flows.refusals, result.names
    count = table.sum(axis=1)
    order = [int(n) for n in np.argsort(-count, kind="stable") if count[n]]
    mostly = [int(np.argmax(table[n])) for n in order]
    known = len(names.rules)
    return t.RefusalsByRule(
        rule=tuple(names.rules[n].rule if n < known else "?" for n in order),
        why=tuple(names.rules[n].why if n < known else "" for n in order),
        why_zh=tuple(names.rules[n].why_zh if n < known else "" for n in order),
        procedure=tuple(names.steps[s].procedure if s < len(names.steps) else "" for s in mostly),
        count=count[order] / result.runs,
        share=count[order] / max(1, int(count.sum())),
    )


def flows_money(result: Result) -> t.Money:
    """Ledger pairs between which anything moved."""
    flows = result.flows
    pairs = [(int(a), int(b)) for a, b in np.argwhere(flows.movements)]
    held = [int(n) for n in np.flatnonzero(flows.balances)]
    return t.Money(
        from_ledger=tuple(_ledger(a) for a, _ in pairs),
        to_ledger=tuple(_ledger(b) for _, b in pairs),
        movements=np.array([flows.movements[pair] for pair in pairs], dtype=np.int64) / result.runs,
        fen=np.array([flows.fen[pair] for pair in pairs], dtype=np.int64) / result.runs,
        balance_ledger=tuple(_ledger(n) for n in held),
        balance_fen=flows.balances[held] / result.runs,
    )


def _ledger(number: int) -> str:
    return Ledger(number).name.lower()


def machine_downtime(result: Result) -> t.MachineDowntime:
    """Stations whose machines stopped at least once."""
    flows, stations = result.flows, result.names.stations
    count = len(stations)
    which = np.flatnonzero((flows.stops[:count].sum(axis=1) > 0) | (flows.down[:count] > 0))
    return t.MachineDowntime(
        station=tuple(stations[n].name for n in which.tolist()),
        breakdowns=flows.stops[which, 0] / result.runs,
        refills=flows.stops[which, 1] / result.runs,
        down_ms=flows.down[which] / result.runs,
    )


def expectations_table(verdicts: Sequence[Verdict]) -> t.Expectations:
    """Verdicts as columns."""
    return t.Expectations(
        title=tuple(v.expectation.title for v in verdicts),
        metric=tuple(v.expectation.metric for v in verdicts),
        where=tuple(v.expectation.where for v in verdicts),
        expected=tuple(v.expected_text for v in verdicts),
        measured=tuple(v.measured_text for v in verdicts),
        low=np.array([v.interval.low for v in verdicts], dtype=np.float64),
        high=np.array([v.interval.high for v in verdicts], dtype=np.float64),
        count=np.array([v.n for v in verdicts], dtype=np.int64),
        ok=np.array([v.ok for v in verdicts], dtype=np.bool_),
        judged=np.array([v.judged for v in verdicts], dtype=np.bool_),
        text=tuple(v.text for v in verdicts),
        still=np.array([-1 if v.still is None else v.still.people for v in verdicts], dtype=np.int64),
        still_longest_ms=np.array([0.0 if v.still is None else v.still.longest_ms for v in verdicts], dtype=np.float64),
        still_inside=np.array([v.still is not None and v.still.inside for v in verdicts], dtype=np.bool_),
        with_them=tuple(
            in_words(v.judged_by, v.unit) if v.judged_by < v.measured or v.judged_by > v.measured else ""
            for v in verdicts
        ),
    )


StoryRow = tuple[str, str, int, str, str, str, str, str, bool]
"""story, rules, at_ms, person, does, where, expected, got, ok: the columns of tables.Stories."""


def stories_table(rows: Sequence[StoryRow]) -> t.Stories:
    """Story actions as columns."""
    story, rules, at_ms, person, does, where, expected, got, ok = (tuple(row[k] for row in rows) for k in range(9))
    return t.Stories(
        story=tuple(map(str, story)),
        rules=tuple(map(str, rules)),
        at_ms=np.array(at_ms, dtype=np.int64),
        person=tuple(map(str, person)),
        does=tuple(map(str, does)),
        where=tuple(map(str, where)),
        expected=tuple(map(str, expected)),
        got=tuple(map(str, got)),
        ok=np.array(ok, dtype=np.bool_),
    )
