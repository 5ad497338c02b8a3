"""Metrics by name: what each is, how it is worked out of the sums, and its interval within one run.

Natural units: times in ms, shares 0..1, rates per ms, everything else in people or cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, partial

import numpy as np

from sim.engines.counting_columns import Column, Ending
from sim.log import LEADS
from sim.metrics.catalogue import COUNTS, LEVELS, LONGEST_QUEUE, QUANTILES, RATIOS, WITHIN, Unit, known
from sim.metrics.counting import Bools, Distribution, Floats, Ints
from sim.metrics.cube import CubeResult, Selection, UnknownNameError
from sim.metrics.fold import Result
from sim.metrics.intervals import NOTHING, Interval, certain, none_because, of_quantile, of_ratio
from sim.metrics.names import Names
from sim.metrics.replicated import NO_INTERVAL_OF_MAXIMA, Part, Replicated

C = Column
CANNOT_HAPPEN = "cannot happen here"


@dataclass(frozen=True, slots=True)
class Question:
    """One number asked of a result.  `station`: a station, a group of stations, a place kind, or empty for all."""

    metric: str
    station: str = ""
    selection: Selection = field(default_factory=Selection)
    threshold_ms: int | None = None


@dataclass(frozen=True)
class Estimate:
    """A number, how many observations it comes from, and the interval for it, worked out when it is asked for.

    `part`: what it adds to the same number of several replications.
    """

    value: float
    unit: Unit
    count: int
    around: Callable[[], Interval] = field(compare=False, repr=False)
    part: Part = field(default=Part(), compare=False, repr=False)

    @cached_property
    def interval(self) -> Interval:
        """The interval for the number."""
        return self.around()


class UnknownMetricError(LookupError):
    """A metric of a name that does not exist."""


def known_metrics(names: Names) -> tuple[str, ...]:
    """Every metric a run can be asked for."""
    return tuple(known((step.procedure, step.step) for step in names.steps))


def check_metric(metric: str, names: Names) -> None:
    """Refuse a metric that does not exist, naming the nearest."""
    there = known_metrics(names)
    if metric not in there:
        near = get_close_matches(metric, there, 1)
        raise UnknownMetricError(f'no metric "{metric}"' + (f'; did you mean "{near[0]}"?' if near else ""))


def stations_named(names: Names, name: str) -> Bools:
    """The stations a name means (one entry more, for what belongs to no station: chosen only if all are)."""
    if not name:
        return np.ones(len(names.stations) + 1, dtype=bool)
    by_name = np.array([name in (s.name, s.group) for s in names.stations] + [False])
    by_kind = np.array([name == s.kind.value and not s.is_annex for s in names.stations] + [False])
    chosen = by_name if by_name.any() else by_kind
    if not chosen.any():
        near = get_close_matches(name, {n for s in names.stations for n in (s.name, s.group, s.kind.value)}, 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise UnknownNameError(f'no station, group of stations or kind of place "{name}" in this run{hint}')
    return chosen


def measure(result: Result, question: Question) -> Estimate:
    """The answer to a question, from one run."""
    return measure_all([result], [question])[0]


def measure_all(results: Sequence[Result], questions: Sequence[Question]) -> list[Estimate]:
    """The answer to each question from all replications of one program together, each of which is looked at once."""
    names = results[0].names
    for question in questions:
        check_metric(question.metric, names)
    return measure_at_all(results, [(question, stations_named(names, question.station)) for question in questions])


def measure_at_all(results: Iterable[Result], asked: Sequence[tuple[Question, Bools]]) -> list[Estimate]:
    """The same for sets of stations that have no name."""
    rest = iter(results)
    first = next(rest)
    answers = [measure_at(first, question, chosen) for question, chosen in asked]
    together: list[Replicated] = []
    for result in rest:
        together = together or [Replicated(answer.unit, [answer.part]) for answer in answers]
        for one, (question, chosen) in zip(together, asked, strict=True):
            one.add(measure_at(result, question, chosen).part)
    return [Estimate(one.value, one.unit, one.count, one.interval) for one in together] or answers


def _of_pooled() -> Interval:
    return none_because("the interval is that of all replications")


def measure_at(result: Result, question: Question, chosen: Bools) -> Estimate:
    """The answer of one run for a set of stations that has no name; of pooled replications without an interval."""
    estimate = _at(result, question, chosen)
    if estimate.unit is Unit.SHARE and estimate.value in (0.0, 1.0):
        estimate = replace(estimate, part=replace(estimate.part, run=result.fingerprint))
    return estimate if result.runs == 1 else replace(estimate, around=_of_pooled)


def _at(result: Result, question: Question, chosen: Bools) -> Estimate:
    if question.selection not in result.cubes:
        raise UnknownNameError("these cases and this window were not counted: give the selection to the Fold")
    metric, cube = question.metric, result.cubes[question.selection]
    if metric.startswith(("funnel.", "wip.")):
        return _of_progress(result, question)
    if metric.startswith("lead."):
        _, lead, part = metric.split(".")
        return _of_lead(cube, chosen, LEADS.index(lead), part)
    if metric in LEVELS:
        return _of_level(cube, chosen, metric)
    if metric in COUNTS:
        return _of_number(cube, chosen, question)
    if metric in WITHIN:
        return _of_within(cube, chosen, metric, question.threshold_ms)
    if metric in RATIOS:
        return _of_ratio(result, cube, chosen, metric)
    if metric == LONGEST_QUEUE:
        return _of_maximum(float(cube.longest_queue[chosen].max()), Unit.LEVEL, int(chosen.sum()))
    return _of_lengths(cube, chosen, metric)


def _total(cube: CubeResult, chosen: Bools, columns: tuple[int, ...]) -> Ints:
    """Per cluster of the chosen stations: the columns added up."""
    total: Ints = cube.sums[columns[0]][chosen]
    for column in columns[1:]:
        total = total + cube.sums[column][chosen]
    return total.ravel()


def _of_sums(above: Ints | Floats, below: Ints | Floats, unit: Unit, count: int | None = None) -> Estimate:
    """A ratio of sums with its interval from clusters."""
    part = Part(float(above.sum()), float(below.sum()), int(below.sum()) if count is None else count)
    return Estimate(part.value, unit, part.count, partial(of_ratio, above, below, share=unit is Unit.SHARE), part)


def _without_interval(part: Part, unit: Unit, why: str) -> Estimate:
    """A number of which one run alone has no interval."""
    return Estimate(part.value, unit, part.count, partial(none_because, why), part)


def _of_count(number: int, runs: int) -> Estimate:
    return _without_interval(Part(number, runs, number), Unit.COUNT, "a count of one run has no interval")


def _of_maximum(largest: float, unit: Unit, count: int) -> Estimate:
    return _without_interval(Part(largest, 1.0, count, largest=True), unit, NO_INTERVAL_OF_MAXIMA)


_ENDING_OF = {Column(C.SERVED_ATTEMPTS + ending): ending for ending in Ending}


def _never(names: Names, chosen: Bools, columns: tuple[Column, ...]) -> bool:
    """Whether these columns count visits that end in ways in which none to the chosen stations can."""
    endings = [_ENDING_OF.get(column) for column in columns]
    return all(set(endings) <= set(names.stations[n].never) for n in np.flatnonzero(chosen[:-1]))


def _of_ratio(result: Result, cube: CubeResult, chosen: Bools, metric: str) -> Estimate:
    ratio = RATIOS[metric]
    above, below = _total(cube, chosen, ratio.above), _total(cube, chosen, ratio.below)
    if _never(result.names, chosen, ratio.above) and below.any():
        part = Part(0.0, float(below.sum()), int(below.sum()), fixed=CANNOT_HAPPEN)
        return Estimate(0.0, ratio.unit, part.count, partial(certain, 0.0, CANNOT_HAPPEN), part)
    if metric != "utilisation":
        return _of_sums(above, below, ratio.unit)
    served = int(_total(cube, chosen, (C.SERVED,)).sum())
    if result.unlimited[chosen[:-1]].any():
        why = "servers without number have no utilisation"
        return _without_interval(Part(count=served, note=why), ratio.unit, why)
    return _of_sums(above, below, ratio.unit, served)


def _of_level(cube: CubeResult, chosen: Bools, metric: str) -> Estimate:
    level = LEVELS[metric]
    places = max(1, int(chosen[:-1].sum()))
    mine = chosen & np.append(np.ones(len(chosen) - 1, dtype=bool), False)
    above, time = _total(cube, mine, level.above), _total(cube, mine, (C.TIME,)) / places
    return _of_sums(above, time, level.unit, int(_total(cube, mine, (level.counted,)).sum()))


def _of_number(cube: CubeResult, chosen: Bools, question: Question) -> Estimate:
    columns = COUNTS[question.metric].columns
    selection = question.selection
    of_steps = selection.business or selection.procedure or selection.step
    at_counter = question.station or of_steps or selection.priority is not None
    if question.metric == "arrivals" and not at_counter:
        columns = (C.BEGUN,)
    return _of_count(int(_total(cube, chosen, columns).sum()), cube.runs)


def everybody_within(cube: CubeResult, chosen: Bools, metric: str, threshold_ms: int) -> Ints:
    """Of whom a share within a threshold is, per cluster."""
    everybody = _total(cube, chosen, WITHIN[metric].below)
    if WITHIN[metric].patient:
        everybody = everybody - _total(cube, chosen, (cube.gave_up_within(threshold_ms),))
    return everybody


def _of_within(cube: CubeResult, chosen: Bools, metric: str, threshold_ms: int | None) -> Estimate:
    """A share served within a threshold."""
    if threshold_ms is None:
        raise UnknownMetricError(f'"{metric}" needs a threshold')
    within = _total(cube, chosen, (cube.within(threshold_ms),))
    return _of_sums(within, everybody_within(cube, chosen, metric, threshold_ms), Unit.SHARE)


def lengths_of(cube: CubeResult, family: str) -> tuple[Distribution, Distribution]:
    """The distribution of waits or visits by station, and the same by cluster."""
    return {
        "wait": (cube.waits, cube.waits_by_cluster),
        "wait.served": (cube.served_waits, cube.served_waits_by_cluster),
        "visit": (cube.visits, cube.visits_by_cluster),
    }[family]


def _of_lengths(cube: CubeResult, chosen: Bools, metric: str) -> Estimate:
    """A quantile or the maximum of waits or visits."""
    family, part = metric.rsplit(".", 1)
    lengths, by_cluster = lengths_of(cube, family)
    return _of_distribution(
        lengths.chosen(chosen), part, lambda: _clusters(by_cluster.table(), np.repeat(chosen, cube.blocks), 0)
    )


def _of_lead(cube: CubeResult, chosen: Bools, lead: int, part: str) -> Estimate:
    number, total = (_total(cube, chosen, (column,)) for column in cube.lead_columns(lead))
    if part == "mean":
        return _of_sums(total, number, Unit.TIME)
    if part == "count":
        return _of_count(int(number.sum()), cube.runs)
    mine = np.zeros((len(LEADS), cube.stations), dtype=bool)
    mine[lead] = chosen
    first = lead * cube.stations * cube.blocks
    return _of_distribution(
        cube.leads.chosen(mine.ravel()),
        part,
        lambda: _clusters(cube.leads_by_cluster.table(), np.repeat(chosen, cube.blocks), first),
    )


Clusters = tuple[Ints, Ints, Ints]


def _clusters(table: Clusters, chosen: Bools, first: int) -> Clusters:
    """Cluster, coarse bucket and count of the values in the chosen clusters."""
    cluster, bucket, count = table
    inside = (cluster >= first) & (cluster < first + len(chosen))
    cluster, bucket, count = cluster[inside] - first, bucket[inside], count[inside]
    mine = chosen[cluster]
    return cluster[mine], bucket[mine], count[mine]


def _of_distribution(found: Distribution, part: str, clusters: Callable[[], Clusters]) -> Estimate:
    """A quantile or the maximum of a distribution."""
    values, counts = found.counted()
    total = int(counts.sum())
    if part == "max":
        if total:
            return _of_maximum(float(values[-1]), Unit.TIME, total)
        return _without_interval(Part(), Unit.TIME, NOTHING)
    mine = Part(count=total, values=found, share=QUANTILES[part])
    if total == 0:
        return _without_interval(mine, Unit.TIME, NOTHING)
    return Estimate(mine.value, Unit.TIME, total, lambda: _around(mine.share, found, clusters()), mine)


def _around(share: float, found: Distribution, clusters: Clusters) -> Interval:
    """The interval for a quantile."""
    cluster, bucket, count = clusters
    (there, row), (buckets, column) = (np.unique(each, return_inverse=True) for each in (cluster, bucket))
    table = np.zeros((len(there), len(buckets)), dtype=np.int64)
    np.add.at(table, (row, column), count)
    return of_quantile(found.counted(), share, np.cumsum(table, axis=1))


def _of_progress(result: Result, question: Question) -> Estimate:
    """How many cases got through a step, of those that entered the procedure; or how many are at it on average."""
    kind, procedure, step, _ = question.metric.split(".")
    progress = result.progress_of(question.selection)
    number = next(n for n, s in enumerate(result.names.steps) if (s.procedure, s.step) == (procedure, step))
    if kind == "wip":
        part = Part(
            float(progress.at_step[number].sum()), float(progress.day_time.sum()), int(progress.entered[number])
        )
        return _without_interval(part, Unit.LEVEL, "days follow on from each other: an interval needs replications")
    order = next(p.steps for p in result.names.procedures if p.name == procedure)
    entered = int(progress.entered[order[0]])
    part = Part(float(progress.done[number]), float(entered), entered)
    return _without_interval(part, Unit.SHARE, "the share of one run has no interval")
