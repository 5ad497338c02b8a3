"""How our engines' time grows: with people, with stations, with replications, with cores.

    python -m benchmarks.scaling --people 200000 --repeat 3

Stations are M/M/8 at 90 % load, one beside the other with a demand of its own each, so that people stay as many.
Customers, stations and replications: engines alone, the log handed on and dropped.  Cores: whole studies, from the
compiled scenario to the tables of the page, with everything a user waits for: workers start, metrics are counted, rows
come back and are put together.  Writes benchmarks/results/scaling.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from sim.engines.choose import COMPILED, REFERENCE, ready
from sim.replications.workers import cores
from sim.run import Plan, engine_of, prepare
from sim.run import play as play_study
from sim.sample import NONE, LogKept

RESULTS = Path(__file__).resolve().parent / "results"
_PER_MINUTE = 7.2
_STUDY = 200
"""Replications of a study: long enough for what a worker needs to start to be the small part it is in use."""


def scenario(folder: Path, people: int, stations: int) -> Path:
    """So many people at so many stations."""
    minutes = max(1, round(people / stations / _PER_MINUTE))
    lines = [f'[run]\nstart = 2026-03-02\nduration = "{minutes} min"']
    for at in range(stations):
        lines.append(f'[stations.s{at}]\ncounters = 8\nservice = {{dist = "exponential", mean = "1 min"}}')
        lines.append(f'[demand.d{at}]\nenters = "s{at}"\nrate = "{_PER_MINUTE} per min"')
    path = folder / f"scaling_{people}_{stations}.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _drop(_: np.ndarray) -> None:
    """Nobody reads the log."""


def play(path: Path, engine: str, replications: range) -> float:
    """Seconds one engine takes for these replications, everything loaded beforehand."""
    program = prepare(path, ())[1].program
    ready(engine, program, 1, print)
    begin = time.perf_counter()
    for replication in replications:
        engine_of(engine, program, 1, replication, _drop).run()
    return time.perf_counter() - begin


def study(path: Path, workers: int, replications: int) -> float:
    """Seconds for a whole study; the start of workers counts."""
    loaded, compiled = prepare(path, ())
    plan = Plan(engine=COMPILED, replications=replications, workers=workers, log=LogKept(NONE))
    ready(COMPILED, compiled.program, replications, print)
    begin = time.perf_counter()
    play_study(loaded, compiled, plan)
    return time.perf_counter() - begin


def powers_of_two(most: int) -> list[int]:
    """1, 2, 4, ..., and the most itself."""
    return [*(1 << power for power in range(most.bit_length()) if 1 << power < most), most]


def _row(name: str, people: int, repeat: int, run: Callable[[], float]) -> str:
    seconds = [run() for _ in range(repeat)]
    middle = statistics.median(seconds)
    return f"| {name} | {people:,} | {middle:.3f} | {people / middle:,.0f} |"


def main(arguments: list[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="How our engines' time grows.")
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args(arguments)
    people, repeat = options.people, options.repeat
    lines = ["# How the time grows\n", f"M/M/8, median of {repeat}, seconds by the clock on the wall.\n"]
    lines += ["| run | people | seconds | people a second |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (people // 100, people // 10, people):
            path = scenario(folder, count, 1)
            lines.append(_row("compiled, one station", count, repeat, partial(play, path, COMPILED, range(1))))
        for count in (people // 100, people // 10):
            path = scenario(folder, count, 1)
            lines.append(_row("reference, one station", count, repeat, partial(play, path, REFERENCE, range(1))))
        for engine, count in ((COMPILED, people), (REFERENCE, people // 10)):
            for stations in (10, 100):
                path = scenario(folder, count, stations)
                title = f"{engine}, {stations} stations"
                lines.append(_row(title, count, repeat, partial(play, path, engine, range(1))))
        path = scenario(folder, people // 10, 1)
        for times in (1, 10, 40):
            title, total = f"compiled, {times} replications", people // 10 * times
            lines.append(_row(title, total, repeat, partial(play, path, COMPILED, range(times))))
        path = scenario(folder, people, 1)
        for workers in powers_of_two(cores()):
            title = f"whole study of {_STUDY} replications, {workers} worker{'s' if workers > 1 else ''}"
            lines.append(_row(title, _STUDY * people, repeat, partial(study, path, workers, _STUDY)))
    lines.append("\nWritten by `python -m benchmarks.scaling`.\n")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scaling.md").write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
