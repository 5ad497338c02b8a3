"""Every mutant of the procedure tables, and who notices it.

    python -m benchmarks.mutants [--write] [--jobs 2] [--every 10]

Demands, answers of the office and journeys are asked first, then the rules in small views, then the stories; what
nobody notices reaches the same states by as many transitions, or is a gap.  Writes benchmarks/results/mutants.csv,
which docs/rules.md counts.  All of them take about an hour of processor time; --every N takes each N-th.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from sim.procedures.catalogue import catalogue
from sim.proofs.mutants import mutants
from sim.proofs.mutation import Base, base_of, graphs, same
from sim.proofs.views import VIEWS
from tests.proofs.noticed import noticed

RESULT = Path(__file__).resolve().parent / "results" / "mutants.csv"
COLUMNS = ("kind", "row", "rule", "noticed")


@cache
def _base() -> Base:
    return base_of(catalogue())


def _judge(number: int) -> tuple[str, str, str, str]:
    mutant = list(mutants(catalogue()))[number]
    found = noticed(_base(), mutant)
    if not found:
        bent = {**catalogue(), mutant.procedure: mutant.bent}
        small = VIEWS[-4:]
        found = "same graph" if same(graphs(catalogue(), small), graphs(bent, small)) else "GAP"
    return mutant.kind, mutant.row, mutant.rule, found


def judged(jobs: int, every: int) -> Iterator[tuple[str, str, str, str]]:
    """Each mutant with who notices it."""
    count = len(list(mutants(catalogue())))
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_judge, range(0, count, every))


def main() -> int:
    """Judge all, print those nobody notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    rows = []
    for row in judged(asked.jobs, asked.every):
        rows.append(row)
        if row[-1] in {"GAP", "same graph"}:
            print(*row, sep=" | ", flush=True)
    if asked.write:
        with RESULT.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    print(f"{sum(row[-1] not in {'GAP', 'same graph'} for row in rows)} of {len(rows)} noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
