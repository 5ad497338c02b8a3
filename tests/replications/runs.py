"""A small scenario and shortcuts for tests of many replications."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cardmill
from sim.replications.rows import ROWS_FILE, Rows, key_of, read_rows
from sim.run import Outcome, Plan, play, prepare

DESK = """\
title = "One desk"
[run]
start = 2026-03-02
duration = "{duration}"
replications = {replications}
[demand.people]
enters = "desk"
rate = "{rate}"
[stations.desk]
counters = 2
service = {{dist = "exponential", mean = "5 min", mark = "A"}}
"""


def desk(folder: Path, *, duration: str = "8 h", replications: int = 6, rate: str = "20 per h", more: str = "") -> Path:
    """Write the scenario into a folder."""
    path = folder / "desk.toml"
    text = DESK.format(duration=duration, replications=replications, rate=rate) + more
    path.write_text(text, encoding="utf-8")
    return path


AS_IT_SAYS = Plan(engine="reference")


def outcome(path: Path, plan: Plan = AS_IT_SAYS, folder: Path | None = None) -> Outcome:
    """Play it."""
    return play(*prepare(path, ()), plan, folder=folder)


def rows_in(path: Path, folder: Path, seed: int = 1) -> Rows:
    """Rows of a run of the scenario in its run folder."""
    _, compiled = prepare(path, ())
    key = key_of(compiled.program.content_hash(), seed, compiled.names, (), ())
    return read_rows(folder / ROWS_FILE, key, compiled.names)


def encoded(rows: Rows) -> dict[int, bytes]:
    """Rows as bytes, to be compared."""
    return {number: row.encoded(rows.key) for number, row in sorted(rows.rows.items())}


def started(folder: Path, *command: str) -> subprocess.Popen[str]:
    """The command line in a process, and a process group, of its own: with the readable engine, beside the desk."""
    return subprocess.Popen(
        [sys.executable, "-m", "cardmill", *command, "--engine", "reference"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(cardmill.__file__).parent)},
        text=True,
        start_new_session=True,
    )


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes a process has started."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
