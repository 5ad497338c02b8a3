"""Cross checks of expectations: known metrics, fitting comparisons, values of the metric's own kind."""

from __future__ import annotations

from collections.abc import Iterator

from sim.metrics.catalogue import FIXED, PATTERNS, WITHIN, Unit, declared, step_of
from sim.scenario.checks import World, reference
from sim.scenario.checks_demand import group_names, span
from sim.scenario.schema_story import ExpectTable
from sim.scenario.schema_validate import Finding
from sim.scenario.toml_lines import KeyPath
from sim.scenario.tree import MARKS
from sim.scenario.units import DURATION, RATE, SHARE, duration_text, suggestion
from sim.scenario.values import Measure

_UNITS: dict[Unit, tuple[str, str]] = {
    Unit.TIME: ("time", DURATION),
    Unit.RATE: ("rate", RATE),
    Unit.SHARE: ("plain", SHARE),
    Unit.COUNT: ("plain", "a number"),
    Unit.LEVEL: ("plain", "a number"),
}
_COMPARISONS = ("equals", "at_most", "at_least")
_TOLERANCES = ("within", "within_rel", "z")


def check_expectations(there: World) -> Iterator[Finding]:
    """Every expectation."""
    for number, table in enumerate(there.scenario.expect):
        path = ("expect", number)
        yield from _metric(there, path, table)
        yield from _comparison(path, table)
        yield from reference((*path, "station"), "station", table.station, group_names(there))
        yield from reference((*path, "business"), "business", table.business, there.businesses())
        yield from reference((*path, "demand"), "demand", table.demand, there.names["demand"])
        yield from reference((*path, "procedure"), "procedure", table.procedure, there.catalogue)
        steps = [f"{name}.{step.name}" for name, one in there.catalogue.items() for step in one.steps]
        yield from reference((*path, "step"), "step", table.step, steps)
        yield from reference((*path, "rule"), "rule", table.rule, there.rules())
        yield from reference((*path, "mark"), "mark", table.mark, MARKS)
        yield from span(there, path, table.from_, table.until)
        yield from _after_warm_up(there, path, table)


def _metric(there: World, path: KeyPath, table: ExpectTable) -> Iterator[Finding]:
    metric = declared(table.metric)
    if metric is None:
        yield Finding((*path, "metric"), *suggestion("metric", table.metric, [*FIXED, *PATTERNS]))
        return
    named = step_of(table.metric)
    if named is not None:
        procedure = there.catalogue.get(named[0])
        if procedure is None:
            yield Finding((*path, "metric"), *suggestion("procedure", named[0], there.catalogue))
        else:
            steps = [step.name for step in procedure.steps]
            yield from reference((*path, "metric"), f"step of {named[0]}", named[1], steps)
    for key in (*_COMPARISONS, "within"):
        measure = getattr(table, key)
        if measure is not None:
            limit = key != "within" and table.metric != "utilisation"  # work after hours makes it more than 1
            yield from _value((*path, key), table.metric, metric.unit, measure, limit=limit)
    if (table.metric in WITHIN) != (table.threshold is not None):
        why = "is missing" if table.threshold is None else "is of no use"
        yield Finding((*path, "threshold"), f"{why} for {table.metric}", f"a duration, with {', '.join(WITHIN)}")
    if table.rule and not table.metric.startswith("refused."):
        yield Finding((*path, "rule"), f"is of no use for {table.metric}", "refused.count, refused.share")


def _after_warm_up(there: World, path: KeyPath, table: ExpectTable) -> Iterator[Finding]:
    """Where no `from` is given, what is measured begins with the end of the warm-up."""
    warm_up = there.scenario.run.warm_up or 0
    if table.from_ is None and table.until is not None and 0 < table.until <= warm_up:
        yield Finding((*path, "until"), "is not later than the warm-up", f"a moment after {duration_text(warm_up)}")


def _value(path: KeyPath, metric: str, unit: Unit, measure: Measure, *, limit: bool) -> Iterator[Finding]:
    written, allowed = _UNITS[unit]
    if measure.unit != written:
        yield Finding(path, f"is not measured as {metric} is", allowed)
    elif measure.value < 0 or (unit is Unit.SHARE and limit and measure.value > 1):
        yield Finding(path, "is out of range", SHARE if unit is Unit.SHARE else f"{allowed}, not negative")


def _comparison(path: KeyPath, table: ExpectTable) -> Iterator[Finding]:
    given = [key for key in _COMPARISONS if getattr(table, key) is not None]
    tolerances = [key for key in _TOLERANCES if getattr(table, key) is not None]
    if not given:
        yield Finding(path, "compares with nothing", "equals, at_most or at_least")
    if "equals" in given and len(given) > 1:
        yield Finding(path, " and ".join(given) + " exclude each other", "equals; or at_most, at_least or both")
    if tolerances and "equals" not in given:
        yield Finding((*path, tolerances[0]), "belongs to equals", "equals with " + ", ".join(_TOLERANCES))
    if len(tolerances) > 1:
        yield Finding(path, " and ".join(tolerances) + " exclude each other", "one of " + ", ".join(_TOLERANCES))
    low, high = table.at_least, table.at_most
    if low is not None and high is not None and low.value > high.value:
        yield Finding((*path, "at_least"), "is larger than at_most", "at_least <= at_most")
