"""The nation's year on this machine: wall time, events, events a second, memory of all processes.

    python -m benchmarks.nation [--workers N] [--city CODE]...

Plays `scenarios/nation.toml` anew into `runs/nation-benchmark` and writes `benchmarks/results/nation.md`.  Memory is
the sum of the resident memory of the program and all its workers, looked at five times a second; what they share is
counted more than once, so the true peak is lower.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "nation.md"
FOLDER = ROOT / "runs" / "nation-benchmark"
_LOOK_S = 0.2
_LIMIT_S, _LIMIT_BYTES = 600.0, 8 << 30


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of the nation."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    load_before: float
    load_after: float


def processes_of(parent: int) -> list[int]:
    """The process and all that it started, directly or not."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it has ended meanwhile
            children.setdefault(above, []).append(int(entry.name))
    found = [parent]
    for process in found:
        found += children.get(process, [])
    return found


def resident_bytes(process: int) -> int:
    """Resident memory of a process; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(arguments: list[str]) -> Measured:
    """Play the nation as a user would, and watch it."""
    command = [sys.executable, "-m", "cardmill", "nation", "scenarios/nation.toml", "--out", str(FOLDER), *arguments]
    load_before, before, began = os.getloadavg()[0], os.times(), time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident_bytes(one) for one in processes_of(process.pid)))
        time.sleep(_LOOK_S)
    wall_s, after = time.monotonic() - began, os.times()
    if process.returncode:
        raise SystemExit(process.returncode)
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall_s, cpu_s, peak, load_before, os.getloadavg()[0])


def report(measured: Measured, workers: int) -> str:
    """The result as Markdown."""
    ask = duckdb.connect().execute
    table = f"'{FOLDER}/cities.parquet'"
    sums = ", ".join(f'sum("{name}")::BIGINT' for name in ("holders", "events", "log_rows", "left"))
    cities, holders, events, rows, left = ask(f"SELECT count(*), {sums} FROM {table}").fetchall()[0]
    in_time = "yes" if measured.wall_s < _LIMIT_S else f"no, {measured.wall_s - _LIMIT_S:,.0f} s too long"
    in_memory = "yes" if measured.peak_bytes <= _LIMIT_BYTES else "no"
    lines = [
        "# The nation's year",
        "",
        (
            f"`python -m benchmarks.nation`: {cities} cities, {holders:,} holders, {workers} worker processes, "
            f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}."
        ),
        "",
        "| | |",
        "|---|---|",
        f"| wall time | {measured.wall_s:,.0f} s |",
        f"| within 10 minutes | {in_time} |",
        f"| processor time of all processes | {measured.cpu_s:,.0f} s |",
        f"| events | {events:,} |",
        f"| events a second (wall) | {events / measured.wall_s:,.0f} |",
        f"| events a second of processor time | {events / measured.cpu_s:,.0f} |",
        f"| rows of the log, counted and dropped | {rows:,} |",
        f"| people who moved between cities | {left:,} |",
        f"| peak resident memory of all processes | {measured.peak_bytes / (1 << 30):.2f} GiB |",
        f"| within 8 GiB | {in_memory} |",
        f"| load of the machine before and after | {measured.load_before:.1f}, {measured.load_after:.1f} |",
        "",
        "Wall time well above processor time over workers means that the machine had other work to do, as the load",
        "before the run shows.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="Plays the nation's year and measures it.")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--city", action="append", default=[], help="these cities only (nothing is written)")
    options = parser.parse_args()
    arguments = ["--workers", str(options.workers)]
    for code in options.city:
        arguments += ["--city", code]
    text = report(measure(arguments), options.workers)
    sys.stdout.write(text)
    if not options.city:
        RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
