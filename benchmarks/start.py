"""How long a user waits for a command: whole processes by the clock on the wall, everything cached.

    python -m benchmarks.start --repeat 15 [--write]

Each command is run once before it counts, so that bytecode and compiled code are on disk, and then with the others in
turn.  Writes benchmarks/results/start.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = Path(__file__).resolve().parent / "results" / "start.md"
MM1, HALL = "scenarios/truth/mm1.toml", "scenarios/halls/chengdu-wuhou.toml"
COMMANDS = (
    ("--help",),
    ("card", "--help"),
    ("card", "read", "CARD"),
    ("check", MM1),
    ("check", "scenarios/cities/ningbo.toml"),
    ("run", MM1),
    ("run", "scenarios/truth/call_centre14.toml"),
    ("run", HALL),
)
"""What is timed; CARD is a saved card, and runs go into a folder of their own."""
_CARRIED_OUT = (0, 99)
"""Exit codes of a command that was carried out: an expectation not met is a result."""


def seconds(command: list[str]) -> float:
    """How long a process takes; it must carry out what it is told."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    took = time.perf_counter() - begin
    if done.returncode not in _CARRIED_OUT:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()}")
    return took


def measure(repeat: int) -> list[tuple[str, list[float]]]:
    """Every command so many times, in turn."""
    program = [sys.executable, "-m", "cardmill"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        card = folder / "card.json"
        seconds([*program, "card", "new", "generation-3", str(card)])
        lines = []
        for number, command in enumerate(COMMANDS):
            out = ["--out", str(folder / str(number))] if command[0] == "run" else []
            lines.append([*program, *(str(card) if part == "CARD" else part for part in command), *out])
        for line in lines:
            seconds(line)
        rounds = [[seconds(line) for line in lines] for _ in range(repeat)]
    return [
        (" ".join(command), list(taken)) for command, taken in zip(COMMANDS, zip(*rounds, strict=True), strict=True)
    ]


def table(rows: list[tuple[str, list[float]]], repeat: int) -> str:
    """The result as Markdown."""
    where = f"{platform.machine()}, {os.cpu_count()} processors, CPython {platform.python_version()}"
    lines = [
        "# From the command to its end",
        "",
        f"Whole processes by the clock on the wall, {repeat} times each after one that does not count; {where}.",
        "A run plays all its replications, writes its log, its tables and its report, and replays its cards.",
        "",
        "| cardmill ... | median, s | fastest, s | slowest, s |",
        "|---|---|---|---|",
        *(f"| `{name}` | {statistics.median(t):.2f} | {min(t):.2f} | {max(t):.2f} |" for name, t in rows),
        "",
        "Written by `python -m benchmarks.start --write`.",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Measure, print, and write if wanted."""
    parser = argparse.ArgumentParser(description="How long a user waits for a command.")
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args(arguments)
    text = table(measure(options.repeat), options.repeat)
    print(text)
    if options.write:
        RESULT.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
