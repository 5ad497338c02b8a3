"""What is kept of a city's run: a row of numbers, and distributions in buckets so that cities can be added up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calendar import DAY_MS, DayKind
from sim.engines import counting_lean as kernels
from sim.engines.counting_columns import Ending
from sim.log import LEADS
from sim.metrics.counting import Bools, Ints, bucket_middle, quantile, to_bucket, total_by
from sim.metrics.cube import DEFAULT_THRESHOLDS_MS
from sim.metrics.lean import LeanResult, bucket_quantile
from sim.metrics.names import Names, Role
from sim.nation.transfers import Moves, Settlement
from sim.procedures.model import Place

if TYPE_CHECKING:
    from sim.nation.model import City

BITS = 6
"""Buckets of the distributions kept: 64 to an octave, the middle is off by less than 0.8 %."""
WAIT_OUTLETS, WAIT_HOTLINE = "wait_outlets", "wait_hotline"
ANSWERED_IN_MS = 20_000
Buckets = dict[str, tuple[list[int], list[int]]]
Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class CityRow:
    """A city's run.  Times in ms, shares of 1, money in fen; a number that cannot be given is missing."""

    code: str
    name: str
    name_zh: str
    profile: str
    holders: int
    key: str
    events: int
    log_rows: int
    measures: Measures
    begun: dict[str, int]  # cases by demand, after the warm-up
    settlement: Settlement
    left: int  # people who left the city within the run
    left_fen: int
    buckets: Buckets  # name -> numbers of log buckets, and counts
    took_s: float = field(compare=False)  # wall time in its worker: the only thing that chance may change

    def as_json(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> CityRow:
        """The row again."""
        buckets = {name: (list(numbers), list(counts)) for name, (numbers, counts) in values["buckets"].items()}
        return cls(**{**values, "settlement": Settlement(**values["settlement"]), "buckets": buckets})


def row_of(
    city: City, key: str, names: Names, lean: LeanResult, events: int, settlement: Settlement, moves: Moves,
    took_s: float,
) -> CityRow:  # fmt: skip
    """The row of a city that has been played."""
    return CityRow(
        code=city.code,
        name=city.name,
        name_zh=city.name_zh,
        profile=city.profile,
        holders=city.holders,
        key=key,
        events=events,
        log_rows=lean.rows,
        measures=_measures(names, lean),
        begun=dict(zip(names.sources, lean.source.tolist(), strict=True)),
        settlement=settlement,
        left=len(moves.person),
        left_fen=int(moves.fen.sum()),
        buckets=_buckets(names, lean),
        took_s=took_s,
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Stations of a kind, and the groups they belong to."""

    stations: Bools  # [station + 1]
    groups: Bools  # [group + 1]

    @classmethod
    def of(cls, names: Names, lean: LeanResult, kind: Place, *, machines: bool = False) -> _Places:
        """Stations where people are served, or the machines of these places."""
        stations = np.array([*(s.kind is kind and s.is_annex is machines for s in names.stations), False])
        groups = np.zeros(len(lean.waits), dtype=np.bool_)
        groups[lean.group[stations[:-1]]] = True
        return cls(stations, groups)


def _measures(names: Names, lean: LeanResult) -> Measures:
    outlets = _Places.of(names, lean, Place.OUTLET)
    machines = _Places.of(names, lean, Place.OUTLET, machines=True)
    line = _Places.of(names, lean, Place.HOTLINE)
    found: Measures = {
        "outlets": float(outlets.stations.sum()),
        "machines": float(machines.stations.sum()),
        **_waits("outlets", outlets, lean),
        **_waits("hotline", line, lean),
        **_hotline(line, lean),
        **_machines(machines, lean, _workdays(names)),
        **_leads(lean),
        "days": lean.measured_ms / DAY_MS,
        "refused": float(lean.refusals.sum()),
        "longest_queue": float(lean.longest[outlets.stations].max(initial=0)),
    }
    for name, places in (("counters", outlets), ("agents", line)):
        capacity = int(lean.capacity[places.stations].sum())
        if capacity:
            found[f"{name}.busy"] = int(lean.busy[places.stations].sum()) / capacity
            found[f"{name}.on_duty"] = capacity / lean.measured_ms
    return found


def _waits(name: str, places: _Places, lean: LeanResult) -> Measures:
    """Waits of those who joined a queue at places of a kind."""
    sums = lean.station[places.stations].sum(axis=0)
    joined = int(sums[kernels.JOINED])
    if joined == 0:
        return {}
    long = len(DEFAULT_THRESHOLDS_MS) - 1
    return {
        f"{name}.visits": float(joined),
        f"{name}.wait_mean": int(sums[kernels.WAIT]) / joined,
        f"{name}.wait_p90": lean.wait_quantile(places.groups, 0.9),
        f"{name}.wait_p99": lean.wait_quantile(places.groups, 0.99),
        f"{name}.within_10_min": int(sums[kernels.WITHIN + long - 1]) / joined,
    }


def _hotline(line: _Places, lean: LeanResult) -> Measures:
    """Calls for an agent: how many came, gave up, were answered in time."""
    sums = lean.station[line.stations].sum(axis=0)
    ended = sums[kernels.SERVED_ATTEMPTS : kernels.SERVED_ATTEMPTS + len(Ending)]
    wanted = int(ended.sum() - ended[Ending.SELF_SERVICE])
    if wanted == 0:
        return {}
    return {
        "hotline.calls": float(wanted),
        "hotline.abandoned": int(ended[Ending.ABANDONED]) / wanted,
        "hotline.within_20_s": int(sums[kernels.WITHIN + DEFAULT_THRESHOLDS_MS.index(ANSWERED_IN_MS)]) / wanted,
    }


def _workdays(names: Names) -> int:
    """Working days after the warm-up."""
    first, end = -(-names.warm_up_ms // DAY_MS), -(-names.duration_ms // DAY_MS)
    return sum(kind == DayKind.WORKING for kind in names.day_kinds[first:end])


def _machines(machines: _Places, lean: LeanResult, workdays: int) -> Measures:
    """Instant-issue machines: work, also on a working day, stops, time out of work."""
    capacity = int(lean.capacity[machines.stations].sum())
    if capacity == 0:
        return {}
    sums = lean.station[machines.stations].sum(axis=0)
    number = int(machines.stations.sum())
    return {
        "machines.cards": float(sums[kernels.SERVED]),
        **({"machines.a_day": float(sums[kernels.SERVED]) / number / workdays} if workdays else {}),
        "machines.busy": int(lean.busy[machines.stations].sum()) / capacity,
        "machines.breakdowns": float(lean.stops[machines.stations, 0].sum()) / number,
        "machines.down": int(lean.down[machines.stations].sum()) / (number * lean.measured_ms),
    }


def _leads(lean: LeanResult) -> Measures:
    """Lead times that occurred."""
    found: Measures = {}
    for number, name in enumerate(LEADS):
        count, total = lean.lead[number].tolist()
        if count:
            found[f"{name}.number"] = float(count)
            found[f"{name}.mean"] = total / count
            found[f"{name}.p50"] = bucket_quantile(lean.leads[number], 0.5)
            found[f"{name}.p90"] = bucket_quantile(lean.leads[number], 0.9)
    return found


def _buckets(names: Names, lean: LeanResult) -> Buckets:
    """Distributions with fewer buckets, small enough to be kept for every city."""
    outlets, line = _Places.of(names, lean, Place.OUTLET), _Places.of(names, lean, Place.HOTLINE)
    fine = {
        WAIT_OUTLETS: lean.waits[outlets.groups].sum(axis=0),
        WAIT_HOTLINE: lean.waits[line.groups].sum(axis=0),
        **{name: lean.leads[number] for number, name in enumerate(LEADS)},
    }
    return {name: _coarser(counts) for name, counts in fine.items() if counts.any()}


def _coarser(counts: Ints) -> tuple[list[int], list[int]]:
    there = np.flatnonzero(counts)
    coarse = to_bucket(np.floor(bucket_middle(there, kernels.BITS)).astype(np.int64), BITS)
    numbers, inverse = np.unique(coarse, return_inverse=True)
    return numbers.tolist(), total_by(inverse.astype(np.int64), counts[there], len(numbers)).tolist()


def pooled(rows: list[CityRow], name: str) -> tuple[Ints, Ints]:
    """A distribution of all cities together: buckets and counts."""
    parts = [row.buckets[name] for row in rows if name in row.buckets]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    everything = np.concatenate([np.array(numbers, dtype=np.int64) for numbers, _ in parts])
    counts = np.concatenate([np.array(counted, dtype=np.int64) for _, counted in parts])
    numbers, inverse = np.unique(everything, return_inverse=True)
    return numbers, total_by(inverse.astype(np.int64), counts, len(numbers))


def pooled_quantile(rows: list[CityRow], name: str, level: float) -> float:
    """Quantile (ms) of a distribution of all cities together; NaN of nothing."""
    numbers, counts = pooled(rows, name)
    return quantile(bucket_middle(numbers, BITS), counts, level)


__all__ = ["BITS", "WAIT_HOTLINE", "WAIT_OUTLETS", "CityRow", "Measures", "Role", "pooled", "pooled_quantile", "row_of"]
