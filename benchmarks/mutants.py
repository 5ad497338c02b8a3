"""Every mutant of the procedure tables, and who notices it.

    python -m benchmarks.mutants [--write] [--jobs 2] [--most 100] [--afresh]

Demands, answers of the office, records and ways are asked first, then journeys, the rules in small views, the stories.
What nobody notices cannot be noticed for a reason (sim/proofs/unnoticed.py), or is a gap.

benchmarks/results/mutants.csv, which docs/rules.md counts, has the answer and a digest of the procedure's table: only
what is not decided there, or whose table has changed since, is asked again (`--afresh`: all of them).  `--write` writes
after every mutant, so that a run that is stopped loses nothing.  Nothing is asked while somebody notices the tables as
they are: exit code 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

from sim.procedures.catalogue import catalogue
from sim.proofs.mutants import Mutant, digest, mutants
from sim.proofs.mutation import Base, base_of
from sim.proofs.unnoticed import reason
from tests.proofs.noticed import NOTICERS, noticed, values_notice

RESULT = Path(__file__).resolve().parent / "results" / "mutants.csv"
COLUMNS = ("kind", "row", "rule", "table", "noticed")
GAP = "GAP"
Row = tuple[str, ...]


@cache
def _base() -> Base:
    return base_of(catalogue())


@cache
def _mutants() -> tuple[Mutant, ...]:
    return tuple(mutants(catalogue()))


def judge(mutant: Mutant) -> str:
    """Who notices a mutant, or why nobody can, or that it is a gap."""
    return noticed(_base(), mutant) or reason(mutant) or GAP


def false_alarms() -> list[str]:
    """What is said of tables that nobody has bent: while there is anything, no mutant's answer is worth a thing."""
    unbent = [Mutant(one.name, "unbent", one.name, one.rules[0], one) for one in catalogue().values()]
    asked = [(notices, unbent[0]) for notices in NOTICERS] + [(values_notice, one) for one in unbent[1:]]
    return [found for notices, mutant in asked if (found := notices(_base(), mutant))]


def _judge(number: int) -> str:
    return judge(_mutants()[number])


def known() -> list[Row]:
    """What the file says."""
    with RESULT.open(encoding="utf-8", newline="") as file:
        return [(*row,) for row in list(csv.reader(file))[1:]]


def table() -> list[Row]:
    """Every mutant with what is decided of it in the file for the table as it is: "" for nothing."""
    decided = {row[:-1]: row[-1] for row in known() if row[-1] != GAP}
    names = ((one.kind, one.row, one.rule, digest(catalogue()[one.procedure])) for one in _mutants())
    return [(*name, decided.get(name, "")) for name in names]


def write(rows: list[Row]) -> None:
    """Write the file."""
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def main() -> int:
    """Judge what is not decided, print what nobody notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=None, help="so many mutants only")
    parser.add_argument("--afresh", action="store_true")
    asked = parser.parse_args()
    alarms = false_alarms()
    if alarms:
        print(f"Tables as they are do not pass: {', '.join(alarms)}.  Mend that first.", file=sys.stderr)
        return 1
    rows = table()
    due = [number for number, row in enumerate(rows) if asked.afresh or not row[-1]][: asked.most]
    with ProcessPoolExecutor(asked.jobs) as pool:
        waiting = {pool.submit(_judge, number): number for number in due}
        for done in as_completed(waiting):
            number = waiting[done]
            rows[number] = (*rows[number][:-1], done.result())
            print(*rows[number], sep=" | ", flush=True)
            if asked.write:
                write(rows)
    open_ones = sum(row[-1] in {GAP, ""} for row in rows)
    print(f"{len(rows)} mutants, {len(due)} asked now, {open_ones} not noticed and not explained")
    return 0


if __name__ == "__main__":
    sys.exit(main())
