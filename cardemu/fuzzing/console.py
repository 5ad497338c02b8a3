"""What `cardmill card fuzz` does: fuzz a product's cards, or replay a script of an earlier run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from cardemu.cardfile import UsageError, text_of
from cardemu.console import complaining
from cardemu.fuzzing.campaign import ReplayError, Tally, from_script, outcome, run, to_script
from cardemu.fuzzing.corpus import Target, card_target, psam_target
from cardemu.host.exitcodes import FINE, INTERRUPTED, REFUSED
from cardemu.host.printing import say
from cardemu.host.wholefile import write_whole
from cardemu.products import names, product

PSAM = "psam"
EVERY_S = 5.0


def target(name: str) -> Target:
    """The cards of a product, or the PSAM."""
    return psam_target(product(other) for other in names()) if name == PSAM else card_target(product(name))


@complaining
def fuzz(name: str, *, commands: int, seed: int, out: Path | None = None, replay: Path | None = None) -> int:
    """Exit code 0 when every promise was kept, 1 when one was broken: then a script that replays it, to `out`."""
    fuzzed = target(name)
    if replay is not None:
        return _replay(fuzzed, replay)
    done = Tally()
    try:
        done, failure = run(fuzzed, commands, seed, _progress(), done)
    except KeyboardInterrupt:
        say(f"{summary(fuzzed, done)}; interrupted")
        return INTERRUPTED
    say(summary(fuzzed, done))
    if failure is None:
        return FINE
    script = to_script(failure)
    say(f"broken promise: {failure.why}; {len(failure.ops)} steps")
    if out is None:
        sys.stdout.write(script)
    else:
        write_whole(out, script)
        say(f"{out}: a script that replays it")
    return REFUSED


def _replay(fuzzed: Target, path: Path) -> int:
    try:
        start, ops = from_script(text_of(path), fuzzed, str(path))
    except ReplayError as error:
        raise UsageError(str(error)) from error
    _, why = outcome(fuzzed, start, ops)
    say(f"broken promise: {why}" if why else f"{len(ops)} steps, every promise kept")
    return REFUSED if why else FINE


def summary(fuzzed: Target, tally: Tally) -> str:
    """One line about a run."""
    names_ = {cla << 8 | spec.ins: spec.name for spec in fuzzed.specs for cla in spec.cla}
    reached = {names_[place] for place, status in tally.answers if place in names_ and status == 0x9000}
    pairs = {(names_[place], status) for place, status in tally.answers if place in names_}
    return (
        f"{fuzzed.name}: {tally.commands:,} commands in {tally.sequences:,} sequences, {tally.resets:,} resets, "
        f"{tally.cuts:,} power cuts, {tally.looks:,} looks at the whole state; "
        f"{len(reached)} of {len(set(names_.values()))} commands succeeded, {len(pairs)} pairs of command and status"
    )


def _progress() -> Callable[[Tally], None] | None:
    """Says on a terminal how far it is."""
    if not sys.stderr.isatty():
        return None
    last = time.monotonic()

    def tell(tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            sys.stderr.write(f"{tally.commands:,} commands\n")

    return tell
