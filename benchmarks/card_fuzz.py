"""Millions of mutated commands to every kind of card, with the tests' conversations as seeds.

    python -m benchmarks.card_fuzz --commands 10000000

The commands are shared out evenly among the three generations, a product with strict rules and the PSAM.  Ends at the
first broken promise with a script that replays it (`cardmill card fuzz PRODUCT --replay`), exit code 1.  Writes
benchmarks/results/card_fuzz.md after a whole run.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from pathlib import Path

from cardemu.fuzzing.campaign import Tally, run, to_script
from cardemu.fuzzing.console import summary
from cardemu.fuzzing.corpus import Target
from tests.cardemu.fuzzing.recorded import NAMES, whole_target

RESULTS = Path(__file__).resolve().parent / "results"


def pairs(target: Target, tally: Tally) -> tuple[int, int, list[str]]:
    """Pairs of command and status word the catalogue names: how many were seen, how many there are, which are not."""
    names = {cla << 8 | spec.ins: spec.name for spec in target.specs for cla in spec.cla}
    seen = {(names[place], status) for place, status in tally.answers if place in names}
    named = {(spec.name, status) for spec in target.specs for status in (0x9000, *spec.statuses)}
    return len(seen & named), len(named), [f"{name} {status:04X}" for name, status in sorted(named - seen)]


def row(target: Target, tally: Tally, seconds: float) -> str:
    """A line of the table."""
    seen, named, _ = pairs(target, tally)
    return (
        f"| {target.name} | {tally.commands:,} | {tally.sequences:,} | {tally.resets:,} | {tally.cuts:,} | "
        f"{tally.looks:,} | {seen} of {named} | {tally.commands / seconds:,.0f} |"
    )


def document(rows: list[str], missing: list[str], seed: int, total: int) -> str:
    """The result file."""
    head = "| card | commands | sequences | resets | power cuts | looks at the state | pairs | commands/s |"
    about = (
        f"{total:,} commands, seed {seed}, no broken promise; {platform.machine()}, CPython "
        f"{platform.python_version()}, one process. Every answer was data and a status word its command may give, "
        "every refusal changed nothing but the try that a wrong secret costs, every secret had its try written before "
        "it was compared, every power cut left the state before or after the command or one try short, and every look "
        "found memory, counters, file tree, session and saved card in order. *Pairs*: those of command and status word "
        "the catalogue names that occurred, so the fuzzer did get past the keys."
    )
    unseen = ["Pairs that did not occur:", "", *(f"* {line}" for line in missing)]
    by = "Written by `python -m benchmarks.card_fuzz`."
    return "\n".join(("# Fuzzing the cards", "", about, "", head, "|" + "---|" * 8, *rows, "", *unseen, "", by, ""))


def main() -> int:
    """Fuzz one target after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows, missing, total = list[str](), list[str](), 0
    for name in NAMES:
        target = whole_target(name)
        begin = time.monotonic()
        tally, failure = run(target, -(-options.commands // len(NAMES)), options.seed)
        seconds = time.monotonic() - begin
        print(f"{summary(target, tally)}; {seconds:.0f} s", flush=True)
        if failure is not None:
            print(to_script(failure))
            return 1
        total += tally.commands
        rows.append(row(target, tally, seconds))
        missing += [f"{target.name}: {', '.join(pairs(target, tally)[2]) or 'none'}"]
    (RESULTS / "card_fuzz.md").write_text(document(rows, missing, options.seed, total), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
