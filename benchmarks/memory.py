"""Memory of a run of many replications: of the process a user starts, and of a worker beside it.

    python -m benchmarks.memory --replications 1000 --workers 2

The week of Ningbo, all metrics, rows kept in the run folder: what `cardmill run` does before it draws its report.
Resident memory is looked at ten times a second; the table and the picture have the most seen while so many
replications were finished.  Writes benchmarks/results/memory.md and memory.png.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import matplotlib as mpl

from sim.replications.session import Beat
from sim.run import Plan, play, prepare
from sim.sample import NONE, LogKept

mpl.use("Agg")
from matplotlib import pyplot as plt

RESULTS = Path(__file__).resolve().parent / "results"
WEEK = Path(__file__).resolve().parent.parent / "scenarios" / "cities" / "ningbo.toml"
_EVERY_S = 0.1
_MIB = 1024
_AT_THE_END = "the end, with the tables"


def resident_mib(pid: int | str) -> float:
    """Resident memory of a process; 0 of one that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / _MIB if lines else 0.0


def _children() -> list[str]:
    try:
        return Path(f"/proc/self/task/{threading.main_thread().native_id}/children").read_text("utf-8").split()
    except OSError:
        return []


class Watch(threading.Thread):
    """The most memory seen by number of finished replications: of this process, and of its largest worker."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.finished = 0
        self.most: dict[int, tuple[float, float]] = {}
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(_EVERY_S):
            mine, theirs = resident_mib("self"), max(map(resident_mib, _children()), default=0.0)
            before = self.most.get(self.finished, (0.0, 0.0))
            self.most[self.finished] = max(before[0], mine), max(before[1], theirs)

    def beat(self, beat: Beat) -> None:
        """Told by the run how far it has come."""
        self.finished = beat.finished


def measure(replications: int, workers: int) -> tuple[dict[int, tuple[float, float]], float]:
    """The most memory by finished replications, and seconds."""
    loaded, compiled = prepare(WEEK, ())
    plan = Plan(engine="compiled", replications=replications, workers=workers, log=LogKept(NONE))
    watch, begun = Watch(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        watch.start()
        play(loaded, compiled, plan, folder=Path(folder) / "run", beat=watch.beat, announce=print)
        watch.over.set()
        watch.join()
    return watch.most, time.perf_counter() - begun


def _table(most: dict[int, tuple[float, float]], replications: int) -> list[str]:
    """Rows at 2, 4, 8, ... replications and at the end: the most seen up to then."""
    marks = [*(1 << n for n in range(1, replications.bit_length()) if 1 << n < replications), replications]
    lines = ["| replications finished | this process, MiB | its largest worker, MiB |", "|---|---|---|"]
    for mark in marks:
        seen = [pair for finished, pair in most.items() if finished <= mark]
        end = f" ({_AT_THE_END})" if mark == replications else ""
        lines.append(f"| {mark:,}{end} | {max(a for a, _ in seen):,.0f} | {max(b for _, b in seen):,.0f} |")
    return lines


def _picture(most: dict[int, tuple[float, float]], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    finished = sorted(most)
    for which, label in enumerate(("this process", "its largest worker")):
        axes.plot(finished, [most[n][which] for n in finished], label=label, linewidth=1)
    axes.set(xlabel="replications of the week of Ningbo finished", ylabel="resident memory, MiB", ylim=(0, None))
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, dpi=120)


def main(arguments: list[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Memory of a run of many replications.")
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    most, seconds = measure(options.replications, options.workers)
    command = f"python -m benchmarks.memory --replications {options.replications} --workers {options.workers}"
    head = (
        f"{options.replications:,} replications of the week of Ningbo, {options.workers} processes, {seconds:,.0f} s."
    )
    lines = [
        "# Memory of many replications\n",
        f"{head}  The most resident memory seen until so many were finished.\n",
        *_table(most, options.replications),
        "\n![Memory by replications](memory.png)\n",
        f"Written by `{command}`.\n",
    ]
    RESULTS.mkdir(exist_ok=True)
    _picture(most, RESULTS / "memory.png")
    (RESULTS / "memory.md").write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
