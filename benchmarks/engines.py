"""How many people a second: our engine beside SimPy written by hand, on the same people, in one process.

    python -m benchmarks.engines --people 50000 --repeat 5

Every contestant gets the same arrivals, services and patience (tests/truth/traces.py) and must find the same waits, or
the comparison is refused.  Rounds go through all contestants in turn, so a slow minute of the machine hits them all;
the median of the rounds counts, and the ratio to plain SimPy is of the same rounds.  Writes benchmarks/results/.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import simpy

from benchmarks import contestants
from benchmarks.contestants import EIGHT_SERVERS, TANDEM, Model
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.metrics.fold import Fold
from sim.run import prepare
from tests.truth import traces

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios" / "truth"
RESULTS = Path(__file__).resolve().parent / "results"
DAY_MS = 86_400_000
BASE = "SimPy, processes and Resource"


@dataclass(frozen=True)
class Finding:
    """What a run must agree on with the others; None where it drew its own people."""

    people: int
    waited_ms: int | None
    abandoned: int | None


Contestant = Callable[[], Finding]


def by_hand(
    run: Callable[[Model, traces.Trace], list[contestants.Path]], model: Model, trace: traces.Trace
) -> Contestant:
    """A model written in SimPy."""

    def play() -> Finding:
        paths = run(model, trace)
        return Finding(len(trace.t_ms), sum(sum(p.waits) for p in paths), sum(p.abandoned for p in paths))

    return play


def of_scenario(path: Path, overrides: list[str], *, given: bool, measured: bool) -> Contestant:
    """Our engine on a scenario, loaded beforehand; the log is kept, and with `measured` counted as well."""
    _, compiled = prepare(path, overrides)

    def play() -> Finding:
        chunks: list[np.ndarray] = []
        fold = Fold(compiled.names)

        def take(chunk: np.ndarray) -> None:
            chunks.append(chunk)
            if measured:
                fold.add(chunk)

        ReferenceEngine(compiled.program, 1, 0, take).run()
        kind, value = (np.concatenate([chunk[:, column] for chunk in chunks]) for column in (5, 7))
        gone = kind == Event.ABANDON
        people = int((kind == Event.ARRIVE).sum())
        if not given:
            return Finding(people, None, None)
        return Finding(people, int(value[gone | (kind == Event.START)].sum()), int(gone.sum()))

    return play


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


def field(model: Model, people: int, folder: Path) -> dict[str, Contestant]:
    """All contestants of one model, inputs ready."""
    if model is EIGHT_SERVERS:
        trace = traces.eight_servers(20240).first(people)
        given = with_trace("trace_mm8", "mm8.csv", trace, folder)
    else:
        trace = traces.tandem(20240).first(people)
        given = with_trace("trace_tandem", "tandem.csv", trace, folder)
    own = drawn(model, people, folder)
    return {
        BASE: by_hand(contestants.plain, model, trace),
        "SimPy, callbacks": by_hand(contestants.callbacks, model, trace),
        "Cardmill reference, given people": of_scenario(*given, given=True, measured=False),
        "Cardmill reference, drawn people": of_scenario(*own, given=False, measured=False),
        "Cardmill reference, drawn people, measured": of_scenario(*own, given=False, measured=True),
    }


def agreed(findings: dict[str, Finding]) -> None:
    """Refuse to compare runs that did not do the same work."""
    told = {name: finding for name, finding in findings.items() if finding.waited_ms is not None}
    if len({(f.people, f.waited_ms, f.abandoned) for f in told.values()}) != 1:
        raise SystemExit(f"not the same path: {told}")


def compare(everybody: dict[str, Contestant], repeat: int) -> dict[str, list[float]]:
    """People a second of each contestant, round by round, after one round to warm up."""
    agreed({name: play() for name, play in everybody.items()})
    speeds: dict[str, list[float]] = {name: [] for name in everybody}
    for _ in range(repeat):
        for name, play in everybody.items():
            gc.collect()
            begin = time.perf_counter()
            finding = play()
            speeds[name].append(finding.people / (time.perf_counter() - begin))
    return speeds


def table(results: dict[str, dict[str, list[float]]], people: int, repeat: int) -> str:
    """The results as a page."""
    lines = [
        "# Engines side by side\n",
        (
            f"{people:,} people a run, median of {repeat} rounds in one process; {platform.machine()}, "
            f"CPython {platform.python_version()}, SimPy {simpy.__version__}. Ratios are of the same rounds. "
            "The first three rows of each model find the same waits to the millisecond; ours keep the log (8 columns), "
            "and the last row counts it into all metrics as well."
        ),
    ]
    for model, speeds in results.items():
        lines += [
            f"\n## {model}\n",
            "| engine | people a second | to plain SimPy | slowest and fastest round |",
            "|---|---|---|---|",
        ]
        for name, rounds in speeds.items():
            ratio = statistics.median(mine / base for mine, base in zip(rounds, speeds[BASE], strict=True))
            middle = statistics.median(rounds)
            lines.append(f"| {name} | {middle:,.0f} | {ratio:.2f} | {min(rounds):,.0f} to {max(rounds):,.0f} |")
    lines.append("\nWritten by `python -m benchmarks.engines`.")
    return "\n".join(lines) + "\n"


def draw(results: dict[str, dict[str, list[float]]], path: Path) -> None:
    """One bar for each engine and model; the line spans the rounds."""
    figure, axes = plt.subplots(1, len(results), figsize=(11, 3.2), sharey=True, layout="constrained")
    for axis, (model, speeds) in zip(axes, results.items(), strict=True):
        middles = [statistics.median(rounds) for rounds in speeds.values()]
        below = [middle - min(rounds) for middle, rounds in zip(middles, speeds.values(), strict=True)]
        above = [max(rounds) - middle for middle, rounds in zip(middles, speeds.values(), strict=True)]
        colours = ["#9aa5b1" if name.startswith("SimPy") else "#1f6f8b" for name in speeds]
        axis.barh(list(speeds), middles, xerr=(below, above), color=colours, ecolor="#333333", capsize=2)
        axis.set_title(model, loc="left", fontsize=10)
        axis.set_xlabel("people a second")
        axis.spines[["top", "right"]].set_visible(False)
        axis.xaxis.set_major_locator(MaxNLocator(5))
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.tick_params(labelsize=8)
    axes[0].invert_yaxis()
    figure.savefig(path, dpi=150)


def main(arguments: list[str]) -> None:
    """Compare and write."""
    parser = argparse.ArgumentParser(description="Our engine beside SimPy on the same people.")
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args(arguments)
    results: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in (EIGHT_SERVERS, TANDEM):
            results[model.name] = compare(field(model, options.people, Path(folder)), options.repeat)
    RESULTS.mkdir(exist_ok=True)
    page = table(results, options.people, options.repeat)
    (RESULTS / "engines.md").write_text(page, "utf-8")
    draw(results, RESULTS / "engines.png")
    print(page)


if __name__ == "__main__":
    main(sys.argv[1:])
