"""How often the stated 95 % intervals hold the truth on a queue with random days.

    python -m benchmarks.coverage --studies 1000 [--write]

Plays the days of scenarios/truth/busy_days.toml, each of which is independent of the others, and deals them out to
studies: so many replications of so many days, no day twice in the studies of one line.  Every study is evaluated by
the code that evaluates a run.  The truth of the mean wait and of the share of those who give up is the known answer of
the scenario, that of other numbers (and of milder days) what all days together give.  Writes
benchmarks/results/coverage.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from sim.engines.choose import COMPILED
from sim.engines.counting_columns import Column
from sim.metrics.catalogue import Unit
from sim.metrics.counting import COARSE_BITS, Distribution, Ints
from sim.metrics.fold import Fold, Result
from sim.metrics.intervals import NO_NUMBER, of_means
from sim.metrics.replicated import Part, Replicated
from sim.run import play_log, prepare

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "truth" / "busy_days.toml"
RESULT = Path(__file__).resolve().parent / "results" / "coverage.md"
AT_A_TIME = 1000
"""Days of one run; no day knows of another."""
BUCKETS = 400
WITHIN_MS = 20_000
C = Column
SUMS = (C.WAIT, C.ABANDONED, C.JOINED)
KNOWN = {"wait.mean": 12_520.0, "abandoned.share": 0.03649}
"""Of the scenario as it is: forward equations."""
HARD, MILD = ((5, 1), (10, 1), (20, 1), (10, 5), (100, 1)), ((5, 1), (10, 1), (20, 1), (10, 5))
"""Replications and days of each."""

HEAD = """\
# Coverage of 95 % intervals on a queue with random days

{studies:,} studies a line of `scenarios/truth/busy_days.toml`: the number of calls of a day is gamma, for four to eight
agents.  A study plays so many replications of so many days and states the number of all callers with its 95 % interval.
*Too low*: the interval lies wholly below the truth.  Last column: Student's interval around the mean of the
replications' own numbers; that is the typical day's, not the callers'.

A few very busy days hold most of the waiting.  Of those that a study has not seen no method knows: at a coefficient of
variation of 0.32, 83 to 93 of 100 intervals of the mean wait hold with 5 to 100 days, and the others lie too low.
"""


@dataclass(frozen=True)
class Days:
    """What each day adds: sums (one row each), and how many waits lie in each coarse bucket."""

    sums: Ints  # [wait, abandoned, joined, within][day]
    waits: np.ndarray  # [day, bucket]

    def __len__(self) -> int:
        return int(self.sums.shape[1])


def play_days(day_cv: float | None, count: int) -> Days:
    """Play so many days on which anybody came."""
    overrides = [f'run.duration="{AT_A_TIME} d"', "run.start=2004-01-01"]
    overrides += [] if day_cv is None else [f"profiles.busy.day_cv={day_cv}"]
    _, compiled = prepare(SCENARIO, overrides)
    played: list[Days] = []
    while sum(len(days) for days in played) < count:
        fold = Fold(compiled.names, (), (WITHIN_MS,))
        play_log(compiled, COMPILED, 1, len(played), fold.add)
        played.append(_days_of(fold.result()))
    sums = np.concatenate([days.sums for days in played], axis=1)
    return Days(sums[:, :count], np.concatenate([days.waits for days in played])[:count])


def _days_of(result: Result) -> Days:
    cube = result.cube
    columns = [*SUMS, cube.within(WITHIN_MS)]
    sums = cube.sums[columns, 0]
    group, bucket, count = cube.waits_by_cluster.table()
    mine = group < cube.blocks
    waits = np.zeros((cube.blocks, BUCKETS), dtype=np.uint16)
    waits[group[mine], bucket[mine]] = count[mine]
    there = sums[SUMS.index(C.JOINED)] > 0  # holidays are closed
    return Days(sums[:, there], waits[there])


def quantile_part(share: float, waits: np.ndarray) -> Part:
    """What days add to a quantile of the waits."""
    total = waits.sum(axis=0, dtype=np.int64)
    bucket = np.flatnonzero(total)
    values = Distribution(COARSE_BITS, exact=False)
    values.add_counted(np.zeros_like(bucket), bucket, total[bucket])
    return Part(count=int(total.sum()), values=values, share=share)


def ratio_part(row: int, sums: Ints) -> Part:
    """What days add to a mean or share."""
    above, below = (float(sums[n].sum()) for n in (row, SUMS.index(C.JOINED)))
    return Part(above, below, int(below))


RATIOS = {"wait.mean": (0, Unit.TIME), "abandoned.share": (1, Unit.SHARE), "wait.within 20 s": (3, Unit.SHARE)}
QUANTILES = {"wait.p90": 0.9, "wait.p95": 0.95}


def parts_of(days: Days, metric: str, replications: list[Ints]) -> Iterator[Part]:
    """What each replication, a set of days, adds to a metric."""
    for chosen in replications:
        if metric in RATIOS:
            yield ratio_part(RATIOS[metric][0], days.sums[:, chosen])
        else:
            yield quantile_part(QUANTILES[metric], days.waits[chosen])


def truth_of(days: Days, metric: str, known: dict[str, float]) -> float:
    """The known answer, or what all days together give."""
    (part,) = parts_of(days, metric, [np.arange(len(days))])
    return known.get(metric, part.value)


@dataclass(frozen=True)
class Covered:
    """Of all studies, which held the truth, and which were wholly below or above it."""

    held: float
    below: float
    above: float
    typical: float  # held by Student's interval around the mean of the replications' own numbers


def cover(days: Days, metric: str, truth: float, shape: tuple[int, int], studies: int) -> Covered:
    """Deal the days out and count."""
    replications, long = shape
    unit = RATIOS[metric][1] if metric in RATIOS else Unit.TIME
    need = replications * long
    dealt = np.random.default_rng(need).permutation(len(days))[: studies * need].reshape(studies, replications, long)
    held = below = above = typical = 0
    for study in dealt:
        parts = list(parts_of(days, metric, list(study)))
        interval = Replicated(unit, parts).interval()
        held += interval.low <= truth <= interval.high
        below += interval.high < truth
        above += interval.low > truth
        old = of_means(np.array([part.value if part.count else NO_NUMBER for part in parts]))
        typical += old.low <= truth <= old.high
    return Covered(held / studies, below / studies, above / studies, typical / studies)


def lines_of(title: str, days: Days, shapes: tuple[tuple[int, int], ...], known: dict[str, float], studies: int) -> str:
    """A table of one model."""
    lines = [
        f"## {title}", "",
        "| replications of days | metric | truth | held | too low | too high | mean of runs, Student |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for shape in shapes:
        for metric in (*RATIOS, *QUANTILES):
            truth = truth_of(days, metric, known)
            found = cover(days, metric, truth, shape, studies)
            value = f"{truth / 1000:.4g} s" if metric in QUANTILES or metric == "wait.mean" else f"{100 * truth:.4g} %"
            shares = " | ".join(f"{100 * s:.1f} %" for s in (found.held, found.below, found.above, found.typical))
            lines.append(f"| {shape[0]} of {shape[1]} | `{metric}` | {value} | {shares} |")
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join([*lines, ""])


def text_of(studies: int) -> str:
    """The whole result."""
    parts = [HEAD.format(studies=studies)]
    hard = partial(play_days, None, max(a * b for a, b in HARD) * studies)
    mild = partial(play_days, 0.1, max(a * b for a, b in MILD) * studies)
    parts.append(lines_of("Busyness of the day with coefficient of variation 0.32", hard(), HARD, KNOWN, studies))
    parts.append(lines_of("The same with 0.1", mild(), MILD, {}, studies))
    return "\n".join([*parts, "Written by `python -m benchmarks.coverage --write`.", ""])


def main(arguments: list[str]) -> None:
    """Play, count, print, and write if wanted."""
    parser = argparse.ArgumentParser(description="How often the stated intervals hold the truth.")
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args(arguments)
    text = text_of(options.studies)
    print(text)
    if options.write:
        RESULT.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
