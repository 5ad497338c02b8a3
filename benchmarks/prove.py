"""How long the proof of the procedure tables takes.

    python -m benchmarks.prove [--write]

Processor time and time on the clock of one person, view by view; two persons, who are the product of two single ones,
by counting pairs of states of the view with the most states.  Writes benchmarks/results/prove.md.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import perf_counter, process_time

from sim.proofs.prove import prove

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
    two = (
        f"Two persons: {max(view.states for view in proof.views) ** 2:.1e} pairs in the largest view, none of which "
        "has to be visited: nothing couples two records (`tests/proofs/test_pairs.py`)."
    )
    lines = [*head, *rows, "", one, "", two, ""]
    print("\n".join(lines))
    if "--write" in sys.argv[1:]:
        RESULT.write_text("\n".join(lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
