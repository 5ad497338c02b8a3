"""Commands a second of a card in this process, beside vsmartcard's Iso7816OS, in turns on one processor.

    python -m benchmarks.card_speed [--commands 20000] [--rounds 9]

Both cards hold the issuer file (seven records) and the PIN 123456, and answer the same SELECT, READ RECORD and VERIFY;
ours is a personalised card of generation 2 and also checks access rules and life cycle.  The peer's SELECT is asked
for without FCI (P2 0C) because packing one fails in the Debian package.  The peer is Debian's python3-virtualsmartcard,
which lies outside Python's path, and needs pycryptodome; without it ours is measured alone.  Writes
benchmarks/results/card_speed.md; the exit code is 1 below 150,000 commands a second.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cardemu.products import product
from cardemu.serving import issued

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGE = Path("/usr/lib/python3/site-packages/virtualsmartcard")
REQUIRED = 150_000
Transmit = Callable[[bytes], bytes]

OURS = {
    "SELECT by name": "00A404000F7378312E73682EC9E7BBE1B1A3D5CF",
    "SELECT by identifier": "00A4020002EF05",
    "READ RECORD": "00B207040B",
    "VERIFY": "0020000003123456",
}
PEER = {
    "SELECT by name": "00A4040C0F7378312E73682EC9E7BBE1B1A3D5CF",
    "SELECT by identifier": "00A4020C02EF05",
    "READ RECORD": "00B207040B",
    "VERIFY": "0020000003123456",
}


def our_card() -> Transmit:
    """A personalised card, in its environment, the issuer file selected before each series."""
    card, _ = issued(product("generation-2"), 1)
    card.reset()
    return card.transmit


def peer_card(records: list[bytes]) -> Transmit:
    """The peer with the same file; ImportError where it is not installed, or what it needs."""
    sys.path.insert(0, str(PACKAGE))
    try:
        names = ("VirtualSmartcard", "SmartcardFilesystem", "SmartcardSAM", "ConstantDefinitions")
        system, files, sam, constants = (importlib.import_module(f"virtualsmartcard.{name}") for name in names)
    finally:
        sys.path.remove(str(PACKAGE))
    logging.disable(logging.CRITICAL)  # it formats a message for every command
    fdb: Any = constants.FDB
    root = files.MF()
    directory = files.DF(parent=root, fid=0xDDF1, dfname=bytes.fromhex(PEER["SELECT by name"][10:]))
    content = [files.Record(record[0], record) for record in records]
    kind = fdb["EFSTRUCTURE_LINEAR_VARIABLE_NOFURTHERINFO"]
    directory.append(files.RecordStructureEF(directory, 0xEF05, kind, shortfid=5, records=content))
    root.append(directory)
    module = sam.SAM(bytes.fromhex("123456"), "1234567890", root)
    execute: Transmit = system.Iso7816OS(root, module).execute
    return execute


def seconds(transmit: Transmit, command: bytes, count: int) -> float:
    """Processor time of so many commands: other programs on the machine do not count."""
    begin = time.thread_time()
    for _ in range(count):
        transmit(command)
    return time.thread_time() - begin


def prepared(transmit: Transmit, commands: dict[str, str], name: str) -> bytes:
    """Bring the card where a command makes sense; the command, once it was answered with 9000."""
    for step in ("SELECT by name", "SELECT by identifier"):
        transmit(bytes.fromhex(commands[step]))
    command = bytes.fromhex(commands[name])
    answer = transmit(command)
    if answer[-2:] != b"\x90\x00":
        raise RuntimeError(f"{name}: answered {answer.hex()}")
    return command


def measure(count: int, rounds: int) -> tuple[list[str], bool]:
    """The rows of the table, and whether ours was fast enough."""
    ours = our_card()
    prepared(ours, OURS, "READ RECORD")
    records = [ours(bytes((0x00, 0xB2, number, 0x04, 0x00)))[:-2] for number in range(1, 8)]
    try:
        peer: Transmit | None = peer_card(records)
    except ImportError as error:
        peer = None
        print(f"without vsmartcard: {error} (Debian: apt install python3-virtualsmartcard; pip install pycryptodome)")
    rows, enough = list[str](), True
    for name in OURS:
        command = prepared(ours, OURS, name)
        other = prepared(peer, PEER, name) if peer is not None else b""
        if peer is not None and name == "READ RECORD" and peer(other) != ours(command):
            raise RuntimeError("the two cards answer differently")
        mine, theirs = list[float](), list[float]()
        for _ in range(rounds):
            mine.append(seconds(ours, command, count) / count * 1e6)
            if peer is not None:
                theirs.append(seconds(peer, other, max(1, count // 10)) / max(1, count // 10) * 1e6)
        median = statistics.median(mine)
        enough &= 1e6 / median >= REQUIRED
        row = f"| {name} | {median:.2f} | {1e6 / median:,.0f} | {min(mine):.2f} to {max(mine):.2f} |"
        if theirs:
            ratio = statistics.median(two / one for one, two in zip(mine, theirs, strict=True))
            row += f" {statistics.median(theirs):.1f} | {ratio:.1f} |"
        rows.append(row)
        print(row)
    return rows, enough


def document(rows: list[str], count: int, rounds: int) -> str:
    """The result file."""
    peer = rows[0].count("|") > 5
    head = "| command | µs | commands/s | fastest and slowest round, µs |" + (
        " vsmartcard, µs | ratio |" if peer else ""
    )
    about = (
        f"A personalised generation-2 card in one process on one processor ({platform.machine()}, CPython "
        f"{platform.python_version()}): processor time, medians of {rounds} rounds of {count:,} commands"
        + (
            ", in turns with Iso7816OS of vsmartcard 3.3 (Debian), logging off, which holds the same file and PIN; "
            "ratios are of the same rounds."
            if peer
            else "."
        )
    )
    required = f"Required: {REQUIRED:,} commands a second."
    lines = ("# The card in this process", "", about, "", head, "|" + "---|" * (6 if peer else 4), *rows, "", required)
    return "\n".join((*lines, "", "Written by `python -m benchmarks.card_speed`.", ""))


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", type=int, default=20_000, help="commands a round (a tenth for the peer)")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows, enough = measure(options.commands, options.rounds)
    (RESULTS / "card_speed.md").write_text(document(rows, options.commands, options.rounds), encoding="utf-8")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
