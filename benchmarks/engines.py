"""How many people a second: our engines beside SimPy, Ciw and a loop in C++, on the same people, in one process.

    python -m benchmarks.engines --people 50000 --many 250000 --repeat 5

Every contestant gets the same arrivals, services and patience (tests/truth/traces.py) and must find the same waits, or
the comparison is refused.  Rounds go through all contestants in turn, so a slow minute of the machine hits them all;
the median of the rounds counts, and the ratio to plain SimPy is of the same rounds.  Writes benchmarks/results/.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import simpy

from benchmarks import ciw_network, contestants, heap_loop, simmer_network
from benchmarks.contestants import EIGHT_SERVERS, TANDEM, Model
from sim.engines.choose import COMPILED, REFERENCE
from sim.log import Event
from sim.metrics.fold import Fold
from sim.run import engine_of, prepare
from tests.truth import traces

mpl.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios" / "truth"
RESULTS = Path(__file__).resolve().parent / "results"
DAY_MS = 86_400_000
BASE = "SimPy, processes and Resource"
LOOP = "C++, std::priority_queue"
ONE_THREAD = ", one thread"
"""How the names of those end that have one processor only, so that no second thread draws ahead."""


@dataclass(frozen=True)
class Finding:
    """What a run must agree on with the others; None where it drew its own people."""

    people: int
    waited_ms: int | None
    abandoned: int | None
    seconds: float | None = None  # by a watch of its own, where starting the language is no part of the simulation


Contestant = Callable[[], Callable[[], Finding]]
"""Plays once; what it gives says, when the watch has stopped, what was found."""


def by_hand(
    run: Callable[[Model, traces.Trace], list[contestants.Path]], model: Model, trace: traces.Trace
) -> Contestant:
    """A model written in SimPy or Ciw."""

    def play() -> Callable[[], Finding]:
        paths = run(model, trace)
        return lambda: Finding(len(trace.t_ms), sum(sum(p.waits) for p in paths), sum(p.abandoned for p in paths))

    return play


def in_r(model: Model, trace: traces.Trace) -> Contestant:
    """A model in simmer, which R's own watch measures."""

    def play() -> Callable[[], Finding]:
        timed = simmer_network.play(model, trace)
        return lambda: Finding(len(trace.t_ms), sum(timed.path.waits), timed.path.abandoned, timed.seconds)

    return play


def in_cpp(
    run: Callable[[Model, traces.Trace], tuple[list[np.ndarray], int]], model: Model, trace: traces.Trace
) -> Contestant:
    """The loop written in C++."""

    def play() -> Callable[[], Finding]:
        waits, gone = run(model, trace)
        return lambda: Finding(len(trace.t_ms), sum(int(wait[wait >= 0].sum()) for wait in waits), gone)

    return play


def of_scenario(
    path: Path, overrides: list[str], engine: str, *, given: bool, kept: bool = False, measured: bool = False
) -> Contestant:
    """Our engine on a scenario, loaded beforehand.

    Its log is handed on in chunks: dropped, with `kept` held in memory, with `measured` counted.  The first run, which
    is not timed, keeps it in any case, to say what was found.
    """
    _, compiled = prepare(path, overrides)
    known: list[Finding] = []

    def play() -> Callable[[], Finding]:
        chunks: list[np.ndarray] = []
        fold = Fold(compiled.names) if measured else None

        def take(chunk: np.ndarray) -> None:
            if kept or not known:
                chunks.append(chunk)
            if fold is not None:
                fold.add(chunk)

        engine_of(engine, compiled.program, 1, 0, take).run()
        if not known:
            known.append(_found(chunks, given=given))
        return lambda: known[0]

    return play


def _found(chunks: list[np.ndarray], *, given: bool) -> Finding:
    kind, value = (np.concatenate([chunk[:, column] for chunk in chunks]) for column in (5, 7))
    gone = kind == Event.ABANDON
    people = int((kind == Event.ARRIVE).sum())
    if not given:
        return Finding(people, None, None)
    return Finding(people, int(value[gone | (kind == Event.START)].sum()), int(gone.sum()))


def with_trace(scenario: str, file: str, trace: traces.Trace, folder: Path) -> tuple[Path, list[str]]:
    """Put a trace in place of the committed example, in a folder of its own."""
    (folder / "traces").mkdir(exist_ok=True)
    (folder / "traces" / file).write_text(trace.text(), "utf-8")
    path = folder / f"{scenario}.toml"
    path.write_text((SCENARIOS / f"{scenario}.toml").read_text("utf-8"), "utf-8")
    return path, [f"run.duration={int(trace.t_ms[-1]) // DAY_MS + 1000} d"]


def drawn(model: Model, people: int, folder: Path) -> tuple[Path, list[str]]:
    """The same model drawing about as many people itself, by keyed random numbers."""

    def exponential(units: float) -> str:
        return f'{{dist = "exponential", mean = "{units:g} min"}}'

    rate = 7.2 if model is EIGHT_SERVERS else 4.4
    lines = [f'[run]\nstart = 2026-03-02\nduration = "{round(people / rate)} min"']
    if model is EIGHT_SERVERS:
        lines += [f"[stations.front]\ncounters = 8\nservice = {exponential(1)}"]
    else:
        lines += [
            f'[stations.front]\ncounters = 4\nservice = {exponential(1)}\npatience = {exponential(4)}\nthen = "back"'
        ]
        lines += [f"[stations.back]\ncounters = 4\nservice = {exponential(1)}\npatience = {exponential(2)}"]
    lines += [f'[demand.people]\nenters = "front"\nrate = "{rate} per min"']
    path = folder / f"drawn_{model.servers}.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path, []


def field(model: Model, people: int, folder: Path, *, fast: bool) -> dict[str, Contestant]:
    """All contestants of one model, inputs ready; with `fast` only those that need no more than a second a million."""
    if model is EIGHT_SERVERS:
        trace = traces.eight_servers(20240, people)
        given = with_trace("trace_mm8", "mm8.csv", trace, folder)
    else:
        trace = traces.tandem(20240, people)
        given = with_trace("trace_tandem", "tandem.csv", trace, folder)
    own = drawn(model, people, folder)
    loop = heap_loop.compile_loop(folder)
    everybody: dict[str, Contestant] = {}
    if not fast:
        everybody[BASE] = by_hand(contestants.plain, model, trace)
        everybody["SimPy, callbacks"] = by_hand(contestants.callbacks, model, trace)
        if ciw_network.installed():
            everybody["Ciw"] = by_hand(ciw_network.play, model, trace)
        if simmer_network.installed():
            everybody["simmer"] = in_r(model, trace)
        everybody["Cardmill reference, given people"] = of_scenario(*given, REFERENCE, given=True)
        everybody["Cardmill reference, drawn people"] = of_scenario(*own, REFERENCE, given=False)
        everybody["Cardmill reference, drawn, measured"] = of_scenario(*own, REFERENCE, given=False, measured=True)
    if loop is not None:
        everybody[LOOP] = in_cpp(loop, model, trace)
    everybody["Cardmill compiled, given people"] = of_scenario(*given, COMPILED, given=True)
    for threads in ("", ONE_THREAD):
        everybody[f"Cardmill compiled, drawn people{threads}"] = of_scenario(*own, COMPILED, given=False)
        everybody[f"Cardmill compiled, drawn, log kept{threads}"] = of_scenario(*own, COMPILED, given=False, kept=True)
    if not fast:
        everybody["Cardmill compiled, drawn, measured"] = of_scenario(*own, COMPILED, given=False, measured=True)
    return everybody


def agreed(findings: dict[str, Finding]) -> None:
    """Refuse to compare runs that did not do the same work."""
    told = {name: finding for name, finding in findings.items() if finding.waited_ms is not None}
    if len({(f.people, f.waited_ms, f.abandoned) for f in told.values()}) != 1:
        raise SystemExit(f"not the same path: {told}")


def compare(everybody: dict[str, Contestant], repeat: int) -> dict[str, list[float]]:
    """People a second of each contestant, round by round, after one round to warm up."""
    agreed({name: play()() for name, play in everybody.items()})
    speeds: dict[str, list[float]] = {name: [] for name in everybody}
    for _ in range(repeat):
        for name, play in everybody.items():
            gc.collect()
            with processors(1 if name.endswith(ONE_THREAD) else None):
                begin = time.perf_counter()
                found = play()
                seconds = time.perf_counter() - begin
            finding = found()
            speeds[name].append(finding.people / (finding.seconds or seconds))
            del found
    return speeds


@contextmanager
def processors(count: int | None) -> Iterator[None]:
    """Let this process have only so many processors, None all it has."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def table(title: str, speeds: dict[str, list[float]], people: int) -> str:
    """One race as a part of the page; ratios are to its first contestant."""
    base = next(iter(speeds))
    lines = [
        f"\n## {title}, {people:,} people\n",
        f"| engine | people a second | to {base} | slowest and fastest round |",
        "|---|---|---|---|",
    ]
    for name, rounds in speeds.items():
        ratio = statistics.median(mine / other for mine, other in zip(rounds, speeds[base], strict=True))
        middle = statistics.median(rounds)
        lines.append(f"| {name} | {middle:,.0f} | {ratio:.2f} | {min(rounds):,.0f} to {max(rounds):,.0f} |")
    return "\n".join(lines) + "\n"


def preface(repeat: int) -> str:
    """What the page says before its tables."""
    missing = [] if ciw_network.installed() else ["Ciw"]
    missing += [] if simmer_network.installed() else ["simmer"]
    missing += [] if shutil.which("g++") else ["the C++ loop"]
    measured = (
        f"Median of {repeat} rounds in one process; {platform.machine()}, CPython {platform.python_version()}, "
        f"SimPy {simpy.__version__}, {len(os.sched_getaffinity(0))} processors. Rounds go through all engines in turn; "
        "ratios are of the same rounds."
    )
    words = (
        "Everybody who was given the same people found the same waits to the millisecond. `given`: arrivals, services "
        "and patience from a table, as the engines beside us get them; `drawn`: by keyed random numbers, drawn within "
        "the time measured. Ours write the log (8 columns, 320 bytes a person at one station), handed on in chunks "
        "that are dropped, or held in memory to the end of the run (`log kept`), or counted into all metrics "
        "(`measured`). Memory that a round lets go serves the next one, in ours as in the others. From 100,000 people "
        "on, where a second processor is idle, the compiled engine has a second thread that draws the next people; "
        "`one thread`: it has one processor, and no such thread. The loop in C++ draws nothing and writes one number "
        "a person and station."
    )
    lines = ["# Engines side by side", measured, words]
    if simmer_network.installed():
        lines.append("simmer's time is that of its `run()` by R's clock; all others' is by this process's.")
    if missing:
        lines.append(f"Not installed here and left out: {', '.join(missing)}.")
    return "\n\n".join(lines) + "\n"


def draw(results: dict[str, dict[str, list[float]]], path: Path) -> None:
    """One bar for each engine and model, on a scale of powers of ten; the line spans the rounds."""
    figure, axes = plt.subplots(1, len(results), figsize=(11, 4.2), sharey=True, layout="constrained")
    for axis, (title, speeds) in zip(np.atleast_1d(axes), results.items(), strict=True):
        middles = [statistics.median(rounds) for rounds in speeds.values()]
        below = [middle - min(rounds) for middle, rounds in zip(middles, speeds.values(), strict=True)]
        above = [max(rounds) - middle for middle, rounds in zip(middles, speeds.values(), strict=True)]
        colours = ["#1f6f8b" if name.startswith("Cardmill") else "#9aa5b1" for name in speeds]
        axis.barh(list(speeds), middles, xerr=(below, above), color=colours, ecolor="#333333", capsize=2)
        for at, (middle, more) in enumerate(zip(middles, above, strict=True)):
            axis.annotate(f" {_short(middle)}", (middle + more, at), va="center", fontsize=8)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_xscale("log")
        axis.set_xlim(1e4, 2e8)
        axis.set_xlabel("people a second")
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    np.atleast_1d(axes)[0].invert_yaxis()
    figure.savefig(path, dpi=150)


def _short(speed: float) -> str:
    return f"{speed / 1e6:.1f} M" if speed >= 1e6 else f"{speed / 1e3:.0f} k"


def main(arguments: list[str]) -> None:
    """Compare and write."""
    parser = argparse.ArgumentParser(description="Our engines beside others on the same people.")
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--many", type=int, default=250_000, help="people for those that are fast")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args(arguments)
    page = [preface(options.repeat)]
    pictured: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in (EIGHT_SERVERS, TANDEM):
            for fast, people in ((False, options.people), (True, options.many)):
                speeds = compare(field(model, people, Path(folder), fast=fast), options.repeat)
                page.append(table(model.name, speeds, people))
                pictured.setdefault(model.name, {}).update(speeds)  # the race of many, for those that run in both
    page.append("\nWritten by `python -m benchmarks.engines`.\n")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "engines.md").write_text("".join(page), "utf-8")
    draw(pictured, RESULTS / "engines.png")
    print("".join(page))


if __name__ == "__main__":
    main(sys.argv[1:])
