"""How long the proof of the procedure tables takes.

    python -m benchmarks.prove [--write]

Processor time and time on the clock of one person, view by view, and of two persons, product by product.  Writes
benchmarks/results/prove.md.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import perf_counter, process_time

from sim.procedures.catalogue import catalogue
from sim.proofs.pair_rules import prove_two
from sim.proofs.prove import prove
from sim.proofs.tables import Tables

RESULT = Path(__file__).resolve().parent / "results" / "prove.md"


def main() -> int:
    """Prove once and tell."""
    clock, processor = perf_counter(), process_time()
    proof = prove()
    clock, processor = perf_counter() - clock, process_time() - processor
    head = ["# Proof of the procedure tables", "", "| view | states | transitions | rules | s |", "|" + "---|" * 5]
    rows = [
        f"| {view.view.name} | {view.states:,} | {view.transitions:,} | {len(view.asked)} | {view.seconds:.1f} |"
        for view in proof.views
    ]
    states, transitions = sum(view.states for view in proof.views), sum(view.transitions for view in proof.views)
    one = (
        f"One person: {states:,} states, {transitions:,} transitions, {processor:.1f} s of processor time, "
        f"{clock:.1f} s on the clock (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} processors)."
    )
    clock, processor = perf_counter(), process_time()
    pairs = prove_two(Tables(catalogue()))
    clock, processor = perf_counter() - clock, process_time() - processor
    rows += [
        f"| {found.name} | {found.states:,} | {found.transitions:,} | {len(found.asked)} | {found.seconds:.1f} |"
        for found in pairs
    ]
    two = (
        f"Two persons: {sum(found.states for found in pairs):,} pairs of states, {processor:.1f} s of processor time, "
        f"{clock:.1f} s on the clock (load {os.getloadavg()[0]:.0f}).  What couples them: docs/proofs.md."
    )
    lines = [*head, *rows, "", one, "", two, ""]
    print("\n".join(lines))
    if "--write" in sys.argv[1:]:
        RESULT.write_text("\n".join(lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
