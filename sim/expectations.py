"""An `[[expect]]` table as the metrics want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.metrics.expect import Expectation

if TYPE_CHECKING:
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
