"""Metrics an expectation may name, and in what they are measured."""

from __future__ import annotations

from typing import Literal

from sim.log import LEADS

Dimension = Literal["time", "rate", "share", "number"]

FIXED: dict[str, Dimension] = {
    "arrivals": "number",
    "wait.mean": "time",
    "wait.p50": "time",
    "wait.p90": "time",
    "wait.p95": "time",
    "wait.p99": "time",
    "wait.max": "time",
    "wait.positive": "share",
    "wait.within": "share",
    "wait.served.mean": "time",
    "queue.mean": "number",
    "queue.max": "number",
    "present.mean": "number",
    "stay.mean": "time",
    "utilisation": "share",
    "throughput": "rate",
    "abandoned.share": "share",
    "abandoned.count": "number",
    "blocked.share": "share",
    "balked.share": "share",
    "turned_away.count": "number",
    "jockeyed.count": "number",
    "answered.share": "share",
    "self_service.share": "share",
    "refused.count": "number",
    "refused.share": "share",
    "served.count": "number",
    **{f"lead.{lead}.{statistic}": "time" for lead in LEADS for statistic in ("mean", "p50", "p90")},
}
"""Metrics with a fixed name."""

PATTERNS: dict[str, Dimension] = {"funnel.<procedure>.<step>.share": "share", "wip.<procedure>.<step>.mean": "number"}
"""Metrics named after a step of a procedure."""

_PER_STEP = {("funnel", "share"): "funnel.<procedure>.<step>.share", ("wip", "mean"): "wip.<procedure>.<step>.mean"}
_PARTS_PER_STEP = 4


def step_of(metric: str) -> tuple[str, str] | None:
    """Procedure and step a metric is about, if it is one of the patterns."""
    parts = metric.split(".")
    if len(parts) != _PARTS_PER_STEP or (parts[0], parts[3]) not in _PER_STEP:
        return None
    return parts[1], parts[2]


def dimension(metric: str) -> Dimension | None:
    """What the metric is measured in; None for an unknown metric."""
    parts = metric.split(".")
    if step_of(metric) is not None:
        return PATTERNS[_PER_STEP[parts[0], parts[3]]]
    return FIXED.get(metric)
