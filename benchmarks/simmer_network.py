"""The same two models in simmer, a package of R on a core in C++, where both are installed.

Written from simmer's documentation and its own tests, and not run where it was written: CRAN was out of reach.  What
the comparison checks of everybody, waits and people who left, it checks of simmer before it measures.

The time is that of simmer's run(), taken inside R: starting R and reading the people are no part of a simulation.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File

from benchmarks.contestants import Model, Path
from tests.truth.traces import Trace

_SCRIPT = File(__file__).resolve().with_suffix(".R")
_ASK = 'quit(status = !requireNamespace("simmer", quietly = TRUE))'


@cache
def installed() -> bool:
    """Whether R is, and simmer in it."""
    command = shutil.which("Rscript")
    return command is not None and subprocess.run([command, "-e", _ASK], check=False).returncode == 0


@dataclass(frozen=True)
class Timed:
    """What a run found, everybody's time at all stations together, and what R's clock says."""

    path: Path
    seconds: float


def play(model: Model, trace: Trace) -> Timed:
    """Run a trajectory through the model's stations in a row until everybody has left."""
    with tempfile.TemporaryDirectory() as name:
        people, found = File(name) / "people.csv", File(name) / "found.csv"
        with people.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("time", *trace.columns))
            rows.writerows(zip(trace.t_ms.tolist(), *(c.tolist() for c in trace.columns.values()), strict=True))
        stations = [",".join(column for column in columns if column) for columns in model.stations]
        command = ["Rscript", str(_SCRIPT), str(people), str(model.servers), str(found), *stations]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        with found.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
    path = Path([int(float(line["waited"])) for line in lines], sum(int(line["left"]) for line in lines))
    return Timed(path, float(said.split()[-1]))
