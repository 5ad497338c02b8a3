"""The one list of metrics: name, unit, how each is made of the sums, what it means.

`[[expect]]`, `--until`, `compare`, `sensitivity`, the tables and the documentation all know exactly these.  Over
several replications each is the ratio of the sums over all of them, a quantile that of all people, a maximum the
largest of all (`replicated.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, unique

from sim.engines.counting_columns import Column, Ending
from sim.log import LEADS

C = Column


@unique
class Unit(Enum):
    """Natural unit of a metric."""

    TIME = "ms"
    SHARE = "share"
    COUNT = "count"
    LEVEL = "people"
    RATE = "per ms"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Sum of some columns over the sum of others."""

    above: tuple[Column, ...]
    below: tuple[Column, ...]
    unit: Unit
    about: str


@dataclass(frozen=True, slots=True)
class Level:
    """Sum of some columns over the measured time, and the column that counts its observations."""

    above: tuple[Column, ...]
    counted: Column
    unit: Unit
    about: str


@dataclass(frozen=True, slots=True)
class Count:
    """Sum of some columns, of one replication."""

    columns: tuple[Column, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Within:
    """Those served after a wait up to a threshold over the sum of some columns.

    `patient`: less those who gave up by then, as they did not give the place the time it asks for.
    """

    below: tuple[Column, ...]
    about: str
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """What everybody may know of a metric."""

    unit: Unit
    about: str


_ATTEMPTS = tuple(Column(C.SERVED_ATTEMPTS + ending) for ending in Ending)
RATIOS: dict[str, Ratio] = {
    "wait.mean": Ratio((C.WAIT,), (C.JOINED,), Unit.TIME, "mean wait of all who joined a queue"),
    "wait.served.mean": Ratio((C.WAIT_SERVED,), (C.SERVED_ATTEMPTS,), Unit.TIME, "mean wait of those served"),
    "wait.positive": Ratio((C.WAITED,), (C.JOINED,), Unit.SHARE, "who had to wait, of all who joined a queue"),
    "stay.mean": Ratio((C.STAY,), (C.STAYED,), Unit.TIME, "mean time from joining until the person leaves the place"),
    "visit.mean": Ratio(
        (C.VISIT_TIME,), (C.VISITS,), Unit.TIME,
        "mean time in the house: from coming to the first place until the person is at none, all places together",
    ),
    "service.mean": Ratio((C.SERVICE,), (C.SERVED,), Unit.TIME, "mean time of a service"),
    "utilisation": Ratio(
        (C.BUSY_AREA,), (C.CAPACITY_AREA,), Unit.SHARE,
        "time servers work, wrap-up included, of their time on duty; above 1 where work is finished after hours",
    ),
    "abandoned.share": Ratio((C.ABANDONED,), (C.JOINED,), Unit.SHARE, "who gave up, of all who joined a queue"),
    "blocked.share": Ratio((C.BLOCKED,), _ATTEMPTS, Unit.SHARE, "who found no free place or line, of all attempts"),
    "balked.share": Ratio((C.BALKED,), _ATTEMPTS, Unit.SHARE, "who saw the queue and left, of all attempts"),
    "answered.share": Ratio(
        (C.SERVED_ATTEMPTS, C.SELF_SERVICE), _ATTEMPTS, Unit.SHARE, "served, also by a voice menu, of all attempts"
    ),
    "self_service.share": Ratio((C.SELF_SERVICE,), _ATTEMPTS, Unit.SHARE, "served by a voice menu, of all attempts"),
    "refused.share": Ratio((C.REFUSED,), (C.DECIDED,), Unit.SHARE, "refused, of all steps the office decided"),
}  # fmt: skip
LEVELS: dict[str, Level] = {
    "queue.mean": Level((C.QUEUE_AREA,), C.OFFERED, Unit.LEVEL, "people waiting"),
    "present.mean": Level((C.QUEUE_AREA, C.INSIDE_AREA), C.OFFERED, Unit.LEVEL, "people waiting or being served"),
    "busy.mean": Level((C.BUSY_AREA,), C.SERVED, Unit.LEVEL, "servers at work, wrap-up included"),
    "throughput": Level((C.SERVED,), C.SERVED, Unit.RATE, "people served"),
}
"""Per unit of time: people at all the chosen stations together, averaged over the whole window, nights included."""
COUNTS: dict[str, Count] = {
    "arrivals": Count((C.OFFERED,), "people who came to a place; without place, business or procedure: cases begun"),
    "abandoned.count": Count((C.ABANDONED,), "who gave up waiting"),
    "blocked.count": Count((C.BLOCKED,), "who found no free place or line"),
    "balked.count": Count((C.BALKED,), "who saw the queue and left"),
    "turned_away.count": Count((C.SENT_HOME, C.TURNED_AWAY), "who found the door closed or were sent home at closing"),
    "still_waiting.count": Count((C.STILL_WAITING,), "who still waited when the run ended"),
    "jockeyed.count": Count((C.JOCKEYED,), "changes to another line"),
    "served.count": Count((C.SERVED,), "services that ended"),
    "refused.count": Count((C.REFUSED,), "steps the office refused"),
}
_OFFERED = tuple(column for column in _ATTEMPTS if column is not C.SELF_SERVICE)
WITHIN: dict[str, Within] = {
    "wait.within": Within((C.JOINED,), "served after a wait up to the threshold, of all who joined a queue"),
    "service_level.answered": Within((C.SERVED_ATTEMPTS,), "answered within the threshold, of all answered"),
    "service_level.offered": Within(
        _OFFERED,
        "answered within the threshold, of all who came for a server: those who gave up, were sent home, found the "
        "door closed, no line free or the queue too long are among them; what a voice menu answers is not",
    ),
    "service_level.patient": Within(
        _OFFERED, "the same, of all who came but those who gave up within the threshold", patient=True
    ),
}
"""Call centres state their service level in these ways, which differ in what becomes of those who gave up."""
LONGEST_QUEUE = "queue.max"
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}

LENGTHS = {
    "wait": "wait of all who joined a queue",
    "wait.served": "wait of those served",
    "visit": "time in the house, all places together",
}
"""Families of metrics that are quantiles or the maximum of a distribution."""
_LEADS = {f"lead.{lead}": f"time {lead.replace('_', ' ')}" for lead in LEADS}
_WORDS = {
    **{part: f"{part[1:]} of 100 people do not exceed it" for part in QUANTILES},
    "max": "the longest seen, in all replications",
    "mean": "mean",
    "count": "number of a replication",
}


def _part(family: str, part: str, about: str) -> tuple[str, Metric]:
    return f"{family}.{part}", Metric(Unit.COUNT if part == "count" else Unit.TIME, f"{about}: {_WORDS[part]}")


FIXED: dict[str, Metric] = {
    **{name: Metric(ratio.unit, ratio.about) for name, ratio in RATIOS.items()},
    **{name: Metric(Unit.SHARE, within.about) for name, within in WITHIN.items()},
    **dict(_part(family, part, about) for family, about in LENGTHS.items() for part in (*QUANTILES, "max")),
    **{name: Metric(level.unit, f"{level.about}, averaged over time") for name, level in LEVELS.items()},
    LONGEST_QUEUE: Metric(Unit.LEVEL, "longest queue at any one place, in all replications"),
    **{name: Metric(Unit.COUNT, f"{count.about}, in a replication") for name, count in COUNTS.items()},
    **dict(
        _part(family, part, about) for family, about in _LEADS.items() for part in ("mean", *QUANTILES, "max", "count")
    ),
}
"""Metrics with a fixed name."""

PATTERNS: dict[str, Metric] = {
    "funnel.<procedure>.<step>.share": Metric(Unit.SHARE, "done at the step, of the entries to the first step"),
    "wip.<procedure>.<step>.mean": Metric(Unit.LEVEL, "cases at the step, averaged over time"),
}
"""Metrics named after a step of a procedure."""

_PER_STEP = {("funnel", "share"): "funnel.<procedure>.<step>.share", ("wip", "mean"): "wip.<procedure>.<step>.mean"}
_PARTS_PER_STEP = 4


def step_of(metric: str) -> tuple[str, str] | None:
    """Procedure and step a metric is about, if it is one of the patterns."""
    parts = metric.split(".")
    if len(parts) != _PARTS_PER_STEP or (parts[0], parts[3]) not in _PER_STEP:
        return None
    return parts[1], parts[2]


def declared(metric: str) -> Metric | None:
    """What is known of a metric; None for an unknown one."""
    if step_of(metric) is None:
        return FIXED.get(metric)
    parts = metric.split(".")
    return PATTERNS[_PER_STEP[parts[0], parts[3]]]


def known(steps: Iterable[tuple[str, str]]) -> Mapping[str, Metric]:
    """Every metric of a run with these procedures and steps."""
    per_step = {
        pattern.replace("<procedure>.<step>", f"{procedure}.{step}"): metric
        for procedure, step in steps
        for pattern, metric in PATTERNS.items()
    }
    return {**FIXED, **per_step}


def quantile_of(metric: str) -> float | None:
    """Which quantile of all people a metric is; None if it is none."""
    return QUANTILES.get(metric.rpartition(".")[2])


def is_maximum(metric: str) -> bool:
    """Whether a metric is the largest of all, which more replications can only raise."""
    return metric.rpartition(".")[2] == "max"
