"""A Dask cluster of many slots, simulated: how much of its time goes to the tasks, and what a task costs the scheduler.

    python -m benchmarks.cluster --slots 200 --rounds 15

A scheduler and a few workers with many threads, all on this machine; tasks sleep for as long as a replication would
take, and bring back as many bytes as the row of a hall.  Their job, a megabyte, is what they have in common.  Ideal is
tasks times seconds by slots.  Writes benchmarks/results/cluster.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from sim.replications.cluster import ClusterCrew
from sim.replications.common import Common
from sim.replications.spread import map_unordered

RESULTS = Path(__file__).resolve().parent / "results"
ROOT = Path(__file__).resolve().parent.parent
_JOB_BYTES = 1_000_000
_ROW_BYTES = 30_000
_PROCESSES = 4
_TICKS = os.sysconf("SC_CLK_TCK")


def asleep(task: tuple[Common, float, int]) -> bytes:
    """Sleep as long as a replication takes, and bring back as much."""
    common, seconds, number = task
    common.opened()
    time.sleep(seconds)
    return number.to_bytes(8, "little") * (_ROW_BYTES // 8)


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Simulated:
    """A scheduler, and workers that have all slots together."""

    def __init__(self, folder: Path, slots: int, stack: ExitStack) -> None:
        self._file, self._stack = folder / "scheduler.json", stack
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")
        while not self._file.exists():
            time.sleep(0.1)
        time.sleep(0.5)
        self.address = str(json.loads(self._file.read_text("utf-8"))["address"])
        for _ in range(_PROCESSES):
            self._start("dask_worker", "--nthreads", str(slots // _PROCESSES), "--no-nanny", "--host", "127.0.0.1")

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self._file)]
        process = subprocess.Popen(
            [*command, "--no-dashboard", *options],
            cwd=self._file.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.kill)
        return process


def measure(slots: int, rounds: int, seconds: float) -> tuple[int, float, float, float, float]:
    """Tasks, seconds, share of the ideal, and the scheduler's and our own processor time."""
    from benchmarks.cluster import asleep  # noqa: PLC0415 - by the name under which workers find it

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        cluster = Simulated(Path(folder), slots, stack)
        crew = stack.enter_context(ClusterCrew(cluster.address, print))
        while crew.size < slots:
            crew.check()
            time.sleep(0.1)
        common, tasks = Common.of(bytes(_JOB_BYTES)), int(rounds * slots / seconds)
        list(
            map_unordered(crew, asleep, ((common, seconds, number) for number in range(2 * slots)))
        )  # benches are there
        before, mine, begun = cpu_s(cluster.scheduler.pid), time.process_time(), time.perf_counter()
        done = sum(1 for _ in map_unordered(crew, asleep, ((common, seconds, number) for number in range(tasks))))
        took = time.perf_counter() - begun
        scheduler_s, mine_s = cpu_s(cluster.scheduler.pid) - before, time.process_time() - mine
        return done, took, done * seconds / slots / took, scheduler_s, mine_s


def main(arguments: list[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="A simulated Dask cluster of many slots.")
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15, help="seconds the cluster would need at best")
    options = parser.parse_args(arguments)
    machine = f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} processors"
    lines = [
        "# A cluster of many slots\n",
        f"{options.slots} slots simulated by {_PROCESSES} processes on this machine ({machine}); tasks sleep.\n",
        "| a task takes | tasks | seconds | of the ideal | scheduler's time for a task | ours |",
        "|---|---|---|---|---|---|",
    ]
    for seconds in (1.0, 0.1):
        tasks, took, share, *spent_s = measure(options.slots, options.rounds, seconds)
        costs = " | ".join(f"{1000 * spent / tasks:.2f} ms" for spent in spent_s)
        lines.append(f"| {seconds:g} s | {tasks:,} | {took:.1f} | {100 * share:.0f} % | {costs} |")
        print(lines[-1], flush=True)
    lines.append(f"\nWritten by `python -m benchmarks.cluster --slots {options.slots} --rounds {options.rounds}`.\n")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "cluster.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
