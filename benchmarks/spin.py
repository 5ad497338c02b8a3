"""Spin and the explorer over every view of one person: do they find the same, and in what time and memory.

    python -m benchmarks.spin [--write] [VIEW...]

Exit code 1 if they differ anywhere.  Needs spin and gcc.  Writes benchmarks/results/spin.md.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sim.procedures.catalogue import catalogue
from sim.proofs.tables import View
from sim.proofs.views import VIEWS
from tests.proofs.spin import MEMORY_MIB, MISSING, WHY_NOT, by_explorer, by_spin

RESULT = Path(__file__).resolve().parent / "results" / "spin.md"
HEAD = ("view", "states", "transitions", "ways Spin walks", "compiled, s", "walked, s", "ways/s", "MiB", "the same")


def compare(view: View) -> tuple[bool, str]:
    """Whether both find the same in a view, and its row of the table."""
    explored = by_explorer(catalogue(), view)
    begun = perf_counter()
    with TemporaryDirectory() as folder:
        counted, said = by_spin(catalogue(), view, Path(folder), optimise="-O2")
    whole = perf_counter() - begun
    ways, mib, walked = (
        float(re.findall(pattern, said)[0])
        for pattern in (r"([\d.e+]+) transitions", r"([\d.]+)\s+total actual memory", r"elapsed time ([\d.]+)")
    )
    cells = (
        view.name, f"{counted.states:,}", f"{counted.transitions:,}", f"{ways:,.0f}", f"{whole - walked:.0f}",
        f"{walked:.1f}", f"{ways / max(walked, 0.01):,.0f}", f"{mib:.0f}", "yes" if counted == explored else "NO",
    )  # fmt: skip
    if counted != explored:
        print(f"{view.name}: Spin {counted}, the explorer {explored}")
    return counted == explored, f"| {' | '.join(cells)} |"


def main() -> int:
    """Compare the views named, or all."""
    names = [name for name in sys.argv[1:] if name != "--write"]
    views = [view for view in VIEWS if not names or view.name in names]
    if MISSING or {*names} - {view.name for view in views}:
        print(WHY_NOT if MISSING else f"views are: {', '.join(view.name for view in VIEWS)}")
        return 2
    lines = ["# Every view of a person, by Spin", "", f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    all_same = True
    for view in views:
        same, row = compare(view)
        all_same &= same
        lines.append(row)
        print(row, flush=True)
    lines += [
        "",
        "The same: as many states, as many different transitions (what happened, from where, to where), and the same",
        "sum of a hash of them all.  Spin stores a transition as a state; several ways may lead to it.  Full search",
        f"with `-DCOLLAPSE` in at most {MEMORY_MIB:,} MiB; load {os.getloadavg()[0]:.0f}, {os.cpu_count()} processors.",
        "",
    ]
    if "--write" in sys.argv[1:]:
        RESULT.write_text("\n".join(lines), "utf-8")
    return 0 if all_same else 1


if __name__ == "__main__":
    sys.exit(main())
