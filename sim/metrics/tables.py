"""Tables for pictures: what a report may draw, as frozen columns.

This is the contract between metrics and reports: a report reads these tables and never the log.  Conventions: times in
ms (`_ms`; means are float64), money in fen, shares 0..1, NaN where there is nothing to show (no arrivals, no staff, no
interval).  Text columns are tuples of str.  A matrix has one row per entry of its text column and one column per
time slot.  `low`/`high` columns are 95 % confidence limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Numbers = Ints | Floats
"""Counted in a replication, on average."""
Text = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The key figures, one row per place kind, then one per group of stations.  Counts are means per replication."""

    level: Text  # "kind" or "group"
    name: Text  # "outlets", "hotlines", ... or the group's name
    title: Text
    title_zh: Text
    serves: Text  # who or what waits there: "people", "calls" or "cards"
    arrivals: Floats  # came to the door, a line or a queue
    served: Floats  # calls: by an agent
    self_service: Floats  # calls the hotline's menu dealt with
    wait_mean_ms: Floats  # of all who joined a queue
    wait_mean_low_ms: Floats
    wait_mean_high_ms: Floats
    wait_p50_ms: Floats
    wait_p90_ms: Floats
    wait_p90_low_ms: Floats
    wait_p90_high_ms: Floats
    wait_max_ms: Floats  # of all replications
    waited_share: Floats
    threshold_ms: Floats  # of the service level
    within_share: Floats  # served after a wait up to the threshold, of all who joined
    queue_mean: Floats  # people waiting at all these stations together
    queue_max: Floats  # longest queue at any one of them, in any replication
    utilisation: Floats
    abandoned_share: Floats
    balked_share: Floats
    blocked_share: Floats
    turned_away: Floats
    left: Floats  # left without service: abandoned, balked, blocked, turned away or sent home
    still_waiting: Floats  # at the end of the run: their waits are in none of the numbers above
    still_longest_ms: Floats  # of theirs so far, in any replication
    note: Text  # why there is no interval, or ""


@dataclass(frozen=True, slots=True)
class ThroughDay:
    """What happens at which time of the day, by kind of day (`DayKind`) and group of stations.

    Numbers of people are sums over the days of the kind and the replications; queues and servers are averages over
    `days`.
    """

    group: Text
    title: Text
    title_zh: Text
    serves: Text  # who or what waits there: "people", "calls" or "cards"
    threshold_ms: Floats  # [group] of the service level
    calendar_days: Ints  # [kind] measured days there are of the kind, of one replication
    days: Ints  # [kind, group] days averaged over: somebody came or was on duty
    half_hour_ms: Ints  # [48] since midnight
    joined: Ints  # [kind, group, 48] joined a queue in that half hour
    wait_ms: Ints  # [kind, group, 48] their waits together
    within: Ints  # [kind, group, 48] of them, served after a wait up to the threshold
    offered: Ints  # [kind, group, 48] came or called in that half hour, whatever became of them
    answered: Ints  # [kind, group, 48] served; calls: by an agent
    self_service: Ints  # [kind, group, 48] calls the hotline's menu dealt with
    abandoned: Ints  # [kind, group, 48]
    quarter_ms: Ints  # [96] since midnight
    queue_mean: Floats  # [kind, group, 96] waiting
    busy_mean: Floats  # [kind, group, 96] servers at work, wrap-up included
    servers_mean: Floats  # [kind, group, 96] servers on duty; NaN where they are without number


@dataclass(frozen=True, slots=True)
class PipelineByDay:
    """Cases at each step of each procedure (its latest step until the next), average of each day."""

    procedure: Text
    step: Text
    title: Text
    day_start_ms: Ints  # [day]
    cases_mean: Floats  # [step, day]; NaN on days outside the measured window


@dataclass(frozen=True, slots=True)
class TimeHistogram:
    """Distribution of a lead time (name from sim.log.LEADS)."""

    name: str
    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    max_ms: float
    edges_ms: Floats  # [bins + 1]
    counts: Numbers  # [bins]


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far cases of a procedure came, in the order of its steps."""

    procedure: str
    title: str
    title_zh: str
    step: Text
    step_title: Text
    entered: Numbers
    done: Numbers
    refused: Numbers
    left: Numbers  # the case ended here without being done: refused, out of patience, turned away, ...


@dataclass(frozen=True, slots=True)
class ServerGroups:
    """Work of each group of servers."""

    station: Text
    group: Text
    role: Text
    busy_mean: Floats
    servers_mean: Floats
    utilisation: Floats


@dataclass(frozen=True, slots=True)
class RefusalsByRule:
    """Refusals by rule, most frequent first, and the procedure they mostly hit."""

    rule: Text
    why: Text
    why_zh: Text
    procedure: Text
    count: Numbers
    share: Floats  # of all refusals


@dataclass(frozen=True, slots=True)
class Stations:
    """One row per station, for a ranking or a map, with the distribution over stations and the worst ten."""

    station: Text
    group: Text
    kind: Text
    serves: Text  # who or what waits there: "people", "calls" or "cards"
    title: Text
    title_zh: Text
    district: Text
    arrivals: Numbers
    served: Numbers
    wait_mean_ms: Floats
    wait_p90_ms: Floats
    within_share: Floats
    abandoned_share: Floats
    utilisation: Floats
    queue_mean: Floats
    queue_max: Ints
    worst: Ints  # up to ten row numbers, longest mean wait first
    quantile_levels: Floats  # 0, .1, .25, .5, .75, .9, 1
    wait_mean_quantiles_ms: Floats  # of wait_mean_ms over the stations that served anybody


@dataclass(frozen=True, slots=True)
class Money:
    """Money moved between ledgers, and what people's own ledgers held at the end."""

    from_ledger: Text
    to_ledger: Text
    movements: Numbers
    fen: Numbers
    balance_ledger: Text
    balance_fen: Numbers


@dataclass(frozen=True, slots=True)
class MachineDowntime:
    """Machines out of work: how often and for how long."""

    station: Text
    breakdowns: Numbers
    refills: Numbers
    down_ms: Numbers  # all its machines together


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the scenario expected, and what came out."""

    title: Text
    metric: Text
    where: Text
    expected: Text
    measured: Text
    low: Floats  # natural units, as Verdict
    high: Floats
    count: Ints
    ok: Bools
    judged: Bools  # no expectation of a run that was interrupted is
    text: Text  # the verdict as one sentence
    still: Ints  # people whose wait, or visit, was not over when the run ended; -1: the metric is of other things
    still_longest_ms: Floats  # of theirs so far
    still_inside: Bools  # visits, not waits
    with_them: Text  # what the expectation is judged by where they make it worse, else ""


@dataclass(frozen=True, slots=True)
class Stories:
    """The scenario's told cases, action by action."""

    story: Text
    rules: Text
    at_ms: Ints
    person: Text
    does: Text
    where: Text
    expected: Text
    got: Text
    ok: Bools


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything a report may draw of a run (or of several replications pooled)."""

    replications: int
    nothing_random: bool  # all replications, of which there are several, are the same
    start: str  # ISO date of time 0
    window_start_ms: int  # after the warm-up
    window_end_ms: int
    headline: Headline
    through_day: ThroughDay
    pipeline_by_day: PipelineByDay
    lead_times: tuple[TimeHistogram, ...]  # only those that occurred; exposure is apart
    exposure: TimeHistogram | None  # from the loss report until the last offline terminal had the hot list
    funnels: tuple[Funnel, ...]
    server_groups: ServerGroups
    refusals_by_rule: RefusalsByRule
    stations: Stations
    money: Money
    machine_downtime: MachineDowntime
    expectations: Expectations
    stories: Stories
