"""Both engines on a whole city: the days of Ningbo, and its year, with all procedures.

    python -m benchmarks.city [--repeat 5] [--year]

The log is handed on, compared by its SHA-256 in a run that does not count, and otherwise dropped, so that the engines
alone are timed; rounds go through both in turn.  With `--year` the readable engine plays the year too, once, in the
middle of the compiled one's rounds, which takes about eight minutes; without it only the compiled one does.  Writes
benchmarks/results/city.md.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.compile.compiler import Compiled
from sim.engines.choose import COMPILED, REFERENCE, ready
from sim.run import engine_of, prepare

CITIES = Path(__file__).resolve().parent.parent / "scenarios" / "cities"
RESULT = Path(__file__).resolve().parent / "results" / "city.md"


@dataclass(frozen=True, slots=True)
class Played:
    """One run of an engine."""

    seconds: float
    events: int
    rows: int


def play(compiled: Compiled, engine: str, look: Callable[[np.ndarray], None] = lambda _: None) -> Played:
    """Play a scenario once, everything loaded beforehand."""
    ready(engine, compiled.program, 1, print)
    rows = 0

    def take(chunk: np.ndarray) -> None:
        nonlocal rows
        rows += len(chunk)
        look(chunk)

    gc.collect()
    player = engine_of(engine, compiled.program, 1, 0, take)
    begin = time.perf_counter()
    player.run()
    return Played(time.perf_counter() - begin, player.clock.events, rows)


def same_log(compiled: Compiled) -> str:
    """SHA-256 of the log, which must be the same of both engines."""
    found = []
    for engine in (COMPILED, REFERENCE):
        digest = hashlib.sha256()

        def take(chunk: np.ndarray, digest: hashlib._Hash = digest) -> None:
            digest.update(np.ascontiguousarray(chunk).data)

        play(compiled, engine, take)
        found.append(digest.hexdigest())
    if found[0] != found[1]:
        raise SystemExit(f"the engines wrote different logs: {found}")
    return found[0]


def line(scenario: str, engine: str, runs: list[Played], ratio: str) -> str:
    """One row of the table."""
    seconds = statistics.median(run.seconds for run in runs)
    low, high = min(run.seconds for run in runs), max(run.seconds for run in runs)
    events = runs[0].events
    spread = f"{low:.2f} to {high:.2f}" if len(runs) > 1 else "once"
    return f"| {scenario} | {engine} | {events:,} | {seconds:,.2f} | {spread} | {events / seconds:,.0f} | {ratio} |"


def compare(file: str, repeat: int, slowly: int) -> list[str]:
    """The rows of one scenario: the compiled engine plays it `repeat` times, the other one `slowly` times between."""
    compiled = prepare(CITIES / file, ())[1]
    fast: list[Played] = []
    slow: list[Played] = []
    for turn in range(repeat):
        fast.append(play(compiled, COMPILED))
        if turn >= (repeat - slowly) // 2 and len(slow) < slowly:
            slow.append(play(compiled, REFERENCE))
    if not slow:
        return [line(file, COMPILED, fast, "-")]
    ratio = statistics.median(run.seconds for run in slow) / statistics.median(run.seconds for run in fast)
    return [line(file, REFERENCE, slow, "1"), line(file, COMPILED, fast, f"{ratio:.0f}")]


def main(arguments: list[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Both engines on a whole city.")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--year", action="store_true", help="the readable engine plays the year too, once")
    options = parser.parse_args(arguments)
    digest = same_log(prepare(CITIES / "ningbo.toml", ())[1])
    rows = compare("ningbo.toml", options.repeat, options.repeat)
    rows += compare("ningbo-year.toml", options.repeat, int(options.year))
    head = (
        f"{platform.machine()}, CPython {platform.python_version()}. Engines alone, one after the other, the log "
        f"dropped; medians of {options.repeat} rounds where more than one. Both wrote the same log of `ningbo.toml`: "
        f"SHA-256 {digest[:16]}..."
    )
    table = [
        "| scenario | engine | events | seconds | fastest and slowest | events a second | times as fast |",
        "|---|---|---|---|---|---|---|",
        *rows,
    ]
    end = "Written by `python -m benchmarks.city" + (" --year" if options.year else "") + "`."
    page = ["# A city on both engines", head, "\n".join(table), end]
    text = "\n\n".join(page) + "\n"
    RESULT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
