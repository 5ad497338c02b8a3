"""An `[[expect]]` table as the metrics want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Problem, ScenarioError
from sim.metrics.expect import Expectation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.schema_story import ExpectTable
    from sim.scenario.values import Measure


def expectation(table: ExpectTable) -> Expectation:
    """The expectation of a table."""

    def value(measure: Measure | None) -> float | None:
        return None if measure is None else measure.value

    return Expectation(
        metric=table.metric,
        station=table.station,
        business=table.business,
        demand=table.demand,
        procedure=table.procedure,
        step=table.step,
        rule=table.rule,
        threshold_ms=table.threshold,
        equals=value(table.equals),
        within=value(table.within),
        within_rel=table.within_rel,
        z=table.z,
        at_most=value(table.at_most),
        at_least=value(table.at_least),
        from_ms=table.from_,
        until_ms=table.until,
        title=table.title,
    )


def check_errors(expectations: Sequence[Expectation], replications: int) -> None:
    """Refuse to judge by standard errors what is played once, before anything is played.  Raises ScenarioError."""
    without = [number for number, one in enumerate(expectations) if one.z is not None and replications < 2]
    if without:
        why = f"needs a standard error, and {replications} replication is played"
        allowed = "--replications or run.replications of 2 or more"
        raise ScenarioError(tuple(Problem("", f"expect[{number}].z", None, why, allowed) for number in without))
